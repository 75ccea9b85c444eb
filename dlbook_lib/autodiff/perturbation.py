r"""Learning by trying: disturb the network a little, and see whether the loss falls.

Three ways to the gradient that need nothing but forward passes. One weight at a time gives it exactly, at two
passes a weight. All weights at once, in random directions :math:`u` of signs :math:`\pm1`,

.. math:: \hat g = \frac{L(w + \varepsilon u) - L(w)}{\varepsilon}\, u, \qquad
    \mathbb E\, \hat g \approx \nabla L, \qquad
    \mathbb E\, \lVert \hat g \rVert^2 \approx n\, \lVert \nabla L \rVert^2

is right on average (Spall 1992), with a variance that grows with the number n of weights. Disturbing the sums
of the units and multiplying by the activations below is right on average too, and its variance grows with the
number of units, which are fewer (Werfel, Xie and Seung 2005, "Learning curves for stochastic gradient descent
in linear feedforward networks").

Differs from Werfel, Xie and Seung: random signs instead of normal numbers, and networks that are not linear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dlbook_lib.autodiff.backprop import forward
from dlbook_lib.checks import check_number

__all__ = [
    "keep_what_helps",
    "pack",
    "perturb_activities",
    "perturb_all_weights",
    "perturb_each_weight",
    "unpack",
]

Loss = Callable[[np.ndarray], float]
Layers = Sequence[tuple[np.ndarray, np.ndarray]]


def pack(layers: Layers) -> np.ndarray:
    """Write all weights and biases into one vector.

    Parameters
    ----------
    layers : sequence of (ndarray, ndarray)
        Weight and bias of each layer.

    Returns
    -------
    ndarray of shape (n,)
        Layer after layer, the weight before the bias.

    Examples
    --------
    >>> pack([(np.array([[1.0, 2.0]]), np.array([3.0]))])
    array([1., 2., 3.])
    """
    return np.concatenate([part.ravel() for layer in layers for part in layer])


def unpack(vector: np.ndarray, layers: Layers) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut a vector into weights and biases.

    Parameters
    ----------
    vector : ndarray of shape (n,)
        As :func:`pack` returns it.
    layers : sequence of (ndarray, ndarray)
        Whose shapes to take.

    Returns
    -------
    list of (ndarray, ndarray)
        Weight and bias of each layer.

    Raises
    ------
    ValueError
        If the vector is longer or shorter than the layers are.
    """
    sizes = [part.size for layer in layers for part in layer]
    if vector.shape != (sum(sizes),):
        raise ValueError(f"vector must have shape ({sum(sizes)},), got {vector.shape}")
    cuts = iter(np.split(vector, np.cumsum(sizes)[:-1]))
    return [tuple(next(cuts).reshape(part.shape) for part in layer) for layer in layers]


def keep_what_helps(loss: Loss, w: np.ndarray, step: float) -> np.ndarray:
    """Go once through all weights, and keep every change that helps.

    Parameters
    ----------
    loss : callable
        From the vector of weights to a number.
    w : ndarray of shape (n,)
        Where to start.
    step : float
        By how much a weight is raised, then lowered.

    Returns
    -------
    ndarray of shape (n,)
        The weights after the sweep, which took 2n passes and one.

    Raises
    ------
    ValueError
        If ``step`` is not positive.

    Examples
    --------
    >>> keep_what_helps(lambda w: float(((w - 1) ** 2).sum()), np.array([0.0, 2.0]), 0.5)
    array([0.5, 1.5])
    """
    check_number("step", step, low=1e-15)
    w = np.array(w, dtype=np.float64)
    best = loss(w)
    for i in range(len(w)):
        here = w[i]
        for place in (here + step, here - step):
            kept, w[i] = w[i], place
            tried = loss(w)
            best, w[i] = (tried, place) if tried < best else (best, kept)
    return w


def perturb_each_weight(loss: Loss, w: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Measure the slope along each weight by itself, in 2n passes.

    Parameters
    ----------
    loss : callable
        From the vector of weights to a number.
    w : ndarray of shape (n,)
        Where.
    step : float
        By how much a weight is raised and lowered.

    Returns
    -------
    ndarray of shape (n,)
        The gradient, up to an error of order ``step`` squared.

    Raises
    ------
    ValueError
        If ``step`` is not positive.

    Examples
    --------
    >>> perturb_each_weight(lambda w: float(w @ w), np.array([1.0, -2.0])).round(6)
    array([ 2., -4.])
    """
    check_number("step", step, low=1e-15)
    moves = step * np.eye(len(w))
    return np.array([(loss(w + move) - loss(w - move)) / (2 * step) for move in moves])


def perturb_all_weights(
    loss: Loss, w: np.ndarray, rng: np.random.Generator, step: float = 1e-5
) -> np.ndarray:
    """Disturb all weights at once and credit each with the change, in two passes.

    Parameters
    ----------
    loss : callable
        From the vector of weights to a number.
    w : ndarray of shape (n,)
        Where.
    rng : numpy.random.Generator
        Draws the signs.
    step : float
        The size of the disturbance.

    Returns
    -------
    ndarray of shape (n,)
        An estimate that is right on average.

    Raises
    ------
    ValueError
        If ``step`` is not positive.

    Examples
    --------
    >>> slope = perturb_all_weights(lambda w: float(3 * w[0]), np.zeros(1), np.random.default_rng(0))
    >>> slope.round(6)  # with one weight, the sign cancels
    array([3.])
    """
    check_number("step", step, low=1e-15)
    u = rng.choice([-1.0, 1.0], size=len(w))
    return (loss(w + step * u) - loss(w)) / step * u


def perturb_activities(
    layers: Layers,
    x: np.ndarray,
    losses: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
    *,
    step: float = 1e-5,
    activation: str = "tanh",
) -> list[tuple[np.ndarray, np.ndarray]]:
    r"""Disturb the sum of every unit, for each example by itself, in two passes.

    .. math:: \hat\delta = \frac{L(z + \varepsilon u) - L(z)}{\varepsilon}\, u, \qquad
        \hat g_W = \hat\delta\, a^\top

    Parameters
    ----------
    layers : sequence of (ndarray of shape (O, D), ndarray of shape (O,))
        The network.
    x : ndarray of shape (B, D)
        Inputs.
    losses : callable
        From outputs of shape (B, O) to one loss for each example, shape (B,).
    rng : numpy.random.Generator
        Draws the signs.
    step : float
        The size of the disturbance.
    activation : str
        As in :func:`~dlbook_lib.autodiff.backprop.forward`.

    Returns
    -------
    list of (ndarray, ndarray)
        In the shapes of ``layers``: an estimate of the gradient of the mean loss.

    Raises
    ------
    ValueError
        If ``step`` is not positive.
    """
    check_number("step", step, low=1e-15)
    still = forward(layers, x, activation)
    signs = [rng.choice([-1.0, 1.0], size=z.shape) for z in still.sums]
    moved = forward(layers, x, activation, nudges=[step * u for u in signs])
    change = (losses(moved.output) - losses(still.output)) / step / len(x)  # (B,)
    deltas = [change[:, None] * u for u in signs]
    return [(delta.T @ below, delta.sum(axis=0)) for delta, below in zip(deltas, still.activations)]
