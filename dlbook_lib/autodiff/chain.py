r"""The chain rule as a product of matrices, and what it costs from either end.

The Jacobian of :math:`f_L \circ \dots \circ f_1` is :math:`J_L \cdots J_1`. The product is associative, so
the result does not depend on where one begins; the number of multiplications does. Forward mode begins at the
inputs, reverse mode at the outputs (Griewank and Walther 2008, "Evaluating Derivatives", chapter 3). To find
the cheapest order of all is a problem of its own, which is left out here.

Shape letters: J_l of shape (n_l, n_(l-1)).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dlbook_lib.checks import check_in, check_integer, check_shape

__all__ = ["chain_product"]


def chain_product(jacobians: Sequence[np.ndarray], mode: str) -> tuple[np.ndarray, int]:
    r"""Multiply the Jacobians of a chain, and count the multiplications.

    .. math:: J = J_L\, J_{L-1} \cdots J_1

    Parameters
    ----------
    jacobians : sequence of ndarray of shape (n_l, n_{l-1})
        In the order in which the functions are applied.
    mode : str
        ``"forward"`` multiplies :math:`J_2 J_1` first, ``"reverse"`` :math:`J_L J_{L-1}`.

    Returns
    -------
    product : ndarray of shape (n_L, n_0)
        The Jacobian of the composition.
    multiplications : int
        Of two numbers, in all.

    Raises
    ------
    ValueError
        If there is none, ``mode`` is neither of the two, or the shapes do not chain.

    Examples
    --------
    >>> chain = [np.ones((100, 50)), np.ones((100, 100)), np.ones((1, 100))]
    >>> chain_product(chain, "forward")[1], chain_product(chain, "reverse")[1]
    (505000, 15000)
    """
    check_integer("len(jacobians)", len(jacobians), low=1)
    check_in("mode", mode, ("forward", "reverse"))
    check_shape("jacobians[0]", jacobians[0], ("n1", "n0"))
    for layer, (before, after) in enumerate(pairwise(jacobians), start=1):
        check_shape(f"jacobians[{layer}]", after, (f"n{layer + 1}", before.shape[0]))
    work = 0
    order = list(jacobians) if mode == "forward" else list(reversed(jacobians))
    product = order[0]
    for nearer in order[1:]:
        left, right = (nearer, product) if mode == "forward" else (product, nearer)
        work += left.shape[0] * left.shape[1] * right.shape[1]
        product = left @ right
    return product, work
