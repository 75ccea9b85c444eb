r"""Linear regression with a quadratic penalty, where every answer has a formula.

With the data term :math:`\frac1{2N} \lVert X w - y \rVert^2` (or its sum, without the N) and the penalty
:math:`\frac\lambda2 \lVert w \rVert^2`, ridge regression (Hoerl and Kennard 1970), the optimum solves a
linear system. Along an eigenvector of the data's second moments with eigenvalue :math:`s` it is the
unpenalised optimum times :math:`s / (s + \lambda)`; after :math:`\tau` steps of gradient descent from 0 it is
that optimum times :math:`1 - (1 - \eta s)^\tau`. Differs from the paper: no intercept, no standardisation;
centre the data first.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_integer, check_number, check_shape

__all__ = ["descend", "ridge", "shrinkage", "stopping_shrinkage"]


def ridge(X: Tensor, y: Tensor, strength: float, *, reduction: str = "mean") -> Tensor:
    r"""Solve least squares with a squared L2 penalty.

    .. math:: w = (X^\top X + \lambda I)^{-1} X^\top y

    minimises :math:`\frac12 \lVert X w - y \rVert^2 + \frac\lambda2 \lVert w \rVert^2`; with the mean over
    the examples in place of the sum, :math:`N \lambda` stands there.

    Parameters
    ----------
    X : Tensor of shape (N, D)
        Inputs.
    y : Tensor of shape (N,)
        Targets.
    strength : float
        :math:`\lambda`, at least 0; at 0 the columns of ``X`` must be independent.
    reduction : {"mean", "sum"}
        Whether the data term is a mean over the examples or a sum.

    Returns
    -------
    Tensor of shape (D,)
        The weights.

    Raises
    ------
    ValueError
        If a shape does not fit, ``strength`` is negative, or ``reduction`` is neither.

    Examples
    --------
    >>> ridge(torch.eye(2), torch.tensor([2.0, 4.0]), 1.0, reduction="sum")
    tensor([1., 2.])
    """
    check_shape("X", X, ("N", "D"))
    N, D = X.shape
    check_shape("y", y, (N,))
    check_number("strength", strength, low=0)
    check_in("reduction", reduction, ("mean", "sum"))
    scale = N if reduction == "mean" else 1
    moments = X.T @ X + scale * strength * torch.eye(D, dtype=X.dtype, device=X.device)
    return torch.linalg.solve(moments, (X.T @ y)[:, None])[:, 0]


def descend(X: Tensor, y: Tensor, *, lr: float, steps: int, strength: float = 0.0) -> Tensor:
    r"""Descend from 0 on mean squared error plus a squared L2 penalty, and keep every place on the way.

    .. math:: w \leftarrow (1 - \eta \lambda)\, w - \frac\eta N X^\top (X w - y)

    The first factor is why the penalty is called weight decay.

    Parameters
    ----------
    X : Tensor of shape (N, D)
        Inputs.
    y : Tensor of shape (N,)
        Targets.
    lr : float
        :math:`\eta`, at least 0.
    steps : int
        How many, at least 1.
    strength : float
        :math:`\lambda`, at least 0.

    Returns
    -------
    Tensor of shape (steps + 1, D)
        The start and the weights after each step.

    Raises
    ------
    ValueError
        If a shape does not fit or a number is out of range.

    Examples
    --------
    >>> descend(torch.ones(1, 1), torch.ones(1), lr=0.5, steps=2).flatten()
    tensor([0.0000, 0.5000, 0.7500])
    """
    check_shape("X", X, ("N", "D"))
    N, D = X.shape
    check_shape("y", y, (N,))
    check_number("lr", lr, low=0)
    check_integer("steps", steps, low=1)
    check_number("strength", strength, low=0)
    moments, pull = X.T @ X / N, X.T @ y / N
    w = [torch.zeros(D, dtype=X.dtype, device=X.device)]
    for _ in range(steps):
        w.append((1 - lr * strength) * w[-1] - lr * (moments @ w[-1] - pull))
    return torch.stack(w)


def shrinkage(eigenvalues: Tensor, strength: float) -> Tensor:
    r"""Say what ridge leaves of each eigen-direction, :math:`s / (s + \lambda)`.

    Parameters
    ----------
    eigenvalues : Tensor of shape (D,)
        :math:`s`, those of the loss's second derivatives, above 0.
    strength : float
        :math:`\lambda`, at least 0.

    Returns
    -------
    Tensor of shape (D,)
        Factors from 0 to 1.

    Raises
    ------
    ValueError
        If ``strength`` is negative.

    Examples
    --------
    >>> shrinkage(torch.tensor([9.0, 1.0]), 1.0)
    tensor([0.9000, 0.5000])
    """
    check_number("strength", strength, low=0)
    return eigenvalues / (eigenvalues + strength)


def stopping_shrinkage(eigenvalues: Tensor, lr: float, steps: int) -> Tensor:
    r"""Say what early stopping leaves of each eigen-direction, :math:`1 - (1 - \eta s)^\tau`.

    For small :math:`\eta s \tau` this is close to what ridge leaves with :math:`\lambda = 1 / (\eta \tau)`.

    Parameters
    ----------
    eigenvalues : Tensor of shape (D,)
        :math:`s`, those of the loss's second derivatives.
    lr : float
        :math:`\eta`, at least 0.
    steps : int
        :math:`\tau`, at least 0.

    Returns
    -------
    Tensor of shape (D,)
        Factors, from 0 to 1 where the descent is stable.

    Raises
    ------
    ValueError
        If a number is negative.

    Examples
    --------
    >>> stopping_shrinkage(torch.tensor([1.0]), 0.1, 2)
    tensor([0.1900])
    """
    check_number("lr", lr, low=0)
    check_integer("steps", steps, low=0)
    return 1 - (1 - lr * eigenvalues) ** steps
