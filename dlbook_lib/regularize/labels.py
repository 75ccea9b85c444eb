r"""Smoothed labels, what they are the expectation of, and what they do to confidence.

Label smoothing (Szegedy, Vanhoucke, Ioffe, Shlens and Wojna 2016) replaces the one-hot target by
:math:`q = (1 - \alpha) e_y + \alpha / K`. That it tightens the clusters of the last hidden layer is Müller,
Kornblith and Hinton's observation (2019, "When does label smoothing help?").

Shape letters: B batch, K classes, D features.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.regularize.draws import uniform_like

__all__ = [
    "calibration_error",
    "optimal_logit_gap",
    "relabel",
    "relabelled_loss",
    "scatter_ratio",
    "smooth_labels",
]


def smooth_labels(y: Tensor, num_classes: int, alpha: float) -> Tensor:
    r"""Give the right class a little less than everything, and all classes the rest in equal parts.

    .. math:: q = (1 - \alpha)\, e_y + \frac\alpha K

    Parameters
    ----------
    y : Tensor of shape (B,)
        Classes, int64.
    num_classes : int
        K, at least 2.
    alpha : float
        In [0, 1].

    Returns
    -------
    Tensor of shape (B, K)
        Targets, whose rows sum to 1.

    Raises
    ------
    ValueError
        If ``y`` is no vector, or a number is out of range.

    Examples
    --------
    >>> smooth_labels(torch.tensor([2]), 4, 0.2)
    tensor([[0.0500, 0.0500, 0.8500, 0.0500]])
    """
    check_shape("y", y, ("B",))
    check_integer("num_classes", num_classes, low=2)
    check_number("alpha", alpha, low=0, high=1)
    return (1 - alpha) * F.one_hot(y, num_classes).float() + alpha / num_classes


def relabel(y: Tensor, num_classes: int, alpha: float, *, generator: torch.Generator | None = None) -> Tensor:
    r"""Replace each label, with probability :math:`\alpha`, by a class drawn uniformly from all K.

    Parameters
    ----------
    y : Tensor of shape (B,)
        Classes, int64.
    num_classes : int
        K, at least 2.
    alpha : float
        In [0, 1].
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B,)
        Classes, a share :math:`\alpha (1 - 1/K)` of them wrong on average.

    Raises
    ------
    ValueError
        If ``y`` is no vector, or a number is out of range.
    """
    check_shape("y", y, ("B",))
    check_integer("num_classes", num_classes, low=2)
    check_number("alpha", alpha, low=0, high=1)
    drawn = (uniform_like(y, tuple(y.shape), generator) * num_classes).long().clamp_max(num_classes - 1)
    return torch.where(uniform_like(y, tuple(y.shape), generator) < alpha, drawn, y)


def relabelled_loss(logits: Tensor, y: Tensor, alpha: float) -> Tensor:
    r"""Average the cross-entropy over every outcome of :func:`relabel`, one by one.

    .. math:: (1 - \alpha)\, \ell(z, y) + \frac\alpha K \sum_{k=1}^K \ell(z, k)

    Parameters
    ----------
    logits : Tensor of shape (B, K)
        Scores z.
    y : Tensor of shape (B,)
        Classes.
    alpha : float
        In [0, 1].

    Returns
    -------
    Tensor of shape ()
        The expected loss, averaged over the batch: that of smoothed labels.

    Raises
    ------
    ValueError
        If the shapes do not fit or ``alpha`` is out of range.
    """
    check_shape("logits", logits, ("B", "K"))
    B, K = logits.shape
    check_shape("y", y, (B,))
    check_number("alpha", alpha, low=0, high=1)
    drawn = sum(F.cross_entropy(logits, torch.full_like(y, k)) for k in range(K)) / K
    return (1 - alpha) * F.cross_entropy(logits, y) + alpha * drawn


def optimal_logit_gap(alpha: float, num_classes: int) -> float:
    r"""Say by how much the right class's logit leads at the optimum of smoothed labels.

    .. math:: z_y - z_k = \log \frac{1 - \alpha + \alpha / K}{\alpha / K}

    Parameters
    ----------
    alpha : float
        Above 0, at most 1: without smoothing the gap has no finite optimum.
    num_classes : int
        K, at least 2.

    Returns
    -------
    float
        The gap.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> round(optimal_logit_gap(0.1, 10), 4)
    4.5109
    """
    check_number("alpha", alpha, low=1e-12, high=1)
    check_integer("num_classes", num_classes, low=2)
    return math.log((1 - alpha + alpha / num_classes) / (alpha / num_classes))


def calibration_error(probs: Tensor, y: Tensor, *, bins: int = 10) -> float:
    r"""Compare confidence and accuracy: the expected calibration error.

    .. math:: \sum_b \frac{n_b}{N} \bigl\lvert \mathrm{acc}_b - \mathrm{conf}_b \bigr\rvert

    over bins of equal width of the highest probability.

    Parameters
    ----------
    probs : Tensor of shape (N, K)
        Predicted probabilities.
    y : Tensor of shape (N,)
        Right classes.
    bins : int
        How many, at least 1.

    Returns
    -------
    float
        0 for a model that is right as often as it is sure.

    Raises
    ------
    ValueError
        If the shapes do not fit or ``bins`` is below 1.

    Examples
    --------
    >>> round(calibration_error(torch.tensor([[0.8, 0.2], [0.8, 0.2]]), torch.tensor([0, 1])), 4)
    0.3
    """
    check_shape("probs", probs, ("N", "K"))
    check_shape("y", y, (len(probs),))
    check_integer("bins", bins, low=1)
    confidence, guess = probs.max(dim=1)
    which = (confidence * bins).long().clamp_max(bins - 1)
    gap = torch.zeros(bins, dtype=probs.dtype).index_add(0, which, (guess == y).to(probs.dtype) - confidence)
    return gap.abs().sum().item() / len(y)


def scatter_ratio(features: Tensor, y: Tensor) -> float:
    r"""Compare the spread within classes with that between them.

    .. math:: \frac{\sum_n \lVert h_n - \mu_{y_n} \rVert^2}{\sum_n \lVert \mu_{y_n} - \mu \rVert^2}

    Parameters
    ----------
    features : Tensor of shape (N, D)
        :math:`h_n`, most often the last hidden layer.
    y : Tensor of shape (N,)
        Classes.

    Returns
    -------
    float
        Small for tight clusters far apart.

    Raises
    ------
    ValueError
        If the shapes do not fit.
    """
    check_shape("features", features, ("N", "D"))
    check_shape("y", y, (len(features),))
    within = between = 0.0
    middle = features.mean(dim=0)
    for label in y.unique():
        members = features[y == label]
        centre = members.mean(dim=0)
        within += (members - centre).square().sum().item()
        between += len(members) * (centre - middle).square().sum().item()
    return within / between
