r"""Noise on inputs and on weights, and what it does on average.

Gaussian noise of variance :math:`\sigma_i^2` on the inputs of a linear unit adds variance
:math:`\sum_i w_i^2 \sigma_i^2` to its output, so squared loss is raised by that much: an L2 penalty, exactly.
For other networks and losses this holds to first order only (Bishop 1995, "Training with noise is equivalent
to Tikhonov regularization"). Noise on the weights prefers flat minima (Goodfellow et al. 2016, section 7.5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_shape, check_type
from dlbook_lib.regularize.draws import normal_like

__all__ = ["add_noise", "noise_variance", "noisy_weights", "sharpness"]


def add_noise(x: Tensor, std: float | Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Add independent Gaussian noise to every number.

    Parameters
    ----------
    x : Tensor
        Inputs.
    std : float or Tensor
        Standard deviation, of a shape that broadcasts with ``x``.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor
        Of the shape of ``x``.

    Examples
    --------
    >>> add_noise(torch.zeros(2, 3), 0.0).sum()
    tensor(0.)
    """
    check_type("x", x, Tensor, "a torch.Tensor")
    return x + std * normal_like(x, tuple(x.shape), generator)


def noise_variance(weight: Tensor, std: Tensor) -> Tensor:
    r"""Say what variance noise on the inputs gives to each output of a linear layer.

    .. math:: \operatorname{Var} y_j = \sum_i w_{ji}^2 \sigma_i^2

    Parameters
    ----------
    weight : Tensor of shape (O, D)
        :math:`w_{ji}`, from input i to output j.
    std : Tensor of shape (D,)
        :math:`\sigma_i` of each input.

    Returns
    -------
    Tensor of shape (O,)
        The variances.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> noise_variance(torch.tensor([[1.0, -0.5, 2.0]]), torch.tensor([0.5, 0.3, 0.2]))
    tensor([0.4325])
    """
    check_shape("weight", weight, ("O", "D"))
    check_shape("std", std, (weight.shape[1],))
    return weight.square() @ std.square()


@contextmanager
def noisy_weights(
    model: nn.Module, std: float, *, generator: torch.Generator | None = None
) -> Iterator[None]:
    """Add Gaussian noise to all parameters for the length of a ``with`` block.

    Gradients computed inside belong to the noisy weights; afterwards the old weights are back, bit for bit.

    Parameters
    ----------
    model : nn.Module
        A network.
    std : float
        Standard deviation, at least 0.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    ValueError
        If ``std`` is negative.
    """
    check_type("model", model, nn.Module, "a torch.nn.Module")
    check_number("std", std, low=0)
    weights = list(model.parameters())
    kept = [weight.detach().clone() for weight in weights]
    with torch.no_grad():
        for weight in weights:
            weight.add_(std * normal_like(weight, tuple(weight.shape), generator))
    try:
        yield
    finally:
        with torch.no_grad():
            for weight, old in zip(weights, kept):
                weight.copy_(old)


def sharpness(
    model: nn.Module,
    loss: Callable[[nn.Module], Tensor],
    std: float,
    *,
    draws: int = 20,
    generator: torch.Generator | None = None,
) -> float:
    r"""Measure by how much a loss rises when the weights are shaken.

    .. math:: \mathbb E_{\varepsilon \sim \mathcal N(0, \sigma^2 I)} \bigl[L(w + \varepsilon)\bigr] - L(w)

    Parameters
    ----------
    model : nn.Module
        A network.
    loss : callable
        From the model to a number.
    std : float
        :math:`\sigma`, at least 0.
    draws : int
        How many times it is shaken, at least 1.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    float
        Near 0 at a flat minimum.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    check_integer("draws", draws, low=1)
    with torch.no_grad():
        still = float(loss(model))
        shaken = []
        for _ in range(draws):
            with noisy_weights(model, std, generator=generator):
                shaken.append(float(loss(model)))
    return sum(shaken) / draws - still
