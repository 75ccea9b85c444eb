r"""The gradient as a sum over paths.

Between an input and an output of a network there are as many paths as there are ways to pick one unit in
every layer between. Along a path the local slopes multiply; over the paths the products add up:

.. math:: \frac{\partial y}{\partial x_i} = \sum_{\text{paths } i \to j \to \dots \to k}
    \; \prod_{\text{edges}} \text{local slope} .

Written out this takes one product for each path, and their number grows exponentially with depth;
backpropagation is the same sum with common factors taken out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["path_contributions"]


def path_contributions(
    jacobians: Sequence[np.ndarray], start: int, end: int = 0
) -> dict[tuple[int, ...], float]:
    """Follow every path from one input to one output.

    Parameters
    ----------
    jacobians : sequence of ndarray of shape (n_l, n_{l-1})
        The local slopes of each layer, in the order in which the layers are applied.
    start, end : int
        Which input, which output.

    Returns
    -------
    dict of tuple of int to float
        For each path, written as the units that it visits, the product of the slopes along it. Their sum
        is entry ``[end, start]`` of the product of the Jacobians.

    Raises
    ------
    ValueError
        If there is no layer, the shapes do not chain, or there is no such input or output.

    Examples
    --------
    >>> hidden, out = np.array([[2.0], [3.0]]), np.array([[10.0, 100.0]])
    >>> path_contributions([hidden, out], start=0)
    {(0, 0, 0): 20.0, (0, 1, 0): 300.0}
    """
    check_integer("len(jacobians)", len(jacobians), low=1)
    check_shape("jacobians[0]", jacobians[0], ("n1", "n0"))
    for layer, (before, after) in enumerate(pairwise(jacobians), start=1):
        check_shape(f"jacobians[{layer}]", after, (f"n{layer + 1}", before.shape[0]))
    check_integer("start", start, low=0, high=jacobians[0].shape[1] - 1)
    check_integer("end", end, low=0, high=jacobians[-1].shape[0] - 1)
    between = [range(J.shape[0]) for J in jacobians[:-1]]
    return {
        path: math.prod(float(J[to, at]) for J, at, to in zip(jacobians, path, path[1:]))
        for middle in itertools.product(*between)
        for path in [(start, *middle, end)]
    }
