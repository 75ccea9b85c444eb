r"""Groups found without labels: Lloyd's k-means (1982), and how well its groups match classes.

Centres start as examples drawn far from each other (k-means++, Arthur and Vassilvitskii 2007). Differs from
libraries: one start, a fixed number of rounds; a group that loses all its members keeps its centre.

Shape letters: N examples, D inputs, K groups.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["kmeans", "purity"]


def kmeans(x: Tensor, groups: int, *, rounds: int = 30, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    r"""Move K centres to the middle of the examples that are nearest to them, again and again.

    .. math:: \min_{c_1, \dots, c_K} \; \sum_{n=1}^N \min_k \lVert x_n - c_k \rVert^2

    Each round lowers this sum, or leaves it; the end is a minimum, seldom the lowest.

    Parameters
    ----------
    x : Tensor of shape (N, D)
        Examples.
    groups : int
        K, from 1 to N.
    rounds : int
        How many, at least 1.
    generator : torch.Generator
        The stream for the first centres.

    Returns
    -------
    centres : Tensor of shape (K, D)
        Where they end.
    group : Tensor of shape (N,)
        The nearest centre of each example.

    Raises
    ------
    ValueError
        If ``x`` has another shape or a number is out of range.

    Examples
    --------
    >>> x = torch.tensor([[0.0], [0.2], [5.0], [5.2]])
    >>> centres, group = kmeans(x, 2, generator=torch.Generator().manual_seed(0))
    >>> sorted(round(c, 1) for c in centres.flatten().tolist())
    [0.1, 5.1]
    """
    check_shape("x", x, ("N", "D"))
    check_integer("groups", groups, low=1, high=len(x))
    check_integer("rounds", rounds, low=1)
    chosen = torch.randint(len(x), (1,), generator=generator)
    for _ in range(groups - 1):
        away = torch.cdist(x, x[chosen]).amin(dim=1).square() + 1e-12
        chosen = torch.cat([chosen, torch.multinomial(away, 1, generator=generator)])
    centres = x[chosen].clone()
    for _ in range(rounds):
        group = torch.cdist(x, centres).argmin(dim=1)
        for k in group.unique():
            centres[k] = x[group == k].mean(dim=0)
    return centres, torch.cdist(x, centres).argmin(dim=1)


def purity(group: Tensor, y: Tensor) -> float:
    r"""Say what share of examples belongs to the commonest class of its group.

    .. math:: \frac1N \sum_k \max_c \bigl\lvert \{ n : g_n = k,\; y_n = c \} \bigr\rvert

    Parameters
    ----------
    group : Tensor of shape (N,)
        Group of each example.
    y : Tensor of shape (N,)
        Class of each, int64.

    Returns
    -------
    float
        From the share of the commonest class to 1.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> purity(torch.tensor([0, 0, 0, 1]), torch.tensor([5, 5, 3, 3]))
    0.75
    """
    check_shape("group", group, ("N",))
    check_shape("y", y, tuple(group.shape))
    return sum(int(y[group == k].bincount().max()) for k in group.unique()) / len(y)
