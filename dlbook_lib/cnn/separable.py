r"""Convolution in two steps: look around within each channel, then mix the channels at each pixel.

A layer of K × K kernels from C to O channels does both at once and pays :math:`K^2 C O` multiplications a
pixel. Done one after the other they cost :math:`K^2 C + C O`, less by the factor
:math:`1 / (1/O + 1/K^2)`, which stays below :math:`K^2` however many channels there are. MobileNet (Howard
et al. 2017, arXiv:1704.04861, section 3.1) is built of such pairs.

Differs from MobileNet: no batch normalization and no ReLU after either step; this is the linear part alone.

Shape letters: B batch, C channels in, O channels out, H W height and width, (Kh, Kw) kernel size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape
from dlbook_lib.cnn.conv_layer import unfold_patches
from dlbook_lib.cnn.geometry import Pair, as_pair, output_size

__all__ = ["DepthwiseSeparableConv2d", "depthwise_conv2d", "pointwise_conv2d", "saving"]


def depthwise_conv2d(
    x: Tensor, weight: Tensor, *, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> Tensor:
    r"""Filter every channel with a kernel of its own, and mix none.

    .. math:: y_{b c i j} = \sum_{u, v} w_{c u v}\; x_{b,\,c,\; iS + ud - P,\; jS + vd - P}

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        A batch of images.
    weight : Tensor of shape (C, Kh, Kw)
        One flat kernel for each channel.
    stride, padding, dilation : int or (int, int)
        As in :func:`dlbook_lib.cnn.geometry.output_size`, vertical first.

    Returns
    -------
    Tensor of shape (B, C, Ho, Wo)
        As many channels as came in.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or a kernel does not fit.

    Examples
    --------
    >>> depthwise_conv2d(torch.ones(1, 2, 2, 2), torch.tensor([[[1.0]], [[5.0]]]))[0, :, 0, 0]
    tensor([1., 5.])
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    check_shape("weight", weight, (x.shape[1], "Kh", "Kw"))
    H, W = x.shape[2:]
    C, Kh, Kw = weight.shape
    (Sh, Sw), (Ph, Pw) = as_pair("stride", stride, low=1), as_pair("padding", padding, low=0)
    Dh, Dw = as_pair("dilation", dilation, low=1)
    Ho = output_size(H, Kh, stride=Sh, padding=Ph, dilation=Dh)
    Wo = output_size(W, Kw, stride=Sw, padding=Pw, dilation=Dw)

    patches = unfold_patches(x, (Kh, Kw), stride=stride, padding=padding, dilation=dilation)
    patches = patches.unflatten(1, (C, Kh * Kw))  # (B, C, Kh Kw, L)
    return torch.einsum("bckl,ck->bcl", patches, weight.flatten(1)).unflatten(2, (Ho, Wo))


def pointwise_conv2d(x: Tensor, weight: Tensor) -> Tensor:
    r"""Mix the channels of every pixel by the same matrix: a 1 × 1 convolution.

    .. math:: y_{b o i j} = \sum_c w_{o c}\, x_{b c i j}

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        A batch of images.
    weight : Tensor of shape (O, C)
        A dense layer, applied to each pixel by itself.

    Returns
    -------
    Tensor of shape (B, O, H, W)
        The same places with other channels.

    Raises
    ------
    ValueError
        If the shapes do not belong together.

    Examples
    --------
    Grey as the mean of red, green and blue:

    >>> pointwise_conv2d(torch.tensor([3.0, 6.0, 9.0]).view(1, 3, 1, 1), torch.full((1, 3), 1 / 3))
    tensor([[[[6.]]]])
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    check_shape("weight", weight, ("O", x.shape[1]))
    return torch.einsum("oc,bchw->bohw", weight, x)


def saving(out_channels: int, kernel_size: int) -> float:
    r"""Say how many times fewer multiplications the two steps need than the one.

    .. math:: \frac{K^2 C O}{K^2 C + C O} = \frac{1}{1/O + 1/K^2}

    Parameters
    ----------
    out_channels : int
        Channels :math:`O` that come out; those that come in cancel.
    kernel_size : int
        Side :math:`K` of a square kernel.

    Returns
    -------
    float
        The factor, for multiplications and for weights alike (biases aside).

    Raises
    ------
    ValueError
        If an argument is less than 1.

    Examples
    --------
    >>> [round(saving(channels, 3), 1) for channels in (32, 64, 128, 256, 512)]
    [7.0, 7.9, 8.4, 8.7, 8.8]
    """
    check_integer("out_channels", out_channels, low=1)
    check_integer("kernel_size", kernel_size, low=1)
    return 1 / (1 / out_channels + 1 / kernel_size**2)


class DepthwiseSeparableConv2d(nn.Module):
    """A depthwise convolution followed by a pointwise one, in the place of a full convolution.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels C that come in and O that go out.
    kernel_size : int or (int, int)
        Size of the depthwise kernels.
    stride, padding, dilation : int or (int, int)
        Of the depthwise step, vertical first.
    bias : bool
        Whether both steps add a constant to each of their channels.

    Raises
    ------
    ValueError
        If a number of channels, a kernel size, a stride or a dilation is less than 1, or a padding negative.

    Examples
    --------
    >>> layer = DepthwiseSeparableConv2d(16, 32, kernel_size=3, padding=1)
    >>> layer(torch.zeros(2, 16, 8, 8)).shape
    torch.Size([2, 32, 8, 8])
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        dilation: Pair = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        check_integer("in_channels", in_channels, low=1)
        check_integer("out_channels", out_channels, low=1)
        self.depthwise = nn.Conv2d(
            in_channels,
            in_channels,
            as_pair("kernel_size", kernel_size, low=1),
            stride=as_pair("stride", stride, low=1),
            padding=as_pair("padding", padding, low=0),
            dilation=as_pair("dilation", dilation, low=1),
            groups=in_channels,
            bias=bias,
        )
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Filter each channel, then mix them.

        Parameters
        ----------
        x : Tensor of shape (B, C, H, W)
            A batch of images.

        Returns
        -------
        Tensor of shape (B, O, Ho, Wo)
            The feature maps.
        """
        check_shape("x", x, ("B", self.depthwise.in_channels, "H", "W"))
        return self.pointwise(self.depthwise(x))
