"""Shapes and annotations of plotly in print."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, Rectangle

from dlbook_lib.explore._still_style import LINE, PX, TEXT, choose, plain_text, read_color, read_dash, refuse

__all__ = ["annotate", "draw_shape"]


def draw_shape(axes: Axes, shape: dict[str, Any]) -> None:
    """Draw a line, a rectangle or a circle, in the data's places or in parts of the plot.

    Parameters
    ----------
    axes : Axes
        With their ranges set.
    shape : dict
        As plotly has it.

    Raises
    ------
    ValueError
        If it has something that cannot be printed.
    """
    known = "type x0 x1 y0 y1 xref yref line fillcolor opacity layer visible name"
    refuse("a shape", shape, known)
    line = shape.get("line") or {}
    width, opacity = line.get("width", 1.5), shape.get("opacity", 1.0)
    place = _transform(axes, shape)
    stroke = dict(linewidth=width * PX, linestyle=read_dash(line.get("dash"), width), transform=place)
    stroke["zorder"] = 1.2 if shape.get("layer") == "below" else 2.5
    color = read_color(line.get("color", LINE), opacity)
    x0, x1, y0, y1 = (shape[key] for key in ("x0", "x1", "y0", "y1"))
    kind = shape.get("type", "rect")
    if kind == "line":
        axes.plot([x0, x1], [y0, y1], color=color, scalex=False, scaley=False, **stroke)
        return
    fill = read_color(shape["fillcolor"], opacity) if "fillcolor" in shape else "none"
    look = dict(edgecolor=color if width else "none", facecolor=fill, **stroke)
    if kind == "rect":
        axes.add_artist(Rectangle((x0, y0), x1 - x0, y1 - y0, **look))
    elif kind == "circle":
        axes.add_artist(Ellipse(((x0 + x1) / 2, (y0 + y1) / 2), abs(x1 - x0), abs(y1 - y0), **look))
    else:
        raise ValueError(f"type of a shape must be line, rect or circle to be printed, got {kind!r}")


def annotate(axes: Axes, note: dict[str, Any]) -> None:
    """Write a text at a place, or beside it with an arrow.

    Parameters
    ----------
    axes : Axes
        With their ranges set.
    note : dict
        As plotly has it.

    Raises
    ------
    ValueError
        If it has something that cannot be printed.
    """
    known = "text x y xref yref xanchor yanchor xshift yshift showarrow ax ay arrowhead arrowcolor arrowwidth"
    refuse("an annotation", note, known + " arrowsize font align visible name opacity")
    font, arrow = note.get("font") or {}, note.get("showarrow", True)
    across = {"left": "left", "right": "right"}.get(note.get("xanchor"), "center")
    down = {"top": "top", "bottom": "bottom"}.get(note.get("yanchor"), "center")
    shift = [note.get("xshift", 0) * PX, note.get("yshift", 0) * PX]
    if arrow:
        shift = [shift[0] + note.get("ax", -10) * PX, shift[1] - note.get("ay", -30) * PX]
    look = dict(arrowstyle="->", color=note.get("arrowcolor", LINE), linewidth=note.get("arrowwidth", 1) * PX)
    axes.annotate(
        plain_text(note.get("text") or ""),
        (note["x"], note["y"]),
        shift,
        xycoords=_transform(axes, note),
        textcoords="offset points",
        arrowprops=look if arrow else None,
        size=font.get("size", 12) * PX,
        color=read_color(font.get("color", TEXT)),
        **{"ha": across, "va": down, "zorder": 2.7},
    )


def _transform(axes: Axes, item: dict[str, Any]) -> Any:
    """Say what the coordinates of a shape or an annotation count."""
    kinds = {"x": "data", "y": "data", "paper": "plot", "x domain": "plot", "y domain": "plot"}
    across, down = (choose(f"{l}ref", kinds, item.get(f"{l}ref", l)) for l in "xy")
    table = {
        ("data", "data"): axes.transData,
        ("plot", "plot"): axes.transAxes,
        ("data", "plot"): axes.get_xaxis_transform(),
        ("plot", "data"): axes.get_yaxis_transform(),
    }
    return table[across, down]
