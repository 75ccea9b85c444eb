r"""Exact zeros: the proximal step of the L1 norm, and the subgradient step that jumps over zero.

A loss that is smooth plus a penalty that has a kink is minimised by a gradient step on the first and a
proximal step on the second (ISTA; Daubechies, Defrise and De Mol 2004; Beck and Teboulle 2009). Differs from
the papers: the loss is the mean squared error over examples, and the elastic net's square is included.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = ["ista", "lasso_path", "prox_elastic_net", "soft_threshold", "subgradient_descent"]


def soft_threshold(v: Tensor, threshold: Tensor | float) -> Tensor:
    r"""Move numbers towards 0 by a threshold, and those that are nearer to 0 onto it.

    Parameters
    ----------
    v : Tensor
        Numbers.
    threshold : Tensor or float
        At least 0, of a shape that broadcasts with ``v``.

    Returns
    -------
    Tensor
        :math:`\operatorname{sgn}(v) \max(\lvert v \rvert - \theta, 0)`, the minimiser over w of
        :math:`\tfrac12 (w - v)^2 + \theta \lvert w \rvert`.

    Examples
    --------
    >>> soft_threshold(torch.tensor([-2.0, 0.3, 1.5]), torch.tensor(0.5)).tolist()
    [-1.5, 0.0, 1.0]
    """
    return torch.where(v.abs() > threshold, v - threshold * v.sign(), 0.0)


def prox_elastic_net(v: Tensor, *, l1: float, l2: float) -> Tensor:
    r"""Minimise the distance to a point plus the elastic net.

    .. math::
        &\operatorname*{arg\,min}_w \tfrac12 \lVert w - v \rVert^2 + \lambda_1 \lVert w \rVert_1
        + \tfrac{\lambda_2}2 \lVert w \rVert^2 \\
        &\quad = \frac{\operatorname{sgn}(v) \max(\lvert v \rvert - \lambda_1, 0)}{1 + \lambda_2}

    Parameters
    ----------
    v : Tensor
        The point.
    l1, l2 : float
        :math:`\lambda_1` and :math:`\lambda_2`, at least 0.

    Returns
    -------
    Tensor
        Of the shape of ``v``.

    Raises
    ------
    ValueError
        If a strength is negative.

    Examples
    --------
    >>> prox_elastic_net(torch.tensor([-2.0, 0.3]), l1=0.5, l2=0.5).tolist()
    [-1.0, 0.0]
    """
    check_number("l1", l1, low=0)
    check_number("l2", l2, low=0)
    return soft_threshold(v, l1) / (1 + l2)


def ista(
    X: Tensor, y: Tensor, *, l1: float, l2: float = 0.0, steps: int = 1000, start: Tensor | None = None
) -> Tensor:
    r"""Fit the lasso or the elastic net by proximal gradient steps.

    Of :math:`\frac1{2N} \lVert Xw - y \rVert^2 + \lambda_1 \lVert w \rVert_1 + \frac{\lambda_2}2 \lVert w
    \rVert^2`, each step takes the gradient of the first term and the proximal map of the rest,

    .. math:: w \leftarrow \operatorname{prox}_{\eta} \bigl(w - \tfrac\eta N X^\top (Xw - y)\bigr),

    with :math:`\eta` the inverse of the largest eigenvalue of :math:`X^\top X / N`.

    Parameters
    ----------
    X : Tensor of shape (N, D)
        Inputs.
    y : Tensor of shape (N,)
        Targets.
    l1, l2 : float
        :math:`\lambda_1` and :math:`\lambda_2`, at least 0.
    steps : int
        How many, at least 1.
    start : Tensor of shape (D,), optional
        Where to begin; 0 by default.

    Returns
    -------
    Tensor of shape (D,)
        The weights; zeros are exact.

    Raises
    ------
    ValueError
        If a shape does not fit or a number is out of range.

    Examples
    --------
    >>> ista(torch.eye(2) * 2**0.5, torch.tensor([2.0, 0.2]) * 2**0.5, l1=0.5).tolist()
    [1.5, 0.0]
    """
    check_shape("X", X, ("N", "D"))
    N, D = X.shape
    check_shape("y", y, (N,))
    check_integer("steps", steps, low=1)
    moments, pull = X.T @ X / N, X.T @ y / N
    lr = 1 / torch.linalg.matrix_norm(moments, ord=2).item()
    w = torch.zeros(D, dtype=X.dtype, device=X.device) if start is None else start
    for _ in range(steps):
        w = prox_elastic_net(w - lr * (moments @ w - pull), l1=lr * l1, l2=lr * l2)
    return w


def subgradient_descent(X: Tensor, y: Tensor, *, l1: float, lr: float, steps: int) -> Tensor:
    r"""Fit the lasso as a training loop does that adds the penalty to the loss.

    .. math:: w \leftarrow w - \eta \bigl(\tfrac1N X^\top (Xw - y) + \lambda \operatorname{sgn} w\bigr)

    Parameters
    ----------
    X : Tensor of shape (N, D)
        Inputs.
    y : Tensor of shape (N,)
        Targets.
    l1 : float
        :math:`\lambda`, at least 0.
    lr : float
        :math:`\eta`, at least 0.
    steps : int
        How many, at least 1.

    Returns
    -------
    Tensor of shape (D,)
        The weights; small ones jitter around 0 by up to about :math:`\eta \lambda` and do not rest on it.

    Raises
    ------
    ValueError
        If a shape does not fit or a number is out of range.
    """
    check_shape("X", X, ("N", "D"))
    N, D = X.shape
    check_shape("y", y, (N,))
    check_number("l1", l1, low=0)
    check_number("lr", lr, low=0)
    check_integer("steps", steps, low=1)
    moments, pull = X.T @ X / N, X.T @ y / N
    w = torch.zeros(D, dtype=X.dtype, device=X.device)
    for _ in range(steps):
        w = w - lr * (moments @ w - pull + l1 * w.sign())
    return w


def lasso_path(X: Tensor, y: Tensor, strengths: Tensor, *, l2: float = 0.0, steps: int = 300) -> Tensor:
    r"""Solve the lasso for many strengths, each from the solution of the one before.

    Parameters
    ----------
    X : Tensor of shape (N, D)
        Inputs.
    y : Tensor of shape (N,)
        Targets.
    strengths : Tensor of shape (L,)
        The values of :math:`\lambda_1`, best from large to small.
    l2 : float
        :math:`\lambda_2` of the elastic net, at least 0.
    steps : int
        Proximal steps for each strength.

    Returns
    -------
    Tensor of shape (L, D)
        One row of weights for each strength.

    Raises
    ------
    ValueError
        If a shape does not fit or a number is out of range.
    """
    check_shape("strengths", strengths, ("L",))
    path, w = [], None
    for l1 in strengths.tolist():
        w = ista(X, y, l1=l1, l2=l2, steps=steps, start=w)
        path.append(w)
    return torch.stack(path)
