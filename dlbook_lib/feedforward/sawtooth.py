r"""A function that depth makes cheap: the sawtooth, folded once a layer.

The triangle map :math:`t(x) = 2\min(x, 1 - x)` on [0, 1] takes two rectifying units; composed with itself
:math:`k` times it has :math:`2^k` straight pieces from :math:`2k` units. A network with one hidden layer
needs a unit for each kink, :math:`2^k - 1` of them besides the one that gives the first slope (Telgarsky
2015, "Representation Benefits of Deep Feedforward Networks", arXiv:1509.08101).

Differs from the paper: a chain of pairs of units, and both networks are written down, neither is trained.

Shape letters: N points.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape
from dlbook_lib.feedforward.mlp import MLP

__all__ = ["count_pieces", "deep_sawtooth", "sawtooth", "wide_sawtooth"]


def sawtooth(x: Tensor, k: int) -> Tensor:
    r"""Compute the sawtooth with :math:`2^{k-1}` teeth directly.

    .. math:: s_k(x) = \bigl\lvert\, 2^k x - 2 \operatorname{round}(2^{k-1} x) \,\bigr\rvert

    Parameters
    ----------
    x : Tensor of any shape
        Places from 0 to 1.
    k : int
        How often the triangle is folded, at least 1.

    Returns
    -------
    Tensor of the same shape
        From 0 to 1.

    Examples
    --------
    >>> sawtooth(torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]), 2).tolist()
    [0.0, 1.0, 0.0, 1.0, 0.0]
    """
    check_integer("k", k, low=1)
    return (2**k * x - 2 * torch.round(2 ** (k - 1) * x)).abs()


def deep_sawtooth(k: int) -> MLP:
    r"""Build the sawtooth from ``k`` hidden layers of two rectifying units.

    .. math:: t(x) = 2 \operatorname{relu}(x) - 4 \operatorname{relu}(x - \tfrac12)

    Parameters
    ----------
    k : int
        Number of hidden layers.

    Returns
    -------
    MLP
        With ``2 k`` hidden units and :math:`6k + 1` parameters.

    Raises
    ------
    ValueError
        If ``k`` is not positive.

    Examples
    --------
    >>> deep_sawtooth(3)(torch.tensor([[0.125]])).item()
    1.0
    """
    check_integer("k", k, low=1)
    network = MLP((1, *[2] * k, 1)).double()
    fold = torch.tensor([[2.0, -4.0]])
    with torch.no_grad():
        for number, layer in enumerate(network.layers[:-1]):
            layer.weight.copy_(torch.ones(2, 1) if number == 0 else fold.expand(2, 2))
            layer.bias.copy_(torch.tensor([0.0, -0.5]))
        network.layers[-1].weight.copy_(fold)
        network.layers[-1].bias.zero_()
    return network.float()


def wide_sawtooth(k: int) -> MLP:
    r"""Build the same function from one hidden layer.

    .. math::
        s_k(x) = 2^k \Bigl( &\operatorname{relu}(x) \\
        &+ 2 \sum_{j=1}^{2^k - 1} (-1)^j \operatorname{relu}(x - j 2^{-k}) \Bigr)

    Parameters
    ----------
    k : int
        As in :func:`deep_sawtooth`.

    Returns
    -------
    MLP
        With :math:`2^k` hidden units.

    Raises
    ------
    ValueError
        If ``k`` is not positive.

    Examples
    --------
    >>> wide_sawtooth(3).layers[0].weight.shape
    torch.Size([8, 1])
    """
    check_integer("k", k, low=1)
    j = torch.arange(2**k)
    network = MLP((1, 2**k, 1))
    with torch.no_grad():
        network.layers[0].weight.fill_(1.0)
        network.layers[0].bias.copy_(-j / 2**k)
        network.layers[1].weight.copy_(2**k * torch.where(j == 0, 1.0, 2.0 * (-1.0) ** j))
        network.layers[1].bias.zero_()
    return network


@torch.no_grad()
def count_pieces(network: nn.Module, *, cells: int = 4096) -> int:
    """Count the straight pieces of a network from one number to one on [0, 1].

    Parameters
    ----------
    network : nn.Module
        Maps (N, 1) to (N, 1).
    cells : int
        How finely it looks: kinks closer together than two cells are counted as one.

    Returns
    -------
    int
        One more than the places where the slope changes.

    Raises
    ------
    ValueError
        If ``cells`` is below 2.

    Examples
    --------
    >>> count_pieces(deep_sawtooth(4))
    16
    """
    check_integer("cells", cells, low=2)
    x = torch.linspace(0, 1, cells + 1, dtype=torch.float64)[:, None]
    y = copy.deepcopy(network).to(torch.float64)(x)
    check_shape("network(x)", y, ("N", 1))
    slopes = (y[1:] - y[:-1])[:, 0] * cells
    jumps = (slopes[1:] - slopes[:-1]).abs() > 1e-6 * (1 + slopes.abs().max())
    kinks = int(jumps.sum()) - int((jumps[1:] & jumps[:-1]).sum())  # a kink inside a cell shows twice
    return kinks + 1
