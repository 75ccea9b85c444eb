r"""A tensor of three axes in memory: shape, strides, and the order in which a walk meets the numbers.

The entry at :math:`(i, j, k)` stands at :math:`i s_0 + j s_1 + k s_2`. Permuting the axes permutes the
strides and leaves the memory alone; the walk whose last axis runs fastest then jumps.
"""

from __future__ import annotations

import itertools
import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Slider
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import COLORS, SEQUENTIAL, frame

__all__ = ["strides", "walk"]

LONGEST = 4
CELLS, ROW = LONGEST**3, 8
ORDERS = {str(order): list(order) for order in itertools.permutations(range(3))}
COUNT = torch.arange(CELLS, dtype=torch.float64)


def walk(first: Tensor, second: Tensor, third: Tensor, order: Tensor) -> dict[str, Tensor]:
    """Permute the axes and walk with the last one fastest.

    Parameters
    ----------
    first, second, third : Tensor
        Lengths of the axes before, 1 to 4, int64.
    order : Tensor of shape (3,)
        Which old axis each new one is.

    Returns
    -------
    dict
        Shape and strides, the address of each step, and the step that meets each address.
    """
    shape = torch.stack([first, second, third]).double()
    stride = torch.stack([shape[1] * shape[2], shape[2], torch.ones_like(shape[2])])
    total = shape[0] * shape[1] * shape[2]
    new_shape, new_stride = shape[order.long()], stride[order.long()]
    behind = torch.stack([new_shape[1] * new_shape[2], new_shape[2], torch.ones_like(total)])

    index = [(COUNT / behind[d]).floor() % new_shape[d] for d in range(3)]  # of each step
    address = index[0] * new_stride[0] + index[1] * new_stride[1] + index[2] * new_stride[2]
    place = torch.stack([(COUNT / stride[d]).floor() % shape[d] for d in range(3)])  # of each address
    place = place[order.long()]
    met = place[0] * behind[0] + place[1] * behind[1] + place[2] * behind[2]
    there = total > COUNT
    jumps = torch.where(there[1:], (address[1:] - address[:-1]).abs(), 0.0)
    contiguous = (torch.where(there, address - COUNT, 0.0) == 0).all()
    moved = (order.double() - torch.arange(3)).abs().sum() > 0
    return {
        "shape": new_shape,
        "stride": new_stride,
        "address": torch.where(there, address, math.nan),
        "met": torch.where(there, met, math.nan).view(CELLS // ROW, ROW),
        "longest": jumps.max(),
        "total": total,
        "contiguous": contiguous.float(),
        "still": (contiguous & moved & (total >= 8)).float(),
        "far": (jumps.max() >= 32).float(),
    }


def draw(met, address) -> dict[str, go.Figure]:
    """Draw the memory with the number of the step that meets each cell, and the way through it."""
    return {"memory": _draw_memory(met), "walk": _draw_walk(address)}


def _draw_memory(met) -> go.Figure:
    cells = go.Heatmap(z=met, zmin=0, zmax=CELLS - 1, colorscale=SEQUENTIAL, showscale=False, xgap=2, ygap=2)
    cells.update(texttemplate="%{z}", hoverinfo="skip")
    rows = dict(autorange="reversed", tickvals=[0, 2, 4, 6], ticktext=["0", "16", "32", "48"], showgrid=False)
    title = "Memory, row by row: the step that meets each cell"
    return frame(
        [cells],
        alt=title,
        default="",
        title=title,
        height=280,
        below=30,
        xaxis=dict(dtick=1, showgrid=False),
        yaxis=rows,
    )


def _draw_walk(address) -> go.Figure:
    steps = list(range(CELLS))
    traces = [
        line(steps, steps, "contiguous", COLORS["noise"], 1, "2px,3px"),
        line(steps, address, "this walk", COLORS["model"], 2).update(mode="lines+markers", marker_size=5),
    ]
    x = dict(range=[-1, CELLS], dtick=8, title_text="step")
    y = dict(range=[-1, CELLS], dtick=8, title_text="address")
    return panel(traces, "Longest jump: {longest:d}", 300, xaxis=x, yaxis=y)


_SHAPE = "Shape ({shape[0]:d}, {shape[1]:d}, {shape[2]:d}), "
_NUMBERS = _SHAPE + "strides ({stride[0]:d}, {stride[1]:d}, {stride[2]:d}): "

strides = Explorer(
    name="strides",
    title="One row of numbers, many walks",
    compute=walk,
    draw=draw,
    controls={
        "first": Slider(1, LONGEST, 2, integer=True, label="length of axis 0"),
        "second": Slider(1, LONGEST, 3, integer=True, label="length of axis 1"),
        "third": Slider(1, LONGEST, 4, integer=True, label="length of axis 2"),
        "order": Choice(ORDERS, label="permute to"),
    },
    presets={
        "as made": {},
        "last axis first": {"order": "(2, 0, 1)"},
        "turned around": {"order": "(2, 1, 0)"},
        "channels last, as on disk": {"first": 3, "second": 4, "third": 4, "order": "(1, 2, 0)"},
    },
    says=Cases(
        "contiguous",
        (
            _NUMBERS + "the walk jumps by up to {longest:d} cells, so the tensor is not contiguous.",
            _NUMBERS + "the walk meets the {total:d} cells one after the other, so the tensor is contiguous.",
        ),
    ),
    challenges=(
        Challenge("Permute a tensor of at least eight numbers so that it stays contiguous.", met="still"),
        Challenge("Make a walk that jumps by 32 cells or more.", met="far"),
    ),
    look_for="Permute the axes. Which numbers of the shape and of the strides change places, and what "
    "moves in memory?",
)
