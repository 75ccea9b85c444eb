"""Newton's step: one is enough on a quadratic, and a saddle is as good to it as a minimum."""

import re

import pytest
import torch

from dlbook_lib.optim.newton import newton
from dlbook_lib.optim.surfaces import hessian, surface_named


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", [2, 5])
@pytest.mark.parametrize("condition", [1.0, 1e2, 1e6])
def test_one_step_solves_a_quadratic_whatever_its_condition(size, condition):
    turn = torch.linalg.qr(draw(size, size)).Q
    H = turn @ torch.diag(torch.logspace(0, torch.tensor(condition).log10().item(), size).double()) @ turn.T
    best, w = draw(size, seed=1), draw(size, seed=2)
    assert (newton(w, H @ (w - best), H)[0] - best).abs().max() < 1e-8


def test_the_closed_form_for_two_weights_is_the_solution():
    H, w, g = draw(2, 2), draw(2, seed=1), draw(2, seed=2)
    step = w - newton(w, g, H, lr=0.3, damping=0.7)[0]
    expected = 0.3 * torch.linalg.solve(H + 0.7 * torch.eye(2).double(), g)
    assert torch.allclose(step, expected, rtol=0, atol=1e-12)


def test_rosenbrock_in_a_handful_of_steps():
    valley = surface_named("rosenbrock")
    w = torch.tensor(valley.start, dtype=torch.float64)
    for _ in range(7):
        w, _ = newton(w, valley.gradient(w), hessian(valley, w))
    assert (w - 1).abs().max() < 1e-8


def test_it_goes_to_the_saddle():
    saddle = surface_named("saddle")
    w = torch.tensor([0.7, -0.4], dtype=torch.float64)
    assert newton(w, saddle.gradient(w), hessian(saddle, w))[0].abs().max() == 0


def test_errors_name_argument_value_and_rule():
    w = torch.zeros(2)
    with pytest.raises(ValueError, match=r"^damping must be at least 0, got -1$"):
        newton(w, w, torch.eye(2), damping=-1)
    with pytest.raises(ValueError, match=f"^{re.escape('g must have shape (3, 3), got (2, 2)')}$"):
        newton(w, w, torch.eye(3))
