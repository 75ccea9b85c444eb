"""Learning by trying: right on average, and with the variances that theory gives."""

import itertools

import numpy as np
import pytest

from dlbook_lib.autodiff.backprop import backward_matrix, forward, squared_error, start_layers
from dlbook_lib.autodiff.differences import relative_error
from dlbook_lib.autodiff.perturbation import (
    keep_what_helps,
    pack,
    perturb_activities,
    perturb_all_weights,
    perturb_each_weight,
    unpack,
)


def problem(sizes, B=1, seed=0):
    rng = np.random.default_rng(seed)
    layers = start_layers(sizes, seed=seed)
    x, y = rng.normal(size=(B, sizes[0])), rng.normal(size=(B, sizes[-1]))

    def loss(w):
        return float(squared_error(forward(unpack(w, layers), x).output, y)[0].mean())

    trace = forward(layers, x)
    gradients, _ = backward_matrix(layers, trace, squared_error(trace.output, y)[1] / B)
    return layers, x, y, loss, pack(gradients)


class EachSign:
    """Instead of a random stream: all sign patterns in turn, so that a mean over them is exact."""

    def __init__(self, count):
        self.patterns, self.waiting = itertools.product([-1.0, 1.0], repeat=count), []

    def choice(self, signs, size):
        size = (size,) if isinstance(size, int) else size
        if not self.waiting:
            self.waiting = list(next(self.patterns))
        return np.array([self.waiting.pop(0) for _ in range(int(np.prod(size)))]).reshape(size)


def test_one_weight_at_a_time_is_the_gradient_and_takes_two_passes_each():
    layers, _, _, loss, gradient = problem((3, 4, 2), B=5)
    calls = []
    found = perturb_each_weight(lambda w: calls.append(1) or loss(w), pack(layers))
    assert relative_error(found, gradient) < 1e-8
    assert len(calls) == 2 * len(gradient)


def test_all_weights_at_once_are_exactly_unbiased_over_all_signs():
    """Nine weights have 512 patterns; their mean is the gradient, their mean square n times its own."""
    layers, _, _, loss, gradient = problem((2, 2, 1), B=4)
    w, n = pack(layers), len(gradient)
    signs = EachSign(n)
    guesses = np.array([perturb_all_weights(loss, w, signs, step=1e-6) for _ in range(2**n)])
    assert relative_error(guesses.mean(axis=0), gradient) < 1e-5
    assert (guesses**2).sum(axis=1).mean() == pytest.approx(n * gradient @ gradient, rel=1e-4)


def test_activities_are_exactly_unbiased_over_all_signs():
    """Three units; one example. The mean square is the number of units of a layer times its share."""
    layers, x, y, _, gradient = problem((4, 2, 1))
    signs = EachSign(3)
    guesses = [
        perturb_activities(layers, x, lambda out: squared_error(out, y)[0], signs, step=1e-6)
        for _ in range(8)
    ]
    flat = np.array([pack(guess) for guess in guesses])
    assert relative_error(flat.mean(axis=0), gradient) < 1e-5
    trace = forward(layers, x)
    deltas = backward_matrix(layers, trace, squared_error(trace.output, y)[1])[0]
    slopes = sum((db**2).sum() for _, db in deltas)  # every δ squared
    expected = slopes * sum(
        z.size * ((a**2).sum() + 1)
        for z, a in zip(trace.sums, trace.activations)  # the bias sees a 1
    )
    assert (flat**2).sum(axis=1).mean() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("units", "inputs"), [(2, 10), (5, 10), (5, 40)])
def test_in_one_layer_the_variances_are_as_weights_to_units(units, inputs):
    """The ratio is the number of weights that a unit has, its bias included."""
    layers, x, y, loss, gradient = problem((inputs, units))
    rng, w = np.random.default_rng(0), pack(layers)
    losses = lambda out: squared_error(out, y)[0]  # noqa: E731
    by_weights = [perturb_all_weights(loss, w, rng) for _ in range(1500)]
    by_units = [pack(perturb_activities(layers, x, losses, rng)) for _ in range(1500)]
    squares = [(np.array(guesses) ** 2).sum(axis=1).mean() for guesses in (by_weights, by_units)]
    length = gradient @ gradient
    assert squares[0] / length == pytest.approx(units * (inputs + 1), rel=0.15)
    assert squares[1] / length == pytest.approx(units, rel=0.15)


def test_a_batch_gives_each_example_a_disturbance_of_its_own():
    layers, x, y, _, gradient = problem((3, 4, 2), B=40)
    rng = np.random.default_rng(1)
    losses = lambda out: squared_error(out, y)[0]  # noqa: E731
    guesses = np.array([pack(perturb_activities(layers, x, losses, rng)) for _ in range(800)])
    assert relative_error(guesses.mean(axis=0), gradient) < 0.1
    spread = guesses.std(axis=0) / 800**0.5
    assert (np.abs(guesses.mean(axis=0) - gradient) < 5 * spread).all()


def test_keeping_what_helps_never_makes_it_worse():
    layers, _, _, loss, _ = problem((3, 4, 2), B=5)
    w = pack(layers)
    calls = []
    better = keep_what_helps(lambda w: calls.append(1) or loss(w), w, 0.1)
    assert len(calls) == 2 * len(w) + 1
    assert loss(better) < loss(w)
    assert np.isin(np.abs(better - w).round(12), [0, 0.1]).all()
    bottom = np.array([1.0, 1.0])
    assert keep_what_helps(lambda w: float(((w - 1) ** 2).sum()), bottom, 0.1).tolist() == [1, 1]


def test_packing_and_unpacking():
    layers = start_layers((3, 4, 2))
    vector = pack(layers)
    for (W, b), (V, c) in zip(layers, unpack(vector, layers)):
        assert (W == V).all()
        assert (b == c).all()
    with pytest.raises(ValueError, match=r"^vector must have shape \(26,\), got \(25,\)$"):
        unpack(vector[1:], layers)


def test_errors():
    for call in (
        lambda: perturb_each_weight(lambda w: 0.0, np.zeros(1), 0),
        lambda: perturb_all_weights(lambda w: 0.0, np.zeros(1), np.random.default_rng(0), 0),
        lambda: keep_what_helps(lambda w: 0.0, np.zeros(1), 0),
        lambda: perturb_activities([], np.zeros((1, 1)), lambda out: out, np.random.default_rng(0), step=0),
    ):
        with pytest.raises(ValueError, match=r"^step must be at least 1e-15, got 0$"):
            call()
