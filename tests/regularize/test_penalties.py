"""Penalties against their definitions and torch's own weight decay; what tying does between its two ends."""

import pytest
import torch
from torch import nn

from dlbook_lib.regularize.penalties import (
    elastic_net,
    l1_norm,
    squared_norm,
    tying_penalty,
    weight_matrices,
)


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_norms_are_those_of_torch():
    a, b = draw(3, 4), draw(5, seed=1)
    flat = torch.cat([a.flatten(), b])
    assert torch.isclose(l1_norm(a, b), torch.linalg.vector_norm(flat, 1))
    assert torch.isclose(squared_norm(a, b), torch.linalg.vector_norm(flat).square())
    assert torch.isclose(elastic_net(a, b, l1=0.3, l2=0.4), 0.3 * l1_norm(a, b) + 0.2 * squared_norm(a, b))


def test_gradients_are_sign_and_weight():
    w = draw(6).requires_grad_()
    elastic_net(w, l1=0.3, l2=0.4).backward()
    assert torch.allclose(w.grad, 0.3 * w.sign() + 0.4 * w)


@pytest.mark.parametrize(("optimizer", "same"), [(torch.optim.SGD, True), (torch.optim.AdamW, False)])
def test_the_squared_norm_is_the_weight_decay_of_sgd_and_not_that_of_adamw(optimizer, same):
    x, y = draw(20, 3), draw(20, 1, seed=1)
    places = []
    for decay, strength in ((0.1, 0.0), (0.0, 0.1)):
        torch.manual_seed(0)
        layer = nn.Linear(3, 1, bias=False).double()
        stepper = optimizer(layer.parameters(), lr=0.05, weight_decay=decay)
        for _ in range(10):
            stepper.zero_grad()
            loss = (layer(x) - y).square().mean() + strength / 2 * squared_norm(*weight_matrices(layer))
            loss.backward()
            stepper.step()
        places.append(layer.weight.detach())
    assert torch.allclose(*places, rtol=0, atol=1e-10) == same


def test_a_constant_in_the_penalty_moves_nothing():
    grid = torch.linspace(-3, 3, 6001, dtype=torch.float64)
    loss = (grid - 1.5).square()
    places = [grid[(loss + 0.8 * (grid.abs() - C)).argmin()].item() for C in (0, 1, 10)]
    assert places == pytest.approx([1.1] * 3, abs=1e-9)


def test_tying_leads_from_independent_to_shared():
    targets = draw(4), draw(4, seed=1)
    gaps = []
    for strength in (0.0, 0.1, 1.0, 10.0, 1e6):
        # the sum of squared errors plus the penalty is minimal where both move towards their mean
        a, b = (t.clone().requires_grad_() for t in targets)
        middle = (targets[0] + targets[1]) / 2
        with torch.no_grad():
            for w in (a, b):
                w.copy_(middle + (w - middle) / (1 + 2 * strength))
        total = squared_norm(a - targets[0], b - targets[1]) + strength * tying_penalty([a], [b])
        total.backward()
        assert torch.allclose(a.grad, torch.zeros(4).double(), atol=1e-5)
        gaps.append((a - b).norm().item())
    assert gaps[0] == pytest.approx((targets[0] - targets[1]).norm().item())
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-5


def test_biases_are_no_weight_matrices():
    model = nn.Sequential(nn.Linear(2, 3), nn.Conv2d(1, 2, 3))
    assert [w.ndim for w in weight_matrices(model)] == [2, 4]


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^l1 must be at least 0, got -1$"):
        elastic_net(torch.ones(2), l1=-1, l2=0)
    with pytest.raises(ValueError, match=r"^len\(weights\) must be at least 1, got 0$"):
        l1_norm()
    with pytest.raises(
        ValueError, match=r"^second must have the shapes of first, \[\(2,\)\], got \[\(3,\)\]$"
    ):
        tying_penalty([torch.ones(2)], [torch.ones(3)])
