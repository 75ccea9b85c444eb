"""Six normalizations of one block of numbers: which cells share a mean and a deviation, and what that does.

The block has the axes of Wu and He (2018, figure 2): examples, channels, places. Each normalization averages
along some axes and not along others, so every mean is one product with three small matrices, one for each
axis: all entries 1/n where it averages, the identity where it does not, blocks for groups of channels.
"""

from __future__ import annotations

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Hover, Slider
from dlbook_lib.figures.cubes import CORNERS, ISOMETRIC, SHADES, face_trace
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, DIVERGING, frame

__all__ = ["norm_cube", "normalize_block"]

N, C, F = 4, 6, 6
SIDE = 2 * C + 1  # the four examples stand two by two, a gap between them
EPS = 1e-5
CELL, LIT = CATEGORICAL[2], COLORS["model"]
PLACES = torch.arange(SIDE)
ROWS, COLUMNS = PLACES.float().repeat_interleave(SIDE), PLACES.float().repeat(SIDE)


def _values() -> Tensor:
    """Draw the block once for all readers: channels of different levels, examples of different contrast."""
    generator = torch.Generator().manual_seed(4)
    level = torch.tensor([3.0, -2.0, 1.0, 0.0, -4.0, 2.0])[:, None]
    contrast = torch.tensor([1.0, 2.0, 0.5, 1.5])[:, None, None]
    return (contrast * (level + torch.randn(N, C, F, generator=generator)) * 10).round() / 10


VALUES = _values()


def _slots() -> tuple[Tensor, Tensor]:
    """Find each cell of the laid-out block: its number in the block, and whether it is a gap."""
    row, column = PLACES[:, None].expand(SIDE, SIDE), PLACES[None].expand(SIDE, SIDE)
    n = (row > C) * 2 + (column > F) * 1
    c, f = row - (row > C) * (C + 1), column - (column > F) * (F + 1)
    gap = (c == C) | (f == F)
    return torch.where(gap, 0, (n * C + c) * F + f), gap


SLOT, GAP = _slots()


def normalize_block(
    norm: Tensor, groups: Tensor, contrast: Tensor, brightness: Tensor, cell: Tensor
) -> dict[str, Tensor]:
    """Normalize the block, and look at the cells that share their moments with the one pointed at.

    Parameters
    ----------
    norm : Tensor of shape ()
        Number of the normalization in :data:`dlbook_lib.layers.norm.NORMS`.
    groups : Tensor of shape ()
        In how many groups the channels are cut: 1, 2, 3 or 6.
    contrast, brightness : Tensor of shape ()
        What the first example is multiplied by, and what is added to it.
    cell : Tensor of shape (3,)
        Always 0, then row and column in the laid-out block.

    Returns
    -------
    dict of str to Tensor
        What the figures and sentences show.
    """
    first = torch.arange(N)[:, None, None] == 0
    x = torch.where(first, VALUES * contrast + brightness, VALUES)
    along = _averages(norm, groups)
    y, mean, deviation = _normalized(x, along, norm)

    down, across = cell[1], cell[2]
    n = (down > C) * 2 + (across > F) * 1
    c = (down - (down > C) * (C + 1)).clamp(max=C - 1)
    f = (across - (across > F) * (F + 1)).clamp(max=F - 1)
    at = ((n * C + c) * F + f)[None]
    one = [a.index_select(0, spot[None])[0] > 0 for a, spot in zip(along, (n, c, f))]
    mask = one[0][:, None, None] & one[1][:, None] & one[2]

    def here(z: Tensor) -> Tensor:
        return z.flatten().index_select(0, at)[0]

    size = 1 / torch.stack([a.index_select(0, spot[None]).max() for a, spot in zip(along, (n, c, f))])
    lit = _lay_out(mask.float()).flatten() > 0
    shown = {
        "x": _lay_out(x),
        "y": _lay_out(y),
        "mark_rows": torch.where(lit, ROWS, torch.nan),
        "mark_columns": torch.where(lit, COLUMNS, torch.nan),
        "spot": torch.stack([n, c, f]),
        "count": mask.sum(),
        "mean": here(mean),
        "deviation": here(deviation),
        "before": here(x),
        "after": here(y),
        "sets": (N * C * F / size.prod()).round(),
        "learned": torch.tensor([2 * C, 2 * C * F, 0, 2 * C, 2 * C, C]).index_select(0, norm.long()[None])[0],
        "which": norm,
    }
    moved = (y - _normalized(VALUES, along, norm)[0]).abs()
    changed = torch.where(first, moved, 0.0).max(), torch.where(first, 0.0, moved).max()
    return shown | _boxes(one, n, c, f) | _goals(norm, groups, contrast, brightness, mask, changed)


def _normalized(x: Tensor, along: tuple[Tensor, ...], norm: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Normalize a block; return it with the mean and the deviation of every cell."""

    def average(z: Tensor) -> Tensor:
        for axis, matrix in enumerate(along):
            z = (z.movedim(axis, -1) @ matrix).movedim(-1, axis)
        return z

    mean = torch.where(norm == 5, 0.0, average(x))
    deviation = (average((x - mean).square()) + EPS).sqrt()
    return (x - mean) / deviation, mean, deviation


def _averages(norm: Tensor, groups: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Choose the averaging matrix of each axis."""
    number = torch.arange(C)
    size = C // groups
    together = ((number[:, None] // size) == (number // size)).float() / size
    over_n, over_f = torch.full((N, N), 1 / N), torch.full((F, F), 1 / F)
    whole = (norm == 1) | (norm == 4) | (norm == 5)  # layer, token, rms
    along_c = torch.where(norm == 3, together, torch.eye(C))
    return (
        torch.where(norm == 0, over_n, torch.eye(N)),
        torch.where(whole, torch.full((C, C), 1 / C), along_c),
        torch.where(norm >= 4, torch.eye(F), over_f),
    )


def _lay_out(z: Tensor) -> Tensor:
    """Lay the four examples out two by two."""
    return torch.where(GAP, torch.nan, z.flatten().index_select(0, SLOT.flatten()).view(SIDE, SIDE))


def _boxes(one: list[Tensor], n: Tensor, c: Tensor, f: Tensor) -> dict[str, Tensor]:
    """Find the ends of the set and of the cell, and project their faces."""
    corners, flat = torch.tensor(CORNERS).float(), torch.tensor(ISOMETRIC)
    ends = [torch.arange(float(len(inside))) for inside in one]
    low = torch.stack([torch.where(inside, end, 99.0).min() for inside, end in zip(one, ends)])
    high = torch.stack([torch.where(inside, end, -1.0).max() for inside, end in zip(one, ends)]) + 1
    spot = torch.stack([n, c, f]).float()
    return {"set_faces": (low + corners * (high - low)) @ flat, "cell_faces": (spot + corners) @ flat}


def _goals(norm, groups, contrast, brightness, mask, changed) -> dict[str, Tensor]:
    """Judge the challenges, given by how much the first example and the others moved."""
    moved = ((contrast - 1).abs() > 0.2) & (brightness.abs() > 0.5)
    return {
        "own_change": changed[0],
        "others_change": changed[1],
        "twelve": mask.sum() == 12,
        "as_instance": (norm == 3) & (groups == C),
        "unmoved": moved & (changed[0] < 1e-3) & (changed[1] < 1e-3),
        "leaks": changed[1] > 0.01,
    }


def draw(x, y, mark_rows, mark_columns, set_faces, cell_faces):
    """Lay out the block before and after, and the set as a box."""
    return {
        "before": _panel(x, mark_columns, mark_rows, "Before", 7),
        "after": _panel(y, mark_columns, mark_rows, "After", 2.5),
        "cube": _cube(set_faces, cell_faces),
    }


def _panel(z, across, down, title: str, most: float) -> go.Figure:
    cells = go.Heatmap(z=z, zmin=-most, zmax=most, colorscale=DIVERGING, showscale=False, xgap=1, ygap=1)
    cells.update(hovertemplate="%{z:.2f}<extra></extra>")
    dot = dict(size=7, color=CELL, symbol="circle", line=dict(color="#ffffff", width=1))
    lit = go.Scatter(x=across, y=down, mode="markers", marker=dot, hoverinfo="skip", showlegend=False)
    axis = dict(visible=False, constrain="domain")
    ends = [-0.5, SIDE - 0.5]
    axes = dict(xaxis=axis | dict(range=ends), yaxis=axis | dict(range=ends[::-1], scaleanchor="x"))
    return frame([cells, lit], alt=title, default="", title=title, height=300, aspect=1, **axes)


def _cube(set_faces, cell_faces) -> go.Figure:
    """Draw the whole block as thin lines, the set as a solid and the cell within it."""
    corner = torch.tensor([[0, 0, 0], [N, C, F]]).float()
    whole = ((corner[0] + torch.tensor(CORNERS).float() * corner[1]) @ torch.tensor(ISOMETRIC)).tolist()
    traces = [
        go.Scatter(x=[p[0] for p in face], y=[p[1] for p in face], mode="lines", hoverinfo="skip")
        for face in whole
    ]
    for trace in traces:
        trace.update(line=dict(color=COLORS["noise"], width=1))
    traces += [face_trace(set_faces[k], shade) for k, shade in enumerate(SHADES)]
    traces += [face_trace(cell_faces[k], 1.0, CELL) for k in range(3)]
    across = dict(visible=False, range=[-0.87 * N - 0.6, 0.87 * F + 0.6], constrain="domain")
    down = dict(visible=False, range=[-0.5 * (N + F) - C - 0.6, 0.6], scaleanchor="x")
    title = "The set in the block"
    return frame(
        traces, alt=title, default="", title=title, height=300, aspect=1, xaxis=across, yaxis=down,
        showlegend=False,
    )  # fmt: skip


WHERE = "Cell (example {spot[0]:d}, channel {spot[1]:d}, place {spot[2]:d}) "
VALUE = ": mean {mean:.2f}, deviation {deviation:.2f}, so {before:.1f} becomes {after:.2f}."
SHARES = (
    "shares its moments with its channel in all examples, {count:d} cells in all",
    "shares its moments with its whole example, {count:d} cells in all",
    "shares its moments with its channel of its example, {count:d} cells in all",
    "shares its moments with its group of channels of its example, {count:d} cells in all",
    "shares its moments with the channels at its own place, {count:d} cells in all",
)
NAMES = ("batch", "layer", "instance", "group", "layer, per place", "RMS, per place")

norm_cube = Explorer(
    name="norm-cube",
    title="Which cells share a mean?",
    compute=normalize_block,
    draw=draw,
    look_for="Four examples stand two by two, each with a row for every channel and a column for every "
    "place. Point at a cell: dots mark the cells with which it shares its mean. Before you choose another "
    "norm, guess their shape.",
    controls={
        "norm": Choice({name: number for number, name in enumerate(NAMES)}, label="Normalization"),
        "groups": Choice({"1": 1, "2": 2, "3": 3, "6": 6}, start="3", label="Groups (for group)"),
        "contrast": Slider(0.2, 3, 1, step=0.1, marks={1: "as it is"}, label="Contrast of example 0"),
        "brightness": Slider(-5, 5, 0, step=0.5, marks={0: "as it is"}, label="Brightness of example 0"),
        "cell": Hover(("before",), (0, 1, 2), sizes={"before": (SIDE, SIDE)}, label="Cell"),
    },
    presets={
        "batch": {},
        "layer": {"norm": "layer"},
        "instance": {"norm": "instance"},
        "three groups": {"norm": "group", "groups": "3"},
        "tokens": {"norm": "layer, per place"},
        "a brighter example": {"norm": "batch", "contrast": 2.0, "brightness": 3.0, "cell": [0, 1, 9]},
    },
    says=Cases(
        "which",
        [WHERE + text + VALUE for text in SHARES]
        + [
            WHERE + "shares a mean square with the channels at its own place, {count:d} cells in all: root "
            "{deviation:.2f}, so {before:.1f} becomes {after:.2f}."
        ],
    ),
    readouts=(
        "The block of 4 × 6 × 6 falls into {sets:d} such sets. torch's layer learns {learned:d} numbers.",
        "What you did to example 0 changes its own normalized values by up to {own_change:.2f}, those of the "
        "other examples by up to {others_change:.2f}.",
    ),
    challenges=(
        Challenge("Find a norm and a number of groups that make sets of exactly 12 cells.", met="twelve"),
        Challenge("Make group normalization do what instance normalization does.", met="as_instance"),
        Challenge(
            "Change brightness and contrast of example 0 so that no normalized value notices.", met="unmoved"
        ),
        Challenge("Change example 0 so that another example's values move.", met="leaks"),
    ),
)
