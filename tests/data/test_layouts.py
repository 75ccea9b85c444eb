"""Codes of scenes: there and back, and what wrong codes are read as."""

import torch

from dlbook_lib.data.layouts import layout_codes, read_layouts
from dlbook_lib.data.scenes import scenes

WORLD = scenes(200, relations=("left of", "right of", "touching"))


def test_there_and_back():
    codes = layout_codes(WORLD)
    layout = read_layouts(codes)
    assert codes.shape == (200, 16)
    assert codes.abs().max() <= 1
    assert torch.equal(layout.images, WORLD.images)
    assert layout.doubt.max() < 1e-6


def test_the_left_object_comes_first():
    layout = read_layouts(layout_codes(WORLD))
    assert (layout.corners[:, 0, 0] < layout.corners[:, 1, 0]).all()
    left_first = WORLD.relation == 0
    assert torch.equal(layout.colours[left_first], WORLD.colours[left_first])
    assert torch.equal(layout.colours[WORLD.relation == 1], WORLD.colours[WORLD.relation == 1].flip(1))


def test_gaps_and_doubt():
    codes = layout_codes(WORLD)
    layout = read_layouts(codes)
    assert (layout.gap[WORLD.relation == 4].abs() < 1e-5).all()
    assert (layout.gap[WORLD.relation < 2] > 0.99).all()
    assert (read_layouts(codes * 0.7).doubt > 0.2).all()
