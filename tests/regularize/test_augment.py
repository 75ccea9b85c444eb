"""Geometry by its group laws and against ``torch.rot90`` and ``roll``; light within its bounds."""

import pytest
import torch

from dlbook_lib.regularize.augment import adjust_light, flip, random_affine, rotate, translate, warp


def pictures(*shape, seed=0):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("turns", range(-2, 5))
@pytest.mark.parametrize("size", [8, 9])
def test_quarter_turns_are_those_of_torch(turns, size):
    x = pictures(2, 3, size, size)
    assert torch.allclose(rotate(x, 90.0 * turns), torch.rot90(x, turns, dims=(2, 3)), atol=1e-5)


def test_four_quarter_turns_and_no_turn_are_nothing():
    x = pictures(2, 1, 8, 8)
    y = x
    for _ in range(4):
        y = rotate(y, 90)
    assert torch.allclose(y, x, atol=1e-5)
    assert torch.allclose(rotate(x, 0), x, atol=1e-6)


def test_whole_pixels_roll_and_half_pixels_average():
    x = torch.zeros(1, 1, 9, 9)
    x[..., 3:6, 3:6] = pictures(3, 3)
    assert torch.allclose(translate(x, 2, -1), x.roll((-1, 2), dims=(2, 3)), atol=1e-6)
    assert torch.allclose(translate(x, 0.5, 0), (x + x.roll(1, dims=3)) / 2, atol=1e-6)


def test_each_picture_has_its_own_angle():
    x = pictures(2, 1, 8, 8)
    y = rotate(x, torch.tensor([0.0, 180.0]))
    assert torch.allclose(y[0], x[0], atol=1e-6)
    assert torch.allclose(y[1], x[1].flip(1, 2), atol=1e-5)


def test_a_doubled_picture_reads_half_as_far():
    x = pictures(1, 1, 8, 8)
    y = warp(x, 0.5 * torch.eye(2)[None])
    assert torch.allclose(y[..., 3:5, 3:5].mean(), x[..., 3:5, 3:5].mean(), atol=0.05)


def test_flips_are_half_of_them_and_undo_themselves():
    x = pictures(2000, 1, 2, 3)
    y = flip(x, generator=torch.Generator().manual_seed(0))
    assert (y != x).any(dim=(1, 2, 3)).float().mean().item() == pytest.approx(0.5, abs=0.04)
    assert torch.equal(flip(flip(x, 1.0), 1.0), x)


def test_light_stays_in_range_and_zero_changes_nothing():
    x = pictures(50, 3, 4, 4)
    y = adjust_light(x, 0.5, 0.5, generator=torch.Generator().manual_seed(0))
    assert 0 <= y.min() <= y.max() <= 1
    assert not torch.allclose(y, x)
    assert torch.allclose(adjust_light(x, 0.0, 0.0), x, atol=1e-6)


def test_random_moves_stay_within_their_bound():
    x = torch.zeros(500, 1, 15, 15)
    x[..., 7, 7] = 1
    y = random_affine(x, shift=3, generator=torch.Generator().manual_seed(0))
    columns = (y.sum(2) * torch.arange(15.0)).sum(-1)[:, 0] - 7
    assert columns.abs().max() <= 3.001
    assert columns.std().item() == pytest.approx(3 / 3**0.5, abs=0.15)


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^degrees must be at least 0, got -5$"):
        random_affine(torch.ones(1, 1, 4, 4), degrees=-5)
    with pytest.raises(ValueError, match=r"^matrix must have shape \(1, 2, 2\), got \(2, 2\)$"):
        warp(torch.ones(1, 1, 4, 4), torch.eye(2))
