"""Bases against NumPy, and the two solvers against torch's own and against each other."""

import re

import numpy as np
import pytest
import torch

from dlbook_lib.learning.basis import gaussian_basis, least_squares, normal_equations, polynomial_basis


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("degree", [0, 1, 5, 15])
def test_polynomials_are_those_of_numpy(degree):
    x = draw(9)
    expected = np.vander(x.numpy(), degree + 1, increasing=True)
    assert np.allclose(polynomial_basis(x, degree).numpy(), expected, rtol=1e-12)


def test_zero_to_the_zero_is_one():
    assert polynomial_basis(torch.zeros(1), 2).tolist() == [[1, 0, 0]]


def test_bumps_are_normal_densities_without_their_constant():
    x, centres = draw(8), draw(3, seed=1)
    density = torch.distributions.Normal(centres, 0.3).log_prob(x[:, None]).exp()
    top = torch.distributions.Normal(0.0, 0.3).log_prob(torch.zeros(())).exp()
    assert torch.allclose(gaussian_basis(x, centres, 0.3), density / top, rtol=1e-6)


@pytest.mark.parametrize("solve", [normal_equations, least_squares])
@pytest.mark.parametrize("seed", range(5))
def test_solvers_are_lstsq_on_gaussian_bumps(solve, seed):
    x, y = draw(30, seed=seed), draw(30, seed=seed + 100)
    Phi = gaussian_basis(x, torch.linspace(-2, 2, 6, dtype=torch.float64), 0.6)
    expected = torch.linalg.lstsq(Phi, y[:, None]).solution[:, 0]
    assert torch.allclose(solve(Phi, y), expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("solve", [normal_equations, least_squares])
def test_the_residual_is_orthogonal_to_every_column(solve):
    Phi, y = draw(20, 4), draw(20, seed=1)
    assert (Phi.T @ (y - Phi @ solve(Phi, y))).abs().max() < 1e-12


def test_normal_equations_lose_twice_the_digits():
    x = torch.linspace(-1, 1, 60, dtype=torch.float64)
    truth = torch.ones(25, dtype=torch.float64)
    Phi = polynomial_basis(x, 24)
    errors = [(solve(Phi, Phi @ truth) - truth).abs().max() for solve in (least_squares, normal_equations)]
    assert errors[0] < 1e-5
    assert errors[1] > 1e-2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: polynomial_basis(draw(2, 2), 1), "x must have shape (N,), got (2, 2)"),
        (lambda: polynomial_basis(draw(2), -1), "degree must be at least 0, got -1"),
        (lambda: gaussian_basis(draw(2), draw(2), 0), "width must be at least 1e-12, got 0"),
        (lambda: normal_equations(draw(2, 3), draw(2)), "N must be at least 3, got 2"),
        (lambda: least_squares(draw(3, 2), draw(2)), "y must have shape (3,), got (2,)"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
