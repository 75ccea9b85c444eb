"""Counts against real modules, torch's operation counter, and the non-zeros of the convolution matrix."""

import re

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dlbook_lib.cnn.convolution import convolution_matrix
from dlbook_lib.cnn.cost import KINDS, layer_cost, parameter_count
from dlbook_lib.cnn.lenet import LeNet5
from dlbook_lib.cnn.separable import DepthwiseSeparableConv2d

C, MAPS, SIZE = 4, 6, (9, 10)
GEOMETRIES = [
    dict(kernel_size=3),
    dict(kernel_size=(3, 2), stride=(2, 1), padding=(1, 0)),
    dict(kernel_size=3, padding=2, dilation=(2, 1)),
]


def operations(module, *shape):
    """Multiply-adds by torch's own count, which knows nothing of ours."""
    with FlopCounterMode(display=False) as counter:
        module(torch.empty(1, *shape, device="meta"))
    return counter.get_total_flops() // 2


def build(kind, geometry, bias):
    with torch.device("meta"):
        if kind == "convolution":
            return nn.Conv2d(C, MAPS, bias=bias, **geometry)
        if kind == "depthwise":
            return nn.Conv2d(C, C, groups=C, bias=bias, **geometry)
        if kind == "separable":
            return DepthwiseSeparableConv2d(C, MAPS, bias=bias, **geometry)
        y = nn.Conv2d(C, MAPS, **geometry)(torch.empty(1, C, *SIZE))
        return nn.Sequential(nn.Flatten(), nn.Linear(C * SIZE[0] * SIZE[1], y.numel(), bias=bias))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("kind", ["dense", "convolution", "depthwise", "separable"])
def test_counts_are_those_of_the_module(kind, geometry, bias):
    module = build(kind, geometry, bias)
    cost = layer_cost(kind, SIZE, C, C if kind == "depthwise" else MAPS, bias=bias, **geometry)
    assert cost.parameters == parameter_count(module)
    assert cost.multiply_adds == operations(module, C, *SIZE)


@pytest.mark.parametrize("geometry", [dict(kernel_size=3), dict(kernel_size=(2, 3), stride=(2, 1))])
def test_local_connections_are_the_non_zeros_of_the_convolution_matrix(geometry):
    options = dict(geometry)
    Kh, Kw = (3, 3) if options["kernel_size"] == 3 else options["kernel_size"]
    options.pop("kernel_size")
    connections = int(convolution_matrix(torch.ones(Kh, Kw), SIZE, **options).count_nonzero()) * C * MAPS
    local = layer_cost("locally connected", SIZE, C, MAPS, bias=False, **geometry)
    assert local == (connections, connections)
    shared = layer_cost("convolution", SIZE, C, MAPS, bias=False, **geometry)
    assert shared.multiply_adds == connections  # sharing cuts what is stored, not what is done
    assert shared.parameters == C * MAPS * Kh * Kw


def test_biases_are_one_for_each_pixel_where_nothing_is_shared():
    for kind in "dense", "locally connected":
        with_bias, without = (
            layer_cost(kind, 5, 2, 3, kernel_size=3, bias=bias).parameters for bias in (True, False)
        )
        assert with_bias - without == 3 * 3 * 3


@pytest.mark.parametrize(
    ("kind", "size", "channels", "kernel_size", "expected"),
    [
        ("convolution", 32, (1, 6), 5, 156),
        ("convolution", 14, (6, 16), 5, 2_416),
        ("convolution", 5, (16, 120), 5, 48_120),
        ("convolution", 8, (3, 16), 3, 448),  # 3 · 3 · 3 · 16 + 16
        ("convolution", 8, (3, 3), 3, 84),
    ],
)
def test_parameters_by_hand(kind, size, channels, kernel_size, expected):
    assert layer_cost(kind, size, *channels, kernel_size=kernel_size).parameters == expected


def test_a_dense_layer_on_pixels():
    cost = layer_cost("dense", 256, 3, 3, kernel_size=3, padding=1, bias=False)
    assert cost.parameters == (256 * 256 * 3) ** 2 == 38_654_705_664


def test_a_bottleneck_makes_large_kernels_affordable():
    direct = layer_cost("convolution", 28, 192, 32, kernel_size=5, padding=2).multiply_adds
    reduce = layer_cost("convolution", 28, 192, 16, kernel_size=1).multiply_adds
    then = layer_cost("convolution", 28, 16, 32, kernel_size=5, padding=2).multiply_adds
    narrow = nn.Sequential(nn.Conv2d(192, 16, 1), nn.Conv2d(16, 32, 5, padding=2)).to("meta")
    assert reduce + then == operations(narrow, 192, 28, 28)
    assert direct / (reduce + then) == pytest.approx(9.68, abs=0.01)


def test_lenet_by_torchs_counter():
    layers = [(32, 1, 6), (14, 6, 16), (5, 16, 120)]
    ours = sum(
        layer_cost("convolution", size, wide_in, wide_out, kernel_size=5).multiply_adds
        for size, wide_in, wide_out in layers
    )
    with FlopCounterMode(display=False) as counter:
        LeNet5().to("meta")(torch.empty(1, 1, 32, 32, device="meta"))
    assert ours + 120 * 84 + 84 * 10 == counter.get_total_flops() // 2


def test_a_shared_parameter_counts_once():
    tied = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    tied[1].weight = tied[0].weight
    assert parameter_count(tied) == 9 + 3 + 3


def error(*arguments, **options):
    return lambda: layer_cost(*arguments, **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            error("full", 8, 1, 1, kernel_size=3),
            f"kind must be one of {', '.join(map(repr, KINDS))}, got 'full'",
        ),
        (
            error("depthwise", 8, 2, 4, kernel_size=3),
            "out_channels must equal in_channels = 2 if depthwise, got 4",
        ),
        (error("dense", 0, 1, 1, kernel_size=3), "size must be at least 1, got 0"),
        (error("dense", 8, 0, 1, kernel_size=3), "in_channels must be at least 1, got 0"),
        (error("dense", 8, 1, 0, kernel_size=3), "out_channels must be at least 1, got 0"),
        (error("dense", 8, 1, 1, kernel_size=0), "kernel_size must be at least 1, got 0"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()


def test_only_modules_have_parameters():
    with pytest.raises(TypeError, match=r"^module must be a torch\.nn\.Module, got 3 \(int\)$"):
        parameter_count(3)
