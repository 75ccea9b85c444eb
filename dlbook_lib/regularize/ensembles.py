r"""Ensembles: the :math:`2^n` networks inside one dropout layer, and networks trained on resampled data.

Weight scaling (one pass with all units, Hinton et al. 2012) gives the normalised geometric mean of all masked
networks exactly where one softmax layer follows the dropout; the average over sampled passes converges to
their arithmetic mean. Bagging is Breiman's ("Bagging predictors", 1996).
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = [
    "all_masks",
    "arithmetic_mean",
    "bagging_error",
    "bootstrap",
    "geometric_mean",
    "masked_predictions",
]


def all_masks(units: int) -> Tensor:
    r"""List every way to switch units on and off.

    Parameters
    ----------
    units : int
        Number n of units, from 1 to 16.

    Returns
    -------
    Tensor of shape (2ⁿ, n)
        Rows of zeros and ones, in binary order.

    Raises
    ------
    ValueError
        If ``units`` is out of range.

    Examples
    --------
    >>> all_masks(2).tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    check_integer("units", units, low=1, high=16)
    numbers = torch.arange(2**units)[:, None]
    return ((numbers >> torch.arange(units - 1, -1, -1)) & 1).float()


def masked_predictions(x: Tensor, weight: Tensor, bias: Tensor, masks: Tensor, p: float) -> Tensor:
    r"""Predict with one softmax layer behind each mask.

    .. math:: \operatorname{softmax}\Bigl(W \frac{m \odot x}{1 - p} + b\Bigr)

    Parameters
    ----------
    x : Tensor of shape (D,)
        Activations of one example.
    weight : Tensor of shape (K, D)
        W.
    bias : Tensor of shape (K,)
        Constants b.
    masks : Tensor of shape (M, D)
        Zeros and ones.
    p : float
        Probability of being switched off, in [0, 1).

    Returns
    -------
    Tensor of shape (M, K)
        Probabilities, a row for each mask.

    Raises
    ------
    ValueError
        If the shapes do not fit, or ``p`` is out of range.
    """
    check_shape("x", x, ("D",))
    check_shape("weight", weight, ("K", len(x)))
    check_shape("bias", bias, (len(weight),))
    check_shape("masks", masks, ("M", len(x)))
    check_number("p", p, low=0, high=1)
    return ((masks * x / (1 - p)) @ weight.T + bias).softmax(dim=-1)


def arithmetic_mean(probs: Tensor, chances: Tensor) -> Tensor:
    r"""Average probability vectors, :math:`\sum_m q_m\, p_m`.

    Parameters
    ----------
    probs : Tensor of shape (M, K)
        One vector in each row.
    chances : Tensor of shape (M,)
        :math:`q_m`, how much each counts; they sum to 1.

    Returns
    -------
    Tensor of shape (K,)
        Probabilities.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    check_shape("probs", probs, ("M", "K"))
    check_shape("chances", chances, (len(probs),))
    return chances @ probs


def geometric_mean(probs: Tensor, chances: Tensor) -> Tensor:
    r"""Average the logarithms of probability vectors and normalise, :math:`\propto \prod_m p_m^{q_m}`.

    Parameters
    ----------
    probs : Tensor of shape (M, K)
        One vector in each row, above 0.
    chances : Tensor of shape (M,)
        :math:`q_m`, how much each counts; they sum to 1.

    Returns
    -------
    Tensor of shape (K,)
        Probabilities.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    check_shape("probs", probs, ("M", "K"))
    check_shape("chances", chances, (len(probs),))
    return (chances @ probs.log()).softmax(dim=-1)


def bootstrap(count: int, generator: torch.Generator | None = None) -> Tensor:
    r"""Draw as many examples as there are, with replacement.

    A share :math:`1 - (1 - 1/N)^N \to 1 - 1/e \approx 0.632` of them is drawn at least once.

    Parameters
    ----------
    count : int
        Number N of examples, at least 1.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (N,)
        Positions, int64.

    Raises
    ------
    ValueError
        If ``count`` is below 1.

    Examples
    --------
    >>> bootstrap(5, torch.Generator().manual_seed(0)).shape
    torch.Size([5])
    """
    check_integer("count", count, low=1)
    device = "cpu" if generator is None else generator.device
    return torch.randint(count, (count,), generator=generator, device=device)


def bagging_error(variance: float, covariance: float, members: int) -> float:
    r"""Say what squared error is left when k predictors are averaged.

    .. math:: \mathbb E\Bigl[\Bigl(\frac1k \sum_i \epsilon_i\Bigr)^2\Bigr] = \frac1k v + \frac{k - 1}k c

    Parameters
    ----------
    variance : float
        :math:`v = \mathbb E[\epsilon_i^2]`, at least 0.
    covariance : float
        :math:`c = \mathbb E[\epsilon_i \epsilon_j]` of two members.
    members : int
        Number k of predictors, at least 1.

    Returns
    -------
    float
        :math:`v / k` where errors are unrelated, :math:`v` where they are the same.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> bagging_error(1.0, 0.0, 4), bagging_error(1.0, 1.0, 4)
    (0.25, 1.0)
    """
    check_number("variance", variance, low=0)
    check_number("covariance", covariance)
    check_integer("members", members, low=1)
    return variance / members + (members - 1) / members * covariance
