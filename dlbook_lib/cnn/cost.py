r"""What a layer costs: the weights it stores and the multiplications it does.

Five ways to lead C channels of H × W pixels to O channels of :math:`H_o × W_o`, with K × K kernels
(:math:`K^2` stands for :math:`K_h K_w`):

===================  ==================================  ======================================
kind                 weights                             multiplications
===================  ==================================  ======================================
dense                :math:`CHW · O H_o W_o`             the same
locally connected    :math:`K^2 C · O H_o W_o`           the same
convolution          :math:`K^2 C · O`                   :math:`K^2 C · O · H_o W_o`
depthwise            :math:`K^2 C`                       :math:`K^2 C · H_o W_o`
separable            :math:`K^2 C + C O`                 :math:`(K^2 C + C O) · H_o W_o`
===================  ==================================  ======================================

Read down the columns: being local cuts both; sharing the weights cuts the weights alone, a convolution
multiplies as often as a locally connected layer; being separable cuts both again. Each weight comes with an
addition, so the floating-point operations that papers count are about twice the multiplications. Products
with padded zeros are counted, as libraries carry them out.
"""

from __future__ import annotations

from typing import NamedTuple

from torch import nn

from dlbook_lib.checks import check_in, check_integer, check_type
from dlbook_lib.cnn.geometry import Pair, as_pair, output_size

__all__ = ["KINDS", "Cost", "layer_cost", "parameter_count"]

KINDS = ("dense", "locally connected", "convolution", "depthwise", "separable")


class Cost(NamedTuple):
    """What a layer stores, and what it does for one image.

    Parameters
    ----------
    parameters : int
        Weights and biases.
    multiply_adds : int
        Products, each added to a sum.
    """

    parameters: int
    multiply_adds: int


def layer_cost(
    kind: str,
    size: Pair,
    in_channels: int,
    out_channels: int,
    *,
    kernel_size: Pair,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    bias: bool = True,
) -> Cost:
    """Count the parameters and the multiply-adds of one layer, for one image.

    Parameters
    ----------
    kind : str
        One of ``KINDS``, the five rows of the table at the head of this file.
    size : int or (int, int)
        Height and width of what comes in.
    in_channels, out_channels : int
        Channels C that come in and O that go out; equal for a depthwise layer.
    kernel_size, stride, padding, dilation : int or (int, int)
        Those of the convolution. A dense layer uses them only for the size of its output, so that all
        kinds can be compared.
    bias : bool
        Whether a constant is added to every output: one for each channel where weights are shared, one
        for each pixel where they are not, and one for each channel of both steps of a separable layer.

    Returns
    -------
    Cost
        Biases are parameters but multiply nothing.

    Raises
    ------
    ValueError
        If ``kind`` is none of the five, a number is out of range, or a depthwise layer is asked to change
        the number of channels.

    Examples
    --------
    >>> layer_cost("convolution", 32, 1, 6, kernel_size=5)
    Cost(parameters=156, multiply_adds=117600)
    >>> layer_cost("dense", 32, 1, 6, kernel_size=5)
    Cost(parameters=4821600, multiply_adds=4816896)
    """
    check_in("kind", kind, KINDS)
    check_integer("in_channels", in_channels, low=1)
    check_integer("out_channels", out_channels, low=1)
    if kind == "depthwise" and out_channels != in_channels:
        raise ValueError(
            f"out_channels must equal in_channels = {in_channels} if depthwise, got {out_channels}"
        )
    (H, W), (Kh, Kw) = as_pair("size", size, low=1), as_pair("kernel_size", kernel_size, low=1)
    (Sh, Sw), (Ph, Pw) = as_pair("stride", stride, low=1), as_pair("padding", padding, low=0)
    Dh, Dw = as_pair("dilation", dilation, low=1)
    places = output_size(H, Kh, stride=Sh, padding=Ph, dilation=Dh)
    places *= output_size(W, Kw, stride=Sw, padding=Pw, dilation=Dw)

    depthwise, pointwise = Kh * Kw * in_channels, in_channels * out_channels
    weights, biases, uses = {
        "dense": (H * W * pointwise * places, out_channels * places, 1),
        "locally connected": (Kh * Kw * pointwise * places, out_channels * places, 1),
        "convolution": (Kh * Kw * pointwise, out_channels, places),
        "depthwise": (depthwise, out_channels, places),
        "separable": (depthwise + pointwise, in_channels + out_channels, places),
    }[kind]
    return Cost(weights + biases if bias else weights, weights * uses)


def parameter_count(module: nn.Module) -> int:
    """Count the numbers that a module stores in order to learn them.

    Parameters
    ----------
    module : Module
        Any module, on any device; on ``torch.device("meta")`` even the largest takes no memory.

    Returns
    -------
    int
        Entries of all parameters, each shared one once.

    Raises
    ------
    TypeError
        If ``module`` is not a module.

    Examples
    --------
    >>> parameter_count(nn.Conv2d(1, 6, 5))
    156
    """
    check_type("module", module, nn.Module, "a torch.nn.Module")
    return sum(parameter.numel() for parameter in module.parameters())
