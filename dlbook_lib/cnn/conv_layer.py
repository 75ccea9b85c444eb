r"""The convolutional layer, climbed in rungs that all give the same numbers.

.. math:: y_{b o i j} = \beta_o + \sum_{c, u, v} w_{o c u v}\; x_{b,\,c,\; iS + ud - P,\; jS + vd - P}

with zero for every pixel outside the image. Rung 1 is this formula as loops; rung 2 copies all windows into
the columns of one matrix and multiplies once, as Chellapilla, Puri and Simard (2006) proposed; rung 3 is
``torch.nn.functional.conv2d``, whose arguments and layout the other two share. It is a cross-correlation:
no kernel is turned.

Differs from Chellapilla et al.: they unroll for speed, here the unrolled matrix is there to be looked at.

Shape letters: B batch, C channels in, O channels out, H W height and width, T length, (Kh, Kw) kernel size,
(Ho, Wo) output size, L = Ho · Wo places.
"""

from __future__ import annotations

from itertools import product

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_shape
from dlbook_lib.cnn.geometry import Pair, as_pair, output_size

__all__ = ["conv1d", "conv2d_loops", "conv2d_matmul", "unfold_patches"]


def conv2d_loops(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> Tensor:
    """Apply a convolutional layer with one loop for each index of its formula: rung 1.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        A batch of images.
    weight : Tensor of shape (O, C, Kh, Kw)
        One kernel of C slices for each output channel.
    bias : Tensor of shape (O,), optional
        A constant for each output channel; none by default.
    stride, padding, dilation : int or (int, int)
        As in :func:`dlbook_lib.cnn.geometry.output_size`, vertical first.

    Returns
    -------
    Tensor of shape (B, O, Ho, Wo)
        The feature maps.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or a kernel does not fit.

    Examples
    --------
    >>> x, weight = torch.arange(9.0).view(1, 1, 3, 3), torch.ones(1, 1, 2, 2)
    >>> conv2d_loops(x, weight)
    tensor([[[[ 8., 12.],
              [20., 24.]]]])
    """
    _check_layer(x, weight, bias)
    (B, C, H, W), (Kh, Kw) = x.shape, weight.shape[2:]
    (Sh, Sw), (Ph, Pw) = as_pair("stride", stride, low=1), as_pair("padding", padding, low=0)
    Dh, Dw = as_pair("dilation", dilation, low=1)
    Ho = output_size(H, Kh, stride=Sh, padding=Ph, dilation=Dh)
    Wo = output_size(W, Kw, stride=Sw, padding=Pw, dilation=Dw)

    y = x.new_zeros(B, len(weight), Ho, Wo)
    for b, o, i, j in product(range(B), range(len(weight)), range(Ho), range(Wo)):
        total = 0 if bias is None else bias[o]
        for c, u, v in product(range(C), range(Kh), range(Kw)):
            row, column = i * Sh + u * Dh - Ph, j * Sw + v * Dw - Pw
            if 0 <= row < H and 0 <= column < W:  # outside lies the padding, which adds nothing
                total = total + weight[o, c, u, v] * x[b, c, row, column]
        y[b, o, i, j] = total
    return y


def unfold_patches(
    x: Tensor, kernel_size: Pair, *, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> Tensor:
    r"""Copy every window of an image into one column of a matrix (*im2col*).

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        A batch of images.
    kernel_size : int or (int, int)
        Height and width of the window.
    stride, padding, dilation : int or (int, int)
        As in :func:`dlbook_lib.cnn.geometry.output_size`, vertical first.

    Returns
    -------
    Tensor of shape (B, C * Kh * Kw, L)
        Column :math:`iW_o + j` holds the window of output :math:`(i, j)`, channel by channel in reading
        order. A pixel stands in as many columns as windows see it.

    Raises
    ------
    ValueError
        If ``x`` has another shape, or the window does not fit.

    Examples
    --------
    >>> unfold_patches(torch.arange(9).view(1, 1, 3, 3), 2)
    tensor([[[0, 1, 3, 4],
             [1, 2, 4, 5],
             [3, 4, 6, 7],
             [4, 5, 7, 8]]])
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    (B, C, H, W), (Kh, Kw) = x.shape, as_pair("kernel_size", kernel_size, low=1)
    (Sh, Sw), (Ph, Pw) = as_pair("stride", stride, low=1), as_pair("padding", padding, low=0)
    Dh, Dw = as_pair("dilation", dilation, low=1)
    i = torch.arange(output_size(H, Kh, stride=Sh, padding=Ph, dilation=Dh), device=x.device)
    j = torch.arange(output_size(W, Kw, stride=Sw, padding=Pw, dilation=Dw), device=x.device)
    u, v = torch.arange(Kh, device=x.device), torch.arange(Kw, device=x.device)

    rows = i * Sh + u[:, None] * Dh  # (Kh, Ho), counted in the padded image
    columns = j * Sw + v[:, None] * Dw  # (Kw, Wo)
    padded = F.pad(x, (Pw, Pw, Ph, Ph))
    windows = padded[:, :, rows[:, None, :, None], columns[None, :, None, :]]  # (B, C, Kh, Kw, Ho, Wo)
    return windows.reshape(B, C * Kh * Kw, len(i) * len(j))


def conv2d_matmul(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> Tensor:
    r"""Apply a convolutional layer as one matrix product, :math:`Y = W X_{\mathrm{col}}`: rung 2.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        A batch of images.
    weight : Tensor of shape (O, C, Kh, Kw)
        One kernel of C slices for each output channel; flattened, a row of :math:`W`.
    bias : Tensor of shape (O,), optional
        A constant for each output channel; none by default.
    stride, padding, dilation : int or (int, int)
        As in :func:`dlbook_lib.cnn.geometry.output_size`, vertical first.

    Returns
    -------
    Tensor of shape (B, O, Ho, Wo)
        The feature maps.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or a kernel does not fit.

    Examples
    --------
    >>> conv2d_matmul(torch.zeros(2, 3, 32, 32), torch.zeros(8, 3, 5, 5), stride=2, padding=2).shape
    torch.Size([2, 8, 16, 16])
    """
    _check_layer(x, weight, bias)
    (H, W), (Kh, Kw) = x.shape[2:], weight.shape[2:]
    (Sh, Sw), (Ph, Pw) = as_pair("stride", stride, low=1), as_pair("padding", padding, low=0)
    Dh, Dw = as_pair("dilation", dilation, low=1)
    Ho = output_size(H, Kh, stride=Sh, padding=Ph, dilation=Dh)
    Wo = output_size(W, Kw, stride=Sw, padding=Pw, dilation=Dw)

    columns = unfold_patches(x, (Kh, Kw), stride=stride, padding=padding, dilation=dilation)
    y = weight.flatten(1) @ columns  # (O, C Kh Kw) times (B, C Kh Kw, L)
    if bias is not None:
        y = y + bias[:, None]
    return y.unflatten(2, (Ho, Wo))


def conv1d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> Tensor:
    """Apply a convolutional layer to signals: images of one row.

    Parameters
    ----------
    x : Tensor of shape (B, C, T)
        A batch of signals.
    weight : Tensor of shape (O, C, K)
        One kernel for each output channel.
    bias : Tensor of shape (O,), optional
        A constant for each output channel; none by default.
    stride, padding, dilation : int
        As in :func:`dlbook_lib.cnn.geometry.output_size`.

    Returns
    -------
    Tensor of shape (B, O, To)
        The filtered signals; :math:`T_o = T - K + 1` with the defaults.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or a kernel does not fit.

    Examples
    --------
    >>> x, difference = torch.tensor([[[1.0, 4.0, 9.0, 16.0]]]), torch.tensor([[[-1.0, 1.0]]])
    >>> conv1d(x, difference)
    tensor([[[3., 5., 7.]]])
    """
    check_shape("x", x, ("B", "C", "T"))
    check_shape("weight", weight, ("O", x.shape[1], "K"))
    y = conv2d_matmul(
        x.unsqueeze(2),
        weight.unsqueeze(2),
        bias,
        stride=(1, stride),
        padding=(0, padding),
        dilation=(1, dilation),
    )
    return y.squeeze(2)


def _check_layer(x: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    check_shape("x", x, ("B", "C", "H", "W"))
    check_shape("weight", weight, ("O", x.shape[1], "Kh", "Kw"))
    if bias is not None:
        check_shape("bias", bias, (len(weight),))
