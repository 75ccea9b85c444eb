r"""Attention in the plane: a query among five keys, and the mean of their values that it hears.

.. math:: o(q) = \sum_j w_j v_j, \qquad w = \operatorname{softmax}_j \Bigl(\frac{s(q, k_j)}{T \sqrt 2}\Bigr),

with the dot product :math:`s = q^\top k` of Vaswani et al., "Attention Is All You Need" (2017), or with
:math:`s = -\lVert q - k \rVert^2 / 2`, which turns attention into the kernel regression of Nadaraya and of
Watson (both 1964). The two differ by :math:`\lVert k \rVert^2 / 2` and a number common to all keys: where
all keys are equally long, they give the same weights.

Differs from them: values are numbers, so that the output can be drawn for every query of the plane.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Matrix, Points, Slider
from dlbook_lib.explorers._temperature import COLDEST, HOTTEST, effective_number, tempered
from dlbook_lib.figures.theme import COLORS, DIVERGING, frame

__all__ = ["attend_in_plane", "attention_plane"]

EDGE, CELLS, KEYS = 3.0, 31, 5
_LINE = torch.linspace(-EDGE, EDGE, CELLS)
_QUERIES = torch.stack(torch.meshgrid(_LINE, _LINE, indexing="xy"), -1).reshape(-1, 2)  # row by row, y up
_START = [[2.4, 0.7], [0.3, 1.4], [-1.7, 0.8], [-0.9, -2.2], [1.0, -1.0]]  # of different lengths
_NUMBERS = [str(number) for number in range(1, KEYS + 1)]


def attend_in_plane(
    points: Tensor, values: Tensor, temperature: Tensor, likeness: Tensor
) -> dict[str, Tensor]:
    """Weigh the keys for one query, and for every query of the plane.

    Parameters
    ----------
    points : Tensor of shape (6, 2)
        The query, then the five keys.
    values : Tensor of shape (1, 5)
        A number for each key.
    temperature : Tensor
        Positive.
    likeness : Tensor
        0 for dot products, 1 for minus half the squared distance.

    Returns
    -------
    dict
        What the panels and sentences show.
    """
    keys, value = points[1:], values[0]
    everywhere = torch.cat((points[:1], _QUERIES.to(points.device)))  # (1 + 31², 2)
    scores = everywhere @ keys.mT
    longer = (keys.square().sum(1) + everywhere.square().sum(1, keepdim=True)) / 2
    scores = (scores - likeness * longer) / math.sqrt(2)
    weights = tempered(scores, torch.ones_like(scores, dtype=torch.bool), temperature)
    heard = (weights * value).sum(1)
    mine, output = weights[0], heard[:1]
    best = mine.argmax()
    wins = (scores[1:] >= scores[1:].amax(1, keepdim=True)).sum(0)
    plain = torch.where(mine.max() >= 0.995, 2.0, (mine.max() - mine.min() <= 0.02).float())
    return {
        "field": heard[1:].reshape(CELLS, CELLS),
        "key_x": keys[:, 0],
        "key_y": keys[:, 1],
        "query_x": points[:1, 0],
        "query_y": points[:1, 1],
        "value": value,
        "weights": mine,
        "scores": scores[0],
        "parts": mine * value,
        "output": output,
        "lowest": value.min(),
        "highest": value.max(),
        "number": best + 1,
        "strongest": mine.max(),
        "effective": effective_number(mine),
        "kind": plain,
        "alike": ((mine.max() - mine.min() <= 0.02) & (temperature <= 1.0)).float(),
        "sharp": ((mine.max() >= 0.99) & (temperature >= 1.0)).float(),
        "hidden": ((wins[2] == 0) & (likeness < 0.5)).float(),
    }


def draw(field, key_x, key_y, query_x, query_y, value, weights, output):
    """Lay out the plane with the output of every query, the weights, and the values on a line."""
    return {
        "plane": _plane(field, key_x, key_y, query_x, query_y, value, output),
        "weights": _weights(weights),
        "values": _values(value, weights, output),
    }


def _coloured(color, size, symbol):
    """Colour markers by a value, on the scale of the plane."""
    line = dict(color=COLORS["noise"], width=2)
    return dict(color=color, colorscale=DIVERGING, cmin=-3, cmax=3, size=size, symbol=symbol, line=line)


def _plane(field, key_x, key_y, query_x, query_y, value, output):
    line = _LINE.tolist()
    heard = go.Heatmap(
        x=line, y=line, z=field, colorscale=DIVERGING, zmin=-3, zmax=3, showscale=False, hoverinfo="skip"
    )
    keys = go.Scatter(
        x=key_x,
        y=key_y,
        mode="markers+text",
        text=_NUMBERS,
        textposition="top center",
        marker=_coloured(value, 16, "circle"),
    )
    query = go.Scatter(
        x=query_x,
        y=query_y,
        mode="markers+text",
        text=["query"],
        textposition="top center",
        marker=_coloured(output, 18, "diamond"),
    )
    span = dict(range=[-EDGE, EDGE], showgrid=False, zeroline=True)
    return frame(
        [heard, keys, query],
        alt="",
        default="",
        title="Output of every query",
        height=280,
        aspect=1.0,
        showlegend=False,
        xaxis=span,
        yaxis=span,
    )


def _weights(weights):
    bars = go.Bar(x=list(range(1, KEYS + 1)), y=weights, marker_color=COLORS["model"])
    return frame(
        [bars],
        alt="",
        default="",
        title="Weights of the query",
        height=280,
        aspect=1.0,
        xaxis=dict(title="key", tickvals=list(range(1, KEYS + 1))),
        yaxis=dict(range=[0, 1.02], tickformat=".0%"),
    )


def _values(value, weights, output):
    heights = go.Scatter(
        x=value, y=weights, mode="markers+text", text=_NUMBERS, textposition="top center", name="keys"
    )
    heights.marker = _coloured(value, 13, "circle")
    mean = go.Scatter(x=output, y=[0], mode="markers", name="output", marker=_coloured(output, 17, "diamond"))
    return frame(
        [heights, mean],
        alt="",
        default="",
        title="Values, by weight, and their mean",
        height=280,
        aspect=1.0,
        showlegend=False,
        xaxis=dict(title="value", range=[-3.3, 3.3]),
        yaxis=dict(range=[-0.08, 1.15], tickvals=[0, 0.5, 1], tickformat=".0%"),
    )


attention_plane = Explorer(
    name="attention-plane",
    title="Attention in the plane",
    compute=attend_in_plane,
    draw=draw,
    look_for=(
        "Key 2 is nearer to the query than key 1, yet key 1 has the weight: dot products favour long keys. "
        "Predict which key wins by distance. Then drag the query straight away from the middle, by either "
        "score."
    ),
    controls={
        "points": Points(
            [[1.0, 0.8], *_START],
            panel="plane",
            x=(-EDGE, EDGE),
            y=(-EDGE, EDGE),
            names=["query", *(f"key {number}" for number in _NUMBERS)],
            label="Query and keys",
        ),
        "values": Matrix([[2.5, 1.0, -2.0, 0.0, -1.0]], low=-3, high=3, label="Values of keys 1 to 5"),
        "temperature": Slider(
            COLDEST,
            HOTTEST,
            1.0,
            log=True,
            marks={COLDEST: "argmax", HOTTEST: "nearly uniform"},
            label="Temperature",
        ),
        "likeness": Choice({"dot product": 0.0, "minus half the squared distance": 1.0}, label="Score"),
    },
    presets={
        "start": {},
        "argmax": {"temperature": COLDEST},
        "argmax by distance": {"temperature": COLDEST, "likeness": "minus half the squared distance"},
        "a query at 0": {"points": [[0.0, 0.0], *_START]},
        "a longer query": {"points": [[2.5, 2.0], *_START]},
        "a key amid the others, argmax": {
            "points": [[1.0, 0.8], *_START[:2], [0.2, 0.1], *_START[3:]],
            "temperature": COLDEST,
        },
    },
    says=Cases(
        "kind",
        [
            "Key {number:d} has {strongest:.0%} of the weight, and the query listens, in effect, to "
            "{effective:.1f} of 5 keys; its output is {output[0]:.2f}, a mean of values between "
            "{lowest:.3g} and {highest:.3g}.",
            "All five keys weigh nearly the same, so the output, {output[0]:.2f}, is nearly the "
            "plain mean of the values.",
            "Key {number:d} has {strongest:.2%} of the weight: the output, {output[0]:.2f}, is all but "
            "its value.",
        ],
    ),
    readouts=(
        "Output: "
        + " + ".join(f"{{weights[{j}]:.2f}} · ({{value[{j}]}})" for j in range(KEYS))
        + " = {output[0]:.3f}.",
        "Scores ÷ √2, before the temperature: "
        + ", ".join(f"{{scores[{j}]:.2f}}" for j in range(KEYS))
        + ".",
    ),
    challenges=(
        Challenge(
            "At temperature 1 or below, make all five keys weigh the same to within 2 points.", met="alike"
        ),
        Challenge("At temperature 1 or above, give one key 99 % of the weight.", met="sharp"),
        Challenge(
            "With dot products, put key 3 where no query of the plane makes it the first choice.",
            met="hidden",
        ),
    ),
)
