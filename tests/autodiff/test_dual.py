"""Dual numbers against torch, finite differences, and the algebra that defines them."""

import random

import pytest
import torch

from dlbook_lib.autodiff.dual import Dual, forward_gradient


@pytest.mark.parametrize("seed", range(10))
def test_random_graphs_are_those_of_torch(seed, graphs):
    draw = random.Random(seed)
    inputs = [draw.uniform(-2, 2) for _ in range(3)]
    steps = graphs.random_steps(seed)
    x = torch.tensor(inputs, dtype=torch.float64, requires_grad=True)
    y = graphs.run(steps, x.unbind(), graphs.method)
    y.backward()
    found = forward_gradient(lambda *duals: graphs.run(steps, duals, graphs.method), inputs)
    assert found == pytest.approx(x.grad.tolist(), rel=1e-10, abs=1e-12)
    assert graphs.run(steps, inputs, graphs.plain) == pytest.approx(y.item(), rel=1e-12)


def test_epsilon_squared_is_nothing():
    epsilon = Dual(0.0, 1.0)
    assert epsilon * epsilon == Dual(0.0, 0.0)
    assert (3.0 + 2 * epsilon) * (1.0 + 5 * epsilon) == Dual(3.0, 17.0)


def test_numbers_on_either_side():
    x = Dual(2.0, 1.0)
    assert (1 - x, x - 1) == (Dual(-1.0, -1.0), Dual(1.0, 1.0))
    assert (1 / x).slope == pytest.approx(-0.25)
    assert (x / 4).slope == pytest.approx(0.25)
    assert (2 * x + 1).slope == (x * 2 + 1).slope == 2


def test_one_direction_a_run():
    """A run with slopes u gives the directional derivative along u."""

    def f(x, y):
        return x.exp() * y + y * y

    slopes = forward_gradient(f, [0.3, -1.2])
    along = f(Dual(0.3, 0.6), Dual(-1.2, 0.8)).slope
    assert along == pytest.approx(0.6 * slopes[0] + 0.8 * slopes[1])


def test_the_rectifier_has_slope_0_at_0():
    assert [Dual(x, 1.0).relu().slope for x in (-1.0, 0.0, 1.0)] == [0, 0, 1]


def test_errors():
    with pytest.raises(TypeError, match=r"^slope must be a number, got 'up'"):
        Dual(1.0, "up")
    with pytest.raises(ValueError, match=r"^len\(inputs\) must be at least 1, got 0$"):
        forward_gradient(lambda: Dual(0.0), [])
