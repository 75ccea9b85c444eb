r"""What one output can see of the image: by recursion, by measurement, and how much of it counts.

The recursion follows a stack of layers forwards; Araujo, Norris and Sim (2019, doi:10.23915/distill.00021)
solve it in closed form and for branching networks, which is left out here. The measurement asks autograd
which pixels have a gradient at all. Most of those at the rim hardly count: Luo, Li, Urtasun and Zemel
(2016, arXiv:1701.04128) call the part that does the *effective* receptive field and find it to be
Gaussian, with a width that grows like the square root of depth.

Differs from Luo et al.: we add up squared gradients, so that random signs cannot cancel.

Shape letters: B batch, C channels, H W height and width, (Ho, Wo) output size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape

__all__ = [
    "ReceptiveField",
    "effective_receptive_field",
    "measured_receptive_field",
    "receptive_field",
    "spread",
]

Network = Callable[[Tensor], Tensor]


class ReceptiveField(NamedTuple):
    """What the outputs of a stack see along one axis.

    Output ``i`` sees the pixels from ``start + i * jump`` to ``start + i * jump + size - 1``, of which
    those below zero and beyond the image are padding.

    Parameters
    ----------
    size : int
        How many pixels one output sees.
    jump : int
        How many pixels further the next output looks.
    start : int
        The first pixel that output 0 sees.
    """

    size: int
    jump: int
    start: int


def receptive_field(layers: Iterable[Sequence[int]]) -> ReceptiveField:
    r"""Follow the receptive field through a stack of convolutions and poolings.

    .. math:: r_i = r_{i-1} + d_i (k_i - 1)\, J_{i-1}, \qquad J_i = s_i\, J_{i-1}, \qquad
        a_i = a_{i-1} - p_i\, J_{i-1}

    from :math:`r_0 = J_0 = 1` and :math:`a_0 = 0`: a layer widens the field by the reach of its kernel,
    counted in steps that all strides *before* it have stretched.

    Parameters
    ----------
    layers : iterable of (kernel_size, stride, dilation, padding)
        One axis of each layer, the first one first; the last three numbers may be left out and are then
        1, 1 and 0.

    Returns
    -------
    ReceptiveField
        The last :math:`r`, :math:`J` and :math:`a`.

    Raises
    ------
    ValueError
        If a layer has no numbers or more than four, or one of them is out of range.

    Examples
    --------
    Three 3 × 3 layers see 7 pixels; with stride 2, they see 15:

    >>> receptive_field([(3,)] * 3).size, receptive_field([(3, 2)] * 3).size
    (7, 15)
    """
    size, jump, start = 1, 1, 0
    for layer in layers:
        if not 1 <= len(layer) <= 4:
            rule = "(kernel_size, stride, dilation, padding), the last three optional"
            raise ValueError(f"layers must each be {rule}, got {layer}")
        kernel_size, stride, dilation, padding = (*layer, *(1, 1, 0)[len(layer) - 1 :])
        check_integer("kernel_size", kernel_size, low=1)
        check_integer("stride", stride, low=1)
        check_integer("dilation", dilation, low=1)
        check_integer("padding", padding, low=0)
        size += dilation * (kernel_size - 1) * jump
        start -= padding * jump
        jump *= stride
    return ReceptiveField(size, jump, start)


def measured_receptive_field(network: Network, image: Tensor) -> tuple[int, int]:
    """Measure what the middle output of a network sees: the extent of its gradient on the image.

    Parameters
    ----------
    network : Module or function
        Maps images to feature maps of shape (B, O, Ho, Wo).
    image : Tensor of shape (B, C, H, W)
        Where to measure. For a stack of convolutions any values do; through ReLU or max pooling, pixels
        that lost or were cut off have no gradient, and several random images are needed to see all.

    Returns
    -------
    (int, int)
        Height and width of the smallest rectangle around all pixels whose gradient is not zero: smaller
        than the receptive field where that reaches beyond the image.

    Raises
    ------
    ValueError
        If ``image`` has another shape, or its gradient is zero everywhere.

    Examples
    --------
    >>> layer = torch.nn.Conv2d(1, 1, 3, dilation=2)
    >>> measured_receptive_field(layer, torch.zeros(1, 1, 9, 9))
    (5, 5)
    """
    seen = (_gradient(network, image) != 0).any(dim=1).any(dim=0)  # (H, W)
    if not seen.any():
        raise ValueError("image must change the middle output of the network, got one with zero gradient")
    rows, columns = seen.any(dim=1).nonzero(), seen.any(dim=0).nonzero()
    return int(rows.max() - rows.min() + 1), int(columns.max() - columns.min() + 1)


def effective_receptive_field(networks: Iterable[Network], image: Tensor) -> Tensor:
    r"""Map how much each pixel counts for the middle output, over several random networks or images.

    .. math:: E_{hw} \propto \sum_{\text{networks}} \sum_{b, c} \Bigl(\frac{\partial}{\partial x_{bchw}}
        \sum_o y_{b o \lfloor H_o/2 \rfloor \lfloor W_o/2 \rfloor}\Bigr)^2

    Parameters
    ----------
    networks : iterable of modules or functions
        Each maps images to feature maps of shape (B, O, Ho, Wo); freshly initialised ones show what the
        architecture prefers before any training.
    image : Tensor of shape (B, C, H, W)
        Where to measure.

    Returns
    -------
    Tensor of shape (H, W)
        Energies that sum to 1.

    Raises
    ------
    ValueError
        If ``image`` has another shape, or its gradient is zero everywhere.

    Examples
    --------
    >>> from dlbook_lib.cnn.kernels import kernel
    >>> blur = torch.nn.Conv2d(1, 1, 3, bias=False)
    >>> blur.weight.data[0, 0] = kernel("box")
    >>> (9 * effective_receptive_field([blur], torch.zeros(1, 1, 3, 3))).round(decimals=3)
    tensor([[1., 1., 1.],
            [1., 1., 1.],
            [1., 1., 1.]])
    """
    energy = sum(_gradient(network, image).square().sum(dim=(0, 1)) for network in networks)
    if not energy.any():
        raise ValueError("image must change the middle output of the network, got one with zero gradient")
    return energy / energy.sum()


def spread(energy: Tensor) -> float:
    r"""Measure the width of a map as the standard deviation of its mass, in pixels.

    For :math:`n` layers of random K × K kernels at stride 1 the map is, on average, :math:`n` boxes of width
    K convolved with each other, and the spread is :math:`\sqrt{n (K^2 - 1) / 12}`.

    Parameters
    ----------
    energy : Tensor of shape (H, W)
        No entry negative, not all zero.

    Returns
    -------
    float
        Root of the mean of the variances along the two axes.

    Raises
    ------
    ValueError
        If ``energy`` has another shape.

    Examples
    --------
    >>> spread(torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0], [1.0, 0.0, 1.0]]))
    1.0
    """
    check_shape("energy", energy, ("H", "W"))
    variances = []
    for mass in energy.sum(dim=1), energy.sum(dim=0):
        mass = mass / mass.sum()
        place = torch.arange(len(mass), dtype=mass.dtype, device=mass.device)
        centre = (mass * place).sum()
        variances.append(float((mass * (place - centre) ** 2).sum()))
    return math.sqrt(sum(variances) / 2)


def _gradient(network: Network, image: Tensor) -> Tensor:
    """Differentiate the middle output, summed over its channels, with respect to the image."""
    check_shape("image", image, ("B", "C", "H", "W"))
    image = image.detach().requires_grad_()
    y = network(image)
    check_shape("network(image)", y, (len(image), "O", "Ho", "Wo"))
    middle = y[:, :, y.shape[2] // 2, y.shape[3] // 2]
    return torch.autograd.grad(middle.sum(), image)[0]
