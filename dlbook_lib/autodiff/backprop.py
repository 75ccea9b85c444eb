r"""A multi-layer perceptron with its gradients written by hand, in loops and in matrices.

Layer :math:`l` computes :math:`z^l = W^l a^{l-1} + b^l` and :math:`a^l = \sigma(z^l)`; the last layer has no
activation, for what belongs there is part of the loss. Backwards, with :math:`\delta^l = \partial L /
\partial z^l` (Rumelhart, Hinton and Williams 1986, "Learning representations by back-propagating errors"),

.. math::
    \delta^l = \bigl(W^{l+1\,\top} \delta^{l+1}\bigr) \odot \sigma'(z^l), \qquad
    \frac{\partial L}{\partial W^l} = \delta^l\, a^{l-1\,\top}, \qquad
    \frac{\partial L}{\partial b^l} = \delta^l .

Differs from the paper: four activations, a batch of examples at a time, and gradients without a step.

Shape letters: B batch, D inputs and O outputs of a layer; weights are (O, D), as in torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dlbook_lib.checks import check_in, check_integer, check_shape

__all__ = [
    "ACTIVATIONS",
    "Trace",
    "backward_loops",
    "backward_matrix",
    "forward",
    "softmax_loss",
    "squared_error",
    "start_layers",
]

Layers = Sequence[tuple[np.ndarray, np.ndarray]]


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


# A function and its slope, both of z.
ACTIVATIONS = {
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "identity": (lambda z: z, np.ones_like),
}


@dataclass(frozen=True)
class Trace:
    """What a forward pass leaves behind for the way back.

    Parameters
    ----------
    activations : list of ndarray of shape (B, D)
        :math:`a^0` to :math:`a^L`: the inputs first, the outputs last.
    sums : list of ndarray of shape (B, O)
        :math:`z^1` to :math:`z^L`.
    """

    activations: list[np.ndarray]
    sums: list[np.ndarray]

    @property
    def output(self) -> np.ndarray:
        """The last layer's, shape (B, O)."""
        return self.activations[-1]


def start_layers(sizes: Sequence[int], *, seed: int = 0, gain: float = 1.0) -> list[tuple]:
    r"""Draw weights from :math:`\mathcal N(0, g^2 / D)`, with biases at 0.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, units of each hidden layer, outputs.
    seed : int
        Where the random stream starts.
    gain : float
        The :math:`g`.

    Returns
    -------
    list of (ndarray of shape (O, D), ndarray of shape (O,))
        Weight and bias of each layer.

    Raises
    ------
    ValueError
        If there are fewer than two sizes.

    Examples
    --------
    >>> [W.shape for W, b in start_layers([3, 5, 2])]
    [(5, 3), (2, 5)]
    """
    check_integer("len(sizes)", len(sizes), low=2)
    rng = np.random.default_rng(seed)
    return [(gain * rng.normal(size=(O, D)) / D**0.5, np.zeros(O)) for D, O in pairwise(sizes)]


def forward(
    layers: Layers, x: np.ndarray, activation: str = "tanh", *, nudges: Sequence | None = None
) -> Trace:
    """Run the network and keep every intermediate result.

    Parameters
    ----------
    layers : sequence of (ndarray of shape (O, D), ndarray of shape (O,))
        Weights and biases.
    x : ndarray of shape (B, D)
        Inputs.
    activation : str
        One of ``ACTIVATIONS``, after every layer but the last.
    nudges : sequence of ndarray of shape (B, O), optional
        Added to the sums of each layer: for those who learn by disturbing units.

    Returns
    -------
    Trace
        Activations and sums of all layers.

    Raises
    ------
    ValueError
        If a shape or the activation's name does not fit.

    Examples
    --------
    >>> forward([(np.array([[2.0, 1.0]]), np.array([0.5]))], np.array([[1.0, 3.0]])).output
    array([[5.5]])
    """
    check_in("activation", activation, tuple(ACTIVATIONS))
    squash, _ = ACTIVATIONS[activation]
    activations, sums = [np.asarray(x)], []
    for number, (W, b) in enumerate(layers):
        check_shape(
            "x" if number == 0 else f"activations of layer {number}", activations[-1], ("B", W.shape[1])
        )
        z = activations[-1] @ W.T + b
        z = z if nudges is None else z + nudges[number]
        sums.append(z)
        activations.append(squash(z) if number < len(layers) - 1 else z)
    return Trace(activations, sums)


def squared_error(output: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Compare outputs with targets.

    .. math:: L_n = \tfrac12 \lVert a^L_n - y_n \rVert^2, \qquad
        \frac{\partial L_n}{\partial z^L_n} = a^L_n - y_n

    Parameters
    ----------
    output, y : ndarray of shape (B, O)
        What came out and what should have.

    Returns
    -------
    losses : ndarray of shape (B,)
        Of each example.
    slopes : ndarray of shape (B, O)
        Their derivatives; divide by B for those of the mean.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> squared_error(np.array([[3.0, 1.0]]), np.array([[1.0, 1.0]]))
    (array([2.]), array([[2., 0.]]))
    """
    check_shape("y", y, output.shape)
    return 0.5 * ((output - y) ** 2).sum(axis=1), output - y


def softmax_loss(output: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Measure the surprise at the labels.

    .. math:: L_n = -\log p_{n y_n}, \qquad p_n = \operatorname{softmax}(a^L_n)

    Parameters
    ----------
    output : ndarray of shape (B, K)
        Scores.
    labels : ndarray of int, shape (B,)
        The right classes.

    Returns
    -------
    losses : ndarray of shape (B,)
        Of each example.
    slopes : ndarray of shape (B, K)
        :math:`p - y`, with :math:`y` one at the label; divide by B for those of the mean.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> losses, slopes = softmax_loss(np.zeros((1, 2)), np.array([0]))
    >>> losses.round(4), slopes
    (array([0.6931]), array([[-0.5,  0.5]]))
    """
    check_shape("output", output, ("B", "K"))
    check_shape("labels", labels, (len(output),))
    rows = np.arange(len(output))
    shifted = output - output.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    slopes = np.exp(log_p)
    slopes[rows, labels] -= 1
    return -log_p[rows, labels], slopes


def backward_loops(
    layers: Layers, trace: Trace, slopes: np.ndarray, activation: str = "tanh"
) -> tuple[list[tuple], np.ndarray]:
    r"""Carry the slopes back by sums over indices: every weight by itself.

    .. math:: \frac{\partial L}{\partial a_i} = \sum_j w_{ji}\, \sigma'(z_j)\, \frac{\partial L}{\partial a_j}

    Parameters
    ----------
    layers : sequence of (ndarray of shape (O, D), ndarray of shape (O,))
        The network.
    trace : Trace
        What :func:`forward` returned.
    slopes : ndarray of shape (B, O)
        Of the loss along the outputs.
    activation : str
        That of the forward pass.

    Returns
    -------
    gradients : list of (ndarray, ndarray)
        In the shapes of ``layers``, summed over the batch.
    input_slopes : ndarray of shape (B, D)
        Of the loss along the inputs.
    """
    _, slope_of = ACTIVATIONS[activation]
    gradients = []
    along = np.array(slopes)  # dL/da of the layer at hand
    for number in reversed(range(len(layers))):
        W, b = layers[number]
        below, z = trace.activations[number], trace.sums[number]
        dW, db, before = np.zeros_like(W), np.zeros_like(b), np.zeros(below.shape)
        bend = slope_of(z) if number < len(layers) - 1 else np.ones_like(z)
        for n in range(len(below)):
            for j in range(len(b)):
                delta = bend[n, j] * along[n, j]
                db[j] += delta
                for i in range(W.shape[1]):
                    dW[j, i] += delta * below[n, i]
                    before[n, i] += W[j, i] * delta
        gradients.insert(0, (dW, db))
        along = before
    return gradients, along


def backward_matrix(
    layers: Layers, trace: Trace, slopes: np.ndarray, activation: str = "tanh"
) -> tuple[list[tuple], np.ndarray]:
    r"""Carry the slopes back by matrix products: the whole layer at once.

    Parameters
    ----------
    layers : sequence of (ndarray of shape (O, D), ndarray of shape (O,))
        The network.
    trace : Trace
        What :func:`forward` returned.
    slopes : ndarray of shape (B, O)
        Of the loss along the outputs, one row for each example.
    activation : str
        That of the forward pass.

    Returns
    -------
    gradients : list of (ndarray, ndarray)
        In the shapes of ``layers``, summed over the batch.
    input_slopes : ndarray of shape (B, D)
        Of the loss along the inputs.
    """
    _, slope_of = ACTIVATIONS[activation]
    gradients, delta = [], slopes
    for number in reversed(range(len(layers))):
        W, _ = layers[number]
        gradients.insert(0, (delta.T @ trace.activations[number], delta.sum(axis=0)))
        delta = delta @ W
        if number > 0:
            delta = delta * slope_of(trace.sums[number - 1])
    return gradients, delta
