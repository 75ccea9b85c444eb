"""The eight layers: shapes, parameters, and that they unfold what no line separates."""

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.data.toy2d import two_moons
from dlbook_lib.feedforward.mlp import count_parameters
from dlbook_lib.feedforward.unfold import Unfolding


def test_it_stays_in_the_plane_and_is_the_composition():
    network, x = Unfolding(3), torch.randn(5, 2)
    states = network.states(x)
    assert [tuple(h.shape) for h in states] == [(5, 2)] * 4
    by_hand = x
    for layer in network.layers:
        by_hand = torch.tanh(F.linear(by_hand, layer.weight, layer.bias))
    assert torch.allclose(states[-1], by_hand, atol=1e-6)
    assert torch.allclose(network(x), F.linear(by_hand, network.last.weight, network.last.bias), atol=1e-6)


def test_parameters_and_start():
    assert count_parameters(Unfolding()) == 8 * (4 + 2) + (4 + 2) == 54
    assert not torch.equal(Unfolding().layers[0].weight, Unfolding().layers[0].weight)
    assert torch.equal(Unfolding(disturbance=0.0).layers[0].weight, torch.eye(2))


def test_bad_arguments():
    with pytest.raises(ValueError, match="depth must be at least 1"):
        Unfolding(0)
    with pytest.raises(ValueError, match=r"x must have shape \(B, 2\)"):
        Unfolding()(torch.zeros(1, 3))
    assert two_moons(4)[0].shape == (4, 2)
