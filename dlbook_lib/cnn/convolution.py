r"""Convolution as mathematics defines it, and the matrices that carry it out.

The convolution of two sequences, :math:`(f * g)[n] = \sum_k f[k]\, g[n-k]`, reads one of them backwards.
What a "convolutional" layer computes is the cross-correlation, which does not. A kernel that equals its
own mirror image hides the difference, so both are here under their own names.

Either is linear, hence a matrix: every row holds the same few weights, moved one place along. That picture
is all of local connectivity (few non-zeros) and weight sharing (the same ones in every row).
"""

from __future__ import annotations

from itertools import product
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_in, check_integer, check_shape
from dlbook_lib.cnn.geometry import Pair, as_pair, output_size

__all__ = ["convolution_matrix", "convolve1d", "convolve2d", "correlate2d", "toeplitz"]

Mode = Literal["full", "same", "valid"]


def convolve1d(f: Tensor, g: Tensor) -> Tensor:
    r"""Convolve two sequences, each zero outside its own length.

    .. math:: (f * g)[n] = \sum_k f[k]\, g[n-k]

    Parameters
    ----------
    f : Tensor of shape (N,)
        One sequence.
    g : Tensor of shape (M,)
        The other; exchanging the two changes nothing.

    Returns
    -------
    Tensor of shape (N + M - 1,)
        One value for every shift at which the two overlap.

    Raises
    ------
    ValueError
        If ``f`` or ``g`` is empty or not one-dimensional.

    Examples
    --------
    The coefficients of :math:`(1 + 2x)(3 + 4x) = 3 + 10x + 8x^2`:

    >>> convolve1d(torch.tensor([1, 2]), torch.tensor([3, 4]))
    tensor([ 3, 10,  8])
    """
    check_shape("f", f, ("N",))
    check_shape("g", g, ("M",))
    N, M = len(f), len(g)
    sums = []
    for n in range(N + M - 1):
        k = torch.arange(max(0, n - M + 1), min(N, n + 1), device=f.device)  # where f[k] and g[n - k] exist
        sums.append((f[k] * g[n - k]).sum())
    return torch.stack(sums)


def correlate2d(image: Tensor, kernel: Tensor, *, mode: Mode = "full") -> Tensor:
    r"""Slide a kernel over an image and sum the products: what libraries call convolution.

    .. math:: (I \star K)[m, n] = \sum_{i, j} I[m + i,\, n + j]\, K[i, j]

    Parameters
    ----------
    image : Tensor of shape (H, W)
        Zero outside its borders.
    kernel : Tensor of shape (Kh, Kw)
        The weights, in reading order.
    mode : {"full", "same", "valid"}
        Which places to keep: all at which kernel and image overlap, H × W of them in the middle (if the
        kernel is even, one zero more goes before the image than behind it), or only those at which the
        kernel lies inside the image.

    Returns
    -------
    Tensor of shape (H + Kh - 1, W + Kw - 1), (H, W) or (H - Kh + 1, W - Kw + 1)
        By ``mode``.

    Raises
    ------
    ValueError
        If a shape or ``mode`` is not one of these, or a "valid" kernel is larger than the image.

    Examples
    --------
    >>> ramp = torch.arange(4.0).expand(3, 4)  # one step brighter with every column
    >>> prewitt = torch.tensor([[-1.0, 0.0, 1.0]]).expand(3, 3)
    >>> correlate2d(ramp, prewitt, mode="valid")
    tensor([[6., 6.]])
    """
    check_shape("image", image, ("H", "W"))
    check_shape("kernel", kernel, ("Kh", "Kw"))
    check_in("mode", mode, ("full", "same", "valid"))
    Kh, Kw = kernel.shape
    before = {"full": (Kh - 1, Kw - 1), "same": (Kh // 2, Kw // 2), "valid": (0, 0)}[mode]
    after = {"full": (Kh - 1, Kw - 1), "same": ((Kh - 1) // 2, (Kw - 1) // 2), "valid": (0, 0)}[mode]
    padded = F.pad(image, (before[1], after[1], before[0], after[0]))
    height = output_size(padded.shape[0], Kh)
    width = output_size(padded.shape[1], Kw)

    result = 0
    for i, j in product(range(Kh), range(Kw)):
        result = result + padded[i : i + height, j : j + width] * kernel[i, j]
    return result


def convolve2d(image: Tensor, kernel: Tensor, *, mode: Mode = "full") -> Tensor:
    r"""Convolve an image with a kernel: slide the kernel turned by half a turn.

    .. math:: (I * K)[m, n] = \sum_{i, j} I[m - i,\, n - j]\, K[i, j]

    Parameters
    ----------
    image : Tensor of shape (H, W)
        Zero outside its borders.
    kernel : Tensor of shape (Kh, Kw)
        The weights; both axes are reversed before they slide.
    mode : {"full", "same", "valid"}
        As in :func:`correlate2d`.

    Returns
    -------
    Tensor of shape (H + Kh - 1, W + Kw - 1), (H, W) or (H - Kh + 1, W - Kw + 1)
        By ``mode``.

    Raises
    ------
    ValueError
        As in :func:`correlate2d`.

    Examples
    --------
    The impulse response of a convolution is its kernel; a cross-correlation returns it turned:

    >>> impulse, kernel = torch.tensor([[1]]), torch.tensor([[1, 2], [3, 4]])
    >>> convolve2d(impulse, kernel).tolist(), correlate2d(impulse, kernel).tolist()
    ([[1, 2], [3, 4]], [[4, 3], [2, 1]])
    """
    check_shape("kernel", kernel, ("Kh", "Kw"))
    return correlate2d(image, kernel.flip(0, 1), mode=mode)


def toeplitz(kernel: Tensor, length: int, *, padding: int = 0) -> Tensor:
    r"""Write a one-dimensional layer as the matrix that it is.

    .. math:: A_{ij} = w_{\,j - i + P} \text{ where that tap exists}, \qquad 0 \text{ elsewhere}

    Parameters
    ----------
    kernel : Tensor of shape (K,)
        The weights :math:`w`.
    length : int
        Length :math:`T` of the signals that the matrix will multiply.
    padding : int
        Zeros :math:`P` that the layer adds at each end of the signal.

    Returns
    -------
    Tensor of shape (T + 2 * padding - K + 1, T)
        ``toeplitz(kernel, T) @ signal`` is the cross-correlation of signal and kernel. An entry depends
        on :math:`j - i` alone: constant diagonals, a *Toeplitz* matrix.

    Raises
    ------
    ValueError
        If ``kernel`` is not one-dimensional, or does not fit into the padded signal.

    Examples
    --------
    >>> toeplitz(torch.tensor([1, 2, 3]), 4)
    tensor([[1, 2, 3, 0],
            [0, 1, 2, 3]])
    """
    check_shape("kernel", kernel, ("K",))
    check_integer("length", length, low=1)
    rows = torch.arange(output_size(length, len(kernel), padding=padding), device=kernel.device)
    columns = torch.arange(length, device=kernel.device)
    tap = columns[None, :] - rows[:, None] + padding
    exists = (tap >= 0) & (tap < len(kernel))
    return torch.where(exists, kernel[tap.clamp(0, len(kernel) - 1)], 0)


def convolution_matrix(
    kernel: Tensor, size: Pair, *, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> Tensor:
    r"""Write a two-dimensional layer of one channel as a sparse matrix.

    Parameters
    ----------
    kernel : Tensor of shape (Kh, Kw)
        The weights.
    size : int or (int, int)
        Height and width of the image; pixel :math:`(r, c)` is entry :math:`rW + c` of the flattened image.
    stride, padding, dilation : int or (int, int)
        As in :func:`dlbook_lib.cnn.geometry.output_size`, vertical first.

    Returns
    -------
    Tensor of shape (Ho * Wo, H * W)
        The matrix :math:`C` whose product with the flattened image is the flattened output. At stride 1
        it consists of Toeplitz blocks that are themselves arranged along constant diagonals; its transpose
        is the transposed convolution.

    Raises
    ------
    ValueError
        If ``kernel`` is not two-dimensional, or does not fit into the padded image.

    Examples
    --------
    >>> convolution_matrix(torch.tensor([[1, 2], [3, 4]]), (2, 3))
    tensor([[1, 2, 0, 3, 4, 0],
            [0, 1, 2, 0, 3, 4]])
    """
    check_shape("kernel", kernel, ("Kh", "Kw"))
    (H, W), (Kh, Kw) = as_pair("size", size, low=1), kernel.shape
    (Sh, Sw), (Ph, Pw) = as_pair("stride", stride, low=1), as_pair("padding", padding, low=0)
    Dh, Dw = as_pair("dilation", dilation, low=1)
    Ho = output_size(H, Kh, stride=Sh, padding=Ph, dilation=Dh)
    Wo = output_size(W, Kw, stride=Sw, padding=Pw, dilation=Dw)

    matrix = kernel.new_zeros(Ho * Wo, H * W)
    for i, j, u, v in product(range(Ho), range(Wo), range(Kh), range(Kw)):
        row, column = i * Sh + u * Dh - Ph, j * Sw + v * Dw - Pw
        if 0 <= row < H and 0 <= column < W:
            matrix[i * Wo + j, row * W + column] = kernel[u, v]
    return matrix
