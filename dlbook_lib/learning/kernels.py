r"""Kernels: inner products of features that nobody needs to write down.

A feature map :math:`\varphi` turns inputs into vectors in which a linear model can do more. Where a method
uses features only through inner products, a function :math:`k(x, x') = \varphi(x)^\top \varphi(x')` is all
that it needs (Aizerman, Braverman and Rozonoer 1964). The Gaussian kernel's features are infinitely many;
:func:`rbf_feature_map` writes down the first of them, for inputs on the line.

Kernel ridge regression and the mean of a Gaussian process are the same function, with the penalty as the
variance of the noise (Rasmussen and Williams 2006).

Shape letters: N and M examples, D inputs.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = ["kernel_ridge", "rbf_feature_map", "rbf_kernel"]


def rbf_kernel(x: Tensor, other: Tensor, *, width: float) -> Tensor:
    r"""Compute the Gaussian kernel of all pairs, also called radial basis function.

    .. math:: k(x, x') = \exp\Bigl(-\frac{\lVert x - x' \rVert^2}{2 \ell^2}\Bigr)

    Parameters
    ----------
    x : Tensor of shape (N, D)
        Inputs.
    other : Tensor of shape (M, D)
        Inputs.
    width : float
        :math:`\ell`, the distance at which two inputs stop being alike, above 0.

    Returns
    -------
    Tensor of shape (N, M)
        From 0 to 1, and 1 where two are equal.

    Raises
    ------
    ValueError
        If a shape does not fit or ``width`` is not positive.

    Examples
    --------
    >>> x = torch.tensor([[0.0], [1.0]])
    >>> rbf_kernel(x, x, width=1.0)
    tensor([[1.0000, 0.6065],
            [0.6065, 1.0000]])
    """
    check_shape("x", x, ("N", "D"))
    check_shape("other", other, ("M", x.shape[1]))
    check_number("width", width, low=1e-12)
    squared = (x[:, None] - other).square().sum(dim=2)  # exact where the two are equal
    return torch.exp(-squared / (2 * width**2))


def rbf_feature_map(x: Tensor, *, width: float, order: int) -> Tensor:
    r"""Write down the first features behind the Gaussian kernel on the line.

    .. math:: \varphi_k(x) = e^{-x^2 / 2 \ell^2} \, \frac{(x / \ell)^k}{\sqrt{k!}}, \qquad k = 0, 1, 2, \dots

    Their inner product is the exponential series of :math:`x x' / \ell^2`, cut off, between two bells.

    Parameters
    ----------
    x : Tensor of shape (N,)
        Inputs.
    width : float
        :math:`\ell`, above 0.
    order : int
        How many features, at least 1.

    Returns
    -------
    Tensor of shape (N, order)
        The features.

    Raises
    ------
    ValueError
        If ``x`` is not a vector or a number is out of range.

    Examples
    --------
    >>> features = rbf_feature_map(torch.tensor([0.0, 1.0]), width=1.0, order=12)
    >>> features @ features.T
    tensor([[1.0000, 0.6065],
            [0.6065, 1.0000]])
    """
    check_shape("x", x, ("N",))
    check_number("width", width, low=1e-12)
    check_integer("order", order, low=1)
    k = torch.arange(order, dtype=x.dtype, device=x.device)
    root_factorial = torch.exp(torch.lgamma(k + 1) / 2)
    powers = (x[:, None] / width) ** k / root_factorial
    return torch.exp(-(x[:, None] ** 2) / (2 * width**2)) * powers


def kernel_ridge(K: Tensor, y: Tensor, *, strength: float) -> Tensor:
    r"""Solve ridge regression on the features of a kernel.

    .. math:: c = (K + \lambda I)^{-1} y, \qquad f(x) = \sum_{n=1}^N c_n \, k(x_n, x)

    minimises :math:`\sum_n (f(x_n) - y_n)^2 + \lambda \lVert w \rVert^2` over the features' weights.

    Parameters
    ----------
    K : Tensor of shape (N, N)
        Kernel values of all pairs of examples.
    y : Tensor of shape (N,)
        Targets.
    strength : float
        :math:`\lambda`, at least 0.

    Returns
    -------
    Tensor of shape (N,)
        The coefficients :math:`c`; predictions at new places are ``rbf_kernel(new, x, width=…) @ c``.

    Raises
    ------
    ValueError
        If a shape does not fit or ``strength`` is negative.

    Examples
    --------
    >>> kernel_ridge(torch.eye(2), torch.tensor([1.0, 3.0]), strength=1.0)
    tensor([0.5000, 1.5000])
    """
    check_shape("K", K, ("N", "N"))
    check_shape("y", y, (len(K),))
    check_number("strength", strength, low=0)
    damped = K + strength * torch.eye(len(K), dtype=K.dtype, device=K.device)
    return torch.linalg.solve(damped, y[:, None])[:, 0]
