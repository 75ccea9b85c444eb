"""The two panels of the computation graph: boxes with arrows, and the loss along one input."""

from __future__ import annotations

import plotly.graph_objects as go
import torch

from dlbook_lib.explorers._graph_expressions import BOXES, EXPRESSIONS
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, frame, legend_above

__all__ = []  # serves the computation graph only

WIDE = 2.0  # the inputs' range
LINE = torch.linspace(-WIDE, WIDE, 81)


def draw_graph(names, numbers, lines, trail) -> go.Figure:
    """Draw boxes, arrows and a traced path, with names, values and slopes in the boxes.

    ``names`` are places of shape (2, 4, BOXES), ``numbers`` the places of values and of gradients, ``lines``
    the outlines of all boxes and of the busy one, arrows and their heads, ``trail`` the path and its slopes.
    """
    (name_x, name_y), (values, gradients), (boxes, busy, arrows, heads) = names, numbers, lines
    path, slopes = trail
    tip = dict(symbol="triangle-down", size=8, color=COLORS["noise"])
    said = [f"{{values[{k}]:.3f}}" for k in range(BOXES)], [f"{{gradients[{k}]:+.3f}}" for k in range(BOXES)]
    traces = [
        _line(arrows, COLORS["noise"], 1.2),
        _line(path, CATEGORICAL[3], 5, opacity=0.7),
        _line(heads, COLORS["noise"], 0, mode="markers", marker=tip),
        _line(boxes, COLORS["noise"], 1.2),
        _line(busy, COLORS["model"], 3.5),
    ]
    for k, expression in enumerate(EXPRESSIONS):
        traces.append(_words(name_x[k], name_y[k], expression.names))
    traces.append(_words(*values, said[0], color=COLORS["data"]))
    traces.append(_words(*gradients, said[1], color=COLORS["gradient"]))
    factors = [f"× {{slopes[{k}]:.2f}}" for k in range(len(slopes[0]))]
    traces.append(_words(*slopes, factors, color=CATEGORICAL[3]).update(textposition="middle right"))
    bare = dict(visible=False, fixedrange=True)
    return frame(
        traces,
        alt="The graph",
        default="",
        title="The graph",
        height=470,
        xaxis=bare | dict(range=[0, 1]),
        yaxis=bare | dict(range=[6.45, -0.45]),
        showlegend=False,
    )


def draw_slope(curve, tangent, chord) -> go.Figure:
    """Draw the loss along the input that is nudged, the slope in its box and the chord of the nudge."""
    names = ("L along the input", "slope in the box", "nudge")
    room, legend = legend_above(names, 260)
    tangent_line, chord_line = dict(width=2, color=COLORS["gradient"], dash="8px,4px"), COLORS["data"]
    traces = [
        go.Scatter(x=LINE.tolist(), y=curve, mode="lines", line=dict(color=COLORS["model"], width=2)),
        go.Scatter(x=tangent[0], y=tangent[1], mode="lines", line=tangent_line),
        go.Scatter(x=chord[0], y=chord[1], mode="lines+markers", line=dict(color=chord_line, width=2)),
    ]
    for trace, name in zip(traces, names):
        trace.update(name=name, hoverinfo="skip")
    return frame(
        traces,
        alt="The loss along the input that is nudged",
        default="",
        title="The input that is nudged",
        height=260,
        above=room,
        below=48,
        legend=legend,
        showlegend=True,
        xaxis=dict(range=[-WIDE, WIDE], title_text="input"),
        yaxis=dict(range=[-0.5, 4], title_text="L"),
    )


def _line(points, color, width, **more) -> go.Scatter:
    look = dict(mode="lines", line=dict(color=color, width=width), hoverinfo="skip", showlegend=False)
    return go.Scatter(x=points[:, 0], y=points[:, 1], **(look | more))


def _words(x, y, text, **font) -> go.Scatter:
    return go.Scatter(
        x=x, y=y, text=text, mode="text", textfont=dict(size=12, **font), hoverinfo="skip", showlegend=False
    )
