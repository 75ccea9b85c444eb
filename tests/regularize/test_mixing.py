"""Mixed pictures carry mixed labels in exactly the proportion of their pixels."""

import pytest
import torch

from dlbook_lib.regularize.mixing import cutmix, mixup


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def test_mixup_mixes_pictures_and_labels_alike():
    names = torch.eye(16)
    x, q = mixup(names.view(16, 1, 4, 4), names, 1.0, generator=stream())
    assert torch.allclose(x.view(16, 16), q)
    assert torch.allclose(q.sum(1), torch.ones(16))
    assert ((q > 0).sum(1) <= 2).all()


def test_a_small_alpha_leaves_most_examples_almost_alone():
    largest = [mixup(torch.eye(200), torch.eye(200), a, generator=stream())[1].amax(1) for a in (0.1, 1.0)]
    assert largest[0].mean() > 0.92 > 0.8 > largest[1].mean()


@pytest.mark.parametrize("seed", range(5))
def test_the_label_is_the_exact_share_of_pixels(seed):
    values = torch.arange(64.0).view(64, 1, 1, 1).expand(64, 1, 28, 28)
    x, q, lam = cutmix(values, torch.eye(64), generator=stream(seed))
    kept = (x == values).float().mean(dim=(1, 2, 3))
    same = q.amax(1) == 1  # paired with itself, or no box
    assert torch.allclose(lam[~same], kept[~same], atol=1e-6)
    assert torch.allclose(q.sum(1), torch.ones(64))
    pasted = (x != values)[:, 0]
    assert torch.equal(pasted.any(2).sum(1) * pasted.any(1).sum(1), pasted.sum(dim=(1, 2)))


def test_boxes_at_the_edge_are_cut_off_so_that_more_is_kept_than_was_drawn():
    lam = cutmix(torch.zeros(20_000, 1, 16, 16), torch.ones(20_000, 2), generator=stream())[2]
    assert 0.6 < lam.mean() < 0.8  # Beta(1, 1) has mean one half


def test_columns_of_networks_side_by_side_do_not_mix():
    names = torch.arange(20.0).view(4, 5)  # rows are examples, columns networks
    _, q = mixup(names, torch.eye(20).view(4, 5, 20), 1.0, generator=stream())
    for column in range(5):
        assert not q[:, column].view(-1, 4, 5)[:, :, [c for c in range(5) if c != column]].any()


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^q must have shape \(3, K\), got \(2, 4\)$"):
        mixup(torch.ones(3, 2), torch.ones(2, 4), 1.0)
    with pytest.raises(ValueError, match=r"^alpha must be above 0, got 0$"):
        cutmix(torch.ones(2, 1, 4, 4), torch.ones(2, 2), 0)
