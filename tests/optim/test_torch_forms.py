"""Momentum and Nesterov in torch's form: its steps, and where they part from the other form."""

import re

import pytest
import torch

from dlbook_lib.optim.gradient_descent import look_ahead, nesterov, sgd_momentum
from dlbook_lib.optim.running import follow
from dlbook_lib.optim.torch_forms import momentum_torch, nesterov_torch


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


@pytest.mark.parametrize("nesterovs", [False, True])
def test_every_step_is_torchs(nesterovs):
    rule = nesterov_torch if nesterovs else momentum_torch
    path = follow(rule, bowl, START, steps=300, lr=0.01, momentum=0.8)
    theirs = torch_path(bowl, START, 300, momentum=0.8, nesterov=nesterovs)
    assert (path - theirs).abs().max() < 1e-14


def test_nesterov_holds_the_weights_and_torch_the_look_ahead():
    w, state, gaps, apart = START, (), [], []
    theirs = torch_path(bowl, START, 60, momentum=0.9, nesterov=True)
    for p in theirs[:-1]:
        place = look_ahead(w, state, momentum=0.9)
        gaps.append((p - place).abs().max())
        apart.append((p - w).abs().max())
        w, state = nesterov(w, bowl(place), state, lr=0.01, momentum=0.9)
    assert max(gaps) < 1e-14
    assert max(apart) > 0.1


def test_the_two_forms_of_momentum_part_when_the_rate_is_cut():
    def rates(step):
        return 0.01 if step < 20 else 0.001

    ours, theirs = (follow(rule, bowl, START, steps=40, lr=rates) for rule in (sgd_momentum, momentum_torch))
    assert (ours - theirs)[:21].abs().max() < 1e-14
    assert (ours - theirs)[22:].abs().max() > 1e-2
    listed = [rates(step) for step in range(40)]
    assert (theirs - torch_path(bowl, START, 40, rate=listed, momentum=0.9)).abs().max() < 1e-14


W = torch.zeros(2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: momentum_torch(W, W, lr=-0.1), "lr must be at least 0, got -0.1"),
        (lambda: nesterov_torch(W, W, lr=0.1, momentum=2), "momentum must be below 1, got 2"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
