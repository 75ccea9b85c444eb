"""AdaBound: rates stay between the bounds, and both bounds end at the rate of plain descent."""

import re

import pytest
import torch

from dlbook_lib.optim.adabound import adabound, coordinate_rates, rate_bounds
from dlbook_lib.optim.adam import adam
from dlbook_lib.optim.gradient_descent import sgd


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("beta2", [0.9, 0.999])
def test_the_bounds_are_the_papers(beta2):
    for t in (1, 10, 1000, 10**6):
        lower, upper = rate_bounds(t, final_lr=0.1, speed=1 - beta2)
        assert lower == pytest.approx(0.1 - 0.1 / ((1 - beta2) * t + 1), abs=1e-12)
        assert upper == pytest.approx(0.1 + 0.1 / ((1 - beta2) * t), abs=1e-9)
    assert max(abs(bound - 0.1) for bound in rate_bounds(1e9)) < 1e-6


def test_every_rate_stays_in_a_band_that_closes():
    w, state, width = torch.zeros(4).double(), (), float("inf")
    for t, g in enumerate(draw(2000, 4) * torch.tensor([1e-4, 1e-2, 1.0, 100.0]), 1):
        w, state = adabound(w, g, state, lr=1e-3, speed=0.01)
        rates = coordinate_rates(state, lr=1e-3, speed=0.01)
        lower, upper = rate_bounds(t, speed=0.01)
        assert (rates >= lower - 1e-12).all()
        assert (rates <= upper + 1e-12).all()
        assert upper - lower < width
        width = upper - lower
    assert ((rates - 0.1).abs() < 0.006).all()


def test_wide_open_bounds_leave_adam_and_closed_ones_leave_sgd():
    g = draw(50, 3)
    ours, theirs, ends = [torch.zeros(3).double()] * 2, [torch.zeros(3).double()] * 2, [(), (), (), ()]
    for row in g:
        ours[0], ends[0] = adabound(ours[0], row, ends[0], lr=1e-3, speed=1e-12)
        theirs[0], ends[1] = adam(theirs[0], row, ends[1], lr=1e-3, correct=False)
        ours[1], ends[2] = adabound(ours[1], row, ends[2], lr=1e-3, speed=1e12, beta1=0.0)
        theirs[1], ends[3] = sgd(theirs[1], row, lr=0.1)
    for one, other in zip(ours, theirs):
        assert torch.allclose(one, other, rtol=1e-9, atol=1e-12)


def test_errors_name_argument_value_and_rule():
    w = torch.zeros(2)
    with pytest.raises(ValueError, match=r"^final_lr must be at least 0, got -1$"):
        adabound(w, w, lr=0.1, final_lr=-1)
    with pytest.raises(ValueError, match=f"^{re.escape('state must hold m, v, t, got 0 tensors')}$"):
        coordinate_rates((), lr=0.1)
