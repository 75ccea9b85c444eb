r"""The hinge loss: an example that is right by a margin of 1 or more costs nothing.

For two classes (Cortes and Vapnik 1995) and for many, in the form of Weston and Watkins (1999), in which
every wrong class that comes within the margin adds to the cost. The loss has a kink where an example meets
the margin: there is no gradient, only a range of slopes (subgradients), and autograd picks one of them.

Differs from the papers: Weston and Watkins ask for a margin of 2, ours is 1 as in PyTorch; scores of half the
size cost half as much.

Shape letters: N examples, K classes.
"""

from __future__ import annotations

from torch import Tensor

from dlbook_lib.checks import check_shape

__all__ = ["hinge_loss", "multiclass_hinge"]


def hinge_loss(scores: Tensor, y: Tensor) -> Tensor:
    r"""Compute the mean hinge loss of a classifier with two classes.

    .. math:: \frac1N \sum_{n=1}^N \max\bigl(0,\; 1 - y_n f(x_n)\bigr), \qquad y_n \in \{-1, 1\}

    Parameters
    ----------
    scores : Tensor of shape (N,)
        :math:`f(x_n)`; their sign is the predicted class.
    y : Tensor of shape (N,)
        Classes, -1 or 1.

    Returns
    -------
    Tensor of shape ()
        The loss.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> import torch
    >>> hinge_loss(torch.tensor([2.0, 0.5, 0.5]), torch.tensor([1.0, 1.0, -1.0]))  # costs 0, 0.5 and 1.5
    tensor(0.6667)
    """
    check_shape("scores", scores, ("N",))
    check_shape("y", y, tuple(scores.shape))
    return (1 - y * scores).clamp_min(0).mean()


def multiclass_hinge(scores: Tensor, y: Tensor) -> Tensor:
    r"""Compute the mean hinge loss of a classifier with many classes.

    .. math:: \frac1N \sum_{n=1}^N \sum_{k \ne y_n} \max\bigl(0,\; s_{nk} - s_{n y_n} + 1\bigr)

    Parameters
    ----------
    scores : Tensor of shape (N, K)
        One score :math:`s_{nk}` for each class.
    y : Tensor of shape (N,)
        The right classes, int64.

    Returns
    -------
    Tensor of shape ()
        The loss: ``K`` times that of ``torch.nn.functional.multi_margin_loss``, which divides by it.

    Raises
    ------
    ValueError
        If a shape does not fit.

    Examples
    --------
    >>> import torch
    >>> multiclass_hinge(torch.tensor([[2.0, 1.5, -1.0]]), torch.tensor([0]))
    tensor(0.5000)
    """
    check_shape("scores", scores, ("N", "K"))
    check_shape("y", y, (len(scores),))
    own = y[:, None]
    excess = (scores - scores.gather(1, own) + 1).clamp_min(0)
    return excess.scatter(1, own, 0.0).sum(dim=1).mean()
