"""Sizes through depth against a network of torch's layers and backward()."""

import pytest
import torch
from torch import nn

from dlbook_lib.layers.signals import layer_signals, signal_sizes


def rms(t):
    return t.square().mean().sqrt()


@pytest.mark.parametrize("activation", [torch.tanh, torch.relu])
def test_sizes_are_those_of_hooks_on_torchs_layers(activation):
    draw = torch.Generator().manual_seed(0)
    x, back = torch.randn(2, 5, 7, generator=draw)
    weights = torch.randn(4, 7, 7, generator=draw) / 7**0.5
    h = x.clone().requires_grad_()
    kept = [h]
    for weight in weights:
        layer = nn.Linear(7, 7, bias=False)
        layer.weight.data = weight.clone()
        h = activation(layer(h))
        h.retain_grad()
        kept.append(h)
    h.backward(back)
    forward, backward = signal_sizes(x, weights, back, activation=activation)
    torch.testing.assert_close(forward, torch.stack([rms(t) for t in kept]).detach())
    torch.testing.assert_close(backward, torch.stack([rms(t.grad) for t in kept]))
    for ours, theirs in zip(layer_signals(x, weights, activation=activation), kept):
        torch.testing.assert_close(ours, theirs.detach())


def test_in_a_linear_network_scale_is_a_power_of_depth():
    x, back = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(1))
    forward, backward = signal_sizes(x, 2 * torch.eye(4).expand(6, 4, 4), back, activation=lambda z: z)
    torch.testing.assert_close(forward, rms(x) * 2.0 ** torch.arange(7))
    torch.testing.assert_close(backward, rms(back) * 2.0 ** torch.arange(6, -1, -1))


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"weights must have shape \(L, D, D\)"):
        layer_signals(torch.zeros(2, 3), torch.zeros(4, 3, 2))
    with pytest.raises(ValueError, match=r"x must have shape \(B, 3\)"):
        layer_signals(torch.zeros(2, 4), torch.zeros(4, 3, 3))
    with pytest.raises(ValueError, match="back must have shape"):
        signal_sizes(torch.zeros(2, 3), torch.zeros(4, 3, 3), torch.zeros(1, 3))
