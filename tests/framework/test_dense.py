"""The lazy layer against nn.Linear with its weight transposed, and its life before the first call."""

import json

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.framework.dense import ACTIVATIONS, Dense


def draw(*shape):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(5, 4), (2, 3, 4), (4,)])
def test_it_is_a_linear_layer_with_the_transposed_weight(activation, shape):
    layer, x = Dense(3, activation=activation), draw(*shape)
    y = layer(x)
    expected = F.linear(x, layer.kernel.T, layer.bias)
    expected = expected if activation == "linear" else getattr(torch, activation)(expected)
    torch.testing.assert_close(y, expected, rtol=0, atol=1e-12)
    assert sum(p.numel() for p in layer.parameters()) == 4 * 3 + 3


def test_the_width_is_found_as_by_a_lazy_layer_of_torch():
    ours, theirs, x = Dense(3), nn.LazyLinear(3), torch.zeros(2, 7)
    assert ours(x).shape == theirs(x).shape
    assert ours.kernel.shape == theirs.weight.T.shape
    assert not ours.bias.any()


def test_the_kernel_has_the_spread_of_glorot_and_bengio():
    torch.manual_seed(0)
    kernel = Dense(300).build(200).kernel
    assert kernel.std().item() == pytest.approx((2 / 500) ** 0.5, rel=0.02)
    assert abs(kernel.mean().item()) < 1e-3


def test_slopes_agree_with_finite_differences():
    layer, x = Dense(2, activation="tanh").build(3, like=draw(1)), draw(4, 3).requires_grad_()

    def run(x, kernel, bias):
        return torch.func.functional_call(layer, {"kernel": kernel, "bias": bias}, (x,))

    assert torch.autograd.gradcheck(run, (x, layer.kernel, layer.bias))


def test_configuration_and_weights_make_an_equal_layer():
    layer, x = Dense(3, activation="relu"), draw(5, 4)
    y = layer(x)
    again = Dense(**json.loads(json.dumps(layer.config())))
    again.load_state_dict(layer.state_dict())  # builds it
    assert torch.equal(again(x), y)
    model = nn.Sequential(Dense(3), Dense(1))
    model(x)
    other = nn.Sequential(Dense(3), Dense(1))
    other.load_state_dict(model.state_dict())
    assert torch.equal(other(x), model(x))


def test_wrong_arguments_are_refused():
    layer = Dense(3).build(4)
    with pytest.raises(ValueError, match="x must have 4 numbers per row, got 5"):
        layer(torch.zeros(2, 5))
    with pytest.raises(ValueError, match="units must be at least 1"):
        Dense(0)
    with pytest.raises(ValueError, match="activation must be one of 'linear'"):
        Dense(3, activation="softmax")
    with pytest.raises(ValueError, match="width must be at least 1"):
        Dense(3).build(0)
