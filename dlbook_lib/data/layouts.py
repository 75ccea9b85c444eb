r"""A scene as sixteen numbers, and the picture that they stand for.

Two objects, the left one first; for each its place, its colour and its shape. It is the smallest code from
which a scene of ``scenes`` can be drawn again, and small enough to train on in seconds.

Differs from learned codes: it is written by hand, so that whatever a generator gets wrong can be read off
as a number.

Shape letters: N scenes, S height and width of a picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape
from dlbook_lib.data.scenes import COLOURS, SHAPES, Scenes, paint_objects

__all__ = ["Layout", "layout_codes", "read_layouts"]

_INK = torch.tensor(list(COLOURS.values()))


@dataclass(frozen=True)
class Layout:
    """What a code says: the left object first.

    Parameters
    ----------
    colours, shapes : Tensor of shape (N, 2)
        By their places in ``COLOURS`` and ``SHAPES``, int64.
    corners : Tensor of shape (N, 2, 2)
        Left and top edge of each object in pixels, not rounded.
    images : Tensor of shape (N, 3, S, S)
        The pictures, with edges rounded to whole pixels.
    doubt : Tensor of shape (N,)
        Root mean square distance of the code from the nearest code that means the same, places aside.
    """

    colours: Tensor
    shapes: Tensor
    corners: Tensor
    images: Tensor
    doubt: Tensor

    @property
    def gap(self) -> Tensor:
        """Pixels between the two objects, along the row."""
        return self.corners[:, 1, 0] - self.corners[:, 0, 0] - 4


def layout_codes(world: Scenes) -> Tensor:
    """Write scenes as codes.

    Parameters
    ----------
    world : Scenes
        Scenes whose objects stand beside each other.

    Returns
    -------
    Tensor of shape (N, 16)
        For each object, the left one first: left and top edge from -1 to 1, red, green and blue as -1 or 1,
        and 1 for its shape beside -1 for the others.

    Examples
    --------
    >>> from dlbook_lib.data.scenes import scenes
    >>> world = scenes(4)
    >>> bool((read_layouts(layout_codes(world)).images == world.images).all())
    True
    """
    room = world.images.shape[-1] - 4
    place = 2 * world.boxes[..., :2].float() / room - 1  # (N, 2, 2)
    ink = 2 * _INK[world.colours] - 1
    shape = 2 * torch.nn.functional.one_hot(world.shapes, len(SHAPES)).float() - 1
    slots = torch.cat((place, ink, shape), 2)  # (N, 2, 8)
    order = world.boxes[..., 0].argsort(1)
    return slots.gather(1, order[..., None].expand_as(slots)).flatten(1)


def read_layouts(codes: Tensor, *, size: int = 12) -> Layout:
    """Read codes, true or generated, and draw what they mean.

    Parameters
    ----------
    codes : Tensor of shape (N, 16)
        Codes.
    size : int
        Height and width S of a picture.

    Returns
    -------
    Layout
        The nearest colours and shapes, places, and pictures.

    Raises
    ------
    ValueError
        If the codes have another shape.

    Examples
    --------
    >>> read_layouts(torch.zeros(3, 16)).images.shape
    torch.Size([3, 3, 12, 12])
    """
    check_shape("codes", codes, ("N", 16))
    check_integer("size", size, low=10)
    slots = codes.view(-1, 2, 8)
    ink = 2 * _INK - 1
    colours = (slots[:, :, None, 2:5] - ink).square().sum(-1).argmin(2)
    shapes = slots[..., 5:].argmax(2)
    meant = torch.cat((ink[colours], 2 * torch.nn.functional.one_hot(shapes, len(SHAPES)).float() - 1), 2)
    corners = (slots[..., :2] + 1) / 2 * (size - 4)
    whole = corners.round().long().clamp(0, size - 4)
    images = paint_objects(colours, shapes, whole, size=size)
    doubt = (slots[..., 2:] - meant).square().mean((1, 2)).sqrt()
    return Layout(colours, shapes, corners, images, doubt)
