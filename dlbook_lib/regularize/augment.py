r"""Pictures rotated, moved, scaled, mirrored and lit differently: the invariance that a classifier lacks.

All geometry is one affine map per picture, read backwards: each pixel of the result asks where in the source
it comes from, and takes a bilinear mean of the four pixels there. Differs from torchvision: tensors of a
batch only, one draw for each picture, black outside.

Shape letters: B batch, C channels, H W height and width.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_number, check_shape
from dlbook_lib.regularize.draws import uniform_like

__all__ = ["adjust_light", "flip", "random_affine", "rotate", "translate", "warp"]


def warp(x: Tensor, matrix: Tensor, shift: Tensor | None = None) -> Tensor:
    r"""Read each picture at affinely displaced places.

    The pixel at :math:`u` (in pixels from the middle, x to the right and y down) becomes the one at
    :math:`A u + s` of the source.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures.
    matrix : Tensor of shape (B, 2, 2)
        A for each picture.
    shift : Tensor of shape (B, 2), optional
        The displacement s in pixels, x before y; 0 by default.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        Of the same size; black where nothing was.

    Raises
    ------
    ValueError
        If a shape does not fit.

    Examples
    --------
    >>> x = torch.arange(4.0).view(1, 1, 2, 2)
    >>> warp(x, torch.eye(2)[None]).equal(x)
    True
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    B, _, H, W = x.shape
    check_shape("matrix", matrix, (B, 2, 2))
    size = torch.tensor([W, H], dtype=x.dtype, device=x.device) / 2
    across = (torch.arange(W, device=x.device, dtype=x.dtype) + 0.5 - W / 2).expand(H, W)
    down = (torch.arange(H, device=x.device, dtype=x.dtype) + 0.5 - H / 2)[:, None].expand(H, W)
    places = torch.einsum("bij,hwj->bhwi", matrix, torch.stack([across, down], dim=-1))
    if shift is not None:
        places = places + shift.view(B, 1, 1, 2)
    return F.grid_sample(x, places / size, mode="bilinear", padding_mode="zeros", align_corners=False)


def rotate(x: Tensor, degrees: float | Tensor) -> Tensor:
    """Turn pictures around their middle, anticlockwise.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures.
    degrees : float or Tensor of shape (B,)
        The angle, for all or for each.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        Corners may be lost, except at multiples of 90 degrees of a square.

    Raises
    ------
    ValueError
        If ``x`` has another shape.

    Examples
    --------
    >>> rotate(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), 90)[0, 0].round().tolist()
    [[2.0, 4.0], [1.0, 3.0]]
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    return warp(x, turning(torch.as_tensor(degrees, dtype=x.dtype, device=x.device).expand(len(x))))


def turning(degrees: Tensor) -> Tensor:
    """Make the matrices that read a picture turned anticlockwise; serves randaugment.py."""
    angle = degrees * (math.pi / 180)
    c, s = angle.cos(), angle.sin()
    return torch.stack([torch.stack([c, -s], dim=-1), torch.stack([s, c], dim=-1)], dim=-2)


def translate(x: Tensor, right: float | Tensor, down: float | Tensor) -> Tensor:
    """Move pictures by pixels, whole or not.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures.
    right, down : float or Tensor of shape (B,)
        By how much, for all or for each; negative to the left and up.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        Black moves in.

    Raises
    ------
    ValueError
        If ``x`` has another shape.

    Examples
    --------
    >>> translate(torch.tensor([[[[1.0, 2.0]]]]), 1, 0)[0, 0].tolist()
    [[0.0, 1.0]]
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    both = [torch.as_tensor(move, dtype=x.dtype, device=x.device).expand(len(x)) for move in (right, down)]
    return warp(
        x, torch.eye(2, dtype=x.dtype, device=x.device).expand(len(x), 2, 2), -torch.stack(both, dim=1)
    )


def flip(x: Tensor, p: float = 0.5, *, generator: torch.Generator | None = None) -> Tensor:
    """Mirror each picture, left to right, with probability p.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures.
    p : float
        In [0, 1].
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        Twice with ``p=1`` is the picture itself.

    Raises
    ------
    ValueError
        If ``x`` has another shape or ``p`` lies outside [0, 1].

    Examples
    --------
    >>> flip(torch.tensor([[[[1.0, 2.0]]]]), 1.0)[0, 0].tolist()
    [[2.0, 1.0]]
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    check_number("p", p, low=0, high=1)
    return torch.where(uniform_like(x, (len(x), 1, 1, 1), generator) < p, x.flip(-1), x)


def adjust_light(
    x: Tensor, brightness: float, contrast: float, *, generator: torch.Generator | None = None
) -> Tensor:
    r"""Multiply each channel's values and spread them around the mean, by random factors near 1.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures in [0, 1].
    brightness, contrast : float
        Each factor is uniform within this distance of 1, in [0, 1]; brightness for each channel by itself,
        which shifts the colour.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        In [0, 1].

    Raises
    ------
    ValueError
        If ``x`` has another shape or a range is outside [0, 1].
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    B, C, _, _ = x.shape
    check_number("brightness", brightness, low=0, high=1)
    check_number("contrast", contrast, low=0, high=1)
    light = 1 + brightness * (2 * uniform_like(x, (B, C, 1, 1), generator) - 1)
    spread = 1 + contrast * (2 * uniform_like(x, (B, 1, 1, 1), generator) - 1)
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    return (((x - mean) * spread + mean) * light).clamp(0, 1)


def random_affine(
    x: Tensor,
    *,
    degrees: float = 0.0,
    shift: float = 0.0,
    scale: float = 0.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    r"""Rotate, move and scale each picture by random amounts, in one reading.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures.
    degrees, shift, scale : float
        Angle, pixels, and logarithm of the magnification are each uniform between minus and plus this.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        With all three at 0 the pictures themselves.

    Raises
    ------
    ValueError
        If ``x`` has another shape or an amount is negative.

    Examples
    --------
    >>> x = torch.rand(2, 1, 8, 8)
    >>> torch.allclose(random_affine(x), x, atol=1e-6)
    True
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    for name, amount in (("degrees", degrees), ("shift", shift), ("scale", scale)):
        check_number(name, amount, low=0)
    angle, right, down, grown = 2 * uniform_like(x, (4, len(x)), generator) - 1
    matrix = turning(degrees * angle) * torch.exp(-scale * grown).view(-1, 1, 1)
    return warp(x, matrix, -shift * torch.stack([right, down], dim=1))
