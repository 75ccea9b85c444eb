"""Depthwise and pointwise steps against torch; what the pair can express; what it saves."""

import re

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.cost import layer_cost, parameter_count
from dlbook_lib.cnn.separable import DepthwiseSeparableConv2d, depthwise_conv2d, pointwise_conv2d, saving


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


OPTIONS = [
    dict(kernel_size=3),
    dict(kernel_size=(2, 3), stride=(1, 2)),
    dict(kernel_size=3, padding=(1, 2), dilation=(2, 1)),
    dict(kernel_size=(4, 1), stride=2, padding=1, dilation=(1, 2)),
]


@pytest.mark.parametrize("options", OPTIONS)
def test_depthwise_is_torch_with_as_many_groups_as_channels(options):
    options = dict(options)
    kernel_size = options.pop("kernel_size")
    shape = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    x, weight = draw(2, 5, 8, 9), draw(5, *shape, seed=1)
    torchs = F.conv2d(x, weight.unsqueeze(1), groups=5, **options)
    assert torch.allclose(depthwise_conv2d(x, weight, **options), torchs, rtol=0, atol=1e-12)


def test_depthwise_mixes_no_channels():
    x = draw(1, 3, 5, 5).requires_grad_()
    depthwise_conv2d(x, draw(3, 3, 3, seed=2))[:, 1].sum().backward()
    assert x.grad[:, 1].any()
    assert not x.grad[:, [0, 2]].any()


def test_pointwise_is_a_dense_layer_at_every_pixel():
    x, weight = draw(2, 5, 4, 3), draw(7, 5, seed=3)
    result = pointwise_conv2d(x, weight)
    assert torch.allclose(result, F.linear(x.movedim(1, -1), weight).movedim(-1, 1), rtol=0, atol=1e-12)
    assert torch.allclose(result, F.conv2d(x, weight[:, :, None, None]), rtol=0, atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS)
def test_the_module_is_its_two_steps(options):
    torch.manual_seed(0)
    layer = DepthwiseSeparableConv2d(4, 6, bias=False, **options).double()
    x = draw(2, 4, 8, 9, seed=4)
    geometry = {name: value for name, value in options.items() if name != "kernel_size"}
    filtered = depthwise_conv2d(x, layer.depthwise.weight[:, 0], **geometry)
    assert torch.allclose(
        layer(x), pointwise_conv2d(filtered, layer.pointwise.weight[:, :, 0, 0]), rtol=0, atol=1e-12
    )


def test_the_module_is_a_full_convolution_whose_kernels_share_their_shapes():
    torch.manual_seed(1)
    layer = DepthwiseSeparableConv2d(3, 5, kernel_size=3, padding=1).double()
    depth, point = layer.depthwise, layer.pointwise
    full = torch.einsum("oc,cuv->ocuv", point.weight[:, :, 0, 0], depth.weight[:, 0])
    bias = point.weight[:, :, 0, 0] @ depth.bias + point.bias
    x = draw(2, 3, 6, 6, seed=5)
    assert torch.allclose(layer(x), F.conv2d(x, full, bias, padding=1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
def test_parameters_are_counted_on_the_module(bias):
    layer = DepthwiseSeparableConv2d(8, 16, kernel_size=(3, 5), bias=bias)
    by_hand = 8 * 15 + 8 * 16 + (8 + 16 if bias else 0)
    assert parameter_count(layer) == by_hand
    assert layer_cost("separable", 9, 8, 16, kernel_size=(3, 5), bias=bias).parameters == by_hand


@pytest.mark.parametrize("in_channels", [1, 16, 32])
@pytest.mark.parametrize("stride", [1, 2])
def test_the_saving_is_the_ratio_of_counts_whatever_comes_in(in_channels, stride):
    for out_channels in 32, 512:
        full, pair = (
            layer_cost(kind, 17, in_channels, out_channels, kernel_size=3, stride=stride, bias=False)
            for kind in ("convolution", "separable")
        )
        assert full.multiply_adds / pair.multiply_adds == pytest.approx(saving(out_channels, 3), rel=1e-12)
        assert full.parameters / pair.parameters == pytest.approx(saving(out_channels, 3), rel=1e-12)
    assert saving(10**9, 3) == pytest.approx(9, rel=1e-6)


X = torch.ones(1, 2, 4, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: depthwise_conv2d(X[0], torch.ones(2, 3, 3)),
            "x must have shape (B, C, H, W), got (2, 4, 4)",
        ),
        (
            lambda: depthwise_conv2d(X, torch.ones(3, 3, 3)),
            "weight must have shape (2, Kh, Kw), got (3, 3, 3)",
        ),
        (lambda: depthwise_conv2d(X, torch.ones(2, 3, 3), stride=0), "stride must be at least 1, got 0"),
        (lambda: pointwise_conv2d(X[0], torch.ones(2, 2)), "x must have shape (B, C, H, W), got (2, 4, 4)"),
        (lambda: pointwise_conv2d(X, torch.ones(2, 3)), "weight must have shape (O, 2), got (2, 3)"),
        (lambda: saving(0, 3), "out_channels must be at least 1, got 0"),
        (lambda: saving(3, 0), "kernel_size must be at least 1, got 0"),
        (lambda: DepthwiseSeparableConv2d(0, 1, kernel_size=3), "in_channels must be at least 1, got 0"),
        (lambda: DepthwiseSeparableConv2d(1, 0, kernel_size=3), "out_channels must be at least 1, got 0"),
        (lambda: DepthwiseSeparableConv2d(1, 1, kernel_size=0), "kernel_size must be at least 1, got 0"),
        (lambda: DepthwiseSeparableConv2d(1, 1, kernel_size=1, stride=0), "stride must be at least 1, got 0"),
        (
            lambda: DepthwiseSeparableConv2d(1, 1, kernel_size=1, padding=-1),
            "padding must be at least 0, got -1",
        ),
        (
            lambda: DepthwiseSeparableConv2d(1, 1, kernel_size=1, dilation=0),
            "dilation must be at least 1, got 0",
        ),
        (
            lambda: DepthwiseSeparableConv2d(3, 1, kernel_size=1)(X),
            "x must have shape (B, 3, H, W), got (1, 2, 4, 4)",
        ),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
