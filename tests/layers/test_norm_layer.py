"""Layer normalization against torch's, and which shape of it lets a token see the future."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.layers.norm_layer import LayerNorm, layer_norm


def draw(*shape, seed=0):
    return 3 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) + 1


@pytest.mark.parametrize("shape", [(6,), (4, 6), (5, 4, 6)])
def test_outputs_are_torchs(shape):
    x, gamma, beta = draw(2, 5, 4, 6), draw(*shape, seed=1), draw(*shape, seed=2)
    torch.testing.assert_close(
        layer_norm(x, shape, gamma, beta), F.layer_norm(x, shape, gamma, beta), rtol=0, atol=1e-5
    )
    ours, theirs = LayerNorm(*shape), nn.LayerNorm(shape)
    for layer in (ours, theirs):
        for parameter, value in zip(layer.parameters(), (gamma, beta)):
            parameter.data.copy_(value)
    torch.testing.assert_close(ours(x), theirs(x), rtol=0, atol=1e-5)
    assert sum(p.numel() for p in ours.parameters()) == sum(p.numel() for p in theirs.parameters())


def test_no_example_looks_at_another_and_the_mode_does_not_matter():
    layer, x = LayerNorm(3, 4, 4), draw(8, 3, 4, 4)
    torch.testing.assert_close(layer(x)[2:3], layer(x[2:3]))
    assert torch.equal(layer(x), layer.eval()(x))


def test_over_time_and_channels_the_future_leaks_per_token_it_does_not():
    x = draw(1, 8, 6)
    changed = x.clone()
    changed[:, -1] += 5
    for shape, leaks in (((6,), False), ((8, 6), True)):
        moved = (layer_norm(x, shape) - layer_norm(changed, shape))[:, 0].abs().max()
        assert (moved > 0.1) == leaks
        assert leaks or moved == 0


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"x must end in the axes \(4,\), got shape \(2, 3\)"):
        layer_norm(torch.zeros(2, 3), (4,))
    for shape in ((), (0,)):
        with pytest.raises(ValueError, match="shape"):
            LayerNorm(*shape)
