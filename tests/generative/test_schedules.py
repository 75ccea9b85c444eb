"""Schedules against products, the papers' numbers and torch's own divergence."""

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from dlbook_lib.generative.schedules import (
    alpha_bars,
    betas_of,
    cosine_schedule,
    linear_schedule,
    prior_kl,
    sigmoid_schedule,
    signal_to_noise,
)


def test_alpha_bars_are_running_products_and_betas_come_back():
    betas = torch.rand(30, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 0.9 + 0.01
    bars, product = alpha_bars(betas), 1.0
    for t, beta in enumerate(betas.tolist(), start=1):
        product *= 1 - beta
        assert bars[t].item() == pytest.approx(product)
    assert torch.allclose(betas_of(bars), betas)


def test_the_papers_chain_ends_where_it_says():
    bars = linear_schedule()
    assert bars[-1].item() == pytest.approx(4.04e-5, abs=5e-8)
    assert betas_of(bars)[0].item() == pytest.approx(1e-4)
    assert betas_of(bars)[-1].item() == pytest.approx(0.02)


@pytest.mark.parametrize("schedule", [linear_schedule, cosine_schedule, sigmoid_schedule])
@pytest.mark.parametrize("steps", [10, 100, 1000])
def test_signal_falls_from_all_to_nearly_nothing(schedule, steps):
    bars = schedule(steps)
    assert bars[0] == 1
    assert (bars.diff() < 0).all()
    assert bars[-1] < 1e-3
    assert (signal_to_noise(bars).diff()[1:] < 0).all()


def test_cosine_keeps_more_signal_in_the_middle():
    assert cosine_schedule()[500] > 5 * linear_schedule()[500]


def test_sigmoid_is_symmetric_about_its_middle():
    bars = sigmoid_schedule(100)
    assert torch.allclose(bars[:51] + bars.flip(0)[:51], torch.ones(51, dtype=torch.float64), atol=1e-4)


def test_prior_kl_is_torchs():
    x0, bar = torch.randn(6, 3, generator=torch.Generator().manual_seed(0)), torch.tensor(0.3)
    noised = Normal(math.sqrt(0.3) * x0, torch.full_like(x0, math.sqrt(0.7)))
    theirs = kl_divergence(noised, Normal(torch.zeros(()), torch.ones(()))).sum(1)
    assert torch.allclose(prior_kl(x0, bar), theirs, atol=1e-5)


def test_more_steps_of_one_size_end_nearer_to_noise():
    x0 = torch.ones(1, 1, dtype=torch.float64)
    ends = [prior_kl(x0, linear_schedule(n, first=0.01, last=0.01)[-1]).item() for n in (50, 100, 200, 400)]
    assert ends == sorted(ends, reverse=True)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"^betas must lie in \(0, 1\)"):
        alpha_bars(torch.tensor([0.5, 1.0]))
    with pytest.raises(ValueError, match=r"^steps must be at least 2"):
        linear_schedule(1)
    with pytest.raises(ValueError, match=r"^offset must be at least 0"):
        cosine_schedule(offset=-1)
    with pytest.raises(ValueError, match=r"^reach must be at least 0.001"):
        sigmoid_schedule(reach=0)
