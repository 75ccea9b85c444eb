r"""How good a set of samples is: Fréchet distance, maximum mean discrepancy, coverage and precision.

The Fréchet distance between Gaussians fitted to features is the one that Heusel et al., "GANs Trained by a
Two Time-Scale Update Rule Converge to a Local Nash Equilibrium" (2017) made the field's habit, with
features of a large image network; the kernel distance is that of Gretton et al., "A Kernel Two-Sample Test"
(2012).

Differs from the papers: the features are whatever is handed in, so numbers can be compared only where the
features are the same.

Shape letters: N and M samples, D features, K centres.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_number, check_shape

__all__ = ["coverage_and_precision", "frechet_distance", "squared_mmd"]


def frechet_distance(x: Tensor, y: Tensor) -> float:
    r"""Compare mean and covariance of two sets of features.

    .. math:: d^2 = \lVert m_x - m_y \rVert^2 + \operatorname{tr}\bigl(C_x + C_y - 2 (C_x C_y)^{1/2}\bigr)

    Parameters
    ----------
    x, y : Tensor of shape (N, D) and (M, D)
        The features of two sets, each of at least two.

    Returns
    -------
    float
        The squared distance of the two Gaussians; 0 if the moments agree. It is biased upwards for small
        sets.

    Examples
    --------
    >>> x = torch.tensor([[0.0], [2.0]])
    >>> frechet_distance(x, x + 3)
    9.0
    """
    check_shape("x", x, ("N", "D"))
    check_shape("y", y, ("M", x.shape[1]))
    x, y = x.double(), y.double()
    gap = (x.mean(0) - y.mean(0)).square().sum()
    cx, cy = (torch.atleast_2d(torch.cov(z.T)) for z in (x, y))
    values, vectors = torch.linalg.eigh(cx)
    root = vectors * values.clamp_min(0).sqrt() @ vectors.T
    cross = torch.linalg.eigvalsh(root @ cy @ root).clamp_min(0).sqrt().sum()
    return float(gap + cx.trace() + cy.trace() - 2 * cross)


def squared_mmd(x: Tensor, y: Tensor, *, widths: tuple[float, ...] = (0.25, 1.0, 4.0)) -> float:
    r"""Compare two sets of points by the squared maximum mean discrepancy of Gaussian kernels.

    .. math:: \mathrm{MMD}^2 = \mathbb E\, k(x, x') + \mathbb E\, k(y, y') - 2\, \mathbb E\, k(x, y)

    Parameters
    ----------
    x, y : Tensor of shape (N, D) and (M, D)
        Two sets of points.
    widths : tuple of float
        Standard deviations of the kernels, whose values are averaged.

    Returns
    -------
    float
        The unbiased estimate; around 0, and at times below it, if both sets come from one law.

    Examples
    --------
    >>> x = torch.tensor([[0.0], [0.1]])
    >>> round(squared_mmd(x, x + 9), 2)
    1.89
    """
    check_shape("x", x, ("N", "D"))
    check_shape("y", y, ("M", x.shape[1]))
    for width in widths:
        check_number("widths", width, low=1e-9)

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        away = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist").square()
        return torch.stack([torch.exp(-away / (2 * w**2)) for w in widths]).mean(0)

    x, y = x.double(), y.double()
    N, M = len(x), len(y)
    inside = [(kernel(a, a).sum() - n) / (n * (n - 1)) for a, n in ((x, N), (y, M))]
    return float(inside[0] + inside[1] - 2 * kernel(x, y).mean())


def coverage_and_precision(
    x: Tensor, centres: Tensor, *, radius: float, least: float = 0.25
) -> tuple[int, float]:
    """Count the modes that samples reach, and the samples that reach a mode.

    Parameters
    ----------
    x : Tensor of shape (N, D)
        Samples.
    centres : Tensor of shape (K, D)
        The modes.
    radius : float
        How near counts as reached.
    least : float
        Share of its fair portion, N / K, that a mode must receive to be covered.

    Returns
    -------
    covered : int
        Number of modes covered.
    precision : float
        Share of samples near a mode.

    Examples
    --------
    >>> coverage_and_precision(torch.tensor([[0.0], [0.1], [5.0]]), torch.tensor([[0.0], [9.0]]), radius=1.0)
    (1, 0.6666666666666666)
    """
    check_shape("x", x, ("N", "D"))
    check_shape("centres", centres, ("K", x.shape[1]))
    near, mode = torch.cdist(x, centres).min(1)
    reached = near <= radius
    counts = torch.bincount(mode[reached], minlength=len(centres))
    covered = int((counts >= max(1.0, least * len(x) / len(centres))).sum())
    return covered, int(reached.sum()) / len(x)
