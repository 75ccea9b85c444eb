"""Random expressions for the engines, written once and run by Python numbers, by ours and by torch."""

import math
import random
from types import SimpleNamespace

import pytest

UNARY = ("tanh", "exp", "log", "relu", "square", "negate")
BINARY = ("add", "subtract", "multiply", "divide")


def random_steps(seed, inputs=3, length=12):
    """A list of steps, each an operation and the places that it reads; every place may be read often."""
    draw = random.Random(seed)
    steps = []
    for k in range(length):
        places = range(inputs + k)
        name = draw.choice(UNARY + BINARY)
        steps.append((name, draw.choice(places), draw.choice(places)))
    return steps


def run(steps, values, call):
    """Apply the steps; `call(name, x)` knows tanh, exp, log and relu. All results add up to one."""
    values = list(values)
    for name, i, j in steps:
        x, y = values[i], values[j]
        if name == "add":
            new = x + y
        elif name == "subtract":
            new = x - y
        elif name == "multiply":
            new = x * y
        elif name == "divide":
            new = x / (y * y + 1.0)
        elif name == "square":
            new = x**2
        elif name == "negate":
            new = 1.0 - x
        elif name == "log":
            new = call("log", x * x + 1.0)
        elif name == "exp":
            new = call("exp", call("tanh", x))  # kept from overflowing
        else:
            new = call(name, x)
        values.append(call("tanh", new))  # and from growing
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def plain(name, x):
    """The functions of Python numbers."""
    return max(x, 0.0) if name == "relu" else getattr(math, name)(x)


def method(name, x):
    """The functions that a class has as methods: torch's tensors, ours."""
    return getattr(x, name)()


@pytest.fixture
def graphs():
    """What draws random expressions and runs them."""
    return SimpleNamespace(random_steps=random_steps, run=run, plain=plain, method=method)
