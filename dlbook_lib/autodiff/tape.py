r"""The tape for arrays: one record for a whole matrix product, not one for each of its numbers.

As in :mod:`dlbook_lib.autodiff.scalar`, each result remembers its parts; what stood there as a local slope is
here a *pullback*, a function that takes the gradient of the result and returns that of the part, without ever
writing down the Jacobian between them. For :math:`Y = X W^\top` it is :math:`\bar X = \bar Y W`. Where NumPy
has broadcast a part, its gradient is summed over the copies.

Differs from torch: 64-bit floats on the CPU, no in-place changes, no gradients of gradients.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from dlbook_lib.autodiff.order import in_order

__all__ = ["Array", "fit"]

_numbers = itertools.count()
Pullback = Callable[[np.ndarray], np.ndarray]


def fit(gradient: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a gradient over the axes along which its array was broadcast.

    Parameters
    ----------
    gradient : ndarray
        Of the shape after broadcasting.
    shape : tuple of int
        The shape before.

    Returns
    -------
    ndarray
        The gradient in the shape before.

    Raises
    ------
    ValueError
        If no broadcasting leads from one shape to the other.

    Examples
    --------
    >>> fit(np.ones((4, 3)), (3,)), fit(np.ones((4, 3)), (4, 1)).shape
    (array([4., 4., 4.]), (4, 1))
    """
    new = gradient.ndim - len(shape)
    if new < 0 or any(n not in (1, m) for n, m in zip(shape, gradient.shape[new:])):
        raise ValueError(f"shape must broadcast to {gradient.shape}, got {shape}")
    stretched = tuple(new + k for k, n in enumerate(shape) if n == 1 != gradient.shape[new + k])
    return gradient.sum(axis=(*range(new), *stretched)).reshape(shape)


class Array:
    """An array on the tape.

    Sums, differences, products and quotients broadcast as in NumPy; ``@`` multiplies matrices, ``**`` takes a
    constant exponent, and ``x[...]`` picks.

    Parameters
    ----------
    data : array_like
        The numbers, kept as float64.
    parts : sequence of (Array, callable)
        What it was made of, each with its pullback; nothing for an input.

    Raises
    ------
    ValueError
        If an operation gets shapes that do not fit.

    Examples
    --------
    >>> x, w = Array([[1.0, 2.0]]), Array([[3.0], [4.0]])
    >>> loss = (x @ w).sum()
    >>> loss.backward()
    >>> float(loss.data), w.grad.tolist()
    (11.0, [[1.0], [2.0]])
    """

    __array_ufunc__ = None  # so that NumPy leaves `array + Array` to us

    def __init__(self, data, parts: tuple[tuple[Array, Pullback], ...] = ()) -> None:
        self.data = np.asarray(data, dtype=np.float64)
        self.parts, self.grad = parts, None
        self.number = next(_numbers)

    def __repr__(self) -> str:
        return f"Array of shape {self.shape}"

    @property
    def shape(self) -> tuple[int, ...]:
        """Its length along each axis."""
        return self.data.shape

    @property
    def T(self) -> Array:
        """Its transpose: the last two axes swapped."""
        return Array(self.data.swapaxes(-1, -2), ((self, lambda g: g.swapaxes(-1, -2)),))

    def __add__(self, other) -> Array:
        other = _lift(other)
        pulls = (self, lambda g: fit(g, self.shape)), (other, lambda g: fit(g, other.shape))
        return Array(self.data + other.data, pulls)

    def __mul__(self, other) -> Array:
        other = _lift(other)
        pulls = (
            (self, lambda g: fit(g * other.data, self.shape)),
            (other, lambda g: fit(g * self.data, other.shape)),
        )
        return Array(self.data * other.data, pulls)

    def __pow__(self, exponent: float) -> Array:
        pull = lambda g: g * exponent * self.data ** (exponent - 1)  # noqa: E731
        return Array(self.data**exponent, ((self, pull),))

    def __matmul__(self, other) -> Array:
        other = _lift(other)
        if min(self.data.ndim, other.data.ndim) < 2:
            raise ValueError(
                f"matrices must have two axes or more, got shapes {self.shape} and {other.shape}"
            )
        pulls = (
            (self, lambda g: fit(g @ other.data.swapaxes(-1, -2), self.shape)),
            (other, lambda g: fit(self.data.swapaxes(-1, -2) @ g, other.shape)),
        )
        return Array(self.data @ other.data, pulls)

    def __getitem__(self, index) -> Array:
        def pull(g):
            spread = np.zeros_like(self.data)
            np.add.at(spread, index, g)  # adds twice where an entry is picked twice
            return spread

        return Array(self.data[index], ((self, pull),))

    def __neg__(self) -> Array:
        return self * -1.0

    def __sub__(self, other) -> Array:
        return self + -_lift(other)

    def __truediv__(self, other) -> Array:
        return self * _lift(other) ** -1.0

    def __rsub__(self, other) -> Array:
        return -self + other

    def __rtruediv__(self, other) -> Array:
        return self**-1.0 * other

    def __rmatmul__(self, other) -> Array:
        return _lift(other) @ self

    __radd__, __rmul__ = __add__, __mul__

    def sum(self, axis=None, keepdims: bool = False) -> Array:
        """Add up its entries.

        Parameters
        ----------
        axis : int or tuple of int, optional
            Along which axes; all of them by default.
        keepdims : bool
            Keep these axes with length 1.

        Returns
        -------
        Array
            The sums. Every entry gets the whole gradient of its sum.
        """
        total = self.data.sum(axis=axis, keepdims=keepdims)
        opened = self.data.sum(axis=axis, keepdims=True).shape
        pull = lambda g: np.broadcast_to(g.reshape(opened), self.shape)  # noqa: E731
        return Array(total, ((self, pull),))

    def reshape(self, *shape: int) -> Array:
        """Give the same entries another shape.

        Parameters
        ----------
        *shape : int
            The new lengths.

        Returns
        -------
        Array
            Of that shape.
        """
        return Array(self.data.reshape(shape), ((self, lambda g: g.reshape(self.shape)),))

    def tape(self) -> list[Array]:
        """List everything that this array was made of, itself last, in the order in which it came about.

        Returns
        -------
        list of Array
            Parts always stand before what was made of them.
        """
        return in_order(self)

    def backward(self) -> None:
        """Add this one number's gradient along every array on its tape to that array's ``grad``.

        Raises
        ------
        ValueError
            If it is more than one number.
        """
        if self.data.size != 1:
            raise ValueError(f"backward must start from one number, got an array of shape {self.shape}")
        gradients = {self.number: np.ones_like(self.data)}
        for array in reversed(self.tape()):
            gradient = gradients.pop(array.number)
            array.grad = gradient.copy() if array.grad is None else array.grad + gradient
            for part, pull in array.parts:
                share = pull(gradient)
                gradients[part.number] = gradients.get(part.number, 0.0) + share


def _lift(value) -> Array:
    return value if isinstance(value, Array) else Array(value)
