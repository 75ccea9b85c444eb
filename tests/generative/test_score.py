"""Scores: the link to noise, Tweedie's formula on a grid, and losses that differ by a constant."""

import pytest
import torch

from dlbook_lib.generative.exact import exact_noise, mixture_score
from dlbook_lib.generative.schedules import linear_schedule
from dlbook_lib.generative.score import denoising_score_loss, explicit_score_loss, score_of_noise, tweedie

CENTRES = torch.tensor([[-1.5], [1.0]], dtype=torch.float64)


def test_noise_and_score_are_one():
    bars = linear_schedule(100)
    x = torch.linspace(-3, 3, 9, dtype=torch.float64)[:, None]
    noise = exact_noise(CENTRES, bars, spread=0.3)(x, 40)
    truth = mixture_score(x, CENTRES, spread=0.3, bar=bars[40])
    assert torch.allclose(score_of_noise(noise, 40, bars), truth)


@pytest.mark.parametrize("scale", [1.0, 0.6])
def test_tweedie_is_the_posterior_mean_on_a_grid(scale):
    sigma, spread = 0.8, 0.3
    grid = torch.linspace(-6, 6, 20_001, dtype=torch.float64)
    prior = torch.exp(-((grid[:, None] - CENTRES[:, 0]) ** 2) / (2 * spread**2)).sum(1)
    for x in (-2.0, 0.1, 1.4):
        weight = prior * torch.exp(-((x - scale * grid) ** 2) / (2 * sigma**2))
        expected = (weight * grid).sum() / weight.sum()
        at = torch.tensor([[x]], dtype=torch.float64)
        noised_spread = (scale**2 * spread**2 + sigma**2) ** 0.5
        score = mixture_score(at, scale * CENTRES, spread=noised_spread)
        assert tweedie(at, score, sigma=sigma, scale=scale).item() == pytest.approx(expected.item(), abs=1e-6)


def test_pointing_back_and_matching_the_score_differ_by_a_constant():
    generator = torch.Generator().manual_seed(0)
    n, sigma, spread = 400_000, 0.7, 0.3
    x0 = CENTRES[torch.randint(2, (n,), generator=generator)]
    x0 = x0 + spread * torch.randn(n, 1, generator=generator, dtype=torch.float64)
    noise = torch.randn(n, 1, generator=generator, dtype=torch.float64)
    x = x0 + sigma * noise
    truth = mixture_score(x, CENTRES, spread=(spread**2 + sigma**2) ** 0.5)
    models = (lambda x: -x, lambda x: -2 * x, torch.tanh, lambda x: 0 * x)
    gaps = [
        (denoising_score_loss(m, x0, noise, sigma=sigma) - explicit_score_loss(m, x, truth)).item()
        for m in models
    ]
    assert max(gaps) - min(gaps) < 0.02
    assert min(gaps) > 0.3
