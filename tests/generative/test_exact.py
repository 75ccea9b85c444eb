"""Exact noise against autograd; exact moments against drawing and the notes' numbers."""

import pytest
import torch

from dlbook_lib.explorers import diffusion_missing_bar
from dlbook_lib.generative.ddpm import ancestral_sample
from dlbook_lib.generative.exact import (
    exact_noise,
    gaussian_ring,
    mixture_log_density,
    mixture_score,
    reverse_moments,
    sample_mixture,
)
from dlbook_lib.generative.schedules import linear_schedule

RING = gaussian_ring().double()


def points(count=40, seed=0):
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("bar", [1e-4, 0.3, 0.99])
def test_score_is_the_gradient_of_the_log_density(bar):
    x = points().requires_grad_()
    mixture_log_density(x, RING, spread=0.3, bar=bar).sum().backward()
    assert torch.allclose(mixture_score(x.detach(), RING, spread=0.3, bar=bar), x.grad, atol=1e-8)


def test_density_sums_to_one():
    line = torch.linspace(-6, 6, 301, dtype=torch.float64)
    grid = torch.cartesian_prod(line, line)
    total = mixture_log_density(grid, RING, spread=0.3, bar=0.5).exp().sum() * (line[1] - line[0]) ** 2
    assert total.item() == pytest.approx(1, abs=1e-4)


def test_score_of_some_members_is_that_of_a_smaller_mixture():
    some = torch.tensor([1.0] * 3 + [0.0] * 5).double()
    x, bars = points(2 * 20).reshape(2, 20, 2), torch.tensor([0.4, 0.9]).double().reshape(2, 1, 1)
    got = mixture_score(x, RING, spread=0.3, bar=bars, member=some)
    for row, bar, here in zip(x, bars.flatten(), got):
        assert torch.allclose(here, mixture_score(row, RING[:3], spread=0.3, bar=bar), atol=1e-9)


@pytest.mark.parametrize("without_bar", [False, True])
def test_moments_are_the_explorers_to_six_digits(without_bar):
    means, deviations = reverse_moments(linear_schedule(), mean=2.0, spread=0.5, without_bar=without_bar)
    theirs = diffusion_missing_bar.reverse_moments(
        torch.tensor(2.0), torch.tensor(0.5), torch.tensor(without_bar), torch.tensor(False)
    )
    assert torch.allclose(means, theirs[0], atol=1e-6)
    assert torch.allclose(deviations, theirs[1], atol=1e-6)


def test_the_missing_bar_costs_two_thirds_of_the_spread():
    right = reverse_moments(linear_schedule(), mean=2.0, spread=0.5)[1][0].item()
    wrong = reverse_moments(linear_schedule(), mean=2.0, spread=0.5, without_bar=True)[1][0].item()
    assert right == pytest.approx(0.5006, abs=4e-4)
    assert wrong == pytest.approx(0.174, abs=1e-3)


def test_moments_are_those_of_drawn_samples():
    bars, generator = linear_schedule(200), torch.Generator().manual_seed(0)
    predict = exact_noise(torch.tensor([[2.0]], dtype=torch.float64), bars, spread=0.5)
    x = torch.randn(8000, 1, generator=generator, dtype=torch.float64)
    x = ancestral_sample(predict, x, bars, generator=generator)
    means, deviations = reverse_moments(bars, mean=2.0, spread=0.5)
    assert x.mean().item() == pytest.approx(means[0].item(), abs=0.02)
    assert x.std().item() == pytest.approx(deviations[0].item(), abs=0.015)


def test_samples_have_the_mixtures_moments():
    x, y = sample_mixture(20_000, gaussian_ring(), spread=0.2, generator=torch.Generator().manual_seed(0))
    assert x.norm(dim=1).square().mean().item() == pytest.approx(4 + 2 * 0.04, abs=0.02)
    assert torch.bincount(y).min() > 2200
