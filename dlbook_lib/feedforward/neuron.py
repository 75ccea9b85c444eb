r"""One unit: a weighted sum of its inputs, a bias, and a function of the result.

The weighted sum goes back to McCulloch and Pitts ("A Logical Calculus of the Ideas Immanent in Nervous
Activity", 1943), real-valued weights that can be learned to Rosenblatt ("The Perceptron: A Probabilistic
Model for Information Storage and Organization in the Brain", 1958).

Differs from the papers: the bias is a number that is added, and not a threshold that is compared with;
and the activation function is free, where theirs is a step.

Shape letters: B batch, D inputs, O units.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_shape

__all__ = ["length_and_angle", "neuron", "with_bias_input"]


def neuron(x: Tensor, weight: Tensor, bias: Tensor, *, activation: Callable = torch.sigmoid) -> Tensor:
    r"""Compute the activations of a few units that read the same inputs.

    .. math:: a_j = \varphi\Bigl(b_j + \sum_{i=1}^{D} w_{ji}\, x_i\Bigr)

    Parameters
    ----------
    x : Tensor of shape (B, D)
        Inputs, one example a row.
    weight : Tensor of shape (O, D)
        One row for each unit, as in ``torch.nn.Linear``.
    bias : Tensor of shape (O,)
        One number for each unit.
    activation : callable
        The function :math:`\varphi`, applied to every sum; the logistic function by default.

    Returns
    -------
    Tensor of shape (B, O)
        The activations.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Examples
    --------
    >>> neuron(torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, -1.0]]), torch.tensor([-1.0]))
    tensor([[0.5000]])
    """
    check_shape("x", x, ("B", "D"))
    check_shape("weight", weight, ("O", x.shape[1]))
    check_shape("bias", bias, (len(weight),))
    return activation(x @ weight.T + bias)


def with_bias_input(x: Tensor) -> Tensor:
    r"""Put a constant 1 in front of every example, so that the bias becomes one more weight.

    .. math:: b + \sum_{i=1}^{D} w_i x_i = \sum_{i=0}^{D} w_i x_i \quad\text{with } x_0 = 1,\; w_0 = b

    Parameters
    ----------
    x : Tensor of shape (B, D)
        Inputs.

    Returns
    -------
    Tensor of shape (B, 1 + D)
        The same with ``x[:, 0] == 1``.

    Raises
    ------
    ValueError
        If ``x`` has another shape.

    Examples
    --------
    >>> with_bias_input(torch.tensor([[5.0, 7.0]]))
    tensor([[1., 5., 7.]])
    """
    check_shape("x", x, ("B", "D"))
    return torch.cat([torch.ones_like(x[:, :1]), x], dim=1)


def length_and_angle(x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    r"""Split a weighted sum into two lengths and a cosine.

    .. math:: \sum_i w_i x_i = \lVert w \rVert \, \lVert x \rVert \cos\alpha

    The angle is measured between unit vectors, :math:`2 \arctan(\lVert u - v \rVert / \lVert u + v \rVert)`,
    which uses no product of ``w`` and ``x`` and stays exact where they are nearly parallel.

    Parameters
    ----------
    x : Tensor of shape (B, D)
        Inputs, none of them all zero.
    weight : Tensor of shape (D,)
        Weights of one unit, not all zero.

    Returns
    -------
    weight_length : Tensor of shape ()
        The length of ``weight``.
    input_length : Tensor of shape (B,)
        That of every input.
    angle : Tensor of shape (B,)
        Between the two, in radians from 0 to π.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Examples
    --------
    >>> _, _, angle = length_and_angle(torch.tensor([[1.0, 0.0], [1.0, 1.0]]), torch.tensor([0.0, 2.0]))
    >>> angle.rad2deg()
    tensor([90., 45.])
    """
    check_shape("x", x, ("B", "D"))
    check_shape("weight", weight, (x.shape[1],))
    weight_length, input_length = weight.norm(), x.norm(dim=1)
    u, v = x / input_length[:, None], weight / weight_length
    angle = 2 * torch.atan2((u - v).norm(dim=1), (u + v).norm(dim=1))
    return weight_length, input_length, angle
