"""The errors a reader meets: each names the argument, the value it was given and the rule it broke.

Every public function checks its arguments here and nowhere else, once, where the value is used. A check
returns nothing: it raises ``TypeError`` for the wrong kind of object and ``ValueError`` for the wrong value.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from numbers import Integral, Real
from typing import Any

__all__ = [
    "check_finite",
    "check_in",
    "check_integer",
    "check_number",
    "check_shape",
    "check_type",
]


def check_type(name: str, value: Any, kind: type | tuple[type, ...], described: str) -> None:
    """Raise unless a value is an instance of a type.

    Parameters
    ----------
    name : str
        The argument's name, as the caller wrote it.
    value : object
        What was passed.
    kind : type or tuple of type
        What is accepted.
    described : str
        ``kind`` in a reader's words: ``"a torch.Tensor"``.

    Raises
    ------
    TypeError
        If ``value`` is not an instance of ``kind``.

    Examples
    --------
    >>> check_type("path", 3, str, "a string")
    Traceback (most recent call last):
        ...
    TypeError: path must be a string, got 3 (int)
    """
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be {described}, got {_typed(value)}")


def check_integer(name: str, value: Any, *, low: int, high: int | None = None) -> None:
    """Raise unless a value is a whole number in a closed range.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What was passed; ``True`` and ``2.0`` are not whole numbers.
    low : int
        Smallest accepted value.
    high : int, optional
        Largest accepted value; none by default.

    Raises
    ------
    TypeError
        If ``value`` is not an integer.
    ValueError
        If it lies outside ``[low, high]``.

    Examples
    --------
    >>> check_integer("stride", 0, low=1)
    Traceback (most recent call last):
        ...
    ValueError: stride must be at least 1, got 0
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {_typed(value)}")
    _check_range(name, value, low, high)


def check_number(name: str, value: Any, *, low: float = -math.inf, high: float = math.inf) -> None:
    """Raise unless a value is a finite real number in a closed range.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What was passed.
    low, high : float
        Smallest and largest accepted values; unbounded by default.

    Raises
    ------
    TypeError
        If ``value`` is not a real number.
    ValueError
        If it is infinite, not a number, or outside ``[low, high]``.

    Examples
    --------
    >>> check_number("dropout", 1.5, low=0, high=1)
    Traceback (most recent call last):
        ...
    ValueError: dropout must lie in [0, 1], got 1.5
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {_typed(value)}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")
    _check_range(name, value, low, high)


def check_in(name: str, value: Any, allowed: Collection[Any]) -> None:
    """Raise unless a value is one of a few.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What was passed.
    allowed : collection
        The accepted values, listed in the message in their own order.

    Raises
    ------
    ValueError
        If ``value`` is none of them.

    Examples
    --------
    >>> check_in("mode", "ful", ("quick", "full"))
    Traceback (most recent call last):
        ...
    ValueError: mode must be one of 'quick', 'full', got 'ful'
    """
    if not any(value is option or (type(value) is type(option) and value == option) for option in allowed):
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {_short(value)}")


def check_shape(name: str, value: Any, shape: Sequence[int | str]) -> None:
    """Raise unless a tensor or array has the shape that its letters and numbers say.

    Parameters
    ----------
    name : str
        The argument's name.
    value : Tensor or ndarray
        What was passed.
    shape : sequence of int or str
        One entry per axis: a number must match exactly, a letter matches any length of at least 1, and
        the same letter twice means the same length twice.

    Raises
    ------
    TypeError
        If ``value`` has no shape.
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> import torch
    >>> check_shape("x", torch.zeros(2, 3, 8, 8), ("B", 1, "H", "W"))
    Traceback (most recent call last):
        ...
    ValueError: x must have shape (B, 1, H, W), got (2, 3, 8, 8)
    """
    actual = getattr(value, "shape", None)
    if not isinstance(actual, tuple):
        raise TypeError(f"{name} must be a tensor of shape {_letters(shape)}, got {_typed(value)}")
    lengths: dict[str, int] = {}
    fits = len(actual) == len(shape) and all(
        lengths.setdefault(want, have) == have >= 1 if isinstance(want, str) else want == have
        for want, have in zip(shape, actual)
    )
    if not fits:
        raise ValueError(f"{name} must have shape {_letters(shape)}, got {_letters(tuple(actual))}")


def check_finite(name: str, value: Any) -> None:
    """Raise if a tensor or array holds an infinity or a value that is not a number.

    Parameters
    ----------
    name : str
        The argument's name.
    value : Tensor or ndarray
        What was passed.

    Raises
    ------
    ValueError
        If any entry is infinite or NaN; the message counts them.

    Examples
    --------
    >>> import torch
    >>> check_finite("scores", torch.tensor([0.0, float("nan")]))
    Traceback (most recent call last):
        ...
    ValueError: scores must be finite, got 1 of 2 entries infinite or not a number
    """
    bad = int((~(abs(value) < math.inf)).sum())
    if bad:
        count = math.prod(value.shape)
        raise ValueError(f"{name} must be finite, got {bad} of {count} entries infinite or not a number")


def _check_range(name: str, value: Any, low: float, high: float | None) -> None:
    if high is None or high == math.inf:
        if value < low:
            raise ValueError(f"{name} must be at least {low}, got {value}")
    elif not low <= value <= high:
        rule = f"at most {high}" if low == -math.inf else f"in [{low}, {high}]"
        verb = "be" if low == -math.inf else "lie"
        raise ValueError(f"{name} must {verb} {rule}, got {value}")


def _letters(shape: Sequence[int | str]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _short(value: Any) -> str:
    """Show a value as a message does: a tensor by its shape, anything else in at most 60 characters."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape:
        return f"{type(value).__name__} of shape {_letters(shape)}"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _typed(value: Any) -> str:
    """Show it with its type, for an error about types."""
    text = _short(value)
    return text if text.startswith(type(value).__name__) else f"{text} ({type(value).__name__})"
