"""The four terms against plain loops over the formula of the paper."""

import math

import pytest
import torch

from dlbook_lib.layers.masks import causal_mask
from dlbook_lib.layers.transformer_xl import TransformerXLAttention, distance_vectors


def build(seed=0):
    torch.manual_seed(seed)
    return TransformerXLAttention(8, num_heads=2), torch.randn(2, 5, 8)


def test_terms_are_those_of_the_formula():
    layer, x = build()
    terms = layer.terms(x)
    heads = [slice(0, 4), slice(4, 8)]
    for h, part in enumerate(heads):
        wq, wk, wr = (m.weight[part] for m in (layer.query, layer.key, layer.place))
        u, w = layer.any_content[h, 0], layer.any_place[h, 0]
        for i in range(5):
            for j in range(5):
                k = torch.arange(4)
                speed = 10000 ** (-2 * k / 8)
                R = torch.stack((((i - j) * speed).sin(), ((i - j) * speed).cos()), 1).flatten()
                q, key, r = wq @ x[0, i], wk @ x[0, j], wr @ R
                expected = torch.stack((q @ key, q @ r, u @ key, w @ r)) / math.sqrt(4)
                torch.testing.assert_close(terms[:, 0, h, i, j], expected, rtol=1e-4, atol=1e-5)


def test_only_distances_count():
    """A sequence moved inside a window that hides the rest gets the same answers."""
    layer, x = build()
    longer = torch.cat((torch.randn(2, 3, 8), x), dim=1)
    torch.testing.assert_close(layer.terms(longer)[..., 3:, 3:], layer.terms(x), rtol=1e-4, atol=1e-5)


def test_mask_hides_the_future():
    layer, x = build()
    other = x.clone()
    other[:, 3:] += 1
    before, after = (layer(t, mask=causal_mask(5)) for t in (x, other))
    torch.testing.assert_close(before[:, :3], after[:, :3], rtol=0, atol=0)
    torch.testing.assert_close(layer.terms(x).sum(0).softmax(-1).sum(-1), torch.ones(2, 2, 5))


def test_distances_mirror():
    table = distance_vectors(4, 6)
    torch.testing.assert_close(table[:3].flip(0)[:, 1::2], table[4:][:, 1::2])
    torch.testing.assert_close(table[:3].flip(0)[:, 0::2], -table[4:][:, 0::2])


def test_errors():
    with pytest.raises(ValueError, match=r"^dim must be even and a multiple of num_heads, 3, got 8"):
        TransformerXLAttention(8, num_heads=3)
