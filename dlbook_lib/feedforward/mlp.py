r"""Fully connected layers, and the networks that are made by composing them.

A layer maps :math:`x` to :math:`W x + b`; a multi-layer perceptron is the composition
:math:`f = f^{(L)} \circ \dots \circ f^{(1)}` of such layers with an activation between any two (Rumelhart,
Hinton and Williams 1986). The weight has shape (out, in), as torch stores it; notes that write
:math:`W^\top x` store the transpose.

Differs from the paper: any activation, none after the last layer, and inputs in batches.

Shape letters: B batch, D features of the input, O features of the output.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import reduce

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape, check_type
from dlbook_lib.feedforward.activations import relu

__all__ = ["MLP", "FullyConnected", "collapse", "compose", "count_parameters"]


class FullyConnected(nn.Module):
    r"""An affine map: every output reads every input.

    .. math:: y_j = \sum_{i=1}^{D} W_{j i}\, x_i + b_j

    Parameters
    ----------
    in_features, out_features : int
        Lengths D and O of the vectors; the layer has :math:`D O + O` parameters.

    Raises
    ------
    ValueError
        If either is not positive.

    Notes
    -----
    Weights and biases start uniform within :math:`\pm 1 / \sqrt D`, as torch's do.

    Examples
    --------
    >>> FullyConnected(3, 2)(torch.zeros(5, 3)).shape
    torch.Size([5, 2])
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        check_integer("in_features", in_features, low=1)
        check_integer("out_features", out_features, low=1)
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x: Tensor) -> Tensor:
        """Map a batch of vectors.

        Parameters
        ----------
        x : Tensor of shape (..., D)
            Inputs, one a row.

        Returns
        -------
        Tensor of shape (..., O)
            Outputs, one a row.
        """
        return x @ self.weight.mT + self.bias


class MLP(nn.Module):
    r"""A multi-layer perceptron: fully connected layers with an activation between them.

    .. math:: h^{(0)} = x, \qquad h^{(l)} = g\bigl(W^{(l)} h^{(l-1)} + b^{(l)}\bigr), \qquad
        f(x) = W^{(L)} h^{(L-1)} + b^{(L)}

    Parameters
    ----------
    widths : sequence of int
        Length of the input, of every hidden layer and of the output. The depth is one less than their number:
        the input computes nothing.
    activation : callable
        The function :math:`g`, for each number by itself.

    Raises
    ------
    TypeError
        If ``widths`` is not a sequence of integers or ``activation`` cannot be called.
    ValueError
        If there are fewer than two widths, or one is not positive.

    Examples
    --------
    >>> network = MLP((50, 25, 10, 2))
    >>> count_parameters(network), network.depth
    (1557, 3)
    """

    def __init__(self, widths: Sequence[int], *, activation: Callable[[Tensor], Tensor] = relu) -> None:
        super().__init__()
        check_type("widths", widths, Sequence, "a sequence of integers")
        check_integer("len(widths)", len(widths), low=2)
        check_type("activation", activation, Callable, "a function of a tensor")
        self.layers = nn.ModuleList(FullyConnected(D, out) for D, out in itertools.pairwise(widths))
        self.activation = activation

    @property
    def depth(self) -> int:
        """The number L of maps that are composed."""
        return len(self.layers)

    def hidden(self, x: Tensor) -> list[Tensor]:
        """List what the hidden layers answer.

        Parameters
        ----------
        x : Tensor of shape (B, D)
            Inputs.

        Returns
        -------
        list of Tensor
            One of shape (B, width) for each hidden layer.
        """
        answers = []
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
            answers.append(x)
        return answers

    def forward(self, x: Tensor) -> Tensor:
        """Run the network.

        Parameters
        ----------
        x : Tensor of shape (B, D)
            Inputs.

        Returns
        -------
        Tensor of shape (B, O)
            Outputs, without an activation.
        """
        check_shape("x", x, ("B", self.layers[0].weight.shape[1]))
        return self.layers[-1]((self.hidden(x) or [x])[-1])


def compose(*maps: Callable) -> Callable:
    r"""Compose maps, the first of them applied first.

    .. math:: f = f^{(L)} \circ \dots \circ f^{(1)}

    Parameters
    ----------
    *maps : callable
        Each takes what the one before returns.

    Returns
    -------
    callable
        The composition; with no maps, the identity.

    Examples
    --------
    >>> compose(lambda x: x + 1, lambda x: 10 * x)(2)
    30
    """
    return lambda x: reduce(lambda value, f: f(value), maps, x)


def collapse(layers: Sequence[FullyConnected | nn.Linear]) -> tuple[Tensor, Tensor]:
    r"""Multiply layers without activations into the one affine map that they are.

    .. math:: W = W^{(L)} \cdots W^{(1)}, \qquad b \leftarrow W^{(l)} b + b^{(l)}

    Parameters
    ----------
    layers : sequence of layers
        Each with a ``weight`` of shape (O, D) and a ``bias`` of shape (O,).

    Returns
    -------
    weight : Tensor of shape (O, D)
        From the first input to the last output; its rank is at most the smallest width between them.
    bias : Tensor of shape (O,)
        What the input 0 gives.

    Raises
    ------
    ValueError
        If there is no layer.

    Examples
    --------
    >>> weight, bias = collapse([nn.Linear(5, 1), nn.Linear(1, 4)])
    >>> weight.shape, int(torch.linalg.matrix_rank(weight))
    (torch.Size([4, 5]), 1)
    """
    check_integer("len(layers)", len(layers), low=1)
    weight, bias = layers[0].weight, layers[0].bias
    for layer in layers[1:]:
        weight, bias = layer.weight @ weight, layer.weight @ bias + layer.bias
    return weight, bias


def count_parameters(network: nn.Module) -> int:
    """Count the numbers that a network learns.

    Parameters
    ----------
    network : nn.Module
        Any; on the meta device it takes no memory.

    Returns
    -------
    int
        The elements of all parameters.

    Examples
    --------
    >>> with torch.device("meta"):
    ...     count_parameters(MLP((784, 100, 100, 10)))
    89610
    """
    return sum(parameter.numel() for parameter in network.parameters())
