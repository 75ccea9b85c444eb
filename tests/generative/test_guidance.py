"""Guidance: a line through two predictions, by one call of the network."""

import torch

from dlbook_lib.generative.guidance import guide, guided


def test_weights_zero_one_and_beyond():
    a, b = torch.randn(2, 3, 2, generator=torch.Generator().manual_seed(0))
    assert torch.equal(guide(a, b, weight=0.0), a)
    assert torch.allclose(guide(a, b, weight=1.0), b)
    assert torch.allclose(guide(a, b, weight=3.0), 3 * b - 2 * a, atol=1e-6)


def test_the_wrapped_network_is_called_once_with_both():
    calls = []

    def network(x, t, condition):
        calls.append(condition)
        return x * condition[:, None]

    x, t = torch.ones(2, 3), torch.tensor([4, 5])
    got = guided(network, weight=2.0, empty=9)(x, t, torch.tensor([1, 2]))
    assert len(calls) == 1
    assert calls[0].tolist() == [9, 9, 1, 2]
    assert got[:, 0].tolist() == [9 + 2 * (1 - 9), 9 + 2 * (2 - 9)]
    guided(network, weight=1, empty=9)(x, 4, torch.tensor([1, 2]))
    assert calls[-1].tolist() == [1, 2]


def test_guiding_gaussians_narrows_them():
    """Two classes N(±1, 1): the guided score points further to the class, and away from the other."""
    x = torch.linspace(-2, 2, 5)[:, None]
    without, with_class = -x + torch.tanh(x), -(x - 1)
    pulled = guide(without, with_class, weight=3.0)
    assert (pulled >= with_class - 1e-6).all()  # further towards the class, and away from the other
