"""Ridge against descent, a Gaussian posterior and least squares on invented data; shrinkage; least norm."""

import pytest
import torch

from dlbook_lib.regularize.linear import descend, ridge, shrinkage, stopping_shrinkage


def problem(N=30, D=5, seed=0):
    stream = torch.Generator().manual_seed(seed)
    X = torch.randn(N, D, dtype=torch.float64, generator=stream)
    return X, X @ torch.arange(1.0, D + 1, dtype=torch.float64) + torch.randn(
        N, dtype=torch.float64, generator=stream
    )


@pytest.mark.parametrize("strength", [0.01, 0.3, 5.0])
def test_the_closed_form_is_where_descent_ends(strength):
    X, y = problem()
    w = descend(X, y, lr=0.15, steps=4000, strength=strength)[-1]
    assert torch.allclose(ridge(X, y, strength), w, rtol=0, atol=1e-8)


def test_ridge_is_least_squares_on_invented_data():
    X, y = problem()
    more = torch.cat([X, 0.7**0.5 * torch.eye(5, dtype=torch.float64)])
    w = torch.linalg.lstsq(more, torch.cat([y, torch.zeros(5).double()])[:, None]).solution[:, 0]
    assert torch.allclose(ridge(X, y, 0.7, reduction="sum"), w, atol=1e-10)


def test_ridge_is_the_mode_of_a_gaussian_posterior():
    X, y = problem()
    noise, spread = 0.8, 1.7  # standard deviations of the errors and of the prior
    precision = X.T @ X / noise**2 + torch.eye(5, dtype=torch.float64) / spread**2
    mode = torch.linalg.solve(precision, X.T @ y / noise**2)
    assert torch.allclose(ridge(X, y, noise**2 / spread**2, reduction="sum"), mode, rtol=0, atol=1e-10)


def test_twice_the_data_halves_the_strength_of_a_sum_and_leaves_that_of_a_mean():
    X, y = problem()
    twice = torch.cat([X, X]), torch.cat([y, y])
    assert torch.allclose(ridge(*twice, 4.0, reduction="sum"), ridge(X, y, 2.0, reduction="sum"))
    assert torch.allclose(ridge(*twice, 2.0), ridge(X, y, 2.0))


def test_each_direction_shrinks_by_its_own_factor():
    X, y = problem()
    eigenvalues, directions = torch.linalg.eigh(X.T @ X / len(X))
    free, held = (directions.T @ ridge(X, y, strength) for strength in (0.0, 0.4))
    assert torch.allclose(held / free, shrinkage(eigenvalues, 0.4))
    stopped = directions.T @ descend(X, y, lr=0.05, steps=7)[-1]
    assert torch.allclose(stopped / free, stopping_shrinkage(eigenvalues, 0.05, 7))


@pytest.mark.parametrize(("product", "stopped", "ridged"), [(0.02, 0.0198, 0.0196), (0.2, 0.18, 0.17)])
def test_stopping_is_close_to_ridge_as_in_the_curriculum(product, stopped, ridged):
    steps, lr = 100, 0.01
    s = torch.tensor([product], dtype=torch.float64)  # eigenvalue times lr times steps
    assert stopping_shrinkage(s / (lr * steps), lr, steps).item() == pytest.approx(stopped, abs=2e-3)
    assert shrinkage(s / (lr * steps), 1 / (lr * steps)).item() == pytest.approx(ridged, abs=4e-3)


def test_descent_from_zero_finds_the_smallest_of_all_solutions():
    stream = torch.Generator().manual_seed(3)
    X = torch.randn(4, 9, dtype=torch.float64, generator=stream)
    y = torch.randn(4, dtype=torch.float64, generator=stream)
    w = descend(X, y, lr=0.1, steps=20_000)[-1]
    assert torch.allclose(w, torch.linalg.pinv(X) @ y, rtol=0, atol=1e-8)


def test_noise_on_the_inputs_is_ridge():
    """Averaged over the noise, XᵀX gains N σ² on its diagonal and Xᵀy nothing."""
    X, y = problem(N=40, D=3)
    sigma, copies = 0.5, 4000
    noise = torch.randn(copies, 40, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    noisy = (X + sigma * noise).reshape(-1, 3)
    fitted = torch.linalg.lstsq(noisy, y.repeat(copies)[:, None]).solution[:, 0]
    assert torch.allclose(fitted, ridge(X, y, 40 * sigma**2, reduction="sum"), atol=0.02)


def test_errors_name_argument_value_and_rule():
    X, y = problem()
    with pytest.raises(ValueError, match=r"^reduction must be one of 'mean', 'sum', got 'none'$"):
        ridge(X, y, 1.0, reduction="none")
    with pytest.raises(ValueError, match=r"^strength must be at least 0, got -1.0$"):
        ridge(X, y, -1.0)
    with pytest.raises(ValueError, match=r"^y must have shape \(30,\), got \(29,\)$"):
        descend(X, y[:-1], lr=0.1, steps=1)
