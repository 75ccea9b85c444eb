"""What the convolution explorer computes: every output, size and sentence of one setting."""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.cnn.gather import WindowAxis, extend, slide_windows, window_axis
from dlbook_lib.explorers._windows import Axes, compare_moves, look_at, symmetric_limits

__all__ = ["DRAWN", "MARGIN", "SIDE", "TAPS", "slide"]

SIDE, TAPS, DRAWN = 16, 7, 32  # pixels of the picture, most taps and most drawn outputs, along one axis
LONGEST = (SIDE - 1) * 4 + 4 * (TAPS - 1) + 1  # outputs of the largest transposed convolution
MARGIN = 6  # pixels of padding that are drawn


def slide(
    picture: Tensor,
    kernel: Tensor,
    kernel_size: Tensor,
    stride: Tensor,
    dilation: Tensor,
    padding: Tensor,
    fill: Tensor,
    turned: Tensor,
    transposed: Tensor,
    right: Tensor,
    down: Tensor,
    cell: Tensor,
) -> dict[str, Tensor]:
    """Convolve a moved picture, look into one window, and compare with moving afterwards.

    Parameters
    ----------
    picture : Tensor of shape (1, 16, 16)
        Grey values.
    kernel, kernel_size : Tensor of shape (7, 7) and (2,)
        The weights in the top left corner, and how many rows and columns of them there are.
    stride, dilation, padding, fill : Tensor of shape ()
        As in :func:`dlbook_lib.cnn.gather.window_axis` and :func:`dlbook_lib.cnn.gather.extend`.
    turned : Tensor of shape ()
        Whether the kernel is turned by half a turn first: the convolution of mathematics.
    transposed : Tensor of shape ()
        Whether to enlarge instead.
    right, down : Tensor of shape ()
        Pixels by which the picture moves before anything else.
    cell : Tensor of shape (3,)
        What is pointed at: 0 for the output or 1 for the input, row, column.

    Returns
    -------
    dict of str to Tensor
        What the figures and sentences show.
    """
    settings = dict(stride=stride, dilation=dilation, padding=padding, transposed=transposed)
    axes = tuple(window_axis(SIDE, n, **settings, longest=LONGEST, most_taps=TAPS) for n in kernel_size)
    drawn = tuple(WindowAxis(a.places[:DRAWN], a.exists[:DRAWN], *a[2:]) for a in axes)
    back = _turned(kernel, kernel_size)
    laid = torch.where(turned, back, kernel)
    moved = _moved(picture[0], down, right, fill)
    output, still = (
        _blank_beyond((slide_windows(x, *drawn, fill) * laid[:, None]).sum(dim=(1, 3)), axes)
        for x in (moved, picture[0])
    )
    looked = look_at(cell, moved, laid, kernel_size, output, axes, fill)
    by = torch.stack([down, right])
    compared = compare_moves(output, still, drawn, kernel_size, stride, transposed, by)
    sizes = _sizes(axes, kernel_size, transposed, output, laid)
    notes = _notes(axes, kernel, back, turned, stride, padding, transposed, cell, looked["empty"])
    goals = _goals(output, picture, kernel, kernel_size, stride, dilation, transposed, axes, compared)
    shown = {"output": output, "laid": _blank_off_kernel(laid, kernel_size)}
    return shown | _padded(moved, axes, fill, transposed) | looked | compared | sizes | notes | goals


def _moved(picture: Tensor, down: Tensor, right: Tensor, fill: Tensor) -> Tensor:
    """Move a picture; what comes in at its edge is the padding."""
    place = torch.arange(SIDE, dtype=torch.float32)
    (row, row_in), (column, column_in) = (extend(place - by, SIDE, fill) for by in (down, right))
    read = picture.index_select(0, row).index_select(1, column)
    return read * (row_in[:, None] & column_in)


def _turned(kernel: Tensor, size: Tensor) -> Tensor:
    """Turn the filled corner of a kernel by half a turn."""
    row, column = (n - 1 - torch.arange(TAPS) for n in size)
    read = kernel.index_select(0, row.clamp(min=0)).index_select(1, column.clamp(min=0))
    return read * ((row >= 0)[:, None] & (column >= 0))


def _blank_beyond(output: Tensor, axes: Axes) -> Tensor:
    rows, columns = (torch.arange(DRAWN) < axis.formula for axis in axes)
    return torch.where(rows[:, None] & columns, output, torch.nan)


def _blank_off_kernel(kernel: Tensor, size: Tensor) -> Tensor:
    rows, columns = (torch.arange(TAPS) < n for n in size)
    return torch.where(rows[:, None] & columns, kernel, torch.nan)


def _padded(moved: Tensor, axes: Axes, fill: Tensor, transposed: Tensor) -> dict:
    """Draw the picture in its padding, as far as there is room."""
    place = torch.arange(-MARGIN, SIDE + MARGIN, dtype=torch.float32)
    pixels, filled = extend(place, SIDE, fill)
    drawn = [((place >= -a.before) & (place < SIDE + a.after)) & ~transposed for a in axes]
    rows, columns = (d | ((place >= 0) & (place < SIDE)) for d in drawn)
    read = moved.index_select(0, pixels).index_select(1, pixels) * (filled[:, None] & filled)
    widest = torch.stack([end for a in axes for end in (a.before, a.after)]).max().clamp(max=MARGIN)
    widest = torch.where(transposed, 0.0, widest)
    return {
        "padded": torch.where(rows[:, None] & columns, read, torch.nan),
        "input_range": torch.stack([-0.5 - widest, SIDE - 0.5 + widest]),
    }


def _sizes(axes: Axes, size: Tensor, transposed: Tensor, output: Tensor, laid: Tensor) -> dict:
    """Count outputs, weights and multiplications, and choose ranges of axes and colours."""
    formula = torch.stack([axis.formula for axis in axes])
    count = torch.where((formula > 0).all(), formula, torch.zeros_like(formula))
    windows = torch.where(transposed & (count[0] > 0), float(SIDE**2), count[0] * count[1])
    largest = torch.where(output.isnan(), 0.0, output.abs()).max()
    half = torch.tensor(0.5)
    return {
        "formula": formula,
        "count": count,
        "taps": size,
        "pads": torch.stack([axis.before + axis.after for axis in axes]),
        "weights": size[0] * size[1],
        "multiply_adds": windows * size[0] * size[1],
        "largest": largest,
        "output_limits": symmetric_limits(output),
        "kernel_limits": symmetric_limits(laid),
        "output_range": torch.stack([-half, count.max().clamp(1, DRAWN) - half]),
        "kernel_range": torch.stack([-half, size.max() - half]),
    }


def _notes(axes: Axes, kernel, back, turned, stride, padding, transposed, cell, empty) -> dict[str, Tensor]:
    """Choose the sentences."""
    exists = (axes[0].formula > 0) & (axes[1].formula > 0)
    pointed = torch.where(cell[0] == 0, 1 * (empty > 0), 2)
    kind = torch.where(exists, pointed + 3 * transposed, 6 + 1 * transposed)

    odd = (axes[0].before != axes[0].after) | (axes[1].before != axes[1].after)
    same = torch.where(stride > 1, 3, torch.where(odd, 2, 1))
    note = torch.where(padding == 1, same, torch.where(padding == 2, 4, 0))
    note = torch.where(transposed, 5, note)
    cropped = (axes[0].formula > DRAWN) | (axes[1].formula > DRAWN)
    note = torch.where(exists, torch.where(cropped, 6, note), 7)

    same_turned, opposite = ((kernel - sign * back).abs().max() < 1e-6 for sign in (1, -1))
    flip = torch.where(same_turned, 0, torch.where(opposite, 1, 3) + 1 * turned)
    unlike = (axes[0].formula != axes[1].formula) | (axes[0].before != axes[1].before)
    return {"kind": kind, "note": note, "flip": flip, "direction": 2 * transposed + 1 * unlike}


def _uneven(taps: Tensor, stride: Tensor, dilation: Tensor) -> Tensor:
    """Say whether the strokes of a transposed convolution overlap unevenly along one axis, off the border."""
    u, phase = torch.arange(TAPS), torch.arange(4)[:, None]
    lands = ((u * dilation) % stride == phase) & (u < taps)
    strokes = lands.sum(dim=1)
    possible = torch.arange(4) < stride
    return torch.where(possible, strokes, 0).max() != torch.where(possible, strokes, TAPS).min()


def _goals(output, picture, kernel, size, stride, dilation, transposed, axes, compared) -> dict[str, Tensor]:
    """Notice which challenges are met."""
    rows, columns = (axis.formula for axis in axes)
    exists = (rows > 0) & (columns > 0)
    dark = torch.where(output.isnan(), 0.0, output.abs()).max() < 1e-4
    something = (kernel.abs().max() > 0.01) & (picture.max() - picture.min() > 0.01)
    uneven = transposed & exists & (_uneven(size[0], stride, dilation) | _uneven(size[1], stride, dilation))
    return {
        "blind": exists & dark & something,
        "half_step": (compared["equivariance"] == 2) & (compared["gap"] > 0.01),
        "quarter": (rows == 4) & (columns == 4) & (size == 3).all() & ~transposed,
        "uneven": uneven,
    }
