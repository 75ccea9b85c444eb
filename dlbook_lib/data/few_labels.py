"""A few labelled examples of each class, drawn several times over, for several networks at once."""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape
from dlbook_lib.seed import generator

__all__ = ["few_labels"]


def few_labels(
    x: Tensor, y: Tensor, *, per_class: int, copies: int = 1, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Draw small training sets that have the same number of each class.

    Parameters
    ----------
    x : Tensor of shape (N, ...)
        Inputs.
    y : Tensor of shape (N,)
        Classes, int64.
    per_class : int
        Examples of each class in a set, at most as many as there are.
    copies : int
        How many sets S to draw, each by itself.
    seed : int
        Of the draw.

    Returns
    -------
    x : Tensor of shape (n, S, ...)
        The sets, one in each column.
    y : Tensor of shape (n, S)
        Their classes.

    Raises
    ------
    ValueError
        If ``y`` does not fit or a number is out of range.

    Examples
    --------
    >>> x, y = few_labels(torch.arange(20.0), torch.arange(20) % 2, per_class=3, copies=5)
    >>> x.shape, y.sum(dim=0)
    (torch.Size([6, 5]), tensor([3, 3, 3, 3, 3]))
    """
    check_shape("y", y, (len(x),))
    check_integer("per_class", per_class, low=1, high=int(y.bincount()[y.unique()].min()))
    check_integer("copies", copies, low=1)
    stream = generator(seed)
    sets = []
    for _ in range(copies):
        members = [(y == label).nonzero().flatten() for label in y.unique()]
        sets.append(torch.cat([m[torch.randperm(len(m), generator=stream)[:per_class]] for m in members]))
    rows = torch.stack(sets, dim=1)
    return x[rows], y[rows]
