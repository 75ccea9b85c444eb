r"""Receptive fields: from a unit down to the pixels that it sees, layer by layer.

One axis of a stack of up to five layers, each padded by :math:`\lfloor d(k-1)/2 \rfloor` zeros at both ends,
so that plain layers keep the size. The numbers are those of :mod:`dlbook_lib.cnn.receptive_field`.
"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Hover
from dlbook_lib.figures.theme import COLORS, frame

__all__ = ["LAYERS", "receptive_field", "trace_back"]

SIDE, DEPTH, TAPS = 64, 5, 7  # pixels, most layers, most taps

# Taps, stride and dilation.
LAYERS = {
    "no layer": (1, 1, 1),
    "2 taps, stride 2 (pooling)": (2, 2, 1),
    "3 taps": (3, 1, 1),
    "3 taps, stride 2": (3, 2, 1),
    "3 taps, dilation 2": (3, 1, 2),
    "3 taps, dilation 4": (3, 1, 4),
    "3 taps, dilation 8": (3, 1, 8),
    "5 taps": (5, 1, 1),
    "5 taps, stride 2": (5, 2, 1),
    "7 taps": (7, 1, 1),
    "7 taps, stride 2": (7, 2, 1),
}


def trace_back(
    layer_1: Tensor, layer_2: Tensor, layer_3: Tensor, layer_4: Tensor, layer_5: Tensor, unit: Tensor
) -> dict[str, Tensor]:
    """Follow one unit down through the layers, and compute its field and jump upwards.

    Parameters
    ----------
    layer_1, layer_2, layer_3, layer_4, layer_5 : Tensor of shape (3,)
        Taps, stride and dilation of each layer, the lowest first.
    unit : Tensor of shape (3,)
        0, then the level pointed at (0 is the input) and the pixel above which the unit stands.

    Returns
    -------
    dict of str to Tensor
        What the figure and the sentences show.
    """
    layers = (layer_1, layer_2, layer_3, layer_4, layer_5)
    count, jump, size, start = (torch.tensor(n) for n in (float(SIDE), 1.0, 1.0, 0.0))
    number = torch.arange(float(SIDE))
    levels = [(count, jump, size, start)]
    for taps, stride, dilation in (layer.unbind() for layer in layers):
        reach = dilation * (taps - 1)
        padding = torch.floor(reach / 2)
        count = torch.floor((count + 2 * padding - reach - 1) / stride) + 1
        size, start, jump = size + reach * jump, start - padding * jump, jump * stride
        levels.append((count, jump, size, start))

    # A unit is drawn above the middle of what it sees.
    places = [torch.where(number < n, s + (r - 1) / 2 + number * j, torch.nan) for n, j, r, s in levels]
    level, pixel = unit[1], unit[2]
    seen, edges, chosen = [], [], torch.tensor(0.0)
    member = torch.zeros(SIDE, dtype=torch.bool)
    for height in range(DEPTH, -1, -1):
        distance = torch.where(places[height].isnan(), 1e9, (places[height] - pixel).abs())
        nearest = torch.where(distance == distance.min(), number, 1e9).min()
        member = member | ((number == nearest) & (level == height))
        chosen = torch.where(level == height, nearest, chosen)
        seen.insert(0, member)
        if height:
            member, lines = _step_down(member, layers[height - 1], places[height - 1], levels[height - 1][0])
            edges.insert(0, lines)
    return _shown(levels, places, seen, edges, level, chosen) | _goals(layers, levels, seen, level)


def _step_down(member: Tensor, layer: Tensor, below: Tensor, count: Tensor) -> tuple[Tensor, Tensor]:
    """Find the units that some units read, and where the lines to them end."""
    taps, stride, dilation = layer.unbind()
    u, i = torch.arange(float(TAPS)), torch.arange(float(SIDE))[:, None]
    child = i * stride + u * dilation - torch.floor(dilation * (taps - 1) / 2)  # (SIDE, TAPS)
    real = member[:, None] & (u < taps) & (child >= 0) & (child < count)
    read = (real[:, :, None] & (child[:, :, None] == torch.arange(SIDE))).flatten(0, 1).any(dim=0)
    ends = below.index_select(0, child.clamp(0, SIDE - 1).long().flatten()).view(SIDE, TAPS)
    return read, torch.where(real, ends, torch.nan)


def _shown(levels, places, seen, edges, level, chosen) -> dict[str, Tensor]:
    """Gather what is drawn, and the numbers of the unit that is pointed at."""
    table = torch.stack([torch.stack(numbers) for numbers in levels])  # (DEPTH + 1, 4)
    count, jump, size, start = table.index_select(0, level[None])[0].unbind()
    first = (start + chosen * jump).clamp(min=0)
    last = (start + chosen * jump + size).clamp(max=SIDE)
    everywhere = torch.stack(places)  # (DEPTH + 1, SIDE)
    members = torch.where(torch.stack(seen), everywhere, torch.nan)
    pixels, inside = seen[0].sum(), last - first
    return {
        "places": everywhere,
        "members": members,
        # Lines go from units of the upper level to their taps in the lower; the last number, NaN, parts them.
        "lines": torch.cat([members[1:].flatten(), torch.stack(edges).flatten(), torch.tensor([torch.nan])]),
        "bar": torch.stack([first - 0.5, last - 0.5]),
        "sizes": table[:, 2],
        "field": size,
        "jump": jump,
        "count": count,
        "level": level,
        "pixels": pixels,
        "inside": inside,
        "outside": size - inside,
        "case": torch.where(level == 0, 0, torch.where(inside > pixels, 2, 1)),
        "edge": 1 * (size > inside),
    }


def _goals(layers, levels, seen, level) -> dict[str, Tensor]:
    """Notice which challenges are met; they speak of the uppermost unit in the middle."""
    table = torch.stack(list(layers))
    only_three = (table[:, 0] == 3).all() & (table[:, 1] == 1).all()
    size, jump = levels[-1][2], levels[-1][1]
    thick = (table[:, 2] == 1).all()
    return {
        "far": only_three & (size >= 31),
        "steps": thick & (size >= 31) & (table[:, 0] <= 3).all(),
        "sparse": (level == DEPTH) & (seen[0].sum() * 2 < size) & (jump == 1),
    }


def draw(places, members, lines, bar, sizes):
    """Draw one row of units for each level, the field's cone among them."""
    heights = np.repeat(np.arange(DEPTH + 1), SIDE)
    cut = DEPTH * SIDE
    parents = np.repeat(lines[:cut].reshape(DEPTH, SIDE, 1), TAPS, axis=2)
    children = lines[cut:-1].reshape(DEPTH, SIDE, TAPS)
    x = np.stack([parents, children, np.full_like(children, lines[-1])], axis=-1).ravel()
    level = np.broadcast_to(np.arange(1, DEPTH + 1)[:, None, None], children.shape)
    y = np.stack([level, level - 1, level], axis=-1).ravel()
    quiet, bare = dict(hoverinfo="skip", showlegend=False), dict(showgrid=False, zeroline=False)
    traces = [
        go.Scatter(
            x=places.ravel(), y=heights, mode="markers", marker=dict(size=3, color=COLORS["noise"]), **quiet
        ),
        go.Scatter(x=x, y=y, mode="lines", line=dict(color=COLORS["model"], width=1), **quiet),
        go.Scatter(
            x=members.ravel(), y=heights, mode="markers", marker=dict(size=6, color=COLORS["model"]), **quiet
        ),
        go.Scatter(x=bar, y=[-0.45, -0.45], mode="lines", line=dict(color=COLORS["data"], width=5), **quiet),
    ]
    names = ["input", *(f"layer {n + 1}: {{sizes[{n + 1}]:d}}" for n in range(DEPTH))]
    return {
        "stack": frame(
            traces,
            alt="Units of five layers",
            default="",
            title="What the unit sees",
            height=330,
            below=40,
            xaxis=dict(range=[-0.8, SIDE - 0.2], title_text="pixel", **bare),
            yaxis=dict(bare, range=[-0.7, DEPTH + 0.5], tickvals=list(range(DEPTH + 1)), ticktext=names),
        )
    }


def _stack(*names: str) -> dict[str, str]:
    full = [*names, *["no layer"] * (DEPTH - len(names))]
    return {f"layer_{n + 1}": name for n, name in enumerate(full)}


START = _stack("3 taps", "3 taps", "3 taps")
THREE, STEPS, HOLES = "3 taps", "3 taps, stride 2", "3 taps, dilation {}".format

FIELD, NEXT = "A unit after layer {level:d} has a field ", "Its neighbour looks {jump:d} further on."

receptive_field = Explorer(
    name="receptive-field",
    title="How far a unit can see",
    compute=trace_back,
    draw=draw,
    look_for="Three layers of 3 taps see 7 pixels. Predict the field before you change a layer: with "
    "stride 2 in the first one? With dilation 2 in the last?",
    controls={
        **{name: Choice(LAYERS, start, label=f"Layer {name[-1]}") for name, start in START.items()},
        "unit": Hover(("stack",), (0, 5, 32), sizes={"stack": (DEPTH + 1, SIDE)}, label="Unit"),
    },
    presets={
        "three plain layers": {},
        "five plain layers": _stack(*[THREE] * 5),
        "strides": _stack(*[STEPS] * 4),
        "dilation doubles": _stack(THREE, HOLES(2), HOLES(4), HOLES(8)),
        "dilation with holes": _stack(HOLES(4), HOLES(4), HOLES(4)),
        "convolve and pool, twice": _stack(
            "5 taps", "2 taps, stride 2 (pooling)", "5 taps", "2 taps, stride 2 (pooling)"
        ),
        "at the border": {"unit": [0, 5, 0]},
    },
    says=Cases(
        "case",
        [
            "A pixel of the input sees itself. Point at a unit above it.",
            FIELD + "of {field:d} pixels and sees every one that lies in the picture ({pixels:d}). " + NEXT,
            FIELD
            + "of {field:d} pixels, but of the {inside:d} in the picture it sees only {pixels:d}: dilation "
            "leaves holes. " + NEXT,
        ],
    ),
    readouts=(
        "Field: 1 → {sizes[1]:d} → {sizes[2]:d} → {sizes[3]:d} → {sizes[4]:d} → {sizes[5]:d}.",
        "Jump: {jump:d}. Of 64 pixels, this layer makes {count:d} units.",
        Cases("edge", ["The field lies inside the picture.", "Padding in the field: {outside:d} pixels."]),
    ),
    challenges=(
        Challenge("Reach a field of 31 pixels or more with five 3-tap layers at stride 1.", met="far"),
        Challenge("Reach 31 or more without dilation, with at most 3 taps a layer.", met="steps"),
        Challenge("At stride 1, let an uppermost unit see less than half of its field.", met="sparse"),
    ),
)
