"""Gradients by hand, in loops and matrices, against torch and finite differences."""

import numpy as np
import pytest
import torch

from dlbook_lib.autodiff.backprop import (
    ACTIVATIONS,
    Trace,
    backward_loops,
    backward_matrix,
    forward,
    softmax_loss,
    squared_error,
    start_layers,
)
from dlbook_lib.autodiff.differences import finite_differences, relative_error
from dlbook_lib.autodiff.perturbation import pack, unpack

TORCH = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu, "identity": lambda z: z}
SIZES = [(3, 5, 4, 2), (4, 3), (1, 1, 1, 1), (2, 7, 3)]


def draw(sizes, seed=0, B=6):
    rng = np.random.default_rng(seed)
    layers = [(W, rng.normal(size=b.shape)) for W, b in start_layers(sizes, seed=seed)]
    return layers, rng.normal(size=(B, sizes[0])), rng.normal(size=(B, sizes[-1]))


def torchs(layers, x, y, activation):
    """The gradients of the summed squared error by autograd."""
    leaves = [torch.tensor(part, requires_grad=True) for layer in layers for part in layer]
    a = inputs = torch.tensor(x, requires_grad=True)
    for number in range(len(layers)):
        z = a @ leaves[2 * number].T + leaves[2 * number + 1]
        a = TORCH[activation](z) if number < len(layers) - 1 else z
    (0.5 * (a - torch.tensor(y)) ** 2).sum().backward()
    return [leaf.grad.numpy() for leaf in leaves], inputs.grad.numpy()


@pytest.mark.parametrize("backward", [backward_loops, backward_matrix])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_are_those_of_torch(backward, activation, sizes):
    layers, x, y = draw(sizes)
    trace = forward(layers, x, activation)
    gradients, along_x = backward(layers, trace, squared_error(trace.output, y)[1], activation)
    expected, along_inputs = torchs(layers, x, y, activation)
    for found, right in zip([part for layer in gradients for part in layer], expected):
        assert found.shape == right.shape
        assert np.abs(found - right).max() < 1e-10
    assert np.abs(along_x - along_inputs).max() < 1e-10


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_finite_differences(activation):
    layers, x, y = draw((3, 5, 4, 2), seed=1)

    def loss(w):
        return float(squared_error(forward(unpack(w, layers), x, activation).output, y)[0].mean())

    trace = forward(layers, x, activation)
    gradients, _ = backward_matrix(layers, trace, squared_error(trace.output, y)[1] / len(x), activation)
    assert relative_error(pack(gradients), finite_differences(loss, pack(layers))) < 1e-8


def test_cross_entropy_is_torchs_and_its_slopes_go_through_the_network():
    rng = np.random.default_rng(3)
    layers, x, _ = draw((4, 6, 3), seed=3)
    labels = rng.integers(3, size=len(x))
    trace = forward(layers, x, "relu")
    losses, slopes = softmax_loss(trace.output, labels)
    leaves = [torch.tensor(part, requires_grad=True) for layer in layers for part in layer]
    logits = torch.relu(torch.tensor(x) @ leaves[0].T + leaves[1]) @ leaves[2].T + leaves[3]
    theirs = torch.nn.functional.cross_entropy(logits, torch.tensor(labels), reduction="none")
    theirs.sum().backward()
    assert np.abs(losses - theirs.detach().numpy()).max() < 1e-12
    gradients, _ = backward_matrix(layers, trace, slopes, "relu")
    for found, leaf in zip([part for layer in gradients for part in layer], leaves):
        assert np.abs(found - leaf.grad.numpy()).max() < 1e-10
    assert np.isfinite(softmax_loss(1e4 * trace.output, labels)[1]).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_slopes_of_the_activations(activation):
    squash, slope_of = ACTIVATIONS[activation]
    z = np.array([-2.0, -0.3, 0.4, 1.7])
    expected = [finite_differences(lambda v: float(squash(v)[0]), np.array([place]))[0] for place in z]
    assert slope_of(z) == pytest.approx(expected, abs=1e-9)


def test_what_is_kept():
    layers, x, _ = draw((3, 5, 2))
    trace = forward(layers, x, "tanh")
    assert isinstance(trace, Trace)
    assert [a.shape for a in trace.activations] == [(6, 3), (6, 5), (6, 2)]
    assert (trace.activations[1] == np.tanh(trace.sums[0])).all()
    assert (trace.output == trace.sums[-1]).all()  # no activation on the last layer
    nudged = forward(layers, x, "tanh", nudges=[np.zeros((6, 5)), np.ones((6, 2))])
    assert np.allclose(nudged.output, trace.output + 1)


def test_the_start_has_the_spread_that_it_says():
    (W, b), _ = start_layers((400, 300, 1), gain=1.5)
    assert W.std() == pytest.approx(1.5 / 400**0.5, rel=0.02)
    assert not b.any()
    assert (start_layers((3, 2), seed=4)[0][0] == start_layers((3, 2), seed=4)[0][0]).all()


def test_errors():
    layers, x, y = draw((3, 5, 2))
    with pytest.raises(ValueError, match=r"^x must have shape \(B, 3\), got \(6, 2\)$"):
        forward(layers, x[:, :2])
    with pytest.raises(ValueError, match=r"^activation must be one of 'sigmoid', 'tanh'"):
        forward(layers, x, "swish")
    with pytest.raises(ValueError, match=r"^y must have shape \(6, 5\), got \(6, 2\)$"):
        squared_error(x[:, [0, 1, 2, 0, 1]], y)
    with pytest.raises(ValueError, match=r"^len\(sizes\) must be at least 2, got 1$"):
        start_layers([3])
    with pytest.raises(ValueError, match=r"^labels must have shape \(6,\), got \(2,\)$"):
        softmax_loss(x, np.array([0, 1]))
