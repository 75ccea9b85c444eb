r"""Accuracy from scores and integer labels, with ties made visible.

Keras calls it sparse categorical accuracy: sparse because a label is one integer and not a row. The share of
right answers is :math:`\frac1N \#\{n : \arg\max_k z_{nk} = y_n\}`; where several classes share the maximum,
``argmax`` has to choose, and a network that answers the same for all classes is then scored by the choice and
not by what it knows.

Shape letters: N examples, K classes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_shape

__all__ = ["sparse_accuracy"]


def sparse_accuracy(scores: Tensor, y: Tensor, *, ties: str = "first") -> float:
    r"""Count how often the largest score is that of the right class.

    Parameters
    ----------
    scores : Tensor of shape (N, K)
        Logits or probabilities; the order of a row is all that counts.
    y : Tensor of shape (N,)
        The right classes.
    ties : {"first", "share", "wrong"}
        What a right class gets that shares the maximum with others: everything if it is the first of them,
        one part in as many as they are, or nothing.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or ``ties`` is none of the three.

    Examples
    --------
    >>> flat, y = torch.zeros(4, 2), torch.tensor([0, 0, 0, 1])
    >>> [sparse_accuracy(flat, y, ties=ties) for ties in ("first", "share", "wrong")]
    [0.75, 0.5, 0.0]
    """
    check_shape("scores", scores, ("N", "K"))
    check_shape("y", y, (len(scores),))
    check_in("ties", ties, ("first", "share", "wrong"))
    best = scores == scores.amax(dim=1, keepdim=True)  # (N, K)
    if ties == "first":
        right = best.int().argmax(dim=1) == y
    else:
        among = best.gather(1, y[:, None])[:, 0]
        right = among / best.sum(dim=1) if ties == "share" else among & (best.sum(dim=1) == 1)
    return right.to(torch.float64).mean().item()
