"""The layers of the published LeNet-5: table I by its rule, links against a mask, squashing."""

import re

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.cost import parameter_count
from dlbook_lib.cnn.lenet_layers import LINKS, EuclideanRBF, LinkedConv2d, Subsampling, scaled_tanh


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def ring(start, length):
    return tuple(sorted((start + k) % 6 for k in range(length)))


def test_table_one_follows_its_rule():
    """Every three neighbours in a ring, every four, three fours with gaps, and all six."""
    assert list(LINKS[:6]) == [ring(start, 3) for start in range(6)]
    assert list(LINKS[6:12]) == [ring(start, 4) for start in range(6)]
    left_out = [set(range(6)) - set(four) for four in LINKS[12:15]]
    assert sorted(map(sorted, left_out)) == [[0, 3], [1, 4], [2, 5]]  # two that face each other in the ring
    assert LINKS[15] == tuple(range(6))
    assert sum(map(len, LINKS)) == 60


def test_every_map_is_read_by_ten():
    assert [sum(channel in read for read in LINKS) for channel in range(6)] == [10] * 6


def test_linked_convolution_is_a_masked_one():
    torch.manual_seed(0)
    layer, ordinary = LinkedConv2d(LINKS, in_channels=6, kernel_size=5), torch.nn.Conv2d(6, 16, 5)
    with torch.no_grad():
        ordinary.weight.zero_()
        ordinary.bias.copy_(layer.bias)
        for number, (o, c) in enumerate(layer.pairs):
            ordinary.weight[o, c] = layer.weight[number]
    x = draw(2, 6, 14, 14)
    assert torch.allclose(layer(x), ordinary(x), rtol=0, atol=1e-5)
    assert parameter_count(layer) == 60 * 25 + 16 == 1516


def test_a_map_does_not_see_what_it_is_not_linked_to():
    torch.manual_seed(0)
    layer = LinkedConv2d(LINKS, in_channels=6, kernel_size=5)
    x = draw(1, 6, 14, 14).requires_grad_()
    layer(x)[0, 0].sum().backward()
    assert [bool(x.grad[0, channel].any()) for channel in range(6)] == [True] * 3 + [False] * 3


def test_subsampling_is_a_depthwise_convolution_of_equal_weights():
    torch.manual_seed(0)
    layer, x = Subsampling(3), draw(2, 3, 8, 8)
    weight = layer.coefficient[:, None, None, None].expand(3, 1, 2, 2)
    expected = F.conv2d(x, weight, layer.bias, stride=2, groups=3)
    assert torch.allclose(layer(x), expected, rtol=0, atol=1e-5)
    assert parameter_count(layer) == 6


def test_weights_start_in_the_papers_range():
    torch.manual_seed(0)
    layer = LinkedConv2d(LINKS, in_channels=6, kernel_size=5)
    for (o, _), kernel in zip(layer.pairs, layer.weight):
        assert kernel.abs().max() <= 2.4 / (25 * len(LINKS[o]))
    assert layer.weight.abs().max() > 2.4 / 75 * 0.9


def test_squashing_keeps_one_and_bends_most_there():
    a = torch.linspace(-3, 3, 6001, dtype=torch.float64, requires_grad=True)
    first = torch.autograd.grad(scaled_tanh(a).sum(), a, create_graph=True)[0]
    second = torch.autograd.grad(first.sum(), a)[0]
    assert torch.allclose(
        scaled_tanh(torch.tensor([1.0, -1.0])), torch.tensor([1.0, -1.0]), rtol=0, atol=1e-4
    )
    assert abs(abs(a[second.abs().argmax()].item()) - 1) < 0.02


def test_distances_are_those_of_cdist():
    x, codes = draw(5, 84), draw(10, 84, seed=1)
    assert torch.allclose(EuclideanRBF(codes)(x), torch.cdist(x, codes).square(), rtol=1e-4)
    assert EuclideanRBF(codes)(codes).diagonal().eq(0).all()
    assert parameter_count(EuclideanRBF(codes)) == 0
    assert parameter_count(EuclideanRBF(codes, trainable=True)) == 840


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Subsampling(0), "channels must be at least 1, got 0"),
        (lambda: Subsampling(3)(torch.ones(1, 2, 4, 4)), "x must have shape (B, 3, H, W), got (1, 2, 4, 4)"),
        (
            lambda: LinkedConv2d([[0], [2]], in_channels=2, kernel_size=3),
            "links[1] must lie in [0, 1], got 2",
        ),
        (
            lambda: LinkedConv2d([[0], []], in_channels=2, kernel_size=3),
            "len(links[1]) must be at least 1, got 0",
        ),
        (
            lambda: LinkedConv2d([[0]], in_channels=1, kernel_size=3)(torch.ones(1, 2, 5, 5)),
            "x must have shape (B, 1, H, W), got (1, 2, 5, 5)",
        ),
        (lambda: EuclideanRBF(torch.ones(3)), "codes must have shape (N, D), got (3,)"),
        (lambda: EuclideanRBF(torch.ones(3, 2))(torch.ones(1, 3)), "x must have shape (B, 2), got (1, 3)"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
