r"""Transposed convolution: the way back through a convolution's shape, not through its values.

Write a convolution as a matrix, :math:`y = Cx`. Its transpose maps an output-sized image to an input-sized
one and satisfies :math:`\langle Cx, y\rangle = \langle x, C^\top y\rangle`, which is also how gradients flow
back. It is no inverse: :math:`C^\top C x \neq x`. Without any matrix it is an ordinary convolution, after
zeros have been inserted between the pixels and the kernel has been turned by half a turn.

After Dumoulin and Visin (2016, arXiv:1603.07285, chapter 4); ours adds dilation and unequal axes, and calls
``output_padding`` what they call :math:`a`. The overlaps behind checkerboards are those of Odena, Dumoulin
and Olah (2016, distill.pub/2016/deconv-checkerboard).

Shape letters: B batch, C channels in, O channels out, H W height and width, (Kh, Kw) kernel size.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape
from dlbook_lib.cnn.conv_layer import conv2d_matmul
from dlbook_lib.cnn.geometry import Pair, as_pair

__all__ = ["conv_transpose2d", "insert_zeros", "overlap_counts", "transposed_output_size"]


def transposed_output_size(
    size: int,
    kernel_size: int,
    *,
    stride: int = 1,
    padding: int = 0,
    output_padding: int = 0,
    dilation: int = 1,
) -> int:
    r"""Count the pixels that a transposed convolution makes along one axis.

    .. math:: (N - 1)S - 2P + d(K - 1) + a + 1

    Parameters
    ----------
    size : int
        Number of pixels :math:`N` that come in.
    kernel_size : int
        Number of taps :math:`K`.
    stride : int
        Step :math:`S` of the convolution that is being transposed: the enlargement.
    padding : int
        Zeros :math:`P` that the convolution added at each end, and that are therefore cut off here.
    output_padding : int
        Pixels :math:`a` that the convolution left unread at the end, at most :math:`S - 1`: the floor in
        its output size forgot them.
    dilation : int
        Distance :math:`d` between neighbouring taps.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        If an argument is out of range, or the padding cuts everything off.

    Notes
    -----
    Differs from torch, which also takes an ``output_padding`` from ``stride`` up to ``dilation - 1``: no
    convolution of that stride leaves so many pixels unread.

    Examples
    --------
    Both 7 and 8 pixels shrink to 4, so the way back has to be told which:

    >>> transposed_output_size(4, 3, stride=2, padding=1)
    7
    >>> transposed_output_size(4, 3, stride=2, padding=1, output_padding=1)
    8
    """
    check_integer("size", size, low=1)
    check_integer("kernel_size", kernel_size, low=1)
    check_integer("stride", stride, low=1)
    check_integer("dilation", dilation, low=1)
    check_integer("output_padding", output_padding, low=0, high=stride - 1)
    uncut = (size - 1) * stride + dilation * (kernel_size - 1) + output_padding + 1
    check_integer("padding", padding, low=0, high=(uncut - 1) // 2)
    return uncut - 2 * padding


def insert_zeros(x: Tensor, stride: Pair) -> Tensor:
    """Spread the pixels of an image apart and fill the gaps with zeros.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        A batch of images.
    stride : int or (int, int)
        Distance at which neighbours end up, vertical first.

    Returns
    -------
    Tensor of shape (B, C, (H - 1) * Sh + 1, (W - 1) * Sw + 1)
        Reading every ``stride``-th pixel gives ``x`` back.

    Raises
    ------
    ValueError
        If ``x`` has another shape or ``stride`` is less than 1.

    Examples
    --------
    >>> insert_zeros(torch.tensor([[[[1, 2, 3]]]]), 2)
    tensor([[[[1, 0, 2, 0, 3]]]])
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    Sh, Sw = as_pair("stride", stride, low=1)
    B, C, H, W = x.shape
    spread = x.new_zeros(B, C, (H - 1) * Sh + 1, (W - 1) * Sw + 1)
    spread[:, :, ::Sh, ::Sw] = x
    return spread


def conv_transpose2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    dilation: Pair = 1,
) -> Tensor:
    """Apply the transpose of a convolution: insert zeros, turn the kernel, convolve.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        A batch of images.
    weight : Tensor of shape (C, O, Kh, Kw)
        The kernels of the convolution that is transposed: it led from O channels to C.
    bias : Tensor of shape (O,), optional
        A constant for each output channel; none by default.
    stride, padding, output_padding, dilation : int or (int, int)
        As in :func:`transposed_output_size`, vertical first.

    Returns
    -------
    Tensor of shape (B, O, Ho, Wo)
        With the sizes of :func:`transposed_output_size`.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or an argument is out of range.

    Examples
    --------
    Every pixel paints the kernel, scaled; where two strokes overlap, they add:

    >>> conv_transpose2d(torch.tensor([[[[1.0, 10.0]]]]), torch.tensor([[[[1.0, 2.0, 3.0]]]]), stride=2)
    tensor([[[[ 1.,  2., 13., 20., 30.]]]])
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    check_shape("weight", weight, (x.shape[1], "O", "Kh", "Kw"))
    (H, W), (Kh, Kw) = x.shape[2:], weight.shape[2:]
    (Sh, Sw), (Ph, Pw) = as_pair("stride", stride, low=1), as_pair("padding", padding, low=0)
    (Ah, Aw), (Dh, Dw) = (
        as_pair("output_padding", output_padding, low=0),
        as_pair("dilation", dilation, low=1),
    )
    transposed_output_size(
        H, Kh, stride=Sh, padding=Ph, output_padding=Ah, dilation=Dh
    )  # refuses what has no transpose
    transposed_output_size(W, Kw, stride=Sw, padding=Pw, output_padding=Aw, dilation=Dw)

    top, left = Dh * (Kh - 1) - Ph, Dw * (Kw - 1) - Pw  # negative where the padding cuts into the image
    spread = F.pad(insert_zeros(x, (Sh, Sw)), (left, left + Aw, top, top + Ah))
    turned = weight.flip(2, 3).transpose(0, 1)  # (O, C, Kh, Kw): what came out now goes in
    return conv2d_matmul(spread, turned, bias, dilation=(Dh, Dw))


def overlap_counts(size: Pair, kernel_size: Pair, *, stride: Pair) -> Tensor:
    """Count how many strokes of a transposed convolution land on each pixel.

    Away from the border the count is the same everywhere only if the stride divides the kernel size. Any
    other pair leaves a pattern of period ``stride``, and with it the checkerboards of generated pictures.

    Parameters
    ----------
    size : int or (int, int)
        Height and width of the image that comes in.
    kernel_size : int or (int, int)
        Height and width of the kernel.
    stride : int or (int, int)
        The enlargement, vertical first.

    Returns
    -------
    Tensor of shape (Ho, Wo)
        Whole numbers; the counts of the two axes multiply.

    Raises
    ------
    ValueError
        If an argument is less than 1.

    Examples
    --------
    >>> overlap_counts((1, 4), (1, 3), stride=2).tolist(), overlap_counts((1, 4), (1, 4), stride=2).tolist()
    ([[1, 1, 2, 1, 2, 1, 2, 1, 1]], [[1, 1, 2, 2, 2, 2, 2, 2, 1, 1]])
    """
    (H, W), (Kh, Kw) = as_pair("size", size, low=1), as_pair("kernel_size", kernel_size, low=1)
    strokes = conv_transpose2d(torch.ones(1, 1, H, W), torch.ones(1, 1, Kh, Kw), stride=stride)
    return strokes[0, 0].long()
