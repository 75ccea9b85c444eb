"""Multi-head attention against ``nn.MultiheadAttention`` with the same weights."""

import pytest
import torch
from torch import nn

from dlbook_lib.layers.masks import causal_mask
from dlbook_lib.layers.multihead import MultiHeadAttention


def pair(dim=16, num_heads=4, context_dim=None, seed=0):
    """Ours and torch's, with equal weights."""
    torch.manual_seed(seed)
    ours = MultiHeadAttention(dim, num_heads=num_heads, context_dim=context_dim)
    theirs = nn.MultiheadAttention(dim, num_heads, kdim=context_dim, vdim=context_dim, batch_first=True)
    parts = [ours.query.weight, ours.key.weight, ours.value.weight]
    with torch.no_grad():
        if context_dim in (None, dim):
            theirs.in_proj_weight.copy_(torch.cat(parts))
        else:
            for own, name in zip(parts, ("q_proj_weight", "k_proj_weight", "v_proj_weight")):
                getattr(theirs, name).copy_(own)
        theirs.in_proj_bias.copy_(torch.cat([ours.query.bias, ours.key.bias, ours.value.bias]))
        theirs.out_proj.load_state_dict(ours.out.state_dict())
    return ours.eval(), theirs.eval()


@pytest.mark.parametrize("num_heads", [1, 2, 4, 8])
def test_self_attention_is_that_of_torch(num_heads):
    ours, theirs = pair(num_heads=num_heads)
    x = torch.randn(2, 6, 16)
    mask = causal_mask(6)
    output, weights = ours.attend(x, mask=mask)
    expected, maps = theirs(x, x, x, attn_mask=~mask, average_attn_weights=False)
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(weights, maps)


def test_cross_attention_is_that_of_torch():
    ours, theirs = pair(context_dim=12)
    x, context = torch.randn(2, 3, 16), torch.randn(2, 7, 12)
    torch.testing.assert_close(ours(x, context), theirs(x, context, context)[0])
    order = torch.randperm(7)
    torch.testing.assert_close(ours(x, context), ours(x, context[:, order]))  # it is a set to the queries
    order = torch.randperm(3)
    torch.testing.assert_close(ours(x, context)[:, order], ours(x[:, order], context))


@pytest.mark.parametrize("num_heads", [1, 2, 4, 16])
def test_the_number_of_heads_costs_no_parameters(num_heads):
    layer = MultiHeadAttention(16, num_heads=num_heads)
    assert sum(p.numel() for p in layer.parameters()) == 4 * 16**2 + 4 * 16 == 1088


def test_each_head_reads_the_whole_embedding():
    torch.manual_seed(0)
    x = torch.randn(1, 5, 16, requires_grad=True)
    _, weights = MultiHeadAttention(16, num_heads=4).attend(x)
    weights[0, 0].square().sum().backward()
    assert (x.grad.abs().sum((0, 1)) > 0).sum() == 16


def test_dropout_keeps_the_mean():
    """The mean of 4000 draws misses by at most 0.01; it acts in training only."""
    torch.manual_seed(0)
    layer = MultiHeadAttention(8, num_heads=2, dropout=0.3)
    x = torch.randn(1, 5, 8)
    with torch.no_grad():
        quiet = layer.eval()(x)
        assert torch.equal(quiet, layer(x))
        noisy = layer.train()(x.expand(4000, -1, -1))
    assert (noisy[0] - noisy[1]).abs().max() > 1e-3
    assert (noisy.mean(0) - quiet[0]).abs().max() < 1e-2


def test_rotary_places_enter_through_turn():
    from dlbook_lib.layers.rotary import rotate

    layer, x = MultiHeadAttention(16, num_heads=2), torch.randn(1, 6, 16)
    order = torch.tensor([5, 4, 3, 2, 1, 0])
    torch.testing.assert_close(layer(x)[:, order], layer(x[:, order]))
    assert (layer(x, turn=rotate)[:, order] - layer(x[:, order], turn=rotate)).abs().max() > 1e-3


def test_errors():
    with pytest.raises(ValueError, match=r"^dim must be a multiple of num_heads, 3, got 16"):
        MultiHeadAttention(16, num_heads=3)
    with pytest.raises(ValueError, match=r"^dropout must lie in \[0, 0.999\], got 1"):
        MultiHeadAttention(16, num_heads=2, dropout=1)
    with pytest.raises(ValueError, match=r"^x must have shape \(B, T, 16\)"):
        MultiHeadAttention(16, num_heads=2)(torch.zeros(1, 3, 8))
    with pytest.raises(ValueError, match=r"^context must have shape \(2, S, 16\)"):
        MultiHeadAttention(16, num_heads=2)(torch.zeros(2, 3, 16), torch.zeros(1, 3, 16))
