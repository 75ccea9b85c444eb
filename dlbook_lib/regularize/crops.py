r"""AlexNet's augmentation: random crops, mirror images, and colour noise along the colours' own directions.

Krizhevsky, Sutskever and Hinton (2012, section 4.1) cut windows of 224×224 out of 256×256 pixels and mirrored
half of them, which enlarges the training set by 2048, and added to every pixel of a picture the same multiple
of the principal components of all pixels' colours. Differs from the paper: any sizes, and at test time
nothing.

Shape letters: B batch, C channels, H W height and width, N pixels.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.regularize.draws import normal_like, uniform_like

__all__ = ["Colours", "crop_factor", "pca_noise", "principal_colours", "random_crop"]


class Colours(NamedTuple):
    """The principal directions of the colours of a set of pictures.

    Parameters
    ----------
    directions : Tensor of shape (C, C)
        Unit vectors, one in each column.
    variances : Tensor of shape (C,)
        How much the colours vary along each.
    """

    directions: Tensor
    variances: Tensor


def crop_factor(size: int, crop: int) -> int:
    r"""Count the crops and their mirror images as the paper does, :math:`2 (S - s)^2`.

    Counted exactly, a window can stand at :math:`S - s + 1` places along each axis.

    Parameters
    ----------
    size, crop : int
        Sides S of the picture and s of the window, ``crop`` at most ``size``.

    Returns
    -------
    int
        2048 for 256 and 224.

    Raises
    ------
    ValueError
        If the window does not fit.

    Examples
    --------
    >>> crop_factor(256, 224)
    2048
    """
    check_integer("size", size, low=1)
    check_integer("crop", crop, low=1, high=size)
    return 2 * (size - crop) ** 2


def random_crop(x: Tensor, crop: int, *, generator: torch.Generator | None = None) -> Tensor:
    """Cut a window out of each picture at a place of its own.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures.
    crop : int
        Side of the window, at most that of the picture.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B, C, crop, crop)
        The windows.

    Raises
    ------
    ValueError
        If ``x`` has another shape or the window does not fit.

    Examples
    --------
    >>> random_crop(torch.zeros(2, 3, 8, 8), 5).shape
    torch.Size([2, 3, 5, 5])
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    B, C, H, W = x.shape
    check_integer("crop", crop, low=1, high=min(H, W))
    room = torch.tensor([[H - crop + 1], [W - crop + 1]], device=x.device)
    top, left = (uniform_like(x, (2, B), generator) * room).long()
    span = torch.arange(crop, device=x.device)
    rows, columns = top[:, None] + span, left[:, None] + span  # both (B, crop)
    picture = torch.arange(B, device=x.device).view(B, 1, 1, 1)
    channel = torch.arange(C, device=x.device).view(1, C, 1, 1)
    return x[picture, channel, rows[:, None, :, None], columns[:, None, None, :]]


def principal_colours(x: Tensor) -> Colours:
    r"""Find the directions in which the pixels of pictures vary, :math:`\Sigma = P \Lambda P^\top`.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures, whose pixels all count alike.

    Returns
    -------
    Colours
        Directions and variances, the largest last.

    Raises
    ------
    ValueError
        If ``x`` has another shape.
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    pixels = x.transpose(0, 1).flatten(1)  # (C, N)
    variances, directions = torch.linalg.eigh(torch.cov(pixels))
    return Colours(directions, variances)


def pca_noise(
    x: Tensor, colours: Colours, *, std: float = 0.1, generator: torch.Generator | None = None
) -> Tensor:
    r"""Add one random colour to all pixels of each picture.

    .. math:: x + P\, (a \odot \lambda), \qquad a_i \sim \mathcal N(0, \sigma^2)

    with the eigenvalues :math:`\lambda` of the colours' covariance, as the paper writes it.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures.
    colours : Colours
        From :func:`principal_colours`.
    std : float
        :math:`\sigma`, at least 0.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        Not cut off at 0 and 1.

    Raises
    ------
    ValueError
        If a shape does not fit or ``std`` is negative.
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    B, C, _, _ = x.shape
    check_shape("colours.variances", colours.variances, (C,))
    check_number("std", std, low=0)
    a = std * normal_like(x, (B, C), generator)
    return x + ((a * colours.variances) @ colours.directions.T).view(B, C, 1, 1)
