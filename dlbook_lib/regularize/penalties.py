r"""Penalties: what is added to a loss so that the weights stay small, few, or alike.

.. math:: J(w) = \frac1N \sum_n L(f_w(x_n), y_n) + \lambda R(w), \qquad \lambda \ge 0.

The squared L2 norm is the penalty of ridge regression (Hoerl and Kennard 1970), the L1 norm that of the lasso
(Tibshirani 1996), their sum the elastic net (Zou and Hastie 2005). Differs from the papers: these work on any
tensors of a network, not on the coefficients of a linear model alone.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_type

__all__ = ["elastic_net", "l1_norm", "squared_norm", "tying_penalty", "weight_matrices"]


def weight_matrices(model: nn.Module) -> list[Tensor]:
    """List the weights that a penalty usually takes: all parameters with two axes or more, so no biases.

    Parameters
    ----------
    model : nn.Module
        A network.

    Returns
    -------
    list of Tensor
        The parameters themselves, not copies.

    Examples
    --------
    >>> [tuple(w.shape) for w in weight_matrices(nn.Linear(3, 2))]
    [(2, 3)]
    """
    check_type("model", model, nn.Module, "a torch.nn.Module")
    return [weight for weight in model.parameters() if weight.ndim >= 2]


def l1_norm(*weights: Tensor) -> Tensor:
    r"""Add up the sizes of all weights, :math:`\lVert w \rVert_1 = \sum_i \lvert w_i \rvert`.

    Parameters
    ----------
    *weights : Tensor
        One or several tensors of any shape.

    Returns
    -------
    Tensor of shape ()
        The norm; its gradient at 0 is 0.

    Raises
    ------
    ValueError
        If there is no tensor.

    Examples
    --------
    >>> l1_norm(torch.tensor([-1.0, 2.0]), torch.tensor([0.5]))
    tensor(3.5000)
    """
    check_integer("len(weights)", len(weights), low=1)
    return torch.stack([weight.abs().sum() for weight in weights]).sum()


def squared_norm(*weights: Tensor) -> Tensor:
    r"""Add up the squares of all weights, :math:`\lVert w \rVert_2^2 = \sum_i w_i^2`.

    Parameters
    ----------
    *weights : Tensor
        One or several tensors of any shape.

    Returns
    -------
    Tensor of shape ()
        The squared norm.

    Raises
    ------
    ValueError
        If there is no tensor.

    Examples
    --------
    >>> squared_norm(torch.tensor([-1.0, 2.0]), torch.tensor([0.5]))
    tensor(5.2500)
    """
    check_integer("len(weights)", len(weights), low=1)
    return torch.stack([weight.square().sum() for weight in weights]).sum()


def elastic_net(*weights: Tensor, l1: float, l2: float) -> Tensor:
    r"""Add both penalties, :math:`\lambda_1 \lVert w \rVert_1 + \tfrac{\lambda_2}{2} \lVert w \rVert_2^2`.

    Parameters
    ----------
    *weights : Tensor
        One or several tensors of any shape.
    l1, l2 : float
        Strengths :math:`\lambda_1` and :math:`\lambda_2`, at least 0.

    Returns
    -------
    Tensor of shape ()
        The penalty.

    Raises
    ------
    ValueError
        If a strength is negative, or there is no tensor.

    Examples
    --------
    >>> elastic_net(torch.tensor([-1.0, 2.0]), l1=1, l2=0.4)
    tensor(4.)
    """
    check_number("l1", l1, low=0)
    check_number("l2", l2, low=0)
    return l1 * l1_norm(*weights) + l2 / 2 * squared_norm(*weights)


def tying_penalty(first: list[Tensor], second: list[Tensor]) -> Tensor:
    r"""Measure how far two sets of weights are apart, :math:`\lVert w_A - w_B \rVert_2^2`.

    Added to the sum of two losses with a strength :math:`\lambda`, it leaves two networks independent at
    :math:`\lambda = 0` and makes them one as :math:`\lambda \to \infty`.

    Parameters
    ----------
    first, second : list of Tensor
        The weights of the two, of the same shapes in the same order.

    Returns
    -------
    Tensor of shape ()
        The squared distance.

    Raises
    ------
    ValueError
        If the lists differ in length or a pair in shape.

    Examples
    --------
    >>> tying_penalty([torch.tensor([1.0, 2.0])], [torch.tensor([1.0, 5.0])])
    tensor(9.)
    """
    shapes = [[tuple(weight.shape) for weight in weights] for weights in (first, second)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"second must have the shapes of first, {shapes[0]}, got {shapes[1]}")
    return squared_norm(*(a - b for a, b in zip(first, second)))
