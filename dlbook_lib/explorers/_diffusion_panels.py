"""Small panels that the diffusion explorers share: a grey picture, lines over time, a mark at the present."""

from __future__ import annotations

import plotly.graph_objects as go

from dlbook_lib.figures.theme import COLORS, GRAY, frame, legend_above

__all__ = []  # serves the diffusion explorers only


def image(z, box, title: str, size: int) -> go.Figure:
    """Draw a grey picture of standardised pixels, one of them framed."""
    cells = go.Heatmap(z=z, zmin=-2.5, zmax=2.5, colorscale=GRAY, showscale=False, hoverinfo="skip")
    mark = dict(type="rect", x0=box[0], x1=box[1], y0=box[2], y1=box[3])
    mark["line"] = dict(color=COLORS["model"], width=2)
    edge = dict(visible=False, constrain="domain")
    return frame(
        [cells],
        alt=title,
        default="",
        title=title,
        height=260,
        aspect=1,
        shapes=[mark],
        xaxis=edge | dict(range=[-0.5, size - 0.5]),
        yaxis=edge | dict(range=[size - 0.5, -0.5], scaleanchor="x"),
    )


def lines(
    traces: list,
    title: str,
    x_title: str,
    x: dict,
    y: dict,
    shapes=(),
    legend: bool = True,
    aspect: float | None = None,
) -> go.Figure:
    """Draw lines over a common axis, with a legend above if ``legend``; ``aspect`` as in ``frame``."""
    room, place = legend_above([trace.name or "" for trace in traces if trace.showlegend is not False], 220)
    return frame(
        traces,
        alt=title,
        default="",
        title=title,
        height=220,
        aspect=aspect,
        above=room if legend else 0,
        below=50,
        legend=place,
        showlegend=legend,
        xaxis=dict(title_text=x_title) | x,
        yaxis=y,
        shapes=list(shapes),
    )


def curve(x, y, name: str, color: str, **style) -> go.Scatter:
    """Draw one line; ``dash`` and ``width`` are its own, the rest goes to the trace."""
    line = dict(color=color, width=style.pop("width", 2), dash=style.pop("dash", "solid"))
    return go.Scatter(x=x, y=y, name=name, mode="lines", line=line, hoverinfo="skip", **style)


def dot(x, y, symbol: str = "circle", **style) -> go.Scatter:
    """Mark the present place."""
    marker = dict(color=COLORS["model"], size=11, symbol=symbol, line=dict(color="#ffffff", width=1))
    return go.Scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip", **style)


def pixel_path(times, paths, mean, low, high, chain_times, chain, jump, jump_at, here) -> go.Figure:
    """Draw paths, one after the other with gaps, over the band of a formula, and one path to the jump."""
    gap, count = [None], len(paths) // (len(times) + 1)
    band = dict(color=COLORS["data"], width=1, dash="dot")
    traces = [
        curve(times, low, "", **band, showlegend=False),
        curve(times, high, "mean ± 2 sd", **band, fill="tonexty", fillcolor="rgba(5,113,229,0.12)"),
        curve((times + gap) * count, paths, "other paths", COLORS["noise"], width=1),
        curve(times, mean, "", COLORS["data"], showlegend=False),
        curve(chain_times, chain, "same noise", COLORS["model"], width=3),
        dot(jump_at, jump, "diamond", name="one jump"),
    ]
    now = dict(type="line", x0=here[0], x1=here[1], y0=-5, y1=5, line=dict(width=1, dash="dot"))
    ranges = dict(range=[0, times[-1]]), dict(range=[-5, 5])
    return lines(traces, "The framed pixel on its way", "step t", *ranges, [now])


def over_time(times, values, place, at, title: str, span: tuple[float, float], level: float) -> go.Figure:
    """Draw a curve over time, a level and the present."""
    traces = [curve(times, values, "", COLORS["data"]), dot(at, place)]
    half = dict(type="line", x0=0, x1=times[-1], y0=level, y1=level, line=dict(width=1, dash="dot"))
    return lines(traces, title, "step t", dict(range=[0, times[-1]]), dict(range=span), [half], legend=False)
