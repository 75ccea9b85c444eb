r"""Losses: what a network is paid for, each as a mean over the examples.

Squared and absolute error for numbers, cross-entropies for classes: two classes with one logit, K classes
with integer ("sparse") labels or with rows of probabilities ("dense"). Where a probability would first be
rounded to 0 or 1, the loss takes logits; the naive form stands beside it to show what goes wrong.

Differs from the notes: every loss here is a mean over examples, as torch's ``reduction="mean"``.

Shape letters: N examples, K classes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_shape
from dlbook_lib.feedforward.softmax import log_softmax

__all__ = [
    "absolute_error",
    "binary_cross_entropy",
    "binary_cross_entropy_logits",
    "cross_entropy",
    "cross_entropy_dense",
    "squared_error",
]


def squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    r"""Average the squared differences.

    .. math:: \frac1N \sum_n (y_n - \hat y_n)^2

    Parameters
    ----------
    prediction, target : Tensor of one shape
        :math:`\hat y` and :math:`y`.

    Returns
    -------
    Tensor of shape ()
        Among constant predictions the mean of the targets makes it smallest.

    Raises
    ------
    ValueError
        If the shapes differ; broadcasting them would be a silent mistake.

    Examples
    --------
    >>> squared_error(torch.tensor([1.0, 4.0]), torch.tensor([1.0, 2.0]))
    tensor(2.)
    """
    check_shape("target", target, tuple(prediction.shape))
    return ((target - prediction) ** 2).mean()


def absolute_error(prediction: Tensor, target: Tensor) -> Tensor:
    r"""Average the absolute differences.

    .. math:: \frac1N \sum_n \lvert y_n - \hat y_n \rvert

    Parameters
    ----------
    prediction, target : Tensor of one shape
        :math:`\hat y` and :math:`y`.

    Returns
    -------
    Tensor of shape ()
        Among constant predictions the median of the targets makes it smallest.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> absolute_error(torch.tensor([1.0, 4.0]), torch.tensor([1.0, 2.0]))
    tensor(1.)
    """
    check_shape("target", target, tuple(prediction.shape))
    return (target - prediction).abs().mean()


def binary_cross_entropy(prob: Tensor, y: Tensor) -> Tensor:
    r"""Score probabilities of class 1, by the formula as it is printed.

    .. math:: -\frac1N \sum_n \bigl( y_n \log \hat y_n + (1 - y_n) \log(1 - \hat y_n) \bigr)

    Where a probability was rounded to 0 or 1, one of the products is :math:`0 \cdot \infty`, which is NaN:
    take :func:`binary_cross_entropy_logits` instead.

    Parameters
    ----------
    prob, y : Tensor of one shape
        Probabilities :math:`\hat y`, and targets from 0 to 1.

    Returns
    -------
    Tensor of shape ()
        Not negative.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> binary_cross_entropy(torch.tensor([0.5, 0.5]), torch.tensor([0.0, 1.0]))
    tensor(0.6931)
    """
    check_shape("y", y, tuple(prob.shape))
    return -(y * prob.log() + (1 - y) * (1 - prob).log()).mean()


def binary_cross_entropy_logits(z: Tensor, y: Tensor) -> Tensor:
    r"""Score logits of class 1: sigmoid and logarithm in one formula that never overflows.

    .. math:: \frac1N \sum_n \bigl( \max(z_n, 0) - z_n y_n + \log(1 + e^{-\lvert z_n \rvert}) \bigr)

    Parameters
    ----------
    z, y : Tensor of one shape
        Logits, and targets from 0 to 1.

    Returns
    -------
    Tensor of shape ()
        Its gradient in :math:`z_n` is :math:`(\sigma(z_n) - y_n) / N`.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> binary_cross_entropy_logits(torch.tensor([200.0, -200.0]), torch.tensor([1.0, 1.0]))
    tensor(100.)
    """
    check_shape("y", y, tuple(z.shape))
    return (torch.maximum(z, torch.zeros_like(z)) - z * y + torch.log1p(torch.exp(-z.abs()))).mean()


def cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    r"""Average minus the log-probability of the right class: sparse labels.

    .. math:: -\frac1N \sum_n \log \operatorname{softmax}(z_n)_{y_n}

    Parameters
    ----------
    logits : Tensor of shape (N, K)
        Scores :math:`z`, not probabilities.
    y : Tensor of shape (N,)
        The right classes, int64.

    Returns
    -------
    Tensor of shape ()
        About :math:`\ln K` for a network that knows nothing. Its gradient is (p - one-hot) / N.

    Raises
    ------
    ValueError
        If the shapes do not belong together.

    Examples
    --------
    >>> cross_entropy(torch.zeros(3, 10), torch.tensor([0, 4, 9]))
    tensor(2.3026)
    """
    check_shape("logits", logits, ("N", "K"))
    check_shape("y", y, (len(logits),))
    return -log_softmax(logits).gather(1, y[:, None]).mean()


def cross_entropy_dense(logits: Tensor, target: Tensor) -> Tensor:
    r"""Compare predicted with wanted probabilities: dense labels.

    .. math:: -\frac1N \sum_n \sum_{k=1}^{K} q_{nk} \log \operatorname{softmax}(z_n)_k

    Parameters
    ----------
    logits, target : Tensor of shape (N, K)
        Scores :math:`z`, and rows :math:`q` that sum to 1, such as one-hot rows.

    Returns
    -------
    Tensor of shape ()
        Equal to :func:`cross_entropy` where the rows are one-hot.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> cross_entropy_dense(torch.zeros(1, 2), torch.tensor([[0.3, 0.7]]))
    tensor(0.6931)
    """
    check_shape("logits", logits, ("N", "K"))
    check_shape("target", target, tuple(logits.shape))
    return -(target * log_softmax(logits)).sum(dim=1).mean()
