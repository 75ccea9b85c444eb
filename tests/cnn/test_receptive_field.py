"""The recursion against autograd on random stacks; the effective field against its closed form."""

import itertools
import math
import random
import re

import pytest
import torch
from torch import nn

from dlbook_lib.cnn.receptive_field import (
    effective_receptive_field,
    measured_receptive_field,
    receptive_field,
    spread,
)


def stack(layers, *, channels=2):
    """Build convolutions of random weights from (kernel_size, stride, dilation, padding)."""
    torch.manual_seed(0)
    convolutions = [
        nn.Conv2d(channels, channels, k, stride=s, dilation=d, padding=p, dtype=torch.float64)
        for k, s, d, p in layers
    ]
    return nn.Sequential(*convolutions)


def random_stacks(count):
    chance = random.Random(0)
    stacks = []
    while len(stacks) < count:
        depth = chance.randint(1, 4)
        layers = [
            (chance.randint(1, 4), chance.randint(1, 3), chance.randint(1, 3), chance.randint(0, 2))
            for _ in range(depth)
        ]
        if receptive_field(layers).size <= 60:
            stacks.append(layers)
    return stacks


def seen_by(network, image, place):
    """First and last row of the gradient of one output, computed apart from the library."""
    image = image.clone().requires_grad_()
    network(image)[0, :, place, place].sum().backward()
    rows = image.grad[0].abs().sum(dim=(0, 2)).nonzero().flatten()
    return int(rows[0]), int(rows[-1])


@pytest.mark.parametrize("layers", random_stacks(30), ids=str)
def test_recursion_is_the_support_of_the_gradient(layers):
    field = receptive_field(layers)
    length = 2 * field.size + 4 * field.jump - 2 * field.start
    network, image = stack(layers), torch.zeros(1, 2, length, length, dtype=torch.float64)
    firsts = [field.start + place * field.jump for place in range(network(image).shape[2])]
    inside = [place for place, first in enumerate(firsts) if first >= 0 and first + field.size <= length]
    assert len(inside) >= 2
    for place in inside[0], inside[-1]:
        assert seen_by(network, image, place) == (firsts[place], firsts[place] + field.size - 1)
    assert measured_receptive_field(network, image) == (field.size, field.size)


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([], (1, 1, 0)),
        ([(3,)] * 3, (7, 1, 0)),
        ([(3, 2)] * 3, (15, 8, 0)),
        ([(3, 1, 1, 1)] * 3, (7, 1, -3)),
        ([(3, 1, d) for d in (1, 2, 4)], (15, 1, 0)),  # dilations double, and so does what they see
        ([(5,), (2, 2), (5,), (2, 2), (5,)], (32, 4, 0)),  # LeNet-5: C5 sees the whole image
    ],
)
def test_worked_stacks(layers, expected):
    assert receptive_field(layers) == expected


def test_height_and_width_are_measured_apart():
    layer = nn.Conv2d(1, 1, (3, 2), dilation=(2, 1))
    assert measured_receptive_field(layer, torch.zeros(2, 1, 9, 8)) == (5, 2)


def test_a_field_beyond_the_image_is_cut_off():
    assert measured_receptive_field(nn.Conv2d(1, 1, 5, padding=2), torch.zeros(1, 1, 3, 3)) == (3, 3)


@pytest.mark.parametrize("kernel_size", [2, 3, 5])
@pytest.mark.parametrize("depth", [1, 4, 9])
def test_with_equal_weights_the_energy_is_the_square_of_convolved_boxes(kernel_size, depth):
    layers = [nn.Conv2d(1, 1, kernel_size, bias=False, dtype=torch.float64) for _ in range(depth)]
    for layer in layers:
        nn.init.ones_(layer.weight)
    size = depth * (kernel_size - 1) + 1
    image = torch.zeros(1, 1, size, size, dtype=torch.float64)
    energy = effective_receptive_field([nn.Sequential(*layers)], image)
    row = torch.ones(1, dtype=torch.float64)
    for _ in range(depth):
        row = torch.nn.functional.conv1d(
            row.view(1, 1, -1), torch.ones(1, 1, kernel_size, dtype=torch.float64), padding=kernel_size - 1
        ).flatten()
    expected = torch.outer(row, row).square()
    assert torch.allclose(energy, expected / expected.sum(), rtol=0, atol=1e-12)


def random_network(depth, channels=8):
    widths = [1] + [channels] * depth
    layers = []
    for wide_in, wide_out in itertools.pairwise(widths):
        layer = nn.Conv2d(wide_in, wide_out, 3, bias=False)
        nn.init.normal_(layer.weight)
        layers.append(layer)
    return nn.Sequential(*layers)


def test_the_effective_width_grows_like_the_square_root_of_depth():
    torch.manual_seed(0)
    depths, widths = (2, 4, 8, 16), []
    for depth in depths:
        image = torch.zeros(1, 1, 2 * depth + 1, 2 * depth + 1)
        energy = effective_receptive_field((random_network(depth) for _ in range(30)), image)
        assert float(energy.sum()) == pytest.approx(1, abs=1e-5)
        widths.append(spread(energy))
        # Closed form for random kernels; over ten seeds the ratio to it is 0.95 to 1.06.
        assert widths[-1] == pytest.approx(math.sqrt(depth * 8 / 12), rel=0.1)
    slope = math.log(widths[-1] / widths[0]) / math.log(depths[-1] / depths[0])
    assert 0.42 < slope < 0.58  # over ten seeds 0.46 to 0.53


def test_spread_is_a_standard_deviation():
    box = torch.ones(5, 3, dtype=torch.float64)
    assert spread(box) == pytest.approx(math.sqrt(((25 - 1) / 12 + (9 - 1) / 12) / 2), rel=1e-12)
    assert spread(7 * box) == pytest.approx(spread(box), rel=1e-12)
    points = torch.zeros(9, 9, dtype=torch.float64)
    points[4, 1] = points[4, 7] = 1
    assert spread(points) == pytest.approx(math.sqrt((0 + 9) / 2), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: receptive_field([(3, 1, 1, 1, 1)]),
            "layers must each be (kernel_size, stride, dilation, padding), the last three optional, "
            "got (3, 1, 1, 1, 1)",
        ),
        (
            lambda: receptive_field([()]),
            "layers must each be (kernel_size, stride, dilation, padding), the last three optional, got ()",
        ),
        (lambda: receptive_field([(0,)]), "kernel_size must be at least 1, got 0"),
        (lambda: receptive_field([(3, 0)]), "stride must be at least 1, got 0"),
        (lambda: receptive_field([(3, 1, 0)]), "dilation must be at least 1, got 0"),
        (lambda: receptive_field([(3, 1, 1, -1)]), "padding must be at least 0, got -1"),
        (
            lambda: measured_receptive_field(nn.Identity(), torch.zeros(3, 3)),
            "image must have shape (B, C, H, W), got (3, 3)",
        ),
        (
            lambda: measured_receptive_field(nn.Flatten(), torch.zeros(1, 1, 3, 3)),
            "network(image) must have shape (1, O, Ho, Wo), got (1, 9)",
        ),
        (
            lambda: measured_receptive_field(nn.ReLU(), torch.zeros(1, 1, 3, 3)),
            "image must change the middle output of the network, got one with zero gradient",
        ),
        (
            lambda: effective_receptive_field([nn.ReLU()], torch.zeros(1, 1, 3, 3)),
            "image must change the middle output of the network, got one with zero gradient",
        ),
        (lambda: spread(torch.ones(3)), "energy must have shape (H, W), got (3,)"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
