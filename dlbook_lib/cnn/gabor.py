r"""Simple and complex cells: what Hubel and Wiesel found in the visual cortex, as two lines of arithmetic.

A simple cell answers to a bar or an edge of one orientation at one place: its receptive field looks like a
Gabor kernel, a wave under a Gaussian window. A complex cell answers to the same orientation wherever the bar
stands within a small region. Hubel and Wiesel (1962, doi:10.1113/jphysiol.1962.sp006837) proposed that it
collects simple cells of neighbouring places; Fukushima's neocognitron (1980, doi:10.1007/BF00344251) made
layers of the two, S and C, and convolution with pooling is what became of them.

Differs from both: cells here are rectified correlations and a plain maximum, with no inhibition.

Shape letters: B batch, H W height and width, N orientations, K kernel size, (Ho, Wo) output size.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.cnn.conv_layer import conv2d_matmul
from dlbook_lib.cnn.geometry import Pair
from dlbook_lib.cnn.pooling import max_pool2d

__all__ = ["complex_cells", "gabor", "gabor_bank", "simple_cells"]


def gabor(
    size: int,
    *,
    orientation: float = 0.0,
    wavelength: float = 4.0,
    phase: float = 0.0,
    sigma: float | None = None,
) -> Tensor:
    r"""Make a Gabor kernel: a cosine wave that fades out, with its mean taken away.

    .. math::
        g(u, v) = e^{-(u^2 + v^2) / 2\sigma^2}
        \cos\Bigl(\frac{2\pi}{\lambda} u' + \varphi\Bigr) - \text{mean}, \qquad
        u' = u \cos\theta + v \sin\theta

    with :math:`u` counted to the right and :math:`v` downwards from the centre, then scaled to length 1.

    Parameters
    ----------
    size : int
        Height and width K, odd.
    orientation : float
        Angle :math:`\theta` in degrees of the direction in which the wave travels: 0 answers to upright bars.
    wavelength : float
        Pixels :math:`\lambda` from crest to crest, at least 2.
    phase : float
        Angle :math:`\varphi` in degrees: 0 for a bar in the centre, 90 for an edge.
    sigma : float, optional
        Width :math:`\sigma` of the window; by default a quarter of ``size``.

    Returns
    -------
    Tensor of shape (K, K)
        Weights that sum to 0, their squares to 1.

    Raises
    ------
    ValueError
        If ``size`` is even or below 3, ``wavelength`` is below 2, or ``sigma`` is not positive.

    Examples
    --------
    >>> kernel = gabor(5, orientation=0)
    >>> kernel.shape, bool(kernel[2, 2] == kernel.max())
    (torch.Size([5, 5]), True)
    """
    check_integer("size", size, low=3)
    if size % 2 == 0:
        raise ValueError(f"size must be odd, got {size}")
    check_number("wavelength", wavelength, low=2)
    sigma = size / 4 if sigma is None else sigma
    check_number("sigma", sigma)
    if sigma <= 0:
        raise ValueError(f"sigma must be above 0, got {sigma}")
    check_number("orientation", orientation)
    check_number("phase", phase)

    place = torch.arange(size, dtype=torch.float64) - size // 2
    v, u = place[:, None], place[None, :]
    theta = math.radians(orientation)
    wave = torch.cos(
        2 * math.pi / wavelength * (u * math.cos(theta) + v * math.sin(theta)) + math.radians(phase)
    )
    kernel = torch.exp(-(u**2 + v**2) / (2 * sigma**2)) * wave
    kernel = kernel - kernel.mean()  # a plain patch of any brightness gets no answer
    return (kernel / kernel.norm()).float()


def gabor_bank(size: int, *, orientations: int, wavelength: float = 4.0, phase: float = 0.0) -> Tensor:
    """Make Gabor kernels of evenly spread orientations.

    Parameters
    ----------
    size : int
        Height and width K, odd.
    orientations : int
        How many, N: multiples of 180 / N degrees.
    wavelength, phase : float
        As for :func:`gabor`.

    Returns
    -------
    Tensor of shape (N, 1, K, K)
        The weight of a convolutional layer.

    Raises
    ------
    ValueError
        As for :func:`gabor`, or if ``orientations`` is below 1.

    Examples
    --------
    >>> gabor_bank(7, orientations=4).shape
    torch.Size([4, 1, 7, 7])
    """
    check_integer("orientations", orientations, low=1)
    angles = (180 * n / orientations for n in range(orientations))
    kernels = [gabor(size, orientation=angle, wavelength=wavelength, phase=phase) for angle in angles]
    return torch.stack(kernels).unsqueeze(1)


def simple_cells(x: Tensor, bank: Tensor) -> Tensor:
    r"""Answer to oriented patterns at exact places: correlate and cut off what is negative.

    .. math:: s_{n i j} = \max\Bigl(0, \sum_{u, v} g_{n u v}\, x_{i + u,\, j + v}\Bigr)

    Parameters
    ----------
    x : Tensor of shape (B, 1, H, W)
        Grey pictures.
    bank : Tensor of shape (N, 1, K, K)
        One kernel for each kind of cell, as :func:`gabor_bank` makes them.

    Returns
    -------
    Tensor of shape (B, N, Ho, Wo)
        One map for each kind, a cell at every place.

    Raises
    ------
    ValueError
        If the shapes do not belong together.

    Examples
    --------
    >>> simple_cells(torch.ones(1, 1, 9, 9), gabor_bank(7, orientations=2)).abs().max() < 1e-6
    tensor(True)
    """
    check_shape("x", x, ("B", 1, "H", "W"))
    check_shape("bank", bank, ("N", 1, "K", "K'"))
    return conv2d_matmul(x, bank).clamp(min=0)


def complex_cells(x: Tensor, bank: Tensor, *, pool: Pair) -> Tensor:
    r"""Answer to oriented patterns wherever they stand in a region: the largest answer of its simple cells.

    .. math:: c_{n i j} = \max_{0 \le u, v < F} s_{n,\; iF + u,\; jF + v}

    Parameters
    ----------
    x : Tensor of shape (B, 1, H, W)
        Grey pictures.
    bank : Tensor of shape (N, 1, K, K)
        One kernel for each kind of cell.
    pool : int or (int, int)
        Height and width F of a region, in simple cells; regions do not overlap.

    Returns
    -------
    Tensor of shape (B, N, Ho, Wo)
        One map for each kind. A pattern may move inside its region and change nothing.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or a region does not fit.

    Examples
    --------
    >>> complex_cells(torch.zeros(1, 1, 14, 14), gabor_bank(7, orientations=2), pool=4).shape
    torch.Size([1, 2, 2, 2])
    """
    return max_pool2d(simple_cells(x, bank), pool)[0]
