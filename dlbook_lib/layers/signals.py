r"""How large signals and gradients are at each depth of a network that has not been trained.

The measurement behind the papers on initialization (Glorot and Bengio 2010, figures 6 and 7; He et al. 2015):
send a batch through L layers, send a random gradient back, and write down root mean squares on both ways.

Differs from the papers: all layers have the same shape and no bias, as in the derivations.

Shape letters: B batch, D width, L layers.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_shape

__all__ = ["layer_signals", "signal_sizes"]


def layer_signals(
    x: Tensor, weights: Tensor, *, activation: Callable[[Tensor], Tensor] = torch.tanh
) -> list[Tensor]:
    r"""Pass a batch through all layers and keep what each one makes of it.

    .. math:: h_0 = x, \qquad h_\ell = f(W_\ell\, h_{\ell-1})

    Parameters
    ----------
    x : Tensor of shape (B, D)
        Inputs.
    weights : Tensor of shape (L, D, D)
        One square matrix for each layer.
    activation : callable
        The function f.

    Returns
    -------
    list of Tensor
        The L + 1 tensors :math:`h_0, \dots, h_L`, each of shape (B, D).

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Examples
    --------
    >>> weights = torch.tensor([[[2.0]], [[3.0]]])
    >>> [h.item() for h in layer_signals(torch.ones(1, 1), weights, activation=abs)]
    [1.0, 2.0, 6.0]
    """
    check_shape("weights", weights, ("L", "D", "D"))
    check_shape("x", x, ("B", weights.shape[1]))
    signals = [x]
    for weight in weights:
        signals.append(activation(signals[-1] @ weight.T))
    return signals


def signal_sizes(
    x: Tensor, weights: Tensor, back: Tensor, *, activation: Callable[[Tensor], Tensor] = torch.tanh
) -> tuple[Tensor, Tensor]:
    r"""Measure the root mean square of signals and of gradients at every depth.

    Parameters
    ----------
    x : Tensor of shape (B, D)
        Inputs.
    weights : Tensor of shape (L, D, D)
        One square matrix for each layer.
    back : Tensor of shape (B, D)
        The gradient that arrives at the last layer's output.
    activation : callable
        What follows each product.

    Returns
    -------
    forward : Tensor of shape (L + 1,)
        Of :math:`h_0, \dots, h_L`.
    backward : Tensor of shape (L + 1,)
        Of the gradients with respect to the same signals; the last is that of ``back``.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Examples
    --------
    >>> one, weights = torch.ones(1, 1), torch.tensor([[[2.0]], [[3.0]]])
    >>> signal_sizes(one, weights, one, activation=abs)
    (tensor([1., 2., 6.]), tensor([6., 3., 1.]))
    """
    check_shape("back", back, tuple(x.shape))
    signals = layer_signals(x.detach().requires_grad_(), weights, activation=activation)
    gradients = torch.autograd.grad(signals[-1], signals, back, create_graph=weights.requires_grad)

    def sizes(tensors: list[Tensor] | tuple[Tensor, ...]) -> Tensor:
        return torch.stack([t.square().mean().sqrt() for t in tensors])

    forward, backward = sizes(signals), sizes(gradients)
    return (forward, backward) if weights.requires_grad else (forward.detach(), backward)
