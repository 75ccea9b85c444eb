"""Weight normalization against torch's parametrization, and what it does to gradients."""

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import weight_norm as torchs_weight_norm

from dlbook_lib.layers.weight_norm import WeightNormLinear, weight_norm


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("layer", [lambda: nn.Linear(5, 3), lambda: nn.Conv2d(4, 3, 2)])
def test_weights_and_gradients_are_torchs(layer):
    theirs = torchs_weight_norm(layer())
    g, v = theirs.parametrizations.weight.original0, theirs.parametrizations.weight.original1
    g.data = draw(*g.shape, seed=1)
    ours_g, ours_v = g.detach().flatten().requires_grad_(), v.detach().clone().requires_grad_()
    ours = weight_norm(ours_v, ours_g)
    torch.testing.assert_close(ours, theirs.weight)
    weigh = draw(*ours.shape, seed=2)
    (ours * weigh).sum().backward()
    (theirs.weight * weigh).sum().backward()
    torch.testing.assert_close(ours_v.grad, v.grad)
    torch.testing.assert_close(ours_g.grad, g.grad.flatten())


def test_rows_have_the_length_g_and_gradients_are_orthogonal():
    v, g = draw(6, 9).double().requires_grad_(), draw(6, seed=1).double()
    w = weight_norm(v, g)
    torch.testing.assert_close(w.norm(dim=1), g.abs(), rtol=0, atol=1e-12)
    (w * draw(6, 9, seed=2).double()).sum().backward()
    assert (v.grad * v).sum(1).abs().max() < 1e-12
    longer = v.detach() - 0.5 * v.grad  # a step at a right angle makes v longer, never shorter
    assert (longer.norm(dim=1) > v.norm(dim=1)).all()
    torch.testing.assert_close(weight_norm(-v, -g), w)  # g may be negative: then -v points the way


def test_the_layer_starts_as_a_dense_one_and_steps_as_torchs():
    ours = WeightNormLinear(5, 3)
    theirs = torchs_weight_norm(nn.Linear(5, 3))
    plain = nn.Linear(5, 3)
    plain.weight.data, plain.bias.data = ours.v.detach().clone(), ours.bias.detach().clone()
    x = draw(4, 5)
    torch.testing.assert_close(ours(x), plain(x))
    weight = theirs.parametrizations.weight
    weight.original0.data, weight.original1.data = ours.g.detach()[:, None].clone(), ours.v.detach().clone()
    theirs.bias.data.zero_()
    steppers = [torch.optim.SGD(layer.parameters(), lr=0.1) for layer in (ours, theirs)]
    for _ in range(5):
        for layer, stepper in zip((ours, theirs), steppers):
            stepper.zero_grad()
            layer(x).square().sum().backward()
            stepper.step()
    torch.testing.assert_close(ours(x), theirs(x))


def test_bad_arguments():
    with pytest.raises(ValueError, match="in_features must be at least 1"):
        WeightNormLinear(0, 1)
    with pytest.raises(ValueError, match="out_features must be at least 1"):
        WeightNormLinear(1, 0)
