"""Traces of plotly as matplotlib's marks: the part of plotly that explorers draw with, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dlbook_lib.explore._still_cells import draw_contour, draw_heatmap, draw_image
from dlbook_lib.explore._still_style import (
    PX,
    TEXT,
    Handle,
    choose,
    plain_text,
    read_color,
    read_dash,
    read_numbers,
    read_scale,
    refuse,
)
from dlbook_lib.figures.theme import CATEGORICAL

__all__ = ["draw_trace"]

QUIET = """type name visible showlegend opacity hoverinfo hovertemplate hoverlabel hovertext customdata meta
    uid legendgroup legendrank cliponaxis x y"""
KNOWN = {
    "scatter": f"{QUIET} mode line marker text textposition textfont fill fillcolor connectgaps",
    "bar": f"{QUIET} marker width base offset orientation",
    "heatmap": f"{QUIET} z zmin zmax x0 y0 dx dy colorscale reversescale showscale colorbar xgap ygap"
    " texttemplate textfont",
    "contour": f"{QUIET} z zmin zmax colorscale reversescale showscale colorbar ncontours contours line"
    " autocontour",
    "image": f"{QUIET} z x0 y0 dx dy colormodel",
}
SYMBOLS = {"circle": "o", "square": "s", "diamond": "D", "cross": "P", "x": "X", "star": "*"}
SYMBOLS |= {"triangle-up": "^", "triangle-down": "v", "triangle-left": "<", "triangle-right": ">"}
LARGER = {"*": 1.5, "D": 0.92}  # than plotly's mark of the same name
STEPS = {"linear": "default", "hv": "steps-post", "vh": "steps-pre", "hvh": "steps-mid"}


def draw_trace(
    axes: Axes, trace: dict[str, Any], number: int, layout: dict[str, Any], earlier: list[dict[str, Any]]
) -> Handle | None:
    """Draw a trace.

    Parameters
    ----------
    axes : Axes
        Where.
    trace : dict
        What.
    number : int
        Its place among the figure's traces.
    layout : dict
        The figure's layout.
    earlier : list of dict
        The traces before it.

    Returns
    -------
    Handle or None
        For the legend or the colour bar; None where it has neither.

    Raises
    ------
    ValueError
        If the trace is of a type, or has an attribute, that cannot be printed.
    """
    kind = trace.get("type", "scatter")
    if kind not in KNOWN:
        raise ValueError(f"type of a trace must be one of {sorted(KNOWN)} to be printed, got {kind!r}")
    refuse(f"a trace of type {kind}", trace, KNOWN[kind])
    if trace.get("visible", True) is not True:
        return None
    draw = {"scatter": _scatter, "bar": _bar, "heatmap": draw_heatmap, "contour": draw_contour}
    draw = (draw | {"image": draw_image})[kind]
    color = CATEGORICAL[number % len(CATEGORICAL)]
    found = draw(axes, trace, color, layout, earlier)
    if found is None or found.bar or trace.get("showlegend", True):
        return found
    return None


def _places(trace: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    x, y = read_numbers(trace.get("x")), read_numbers(trace.get("y"))
    if trace.get("x") is None:
        x = np.arange(len(y), dtype=float)
    return x, y if trace.get("y") is not None else np.arange(len(x), dtype=float)


def _scatter(axes, trace, color, layout, earlier) -> Handle | None:
    """Draw lines, fills, markers and texts."""
    x, y = _places(trace)
    mode = trace.get("mode") or ("lines+markers" if len(x) < 20 else "lines")
    opacity = trace.get("opacity", 1.0)
    line, marker = trace.get("line") or {}, trace.get("marker") or {}
    stroke = read_color(line.get("color") or marker_color(marker) or color, opacity)
    width = line.get("width", 2)
    shape = choose("line.shape", STEPS, line.get("shape", "linear"))
    sample = Line2D([], [], linestyle="none")
    if trace.get("fill", "none") != "none":
        _fill(axes, trace, (x, y), stroke, shape, earlier)
    if "lines" in mode:
        style = dict(color=stroke, linewidth=width * PX, linestyle=read_dash(line.get("dash"), width))
        axes.plot(x, y, drawstyle=shape, zorder=2.2, solid_capstyle="butt", **style)
        sample.set(**style)
    if "markers" in mode:
        _markers(axes, trace, (x, y), stroke, sample)
    if "text" in mode:
        _texts(axes, trace, (x, y))
    return Handle(plain_text(trace.get("name") or ""), sample)


def marker_color(marker: dict[str, Any]) -> str | None:
    """Return the one colour that all marks have, if they have one."""
    color = marker.get("color")
    return color if isinstance(color, str) else None


def _fill(axes, trace, place, stroke, shape, earlier) -> None:
    """Fill a polygon, or the area between a line and the one before it or the axis."""
    x, y = place
    color = read_color(trace["fillcolor"]) if "fillcolor" in trace else (*stroke[:3], 0.5 * stroke[3])
    style = dict(facecolor=color, linewidth=0, zorder=2.1)
    if trace["fill"] == "toself":
        gaps = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
        for part in np.split(np.arange(len(x)), gaps):
            part = part[np.isfinite(x[part]) & np.isfinite(y[part])]
            if len(part) > 2:
                axes.fill(x[part], y[part], **style)
        return
    if trace["fill"] not in ("tonexty", "tozeroy"):
        raise ValueError(f"fill of a scatter trace must be toself, tonexty or tozeroy, got {trace['fill']!r}")
    before = (x, np.zeros_like(y)) if trace["fill"] == "tozeroy" or not earlier else _places(earlier[-1])
    if len(before[0]) != len(x) or not np.array_equal(before[0], x, equal_nan=True):
        other = np.interp(x, *before)
    else:
        other = before[1]
    step = None if shape == "default" else shape.removeprefix("steps-")
    axes.fill_between(x, y, other, step=step, **style)


def _markers(axes, trace, place, stroke, sample: Line2D) -> None:
    """Draw marks, symbol by symbol, each in its colour and size."""
    marker, count = trace.get("marker") or {}, len(place[0])
    opacity = trace.get("opacity", 1.0) * marker.get("opacity", 1.0)
    colors = _marker_colors(marker, count, stroke, opacity)
    sizes = np.broadcast_to(np.array(marker.get("size", 6), dtype=float), count)
    symbol = marker.get("symbol") or "circle"
    symbols = np.array([symbol] * count if isinstance(symbol, str) else [s or "circle" for s in symbol])
    edge = marker.get("line") or {}
    for name in dict.fromkeys(symbols.tolist()):
        here = np.flatnonzero(symbols == name)
        if name == "arrow":
            _arrows(axes, place, sizes, colors, stroke)
            continue
        shape, hollow = choose("symbol", SYMBOLS, name.removesuffix("-open")), name.endswith("-open")
        width = edge.get("width", 1.5 if hollow else 0)
        rim = colors[here] if hollow else read_color(edge.get("color", "#444444"), opacity)
        face = "none" if hollow else colors[here]
        area = (sizes[here] * PX * LARGER.get(shape, 1)) ** 2
        x, y = place[0][here], place[1][here]
        style = dict(marker=shape, linewidths=width * PX, zorder=2.4)
        axes.scatter(x, y, s=area, c=face, edgecolors=rim if width else "none", **style)
        size = min(float(sizes[here].max(initial=0)), 9) * PX
        look = dict(markeredgecolor=rim[0] if hollow else rim, markeredgewidth=width * PX)
        sample.set(marker=shape, markersize=size, markerfacecolor="none" if hollow else colors[0], **look)


def _marker_colors(marker, count, stroke, opacity) -> np.ndarray:
    """Give each mark its colour: one for all, a list, or numbers on a scale."""
    color = marker.get("color")
    if isinstance(color, list) and color and not isinstance(color[0], str):
        scale = Normalize(marker["cmin"], marker["cmax"], clip=True)
        shown = read_scale(marker)(scale(read_numbers(color)))
        shown[:, 3] *= opacity
        return shown
    if isinstance(color, list):
        return np.array([read_color(each, opacity) for each in color]).reshape(-1, 4)
    one = read_color(color, opacity) if color else (*stroke[:3], stroke[3] * marker.get("opacity", 1.0))
    return np.tile(np.array(one), (max(count, 1), 1))


def _arrows(axes, place, sizes, colors, stroke) -> None:
    """Draw the heads of arrows, each pointing away from the place before it."""
    points = np.stack(place, 1)
    for number in range(1, len(points)):
        tail, tip = points[number - 1], points[number]
        if sizes[number] and np.isfinite([tail, tip]).all() and not np.allclose(tail, tip):
            look = dict(arrowstyle="-|>", color=colors[number], shrinkA=0, shrinkB=0)
            look |= dict(mutation_scale=1.6 * sizes[number] * PX, linewidth=0.5)
            axes.annotate("", tip, tail, arrowprops=look, zorder=2.4)


def _texts(axes, trace, place) -> None:
    """Write beside marks."""
    texts, where = trace.get("text") or [], trace.get("textposition", "middle center")
    texts = [texts] * len(place[0]) if isinstance(texts, str) else texts
    size = np.broadcast_to(np.array((trace.get("marker") or {}).get("size", 0), float), len(place[0]))
    font = trace.get("textfont") or {}
    for number, (x, y, text) in enumerate(zip(*place, texts)):
        vertical, horizontal = (where if isinstance(where, str) else where[number]).split()
        up = {"top": 1, "middle": 0, "bottom": -1}[vertical] * (size[number] / 2 + 2) * PX
        aside = {"right": 1, "center": 0, "left": -1}[horizontal] * (size[number] / 2 + 2) * PX
        if np.isfinite([x, y]).all():
            style = dict(ha={"right": "left", "left": "right"}.get(horizontal, "center"))
            style |= dict(va={"top": "bottom", "bottom": "top"}.get(vertical, "center"), zorder=2.6)
            style |= dict(size=font.get("size", 12) * PX, color=font.get("color", TEXT))
            axes.annotate(
                plain_text(text), (x, y), (aside, up), textcoords="offset points", clip_on=True, **style
            )


def _bar(axes, trace, color, layout, earlier) -> Handle:
    """Draw bars: beside those of the other traces, or over them."""
    x, y = _places(trace)
    marker = trace.get("marker") or {}
    colors = _marker_colors(marker, len(x), read_color(color), trace.get("opacity", 1.0))
    lying = trace.get("orientation") == "h"
    place, length = (y, x) if lying else (x, y)
    steps = np.diff(np.unique(place[np.isfinite(place)]))
    whole = (steps.min() if len(steps) else 1.0) * (1 - layout.get("bargap", 0.2))
    mode = layout.get("barmode", "group")
    if mode not in ("group", "overlay"):
        raise ValueError(f"barmode must be group or overlay to be printed, got {mode!r}")
    total = layout.get("_bars", 1) if mode == "group" else 1
    turn = sum(trace.get("type") == "bar" for trace in earlier) if mode == "group" else 0
    width = np.array(trace.get("width", whole / total), dtype=float)
    middle = place + (turn - (total - 1) / 2) * whole / total
    if "offset" in trace:
        middle = place + np.array(trace["offset"], dtype=float) + width / 2
    base = np.array(trace.get("base", 0.0), dtype=float)
    edge = marker.get("line") or {}
    style = dict(color=colors, linewidth=edge.get("width", 0) * PX, zorder=2)
    style["edgecolor"] = read_color(edge.get("color", "#444444")) if edge.get("width") else "none"
    if lying:
        axes.barh(middle, length, width, base, **style)
    else:
        axes.bar(middle, length, width, base, **style)
    return Handle(plain_text(trace.get("name") or ""), Patch(facecolor=colors[0]))
