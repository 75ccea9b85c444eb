"""Masked diffusion: the bound where it is known, holes that fill completely, and letters that are learned."""

import math

import pytest
import torch

from dlbook_lib.generative.masked import MaskPredictor, hide, masked_bound, unveil


def test_hiding_follows_the_dice():
    tokens = torch.arange(6).view(2, 3)
    dice = torch.tensor([[0.1, 0.5, 0.9], [0.1, 0.5, 0.9]])
    assert hide(tokens, torch.tensor([0.6, 0.0]), dice, mask=9).tolist() == [[9, 9, 2], [3, 4, 5]]


def test_for_independent_letters_the_bound_is_the_likelihood():
    chances = torch.tensor([0.5, 0.3, 0.2])
    generator = torch.Generator().manual_seed(0)
    tokens = torch.tensor([[0, 1, 2, 0]]).repeat(20_000, 1)
    tau = torch.rand(len(tokens), generator=generator).clamp_min(1e-3)
    dice = torch.rand(tokens.shape, generator=generator)
    cost = masked_bound(lambda holes: chances.log().expand(*holes.shape, 3), tokens, tau, dice, mask=3)
    truth = -math.log(0.5 * 0.3 * 0.2 * 0.5)
    assert cost.mean().item() == pytest.approx(truth, abs=0.15)


def test_unveiling_fills_every_hole_and_touches_nothing_else():
    torch.manual_seed(0)
    network = MaskPredictor(5, length=6, dim=16)
    holes = torch.full((40, 6), 5)
    holes[:, 2] = 1
    stages = unveil(network, holes, mask=5, steps=4, keep=True)
    assert (stages[-1] < 5).all()
    assert (stages[:, :, 2] == 1).all()
    left = [(stage == 5).sum().item() for stage in stages]
    assert left == sorted(left, reverse=True)


def test_it_learns_that_two_letters_agree():
    torch.manual_seed(0)
    network = MaskPredictor(2, length=2, dim=16, heads=2)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    tokens = torch.tensor([[0, 0], [1, 1]]).repeat(64, 1)
    for _ in range(80):
        loss = masked_bound(network, tokens, torch.full((128,), 0.5), torch.rand(128, 2), mask=2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    texts = unveil(network, torch.full((200, 2), 2), mask=2, steps=40)
    assert (texts[:, 0] == texts[:, 1]).float().mean() > 0.9
    at_once = unveil(network, torch.full((200, 2), 2), mask=2, steps=1)
    assert (
        at_once[:, 0] == at_once[:, 1]
    ).float().mean() < 0.7  # filled together, they know nothing of each other
