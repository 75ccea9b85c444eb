"""The rectifier's family against torch, and the gradient of the learned slope."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.feedforward.activations import slope
from dlbook_lib.feedforward.slopes import PReLU, RReLU, generalized_relu, leaky_relu

Z = torch.linspace(-3, 3, 121)


def test_one_formula_is_the_whole_family():
    assert torch.equal(generalized_relu(Z, 0), F.relu(Z))
    assert torch.equal(generalized_relu(Z, -1), Z.abs())
    assert torch.equal(generalized_relu(Z, 1), Z)
    assert torch.equal(generalized_relu(Z, 0.2), F.leaky_relu(Z, 0.2))
    assert torch.equal(leaky_relu(Z), F.leaky_relu(Z, 0.01))


def test_the_formula_is_a_maximum_and_a_minimum():
    zero = torch.zeros(())
    for alpha in (-2.0, 0.3, 1.7):
        expected = torch.maximum(zero, Z) + alpha * torch.minimum(zero, Z)
        assert torch.allclose(generalized_relu(Z, alpha), expected)


def test_the_leak_has_a_slope_on_both_sides():
    assert slope(leaky_relu, torch.tensor([-2.0, 2.0])).tolist() == pytest.approx([0.01, 1])


def test_prelu_is_torchs_and_so_is_its_gradient():
    ours, theirs = PReLU(3), nn.PReLU(3)
    z = torch.randn(5, 3, 4, generator=torch.Generator().manual_seed(0))
    weigh = torch.randn(5, 3, 4, generator=torch.Generator().manual_seed(1))
    assert torch.equal(ours(z), theirs(z))
    (ours(z) * weigh).sum().backward()
    (theirs(z) * weigh).sum().backward()
    assert torch.allclose(ours.alpha.grad, theirs.weight.grad)
    by_formula = (z.clamp(max=0) * weigh).sum(dim=(0, 2))
    assert torch.allclose(ours.alpha.grad, by_formula, atol=1e-5)


def test_the_gradient_of_the_slope_by_finite_differences():
    layer = PReLU(2).double()
    z = torch.randn(7, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert torch.autograd.gradcheck(
        lambda alpha: torch.func.functional_call(layer, {"alpha": alpha}, (z,)),
        layer.alpha.detach().requires_grad_(),
    )


def test_rrelu_at_test_time_is_the_mean_of_its_interval():
    minus_one = torch.tensor([-1.0])
    expected = F.rrelu(minus_one, training=False)
    assert torch.allclose(RReLU().eval()(minus_one), expected)
    assert expected.item() == pytest.approx(-(1 / 8 + 1 / 3) / 2)
    assert expected.item() == pytest.approx(-0.22917, abs=1e-5)


def test_rrelu_in_training_draws_within_its_interval():
    torch.manual_seed(0)
    y = RReLU()(torch.full((20_000,), -1.0))
    assert -1 / 3 <= y.min() < -0.33
    assert -0.126 < y.max() <= -1 / 8
    assert y.mean().item() == pytest.approx(-0.22917, abs=2e-3)
    assert torch.equal(RReLU()(torch.tensor([2.0])), torch.tensor([2.0]))


def test_bad_arguments():
    with pytest.raises(ValueError, match="high must"):
        RReLU(low=0.5, high=0.1)
    with pytest.raises(ValueError, match="channels must be at least 1"):
        PReLU(0)
