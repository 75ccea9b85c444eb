r"""Units that fire or do not: the neuron of McCulloch and Pitts, and circuits of them.

From McCulloch and Pitts ("A Logical Calculus of the Ideas Immanent in Nervous Activity", 1943). Weights and
thresholds are chosen by whoever draws the circuit; nothing is learned. One unit is a gate (AND, OR, NOT and
their negations), and layers of gates compute every function of binary inputs.

Differs from the paper: an inhibiting input has a negative weight here, where there it vetoes the unit
whatever the others say; and time does not pass, so that circuits have layers and no loops.

Shape letters: B rows, D inputs, O units.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_integer, check_shape

__all__ = ["GATES", "XOR", "circuit", "gate", "threshold_unit", "truth_table"]

GATES = {
    "AND": ((1.0, 1.0), 2.0),
    "OR": ((1.0, 1.0), 1.0),
    "NAND": ((-1.0, -1.0), -1.0),
    "NOR": ((-1.0, -1.0), 0.0),
    "NOT": ((-1.0,), 0.0),
}  # weights and threshold

XOR = (
    (((1.0, 1.0), (-1.0, -1.0)), (1.0, -1.0)),  # OR and NAND of the two inputs,
    (((1.0, 1.0),), (2.0,)),  # then AND of the two answers
)


def threshold_unit(x: Tensor, weight: Tensor, threshold: float | Tensor) -> Tensor:
    r"""Fire where the weighted sum of the inputs reaches the threshold.

    .. math:: y = \mathbb{1}\Bigl[\sum_{i=1}^{D} w_i x_i \ge \theta\Bigr]

    Parameters
    ----------
    x : Tensor of shape (B, D)
        Inputs, most often 0 and 1.
    weight : Tensor of shape (D,)
        The weights :math:`w`.
    threshold : float or Tensor of shape ()
        The threshold :math:`\theta`.

    Returns
    -------
    Tensor of shape (B,)
        1 where the unit fires and 0 elsewhere, in the type of ``x``.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Examples
    --------
    >>> threshold_unit(truth_table(2), torch.tensor([1.0, 1.0]), 2.0)
    tensor([0., 0., 0., 1.])
    """
    check_shape("x", x, ("B", "D"))
    check_shape("weight", weight, (x.shape[1],))
    return (x @ weight >= threshold).to(x.dtype)


def gate(name: str, x: Tensor) -> Tensor:
    """Apply a gate that one unit can be.

    Parameters
    ----------
    name : {"AND", "OR", "NAND", "NOR", "NOT"}
        One of the names in ``GATES``.
    x : Tensor of shape (B, D)
        Inputs, 0 and 1: two of them, and one for NOT.

    Returns
    -------
    Tensor of shape (B,)
        The answers, 0 and 1.

    Raises
    ------
    ValueError
        If there is no such gate, or it has another number of inputs.

    Examples
    --------
    >>> gate("NAND", truth_table(2))
    tensor([1., 1., 1., 0.])
    """
    check_in("name", name, tuple(GATES))
    weight, threshold = GATES[name]
    check_shape("x", x, ("B", len(weight)))
    return threshold_unit(x, torch.tensor(weight, dtype=x.dtype), threshold)


def circuit(x: Tensor, layers: Sequence[tuple[Sequence, Sequence]] = XOR) -> Tensor:
    r"""Pass inputs through layers of threshold units, each layer reading the answers of the one before.

    .. math:: h^{(l)} = \mathbb{1}\bigl[W^{(l)} h^{(l-1)} \ge \theta^{(l)}\bigr], \qquad h^{(0)} = x

    Parameters
    ----------
    x : Tensor of shape (B, D)
        Inputs, 0 and 1.
    layers : sequence of (weights, thresholds)
        For each layer its weights, one row for each unit, and its thresholds, one number for each; the
        circuit of exclusive or by default.

    Returns
    -------
    Tensor of shape (B, O)
        The answers of the last layer.

    Raises
    ------
    ValueError
        If a layer does not fit the one before it.

    Examples
    --------
    >>> circuit(truth_table(2))[:, 0]
    tensor([0., 1., 1., 0.])
    """
    check_shape("x", x, ("B", "D"))
    for number, (weights, thresholds) in enumerate(layers):
        weight, threshold = (torch.as_tensor(part, dtype=x.dtype) for part in (weights, thresholds))
        check_shape(f"layers[{number}] weights", weight, ("O", x.shape[1]))
        check_shape(f"layers[{number}] thresholds", threshold, (len(weight),))
        x = (x @ weight.T >= threshold).to(x.dtype)
    return x


def truth_table(inputs: int) -> Tensor:
    """List every combination of binary inputs, counting upwards.

    Parameters
    ----------
    inputs : int
        Their number D, from 1 to 16.

    Returns
    -------
    Tensor of shape (2 ** D, D)
        Rows of 0 and 1.

    Raises
    ------
    ValueError
        If ``inputs`` is out of range.

    Examples
    --------
    >>> truth_table(2)
    tensor([[0., 0.],
            [0., 1.],
            [1., 0.],
            [1., 1.]])
    """
    check_integer("inputs", inputs, low=1, high=16)
    numbers = torch.arange(2**inputs)
    places = torch.arange(inputs - 1, -1, -1)
    return (numbers[:, None] >> places & 1).float()
