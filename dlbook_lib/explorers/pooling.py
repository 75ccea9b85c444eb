"""Pooling and the way back: what a window keeps, where it stood, and how much of it a small move changes.

The numbers are those of :mod:`dlbook_lib.cnn.pooling`, looked up as in :mod:`dlbook_lib.cnn.gather`. Where
windows overlap, average unpooling gives a pixel the mean of the copies that reach it; where they leave gaps,
both kinds of unpooling put zero.
"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.cnn.gather import WindowAxis, slide_windows, window_axis
from dlbook_lib.data.digits import digits
from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Hover, Matrix, Slider
from dlbook_lib.figures.theme import CATEGORICAL, DIVERGING, frame

__all__ = ["pool_and_back", "pooling"]

SIDE, MOST, WIDEST = 8, 7, 4  # pixels, most outputs and widest window, along one axis
HIGHEST, LOWEST = 16, -9  # the scans have the levels 0 to 16
TINY = 1e-5
POINTED, SWITCH = CATEGORICAL[2], CATEGORICAL[3]


def pool_and_back(
    picture: Tensor, window: Tensor, stride: Tensor, kind: Tensor, right: Tensor, cell: Tensor
) -> dict[str, Tensor]:
    """Move a picture, pool it, put the result back, and pool that again.

    Parameters
    ----------
    picture : Tensor of shape (8, 8)
        Any numbers.
    window, stride : Tensor of shape ()
        Side of the windows, and the step between them.
    kind : Tensor of shape ()
        0 for the maximum, 1 for the average.
    right : Tensor of shape ()
        Pixels by which the picture moves first; what leaves at the right comes in at the left.
    cell : Tensor of shape (3,)
        What is pointed at: 0 for the output or 1 for the input, row, column.

    Returns
    -------
    dict of str to Tensor
        What the figures and sentences show.
    """
    number = torch.tensor
    settings = dict(stride=stride, dilation=number(1), padding=number(0), transposed=number(False))
    axis = window_axis(SIDE, window, **settings, longest=MOST, most_taps=WIDEST)
    exists = axis.exists.any(dim=1)
    there = exists[:, None] & exists
    moved = picture.index_select(1, (torch.arange(SIDE) - right) % SIDE)

    output, address = _pool(moved, axis, stride, kind)
    wins = ((address.flatten()[:, None] == torch.arange(SIDE**2)) & there.flatten()[:, None]).sum(dim=0)
    wins = wins.view(SIDE, SIDE)
    covers = (axis.exists[:, :, None] & (axis.places[:, :, None] == torch.arange(SIDE))).any(dim=1)
    back = torch.where(kind == 0, moved * (wins > 0), _spread(output, there, covers.float()))
    again, _ = _pool(back, axis, stride, kind)
    still, _ = _pool(picture, axis, stride, kind)

    read = covers.any(dim=0)
    lost, change = (torch.where(there, (x - output).abs(), 0.0) for x in (again, still))
    change = torch.where(change < TINY, 0.0, change)
    shown = {
        "moved": moved,
        "output": output,
        "back": back,
        "output_range": torch.stack([number(-0.5), axis.formula - 0.5]),
        "side": axis.formula,
        "cells": there.sum(),
        "unread": SIDE**2 - (read[:, None] & read).sum(),
        "restored": ((back - moved).abs() < TINY).sum(),
        "loss": lost.max(),
        "changed": (change > 0).sum(),
        "change": change.max(),
    }
    looked = _look(cell, moved, output, back, address, wins, covers, there, kind)
    return shown | looked | _goals(picture, moved, wins, kind, right, shown)


def _pool(x: Tensor, axis: WindowAxis, stride: Tensor, kind: Tensor) -> tuple[Tensor, Tensor]:
    """Pool; also say where the first of the largest stands, row by row."""
    windows = slide_windows(x, axis, axis, torch.tensor(0)).transpose(1, 2).flatten(2)  # (MOST, MOST, taps)
    real = (axis.exists[:, None, :, None] & axis.exists[:, None]).flatten(2)
    largest = torch.where(real, windows, -torch.inf).amax(dim=2)
    order = torch.arange(WIDEST**2)
    first = torch.where(real & (windows == largest[:, :, None]), order, WIDEST**2 - 1).amin(dim=2)
    within = (order // WIDEST * SIDE + order % WIDEST).index_select(0, first.flatten()).view(MOST, MOST)
    corner = torch.arange(MOST) * stride
    mean = windows.sum(dim=2) / real.sum(dim=2).clamp(min=1)
    pooled = torch.where(real.any(dim=2), torch.where(kind == 0, largest, mean), torch.nan)
    return pooled, corner[:, None] * SIDE + corner + within


def _spread(means: Tensor, there: Tensor, covers: Tensor) -> Tensor:
    """Copy each mean over its window; where several arrive, take their mean."""
    copies = covers.T @ torch.where(there, means, 0.0) @ covers
    count = covers.sum(dim=0)[:, None] * covers.sum(dim=0)
    return copies / count.clamp(min=1)


def _look(cell, moved, output, back, address, wins, covers, there, kind) -> dict[str, Tensor]:
    """Show the window of an output, or the windows of a pixel."""
    at_output = cell[0] == 0
    last = torch.where(at_output, there[0].sum(), SIDE) - 1
    row, column = torch.minimum(cell[1], last), torch.minimum(cell[2], last)
    line = torch.arange(float(SIDE))
    box = []
    for spot in (row, column):
        mine = covers.index_select(0, spot.clamp(max=MOST - 1)[None])[0]
        first, final = torch.where(mine, line, 99.0).min(), torch.where(mine, line, -1.0).max()
        box += [torch.where(at_output, end, spot.float()) for end in (first, final)]
    readers = [covers.index_select(1, spot[None])[:, 0] & ~at_output for spot in (row, column)]
    windows = (readers[0].sum() * readers[1].sum()).float()
    won = wins.flatten().index_select(0, (row * SIDE + column)[None])[0]
    here = torch.stack([row, row, column, column]).float()
    winner = address.flatten().index_select(
        0, (row.clamp(max=MOST - 1) * MOST + column.clamp(max=MOST - 1))[None]
    )
    pixel = torch.where(windows == 0, 5, torch.where(kind == 1, 4, torch.where(won > 0, 2, 3)))
    flat = (row * SIDE + column)[None]
    padded = torch.nn.functional.pad(output, (0, 1, 0, 1)).flatten().index_select(0, flat)[0]
    half = torch.tensor([-0.5, 0.5, -0.5, 0.5])
    marks = torch.where((wins > 0) & (kind == 0), 1.0, torch.nan)
    return {
        "spot": torch.stack([row, column]),
        "value": torch.where(at_output, padded, moved.flatten().index_select(0, flat)[0]),
        "returned": back.flatten().index_select(0, flat)[0],
        "winner": torch.cat([winner // SIDE, winner % SIDE]),
        "windows": windows,
        "won": won,
        "input_box": torch.stack(box) + half,
        "output_box": torch.where(at_output, here + half, torch.nan),
        "reader_rows": torch.where(readers[0], torch.arange(float(MOST)), torch.nan),
        "reader_columns": torch.where(readers[1], torch.arange(float(MOST)), torch.nan),
        "switch_rows": marks * line[:, None],
        "switch_columns": marks * line,
        "kind_of_cell": torch.where(at_output, torch.where(kind == 1, 1, 0), pixel),
    }


def _goals(picture, moved, wins, kind, right, shown) -> dict[str, Tensor]:
    """Choose sentences, and notice which challenges are met."""
    different = (moved - picture).abs().max() > TINY
    is_max = kind == 0
    case = torch.where(right == 0, 0, torch.where(shown["changed"] == 0, 1, 2))
    return {
        "moving": torch.where((right > 0) & ~different, 3, case),
        "returning": torch.where(is_max, 0, 2) + 1 * (shown["loss"] > TINY),
        "blind": is_max & different & (shown["changed"] == 0),
        "outdone": is_max & (shown["loss"] > TINY),
        "four": is_max & (wins.max() >= 4),
    }


def draw(
    moved, output, back, input_box, output_box, output_range, reader_rows, reader_columns,
    switch_rows, switch_columns,
):  # fmt: skip
    """Lay out three panels: the picture, what pooling keeps, what unpooling makes of it."""
    switches = _dots(switch_columns.ravel(), switch_rows.ravel(), SWITCH).update(marker_symbol="circle-open")
    readers = _dots(np.tile(reader_columns, MOST), np.repeat(reader_rows, MOST), POINTED)
    readers.update(marker_symbol="square-open")
    whole = [-0.5, SIDE - 0.5]
    return {
        "input": _panel([_numbers(moved), switches, _box(input_box)], "Input and its switches", whole),
        "output": _panel([_numbers(output), readers, _box(output_box)], "Pooled", output_range),
        "back": _panel([_numbers(back)], "Unpooled", whole),
    }


def _numbers(z) -> go.Heatmap:
    cells = go.Heatmap(z=z, zmin=-HIGHEST, zmax=HIGHEST, colorscale=DIVERGING, showscale=False)
    return cells.update(texttemplate="%{z:.3g}", hoverinfo="skip", xgap=1, ygap=1)


def _dots(x, y, color: str) -> go.Scatter:
    dots = go.Scatter(x=x, y=y, mode="markers", hoverinfo="skip", showlegend=False)
    return dots.update(marker=dict(size=24, color=color, line_width=2))


def _box(ends) -> go.Scatter:
    """Draw a rectangle given by its top, bottom, left and right."""
    lines = go.Scatter(x=ends[[2, 3, 3, 2, 2]], y=ends[[0, 0, 1, 1, 0]], mode="lines", hoverinfo="skip")
    return lines.update(line=dict(color=POINTED, width=3), showlegend=False)


def _panel(traces: list, title: str, ends) -> go.Figure:
    """Frame a square panel, row 0 at the top."""
    axis = dict(visible=False, constrain="domain")
    across, down = dict(axis, range=[ends[0], ends[1]]), dict(axis, range=[ends[1], ends[0]], scaleanchor="x")
    room = dict(height=280, aspect=1, xaxis=across, yaxis=down)
    return frame(traces, alt=title, default="", title=title, **room)


def _pictures() -> dict[str, list[list[float]]]:
    """Make the pictures of the presets."""
    place = torch.arange(SIDE)
    dot = torch.zeros(SIDE, SIDE)
    dot[2, 4] = 9
    stripes = (9 - 18 * (place % 2)).expand(SIDE, SIDE)
    digit = (digits(SIDE).test[0][5, 0] * HIGHEST).round()
    below = -(place[:, None] + place) % 9 - 9
    return {name: x.tolist() for name, x in dict(digit=digit, dot=dot, stripes=stripes, below=below).items()}


PICTURES = _pictures()
KIND = {"maximum": 0, "average": 1}
KEPT = "The {kind} over {window} × {window} windows at stride {stride} keeps {cells:d} of 64 numbers. "
AT, PIXEL = "Output ({spot[0]:d}, {spot[1]:d})", "Pixel ({spot[0]:d}, {spot[1]:d}), worth {value:.3g}, "
SAYS = (
    AT + " is the largest number of its window, {value:.3g}, and stood at ({winner[0]:d}, {winner[1]:d}).",
    AT + " is the mean of its window, {value:.3g}.",
    PIXEL + "is the largest in some of its windows ({won:d} of {windows:d}), so unpooling puts it back.",
    PIXEL + "is the largest in none of its windows ({windows:d}), so unpooling puts 0 in its place.",
    PIXEL
    + "counts equally in each of its windows ({windows:d}); unpooling puts {returned:.3g} in its place.",
    PIXEL + "is read by no window, so unpooling puts 0 in its place.",
)
MOVES = (
    "Move the picture by one pixel: how many of {cells:d} outputs will change?",
    "Moved by {right} to the right, the picture has changed, and none of {cells:d} outputs has.",
    "Moved by {right} to the right: {changed:d} of {cells:d} outputs change, by up to {change:.3g}.",
    "Moved by {right} to the right, the picture is the same as before.",
)
RESTORED = "Unpooling restores {restored:d} of 64 pixels. Pooled again, it "
RETURNS = (
    RESTORED + "gives the same output.",
    RESTORED + "differs by up to {loss:.3g}: where a whole window is negative, the zeros put into it win.",
    RESTORED + "gives the same output.",
    RESTORED + "differs by up to {loss:.3g}: where windows overlap, their copies mix.",
)

pooling = Explorer(
    name="pooling",
    title="Pooling, and the way back",
    compute=pool_and_back,
    draw=draw,
    look_for="Circles mark the switches: where the largest number of each window stood. Before you move the "
    "picture by one pixel, guess how many of the sixteen outputs will change.",
    controls={
        "picture": Matrix(PICTURES["digit"], low=LOWEST, high=HIGHEST, label="Picture"),
        "window": Slider(2, 4, 2, integer=True, label="Window"),
        "stride": Slider(1, 4, 2, integer=True, marks={1: "every place"}, label="Stride"),
        "kind": Choice(KIND, label="Keep"),
        "right": Slider(0, 4, 0, integer=True, label="Move the picture to the right", unit="pixels"),
        "cell": Hover(
            ("output", "input"),
            (0, 1, 1),
            sizes={"output": (MOST, MOST), "input": (SIDE, SIDE)},
            label="Cell",
        ),
    },
    presets={
        "a digit": {},
        "average": {"kind": "average"},
        "a dot moves inside its window": {"picture": PICTURES["dot"], "right": 1, "cell": [0, 1, 2]},
        "and across": {"picture": PICTURES["dot"], "right": 2, "cell": [0, 1, 3]},
        "windows overlap": {"window": 3, "stride": 1},
        "windows leave gaps": {"stride": 3},
        "stripes, averaged": {"picture": PICTURES["stripes"], "kind": "average"},
        "all below zero": {"picture": PICTURES["below"]},
    },
    says=Cases("kind_of_cell", [KEPT + text for text in SAYS]),
    readouts=(
        "Size along each axis: ⌊(8 − {window}) / {stride}⌋ + 1 = {side:d}. Parameters: 0. "
        "Pixels that no window reads: {unread:d}.",
        Cases("moving", MOVES),
        Cases("returning", RETURNS),
    ),
    challenges=(
        Challenge("Move a picture so that max pooling does not notice.", met="blind"),
        Challenge("Let one pixel win four windows.", met="four"),
        Challenge("Make max pooling, unpooling and pooling again end at another output.", met="outdone"),
    ),
)
