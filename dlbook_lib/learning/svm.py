r"""The support vector machine (Cortes and Vapnik 1995): hinge loss, a squared norm, one number to tune.

.. math:: J(w) = \frac1N \sum_{n=1}^N \max\bigl(0,\; 1 - y_n\, w^\top x_n\bigr) + \lambda \lVert w \rVert^2

Two ways down. :func:`svm_descend` follows subgradients, with the falling steps of Pegasos (Shalev-Shwartz,
Singer and Srebro 2007). :func:`svm_dual` climbs the dual problem one example at a time (Hsieh et al. 2008)
and sees inputs only through their products, so a kernel can stand in for these.

Differs from the papers: all examples in every subgradient; no bias term, so append a constant input, or use
a kernel that contains a constant.

Shape letters: N examples, D inputs.
"""

from __future__ import annotations

from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.learning.hinge import hinge_loss

__all__ = ["support_vectors", "svm_descend", "svm_dual", "svm_dual_objective", "svm_objective"]


def svm_objective(w: Tensor, X: Tensor, y: Tensor, strength: float) -> Tensor:
    r"""Compute the hinge loss plus the penalty.

    .. math:: J(w) = \frac1N \sum_n \max(0, 1 - y_n w^\top x_n) + \lambda \lVert w \rVert^2

    Parameters
    ----------
    w : Tensor of shape (D,)
        Weights.
    X : Tensor of shape (N, D)
        Inputs.
    y : Tensor of shape (N,)
        Classes, -1 or 1.
    strength : float
        :math:`\lambda`, at least 0.

    Returns
    -------
    Tensor of shape ()
        The objective.

    Raises
    ------
    ValueError
        If a shape does not fit or ``strength`` is negative.

    Examples
    --------
    >>> import torch
    >>> svm_objective(torch.tensor([0.5]), torch.tensor([[1.0]]), torch.tensor([1.0]), 1.0)
    tensor(0.7500)
    """
    check_shape("X", X, ("N", "D"))
    check_shape("w", w, (X.shape[1],))
    check_number("strength", strength, low=0)
    return hinge_loss(X @ w, y) + strength * w.square().sum()


def svm_descend(X: Tensor, y: Tensor, *, strength: float, steps: int) -> Tensor:
    r"""Descend on the objective by subgradients, from 0.

    .. math::
        w \leftarrow w - \frac{1}{2 \lambda t} \Bigl(2 \lambda w
        - \frac1N \sum_{n :\, y_n w^\top x_n < 1} y_n x_n\Bigr)

    Only examples inside the margin pull. The steps fall as :math:`1/t`; the mean of the second half of the
    way is returned, which lies nearer to the optimum than any place on it.

    Parameters
    ----------
    X : Tensor of shape (N, D)
        Inputs; append a column of ones for a bias.
    y : Tensor of shape (N,)
        Classes, -1 or 1.
    strength : float
        :math:`\lambda`, above 0.
    steps : int
        How many, at least 2.

    Returns
    -------
    Tensor of shape (D,)
        The weights.

    Raises
    ------
    ValueError
        If a shape does not fit or a number is out of range.

    Examples
    --------
    >>> import torch
    >>> X, y = torch.tensor([[1.0], [-1.0]]), torch.tensor([1.0, -1.0])
    >>> svm_descend(X, y, strength=0.1, steps=1000).round(decimals=1)
    tensor([1.])
    """
    check_shape("X", X, ("N", "D"))
    check_shape("y", y, (len(X),))
    check_number("strength", strength, low=1e-12)
    check_integer("steps", steps, low=2)
    w, total = X.new_zeros(X.shape[1]), X.new_zeros(X.shape[1])
    for t in range(1, steps + 1):
        inside = (y * (X @ w) < 1).to(X.dtype)
        slope = 2 * strength * w - (inside * y) @ X / len(X)
        w = w - slope / (2 * strength * t)
        if t > steps // 2:
            total = total + w
    return total / (steps - steps // 2)


def svm_dual(K: Tensor, y: Tensor, *, strength: float, sweeps: int) -> Tensor:
    r"""Climb the dual problem, one example at a time.

    The optimum is a sum over examples, :math:`f(x) = \sum_n c_n\, k(x_n, x)` with
    :math:`c_n = \alpha_n y_n / (2 \lambda N)` and :math:`0 \le \alpha_n \le 1`. One step sets
    :math:`\alpha_n` to its best value while the others stand still,

    .. math::
        \alpha_n \leftarrow \min\Bigl(1, \max\Bigl(0,
        \alpha_n + 2 \lambda N \frac{1 - y_n f(x_n)}{k(x_n, x_n)}\Bigr)\Bigr).

    Parameters
    ----------
    K : Tensor of shape (N, N)
        Kernel values of all pairs, with a diagonal above 0; ``X @ X.T`` for the linear machine.
    y : Tensor of shape (N,)
        Classes, -1 or 1.
    strength : float
        :math:`\lambda`, above 0.
    sweeps : int
        How often each example gets its turn, at least 1.

    Returns
    -------
    Tensor of shape (N,)
        The coefficients :math:`c_n`, zero for all but the support vectors.

    Raises
    ------
    ValueError
        If a shape does not fit or a number is out of range.

    Examples
    --------
    >>> import torch
    >>> y = torch.tensor([1.0, -1.0])
    >>> svm_dual(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]), y, strength=0.1, sweeps=20) > 0
    tensor([ True, False])
    """
    N = len(y)
    check_shape("K", K, (N, N))
    check_shape("y", y, ("N",))
    check_number("strength", strength, low=1e-12)
    check_integer("sweeps", sweeps, low=1)
    scale = 2 * strength * N
    alpha, scores = K.new_zeros(N), K.new_zeros(N)
    for _ in range(sweeps):
        for n in range(N):
            best = (alpha[n] + scale * (1 - y[n] * scores[n]) / K[n, n]).clamp(0, 1)
            scores += (best - alpha[n]) * y[n] / scale * K[n]
            alpha[n] = best
    return alpha * y / scale


def svm_dual_objective(c: Tensor, K: Tensor, y: Tensor, strength: float) -> Tensor:
    r"""Compute the dual objective, which no weights can beat.

    .. math:: 2 \lambda \sum_n c_n y_n - \lambda \, c^\top K c \;\le\; J(w) \quad \text{for every } w

    Parameters
    ----------
    c : Tensor of shape (N,)
        Coefficients as :func:`svm_dual` returns them.
    K : Tensor of shape (N, N)
        Kernel values.
    y : Tensor of shape (N,)
        Classes, -1 or 1.
    strength : float
        :math:`\lambda`, at least 0.

    Returns
    -------
    Tensor of shape ()
        The bound; equal to the objective at the optimum.

    Raises
    ------
    ValueError
        If a shape does not fit or ``strength`` is negative.

    Examples
    --------
    >>> import torch
    >>> K, y = torch.ones(1, 1), torch.ones(1)
    >>> svm_dual_objective(torch.tensor([0.5]), K, y, 1.0)
    tensor(0.7500)
    """
    check_shape("c", c, ("N",))
    check_shape("K", K, (len(c), len(c)))
    check_shape("y", y, (len(c),))
    check_number("strength", strength, low=0)
    return 2 * strength * (c * y).sum() - strength * c @ K @ c


def support_vectors(scores: Tensor, y: Tensor, *, tolerance: float = 1e-3) -> Tensor:
    r"""Find the examples on or inside the margin, the only ones that the optimum depends on.

    Parameters
    ----------
    scores : Tensor of shape (N,)
        :math:`f(x_n)`.
    y : Tensor of shape (N,)
        Classes, -1 or 1.
    tolerance : float
        How far beyond the margin still counts, at least 0.

    Returns
    -------
    Tensor of shape (N,)
        Where :math:`y_n f(x_n) \le 1` up to the tolerance, bool.

    Raises
    ------
    ValueError
        If the shapes differ or ``tolerance`` is negative.

    Examples
    --------
    >>> import torch
    >>> support_vectors(torch.tensor([1.0, 3.0, 0.2]), torch.tensor([1.0, 1.0, -1.0]))
    tensor([ True, False,  True])
    """
    check_shape("scores", scores, ("N",))
    check_shape("y", y, tuple(scores.shape))
    check_number("tolerance", tolerance, low=0)
    return y * scores <= 1 + tolerance
