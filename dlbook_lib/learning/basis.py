r"""Curves that are weighted sums of fixed functions, and two ways to the best weights.

A model :math:`f(x; w) = \sum_k w_k \varphi_k(x)` is linear in its weights however crooked its curve. Its mean
squared error is a bowl in :math:`w`; its lowest point solves the normal equations of Gauss and Legendre,

.. math:: \Phi^\top \Phi \, w = \Phi^\top y, \qquad \Phi_{nk} = \varphi_k(x_n).

Forming :math:`\Phi^\top \Phi` squares the condition of the problem and so costs twice the digits;
:func:`least_squares` works on :math:`\Phi` itself, by the reflections of Householder (1958).

Shape letters: N examples, K basis functions.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = ["gaussian_basis", "least_squares", "normal_equations", "polynomial_basis"]


def polynomial_basis(x: Tensor, degree: int) -> Tensor:
    r"""Evaluate the powers of each input.

    .. math:: \varphi_k(x) = x^k, \qquad k = 0, \dots, \text{degree}

    Parameters
    ----------
    x : Tensor of shape (N,)
        Inputs; between -1 and 1 no power grows large.
    degree : int
        The highest power, at least 0.

    Returns
    -------
    Tensor of shape (N, degree + 1)
        One column for each power, the constant first.

    Raises
    ------
    ValueError
        If ``x`` is not a vector or ``degree`` is negative.

    Examples
    --------
    >>> polynomial_basis(torch.tensor([2.0, -1.0]), 3)
    tensor([[ 1.,  2.,  4.,  8.],
            [ 1., -1.,  1., -1.]])
    """
    check_shape("x", x, ("N",))
    check_integer("degree", degree, low=0)
    return x[:, None] ** torch.arange(degree + 1, device=x.device)


def gaussian_basis(x: Tensor, centres: Tensor, width: float) -> Tensor:
    r"""Evaluate bumps of one width.

    .. math:: \varphi_k(x) = \exp\Bigl(-\frac{(x - c_k)^2}{2 s^2}\Bigr)

    Parameters
    ----------
    x : Tensor of shape (N,)
        Inputs.
    centres : Tensor of shape (K,)
        :math:`c_k`, where the bumps stand.
    width : float
        Their standard deviation :math:`s`, above 0.

    Returns
    -------
    Tensor of shape (N, K)
        One column for each bump, with values from 0 to 1.

    Raises
    ------
    ValueError
        If a shape does not fit or ``width`` is not positive.

    Examples
    --------
    >>> gaussian_basis(torch.tensor([0.0, 1.0]), torch.tensor([0.0]), 1.0)
    tensor([[1.0000],
            [0.6065]])
    """
    check_shape("x", x, ("N",))
    check_shape("centres", centres, ("K",))
    check_number("width", width, low=1e-12)
    return torch.exp(-((x[:, None] - centres) ** 2) / (2 * width**2))


def normal_equations(Phi: Tensor, y: Tensor) -> Tensor:
    r"""Solve least squares by the normal equations.

    .. math:: w = (\Phi^\top \Phi)^{-1} \Phi^\top y

    Parameters
    ----------
    Phi : Tensor of shape (N, K)
        The basis functions at the inputs; its columns are independent, so ``N >= K``.
    y : Tensor of shape (N,)
        Targets.

    Returns
    -------
    Tensor of shape (K,)
        The weights of the smallest mean squared error.

    Raises
    ------
    ValueError
        If a shape does not fit or there are fewer examples than functions.

    Examples
    --------
    >>> normal_equations(torch.tensor([[1.0], [1.0]]), torch.tensor([1.0, 3.0]))
    tensor([2.])
    """
    _check(Phi, y)
    return torch.linalg.solve(Phi.T @ Phi, (Phi.T @ y)[:, None])[:, 0]


def least_squares(Phi: Tensor, y: Tensor) -> Tensor:
    r"""Solve least squares by an orthogonal factorisation.

    With :math:`\Phi = Q R`, the columns of :math:`Q` orthonormal and :math:`R` triangular,

    .. math:: R \, w = Q^\top y .

    Parameters
    ----------
    Phi : Tensor of shape (N, K)
        The basis functions at the inputs; its columns are independent, so ``N >= K``.
    y : Tensor of shape (N,)
        Targets.

    Returns
    -------
    Tensor of shape (K,)
        The weights of the smallest mean squared error.

    Raises
    ------
    ValueError
        If a shape does not fit or there are fewer examples than functions.

    Examples
    --------
    >>> least_squares(torch.tensor([[1.0], [1.0]]), torch.tensor([1.0, 3.0])).round(decimals=4)
    tensor([2.])
    """
    _check(Phi, y)
    Q, R = torch.linalg.qr(Phi)
    return torch.linalg.solve_triangular(R, (Q.T @ y)[:, None], upper=True)[:, 0]


def _check(Phi: Tensor, y: Tensor) -> None:
    check_shape("Phi", Phi, ("N", "K"))
    N, K = Phi.shape
    check_shape("y", y, (N,))
    check_integer("N", N, low=K)
