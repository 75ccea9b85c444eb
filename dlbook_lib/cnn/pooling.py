r"""Pooling: one number for each window, and the two ways back up.

Pooling has no parameters. The maximum keeps what is strongest and forgets where in its window it stood,
unless it is asked to remember; the mean is a convolution whose weights are all :math:`1/(K_h K_w)`, each
channel by itself. Unpooling puts values back into a plane of the old size. Max unpooling with remembered
places ("switches") is from Zeiler and Fergus (2014, "Visualizing and Understanding Convolutional Networks").

Differs from the paper: unpooling stands alone here, without the network that it was made to look into.

Shape letters: B batch, C channels, H W height and width, (Kh, Kw) window, (Ho, Wo) output size, L places.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_shape
from dlbook_lib.cnn.conv_layer import unfold_patches
from dlbook_lib.cnn.geometry import Pair, as_pair, output_size

__all__ = ["avg_pool2d", "avg_unpool2d", "max_pool2d", "max_unpool2d"]


def max_pool2d(x: Tensor, kernel_size: Pair, *, stride: Pair | None = None) -> tuple[Tensor, Tensor]:
    """Keep the largest value of every window, and remember where it stood.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Feature maps.
    kernel_size : int or (int, int)
        Height and width of the window.
    stride : int or (int, int), optional
        Step between windows, vertical first; by default the window itself, so that none overlap.

    Returns
    -------
    values : Tensor of shape (B, C, Ho, Wo)
        The maxima; a gradient flows to the winner of each window and to no other pixel.
    indices : Tensor of shape (B, C, Ho, Wo)
        Where each stood: ``row * W + column`` in its own plane, the first of equals.

    Raises
    ------
    ValueError
        If ``x`` has another shape, or the window does not fit.

    Examples
    --------
    >>> x = torch.tensor([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 8.0, 6.0]]]])
    >>> values, indices = max_pool2d(x, 2)
    >>> values.tolist(), indices.tolist()
    ([[[[5.0, 8.0]]]], [[[[1, 6]]]])
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    B, C, H, W = x.shape
    values, winner = _windows(x, kernel_size, stride).max(dim=2)  # both (B, C, Ho, Wo)
    addresses = torch.arange(H * W, device=x.device).view(1, 1, H, W)
    addresses = _windows(addresses, kernel_size, stride).expand(B, C, -1, -1, -1)
    indices = addresses.gather(2, winner.unsqueeze(2)).squeeze(2)
    return values, indices


def avg_pool2d(x: Tensor, kernel_size: Pair, *, stride: Pair | None = None) -> Tensor:
    """Replace every window by its mean.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Feature maps.
    kernel_size : int or (int, int)
        Height and width of the window.
    stride : int or (int, int), optional
        Step between windows, vertical first; by default the window itself, so that none overlap.

    Returns
    -------
    Tensor of shape (B, C, Ho, Wo)
        The means; every pixel of a window receives the same share of its gradient.

    Raises
    ------
    ValueError
        If ``x`` has another shape, or the window does not fit.

    Examples
    --------
    >>> avg_pool2d(torch.tensor([[[[1.0, 5.0, 2.0, 0.0], [3.0, 3.0, 8.0, 6.0]]]]), 2)
    tensor([[[[3., 4.]]]])
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    return _windows(x, kernel_size, stride).mean(dim=2)


def max_unpool2d(values: Tensor, indices: Tensor, size: Pair) -> Tensor:
    """Put every value back where it stood, and zero everywhere else.

    Pooling the result again gives the values back only where they are not negative: a window of zeros and
    one negative number has maximum zero.

    Parameters
    ----------
    values : Tensor of shape (B, C, Ho, Wo)
        What to place; most often pooled features.
    indices : Tensor of shape (B, C, Ho, Wo)
        Where to place it: ``row * W + column``, as :func:`max_pool2d` returns it. Where two windows share
        a winner, it is placed once.
    size : int or (int, int)
        Height and width of the plane to fill: those before pooling, which the values alone do not tell.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        At most ``Ho * Wo`` non-zeros in each plane.

    Raises
    ------
    ValueError
        If ``values`` and ``indices`` differ in shape or ``indices`` are not int64.

    Examples
    --------
    >>> max_unpool2d(torch.tensor([[[[5.0, 8.0]]]]), torch.tensor([[[[1, 6]]]]), (2, 4))
    tensor([[[[0., 5., 0., 0.],
              [0., 0., 8., 0.]]]])
    """
    check_shape("values", values, ("B", "C", "Ho", "Wo"))
    check_shape("indices", indices, tuple(values.shape))
    check_in("indices.dtype", indices.dtype, (torch.int64,))
    H, W = as_pair("size", size, low=1)
    B, C = values.shape[:2]
    flat = values.new_zeros(B, C, H * W).scatter(2, indices.flatten(2), values.flatten(2))
    return flat.view(B, C, H, W)


def avg_unpool2d(values: Tensor, kernel_size: Pair, *, adjoint: bool = False) -> Tensor:
    """Copy every value over the window that it stands for.

    Average pooling gives the values back exactly.

    Parameters
    ----------
    values : Tensor of shape (B, C, H, W)
        Feature maps.
    kernel_size : int or (int, int)
        Height and width of the window.
    adjoint : bool
        Divide by the number of pixels in a window. That is the transpose of average pooling, through which
        gradients flow back; it keeps sums where the plain copy keeps means.

    Returns
    -------
    Tensor of shape (B, C, H * Kh, W * Kw)
        Constant on every window.

    Raises
    ------
    ValueError
        If ``values`` has another shape or the window is smaller than 1 × 1.

    Examples
    --------
    >>> avg_unpool2d(torch.tensor([[[[3.0, 4.0]]]]), 2)
    tensor([[[[3., 3., 4., 4.],
              [3., 3., 4., 4.]]]])
    """
    check_shape("values", values, ("B", "C", "H", "W"))
    Kh, Kw = as_pair("kernel_size", kernel_size, low=1)
    copied = values.repeat_interleave(Kh, dim=2).repeat_interleave(Kw, dim=3)
    return copied / (Kh * Kw) if adjoint else copied


def _windows(x: Tensor, kernel_size: Pair, stride: Pair | None) -> Tensor:
    """Cut each channel into windows: (B, C, Kh * Kw, Ho, Wo)."""
    stride = kernel_size if stride is None else stride
    (H, W), (Kh, Kw) = x.shape[2:], as_pair("kernel_size", kernel_size, low=1)
    Sh, Sw = as_pair("stride", stride, low=1)
    grid = output_size(H, Kh, stride=Sh), output_size(W, Kw, stride=Sw)
    patches = unfold_patches(x, (Kh, Kw), stride=(Sh, Sw))
    return patches.unflatten(1, (x.shape[1], Kh * Kw)).unflatten(3, grid)
