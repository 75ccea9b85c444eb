"""Tables of numbers and pictures in print: cells in colour, the numbers in them, lines of equal height."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator

from dlbook_lib.explore._still_style import PX, Handle, choose, read_color, read_numbers, read_scale
from dlbook_lib.explore.text import format_number

__all__ = ["draw_contour", "draw_heatmap", "draw_image"]

NUMBER = 12  # pixels of the largest number in a cell
SMALLEST = 5  # pixels; below that a number is left out, as plotly does
DARK, BRIGHT = "#16191d", "#ffffff"  # whichever can be read on a cell
TEMPLATE = re.compile(r"%\{z(?::([^}]*))?\}")


def draw_heatmap(axes, trace, color, layout, earlier) -> Handle | None:
    """Draw cells; what is no number has no colour.

    Parameters
    ----------
    axes : Axes
        Where.
    trace : dict
        What; ``z`` has shape (rows, columns).
    color, layout, earlier : object
        What every trace is drawn with; not used here.

    Returns
    -------
    Handle or None
        For the colour bar; None if the trace shows none.

    Raises
    ------
    ValueError
        If ``texttemplate`` is not just one ``%{z}``, or the scale has what is no colour.
    """
    z, norm = _heights(trace)
    x, y = _edges(trace, "x", z.shape[1]), _edges(trace, "y", z.shape[0])
    scale = read_scale(trace)
    gap = max(trace.get("xgap", 0), trace.get("ygap", 0))
    style = dict(edgecolors="white", linewidth=gap * PX) if gap else dict(edgecolors="none")
    shown = np.ma.masked_invalid(z)
    mesh = axes.pcolormesh(
        x, y, shown, cmap=scale, norm=norm, zorder=1.5, antialiased=bool(gap), rasterized=True, **style
    )
    mesh.set_alpha(trace.get("opacity"))
    if "texttemplate" in trace:
        _write_numbers(axes, trace, z, (x, y), scale(norm(shown)))
    return Handle("", mesh, bar=True) if trace.get("showscale", True) else None


def draw_contour(axes, trace, color, layout, earlier) -> Handle | None:
    """Draw lines of equal height, over the colours of the heights where the trace asks for them.

    Parameters
    ----------
    axes : Axes
        Where.
    trace : dict
        What; ``z`` has shape (rows, columns), ``x`` and ``y`` say where they stand.
    color, layout, earlier : object
        What every trace is drawn with; not used here.

    Returns
    -------
    Handle or None
        For the colour bar; None if the trace shows none.

    Raises
    ------
    ValueError
        If ``contours.coloring`` is neither ``heatmap`` nor ``none``.
    """
    z, norm = _heights(trace)
    x, y = read_numbers(trace["x"]), read_numbers(trace["y"])
    contours, line = trace.get("contours") or {}, trace.get("line") or {}
    filled = choose("contours.coloring", {"heatmap": True, "none": False}, contours.get("coloring", "fill"))
    mesh = None
    if filled:
        style = dict(cmap=read_scale(trace), norm=norm, shading="gouraud", zorder=1.5, rasterized=True)
        mesh = axes.pcolormesh(x, y, np.ma.masked_invalid(z), **style)
    if "start" in contours:
        levels = np.arange(contours["start"], contours["end"] + contours["size"] / 2, contours["size"])
    else:
        levels = MaxNLocator(trace.get("ncontours", 15)).tick_values(norm.vmin, norm.vmax)
    stroke = read_color(line.get("color", "#444444"), trace.get("opacity", 1.0))
    axes.contour(x, y, z, levels, colors=[stroke], linewidths=line.get("width", 0.5) * PX, zorder=1.6)
    return Handle("", mesh, bar=True) if filled and trace.get("showscale", True) else None


def draw_image(axes, trace, color, layout, earlier) -> None:
    """Draw a picture of red, green and blue.

    Parameters
    ----------
    axes : Axes
        Where.
    trace : dict
        What; ``z`` has shape (rows, columns, 3), from 0 to 255.
    color, layout, earlier : object
        What every trace is drawn with; not used here.

    Raises
    ------
    ValueError
        If ``colormodel`` is not ``rgb``.
    """
    pixels = np.array(trace["z"], dtype=float)
    if trace.get("colormodel", "rgb") != "rgb":
        raise ValueError(
            f"colormodel of an image trace must be rgb to be printed, got {trace['colormodel']!r}"
        )
    height, width = pixels.shape[:2]
    x, y = _edges(trace, "x", width), _edges(trace, "y", height)
    axes.imshow(
        (pixels / 255).clip(0, 1),
        extent=(x[0], x[-1], y[-1], y[0]),
        aspect="auto",
        interpolation="nearest",
        zorder=1.5,
    )


def _heights(trace: dict[str, Any]) -> tuple[np.ndarray, Normalize]:
    """Read the numbers of cells, NaN where there is none, and the range of the colours."""
    z = np.array([[np.nan if v is None else v for v in row] for row in trace["z"]], dtype=float)
    low, high = trace.get("zmin"), trace.get("zmax")
    low, high = np.nanmin(z) if low is None else low, np.nanmax(z) if high is None else high
    return z, Normalize(low, high, clip=True)


def _edges(trace: dict[str, Any], letter: str, count: int) -> np.ndarray:
    """Place the edges of cells: half-way between their middles."""
    if trace.get(letter) is not None:
        middles = read_numbers(trace[letter])
    else:
        middles = trace.get(f"{letter}0", 0) + trace.get(f"d{letter}", 1) * np.arange(count, dtype=float)
    if len(middles) == count + 1:  # plotly takes edges, too
        return middles
    if count == 1:
        return np.array([middles[0] - 0.5, middles[0] + 0.5])
    between = (middles[1:] + middles[:-1]) / 2
    return np.concatenate([[2 * middles[0] - between[0]], between, [2 * middles[-1] - between[-1]]])


def _write_numbers(axes, trace, z, edges, colors) -> None:
    """Write the number of each cell, as large as it fits, in black or white."""
    found = TEMPLATE.fullmatch(trace["texttemplate"])
    if found is None:
        raise ValueError(
            f"texttemplate of a heatmap must be one %{{z}} to be printed, got {trace['texttemplate']!r}"
        )
    texts = [["" if np.isnan(v) else format_number(v, found[1]) for v in row] for row in z]
    axes.dlbook_numbers = artists = []  # sized when the plot's own size is known
    bright = 255 * colors[..., :3] @ np.array([0.299, 0.587, 0.114])
    size = (trace.get("textfont") or {}).get("size", NUMBER)
    x, y = ((edge[1:] + edge[:-1]) / 2 for edge in edges)
    for row, column in np.ndindex(z.shape):
        ink = DARK if bright[row, column] > 140 else BRIGHT
        style = dict(ha="center", va="center", color=ink, size=size * PX, clip_on=True, zorder=2.6)
        artists.append(axes.text(x[column], y[row], texts[row][column], **style))


def fit_numbers(axes: Axes) -> None:
    """Shrink the numbers in cells until the longest fits; leave them out where none could be read."""
    artists = getattr(axes, "dlbook_numbers", [])
    longest = max((len(artist.get_text()) for artist in artists), default=0)
    if not longest:
        return
    axes.apply_aspect()
    box = axes.get_window_extent()
    columns, rows = (abs(np.subtract(*limits)) for limits in (axes.get_xlim(), axes.get_ylim()))
    room = min(0.92 * box.width / columns / (0.62 * longest), 0.8 * box.height / rows)
    for artist in artists:
        artist.set(size=min(artist.get_size() / PX, room) * PX, visible=room >= SMALLEST)
