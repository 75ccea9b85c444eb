"""Cutout and Random Erasing: hide a part of the picture, keep its label.

Cutout (DeVries and Taylor 2017) hides one square of fixed size, centred anywhere, so that it may hang over
the edge; the paper found 16 pixels best for CIFAR-10, 8 for CIFAR-100 and 20 for SVHN. Random Erasing (Zhong,
Zheng, Kang, Li and Yang 2020) draws area and aspect, fills with random values, and acts with probability p
only.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.regularize.draws import uniform_like

__all__ = ["box_mask", "cutout", "random_erasing"]


def box_mask(size: tuple[int, int], top: Tensor, left: Tensor, height: Tensor, width: Tensor) -> Tensor:
    """Mark a rectangle in each picture, cut off at the edges.

    Parameters
    ----------
    size : (int, int)
        Height and width H, W of the pictures.
    top, left : Tensor of shape (B,)
        First row and column, int64; may be negative.
    height, width : Tensor of shape (B,)
        Of the rectangle, int64.

    Returns
    -------
    Tensor of shape (B, 1, H, W)
        True inside.

    Examples
    --------
    >>> one = torch.ones(1, dtype=torch.int64)
    >>> box_mask((3, 4), -one, one, 2 * one, 2 * one)[0, 0].int().tolist()
    [[0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    """
    H, W = size
    row = torch.arange(H, device=top.device).view(1, 1, H, 1)
    column = torch.arange(W, device=top.device).view(1, 1, 1, W)
    top, left, height, width = (each.view(-1, 1, 1, 1) for each in (top, left, height, width))
    return (row >= top) & (row < top + height) & (column >= left) & (column < left + width)


def cutout(x: Tensor, size: int, *, fill: float = 0.0, generator: torch.Generator | None = None) -> Tensor:
    """Hide one square of each picture, centred on a pixel drawn uniformly.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures.
    size : int
        Side of the square, at least 1.
    fill : float
        What stands there afterwards: 0, or the mean of the data.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        The pictures with their holes.

    Raises
    ------
    ValueError
        If ``x`` has another shape or ``size`` is below 1.

    Examples
    --------
    >>> y = cutout(torch.ones(1, 1, 9, 9), 3, generator=torch.Generator().manual_seed(1))
    >>> int((y == 0).sum()) <= 9
    True
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    B, _, H, W = x.shape
    check_integer("size", size, low=1)
    row, column = (uniform_like(x, (2, B), generator) * torch.tensor([[H], [W]], device=x.device)).long()
    side = torch.full_like(row, size)
    return torch.where(box_mask((H, W), row - size // 2, column - size // 2, side, side), fill, x)


def random_erasing(
    x: Tensor,
    *,
    p: float = 0.5,
    area: tuple[float, float] = (0.02, 0.4),
    aspect: float = 0.3,
    generator: torch.Generator | None = None,
) -> Tensor:
    r"""Fill a rectangle of random area and aspect with random values, in a share p of the pictures.

    The area :math:`s` is uniform in ``area`` times that of the picture, the aspect :math:`r` uniform in
    :math:`[r_1, 1/r_1]`; the rectangle has height :math:`\sqrt{s r}` and width :math:`\sqrt{s / r}`. As in
    the paper, one that does not fit is drawn again, here up to 20 times.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures in [0, 1].
    p : float
        Share of the pictures, in [0, 1].
    area : (float, float)
        Smallest and largest share of the picture's area.
    aspect : float
        :math:`r_1`, in (0, 1].
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        The pictures, some with a rectangle of noise.

    Raises
    ------
    ValueError
        If ``x`` has another shape or a number is out of range.
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    B, _, H, W = x.shape
    check_number("p", p, low=0, high=1)
    check_number("area[1]", area[1], low=0, high=1)
    check_number("area[0]", area[0], low=0, high=area[1])
    check_number("aspect", aspect, low=1e-6, high=1)

    def draw() -> Tensor:
        return uniform_like(x, (B,), generator)

    height = width = torch.full((B,), H + W, device=x.device)
    for _ in range(20):
        space = (area[0] + (area[1] - area[0]) * draw()) * (H * W)
        ratio = aspect + (1 / aspect - aspect) * draw()
        again = (height >= H) | (width >= W)
        height = torch.where(again, (space * ratio).sqrt().round().long(), height)
        width = torch.where(again, (space / ratio).sqrt().round().long(), width)
    hit = (draw() < p) & (height < H) & (width < W)
    top, left = (draw() * (H - height + 1)).long(), (draw() * (W - width + 1)).long()
    inside = box_mask((H, W), top, left, height, width) & hit.view(B, 1, 1, 1)
    return torch.where(inside, uniform_like(x, tuple(x.shape), generator), x)


def clipped_box(lam: Tensor, centre: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Place boxes of area 1 - λ around centres and cut them off at the edges; serves mixing.py."""
    H, W = size
    share = (1 - lam).sqrt()
    row, column = (centre[0] * H).long(), (centre[1] * W).long()
    half_height, half_width = (share * H / 2).floor().long(), (share * W / 2).floor().long()
    top, left = (row - half_height).clamp_min(0), (column - half_width).clamp_min(0)
    bottom, right = (row + half_height).clamp_max(H), (column + half_width).clamp_max(W)
    return top, left, bottom - top, right - left
