"""Stochastic depth: how many blocks live, what is computed, and the two ends."""

import pytest
import torch
from torch import nn

from dlbook_lib.regularize.stochastic_depth import StochasticDepth, survival_probabilities


def stack(blocks=54, last=0.5):
    torch.manual_seed(0)
    return StochasticDepth([nn.Linear(3, 3) for _ in range(blocks)], last=last)


def test_three_quarters_of_the_blocks_live():
    p = survival_probabilities(54, 0.5)
    assert p[-1].item() == 0.5
    assert p.sum().item() == pytest.approx((3 * 54 - 1) / 4)  # the paper's count
    model = stack().train()
    ran = []
    for _ in range(1000):
        model(torch.ones(1, 3))
        ran.append(model.ran)
    assert sum(ran) / 1000 == pytest.approx(40.25, abs=0.5)


def test_evaluation_is_the_mean_of_one_blocks_two_outcomes():
    model = stack(1, 0.3)
    x = torch.randn(5, 3)
    with torch.no_grad():
        here, gone = x + model.blocks[0](x), x
        assert torch.allclose(model.eval()(x), 0.3 * here + 0.7 * gone)


def test_certain_survival_is_a_residual_network():
    model, x = stack(4, 1.0), torch.randn(2, 3)
    y = x
    for block in model.blocks:
        y = y + block(y)
    assert torch.allclose(model.train()(x), y)
    assert torch.allclose(model.eval()(x), y)


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^last must lie in \[0, 1\], got 2$"):
        survival_probabilities(3, 2)
    with pytest.raises(TypeError, match=r"^blocks must be modules, got 3"):
        StochasticDepth([3])
