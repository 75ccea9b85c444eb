r"""Where squared error comes from: being wrong on average, being different each time, and plain noise.

Let a training set be drawn at random and a model be fitted to it. At a place :math:`x`, with a new target
:math:`y = f^*(x) + \varepsilon`, the expected squared error over training sets and noise splits into

.. math::
    \mathbb E\bigl[(y - \hat f(x))^2\bigr]
    = \underbrace{\bigl(f^*(x) - \mathbb E \hat f(x)\bigr)^2}_{\text{bias}^2}
    + \underbrace{\operatorname{Var} \hat f(x)}_{\text{variance}} + \underbrace{\sigma^2}_{\text{noise}}

(Geman, Bienenstock and Doursat 1992). Expectations become means over resampled training sets here. It is a
statement about squared error; other losses have no such sum.

Shape letters: R resampled training sets, M places.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = ["BiasVariance", "bias_variance", "resampled_predictions"]

Predictor = Callable[[Tensor], Tensor]


class BiasVariance(NamedTuple):
    """The three terms, each a mean over places.

    Parameters
    ----------
    bias : Tensor
        The squared bias, one number.
    variance : Tensor
        The variance over training sets, one number.
    noise : float
        The variance of the targets about the truth.

    Examples
    --------
    >>> terms = BiasVariance(torch.tensor(0.25), torch.tensor(0.5), 1.0)
    >>> terms.total
    tensor(1.7500)
    """

    bias: Tensor
    variance: Tensor
    noise: float

    @property
    def total(self) -> Tensor:
        """The sum of the three, which is the expected squared error."""
        return self.bias + self.variance + self.noise


def bias_variance(predictions: Tensor, truth: Tensor, noise: float) -> BiasVariance:
    r"""Split the expected squared error of many fits into its three terms.

    The variance is divided by :math:`R`, not :math:`R - 1`, so that bias² and variance add up exactly to the
    mean squared distance from the truth.

    Parameters
    ----------
    predictions : Tensor of shape (R, M)
        What each of R fits says at M places.
    truth : Tensor of shape (M,)
        :math:`f^*` there.
    noise : float
        Standard deviation :math:`\sigma` of the targets about it, at least 0.

    Returns
    -------
    BiasVariance
        Squared bias, variance and :math:`\sigma^2`, each a mean over places.

    Raises
    ------
    ValueError
        If a shape does not fit or ``noise`` is negative.

    Examples
    --------
    >>> terms = bias_variance(torch.tensor([[1.0], [3.0]]), torch.tensor([1.0]), 0.0)
    >>> terms.bias, terms.variance
    (tensor(1.), tensor(1.))
    """
    check_shape("predictions", predictions, ("R", "M"))
    check_shape("truth", truth, (predictions.shape[1],))
    check_number("noise", noise, low=0)
    centre = predictions.mean(dim=0)
    variance = (predictions - centre).square().mean()
    return BiasVariance((centre - truth).square().mean(), variance, noise**2)


def resampled_predictions(
    learn: Callable[[Tensor, Tensor], Predictor],
    draw: Callable[[torch.Generator], tuple[Tensor, Tensor]],
    x: Tensor,
    *,
    resamples: int,
    generator: torch.Generator,
) -> Tensor:
    """Fit a model to one new training set after another, and ask each fit at the same places.

    Parameters
    ----------
    learn : callable
        From a training set, inputs and targets, to a function of inputs.
    draw : callable
        From a random stream to a training set.
    x : Tensor of shape (M, ...)
        The places.
    resamples : int
        How many training sets R, at least 1.
    generator : torch.Generator
        The stream.

    Returns
    -------
    Tensor of shape (R, M)
        One row for each fit.

    Raises
    ------
    ValueError
        If ``resamples`` is below 1.

    Examples
    --------
    >>> def mean_of(x, y):
    ...     return lambda places: y.mean().expand(len(places))
    >>> def draw(stream):
    ...     return torch.zeros(4), torch.randn(4, generator=stream)
    >>> stream = torch.Generator().manual_seed(0)
    >>> resampled_predictions(mean_of, draw, torch.zeros(2), resamples=3, generator=stream).shape
    torch.Size([3, 2])
    """
    check_integer("resamples", resamples, low=1)
    return torch.stack([learn(*draw(generator))(x) for _ in range(resamples)])
