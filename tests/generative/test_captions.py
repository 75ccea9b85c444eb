"""Encoders of captions: which of them can tell two orders of the same words apart."""

import pytest
import torch

from dlbook_lib.generative.captions import BagOfWords, CaptionedDenoiser, PlacedWords, RecurrentWords
from dlbook_lib.generative.denoiser import MLPDenoiser

ONE = torch.tensor([[1, 5, 8, 12, 3, 6]])
OTHER = torch.tensor([[3, 6, 8, 12, 1, 5]])


def distance(encode):
    return (encode(ONE) - encode(OTHER)).norm().item()


def test_only_order_aware_encoders_see_the_order():
    torch.manual_seed(0)
    assert distance(BagOfWords(14, dim=8)) < 1e-6
    assert distance(PlacedWords(14, length=6, dim=8)) > 0.1
    assert distance(RecurrentWords(14, dim=8)) > 0.01


@pytest.mark.parametrize("encode", [BagOfWords(14, dim=8), PlacedWords(14, length=6, dim=8)])
def test_the_empty_word_says_nothing(encode):
    short = torch.tensor([[1, 5, 8, 0, 0, 0]])
    encode.words.weight.data[0] += 100
    first = encode(short)
    encode.words.weight.data[0] -= 100
    assert torch.allclose(first, encode(short))


def test_encoder_and_denoiser_learn_together():
    network = CaptionedDenoiser(BagOfWords(14, dim=8), MLPDenoiser(3, condition_dim=8))
    network(torch.randn(1, 3), 4, ONE).sum().backward()
    assert network.encoder.words.weight.grad.abs().sum() > 0
