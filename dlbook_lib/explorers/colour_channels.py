"""One output channel reads every input channel: three filtered maps and a bias, added up.

Each colour has a kernel of its own; the map that it makes is only a part of the output. As in the layers of
PyTorch, the kernels are not turned (cross-correlation), and there is no padding: 16 by 16 pixels make 14 by
14 cells. Why a sum has its price is seen at the start: the same kernel for all colours misses an edge at
which red falls as much as green rises.
"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.data.photographs import photograph
from dlbook_lib.explore import Cases, Challenge, Explorer, Hover, Matrix, Picture, Slider
from dlbook_lib.explorers._windows import symmetric_limits
from dlbook_lib.figures.theme import BAR, CATEGORICAL, DIVERGING, GRAY, frame

__all__ = ["add_channels", "colour_channels"]

SIDE, CELLS, TAPS = 16, 14, 3  # along one axis
TINY, SEEN, BALANCE = 1e-4, 0.005, 0.05  # zero; the least that two decimals show; what counts as cancelling
POINTED, OUTLINE = CATEGORICAL[2], CATEGORICAL[7]
COLOURS = ("red", "green", "blue")


def add_channels(
    picture: Tensor, red: Tensor, green: Tensor, blue: Tensor, bias: Tensor, cell: Tensor
) -> dict[str, Tensor]:
    """Filter each channel of a picture with its own kernel, and add the results.

    Parameters
    ----------
    picture : Tensor of shape (3, 16, 16)
        Red, green and blue, from 0 to 1.
    red, green, blue : Tensor of shape (3, 3)
        The kernel of each channel.
    bias : Tensor of shape ()
        What is added to every cell.
    cell : Tensor of shape (3,)
        Always 0, then the row and the column of the output that are pointed at, from 0 to 13.

    Returns
    -------
    dict of str to Tensor
        What the figures and sentences show, among them ``maps`` of shape (3, 14, 14) and their sum with the
        bias, ``output`` of shape (14, 14).

    Examples
    --------
    >>> one = torch.ones(3, 3) / 9
    >>> bias, cell = torch.tensor(0.5), torch.tensor([0, 6, 6])
    >>> shown = add_channels(torch.ones(3, 16, 16), one, -one, 0 * one, bias, cell)
    >>> [round(part, 2) for part in shown["parts"].tolist()], round(shown["value"].item(), 2)
    ([1.0, -1.0, 0.0], 0.5)
    """
    kernels = torch.stack([red, green, blue])
    maps = F.conv2d(picture[None], kernels[:, None], groups=3)[0]
    total = maps.sum(dim=0)
    output = total + bias
    row, column = cell[1], cell[2]
    place = (row * CELLS + column)[None]
    parts = _settled(maps.flatten(1).index_select(1, place)[:, 0])
    shown = {
        "channels": picture,
        "maps": maps,
        "output": output,
        "limits": symmetric_limits(torch.cat([maps, output[None]])),
        "window": torch.stack([row - 0.5, row + 2.5, column - 0.5, column + 2.5]),
        "spot": torch.stack([row - 0.5, row + 0.5, column - 0.5, column + 0.5]),
        "at": cell[1:],
        "parts": parts,
        "value": _settled(parts.sum() + bias),
        "largest": output.abs().max(),
    }
    return shown | _compare(parts) | _grey(kernels, total)


def _settled(x: Tensor) -> Tensor:
    """Turn what rounding leaves of zero into zero."""
    return torch.where(x.abs() < TINY, 0.0, x)


def _compare(parts: Tensor) -> dict[str, Tensor]:
    """Say how the three parts of one cell meet: nothing, one alone, agreement, cancelling, or a winner."""
    speaks = parts.abs() > SEEN
    plus, minus = (side.clamp(min=0).sum() for side in (parts, -parts))
    some = speaks.sum()
    alone = 5 + (speaks * torch.arange(3)).sum()
    both = (speaks & (parts > 0)).any() & (speaks & (parts < 0)).any()
    equal = (plus - minus).abs() < BALANCE * torch.maximum(plus, minus)
    winner = torch.where(plus > minus, 3, 4)
    several = torch.where(both, torch.where(equal, 1, winner), 2)
    kind = torch.where(some == 0, 0, torch.where(some == 1, alone, several))
    return {"kind": kind, "plus": plus, "minus": minus}


def _grey(kernels: Tensor, total: Tensor) -> dict[str, Tensor]:
    """Say what the sum of the channels makes of a change that is the same in red, green and blue."""
    taps = kernels.sum(dim=0)
    blind = taps.abs().max() < TINY
    used = kernels.abs().amax(dim=(1, 2)) > 10 * TINY
    case = torch.where(blind, 0, torch.where(taps.sum().abs() < TINY, 1, 2))
    return {
        "grey": torch.where(used.any(), case, 3),
        "gain": _settled(0.1 * taps.sum()),
        "brightness_blind": blind & used.all() & (total.abs().max() > 0.1),
    }


def draw(channels, maps, output, limits, window, spot):
    """Lay out seven panels: the channels, what their kernels make of them, the sum."""
    figures, whole = {}, np.array([-0.5, SIDE - 0.5, -0.5, SIDE - 0.5])
    for i, colour in enumerate(COLOURS):
        gray = go.Heatmap(z=channels[i], zmin=0, zmax=1, colorscale=GRAY, showscale=False, hoverinfo="z")
        figures[colour] = _panel(
            [gray, _box(whole, OUTLINE, 1), _box(window)], f"{colour.capitalize()} channel", SIDE
        )
        part = _signed(maps[i], limits).update(showscale=False)
        figures[f"{colour}-part"] = _panel([part, _box(spot)], f"{colour.capitalize()} filtered", CELLS)
    figures["output"] = _panel(
        [_signed(output, limits), _box(spot)], "Output: their sum + bias", CELLS, above=BAR
    )
    return figures


def _signed(z, limits) -> go.Heatmap:
    return go.Heatmap(z=z, zmin=limits[0], zmax=limits[1], colorscale=DIVERGING, hoverinfo="z")


def _box(ends, color: str = POINTED, width: int = 3) -> go.Scatter:
    """Draw a rectangle given by its top, bottom, left and right."""
    lines = go.Scatter(x=ends[[2, 3, 3, 2, 2]], y=ends[[0, 0, 1, 1, 0]], mode="lines", hoverinfo="skip")
    return lines.update(line=dict(color=color, width=width), showlegend=False)


def _panel(traces: list, title: str, side: int, above: int = 0) -> go.Figure:
    """Frame a square panel, row 0 at the top."""
    bare = dict(visible=False, constrain="domain")
    across = dict(bare, range=[-0.5, side - 0.5])
    down = dict(bare, range=[side - 0.5, -0.5], scaleanchor="x")
    room = dict(height=240, aspect=1, above=above, xaxis=across, yaxis=down)
    return frame(traces, alt=title, default="", title=title, **room)


def _pictures() -> dict[str, Tensor]:
    """Make the examples; at the first one's edge, red, green and blue together stay the same."""
    edge = torch.full((3, SIDE, SIDE), 0.2)
    edge[0, :, : SIDE // 2] = edge[1, :, SIDE // 2 :] = 0.8
    stripe = torch.arange(SIDE) // 2  # from black to white: red is 4, green 2, blue 1
    bits = torch.stack([stripe // 4 % 2, stripe // 2 % 2, stripe % 2]).float()
    return {
        "red-green edge": edge,
        "cat": photograph("chelsea", size=32)[:, 4:20, 2:18],
        "coloured stripes": bits[:, None].expand(3, SIDE, SIDE).clone(),
    }


def _kernels(red: list, green: list, blue: list) -> dict[str, list]:
    return dict(zip(COLOURS, (red, green, blue), strict=True))


def _centre(weight: float) -> list[list[float]]:
    return [[0, 0, 0], [0, weight, 0], [0, 0, 0]]


EDGE, OPPOSITE, NONE = [[-1, 0, 1]] * TAPS, [[1, 0, -1]] * TAPS, [[0, 0, 0]] * TAPS
RED_GREEN, CAT, STRIPES = ({"example": name} for name in _pictures())
PRESETS = {
    "brightness": _kernels(_centre(0.21), _centre(0.72), _centre(0.07)) | {"picture": CAT},
    "red against green": _kernels(_centre(1), _centre(-1), NONE) | {"picture": STRIPES, "cell": [0, 6, 11]},
    "grey edges": _kernels(EDGE, EDGE, EDGE) | {"picture": CAT},
    "red-green edges": _kernels(EDGE, OPPOSITE, NONE) | {"picture": RED_GREEN},
    "one channel only": _kernels(EDGE, NONE, NONE) | {"picture": STRIPES},
}

CELL = "At output cell ({at[0]:d}, {at[1]:d}) "
END = " With the bias, the output is {value:.2f}."
SAYS = (
    CELL + "no channel adds anything." + END,
    CELL + "the channels cancel: one side adds {plus:.2f}, the other takes away {minus:.2f}." + END,
    CELL + "all channels that add something pull the same way." + END,
    CELL + "the positive parts, {plus:.2f}, outweigh the negative ones, {minus:.2f}." + END,
    CELL + "the negative parts, {minus:.2f}, outweigh the positive ones, {plus:.2f}." + END,
    *(CELL + f"only {colour} adds something: {{parts[{i}]:+.2f}}." + END for i, colour in enumerate(COLOURS)),
)
GREY = (
    "Blind to brightness: at every tap the three weights add up to zero. Add any grey picture, and no cell "
    "changes.",
    "All 27 weights add up to zero: a picture brighter everywhere by 0.1 gives the same output, but an edge "
    "between two greys may still be seen.",
    "A picture brighter everywhere by 0.1 changes every cell by {gain:+.2f}.",
    "All weights are zero: the output is the bias.",
)

colour_channels = Explorer(
    name="colour-channels",
    title="Three channels in, one out",
    compute=add_channels,
    draw=draw,
    look_for="All three kernels look for the same edge, and the picture has one. Why is the output empty? "
    "Change the signs of one kernel.",
    controls={
        "picture": Picture(_pictures(), label="Picture"),
        **{colour: Matrix(EDGE, low=-9, high=9, label=f"Kernel for {colour}") for colour in COLOURS},
        "bias": Slider(-1, 1, 0, step=0.05, label="Bias"),
        "cell": Hover(("output",), (0, 6, 6), sizes={"output": (CELLS, CELLS)}, label="Cell"),
    },
    presets=PRESETS,
    says=Cases("kind", SAYS),
    readouts=(
        "red {parts[0]:.2f} + green {parts[1]:.2f} + blue {parts[2]:.2f} + bias {bias:.2f} = {value:.2f}",
        "Parameters: 3 × 9 + 1 = 28. The largest cell of the output, in size: {largest:.2f}.",
        Cases("grey", GREY),
    ),
    challenges=(
        Challenge(
            "Use all three kernels, and make the output blind to brightness without making it zero.",
            met="brightness_blind",
        ),
    ),
)
