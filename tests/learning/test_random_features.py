"""Ridgeless regression against lstsq and the limit of ridge, and the peak at as many features as examples."""

import math
import re

import pytest
import torch

from dlbook_lib.learning.kernels import rbf_kernel
from dlbook_lib.learning.random_features import random_features, ridgeless, sweep_features


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_features_are_those_of_a_loop():
    x, omega, beta = draw(5, 3), draw(7, 3, seed=1), draw(7, seed=2)
    by_hand = [[math.cos(float(w @ row) + float(b)) for w, b in zip(omega, beta)] for row in x]
    expected = torch.tensor(by_hand, dtype=torch.float64) * (2 / 7) ** 0.5
    assert torch.allclose(random_features(x, omega, beta), expected)


def test_their_products_approach_the_gaussian_kernel():
    x, width = draw(8, 2), 1.5
    beta = 2 * math.pi * torch.rand(40_000, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    features = random_features(x, draw(40_000, 2, seed=2) / width, beta)
    gap = (features @ features.T - rbf_kernel(x, x, width=width)).abs().max()
    assert gap < 0.03  # ten seeds: up to 0.016


@pytest.mark.parametrize(("N", "P"), [(12, 4), (4, 12), (6, 6)])
def test_ridgeless_is_lstsq_of_numpy_kind(N, P):
    Phi, y = draw(N, P), draw(N, seed=1)
    expected = torch.linalg.lstsq(Phi, y[:, None], driver="gelsd").solution[:, 0]
    assert torch.allclose(ridgeless(Phi, y), expected, atol=1e-9)


@pytest.mark.parametrize(("N", "P"), [(12, 4), (4, 12)])
def test_ridgeless_is_the_limit_of_ridge(N, P):
    Phi, y = draw(N, P), draw(N, seed=1)
    ridge = torch.linalg.solve(Phi.T @ Phi + 1e-9 * torch.eye(P), Phi.T @ y)
    assert torch.allclose(ridgeless(Phi, y), ridge, atol=1e-6)


def test_beyond_interpolation_it_fits_and_is_the_shortest():
    Phi, y = draw(5, 20), draw(5, seed=1)
    w = ridgeless(Phi, y)
    assert torch.allclose(Phi @ w, y)
    _, _, V = torch.linalg.svd(Phi)
    assert (V[5:] @ w).abs().max() < 1e-12  # nothing along what the data cannot see


def sweep(seed, counts):
    stream = torch.Generator().manual_seed(seed)
    x, x_test = (torch.randn(n, 5, generator=stream, dtype=torch.float64) for n in (30, 300))
    rule = torch.randn(5, generator=stream, dtype=torch.float64)
    y, y_test = (torch.tanh(places @ rule) for places in (x, x_test))
    y = y + 0.3 * torch.randn(30, generator=stream, dtype=torch.float64)
    return sweep_features((x, y), (x_test, y_test), counts, draws=10, scale=0.5, generator=stream)


@pytest.mark.parametrize("seed", range(3))
def test_the_test_error_peaks_at_interpolation_and_falls_again(seed):
    errors = sweep(seed, [5, 30, 300])
    low, peak, wide = errors.test.median(dim=0).values
    # Over ten seeds the peak is 9 to 60 times the first and 20 to 120 times the last.
    assert peak > 3 * low
    assert peak > 3 * wide
    assert errors.train[:, 2].max() < 1e-18
    assert errors.length.median(dim=0).values.argmax() == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: random_features(draw(3), draw(2, 1), draw(2)), "x must have shape (N, D), got (3,)"),
        (
            lambda: random_features(draw(3, 1), draw(2, 2), draw(2)),
            "frequencies must have shape (P, 1), got (2, 2)",
        ),
        (lambda: random_features(draw(3, 1), draw(2, 1), draw(3)), "phases must have shape (2,), got (3,)"),
        (lambda: ridgeless(draw(3), draw(3)), "Phi must have shape (N, P), got (3,)"),
        (lambda: ridgeless(draw(3, 2), draw(2)), "y must have shape (3,), got (2,)"),
        (lambda: sweep(0, [0, 3]), "min(counts) must be at least 1, got 0"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
