"""The autoencoder of latent diffusion: sizes, ratios, and pictures that come back."""

import pytest
import torch

from dlbook_lib.generative.latent import SmallAutoencoder, compression, standardise, train_autoencoder


def test_the_published_ratio():
    assert compression((3, 512, 512), (4, 64, 64)) == 48
    assert compression((1, 16, 16), (4, 4, 4)) == 4


def test_it_learns_to_give_back_what_it_squeezed():
    torch.manual_seed(0)
    x = torch.rand(64, 1, 1, 1) * torch.ones(1, 1, 8, 8)
    network = SmallAutoencoder(1, code_channels=2, width=8)
    assert network.encode(x).shape == (64, 2, 2, 2)
    losses = train_autoencoder(network, x, steps=120)
    assert losses[-1] < 0.05 * x.var().item() + 0.005


def test_standardising_can_be_undone():
    codes = 3 + 2 * torch.randn(50, 2, 4, 4, generator=torch.Generator().manual_seed(0))
    scaled, mean, deviation = standardise(codes)
    assert scaled.mean().abs() < 1e-5
    assert scaled.std(unbiased=False).item() == pytest.approx(1, abs=1e-5)
    assert torch.allclose(scaled * deviation + mean, codes, atol=1e-5)
