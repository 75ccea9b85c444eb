"""Entropy against torch's distributions, Huffman's code against every other code, and Shannon's bounds."""

import itertools
import math

import pytest
import torch

from dlbook_lib.learning.entropy import code_words, entropy, huffman_lengths


def draw(k, seed):
    stream = torch.Generator().manual_seed(seed)
    return (2 * torch.randn(k, generator=stream, dtype=torch.float64)).softmax(dim=0)


@pytest.mark.parametrize("seed", range(5))
def test_entropy_is_torchs(seed):
    p = draw(9, seed)
    assert entropy(p, base=math.e).item() == pytest.approx(
        torch.distributions.Categorical(p).entropy().item()
    )
    assert entropy(p).item() == pytest.approx(entropy(p, base=math.e).item() / math.log(2))


def test_the_ends_of_the_scale():
    assert entropy(torch.tensor([0.0, 1.0, 0.0])) == 0
    assert entropy(torch.full((8,), 1 / 8)).item() == pytest.approx(3)
    assert all(entropy(draw(8, seed)) < 3 for seed in range(20))


@pytest.mark.parametrize("k", [2, 3, 8, 40])
def test_the_mean_length_lies_within_one_bit_of_the_entropy(k):
    for seed in range(10):
        p = draw(k, seed)
        mean = float((p * huffman_lengths(p)).sum())
        assert entropy(p) - 1e-12 <= mean < entropy(p) + 1


def test_no_code_of_five_symbols_is_shorter():
    every = [
        torch.tensor(lengths)
        for lengths in itertools.product(range(1, 5), repeat=5)
        if sum(0.5**length for length in lengths) <= 1
    ]
    for seed in range(5):
        p = draw(5, seed)
        best = min(float((p * lengths).sum()) for lengths in every)
        assert float((p * huffman_lengths(p)).sum()) == pytest.approx(best)


def test_powers_of_two_are_coded_without_loss():
    p = torch.tensor([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 16], dtype=torch.float64)
    assert huffman_lengths(p).tolist() == [1, 2, 3, 4, 4]
    assert float((p * huffman_lengths(p)).sum()) == pytest.approx(float(entropy(p)), abs=1e-12)


def test_words_have_their_length_and_none_begins_another():
    for seed in range(5):
        lengths = huffman_lengths(draw(12, seed))
        words = code_words(lengths)
        assert [len(word) for word in words] == lengths.tolist()
        assert not any(a != b and b.startswith(a) for a in words for b in words)


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"p must sum to 1, got 1\.5"):
        entropy(torch.tensor([0.5, 1.0]))
    with pytest.raises(ValueError, match=r"p.min\(\) must be at least 0"):
        huffman_lengths(torch.tensor([-0.5, 1.5]))
    with pytest.raises(ValueError, match="at most 1"):
        code_words(torch.tensor([1, 1, 2]))
