r"""Forward mode: a number that carries its slope along.

A dual number :math:`a + b\,\epsilon` obeys :math:`\epsilon^2 = 0`, and so

.. math:: f(a + b\,\epsilon) = f(a) + f'(a)\, b\, \epsilon :

whatever is computed with the number is computed with its slope too (Wengert 1964, "A simple automatic
derivative evaluation program"). One run gives the slope in *one* direction of the inputs; all n slopes take n
runs, where reverse mode takes one. Ours knows the six operations that the chapter needs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dlbook_lib.checks import check_integer, check_number

__all__ = ["Dual", "forward_gradient"]


@dataclass(frozen=True)
class Dual:
    r"""A value and the slope at which it moves.

    Sums, differences, products, quotients and powers with a constant exponent are those of numbers.

    Parameters
    ----------
    value : float
        The number.
    slope : float
        Its derivative with respect to whatever moves; 0 for a constant.

    Raises
    ------
    TypeError
        If ``value`` or ``slope`` is not a number.

    Examples
    --------
    >>> x = Dual(3.0, 1.0)
    >>> x * x + 2 * x
    Dual(value=15.0, slope=8.0)
    """

    value: float
    slope: float = 0.0

    def __post_init__(self) -> None:
        check_number("value", self.value)
        check_number("slope", self.slope)

    def __add__(self, other: Dual | float) -> Dual:
        other = _lift(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other: Dual | float) -> Dual:
        other = _lift(other)
        return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)

    def __pow__(self, exponent: float) -> Dual:
        check_number("exponent", exponent)
        return self._apply(self.value**exponent, exponent * self.value ** (exponent - 1))

    def __neg__(self) -> Dual:
        return self * -1.0

    def __sub__(self, other: Dual | float) -> Dual:
        return self + -_lift(other)

    def __truediv__(self, other: Dual | float) -> Dual:
        return self * _lift(other) ** -1

    def __rsub__(self, other: float) -> Dual:
        return -self + other

    def __rtruediv__(self, other: float) -> Dual:
        return self**-1 * other

    __radd__, __rmul__ = __add__, __mul__

    def exp(self) -> Dual:
        """Raise e to it.

        Returns
        -------
        Dual
            The exponential.
        """
        value = math.exp(self.value)
        return self._apply(value, value)

    def log(self) -> Dual:
        """Take the natural logarithm.

        Returns
        -------
        Dual
            The logarithm.
        """
        return self._apply(math.log(self.value), 1 / self.value)

    def tanh(self) -> Dual:
        """Squash to between -1 and 1.

        Returns
        -------
        Dual
            The hyperbolic tangent.
        """
        value = math.tanh(self.value)
        return self._apply(value, 1 - value**2)

    def relu(self) -> Dual:
        """Cut off below 0.

        Returns
        -------
        Dual
            The number or 0, with slope 0 at 0.
        """
        return self._apply(max(self.value, 0.0), float(self.value > 0))

    def _apply(self, value: float, derivative: float) -> Dual:
        return Dual(value, derivative * self.slope)


def forward_gradient(f: Callable[..., Dual], inputs: Sequence[float]) -> list[float]:
    """Differentiate a function of numbers in as many runs as it has inputs.

    Parameters
    ----------
    f : callable
        From dual numbers to one.
    inputs : sequence of float
        Where.

    Returns
    -------
    list of float
        The slope along each input.

    Raises
    ------
    ValueError
        If there is no input.

    Examples
    --------
    >>> forward_gradient(lambda x, y: x * x * y, [3.0, 2.0])
    [12.0, 9.0]
    """
    check_integer("len(inputs)", len(inputs), low=1)
    return [f(*(Dual(x, float(i == k)) for i, x in enumerate(inputs))).slope for k in range(len(inputs))]


def _lift(number: Dual | float) -> Dual:
    return number if isinstance(number, Dual) else Dual(number)
