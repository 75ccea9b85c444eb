r"""A tiny world of pictures with captions: two coloured shapes, and how they stand to each other.

A scene is two objects on a black ground. Each has one of four colours and one of three shapes; the caption
says what they are and how the first stands to the second: "red circle left of blue square". Boxes, masks
and all factors come along, so that pictures can be read, cut out, found and described, here and in other
chapters. The idea of a small world whose every fact is known is that of CLEVR (Johnson et al., "CLEVR: A
Diagnostic Dataset for Compositional Language and Elementary Visual Reasoning", 2017).

Differs from CLEVR: flat, small, two objects, no questions.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_integer
from dlbook_lib.seed import generator

__all__ = [
    "COLOURS",
    "RELATIONS",
    "SHAPES",
    "VOCABULARY",
    "Scenes",
    "caption_tokens",
    "paint_objects",
    "read_scenes",
    "scenes",
]

COLOURS = {
    "red": (1.0, 0.0, 0.0),
    "green": (0.0, 1.0, 0.0),
    "blue": (0.0, 0.0, 1.0),
    "yellow": (1.0, 1.0, 0.0),
}
SHAPES = ("square", "circle", "cross")
RELATIONS = ("left of", "right of", "above", "below", "touching")
VOCABULARY = ("<none>", *COLOURS, *SHAPES, "left", "right", "above", "below", "touching", "of")
LENGTH = 6  # of the longest caption, in words
_SIDE = 4  # of an object, in pixels
_INK = torch.tensor(list(COLOURS.values()))
_FORMS = torch.tensor(
    [
        [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]],
        [[0, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1], [0, 1, 1, 0]],
        [[1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 1, 0], [1, 0, 0, 1]],
    ],
    dtype=torch.float32,
)


@dataclass(frozen=True)
class Scenes:
    """Pictures of two objects, with everything that is true of them.

    Parameters
    ----------
    images : Tensor of shape (N, 3, S, S)
        Pictures in [0, 1].
    tokens : Tensor of shape (N, 6)
        Captions as numbers of ``VOCABULARY``, int64, 0 after the end.
    colours, shapes : Tensor of shape (N, 2)
        Those of the first and the second object, int64, by their place in ``COLOURS`` and ``SHAPES``.
    relation : Tensor of shape (N,)
        How the first stands to the second, int64, by its place in ``RELATIONS``.
    boxes : Tensor of shape (N, 2, 4)
        Left, top, right and bottom edge of each object, int64, the last two exclusive.
    """

    images: Tensor
    tokens: Tensor
    colours: Tensor
    shapes: Tensor
    relation: Tensor
    boxes: Tensor

    @property
    def captions(self) -> list[str]:
        """The captions in words."""
        return [" ".join(VOCABULARY[word] for word in row if word) for row in self.tokens.tolist()]

    @property
    def masks(self) -> Tensor:
        """The pixels of each object, bool of shape (N, 2, S, S)."""
        N, _, S, _ = self.images.shape
        planes = torch.zeros(N, 2, S, S)
        for k in range(2):
            _paint(planes[:, k : k + 1], self.boxes[:, k, :2], _FORMS[self.shapes[:, k], None])
        return planes > 0

    def __len__(self) -> int:
        """How many scenes there are."""
        return len(self.images)


def scenes(
    n: int, *, size: int = 12, relations: tuple[str, ...] = RELATIONS[:2], seed: int | torch.Generator = 0
) -> Scenes:
    """Draw scenes of two objects of different colours.

    Parameters
    ----------
    n : int
        How many.
    size : int
        Height and width S of a picture, at least 10.
    relations : tuple of str
        Which of ``RELATIONS`` occur, all equally often. Objects that touch stand side by side without a
        gap, in either order; for the others there is a gap of at least one pixel.
    seed : int or torch.Generator
        A number, to get the same scenes at every call, or a stream, to get new ones.

    Returns
    -------
    Scenes
        Pictures, captions and facts.

    Raises
    ------
    ValueError
        If a number is too small, or a relation unknown.

    Examples
    --------
    >>> world = scenes(2)
    >>> world.images.shape, world.captions[0]
    (torch.Size([2, 3, 12, 12]), 'red cross right of blue square')
    """
    check_integer("n", n, low=1)
    check_integer("size", size, low=2 * _SIDE + 2)
    for relation in relations:
        check_in("relations", relation, RELATIONS)
    stream = seed if isinstance(seed, torch.Generator) else generator(seed)

    def draw(high: int, *shape: int) -> Tensor:
        return torch.randint(high, shape or (n,), generator=stream)

    first, shapes = draw(len(COLOURS)), draw(len(SHAPES), n, 2)
    colours = torch.stack((first, (first + 1 + draw(len(COLOURS) - 1)) % len(COLOURS)), 1)
    relation = torch.tensor([RELATIONS.index(r) for r in relations])[draw(len(relations))]
    near = relation == RELATIONS.index("touching")

    room = size - 2 * _SIDE  # for the gap and the margins along the axis of the relation
    gap = torch.where(near, 0, 1 + (torch.rand(n, generator=stream) * room).long())
    start = (torch.rand(n, generator=stream) * (room - gap + 1)).long()
    along = torch.stack((start, start + _SIDE + gap), 1)  # of the one that comes first on the axis
    across = draw(size - _SIDE + 1)[:, None].expand(n, 2)
    swapped = torch.where(near, draw(2), (relation == 1) | (relation == 3)).bool()
    along = torch.where(swapped[:, None], along.flip(1), along)
    upright = ((relation == 2) | (relation == 3))[:, None]
    left, top = torch.where(upright, across, along), torch.where(upright, along, across)
    boxes = torch.stack((left, top, left + _SIDE, top + _SIDE), 2)

    images = paint_objects(colours, shapes, boxes[..., :2], size=size)
    return Scenes(images, caption_tokens(colours, shapes, relation), colours, shapes, relation, boxes)


def paint_objects(colours: Tensor, shapes: Tensor, corners: Tensor, *, size: int) -> Tensor:
    """Draw pictures of two objects each.

    Parameters
    ----------
    colours, shapes : Tensor of shape (N, 2)
        Those of the objects, by their places.
    corners : Tensor of shape (N, 2, 2)
        Left and top edge of each, int64.
    size : int
        Height and width S of a picture.

    Returns
    -------
    Tensor of shape (N, 3, S, S)
        Pictures in [0, 1].

    Examples
    --------
    >>> kind = torch.tensor([[0, 1]])
    >>> paint_objects(kind, kind, torch.tensor([[[0, 0], [6, 6]]]), size=10).sum()
    tensor(28.)
    """
    images = torch.zeros(len(colours), 3, size, size)
    for k in range(2):
        _paint(images, corners[:, k], _INK[colours[:, k], :, None, None] * _FORMS[shapes[:, k], None])
    return images.clamp(max=1)


def caption_tokens(colours: Tensor, shapes: Tensor, relation: Tensor) -> Tensor:
    """Write captions as numbers of words.

    Parameters
    ----------
    colours, shapes : Tensor of shape (N, 2)
        Those of the first and the second object, by their places.
    relation : Tensor of shape (N,)
        How the first stands to the second, by its place.

    Returns
    -------
    Tensor of shape (N, 6)
        Numbers of ``VOCABULARY``, 0 after the end.

    Examples
    --------
    >>> row = caption_tokens(torch.tensor([[0, 2]]), torch.tensor([[1, 0]]), torch.tensor([2]))[0]
    >>> " ".join(VOCABULARY[word] for word in row if word)
    'red circle above blue square'
    """
    rows = []
    for (c1, c2), (s1, s2), r in zip(colours.tolist(), shapes.tolist(), relation.tolist()):
        names = list(COLOURS)
        words = [names[c1], SHAPES[s1], *RELATIONS[r].split(), names[c2], SHAPES[s2]]
        numbers = [VOCABULARY.index(word) for word in words]
        rows.append(numbers + [0] * (LENGTH - len(numbers)))
    return torch.tensor(rows)


def read_scenes(images: Tensor, colours: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Find two objects of given colours in pictures, by laying every shape on every place.

    Parameters
    ----------
    images : Tensor of shape (N, 3, S, S)
        Pictures, true or generated.
    colours : Tensor of shape (N, 2)
        The colours to look for, by their places.

    Returns
    -------
    boxes : Tensor of shape (N, 2, 4)
        Where the objects fit best, int64, as in ``Scenes``.
    shapes : Tensor of shape (N, 2)
        The shapes that fit best, int64.
    error : Tensor of shape (N, 2)
        Mean squared error of the fit in the object's window, the colours in it included; small where there
        is such an object.

    Examples
    --------
    >>> world = scenes(5)
    >>> boxes, shapes, error = read_scenes(world.images, world.colours)
    >>> bool((boxes == world.boxes).all() and (shapes == world.shapes).all())
    True
    """
    N, _, S, _ = images.shape
    P = S - _SIDE + 1
    windows = images.unfold(2, _SIDE, 1).unfold(3, _SIDE, 1)  # (N, 3, P, P, 4, 4)
    windows = windows.permute(0, 2, 3, 1, 4, 5).reshape(N, P * P, 1, -1)
    boxes, shapes, errors = [], [], []
    for k in range(2):
        template = (_INK[colours[:, k], None, :, None, None] * _FORMS[None, :, None]).flatten(2)  # (N, 3, 48)
        error = (windows - template[:, None]).square().mean(-1)  # (N, PP, 3)
        best = error.flatten(1).argmin(1)
        place, shape = best // len(SHAPES), best % len(SHAPES)
        left, top = place % P, place // P
        boxes.append(torch.stack((left, top, left + _SIDE, top + _SIDE), 1))
        shapes.append(shape)
        errors.append(error.flatten(1).min(1).values)
    return torch.stack(boxes, 1), torch.stack(shapes, 1), torch.stack(errors, 1)


def _paint(canvas: Tensor, corners: Tensor, ink: Tensor) -> None:
    """Add small pictures, shape (N, C, 4, 4), to large ones at the upper left corners of boxes."""
    rows = torch.arange(len(canvas))[:, None, None]
    down = corners[:, 1, None, None] + torch.arange(_SIDE)[:, None]
    right = corners[:, 0, None, None] + torch.arange(_SIDE)
    for channel in range(canvas.shape[1]):
        canvas[rows, channel, down, right] += ink[:, channel]
