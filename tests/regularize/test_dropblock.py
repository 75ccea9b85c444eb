"""DropBlock between its two ends, dropout and spatial dropout; its rate against counting."""

import pytest
import torch

from dlbook_lib.regularize.dropblock import block_rate, dropblock


def dropped(p, block_size, size=14, seed=0, batch=400):
    x = torch.ones(batch, 4, size, size)
    return dropblock(x, p, block_size=block_size, generator=torch.Generator().manual_seed(seed)) == 0


def test_a_block_of_one_is_dropout_and_one_of_all_is_spatial_dropout():
    assert block_rate(0.3, 1, (14, 14)) == pytest.approx(0.3)
    assert dropped(0.3, 1).float().mean().item() == pytest.approx(0.3, abs=0.01)
    whole = dropped(0.3, 14)
    assert torch.equal(whole.all(dim=(2, 3)), whole.any(dim=(2, 3)))
    assert whole.float().mean().item() == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize("seed", range(5))
def test_a_little_less_than_p_is_lost(seed):
    assert 0.088 <= dropped(0.1, 7, seed=seed, batch=1000).float().mean().item() <= 0.100


def test_what_is_lost_is_made_of_squares():
    lost = dropped(0.05, 3, batch=20).float()
    inner = torch.nn.functional.avg_pool2d(lost, 3, stride=1) == 1  # corners of full squares
    around = torch.nn.functional.pad(inner.float(), (2, 2, 2, 2))
    assert torch.equal(torch.nn.functional.max_pool2d(around, 3, stride=1), lost)


def test_the_total_is_kept_exactly():
    x = torch.ones(8, 3, 10, 10)
    y = dropblock(x, 0.2, block_size=3, generator=torch.Generator().manual_seed(0))
    assert y.mean().item() == pytest.approx(1, abs=1e-5)


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^block_size must lie in \[1, 5\], got 6$"):
        dropblock(torch.ones(1, 1, 5, 8), 0.1, block_size=6)
