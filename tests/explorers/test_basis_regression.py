"""The fit against lstsq on the powers themselves, the terms against resampling, and what is said of them."""

import math

import numpy as np
import pytest
import torch

from dlbook_lib.explorers._elimination import eliminate
from dlbook_lib.explorers.basis_regression import NOISES, PLACES
from dlbook_lib.explorers.basis_regression import basis_regression as explorer
from dlbook_lib.learning.basis import gaussian_basis, least_squares, polynomial_basis

TRUTHS = {
    "one wave": lambda x: torch.sin(math.pi * x),
    "three waves": lambda x: torch.sin(3 * math.pi * x),
    "a step": lambda x: torch.where(x > 0, 0.7, -0.7).double(),
}


def readings(N, noise, sample, truth="one wave"):
    x = torch.linspace(-1, 1, N, dtype=torch.float64)
    return x, TRUTHS[truth](x) + noise * NOISES[sample, :N]


@pytest.mark.parametrize("truth", TRUTHS)
@pytest.mark.parametrize(("size", "N"), [(1, 4), (4, 12), (9, 30), (12, 40)])
def test_polynomials_are_least_squares_on_powers(truth, size, N):
    outputs = explorer.evaluate({"size": size, "readings": N, "truth": truth, "sample": 2})
    x, y = readings(N, 0.3, 2, truth)
    w = least_squares(polynomial_basis(x, size - 1), y)
    expected = (polynomial_basis(PLACES, size - 1) @ w).clamp(-4, 4).float()
    assert torch.allclose(outputs["fitted"], expected, atol=1e-4)
    train = (polynomial_basis(x, size - 1) @ w - y).square().mean()
    assert outputs["now_train"].item() == pytest.approx(train.item(), abs=1e-5)
    test = (polynomial_basis(PLACES, size - 1) @ w - TRUTHS[truth](PLACES)).square().mean() + 0.09
    assert outputs["now_test"].item() == pytest.approx(test.item(), rel=1e-3)


@pytest.mark.parametrize(("size", "ridge"), [(5, -1.0), (12, 0.0), (12, -3.0)])
def test_bumps_with_a_ridge_are_the_textbook_formula(size, ridge):
    chosen = {"bumps": "Gaussian bumps", "size": size, "width": 0.2, "ridge": ridge, "readings": 20}
    outputs = explorer.evaluate(chosen)
    x, y = readings(20, 0.3, 0)
    centres = torch.linspace(-1, 1, size, dtype=torch.float64)
    Phi = gaussian_basis(x, centres, 0.2)
    w = torch.linalg.solve(Phi.T @ Phi + 10**ridge * torch.eye(size), Phi.T @ y)
    expected = gaussian_basis(PLACES, centres, 0.2) @ w
    assert torch.allclose(outputs["fitted"], expected.float(), atol=1e-3)


@pytest.mark.parametrize(("size", "N", "noise"), [(3, 12, 0.3), (10, 14, 0.5), (12, 40, 0.2)])
def test_terms_are_those_of_many_samples(size, N, noise):
    outputs = explorer.evaluate({"size": size, "readings": N, "noise": noise})
    x, _ = readings(N, 0, 0)
    draws = torch.randn(4000, N, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    fits = np.polynomial.polynomial.polyfit(
        x.numpy(), (TRUTHS["one wave"](x) + noise * draws).T.numpy(), size - 1
    )
    said = torch.from_numpy(np.polynomial.polynomial.polyval(PLACES.numpy(), fits))  # (4000, places)
    bias = (said.mean(dim=0) - TRUTHS["one wave"](PLACES)).square().mean()
    variance = said.var(dim=0).mean()
    assert outputs["shares"][0].item() == pytest.approx(bias.item(), abs=0.003 + 0.01 * variance.item())
    assert outputs["shares"][1].item() == pytest.approx(variance.item(), rel=0.05)
    assert outputs["shares"][2].item() == pytest.approx(noise**2)


def test_the_training_error_never_rises_with_a_function_more():
    for chosen in ({"sample": 4}, {"sample": 7, "readings": 30}, {"truth": "a step"}):
        assert (explorer.evaluate(chosen)["train"].diff() < 1e-6).all()


def test_absent_readings_are_not_drawn():
    points = explorer.evaluate({"readings": 7})["points"]
    assert points.isfinite().sum() == 14
    assert points[0, :7].tolist() == pytest.approx(torch.linspace(-1, 1, 7).tolist(), abs=1e-6)


def test_elimination_solves():
    A = torch.randn(5, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    A, B = A @ A.transpose(1, 2) + torch.eye(8), A[:, :, :3]
    assert torch.allclose(eliminate(A, B), torch.linalg.solve(A, B))


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"size": 2}, "too simple: 4 would be best."),
        ({"size": 4}, "no other number does better on average."),
        ({"size": 12}, "too flexible: 4 would be best."),
    ],
)
def test_the_sentence(chosen, words):
    assert words in explorer.sentence(explorer.evaluate(chosen), chosen)


def test_challenges_can_be_met_and_are_not_at_the_start():
    start = explorer.evaluate({})
    assert not any(start[challenge.met] for challenge in explorer.challenges)
    assert explorer.evaluate({"size": 4})["at_best"]
    assert explorer.evaluate({"size": 12})["noisy"]
    assert explorer.evaluate({"size": 12, "ridge": -0.5})["tamed"]
