r"""A tape of numbers: reverse mode in a page of code.

Every operation on a :class:`Value` makes a new one, which remembers what it was made of and the local slope
towards each part. They are numbered as they come about, so that going through them from the highest number
to the lowest meets every value before its parts: that is the tape run backwards. What a value hands back,

.. math:: \bar v_i \mathrel{+}= \bar v_k\, \frac{\partial v_k}{\partial v_i},

is *added*, because a value may be used more than once (Linnainmaa 1976; Rumelhart, Hinton and Williams 1986).
Ours keeps no global list: a tape is whatever a result was made of, and is forgotten with it.
"""

from __future__ import annotations

import itertools
import math

from dlbook_lib.autodiff.order import in_order
from dlbook_lib.checks import check_number

__all__ = ["Value"]

_numbers = itertools.count()


class Value:
    """A number on the tape.

    Sums, differences, products, quotients and powers with a constant exponent are recorded.

    Parameters
    ----------
    data : float
        The number.
    parts : sequence of (Value, float)
        What it was made of, each with the slope of this value along it; nothing for an input.

    Examples
    --------
    >>> x, w = Value(3.0), Value(2.0)
    >>> y = w * x + x
    >>> y.backward()
    >>> y.data, x.grad, w.grad
    (9.0, 3.0, 3.0)
    """

    def __init__(self, data: float, parts: tuple[tuple[Value, float], ...] = ()) -> None:
        check_number("data", data)
        self.data, self.parts, self.grad = data, parts, 0.0
        self.number = next(_numbers)

    def __repr__(self) -> str:
        return f"Value({self.data:.6g}, grad={self.grad:.6g})"

    def __add__(self, other: Value | float) -> Value:
        other = _lift(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: Value | float) -> Value:
        other = _lift(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def __pow__(self, exponent: float) -> Value:
        check_number("exponent", exponent)
        return Value(self.data**exponent, ((self, exponent * self.data ** (exponent - 1)),))

    def __neg__(self) -> Value:
        return self * -1.0

    def __sub__(self, other: Value | float) -> Value:
        return self + -_lift(other)

    def __truediv__(self, other: Value | float) -> Value:
        return self * _lift(other) ** -1

    def __rsub__(self, other: float) -> Value:
        return -self + other

    __radd__, __rmul__ = __add__, __mul__

    def exp(self) -> Value:
        """Raise e to it.

        Returns
        -------
        Value
            The exponential.
        """
        value = math.exp(self.data)
        return Value(value, ((self, value),))

    def log(self) -> Value:
        """Take the natural logarithm.

        Returns
        -------
        Value
            The logarithm.
        """
        return Value(math.log(self.data), ((self, 1 / self.data),))

    def tanh(self) -> Value:
        """Squash to between -1 and 1.

        Returns
        -------
        Value
            The hyperbolic tangent.
        """
        value = math.tanh(self.data)
        return Value(value, ((self, 1 - value**2),))

    def relu(self) -> Value:
        """Cut off below 0.

        Returns
        -------
        Value
            The number or 0, with slope 0 at 0.
        """
        return Value(max(self.data, 0.0), ((self, float(self.data > 0)),))

    def tape(self) -> list[Value]:
        """List everything that this value was made of, itself last, in the order in which it came about.

        Returns
        -------
        list of Value
            Parts always stand before what was made of them.
        """
        return in_order(self)

    def backward(self) -> None:
        """Add the slope of this value along every value on its tape to that value's ``grad``."""
        slopes = {self.number: 1.0}
        for value in reversed(self.tape()):
            slope = slopes[value.number]
            value.grad += slope
            for part, local in value.parts:
                slopes[part.number] = slopes.get(part.number, 0.0) + slope * local


def _lift(number: Value | float) -> Value:
    return number if isinstance(number, Value) else Value(number)
