"""Panels of the diffusion run backwards: points over a density, arrows with trails, a number over steps."""

from __future__ import annotations

import plotly.graph_objects as go

from dlbook_lib.explorers._diffusion_panels import curve, dot, lines
from dlbook_lib.figures.theme import COLORS, SEQUENTIAL, frame

__all__ = []  # serves diffusion_backwards only


def _plane(traces: list, reach: float, title: str) -> go.Figure:
    axis = dict(range=[-reach, reach], constrain="domain", showgrid=False, zeroline=False)
    return frame(
        traces,
        alt=title,
        default="",
        title=title,
        height=280,
        aspect=1,
        showlegend=False,
        xaxis=axis,
        yaxis=axis | dict(scaleanchor="x"),
    )


def _centres(spots, fill: str) -> go.Scatter:
    """Draw the class of circles and the class of squares."""
    marker = dict(symbol=["circle"] * 4 + ["square"] * 4, size=12, color=fill)
    marker["line"] = dict(color=COLORS["model"], width=2.5)
    return go.Scatter(x=spots[:, 0], y=spots[:, 1], mode="markers", marker=marker, hoverinfo="skip")


def sample_plane(density, here, spots, cells: list[float], title: str) -> go.Figure:
    """Draw points over the density that they should have."""
    ground = go.Heatmap(z=density, x=cells, y=cells, zmin=0, zmax=1, colorscale=SEQUENTIAL, showscale=False)
    marker = dict(size=6, color="#ffffff", line=dict(color="#000000", width=1))
    points = go.Scatter(x=here[:, 0], y=here[:, 1], mode="markers", marker=marker, hoverinfo="skip")
    return _plane([ground, points, _centres(spots, "rgba(0,0,0,0)")], -cells[0], title)


def arrow_field(arrows, trails, spots, reach: float, title: str) -> go.Figure:
    """Draw arrows on a grid, and the way that some points have come."""
    drawn = dict(mode="lines", hoverinfo="skip", connectgaps=False)
    field = go.Scatter(x=arrows[:, 0], y=arrows[:, 1], line=dict(color=COLORS["gradient"], width=1), **drawn)
    ways = go.Scatter(x=trails[:, 0], y=trails[:, 1], line=dict(color=COLORS["data"], width=1), **drawn)
    return _plane([field, ways, _centres(spots, "rgba(0,0,0,0)")], reach, title)


def over_counts(
    counts: tuple[int, ...], values, at, now, title: str, span: tuple[float, float], level=None
) -> go.Figure:
    """Draw a number over the number of steps, both on logarithmic axes, the chosen one marked."""
    line = curve(list(counts), values, "this sampler", COLORS["data"])
    line.update(mode="lines+markers", marker=dict(size=7, color=COLORS["data"]))
    traces = [line, dot(at, now, showlegend=False)]
    ends = [counts[0] * 0.85, counts[-1] * 1.18]
    if level is None:
        level = [1, 1], "truth"
    traces.insert(0, curve(ends, *level, COLORS["noise"], dash="8px,4px"))
    x = dict(type="log", tickvals=list(counts), range=[0.62, 1.78])
    y = dict(type="log", range=list(span), tickvals=[0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 4, 8])
    return lines(traces, title, "steps", x, y)
