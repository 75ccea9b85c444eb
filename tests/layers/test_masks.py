"""Masks against their formulas, and how a wrong one leaks."""

import pytest
import torch

from dlbook_lib.layers.attention import attention
from dlbook_lib.layers.masks import causal_mask, multiply_mask, padding_mask, window_mask


def test_the_future_changes_nothing():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(6, 4, generator=generator)
    other = x.clone()
    other[4] += 10
    before, after = (attention(t, t, t, mask=causal_mask(6))[0] for t in (x, other))
    assert torch.equal(before[:4], after[:4])
    assert not torch.equal(before[4:], after[4:])


def test_without_its_own_place_the_first_row_is_a_mean_of_nothing():
    x = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    output, _ = attention(x, x, x, mask=causal_mask(4, own=False))
    assert output[0].isnan().all()
    assert output[1:].isfinite().all()


def test_a_product_leaks():
    """Scores 0.4 on the first place: softmax of (0.4, 0, 0, 0) is .33, .22, .22, .22."""
    scores = torch.full((4, 4), 0.405)
    first = multiply_mask(scores, causal_mask(4))[0]
    assert first.tolist() == pytest.approx([0.333, 0.222, 0.222, 0.222], abs=1e-3)


def test_padding_and_window():
    mask = padding_mask(torch.tensor([2, 4]), 4)
    assert mask.shape == (2, 1, 1, 4)
    assert mask.flatten(1).sum(1).tolist() == [2, 4]
    places = torch.arange(5)
    assert torch.equal(window_mask(5, reach=1), (places[:, None] - places).abs() <= 1)
    with pytest.raises(ValueError, match=r"^reach must be at least 0, got -1"):
        window_mask(5, reach=-1)
    with pytest.raises(ValueError, match=r"^T must be at least 1, got 0"):
        causal_mask(0)
