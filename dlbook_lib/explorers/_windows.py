"""What the convolution explorer shows of its windows: one of them in full, and all of them after a move.

Axes come in pairs (rows, columns), as :func:`dlbook_lib.cnn.gather.window_axis` makes them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.cnn.gather import WindowAxis, extend

__all__ = ["Axes", "compare_moves", "look_at", "symmetric_limits"]

NAN = float("nan")
TINY = 1e-4  # differences below it are rounding

Axes = tuple[WindowAxis, WindowAxis]


def look_at(
    cell: Tensor, picture: Tensor, kernel: Tensor, size: Tensor, output: Tensor, axes: Axes, fill: Tensor
) -> dict[str, Tensor]:
    """Write out the arithmetic of one output, or find all outputs that read one pixel.

    Parameters
    ----------
    cell : Tensor of shape (3,)
        0 for an output or 1 for a pixel, its row and its column.
    picture : Tensor of shape (N, N)
        The pixels.
    kernel, size : Tensor of shape (K, K) and (2,)
        The weights as they lie on the picture, and how many rows and columns of them there are.
    output : Tensor of shape (M, M)
        The outputs that are drawn.
    axes : (WindowAxis, WindowAxis)
        With room for at least M outputs.
    fill : Tensor of shape ()
        One of the numbers of ``FILLS``.

    Returns
    -------
    dict of str to Tensor
        Places of taps, boxes, readers, the window (or the pixel, at every weight that meets it), products
        and their sum; NaN where there is nothing.
    """
    N, M = len(picture), len(output)
    at_output = cell[0] == 0
    exists = (axes[0].formula > 0) & (axes[1].formula > 0)
    spots, views = [], []
    for number, axis in enumerate(axes):
        last = torch.where(at_output, axis.formula.clamp(1, M) - 1, torch.tensor(N - 1.0)).long()
        spots.append(torch.minimum(cell[1 + number], last))
        views.append(_along(axis, spots[-1], at_output & exists, N, fill))
    (row, column), (down, across) = spots, views

    taps = [torch.arange(len(kernel)) < size[number] for number in (0, 1)]
    window = picture.index_select(0, down["pixel"]).index_select(1, across["pixel"])
    read = down["read"][:, None] & across["read"]
    gathered = torch.where(taps[0][:, None] & taps[1], window * read, NAN)
    pixel, value = _entry(picture, row, column), _entry(output, row, column)
    spread = torch.where(down["through"][:, None] & across["through"], pixel, NAN)
    values = torch.where(exists, torch.where(at_output, gathered, spread), NAN)
    products = values * kernel

    box = torch.cat([down["ends"], across["ends"]])
    here = torch.stack([row - 0.5, row + 0.5, column - 0.5, column + 0.5])
    return {
        "spot": torch.stack([row, column]),
        "tap_rows": down["places"],
        "tap_columns": across["places"],
        "input_box": torch.where(at_output, box, here),
        "output_box": torch.where(at_output & exists, here, NAN),
        "reader_rows": torch.where(at_output, NAN, down["readers"][:M]),
        "reader_columns": torch.where(at_output, NAN, across["readers"][:M]),
        "readers": (down["readers"] >= 0).sum() * (across["readers"] >= 0).sum(),
        "window": values,
        "products": products,
        "total": torch.where(products.isnan(), 0.0, products).sum(),
        "value": torch.where(at_output, value, pixel),
        "empty": size[0] * size[1] - read.sum(),
    }


def _along(axis: WindowAxis, spot: Tensor, at_output: Tensor, N: int, fill: Tensor) -> dict[str, Tensor]:
    """Look along one axis: from an output to the pixels that it reads, and from a pixel to its readers."""
    pixels, filled = extend(axis.places, N, fill)
    mine = axis.exists.index_select(0, spot[None])[0]
    places = torch.where(mine & at_output, axis.places.index_select(0, spot[None])[0], NAN)
    meets = axis.exists & filled & (pixels == spot)
    first, last = _smallest(places), -_smallest(-places)
    return {
        "pixel": pixels.index_select(0, spot[None])[0],
        "read": mine & filled.index_select(0, spot[None])[0],
        "places": places,
        "ends": torch.stack([first - 0.5, last + 0.5]),
        "readers": torch.where(meets.any(dim=1), torch.arange(float(len(pixels))), NAN),
        "through": meets.any(dim=0),
    }


def _smallest(values: Tensor) -> Tensor:
    """Take the smallest number, or NaN where there is none."""
    least = torch.where(values.isnan(), 1e9, values).min()
    return torch.where(least == 1e9, NAN, least)


def _entry(table: Tensor, row: Tensor, column: Tensor) -> Tensor:
    row, column = (number.clamp(max=len(table) - 1) for number in (row, column))
    return table.index_select(0, row[None]).index_select(1, column[None])[0, 0]


def compare_moves(
    output: Tensor, still: Tensor, axes: Axes, size: Tensor, stride: Tensor, transposed: Tensor, by: Tensor
) -> dict[str, Tensor]:
    """Compare moving the picture first with moving the output afterwards.

    Parameters
    ----------
    output, still : Tensor of shape (M, M)
        Outputs for the moved picture and for the one that stayed.
    axes : (WindowAxis, WindowAxis)
        With room for M outputs.
    size : Tensor of shape (2,)
        Rows and columns of the kernel.
    stride, transposed : Tensor of shape ()
        Of the convolution.
    by : Tensor of shape (2,)
        Pixels that the picture moved down and to the right.

    Returns
    -------
    dict of str to Tensor
        ``equivariance``, the number of the case, ``steps`` that the output should have moved, and the
        largest differences ``inner_gap`` and ``border_gap`` over windows off and on the border. ``gaps`` of
        shape (M, M) holds them cell by cell, with their sign, and NaN where there is nothing to compare.
    """
    steps = torch.where(transposed, by * stride, by / stride.float())
    nearest = torch.floor(steps + 0.5)
    compared, inner, sources = [], [], []
    for number, axis in enumerate(axes):
        i = torch.arange(len(output))
        source = i - nearest[number].long()
        end = axis.formula.clamp(max=len(output))
        compared.append((i < end) & (source >= 0) & (source < end))
        sources.append(source.clamp(0, len(output) - 1))
        inner.append(_off_border(axis, size[number], by[number]))
    moved = still.index_select(0, sources[0]).index_select(1, sources[1])
    both = compared[0][:, None] & compared[1]
    clear = inner[0][:, None] & inner[1] & both
    gap = torch.where(both, (output - moved).abs(), 0.0)
    gap = torch.where(gap < TINY * torch.where(both, moved.abs(), 0.0).max().clamp(min=1), 0.0, gap)
    signed = torch.where(both, (output - moved).sign() * gap, NAN)
    inner_gap, border_gap = torch.where(clear, gap, 0.0).max(), torch.where(clear, 0.0, gap).max()

    exists = (axes[0].formula > 0) & (axes[1].formula > 0)
    case = torch.where(clear.any(), 5, 6)
    case = torch.where(border_gap == 0, 4, case)
    case = torch.where(both.any(), case, 3)
    case = torch.where((nearest == steps).all(), case, 2)
    case = torch.where((by == 0).all(), 1, case)
    return {
        "equivariance": torch.where(exists, case, 0),
        "steps": steps,
        "gaps": signed,
        "inner_gap": inner_gap,
        "border_gap": border_gap,
        "inner_cells": clear.sum(),
        "gap": torch.maximum(inner_gap, border_gap),
    }


def _off_border(axis: WindowAxis, taps: Tensor, by: Tensor, N: int = 16) -> Tensor:
    """Say which windows lie inside the picture, moved and unmoved."""
    places, u = axis.places, torch.arange(axis.places.shape[1])
    inside = (places >= 0) & (places < N) & (places - by >= 0) & (places - by < N)
    nothing = (u >= taps) | (places != torch.floor(places))  # no tap, or zeros put between the pixels
    return (inside | nothing).all(dim=1)


def symmetric_limits(values: Tensor) -> Tensor:
    """Find a range of colours that is symmetric about zero.

    Parameters
    ----------
    values : Tensor
        Numbers, some of them NaN.

    Returns
    -------
    Tensor of shape (2,)
        From -1 to 1 where all are zero.

    Examples
    --------
    >>> symmetric_limits(torch.tensor([0.5, -2.0, float("nan")]))
    tensor([-2.,  2.])
    """
    largest = torch.where(values.isnan(), torch.zeros_like(values), values.abs()).max()
    largest = torch.where(largest < TINY, 1.0, largest)
    return torch.stack([-largest, largest])
