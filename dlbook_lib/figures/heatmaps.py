r"""Matrices as coloured cells, with their numbers written in where there is room.

Row 0 is at the top, as a matrix is written. What several matrices beside each other need (a common range of
colours, a format for their numbers, places on one pair of axes) serves :mod:`dlbook_lib.figures.images` too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dlbook_lib.checks import check_integer, check_type
from dlbook_lib.figures.theme import (
    BAR,
    DIVERGING,
    SEQUENTIAL,
    escape,
    frame,
    plot_height,
    read_array,
    read_labels,
    spell,
)

__all__ = ["heatmap"]

_CHARACTERS = 44  # of numbers beside each other that can still be read on a phone
_SQUARE_UP_TO = 4  # times as long as wide


def heatmap(
    z: Any,
    *,
    x: Any = None,
    y: Any = None,
    title: str = "",
    x_title: str = "",
    y_title: str = "",
    number_format: str | None = None,
    diverging: bool = False,
    span: tuple[float, float] | None = None,
    alt: str | None = None,
) -> go.Figure:
    """Draw a matrix: one coloured cell per entry, labelled rows and columns.

    Parameters
    ----------
    z : array of shape (M, N)
        Row 0 is drawn at the top. Cells are square unless one side is over four times the other.
    x, y : sequence of N and of M labels, optional
        Names of the columns and of the rows, which may repeat; by default their indices.
    title, x_title, y_title : str
        What stands above, below and at the left.
    number_format : str, optional
        How entries are written in their cells, such as ``".2f"``, ``"d"`` or ``".0%"``; ``""`` leaves them
        out. By default they are written where they can be read on a phone, and a colour bar stands in
        for them elsewhere.
    diverging : bool
        Colour by sign: blue below zero, pale at zero, rust above.
    span : (float, float), optional
        Values of the first and last colour, to compare matrices; by default those of the matrix. A
        diverging scale is always symmetric about zero.
    alt : str, optional
        The sentence that stands for the figure; by default its size and its extremes, or every entry
        of a matrix with at most 16.

    Returns
    -------
    plotly.graph_objects.Figure
        One ``Heatmap`` trace whose ``z`` is the matrix itself.

    Raises
    ------
    TypeError
        If ``z`` is not an array, or ``x`` or ``y`` not a list of labels.
    ValueError
        If ``z`` is not a finite matrix, labels do not fit it, or ``span`` is not increasing.

    Examples
    --------
    >>> heatmap([[1, 2], [3, 4]], x=["a", "b"]).layout.meta["alt"]
    'Matrix of 2 rows and 2 columns; columns a, b; row 0: 1, 2; row 1: 3, 4.'
    """
    z = read_array("z", z, ("M", "N"))
    check_type("diverging", diverging, bool, "True or False")
    check_type("number_format", number_format, (str, type(None)), "a format such as '.2f'")
    rows, columns = z.shape
    names_x = None if x is None else read_labels("x", x, columns)
    names_y = None if y is None else read_labels("y", y, rows)
    low, high = color_range(z, diverging=diverging, span=span)
    written = cell_format(z, columns) if number_format is None else number_format
    gap = int(max(z.shape) <= 32)
    cells = go.Heatmap(z=z, zmin=low, zmax=high, xgap=gap, ygap=gap, showscale=not written)
    hover = f"row %{{y}}, column %{{x}}<br>%{{z:{written or '.4~g'}}}<extra></extra>"
    cells.update(colorscale=DIVERGING if diverging else SEQUENTIAL, hovertemplate=hover)
    cells.texttemplate = f"%{{z:{written}}}" if written else None
    square = 1 / _SQUARE_UP_TO <= rows / columns <= _SQUARE_UP_TO
    tied = dict(scaleanchor="x", constrain="domain", constraintoward="top") if square else {}
    return frame(
        [cells],
        alt=alt,
        default=_describe(z, names_x, names_y),
        title=title,
        height=max(plot_height(rows / columns), 90),
        aspect=rows / columns if tied else None,
        above=0 if written else BAR,
        below=52 if x_title else 32,
        xaxis=dict(_ticks(columns, names_x), title_text=x_title, constrain="domain"),
        yaxis=dict(_ticks(rows, names_y), title_text=y_title, autorange="reversed", **tied),
    )


def color_range(
    z: np.ndarray, *, diverging: bool, span: tuple[float, float] | None = None
) -> tuple[float, float]:
    """Choose the values of the first and the last colour: different ones, and opposite if ``diverging``."""
    low, high = float(z.min()), float(z.max())
    if span is not None:
        low, high = read_array("span", span, (2,)).tolist()
        if low >= high:
            raise ValueError(f"span must increase, got {span}")
    if diverging:
        high = max(abs(low), abs(high)) or 1.0
        return -high, high
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def cell_format(z: np.ndarray, columns: int) -> str:
    """Choose how numbers are written, for Python and d3 alike, or "" where a phone has no room for them.

    Whole numbers are written as such, others with enough decimals to show two digits of the largest.
    """
    largest = float(np.abs(z).max())
    if np.all(z == np.round(z)) and largest < 1e6:
        chosen, as_python = "d", ".0f"
    else:
        decimals = 2 if 0.1 <= largest < 10 else 1 - math.floor(math.log10(largest))
        chosen = as_python = f".{max(decimals, 0)}f" if decimals <= 4 and largest < 1e6 else ".1e"
    longest = max(len(f"{value:{as_python}}") for value in (z.min(), z.max()))
    return chosen if columns * (longest + 1) <= _CHARACTERS and z.size <= 400 else ""


def columns_for(columns: int | None, count: int, most: int = 8) -> int:
    """Use the number of columns asked for, or the one that leaves the fewest gaps in a wide rectangle."""
    if columns is not None:
        check_integer("columns", columns, low=1)
        return min(columns, count)
    if count <= most:
        most = count
    ideal = math.sqrt(1.6 * count)
    candidates = range(min(math.ceil(math.sqrt(count)), most), most + 1)
    return min(candidates, key=lambda c: (-count % c, abs(c - ideal)))


def arrange(
    traces: Sequence[go.Heatmap | go.Image],
    size: tuple[int, int],
    *,
    columns: int = 1,
    labels: Sequence[str] | None = None,
    **frame_arguments: Any,
) -> go.Figure:
    """Place pictures of one size in rows and columns on one pair of axes, in units of their pixels."""
    height, width = size
    gap = 0.08 * max(size)
    heading = 0.065 * columns * width if labels else 0  # at least 18 pixels of a phone
    annotations = []
    for k, trace in enumerate(traces):
        left, top = k % columns * (width + gap), k // columns * (height + gap + heading)
        trace.update(x0=left, y0=top)
        if labels:
            place = dict(x=left + width / 2 - 0.5, y=top - 0.5, yanchor="bottom", showarrow=False)
            annotations.append(dict(place, text=escape(labels[k]), font_size=12))
    wide = columns * (width + gap) - gap
    tall = math.ceil(len(traces) / columns) * (height + gap + heading) - gap
    upwards = [tall - heading - 0.5, -heading - 0.5]
    return frame(
        traces,
        height=plot_height(tall / wide),
        aspect=tall / wide,
        xaxis=dict(visible=False, constrain="domain", range=[-0.5, wide - 0.5]),
        yaxis=dict(visible=False, constrain="domain", range=upwards, scaleanchor="x", constraintoward="top"),
        annotations=annotations,
        **frame_arguments,
    )


def _ticks(count: int, names: list[str] | None) -> dict[str, Any]:
    """Lay out one axis of cells; names go on numbered ticks, because categories could not repeat."""
    bare = dict(showgrid=False, zeroline=False, showline=False, ticks="", ticklabelstandoff=4)
    if names is None:
        return bare | (dict(dtick=1) if count <= 12 else dict(tickformat="d", nticks=8))
    step = math.ceil(count / 24)
    return bare | dict(tickvals=list(range(0, count, step)), ticktext=[escape(n) for n in names[::step]])


def _describe(z: np.ndarray, names_x: list[str] | None, names_y: list[str] | None) -> str:
    """Say in one or two sentences what a matrix holds."""
    rows, columns = z.shape
    names_x = names_x or [str(i) for i in range(columns)]
    names_y = names_y or [str(i) for i in range(rows)]
    size = f"Matrix of {rows} row{'s' * (rows > 1)} and {columns} column{'s' * (columns > 1)}"
    if z.size <= 16:
        listed = (f"row {name}: {', '.join(map(spell, row))}" for name, row in zip(names_y, z))
        return f"{size}; columns {', '.join(names_x)}; {'; '.join(listed)}."
    (i, j), (k, m) = (np.unravel_index(index, z.shape) for index in (z.argmin(), z.argmax()))
    return (
        f"{size}, from {spell(z[i, j])} in row {names_y[i]}, column {names_x[j]} "
        f"to {spell(z[k, m])} in row {names_y[k]}, column {names_x[m]}."
    )
