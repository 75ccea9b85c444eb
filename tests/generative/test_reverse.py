"""The step back against Bayes' rule on a grid, and the changes of names against each other."""

import pytest
import torch

from dlbook_lib.generative.reverse import (
    drift_of_noise,
    noise_of_drift,
    noise_of_start,
    posterior,
    predicted_start,
    reverse_mean,
    reverse_variance,
)
from dlbook_lib.generative.schedules import linear_schedule

BARS = linear_schedule(50)
X, Y = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize("t", [2, 10, 50])
def test_posterior_is_bayes_rule_on_a_grid(t):
    x0, x = 0.7, -0.4
    grid = torch.linspace(-6, 6, 24_001, dtype=torch.float64)
    alpha, earlier = BARS[t] / BARS[t - 1], BARS[t - 1]
    log = -((grid - earlier.sqrt() * x0) ** 2) / (2 * (1 - earlier)) - (x - alpha.sqrt() * grid) ** 2 / (
        2 * (1 - alpha)
    )
    weight = torch.softmax(log, 0)
    mean = (weight * grid).sum()
    variance = (weight * (grid - mean) ** 2).sum()
    one = torch.ones(1, 1, dtype=torch.float64)
    got = posterior(x0 * one, x * one, t, BARS)
    assert got[0].item() == pytest.approx(mean.item(), abs=1e-6)
    assert got[1].item() == pytest.approx(variance.item(), rel=1e-4)


@pytest.mark.parametrize("t", [1, 7, 50])
def test_the_mean_through_the_noise_is_the_posteriors(t):
    start = predicted_start(X, Y, t, BARS)
    assert torch.allclose(reverse_mean(X, Y, t, BARS), posterior(start, X, t, BARS)[0], atol=1e-8)
    assert torch.allclose(noise_of_start(X, start, t, BARS), Y, atol=1e-8)


def test_the_little_books_form_is_the_same_to_rounding():
    t = torch.tensor([1, 2, 10, 20, 40, 50])
    drift = drift_of_noise(X, Y, t, BARS)
    assert (X + drift - reverse_mean(X, Y, t, BARS)).abs().max() < 1e-6
    assert (noise_of_drift(X, drift, t, BARS) - Y).abs().max() < 1e-6


def test_variances_are_ordered_and_depend_on_the_time():
    beta = [reverse_variance(t, BARS, X).item() for t in range(1, 51)]
    tilde = [reverse_variance(t, BARS, X, kind="posterior").item() for t in range(1, 51)]
    assert all(small < large for small, large in zip(tilde, beta))
    assert tilde[0] == 0
    assert len(set(beta)) == 50
    with pytest.raises(ValueError, match=r"^kind must be one of"):
        reverse_variance(1, BARS, X, kind="none")
