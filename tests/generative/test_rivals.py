"""The rivals: a bound that falls, and an adversary that ends near its data."""

import math

import torch

from dlbook_lib.generative.rivals import SmallVAE, dense, train_adversaries, train_vae


def test_the_autoencoder_finds_a_point():
    torch.manual_seed(0)
    network = SmallVAE(2, width=16)
    losses = train_vae(network, torch.tensor([[2.0, -1.0]]).repeat(8, 1), steps=200, batch_size=32)
    assert losses[-1] < 0.05 * losses[0]
    assert (network.sample(torch.randn(50, 2)) - torch.tensor([2.0, -1.0])).abs().max() < 0.5


def test_the_adversaries_end_near_the_data():
    torch.manual_seed(0)
    maker, judge = dense(2, 1, width=16), dense(1, 1, width=16)
    data = 2 + 0.3 * torch.randn(500, 1)
    losses = train_adversaries(maker, judge, data, steps=300, latent=2, batch_size=64)
    assert abs(losses[0] - 2 * math.log(2)) < 0.3
    assert abs(maker(torch.randn(500, 2)).mean().item() - 2) < 1
