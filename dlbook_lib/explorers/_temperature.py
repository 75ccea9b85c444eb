r"""What the explorers of temperature share: a softmax that is divided by a temperature, and how sharp it is.

.. math:: p_j = \frac{e^{s_j / T}}{\sum_k e^{s_k / T}}

A low temperature leaves the largest score alone, a high one makes all alike. The temperature is that of
Boltzmann's distribution; Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network" (2015),
brought it into the softmax. ``exp(entropy)`` is Hill's number of order 1 (1973): as many equal parts
would have the same entropy.

Differs from them: some entries may be hidden, which get no part, and a row without any gets none at all.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["COLDEST", "GRID", "HOTTEST", "effective_number", "entropy", "jacobian_norm", "tempered"]

COLDEST, HOTTEST = 0.05, 20.0
GRID = torch.logspace(math.log10(COLDEST), math.log10(HOTTEST), 53)
_TINY = 1e-30


def tempered(scores: Tensor, seen: Tensor, temperature: Tensor | float) -> Tensor:
    """Share 1 among the scores that are seen, by a softmax at a temperature.

    Parameters
    ----------
    scores : Tensor of shape (..., N)
        Finite numbers.
    seen : Tensor of shape (..., N)
        Which of them take part, bool.
    temperature : Tensor or float
        Positive; broadcasts against ``scores``.

    Returns
    -------
    Tensor of shape (..., N)
        Exactly 0 where nothing is seen; a row sums to 1, or to 0 if nothing in it is seen.

    Examples
    --------
    >>> tempered(torch.tensor([1.0, 1.0, 5.0]), torch.tensor([True, True, False]), 0.1)
    tensor([0.5000, 0.5000, 0.0000])
    """
    heat = scores / temperature
    top = torch.where(seen, heat, -torch.inf).amax(-1, keepdim=True).clamp_min(-3e38)
    parts = torch.where(seen, (heat - top).clamp_max(0).exp(), 0.0)
    return parts / parts.sum(-1, keepdim=True).clamp_min(_TINY)


def entropy(p: Tensor) -> Tensor:
    """Measure in nats how evenly 1 is shared.

    Parameters
    ----------
    p : Tensor of shape (..., N)
        Parts, each row summing to 1.

    Returns
    -------
    Tensor of shape (...)
        From 0, one part has all, to log N.

    Examples
    --------
    >>> entropy(torch.tensor([0.5, 0.5, 0.0])) / entropy(torch.tensor([0.25] * 4))
    tensor(0.5000)
    """
    return -(p * p.clamp_min(_TINY).log()).sum(-1)


def effective_number(p: Tensor) -> Tensor:
    """Count the equal parts that would be shared as evenly.

    Parameters
    ----------
    p : Tensor of shape (..., N)
        Parts, each row summing to 1.

    Returns
    -------
    Tensor of shape (...)
        From 1 to N.

    Examples
    --------
    >>> effective_number(torch.tensor([0.5, 0.5, 0.0]))
    tensor(2.)
    """
    return entropy(p).exp()


def jacobian_norm(p: Tensor) -> Tensor:
    r"""Measure how strongly a softmax answers to its input: the Frobenius norm of its Jacobian.

    .. math:: \lVert \operatorname{diag}(p) - p p^\top \rVert_F^2
        = \sum_i p_i^2 \Bigl( \Bigl(\sum_{j \ne i} p_j\Bigr)^2 + \sum_{j \ne i} p_j^2 \Bigr)

    The sums over the others, not their differences from 1, keep it exact when one part is almost all.

    Parameters
    ----------
    p : Tensor of shape (..., N)
        What the softmax returned.

    Returns
    -------
    Tensor of shape (...)
        From 0, where one part has all, to 1/2, where two share.

    Examples
    --------
    >>> jacobian_norm(torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]))
    tensor([0.5000, 0.0000])
    """
    others = 1 - torch.eye(p.shape[-1], device=p.device)
    square = p.square()
    return (square * ((p @ others).square() + square @ others)).sum(-1).sqrt()
