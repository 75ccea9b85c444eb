"""The tape of numbers against torch on random graphs, and what makes it a tape."""

import inspect
import random

import pytest
import torch

from dlbook_lib.autodiff import scalar
from dlbook_lib.autodiff.differences import finite_differences
from dlbook_lib.autodiff.dual import forward_gradient
from dlbook_lib.autodiff.scalar import Value


@pytest.mark.parametrize("seed", range(10))
def test_random_graphs_are_those_of_torch_and_of_forward_mode(seed, graphs):
    draw = random.Random(100 + seed)
    inputs = [draw.uniform(-2, 2) for _ in range(4)]
    steps = graphs.random_steps(seed, inputs=4, length=20)
    x = torch.tensor(inputs, dtype=torch.float64, requires_grad=True)
    graphs.run(steps, x.unbind(), graphs.method).backward()
    values = [Value(number) for number in inputs]
    result = graphs.run(steps, values, graphs.method)
    result.backward()
    ours = [value.grad for value in values]
    assert ours == pytest.approx(x.grad.tolist(), rel=1e-10, abs=1e-12)
    assert ours == pytest.approx(
        forward_gradient(lambda *duals: graphs.run(steps, duals, graphs.method), inputs), rel=1e-10, abs=1e-12
    )


def test_finite_differences():
    def f(x, y):
        return (x * y).tanh() / (x * x + 1.0) + (y - x).exp()

    x, y = Value(0.4), Value(-0.7)
    f(x, y).backward()
    expected = finite_differences(lambda v: f(Value(v[0]), Value(v[1])).data, [0.4, -0.7])
    assert [x.grad, y.grad] == pytest.approx(expected.tolist(), abs=1e-9)


def test_a_value_that_is_used_twice_collects_both_shares():
    x = Value(3.0)
    (x * x + x).backward()
    assert x.grad == 7


def test_gradients_accumulate_over_calls_as_in_torch():
    x = Value(2.0)
    y = x**3
    y.backward()
    y.backward()
    t = torch.tensor(2.0, requires_grad=True)
    z = t**3
    z.backward(retain_graph=True)
    z.backward()
    assert x.grad == t.grad == 24


def test_a_shared_middle_is_not_counted_twice_on_a_second_call():
    """What a value collected before does not flow on again."""
    x = Value(1.5)
    middle = x * 2.0
    (middle * middle).backward()
    (middle + 1.0).backward()
    assert (middle.grad, x.grad) == (6 + 1, 12 + 2)


def test_the_tape_holds_what_was_used_in_order_and_nothing_else():
    a, b, unused = Value(1.0), Value(2.0), Value(3.0)
    c = a * b
    unused * b
    d = c + a
    assert d.tape() == [a, b, c, d]
    d.backward()
    assert unused.grad == 0


def test_a_long_chain_needs_no_recursion():
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y + 1.0
    y.backward()
    assert x.grad == 1


def test_it_can_be_read_as_a_lesson():
    assert len(inspect.getsource(scalar).splitlines()) <= 150
    assert repr(Value(0.5)) == "Value(0.5, grad=0)"


def test_errors():
    with pytest.raises(TypeError, match=r"^data must be a number, got '3'"):
        Value("3")
    with pytest.raises(TypeError, match=r"^exponent must be a number"):
        Value(2.0) ** Value(3.0)
