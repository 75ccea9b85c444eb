"""Deep and wide sawtooth are one function, with 2^k pieces from 2k and from 2^k units."""

import pytest
import torch

from dlbook_lib.feedforward.mlp import MLP, count_parameters
from dlbook_lib.feedforward.sawtooth import count_pieces, deep_sawtooth, sawtooth, wide_sawtooth


@pytest.mark.parametrize("k", range(1, 8))
def test_three_ways_to_one_function(k):
    x = torch.linspace(0, 1, 2**k * 12 + 1)
    for build in (deep_sawtooth, wide_sawtooth):
        network = build(k)
        assert torch.allclose(network(x[:, None])[:, 0], sawtooth(x, k), atol=2e-3)
        assert count_pieces(network) == 2**k
    assert sum(layer.weight.shape[0] for layer in deep_sawtooth(k).layers[:-1]) == 2 * k
    assert wide_sawtooth(k).layers[0].weight.shape[0] == 2**k
    assert count_parameters(deep_sawtooth(k)) == 6 * k + 1
    assert count_parameters(wide_sawtooth(k)) == 3 * 2**k + 1


def test_it_is_the_triangle_composed_with_itself():
    def triangle(x):
        return 2 * torch.minimum(x, 1 - x)

    x = torch.linspace(0, 1, 1001, dtype=torch.float64)
    y = x
    for k in range(1, 6):
        y = triangle(y)
        assert torch.allclose(sawtooth(x, k), y, atol=1e-9)


def test_one_layer_has_at_most_one_piece_more_than_units():
    for seed in range(5):
        torch.manual_seed(seed)
        assert count_pieces(MLP((1, 12, 1))) <= 13


def test_counting_leaves_the_network_alone():
    network = wide_sawtooth(2)
    count_pieces(network)
    assert network.layers[0].weight.dtype == torch.float32


def test_bad_arguments():
    for build in (deep_sawtooth, wide_sawtooth):
        with pytest.raises(ValueError, match="k must be at least 1"):
            build(0)
    with pytest.raises(ValueError, match="cells must be at least 2"):
        count_pieces(deep_sawtooth(1), cells=1)
