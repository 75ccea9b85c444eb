r"""Nearest neighbours (Fix and Hodges 1951): no training at all, only the belief that near inputs are alike.

Differs from libraries: all distances are computed, without a search tree.

Shape letters: N training examples, M places, D inputs.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["nearest", "neighbour_mean", "neighbour_vote"]


def nearest(x: Tensor, examples: Tensor, *, count: int) -> Tensor:
    """Find the nearest examples of each place.

    Parameters
    ----------
    x : Tensor of shape (M, D)
        Places.
    examples : Tensor of shape (N, D)
        Where to look.
    count : int
        How many, from 1 to N.

    Returns
    -------
    Tensor of shape (M, count)
        Their row numbers, the nearest first.

    Raises
    ------
    ValueError
        If a shape does not fit or ``count`` is out of range.

    Examples
    --------
    >>> nearest(torch.tensor([[0.9]]), torch.tensor([[0.0], [1.0], [2.0]]), count=2)
    tensor([[1, 0]])
    """
    check_shape("x", x, ("M", "D"))
    check_shape("examples", examples, ("N", x.shape[1]))
    check_integer("count", count, low=1, high=len(examples))
    return torch.cdist(x, examples).topk(count, dim=1, largest=False).indices


def neighbour_mean(x: Tensor, examples: Tensor, y: Tensor, *, count: int) -> Tensor:
    r"""Predict the mean target of the nearest examples.

    .. math:: f(x) = \frac1k \sum_{n \in \mathcal N_k(x)} y_n

    Parameters
    ----------
    x : Tensor of shape (M, D)
        Places.
    examples : Tensor of shape (N, D)
        Inputs of the training set.
    y : Tensor of shape (N,)
        Their targets.
    count : int
        :math:`k`, from 1 to N.

    Returns
    -------
    Tensor of shape (M,)
        The predictions.

    Raises
    ------
    ValueError
        If a shape does not fit or ``count`` is out of range.

    Examples
    --------
    >>> examples, y = torch.tensor([[0.0], [1.0], [9.0]]), torch.tensor([2.0, 4.0, 8.0])
    >>> neighbour_mean(torch.tensor([[0.4]]), examples, y, count=2)
    tensor([3.])
    """
    check_shape("y", y, (len(examples),))
    return y[nearest(x, examples, count=count)].mean(dim=1)


def neighbour_vote(x: Tensor, examples: Tensor, y: Tensor, *, count: int) -> Tensor:
    """Predict the class that most of the nearest examples have.

    Parameters
    ----------
    x : Tensor of shape (M, D)
        Places.
    examples : Tensor of shape (N, D)
        Inputs of the training set.
    y : Tensor of shape (N,)
        Their classes, int64.
    count : int
        How many vote, from 1 to N.

    Returns
    -------
    Tensor of shape (M,)
        Classes; of equals the lowest.

    Raises
    ------
    ValueError
        If a shape does not fit or ``count`` is out of range.

    Examples
    --------
    >>> examples, y = torch.tensor([[0.0], [1.0], [1.1]]), torch.tensor([2, 0, 0])
    >>> neighbour_vote(torch.tensor([[0.2], [0.9]]), examples, y, count=1)
    tensor([2, 0])
    """
    check_shape("y", y, (len(examples),))
    votes = y[nearest(x, examples, count=count)]  # (M, count)
    classes = torch.arange(int(y.max()) + 1, device=y.device)
    return (votes[:, :, None] == classes).sum(dim=1).argmax(dim=1)
