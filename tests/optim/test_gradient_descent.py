"""Gradient descent and momentum against torch and against what a quadratic lets one compute."""

import math
import re

import pytest
import torch

from dlbook_lib.optim.gradient_descent import (
    alexnet,
    largest_stable_rate,
    look_ahead,
    nesterov,
    sgd,
    sgd_momentum,
)
from dlbook_lib.optim.running import follow
from dlbook_lib.optim.surfaces import surface_named

TWINS = {
    "sgd": (sgd, {}, {}),
    "momentum": (sgd_momentum, {"momentum": 0.9}, {"momentum": 0.9}),
    "alexnet": (
        alexnet,
        {"momentum": 0.9, "weight_decay": 0.0005},
        {"momentum": 0.9, "weight_decay": 0.0005},
    ),
}


def torch_path(gradient, start, steps, rate=0.01, **settings):
    """Where torch.optim.SGD goes; the rate may be a list."""
    w = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([w], lr=0.1, **settings)
    path = [start]
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate[step] if isinstance(rate, list) else rate
        w.grad = gradient(w.detach())
        optimizer.step()
        path.append(w.detach().clone())
    return torch.stack(path)


def bowl(w):
    return torch.linspace(1, 30, len(w), dtype=w.dtype) * (w - 1)


START = torch.randn(5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("twin", TWINS)
def test_every_step_is_torchs(twin):
    rule, ours, theirs = TWINS[twin]
    path = follow(rule, bowl, START, steps=300, lr=0.01, **ours)
    assert (path - torch_path(bowl, START, 300, **theirs)).abs().max() < 1e-14


@pytest.mark.parametrize("eta", [0.001, 0.5, 2.0])
def test_under_a_constant_gradient_the_past_has_the_share_alpha_whatever_the_rate(eta):
    w, state, g = torch.zeros(1).double(), (), torch.ones(1).double()
    for _ in range(400):
        before = state
        w, state = sgd_momentum(w, g, state, lr=eta, momentum=0.9)
    assert (0.9 * before[0] / state[0]).item() == pytest.approx(0.9, abs=1e-12)
    assert state[0].item() == pytest.approx(-eta / (1 - 0.9), rel=1e-12)


def test_the_fixed_points_of_weight_decay_as_published_and_as_printed():
    def slope(w):
        return 2 * (w - 1)

    w = torch.zeros(1, dtype=torch.float64)
    ends = [
        follow(alexnet, slope, w, steps=3000, lr=0.01, printed=printed)[-1].item()
        for printed in (False, True)
    ]
    assert ends[0] == pytest.approx(2 / (2 + 0.0005), abs=1e-9)
    assert ends[1] == pytest.approx(1 / (1 + 0.0005 / (2 * 0.01)), abs=1e-9)
    assert [round(end, 5) for end in ends] == [0.99975, 0.97561]


@pytest.mark.parametrize("rate", [0.3, 1.0, 1.9, 2.1])
def test_a_quadratic_contracts_by_its_worst_direction(rate):
    curvatures = torch.tensor([0.1, 1.0, 0.5], dtype=torch.float64)
    path = follow(sgd, lambda w: curvatures * w, torch.ones(3).double(), steps=200, lr=rate)
    factor = (path[-1].abs().max() / path[-2].abs().max()).item()
    assert factor == pytest.approx((1 - rate * curvatures).abs().max().item(), abs=1e-9)
    assert (factor < 1) == (rate < largest_stable_rate(1.0))


@pytest.mark.parametrize("alpha", [0.0, 0.5, 0.9])
def test_the_largest_stable_rate(alpha):
    bound = largest_stable_rate(4.0, momentum=alpha)
    for rate, ends in ((0.99 * bound, True), (1.01 * bound, False)):
        path = follow(
            sgd_momentum, lambda w: 4 * w, torch.ones(1).double(), steps=4000, lr=rate, momentum=alpha
        )
        assert (path[-1].abs() < 1).item() == ends


def test_the_step_is_perpendicular_to_the_level_set():
    beale = surface_named("beale")
    w = torch.tensor([0.7, 1.1], dtype=torch.float64)
    step = sgd(w, beale.gradient(w), lr=1.0)[0] - w
    along = torch.stack([step[1], -step[0]]) / step.norm()
    change = beale.value(w + 1e-6 * along) - beale.value(w - 1e-6 * along)
    assert abs(change / 2e-6) / step.norm() < 1e-6


def test_the_escape_from_a_saddle_takes_the_log_of_the_offset():
    saddle = surface_named("saddle")
    steps = []
    for offset in (1e-2, 1e-4, 1e-8, 1e-16):
        path = follow(sgd, saddle.gradient, torch.tensor([1.0, offset]).double(), steps=500, lr=0.05)
        steps.append(int((path[:, 1].abs() >= 1).nonzero()[0]))
    assert steps == [49, 97, 194, 387]
    assert steps[3] == math.ceil(16 * math.log(10) / math.log(1.1))


W = torch.zeros(2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sgd(W, torch.zeros(3), lr=0.1), "g must have shape (2,), got (3,)"),
        (lambda: sgd(W, W, lr=-1.0), "lr must be at least 0, got -1.0"),
        (lambda: sgd(W, W, (W,), lr=0.1), "state must be () or hold , got 1 tensors"),
        (lambda: sgd_momentum(W, W, lr=0.1, momentum=1.0), "momentum must be below 1, got 1.0"),
        (lambda: alexnet(W, W, lr=0.1, weight_decay=-1), "weight_decay must be at least 0, got -1"),
        (lambda: nesterov(W, W, (W, W), lr=0.1), "state must be () or hold v, got 2 tensors"),
        (lambda: look_ahead(W, momentum=-0.1), "momentum must be at least 0, got -0.1"),
        (lambda: largest_stable_rate(-1.0), "curvature must be at least 0, got -1.0"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
