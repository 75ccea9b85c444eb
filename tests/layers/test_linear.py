"""Linear attention: two orders of one product, and the same as a recurrent network."""

import torch

from dlbook_lib.layers.linear import (
    elu_feature_map,
    kernel_attention,
    linear_attention,
    linear_attention_causal,
)
from dlbook_lib.layers.masks import causal_mask


def draw(seed=0, T=9):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(2, 3, T, width, generator=generator, dtype=torch.float64) for width in (4, 4, 5)]


def test_the_order_of_the_products_changes_nothing():
    q, k, v = draw()
    torch.testing.assert_close(linear_attention(q, k, v), kernel_attention(q, k, v), rtol=0, atol=1e-12)


def test_the_recurrence_is_the_masked_matrix():
    q, k, v = draw()
    similar = elu_feature_map(q) @ elu_feature_map(k).mT * causal_mask(9)
    expected = similar @ v / similar.sum(-1, keepdim=True)
    torch.testing.assert_close(linear_attention_causal(q, k, v), expected, rtol=0, atol=1e-12)


def test_the_past_does_not_see_the_future_and_the_last_row_sees_all():
    q, k, v = draw()
    later = k.clone()
    later[..., 5:, :] += 1
    before, after = (linear_attention_causal(q, keys, v) for keys in (k, later))
    assert torch.equal(before[..., :5, :], after[..., :5, :])
    torch.testing.assert_close(before[..., -1, :], linear_attention(q, k, v)[..., -1, :])


def test_features_are_positive_so_that_weights_are_means():
    q, k, v = draw()
    assert (elu_feature_map(10 * q) > 0).all()
    output = linear_attention(q, k, v)
    assert (output <= v.amax(-2, keepdim=True)).all()
    assert (output >= v.amin(-2, keepdim=True)).all()
