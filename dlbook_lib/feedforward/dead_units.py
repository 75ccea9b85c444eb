r"""Units that answer zero to everything, and so never learn again.

A rectifying unit is dead on a data set if its pre-activation is negative for *every* example. Its gradient is
then exactly zero, and with it every step of every optimizer; only weight decay, or a step prepared earlier by
momentum, still moves its weights. Maas, Hannun and Ng (2013) make the observation and propose the leak.

Shape letters: N examples.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.feedforward.mlp import MLP

__all__ = ["active_share", "dead_units", "kill"]


@torch.no_grad()
def dead_units(network: MLP, x: Tensor) -> list[Tensor]:
    """Find the hidden units that no example switches on.

    Parameters
    ----------
    network : MLP
        With an activation that is 0 for what it switches off.
    x : Tensor of shape (N, D)
        All the examples that count.

    Returns
    -------
    list of bool Tensor
        One of shape (width,) for each hidden layer.

    Examples
    --------
    >>> network = kill(MLP((2, 3, 1)), layer=0, units=[1])
    >>> dead_units(network, torch.rand(50, 2))[0][1]
    tensor(True)
    """
    return [(answers == 0).all(dim=0) for answers in network.hidden(x)]


@torch.no_grad()
def active_share(network: MLP, x: Tensor) -> list[float]:
    """Measure which part of all answers is above zero.

    Parameters
    ----------
    network : MLP
        Any.
    x : Tensor of shape (N, D)
        Examples.

    Returns
    -------
    list of float
        One from 0 to 1 for each hidden layer.

    Examples
    --------
    >>> active_share(kill(MLP((2, 2, 1)), layer=0, units=[0, 1]), torch.rand(9, 2))
    [0.0]
    """
    return [(answers > 0).double().mean().item() for answers in network.hidden(x)]


@torch.no_grad()
def kill(network: MLP, *, layer: int, units: list[int], bias: float = -100.0) -> MLP:
    """Push units far to the left, as one step with too large a learning rate does.

    Parameters
    ----------
    network : MLP
        Changed in place.
    layer : int
        The hidden layer, from 0.
    units : list of int
        Which of its units.
    bias : float
        Their new bias.

    Returns
    -------
    MLP
        The same network.

    Examples
    --------
    >>> kill(MLP((2, 3, 1)), layer=0, units=[2]).layers[0].bias[2].item()
    -100.0
    """
    network.layers[layer].bias[units] = bias
    return network
