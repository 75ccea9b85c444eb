r"""Functions on the tape of arrays: what a classifier needs besides sums and products.

An operation is two formulas, one forwards and one backwards. Where it is applied to each number by itself,
the pullback multiplies by the slope at each place. Softmax is not such a function, for every probability
depends on every score; together with the cross-entropy its pullback is nevertheless short,

.. math:: \bar z = \tfrac1B\, (p - y)\, \bar L , \qquad p = \operatorname{softmax}(z),

with one row for each of B examples and a one in :math:`y` at its label. Nothing overflows, because the
largest score of a row is subtracted first.
"""

from __future__ import annotations

import numpy as np

from dlbook_lib.autodiff.tape import Array
from dlbook_lib.checks import check_shape, check_type

__all__ = ["exp", "log", "relu", "softmax_cross_entropy", "tanh"]


def exp(x: Array) -> Array:
    r"""Raise e to every entry; the slope is the result, :math:`\bar x = \bar y\, y`.

    Parameters
    ----------
    x : Array
        Of any shape.

    Returns
    -------
    Array
        Of the same shape.
    """
    y = np.exp(_read(x))
    return Array(y, ((x, lambda g: g * y),))


def log(x: Array) -> Array:
    r"""Take the natural logarithm, :math:`\bar x = \bar y / x`.

    Parameters
    ----------
    x : Array
        Of any shape, positive.

    Returns
    -------
    Array
        Of the same shape.
    """
    data = _read(x)
    return Array(np.log(data), ((x, lambda g: g / data),))


def tanh(x: Array) -> Array:
    r"""Squash to between -1 and 1, :math:`\bar x = \bar y\, (1 - y^2)`.

    Parameters
    ----------
    x : Array
        Of any shape.

    Returns
    -------
    Array
        Of the same shape.
    """
    y = np.tanh(_read(x))
    return Array(y, ((x, lambda g: g * (1 - y**2)),))


def relu(x: Array) -> Array:
    r"""Cut off below 0; the gradient passes where :math:`x > 0` and, as in torch, not at 0 itself.

    Parameters
    ----------
    x : Array
        Of any shape.

    Returns
    -------
    Array
        Of the same shape.

    Examples
    --------
    >>> x = Array([-1.0, 0.0, 2.0])
    >>> relu(x).sum().backward()
    >>> x.grad
    array([0., 0., 1.])
    """
    open_ = _read(x) > 0
    return Array(np.where(open_, x.data, 0.0), ((x, lambda g: g * open_),))


def softmax_cross_entropy(logits: Array, labels: np.ndarray) -> Array:
    r"""Measure the surprise at the labels, as a mean over the batch.

    .. math:: L = \frac1B \sum_{n=1}^{B} \Bigl( \log \sum_k e^{z_{nk}} - z_{n y_n} \Bigr)

    Parameters
    ----------
    logits : Array of shape (B, K)
        Scores :math:`z`.
    labels : ndarray of int, shape (B,)
        The right class of each example.

    Returns
    -------
    Array of shape ()
        The loss.

    Raises
    ------
    ValueError
        If a shape does not fit, or a label is no class.

    Examples
    --------
    >>> z = Array([[0.0, 0.0]])
    >>> loss = softmax_cross_entropy(z, np.array([1]))
    >>> loss.backward()
    >>> float(loss.data.round(4)), z.grad.tolist()
    (0.6931, [[0.5, -0.5]])
    """
    z = _read(logits)
    check_shape("logits", z, ("B", "K"))
    B, K = z.shape
    labels = np.asarray(labels)
    check_shape("labels", labels, (B,))
    if not ((labels >= 0) & (labels < K)).all():
        raise ValueError(f"labels must lie in [0, {K - 1}], got {labels.min()} to {labels.max()}")
    rows = np.arange(B)
    shifted = z - z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    residual = np.exp(shifted - log_sum[:, None])  # p, and after the next line p - y
    residual[rows, labels] -= 1
    return Array((log_sum - shifted[rows, labels]).mean(), ((logits, lambda g: g * residual / B),))


def _read(x: Array) -> np.ndarray:
    check_type("x", x, Array, "an Array")
    return x.data
