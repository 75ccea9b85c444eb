"""The losses of two weights: gradients by autograd, minima by search, and what each is there to show."""

import math

import pytest
import torch

from dlbook_lib.optim.gradient_descent import sgd
from dlbook_lib.optim.running import follow
from dlbook_lib.optim.surfaces import SURFACES, hessian, quadratic, quadratic_gradient, surface_named


def places(surface, count=200):
    (left, right), (low, high) = surface.window
    unit = torch.rand(count, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    return torch.tensor([left, low]) + unit * torch.tensor([right - left, high - low])


@pytest.mark.parametrize("name", SURFACES)
def test_the_gradient_is_that_of_autograd(name):
    surface = SURFACES[name]
    w = places(surface).requires_grad_()
    (expected,) = torch.autograd.grad(surface.value(w).sum(), w)
    assert torch.allclose(surface.gradient(w), expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", SURFACES)
def test_the_minima_are_where_they_should_be(name):
    surface = SURFACES[name]
    for place in surface.minimisers:
        w = torch.tensor(place, dtype=torch.float64)
        assert surface.gradient(w).abs().max() < 2e-5
        assert torch.linalg.eigvalsh(hessian(surface, w)).min() > 0
        assert (surface.value(places(surface, 2000)) >= surface.value(w)).all()
    assert bool(surface.minimisers) == (name != "saddle")


@pytest.mark.parametrize("name", SURFACES)
def test_descent_from_the_start_stays_finite_and_goes_down(name):
    surface = SURFACES[name]
    path = follow(sgd, surface.gradient, torch.tensor(surface.start).double(), steps=60, lr=surface.lr)
    assert path.isfinite().all()
    assert surface.value(path[-1]) < surface.value(path[0])


@pytest.mark.parametrize("angle", [0.0, 0.7, -2.0])
def test_the_curvatures_of_the_quadratic(angle):
    H = torch.stack([quadratic_gradient(e, condition=30.0, angle=angle) for e in torch.eye(2).double()])
    assert torch.allclose(torch.linalg.eigvalsh(H), torch.tensor([1.0, 30.0]).double())
    valley = torch.tensor([math.cos(angle), math.sin(angle)]).double()
    assert quadratic(valley, condition=30.0, angle=angle) == pytest.approx(0.5)


def test_the_double_well_has_a_second_minimum_and_the_saddle_has_mixed_curvature():
    well, saddle = surface_named("double-well"), surface_named("saddle")
    w = follow(sgd, well.gradient, torch.tensor([1.0, 0.0]).double(), steps=400, lr=0.05)[-1]
    assert w[0] > 0.9
    assert well.value(w) > well.value(torch.tensor(well.minimisers[0])) + 0.5
    assert torch.linalg.eigvalsh(hessian(saddle, torch.zeros(2))).tolist() == [-2, 2]


def test_four_minima_and_one_of_them_deepest():
    hills = surface_named("four-minima")
    starts = places(hills, 400)
    ends = follow(sgd, hills.gradient, starts, steps=2000, lr=0.005)[-1]
    found = torch.unique((ends * 1e3).round(), dim=0)
    assert len(found) == 4
    values = hills.value(found / 1e3).sort().values
    assert values[0] < 1e-4 < 1 < values[1]


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^name must be one of 'quadratic', .*, got 'bowl'$"):
        surface_named("bowl")
