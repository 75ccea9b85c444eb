"""The tape of arrays against torch: broadcasting, products, picking, and a whole network."""

import itertools

import numpy as np
import pytest
import torch

from dlbook_lib.autodiff.operations import exp, log, relu, softmax_cross_entropy, tanh
from dlbook_lib.autodiff.tape import Array, fit

SHAPES = [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((), (2, 3)), ((2, 3, 4), (3, 1)), ((1,), (5,))]


def check(f, *shapes, seed=0):
    """Run `f` on ours and on torch's, weigh the result at random, and compare all gradients."""
    rng = np.random.default_rng(seed)
    data = [rng.uniform(0.5, 2.0, size=shape) * rng.choice([-1, 1], size=shape) for shape in shapes]
    ours = [Array(x) for x in data]
    theirs = [torch.tensor(x, requires_grad=True) for x in data]
    y, t = f(*ours), f(*theirs)
    weigh = rng.normal(size=y.shape)
    (y * weigh).sum().backward()
    (t * torch.tensor(weigh)).sum().backward()
    assert np.abs(y.data - t.detach().numpy()).max() < 1e-12
    for mine, other in zip(ours, theirs):
        assert mine.grad.shape == mine.shape
        assert np.abs(mine.grad - other.grad.numpy()).max() < 1e-10


@pytest.mark.parametrize("shapes", SHAPES)
def test_arithmetic_broadcasts_as_in_torch(shapes):
    for f in (
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: b / a**2 + (1.0 - b) * 3.0,
    ):
        check(f, *shapes)
        check(f, *shapes[::-1])


@pytest.mark.parametrize("shapes", [((3, 4), (4, 2)), ((5, 3, 4), (4, 2)), ((5, 1, 3, 4), (2, 4, 3))])
def test_matrix_products(shapes):
    check(lambda a, b: a @ b, *shapes)
    check(lambda a, b: (a @ b).sum(axis=0) * 2.0 - a.sum(), *shapes)


def test_transposes_sums_shapes_and_picks():
    check(lambda a: a.T @ a, (3, 4))
    check(lambda a: a.sum(axis=1), (3, 4))
    check(lambda a: a.sum(axis=(0, 2)), (3, 4, 2))
    check(lambda a: a / a.sum(axis=-1, keepdims=True), (3, 4))
    check(lambda a: a.sum(), (3, 4))
    check(lambda a: a.reshape(2, 6), (3, 4))
    check(lambda a: a[1:, ::2], (3, 4))
    check(lambda a: a[[0, 2, 2, 2]], (3, 4))  # one row picked thrice


def test_numbers_and_numpy_arrays_on_either_side():
    x, three = Array([[1.0, 2.0]]), np.full((2, 3), 3.0)
    for result in (three[:, :2] + x, three[:1, :2] * x, three[:1, :2] - x, x @ three, three.T @ x.T, 2.0 / x):
        assert isinstance(result, Array)
    assert (three.T @ x.T).data.tolist() == [[9.0]] * 3
    assert (2.0 / x - 1.0).data.tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("seed", range(10))
def test_random_graphs_are_those_of_torch(seed):
    rng = np.random.default_rng(seed)
    data = [rng.normal(size=(3, 3)) for _ in range(3)]
    ours, theirs = [Array(x) for x in data], [torch.tensor(x, requires_grad=True) for x in data]
    results = []
    for values, functions in ((ours, (tanh, exp, relu)), (theirs, (torch.tanh, torch.exp, torch.relu))):
        draw, values = np.random.default_rng(1000 + seed), list(values)
        for _ in range(12):
            i, j = draw.integers(len(values), size=2)
            kind = draw.integers(6)
            x, y = values[i], values[j]
            new = functions[kind](x * 0.5) if kind < 3 else (x + y, x * y, x @ y)[kind - 3]
            values.append(functions[0](new * 0.3))
        total = values[0]
        for value in values[1:]:
            total = total + value
        results.append((total * total).sum())
    for result in results:
        result.backward()
    assert float(results[0].data) == pytest.approx(results[1].item(), rel=1e-12)
    for mine, other in zip(ours, theirs):
        assert np.abs(mine.grad - other.grad.numpy()).max() < 1e-9


def test_a_whole_network_with_cross_entropy():
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(20, 6)), rng.integers(4, size=20)
    network = torch.nn.Sequential(
        torch.nn.Linear(6, 8), torch.nn.Tanh(), torch.nn.Linear(8, 8), torch.nn.ReLU(), torch.nn.Linear(8, 4)
    ).double()
    loss = torch.nn.functional.cross_entropy(network(torch.tensor(x)), torch.tensor(labels))
    loss.backward()
    parameters = [Array(p.detach().numpy()) for p in network.parameters()]
    W1, b1, W2, b2, W3, b3 = parameters
    h = tanh(x @ W1.T + b1)
    h = relu(h @ W2.T + b2)
    ours = softmax_cross_entropy(h @ W3.T + b3, labels)
    ours.backward()
    assert float(ours.data) == pytest.approx(loss.item(), rel=1e-12)
    for mine, other in zip(parameters, network.parameters()):
        assert np.abs(mine.grad - other.grad.numpy()).max() < 1e-10


def test_softmax_from_its_parts_is_the_operation_in_one():
    """exp, sum and log on the tape give the gradient that the fused operation writes down."""
    rng = np.random.default_rng(2)
    data, labels = rng.normal(size=(5, 3)), rng.integers(3, size=5)
    z, fused = Array(data), Array(data)
    p = exp(z) / exp(z).sum(axis=1, keepdims=True)
    ((log(p))[np.arange(5), labels].sum() / -5.0).backward()
    softmax_cross_entropy(fused, labels).backward()
    assert np.abs(z.grad - fused.grad).max() < 1e-14


@pytest.mark.parametrize(
    ("big", "small"), list(itertools.product([(4, 3), (2, 4, 3)], [(), (1,), (3,), (1, 3), (4, 1), (4, 3)]))
)
def test_fit_is_the_transpose_of_broadcasting(big, small):
    """<broadcast(a), g> = <a, fit(g)> for all a and g."""
    rng = np.random.default_rng(0)
    a, g = rng.normal(size=small), rng.normal(size=big)
    assert fit(g, small).shape == small
    assert np.sum(np.broadcast_to(a, big) * g) == pytest.approx(np.sum(a * fit(g, small)))


def test_gradients_accumulate_over_calls():
    x = Array([1.0, 2.0])
    y = (x * x).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [4, 8]
    assert [array.number for array in y.tape()] == sorted(array.number for array in y.tape())


def test_errors():
    x = Array(np.ones((2, 3)))
    with pytest.raises(
        ValueError, match=r"^backward must start from one number, got an array of shape \(2, 3\)"
    ):
        x.backward()
    with pytest.raises(
        ValueError, match=r"^matrices must have two axes or more, got shapes \(2, 3\) and \(3,\)"
    ):
        x @ np.ones(3)
    with pytest.raises(ValueError, match=r"^shape must broadcast to \(2, 3\), got \(2,\)"):
        fit(np.ones((2, 3)), (2,))
    assert repr(x) == "Array of shape (2, 3)"
