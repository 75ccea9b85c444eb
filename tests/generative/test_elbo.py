"""The bound: closed forms, a model whose bound is no bound, and an autoencoder by the same code."""

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from dlbook_lib.generative.elbo import (
    bound_terms,
    gaussian_bound,
    gaussian_kl,
    hierarchical_bound,
    noise_weights,
)
from dlbook_lib.generative.exact import exact_noise, reverse_moments
from dlbook_lib.generative.reverse import reverse_mean, reverse_variance
from dlbook_lib.generative.schedules import linear_schedule


def total(terms):
    return sum(term.sum().item() for term in terms.values())


def log_normal(x, mean, spread):
    return -((x - mean) ** 2) / (2 * spread**2) - math.log(spread * math.sqrt(2 * math.pi))


def test_kl_is_torchs():
    m, n = torch.randn(2, 5, generator=torch.Generator().manual_seed(0))
    v, w = torch.rand(2, 5, generator=torch.Generator().manual_seed(1)) + 0.1
    theirs = kl_divergence(Normal(m, v.sqrt()), Normal(n, w.sqrt()))
    assert torch.allclose(gaussian_kl(m, v, n, w), theirs, atol=1e-5)


@pytest.mark.parametrize("steps", [10, 1000])
@pytest.mark.parametrize("x0", [-1.0, 2.0, 3.5])
def test_with_exact_steps_the_bound_is_the_log_likelihood(steps, x0):
    terms = gaussian_bound(x0, linear_schedule(steps), mean=2.0, spread=0.5, variance="exact", prior="exact")
    assert total(terms) == pytest.approx(-log_normal(x0, 2.0, 0.5), abs=1e-6)


def test_without_the_prior_term_the_sum_can_fall_below_the_truth():
    terms = gaussian_bound(2.0, linear_schedule(10, first=0.01, last=0.05), mean=2.0, spread=0.5)
    assert terms["prior"] > 0.1


def test_ddpms_variance_makes_it_a_bound():
    bars = linear_schedule(50)
    means, deviations = reverse_moments(bars, mean=2.0, spread=0.5, last_noise=True)
    for x0 in (1.0, 2.0, 3.0):
        truth = -log_normal(x0, means[0].item(), deviations[0].item())
        assert truth < total(gaussian_bound(x0, bars, mean=2.0, spread=0.5)) < truth + 2


def test_drawn_terms_are_the_closed_ones():
    bars = linear_schedule(20)
    predict = exact_noise(torch.tensor([[2.0]], dtype=torch.float64), bars, spread=0.5)
    x0 = torch.full((4000, 1), 2.5, dtype=torch.float64)
    drawn = bound_terms(predict, x0, bars, generator=torch.Generator().manual_seed(0))
    closed = gaussian_bound(2.5, bars, mean=2.0, spread=0.5)
    assert drawn["prior"].item() == pytest.approx(closed["prior"].item(), abs=1e-6)
    assert torch.allclose(drawn["steps"], closed["steps"], atol=0.02)
    assert drawn["reconstruction"].item() == pytest.approx(closed["reconstruction"].item(), abs=0.05)


def test_the_weights_turn_errors_of_the_noise_into_divergences():
    bars = linear_schedule(20)
    noise, error = torch.zeros(1, 1, dtype=torch.float64), 0.3
    x = torch.ones(1, 1, dtype=torch.float64)
    for t in (2, 10, 20):
        gap = reverse_mean(x, noise, t, bars) - reverse_mean(x, noise + error, t, bars)
        kl = gap**2 / (2 * reverse_variance(t, bars, x))
        assert kl.item() == pytest.approx(noise_weights(bars)[t - 1].item() * error**2, rel=1e-6)


def levels(bars, mean, spread):
    predict = exact_noise(torch.tensor([[mean]], dtype=torch.float64), bars, spread=spread)
    encoders, decoders = [], []
    for t in range(1, len(bars)):
        keep = bars[t] / bars[t - 1]
        encoders.append(lambda z, keep=keep: (keep.sqrt() * z, 1 - keep))
        decoders.append(
            lambda z, t=t: (reverse_mean(z, predict(z, t), t, bars), reverse_variance(t, bars, z))
        )
    return encoders, decoders


def test_one_code_bounds_a_diffusion_and_an_autoencoder():
    bars = linear_schedule(20)
    x0 = torch.full((20_000, 1), 2.5, dtype=torch.float64)
    drawn = hierarchical_bound(x0, *levels(bars, 2.0, 0.5), generator=torch.Generator().manual_seed(0))
    assert -drawn.mean().item() == pytest.approx(
        total(gaussian_bound(2.5, bars, mean=2.0, spread=0.5)), abs=0.05
    )

    # one level: x = z + 0.5 e with its exact posterior: the bound is log N(x; 0, 1.25) at every draw
    encode = lambda x: (x / 1.25, torch.tensor(0.2, dtype=torch.float64))  # noqa: E731
    decode = lambda z: (z, torch.tensor(0.25, dtype=torch.float64))  # noqa: E731
    value = hierarchical_bound(x0[:5], [encode], [decode])
    assert torch.allclose(value, torch.full_like(value, log_normal(2.5, 0.0, math.sqrt(1.25))), atol=1e-9)
