"""Biases by distance: ALiBi's slopes, T5's buckets by the words of its paper, learned tables."""

import math

import pytest
import torch

from dlbook_lib.layers.relative import RelativeBias, alibi_bias, alibi_slopes, t5_bucket


def test_slopes_of_eight_and_sixteen_heads():
    """The paper's: 1/2 to 1/256 for 8 heads, and the same with square roots between for 16."""
    assert alibi_slopes(8).tolist() == [2.0**-h for h in range(1, 9)]
    assert alibi_slopes(16)[:2].tolist() == pytest.approx([2**-0.5, 0.5])


def test_bias_by_its_formula():
    bias = alibi_bias(4, 3, 5)
    slopes = alibi_slopes(4)
    for h in range(4):
        for i in range(3):
            for j in range(5):
                assert bias[h, i, j].item() == pytest.approx(-slopes[h].item() * abs(i - j))


def test_buckets_near_and_far():
    """Of 16 per side 8 hold one distance each; the others grow by a factor up to 128."""
    left = t5_bucket(-torch.arange(200))
    assert left[:8].tolist() == list(range(8))
    for distance in range(8, 200):
        expected = 8 + int(8 * math.log(distance / 8) / math.log(128 / 8) + 1e-6)
        assert left[distance] == min(expected, 15)
    assert torch.equal(t5_bucket(torch.arange(1, 200)), left[1:] + 16)
    assert t5_bucket(torch.tensor([128, 129, 10_000])).tolist() == [31, 31, 31]


def test_buckets_one_way():
    assert t5_bucket(torch.tensor([5, 1, 0, -1, -15]), bidirectional=False).tolist() == [0, 0, 0, 1, 15]
    assert t5_bucket(torch.tensor([-1000]), bidirectional=False).item() == 31


@pytest.mark.parametrize("kind", ["t5", "table"])
def test_learned_bias_is_constant_along_diagonals(kind):
    torch.manual_seed(0)
    bias = RelativeBias(2, kind=kind, reach=3)(8, 8)
    assert torch.equal(bias[:, 1:, 1:], bias[:, :-1, :-1])
    assert not torch.equal(bias, bias.mT)
    if kind == "table":
        assert torch.equal(bias[:, 0, 3], bias[:, 0, 7])  # beyond its reach
    assert RelativeBias(2, kind=kind)(3, 7).shape == (2, 3, 7)


def test_errors():
    with pytest.raises(ValueError, match=r"^kind must be one of 't5', 'table', got 'xl'"):
        RelativeBias(2, kind="xl")
    with pytest.raises(ValueError, match=r"^max_distance must be at least 9, got 8"):
        t5_bucket(torch.tensor([1]), max_distance=8)
    with pytest.raises(ValueError, match=r"^num_heads must be at least 1, got 0"):
        alibi_slopes(0)
