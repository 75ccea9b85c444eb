r"""What flows backwards through convolution and pooling, written out.

With :math:`\delta = \partial L / \partial y`, every formula here is one of the operations of this package:

- to the image, :math:`\partial L / \partial x`: the transposed convolution of :math:`\delta`. Where the layer
  took steps, zeros stand between the entries of :math:`\delta`;
- to the kernels, :math:`\partial L / \partial w`: the image correlated with :math:`\delta`, in which stride
  and dilation change places;
- to the biases, :math:`\partial L / \partial \beta`: :math:`\delta` summed over batch and places;
- max pooling hands all of it to the winner of each window, average pooling an equal share to each pixel.

Shape letters: B batch, C channels in, O channels out, H W height and width, (Kh, Kw) kernel or window size,
(Ho, Wo) output size.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_shape
from dlbook_lib.cnn.conv_layer import conv2d_matmul
from dlbook_lib.cnn.geometry import Pair, as_pair, output_size
from dlbook_lib.cnn.transposed import conv_transpose2d

__all__ = ["ConvGradients", "avg_pool2d_gradient", "conv2d_gradients", "max_pool2d_gradient"]


class ConvGradients(NamedTuple):
    """The gradient of a loss with respect to everything that enters a convolutional layer.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        With respect to the images.
    weight : Tensor of shape (O, C, Kh, Kw)
        With respect to the kernels.
    bias : Tensor of shape (O,)
        With respect to the constants.
    """

    x: Tensor
    weight: Tensor
    bias: Tensor


def conv2d_gradients(
    x: Tensor,
    weight: Tensor,
    grad_output: Tensor,
    *,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> ConvGradients:
    r"""Send a gradient back through a convolutional layer.

    .. math:: \frac{\partial L}{\partial x} = C^\top \delta, \qquad
        \frac{\partial L}{\partial w_{o c u v}} = \sum_{b, i, j} \delta_{b o i j}\;
        x_{b,\,c,\; iS + ud - P,\; jS + vd - P}, \qquad
        \frac{\partial L}{\partial \beta_o} = \sum_{b, i, j} \delta_{b o i j}

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        The images that went in.
    weight : Tensor of shape (O, C, Kh, Kw)
        The kernels.
    grad_output : Tensor of shape (B, O, Ho, Wo)
        The gradient :math:`\delta` with respect to what came out.
    stride, padding, dilation : int or (int, int)
        Those of the forward pass.

    Returns
    -------
    ConvGradients
        With the fields ``x``, ``weight`` and ``bias``.

    Raises
    ------
    ValueError
        If the shapes do not belong together.

    Examples
    --------
    >>> x, weight = torch.arange(3.0).view(1, 1, 1, 3), torch.tensor([[[[10.0, 1.0]]]])
    >>> gradients = conv2d_gradients(x, weight, torch.ones(1, 1, 1, 2))
    >>> gradients.x.flatten(), gradients.weight.flatten(), gradients.bias
    (tensor([10., 11.,  1.]), tensor([1., 3.]), tensor([2.]))
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    check_shape("weight", weight, ("O", x.shape[1], "Kh", "Kw"))
    (H, W), (Kh, Kw) = x.shape[2:], weight.shape[2:]
    (Sh, Sw), (Ph, Pw) = as_pair("stride", stride, low=1), as_pair("padding", padding, low=0)
    Dh, Dw = as_pair("dilation", dilation, low=1)
    Ho = output_size(H, Kh, stride=Sh, padding=Ph, dilation=Dh)
    Wo = output_size(W, Kw, stride=Sw, padding=Pw, dilation=Dw)
    check_shape("grad_output", grad_output, (len(x), len(weight), Ho, Wo))

    unread = (H + 2 * Ph - Dh * (Kh - 1) - 1) % Sh, (W + 2 * Pw - Dw * (Kw - 1) - 1) % Sw
    to_x = conv_transpose2d(
        grad_output, weight, stride=(Sh, Sw), padding=(Ph, Pw), output_padding=unread, dilation=(Dh, Dw)
    )
    # The sum runs over the batch, so the batch takes the place that channels have in a forward pass.
    images, errors = x.transpose(0, 1), grad_output.transpose(0, 1)
    to_weight = conv2d_matmul(images, errors, stride=(Dh, Dw), padding=(Ph, Pw), dilation=(Sh, Sw))
    to_weight = to_weight[:, :, :Kh, :Kw]  # unread pixels would make room for taps that do not exist
    return ConvGradients(to_x, to_weight.transpose(0, 1), grad_output.sum(dim=(0, 2, 3)))


def max_pool2d_gradient(grad_output: Tensor, indices: Tensor, size: Pair) -> Tensor:
    """Send a gradient back through max pooling: each window's share goes to its winner.

    Parameters
    ----------
    grad_output : Tensor of shape (B, C, Ho, Wo)
        The gradient with respect to the maxima.
    indices : Tensor of shape (B, C, Ho, Wo)
        Where they stood, from :func:`dlbook_lib.cnn.pooling.max_pool2d`. A pixel that won several windows
        receives the sum, which is what sets this apart from max unpooling.
    size : int or (int, int)
        Height and width of the plane that was pooled.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        Zero for every pixel that won nothing.

    Raises
    ------
    ValueError
        If ``grad_output`` and ``indices`` differ in shape or ``indices`` are not int64.

    Examples
    --------
    >>> max_pool2d_gradient(torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[1, 1]]]]), (1, 3))
    tensor([[[[0., 3., 0.]]]])
    """
    check_shape("grad_output", grad_output, ("B", "C", "Ho", "Wo"))
    check_shape("indices", indices, tuple(grad_output.shape))
    check_in("indices.dtype", indices.dtype, (torch.int64,))
    H, W = as_pair("size", size, low=1)
    B, C = grad_output.shape[:2]
    flat = grad_output.new_zeros(B, C, H * W)
    return flat.scatter_add(2, indices.flatten(2), grad_output.flatten(2)).view(B, C, H, W)


def avg_pool2d_gradient(
    grad_output: Tensor, size: Pair, kernel_size: Pair, *, stride: Pair | None = None
) -> Tensor:
    r"""Send a gradient back through average pooling: :math:`1/(K_h K_w)` of it to every pixel of a window.

    Parameters
    ----------
    grad_output : Tensor of shape (B, C, Ho, Wo)
        The gradient with respect to the means.
    size : int or (int, int)
        Height and width of the plane that was pooled.
    kernel_size : int or (int, int)
        Height and width of the window.
    stride : int or (int, int), optional
        Step between windows; by default the window itself.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        Shares add up where windows overlap.

    Raises
    ------
    ValueError
        If ``grad_output`` is not of the size to which such a plane is pooled.

    Examples
    --------
    >>> avg_pool2d_gradient(torch.tensor([[[[4.0, 8.0]]]]), (1, 4), (1, 2))
    tensor([[[[2., 2., 4., 4.]]]])
    """
    (H, W), (Kh, Kw) = as_pair("size", size, low=1), as_pair("kernel_size", kernel_size, low=1)
    Sh, Sw = (Kh, Kw) if stride is None else as_pair("stride", stride, low=1)
    Ho, Wo = output_size(H, Kh, stride=Sh), output_size(W, Kw, stride=Sw)
    check_shape("grad_output", grad_output, ("B", "C", Ho, Wo))
    planes = grad_output.flatten(0, 1).unsqueeze(1)  # every channel of every image by itself
    share = grad_output.new_full((1, 1, Kh, Kw), 1 / (Kh * Kw))
    unread = (H - Kh) % Sh, (W - Kw) % Sw
    spread = conv_transpose2d(planes, share, stride=(Sh, Sw), output_padding=unread)
    return spread.view(*grad_output.shape[:2], H, W)
