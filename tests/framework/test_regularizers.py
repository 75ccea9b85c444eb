"""The penalty by hand, its slope, what the factor's place changes, and which weights are penalised."""

import pytest
import torch
from torch import nn

from dlbook_lib.framework.regularizers import L1Regularizer, weight_penalty


def test_the_value_by_hand_and_the_slope():
    w = torch.tensor([-1.0, 2.0], requires_grad=True)
    penalty = L1Regularizer(0.1)(w)
    assert penalty.item() == pytest.approx(0.3)
    penalty.backward()
    assert torch.allclose(w.grad, 0.1 * w.detach().sign())


def test_slopes_agree_with_finite_differences_away_from_zero():
    w = torch.tensor([-1.0, 0.5, 2.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(L1Regularizer(0.7), w)


def test_inside_the_absolute_value_the_factor_loses_its_sign():
    w = torch.tensor([-1.0, 2.0])
    inside, outside = (-0.1 * w).abs().sum(), -0.1 * w.abs().sum()
    assert (inside.item(), outside.item()) == pytest.approx((0.3, -0.3))
    with pytest.raises(ValueError, match=r"factor must be at least 0, got -0\.1"):
        L1Regularizer(-0.1)


def test_biases_are_left_alone():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    total = weight_penalty(model, L1Regularizer(0.5))
    expected = 0.5 * (model[0].weight.abs().sum() + model[2].weight.abs().sum())
    torch.testing.assert_close(total, expected)
    total.backward()
    assert model[0].bias.grad is None
    assert L1Regularizer(**L1Regularizer(0.5).config()).factor == 0.5


def test_a_model_without_weights_is_refused():
    with pytest.raises(ValueError, match="model must have a weight besides biases, got ReLU"):
        weight_penalty(nn.ReLU(), L1Regularizer(1))
    with pytest.raises(TypeError, match="model must be"):
        weight_penalty("model", L1Regularizer(1))
