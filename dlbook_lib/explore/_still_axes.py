"""Axes of plotly in print, and the room that ticks and titles leave for the plot."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    MultipleLocator,
    NullLocator,
)

from dlbook_lib.explore._still_shapes import annotate, draw_shape
from dlbook_lib.explore._still_style import (
    GRID,
    LINE,
    PX,
    TEXT,
    Room,
    choose,
    move,
    plain_text,
    refuse,
)
from dlbook_lib.explore.text import format_number

__all__ = ["decorate", "draw_bar", "dress", "fit", "make"]

KNOWN = (
    "range type visible showgrid zeroline tickvals ticktext tickmode tickangle tickformat dtick tick0 nticks"
)
KNOWN += (
    " exponentformat title showticklabels ticks scaleanchor scaleratio constrain constraintoward autorange"
)
KNOWN += " fixedrange showline automargin tickfont showspikes mirror side"
LAYOUT = (
    "xaxis yaxis title height width margin legend showlegend shapes annotations barmode bargap meta hovermode"
)
LAYOUT += " dragmode template font uirevision"
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MARGIN = 12  # pixels beside a plot that no tick needs
BAR, BAR_LENGTH = 24, 220  # pixels from a plot up to its colour bar, and the bar's length


def make(figure: Figure, layout: dict[str, Any], room: Room) -> Axes:
    """Make the axes of a panel; their room follows in :func:`fit`.

    Parameters
    ----------
    figure : Figure
        The whole picture.
    layout : dict
        The panel's, as plotly has it.
    room : Room
        The panel's, in pixels.

    Returns
    -------
    Axes
        With nothing drawn yet.

    Raises
    ------
    ValueError
        If the layout has an attribute that cannot be printed.
    """
    refuse("a figure", layout, LAYOUT)
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    move(axes, Room(room.left + 40, room.top + 40, room.width - 60, room.height - 60))
    axes.patch.set_visible(False)
    axes.set_axisbelow(True)
    return axes


def dress(axes: Axes, panel: dict[str, Any]) -> None:
    """Give each axis its kind, before anything is drawn.

    Parameters
    ----------
    axes : Axes
        From :func:`make`.
    panel : dict
        The figure, as plotly has it; its layout gets the number of bar traces, ``_bars``.

    Raises
    ------
    ValueError
        If an axis is of a type, or has an attribute, that cannot be printed.
    """
    layout = panel["layout"]
    layout["_bars"] = sum(trace.get("type") == "bar" for trace in panel["data"])
    for letter in "xy":
        axis = layout.get(f"{letter}axis") or {}
        refuse(f"{letter}axis", axis, KNOWN)
        kind = axis.get("type", "linear")
        scale = choose(f"{letter}axis.type", {"linear": "linear", "log": "log", "category": "linear"}, kind)
        getattr(axes, f"set_{letter}scale")(scale)
    axes.margins(0.05)


def decorate(axes: Axes, layout: dict[str, Any]) -> None:
    """Set ranges, ticks, lines and titles, and draw what lies over the traces.

    Parameters
    ----------
    axes : Axes
        With the traces.
    layout : dict
        The panel's, as plotly has it.

    Raises
    ------
    ValueError
        If a shape or an annotation has something that cannot be printed.
    """
    for letter in "xy":
        axis = layout.get(f"{letter}axis") or {}
        _set_range(axes, letter, axis)
        _set_ticks(axes, letter, axis)
    for name in ("top", "right"):
        axes.spines[name].set_visible(False)
    for name, letter in (("bottom", "x"), ("left", "y")):
        axes.spines[name].set(color=LINE, linewidth=PX, visible=_visible(layout, letter))
    tied = next(
        (axis for axis in (layout.get("yaxis"), layout.get("xaxis")) if axis and "scaleanchor" in axis), None
    )
    square = (layout.get("meta") or {}).get("aspect") == 1.0 and layout.get("xaxis", {}).get(
        "constrain"
    ) == "domain"
    if tied or square:
        ratio = (tied or {}).get("scaleratio", 1)
        held = "box" if (tied or {}).get("constrain", "domain") == "domain" else "datalim"
        axes.set_aspect(ratio, adjustable=held, anchor="C")
    for shape in layout.get("shapes") or []:
        if shape.get("visible", True):
            draw_shape(axes, shape)
    for note in layout.get("annotations") or []:
        if note.get("visible", True):
            annotate(axes, note)


def fit(axes: Axes, layout: dict[str, Any], room: Room, top: float) -> Room:
    """Leave the ticks and titles of the axes the room that they need, and return the plot's.

    Parameters
    ----------
    axes : Axes
        Decorated.
    layout : dict
        The panel's, as plotly has it.
    room : Room
        The panel's, in pixels.
    top : float
        Pixels to keep free above the plot.

    Returns
    -------
    Room
        The plot's, in pixels.
    """
    renderer = axes.figure.canvas.get_renderer()
    axes.apply_aspect()
    plot = axes.get_window_extent(renderer)
    left, right, bottom = MARGIN, MARGIN, (layout.get("margin") or {}).get("b", MARGIN)
    for axis in (axes.xaxis, axes.yaxis):
        box = axis.get_tightbbox(renderer)
        if box is not None:
            left, right = max(left, plot.x0 - box.x0 + 3), max(right, box.x1 - plot.x1 + 2)
            bottom = max(bottom, plot.y0 - box.y0 + 3)
    plot = Room(room.left + left, room.top + top, room.width - left - right, room.height - top - bottom)
    move(axes, plot)
    return plot


def draw_bar(figure: Figure, cells: Any, plot: Room) -> None:
    """Draw a bar of colours above a plot, with its numbers between them.

    Parameters
    ----------
    figure : Figure
        The whole picture.
    cells : ScalarMappable
        What the bar explains.
    plot : Room
        The plot's, in pixels.
    """
    length = min(BAR_LENGTH, plot.width)
    bar = figure.add_axes((0.1, 0.1, 0.1, 0.1))
    move(bar, Room(plot.left + (plot.width - length) / 2, plot.top - BAR - 10, length, 10))
    figure.colorbar(cells, cax=bar, orientation="horizontal", ticks=MaxNLocator(5))
    bar.tick_params(length=3 * PX, width=PX, color=LINE, labelsize=12 * PX, labelcolor=TEXT, pad=2 * PX)
    for spine in bar.spines.values():
        spine.set_visible(False)


def _visible(layout: dict[str, Any], letter: str) -> bool:
    return (layout.get(f"{letter}axis") or {}).get("visible", True) is not False


def _set_range(axes: Axes, letter: str, axis: dict[str, Any]) -> None:
    """Set an axis's range; plotly gives the powers of a logarithmic one."""
    limits = getattr(axes, f"get_{letter}lim")()
    if axis.get("range") is not None:
        limits = [10.0**end if axis.get("type") == "log" else end for end in axis["range"]]
    elif axis.get("autorange") == "reversed":
        limits = limits[::-1]
    getattr(axes, f"set_{letter}lim")(limits)


def _set_ticks(axes: Axes, letter: str, axis: dict[str, Any]) -> None:
    """Set an axis's ticks, their texts, the grid and the title."""
    line = getattr(axes, f"{letter}axis")
    if axis.get("visible", True) is False:
        line.set_visible(False)
        return
    log = axis.get("type") == "log"
    line.set_minor_locator(NullLocator())
    if axis.get("tickvals") is not None:
        line.set_major_locator(FixedLocator(axis["tickvals"]))
        line.set_major_formatter(FuncFormatter(_naming(axis)))
    else:
        line.set_major_locator(_locator(letter, axis, log))
        line.set_major_formatter(FuncFormatter(_naming(axis)))
    labels = {"labelbottom" if letter == "x" else "labelleft": axis.get("showticklabels", True)}
    angle = axis.get("tickangle") or 0
    style = dict(length=4 * PX, width=PX, color=LINE, labelcolor=TEXT, labelsize=12 * PX, pad=3 * PX)
    axes.tick_params(axis=letter, which="major", direction="out", **style, **labels)
    if angle:
        for label in line.get_ticklabels():
            label.set(rotation=-angle, ha="right" if angle < 0 else "left", rotation_mode="anchor")
        axes.tick_params(axis=letter, labelrotation=-angle)
    if axis.get("showgrid", True):
        line.grid(True, color=GRID, linewidth=PX, zorder=0.5)
    low, high = sorted(getattr(axes, f"get_{letter}lim")())
    if axis.get("zeroline", True) and not log and low < 0 < high:
        draw = axes.axvline if letter == "x" else axes.axhline
        draw(0, color=GRID, linewidth=PX, zorder=0.6)
    title = plain_text((axis.get("title") or {}).get("text") or "")
    if title:
        line.set_label_text(title, color=TEXT, size=13 * PX)
        line.labelpad = 5 * PX


def _locator(letter: str, axis: dict[str, Any], log: bool) -> Any:
    if log:
        return LogLocator(10)
    if axis.get("dtick") is not None:
        return MultipleLocator(axis["dtick"], axis.get("tick0", 0))
    return MaxNLocator(axis.get("nticks") or (5 if letter == "x" else 6), steps=[1, 2, 5, 10])


def _naming(axis: dict[str, Any]) -> Any:
    """Name the places of an axis as plotly would."""
    texts = dict(zip(axis.get("tickvals") or [], axis.get("ticktext") or []))

    def name(value: float, _: int) -> str:
        if axis.get("ticktext") is not None:
            return plain_text(texts.get(value, ""))
        if axis.get("tickformat"):
            return format_number(value, axis["tickformat"])
        if axis.get("exponentformat") == "power" and axis.get("type") == "log":
            return "10" + f"{round(np.log10(value))}".translate(SUPERSCRIPT)
        return f"{0.0 if abs(value) < 1e-12 else value:.12g}".replace("-", "−")

    return name
