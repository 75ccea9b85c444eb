"""Clocks: shares, angles, requests, and reading the time back."""

import pytest
import torch

from dlbook_lib.data.clocks import clocks, draw_clocks, read_clocks, request


def test_the_share_is_as_asked():
    world = clocks(5000, share=0.9)
    usual = ((world.hours == 10) & (world.fives == 2)).float().mean().item()
    assert usual == pytest.approx(0.9 + 0.1 / 144, abs=0.02)
    assert len(torch.unique(12 * clocks(5000).hours + clocks(5000).fives)) == 144


def test_hands_point_where_a_clock_maker_puts_them():
    world = clocks(2000)
    three = world.codes[(world.hours == 3) & (world.fives == 0)][0]
    assert torch.allclose(three, torch.tensor([1.0, 0.0, 0.0, 1.0]), atol=1e-6)
    assert torch.allclose(world.codes.view(-1, 2, 2).norm(dim=2), torch.ones(2000, 2))


def test_time_is_read_back_even_from_blurred_hands():
    world = clocks(500)
    blurred = world.codes + 0.05 * torch.randn(500, 4, generator=torch.Generator().manual_seed(0))
    hours, fives = read_clocks(blurred)
    assert (hours == world.hours).float().mean() > 0.99
    assert (fives == world.fives).float().mean() > 0.99


def test_requests_and_pictures():
    world = clocks(7)
    asked = request(world.hours, world.fives)
    assert torch.equal(asked.argmax(1), world.hours)
    assert torch.equal(asked[:, 12:].argmax(1), world.fives)
    pictures = draw_clocks(world.codes, size=32)
    assert pictures.shape == (7, 1, 32, 32)
    assert not torch.equal(pictures[0], pictures[1])
    with pytest.raises(ValueError, match=r"^share must lie in"):
        clocks(3, share=2)
