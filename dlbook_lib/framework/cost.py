r"""What computing costs: operations, bytes, time and energy.

A matrix product of :math:`m \times k` with :math:`k \times n` numbers does :math:`2mkn` floating-point
operations on :math:`mk + kn + mn` numbers that must come from memory or go there. Their ratio decides whether
a machine waits for its arithmetic or for its memory: the roofline of Williams, Waterman and Patterson,
"Roofline: An Insightful Visual Performance Model" (2009). Training a large model takes about six operations
for each parameter and example: Kaplan et al., "Scaling Laws for Neural Language Models" (2020), section 2.1.

Differs from the papers: one product at a time, caches left out, energy added.
"""

from __future__ import annotations

from typing import NamedTuple

from dlbook_lib.checks import check_integer, check_number

__all__ = [
    "MatmulCost",
    "attainable",
    "matmul_cost",
    "training_energy",
    "training_operations",
]


class MatmulCost(NamedTuple):
    """Operations and bytes of a matrix product.

    Parameters
    ----------
    operations : int
        Multiplications and additions.
    bytes : int
        Read and written once, if nothing is fetched twice.
    """

    operations: int
    bytes: int

    @property
    def intensity(self) -> float:
        """Operations per byte."""
        return self.operations / self.bytes


def matmul_cost(m: int, k: int, n: int, *, size: int = 4) -> MatmulCost:
    r"""Count a product of two matrices.

    .. math:: \text{operations} = 2 m k n, \qquad \text{bytes} = s\,(mk + kn + mn)

    Parameters
    ----------
    m, k, n : int
        The product of an m × k and a k × n matrix; for a dense layer, m rows of a batch.
    size : int
        Bytes of one number, :math:`s`.

    Returns
    -------
    MatmulCost
        With ``intensity``, operations per byte.

    Raises
    ------
    TypeError
        If an argument is not an integer.
    ValueError
        If one is below 1.

    Notes
    -----
    Taught at :ref:`roofline`.

    Examples
    --------
    >>> matmul_cost(1, 1000, 1000).intensity < 0.5 < matmul_cost(1000, 1000, 1000).intensity
    True
    """
    for name, value in dict(m=m, k=k, n=n, size=size).items():
        check_integer(name, value, low=1)
    return MatmulCost(2 * m * k * n, size * (m * k + k * n + m * n))


def attainable(intensity: float, *, peak: float, bandwidth: float) -> float:
    r"""Return the rate at which a machine can work, at best: the roofline.

    .. math:: P = \min(P_{\text{peak}},\; I \cdot \beta)

    Parameters
    ----------
    intensity : float
        Operations per byte, :math:`I`, at least 0.
    peak : float
        Operations per second, :math:`P_{\text{peak}}`, at least 0.
    bandwidth : float
        Bytes per second, :math:`\beta`, at least 0.

    Returns
    -------
    float
        Operations per second.

    Raises
    ------
    TypeError
        If an argument is not a number.
    ValueError
        If one is negative.

    Notes
    -----
    Taught at :ref:`roofline`.

    Examples
    --------
    >>> attainable(10, peak=100, bandwidth=5), attainable(30, peak=100, bandwidth=5)
    (50, 100)
    """
    for name, value in dict(intensity=intensity, peak=peak, bandwidth=bandwidth).items():
        check_number(name, value, low=0)
    return min(peak, intensity * bandwidth)


def training_operations(parameters: float, examples: float) -> float:
    r"""Estimate the operations of a whole training.

    .. math:: C \approx 6 N D

    A weight that is used once for an example costs a multiplication and an addition on the way forward, and
    twice as much on the way back, where the slope of the loss is needed for the weight and for its input.

    Parameters
    ----------
    parameters : float
        Weights N, each used once for each example; where weights are shared, count the uses.
    examples : float
        Examples D, or tokens of text, that are gone through.

    Returns
    -------
    float
        Floating-point operations.

    Raises
    ------
    ValueError
        If an argument is negative.

    Notes
    -----
    Taught at :ref:`training-cost`.

    Examples
    --------
    >>> f"{training_operations(175e9, 300e9):.2e}"
    '3.15e+23'
    """
    check_number("parameters", parameters, low=0)
    check_number("examples", examples, low=0)
    return 6 * parameters * examples


def training_energy(
    operations: float, *, peak: float = 312e12, watts: float = 400, utilization: float = 1.0
) -> float:
    r"""Return the energy that accelerators take for a number of operations.

    .. math:: E = \frac{C}{u\, P_{\text{peak}}} \cdot W

    Parameters
    ----------
    operations : float
        :math:`C`.
    peak : float
        Operations per second of one accelerator; by default those of an NVIDIA A100 on 16-bit numbers.
    watts : float
        Its power :math:`W`; by default that of the same.
    utilization : float
        Which part :math:`u` of the peak is reached, above 0 and at most 1.

    Returns
    -------
    float
        Kilowatt-hours, of the accelerators alone.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    Taught at :ref:`training-cost`.

    Examples
    --------
    >>> round(training_energy(3.15e23))
    112179
    """
    check_number("operations", operations, low=0)
    check_number("peak", peak, low=1)
    check_number("watts", watts, low=0)
    check_number("utilization", utilization, low=1e-9, high=1)
    return operations / (utilization * peak) * watts / 3.6e6
