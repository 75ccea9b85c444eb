"""Fans, standard deviations and gains against torch's own, closed forms, and a signal through 20 layers."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.layers.init import fans, gain, glorot_, glorot_std, he_, he_std
from dlbook_lib.layers.signals import signal_sizes

SHAPES = [(7, 5), (8, 3, 5), (16, 3, 5, 4), (2, 9, 1, 2, 3)]


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("shape", SHAPES)
def test_fans_are_those_of_torch(shape):
    assert fans(shape) == nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("uniform", [False, True])
def test_draws_are_those_of_torch(shape, uniform):
    ours = glorot_(torch.empty(shape), gain=1.7, uniform=uniform, generator=stream())
    theirs = nn.init.xavier_uniform_ if uniform else nn.init.xavier_normal_
    torch.testing.assert_close(ours, theirs(torch.empty(shape), gain=1.7, generator=stream()))
    for mode in ("forward", "backward"):
        ours = he_(torch.empty(shape), mode=mode, negative_slope=0.2, uniform=uniform, generator=stream(1))
        theirs = nn.init.kaiming_uniform_ if uniform else nn.init.kaiming_normal_
        fan = {"forward": "fan_in", "backward": "fan_out"}[mode]
        expected = theirs(torch.empty(shape), a=0.2, mode=fan, generator=stream(1))
        torch.testing.assert_close(ours, expected)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("uniform", [False, True])
def test_the_empirical_deviation_is_within_two_percent(seed, uniform):
    weight = torch.empty(300, 500)
    assert glorot_(weight, uniform=uniform, generator=stream(seed)).std() == pytest.approx(
        glorot_std(500, 300), rel=0.02
    )
    assert he_(weight, uniform=uniform, generator=stream(seed)).std() == pytest.approx(he_std(500), rel=0.02)


def test_glorot_lies_between_the_ways():
    forward, backward = 1 / math.sqrt(500), 1 / math.sqrt(300)
    assert forward < glorot_std(500, 300) < backward
    assert glorot_std(64, 64) == 1 / math.sqrt(64)
    assert he_std(64, negative_slope=1) == 1 / math.sqrt(64)


def test_gains_in_closed_form():
    assert gain(torch.relu) == pytest.approx(math.sqrt(2), abs=1e-4)
    assert gain(lambda z: z) == pytest.approx(1, abs=1e-6)
    assert gain(lambda z: F.leaky_relu(z, 0.3)) == pytest.approx(math.sqrt(2 / 1.09), abs=1e-4)
    assert gain(torch.sin) == pytest.approx(math.sqrt(2 / (1 - math.exp(-2))), abs=1e-6)
    assert gain(F.selu) == pytest.approx(1, abs=1e-3)  # Klambauer et al. chose its constants so


@pytest.mark.parametrize("activation", [torch.relu, torch.tanh, F.gelu, F.silu, F.softplus])
def test_gains_by_sampling(activation):
    z = torch.randn(400_000, generator=stream(3))
    assert gain(activation) == pytest.approx(activation(z).square().mean().rsqrt().item(), rel=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_he_keeps_the_size_through_twenty_relu_layers_and_unit_weights_do_not(seed):
    draw = stream(seed)
    x, back = torch.randn(2, 128, 256, generator=draw)
    he = torch.stack([he_(torch.empty(256, 256), generator=draw) for _ in range(20)])
    forward, backward = signal_sizes(x, he, back, activation=torch.relu)
    assert 0.4 < forward[-1] < 1.8
    assert 0.3 < backward[0] / backward[-1] < 2
    small = signal_sizes(x, he / math.sqrt(2), back, activation=torch.relu)[0]
    assert small[-1] / forward[-1] == pytest.approx(2**-10, rel=1e-3)


def test_glorot_keeps_tanh_off_its_ends():
    draw = stream()
    x, back = torch.randn(2, 128, 256, generator=draw)
    glorot = torch.stack([glorot_(torch.empty(256, 256), generator=draw) for _ in range(20)])
    kept, _ = signal_sizes(x, glorot, back)
    saturated, lost = signal_sizes(x, torch.randn(20, 256, 256, generator=draw), back)
    assert 0.1 < kept[-1] < 0.6
    assert saturated[1:].min() > 0.95
    assert lost[0] > 10 * lost[-1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fans((3,)), "len\\(shape\\) must be at least 2"),
        (lambda: glorot_std(0, 3), "fan_in must be at least 1"),
        (lambda: glorot_std(3, 0), "fan_out must be at least 1"),
        (lambda: he_std(0), "fan_in must be at least 1"),
        (lambda: he_(torch.empty(2, 2), mode="out"), "mode must be one of 'forward', 'backward'"),
        (lambda: glorot_(torch.empty(2, 2), gain=0.0), "gain must be at least"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_gain_needs_a_function():
    with pytest.raises(TypeError, match="activation must be a function"):
        gain("relu")
