"""RMSNorm against torch's, and where it agrees with layer normalization and where not."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.layers.norm_layer import layer_norm
from dlbook_lib.layers.norm_rms import RMSNorm, rms_norm


def draw(*shape, seed=0):
    return 3 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) + 1


def test_outputs_are_torchs():
    x, gamma = draw(2, 5, 6), draw(6, seed=1)
    torch.testing.assert_close(rms_norm(x, gamma), F.rms_norm(x, (6,), gamma, eps=1e-5), rtol=0, atol=5e-6)
    ours, theirs = RMSNorm(6), nn.RMSNorm(6, eps=1e-5)
    ours.gamma.data, theirs.weight.data = gamma, gamma
    torch.testing.assert_close(ours(x), theirs(x), rtol=0, atol=5e-6)


def test_it_is_layer_normalization_where_the_mean_is_0_and_only_there():
    x = draw(5, 64).double()
    centred = x - x.mean(-1, keepdim=True)
    torch.testing.assert_close(rms_norm(centred), layer_norm(centred, (64,)), rtol=0, atol=1e-12)
    torch.testing.assert_close(layer_norm(x + 9, (64,)), layer_norm(x, (64,)), rtol=0, atol=1e-10)
    assert (rms_norm(x + 9) - rms_norm(x)).abs().max() > 1
    torch.testing.assert_close(rms_norm(9 * x, eps=0.0), rms_norm(x, eps=0.0), rtol=0, atol=1e-12)


def test_bad_arguments():
    with pytest.raises(ValueError, match="dim must be at least 1"):
        RMSNorm(0)
