"""Sinusoids against the listing of the lecture notes and their closed forms."""

import math

import numpy as np
import pytest
import torch

from dlbook_lib.layers.position import Positions, sinusoidal_positions, wavelengths


def by_formula(T, dim):
    table = np.empty((T, dim))
    for i in range(T):
        for j in range(dim):
            exponent = (j if j % 2 == 0 else j - 1) / dim
            table[i, j] = (math.sin, math.cos)[j % 2](i / 10000**exponent)
    return table


@pytest.mark.parametrize("dim", [128, 5, 1])
def test_table_is_the_formula_at_even_and_odd_widths(dim):
    np.testing.assert_allclose(sinusoidal_positions(100, dim).numpy(), by_formula(100, dim), atol=1e-6)


def test_lengths_distances_and_shifts():
    table = sinusoidal_positions(100, 128).double()
    torch.testing.assert_close(table.square().sum(1), torch.full((100,), 64.0).double(), rtol=0, atol=1e-4)
    apart = (table[:-7] * table[7:]).sum(1)
    assert (apart - apart.mean()).abs().max() < 1e-4
    speed = 10000 ** (-torch.arange(0, 128, 2).double() / 128)  # a shift by 7 turns every pair
    sin, cos = table[:-7, 0::2], table[:-7, 1::2]
    shifted = sin * (7 * speed).cos() + cos * (7 * speed).sin()
    torch.testing.assert_close(shifted, table[7:, 0::2], rtol=0, atol=1e-5)


def test_wavelengths():
    waves = wavelengths(128)
    assert waves[0].item() == pytest.approx(2 * math.pi)
    assert waves[21 // 2].item() == pytest.approx(26.50, abs=0.01)
    assert waves[1:].div(waves[:-1]).std() < 1e-5


@pytest.mark.parametrize("kind", ["sinusoidal", "learned"])
def test_positions_are_added_or_set_beside(kind):
    x = torch.randn(2, 5, 4)
    added = Positions(6, 4, kind=kind)
    torch.testing.assert_close(added(x) - x, added.table[:5].expand(2, -1, -1), rtol=0, atol=1e-6)
    beside = Positions(6, 3, kind=kind, how="concatenate")
    assert torch.equal(beside(x)[..., :4], x)
    assert torch.equal(beside(x)[..., 4:], beside.table[:5].expand(2, -1, -1))
    assert len(list(added.parameters())) == (kind == "learned")


def test_errors():
    with pytest.raises(ValueError, match=r"^x.shape\[1\] must lie in \[1, 4\], got 5"):
        Positions(4, 2)(torch.zeros(1, 5, 2))
    with pytest.raises(ValueError, match=r"^kind must be one of 'sinusoidal', 'learned', got 'rotary'"):
        Positions(4, 2, kind="rotary")
    with pytest.raises(ValueError, match=r"^how must be one of 'add', 'concatenate', got 'multiply'"):
        Positions(4, 2, how="multiply")
