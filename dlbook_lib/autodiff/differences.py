r"""Slopes by finite differences: the judge who knows no calculus.

The central difference has an error of order :math:`\varepsilon^2` from the curvature and one of order
:math:`10^{-16} / \varepsilon` from rounding, so that :math:`\varepsilon \approx 10^{-5}` is about the best
for numbers of size one in 64 bits. It is wrong across a kink, and costs two evaluations a coordinate.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlbook_lib.checks import check_number

__all__ = ["finite_differences", "relative_error"]


def finite_differences(f: Callable[[np.ndarray], float], x: np.ndarray, *, step: float = 1e-5) -> np.ndarray:
    r"""Estimate the gradient of a function, one coordinate after the other.

    .. math:: \frac{\partial f}{\partial x_i} \approx
        \frac{f(x + \varepsilon e_i) - f(x - \varepsilon e_i)}{2 \varepsilon}

    Parameters
    ----------
    f : callable
        From an array of the shape of ``x`` to one number.
    x : ndarray
        Where; taken as float64.
    step : float
        The :math:`\varepsilon`.

    Returns
    -------
    ndarray
        The slopes, of the shape of ``x``.

    Raises
    ------
    ValueError
        If ``step`` is not positive.

    Examples
    --------
    >>> finite_differences(lambda x: float((x**2).sum()), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    check_number("step", step, low=1e-15)
    x = np.array(x, dtype=np.float64)
    slopes = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        there = x[place]
        x[place] = there + step
        above = f(x)
        x[place] = there - step
        below = f(x)
        x[place] = there
        slopes[place] = (above - below) / (2 * step)
    return slopes


def relative_error(found: np.ndarray, expected: np.ndarray) -> float:
    r"""Measure how far one gradient is from another, in units of their length.

    .. math:: \frac{\lVert a - b \rVert}{\max(\lVert a \rVert, \lVert b \rVert)}

    Parameters
    ----------
    found, expected : ndarray
        Two arrays of one shape.

    Returns
    -------
    float
        0 if they are equal, 0 too if both are zero; 2 if they are opposite.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> relative_error(np.array([3.0, 4.0]), np.array([3.0, 4.5])) < 0.1
    True
    """
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape != expected.shape:
        raise ValueError(f"found must have shape {expected.shape}, got {found.shape}")
    longest = max(np.linalg.norm(found), np.linalg.norm(expected))
    return float(np.linalg.norm(found - expected) / longest) if longest else 0.0
