"""Figures in space in print: surfaces, and lines and marks that stand on them, from where the camera is.

matplotlib draws each thing whole, one over the other, where plotly hides point by point what lies behind. So
lines and marks are drawn over every surface; on a surface seen from above that is how plotly shows them, too.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator

from dlbook_lib.explore._still_style import (
    GRID,
    LINE,
    PX,
    TEXT,
    Handle,
    Room,
    choose,
    move,
    plain_text,
    read_color,
    read_dash,
    read_numbers,
    read_scale,
    refuse,
)
from dlbook_lib.figures.theme import CATEGORICAL

__all__ = ["draw_space", "fit_space", "in_space"]

QUIET = "type name visible showlegend opacity hoverinfo hovertemplate hoverlabel hovertext meta uid x y z"
KNOWN = {
    "surface": f"{QUIET} colorscale reversescale cmin cmax showscale surfacecolor lighting contours",
    "scatter3d": f"{QUIET} mode line marker connectgaps",
}
LAYOUT = "scene title height width margin legend showlegend meta hovermode font template uirevision"
SCENE = "xaxis yaxis zaxis aspectmode aspectratio camera dragmode"
AXIS = "title range nticks visible showticklabels tickvals ticktext tickmode showspikes zeroline autorange"
SYMBOLS = {"circle": "o", "square": "s", "diamond": "D", "cross": "P", "x": "X"}
EYE = {"x": 1.25, "y": 1.25, "z": 1.25}  # where plotly looks from
NEAR = 2.7  # zoom at distance 1


def in_space(panel: dict[str, Any]) -> bool:
    """Say whether a figure of plotly's stands in space.

    Parameters
    ----------
    panel : dict
        The figure.

    Returns
    -------
    bool
        Whether it has a trace that does.
    """
    return any(trace.get("type") in KNOWN for trace in panel["data"])


def draw_space(figure: Figure, panel: dict[str, Any]) -> tuple[Any, list[Handle]]:
    """Draw a figure in space.

    Parameters
    ----------
    figure : Figure
        The whole picture.
    panel : dict
        The figure, as plotly has it.

    Returns
    -------
    axes : Axes3D
        What was drawn, to be put into its room.
    handles : list of Handle
        For the legend.

    Raises
    ------
    ValueError
        If it holds a flat trace, or has an attribute that cannot be printed.
    """
    refuse("a figure in space", panel["layout"], LAYOUT)
    scene, known = panel["layout"].get("scene") or {}, {name: name for name in KNOWN}
    refuse("a scene", scene, SCENE)
    for trace in panel["data"]:
        kind = choose("type of a trace in space", known, trace.get("type", "scatter"))
        refuse(f"a trace of type {kind}", trace, KNOWN[kind])
    shown = [trace for trace in panel["data"] if trace.get("visible", True) is True]
    axes = figure.add_axes((0, 0, 1, 1), projection="3d", computed_zorder=False)
    axes.patch.set_visible(False)
    limits = _set_axes(axes, scene, shown)
    _set_camera(axes, scene)
    handles = []
    for number, trace in enumerate(shown):
        if trace["type"] == "surface":
            _draw_surface(axes, trace, limits)
        else:
            handles.append(_draw_marks(axes, trace, limits, CATEGORICAL[number % len(CATEGORICAL)]))
    return axes, handles


def fit_space(axes: Any, room: Room) -> None:
    """Make axes in space as large as a room lets them, their numbers and names included.

    Parameters
    ----------
    axes : Axes3D
        From :func:`draw_space`.
    room : Room
        In pixels of the picture.
    """
    renderer, height = axes.figure.canvas.get_renderer(), axes.figure.get_size_inches()[1] * 100
    place = room
    for _ in range(3):  # numbers keep their size where the axes shrink
        move(axes, place)
        axes.figure.draw_without_rendering()
        found = axes.get_tightbbox(renderer)
        share = min(room.width / found.width, room.height / found.height)
        x, y = place.left + place.width / 2, place.top + place.height / 2  # of the axes' middle
        right = room.left + room.width / 2 - share * ((found.x0 + found.x1) / 2 - x)
        down = room.top + room.height / 2 - share * (height - (found.y0 + found.y1) / 2 - y)
        wide, high = share * place.width, share * place.height
        place = Room(right - wide / 2, down - high / 2, wide, high)
    move(axes, place)


def _set_camera(axes: Any, scene: dict[str, Any]) -> None:
    """Look from where plotly's camera stands."""
    eye = EYE | ((scene.get("camera") or {}).get("eye") or {})
    far = math.hypot(eye["x"], eye["y"], eye["z"])
    up = math.degrees(math.asin(eye["z"] / far))
    axes.view_init(elev=up, azim=math.degrees(math.atan2(eye["y"], eye["x"])))
    ratio = scene.get("aspectratio") or {"x": 1, "y": 1, "z": 1}
    axes.set_box_aspect([ratio[letter] for letter in "xyz"], zoom=NEAR / far)


def _set_axes(axes: Any, scene: dict[str, Any], traces: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """Set ranges, ticks and titles; return the ranges."""
    limits = []
    for letter in "xyz":
        given, line = scene.get(f"{letter}axis") or {}, getattr(axes, f"{letter}axis")
        refuse(f"{letter}axis of a scene", given, AXIS)
        found = np.concatenate([_numbers(trace[letter]).ravel() for trace in traces])
        low, high = given.get("range") or (np.nanmin(found), np.nanmax(found))
        limits.append((low, high))
        getattr(axes, f"set_{letter}lim")(low, high)
        shown = given.get("visible", True) is not False
        line.pane.set_visible(False)
        line.line.set(color=LINE, linewidth=PX, visible=shown)
        line._axinfo["grid"].update(color=GRID, linewidth=PX if shown else 0)
        line.set_major_locator(MaxNLocator(given.get("nticks", 5)) if shown else FixedLocator([]))
        if given.get("tickvals") is not None and shown:
            line.set_major_locator(FixedLocator(given["tickvals"]))
            if given.get("ticktext") is not None:
                line.set_major_formatter(FixedFormatter([plain_text(text) for text in given["ticktext"]]))
        labels = shown and given.get("showticklabels", True)
        size = 11 * PX if labels else 0
        axes.tick_params(axis=letter, color=LINE, labelcolor=TEXT, labelsize=size, pad=-2 * PX)
        if not labels:
            line.set_ticklabels([])
        text = plain_text((given.get("title") or {}).get("text") or "")
        line.set_label_text(text if shown else "", color=TEXT, size=13 * PX)
        line.labelpad = -6 * PX
    return limits


def _numbers(values: Any) -> np.ndarray:
    """Read numbers in any shape, with NaN where there is none."""
    if isinstance(values, list) and values and isinstance(values[0], list):
        return np.stack([read_numbers(row) for row in values])
    return read_numbers(values)


def _draw_surface(axes: Any, trace: dict[str, Any], limits: list[tuple[float, float]]) -> None:
    """Draw a surface over its grid, coloured by its height or by numbers of its own."""
    z = _numbers(trace["z"])
    shade = z if trace.get("surfacecolor") is None else _numbers(trace["surfacecolor"])
    x, y = _numbers(trace["x"]), _numbers(trace["y"])
    x, y = np.meshgrid(x, y) if x.ndim == 1 else (x, y)
    low = trace.get("cmin", np.nanmin(shade))
    high = trace.get("cmax", np.nanmax(shade))
    colors = read_scale(trace)(Normalize(low, high, clip=True)(np.ma.masked_invalid(shade)))
    colors[..., 3] *= trace.get("opacity", 1.0)
    z = np.where((z < limits[2][0]) | (z > limits[2][1]), np.nan, z)
    style = dict(rstride=1, cstride=1, linewidth=0, antialiased=False, shade=False, zorder=1)
    axes.plot_surface(x, y, z, facecolors=colors, **style).set_rasterized(True)


def _draw_marks(axes: Any, trace: dict[str, Any], limits: list[tuple[float, float]], color: str) -> Handle:
    """Draw a line, marks, or both; what lies outside the ranges is left out, as plotly does."""
    place = np.stack([_numbers(trace[letter]) for letter in "xyz"])
    ends = np.array(limits)
    place[:, ((place < ends[:, :1]) | (place > ends[:, 1:])).any(0)] = np.nan
    mode = trace.get("mode") or "lines+markers"
    line, marker, opacity = trace.get("line") or {}, trace.get("marker") or {}, trace.get("opacity", 1.0)
    stroke = read_color(line.get("color") or color, opacity)
    sample = Line2D([], [], linestyle="none")
    if "lines" in mode:
        thick = line.get("width", 2) / 2  # plotly's pixels in space are finer
        style = dict(color=stroke, linewidth=thick * PX, linestyle=read_dash(line.get("dash"), thick))
        axes.plot(*place, zorder=2, **style)
        sample.set(**style)
    if "markers" in mode:
        fill = read_color(marker.get("color") or line.get("color") or color, opacity)
        size = marker.get("size", 8) / 1.5 * PX
        symbol = choose("symbol", SYMBOLS, marker.get("symbol") or "circle")
        style = dict(marker=symbol, color=fill, markersize=size, linestyle="none")
        axes.plot(*place, zorder=3, **style)
        sample.set(marker=symbol, markersize=size, markerfacecolor=fill, markeredgecolor=fill)
    return Handle(plain_text(trace.get("name") or "") if trace.get("showlegend", True) else "", sample)
