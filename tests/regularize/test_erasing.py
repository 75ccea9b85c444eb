"""Holes counted: one square of fixed size, or rectangles of the promised areas in the promised share."""

import pytest
import torch

from dlbook_lib.regularize.erasing import box_mask, cutout, random_erasing


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def test_cutout_hides_one_square_cut_off_at_the_edge():
    holes = (cutout(torch.ones(5000, 1, 20, 20), 8, generator=stream()) == 0)[:, 0]
    rows, columns = holes.any(2).sum(1), holes.any(1).sum(1)
    assert torch.equal(rows * columns, holes.sum(dim=(1, 2)))  # one full rectangle
    assert (rows.max(), columns.max()) == (8, 8)
    assert (rows.min(), columns.min()) == (4, 4)
    inside = (rows == 8) & (columns == 8)
    assert inside.float().mean().item() == pytest.approx((13 / 20) ** 2, abs=0.02)


def test_cutout_fills_with_what_it_is_told():
    assert (cutout(torch.ones(2, 1, 6, 6), 2, fill=0.3, generator=stream()) == 0.3).any()


@pytest.mark.parametrize("seed", range(3))
def test_erased_areas_and_aspects_lie_within_their_bounds(seed):
    x = torch.full((3000, 1, 40, 40), -1.0)
    hit = (random_erasing(x, p=0.5, area=(0.05, 0.2), generator=stream(seed)) != -1)[:, 0]
    areas = hit.sum(dim=(1, 2)) / 1600
    assert (areas > 0).float().mean().item() == pytest.approx(0.5, abs=0.03)
    found = areas[areas > 0]
    assert found.min() > 0.045
    assert found.max() < 0.22
    assert found.mean().item() == pytest.approx(0.125, abs=0.01)
    height, width = hit.any(2).sum(1)[areas > 0], hit.any(1).sum(1)[areas > 0]
    ratio = height / width
    assert ratio.min() > 0.25
    assert ratio.max() < 4


def test_what_is_filled_in_is_noise():
    y = random_erasing(torch.full((500, 1, 20, 20), -1.0), p=1.0, generator=stream())
    filled = y[y != -1]
    assert filled.mean().item() == pytest.approx(0.5, abs=0.01)
    assert filled.std().item() == pytest.approx(12**-0.5, abs=0.01)


def test_a_mask_is_cut_off_on_all_sides():
    one = torch.ones(1, dtype=torch.int64)
    assert box_mask((4, 4), -one, -one, 9 * one, 9 * one).all()
    assert box_mask((4, 4), 2 * one, 3 * one, 9 * one, 9 * one).sum() == 2


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^size must be at least 1, got 0$"):
        cutout(torch.ones(1, 1, 4, 4), 0)
    with pytest.raises(ValueError, match=r"^area\[0\] must lie in \[0, 0.1\], got 0.5$"):
        random_erasing(torch.ones(1, 1, 4, 4), area=(0.5, 0.1))
