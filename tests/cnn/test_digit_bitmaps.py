"""The ten codes: their format, and that similar digits have similar codes."""

import torch

from dlbook_lib.cnn.digit_bitmaps import HEIGHT, WIDTH, digit_bitmaps


def distances():
    codes = digit_bitmaps().flatten(1)
    return torch.cdist(codes, codes).square().round()


def test_84_dots_of_plus_or_minus_one():
    pictures = digit_bitmaps()
    assert pictures.shape == (10, HEIGHT, WIDTH) == (10, 12, 7)
    assert HEIGHT * WIDTH == 84
    assert set(pictures.unique().tolist()) == {-1.0, 1.0}


def test_a_margin_above_and_below_is_white():
    assert (digit_bitmaps()[:, [0, -1]] == -1).all()


def test_all_codes_differ_by_four_for_each_dot():
    squared = distances()
    off = squared[~torch.eye(10, dtype=torch.bool)]
    assert (off % 4 == 0).all()  # a dot that differs adds (1 - (-1))²
    assert off.min() == 4 * 8


def test_zero_lies_nearer_to_eight_than_to_one():
    squared = distances()
    assert squared[0, 8] < squared[0, 1]
