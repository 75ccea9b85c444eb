r"""Lines over a common axis, and bars: how a loss falls, how counts compare.

Lines differ in colour and in dash, so that no one needs to see colours to follow them, and the legend
stands above the plot, where it covers nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dlbook_lib.checks import check_in, check_integer, check_number, check_type
from dlbook_lib.figures.theme import (
    CATEGORICAL,
    CHARACTER,
    COLORS,
    DASHES,
    LINE,
    SYMBOLS,
    escape,
    frame,
    legend_above,
    read_array,
    read_labels,
    spell,
)

__all__ = ["bars", "curves"]

_HEIGHT = 280  # pixels of the plot
_PHONE = 250  # pixels of its width on a phone
_MARKERS_UP_TO = 25  # points of a line
_LOGARITHMIC = {"type": "log", "exponentformat": "power"}

Line = tuple[np.ndarray, np.ndarray]


def curves(
    series: Mapping[str, Any],
    *,
    x: Any = None,
    title: str = "",
    x_title: str = "",
    y_title: str = "",
    log_y: bool = False,
    marks: Mapping[str, float] | None = None,
    roles: Mapping[str, str] | None = None,
    alt: str | None = None,
) -> go.Figure:
    """Draw named lines over a common axis.

    Parameters
    ----------
    series : dict of str to sequence
        Up to eight lines: their heights, or a tuple ``(x, y)`` of two equally long sequences.
    x : sequence, optional
        Where the points of all lines without their own ``x`` stand; by default at 0, 1, 2 and so on.
    title, x_title, y_title : str
        What stands above, below and at the left.
    log_y : bool
        Make the vertical axis logarithmic.
    marks : dict of str to float, optional
        Labelled vertical lines, such as ``{"best epoch": 12}``.
    roles : dict of str to str, optional
        Which lines are ``"data"``, ``"model"``, ``"gradient"`` or ``"noise"`` and take the colour that the
        book gives to that; the other lines then take none of these four.
    alt : str, optional
        The sentence that stands for the figure; by default where each line starts and ends, and its lowest
        and highest points where these lie between.

    Returns
    -------
    plotly.graph_objects.Figure
        One ``Scatter`` trace per line, in the order of ``series``.

    Raises
    ------
    TypeError
        If ``series``, ``marks`` or ``roles`` is not a dict.
    ValueError
        If there is no line or more than eight, a role is none of the four, a line is not finite or does not
        fit its ``x``, or one is not positive on a logarithmic axis.

    Examples
    --------
    >>> curves({"loss": [3, 1, 2]}, x_title="epoch").layout.meta["alt"]
    'Line chart over epoch. loss: from 3 at 0 to 2 at 2, lowest 1 at 1.'
    """
    check_type("series", series, Mapping, "a dict of named lines")
    check_integer("len(series)", len(series), low=1, high=len(CATEGORICAL))
    check_type("log_y", log_y, bool, "True or False")
    names = read_labels("series", list(series), len(series))
    lines = [_read_line(f"series[{name!r}]", values, x, log_y) for name, values in series.items()]
    marks = _read_marks(marks)
    colors = _read_colors(list(series), roles)
    shapes, annotations, rows = _draw_marks(marks, lines)
    room, legend = legend_above(names, _HEIGHT, rows * LINE) if len(lines) > 1 else (0, None)
    return frame(
        [_trace(k, name, *line, colors[k]) for k, (name, line) in enumerate(zip(names, lines))],
        alt=alt,
        default=_describe(names, lines, x_title, y_title, marks),
        title=title,
        height=_HEIGHT,
        above=room + rows * LINE,
        below=50 if x_title else 30,
        xaxis=dict(title_text=x_title, **_whole_ticks(lines)),
        yaxis=dict(title_text=y_title, **(_LOGARITHMIC if log_y else {})),
        shapes=shapes,
        annotations=annotations,
        legend=legend,
        showlegend=len(lines) > 1,
        hovermode="x unified" if len(lines) > 1 else "closest",
    )


def bars(
    values: Mapping[str, float],
    *,
    title: str = "",
    x_title: str = "",
    log_x: bool = False,
    alt: str | None = None,
) -> go.Figure:
    """Compare named numbers as horizontal bars, each with its value written.

    Parameters
    ----------
    values : dict of str to float
        The bars from top to bottom.
    title, x_title : str
        What stands above and below.
    log_x : bool
        Make the axis logarithmic, for numbers of different magnitudes.
    alt : str, optional
        The sentence that stands for the figure; by default every name with its number.

    Returns
    -------
    plotly.graph_objects.Figure
        One ``Bar`` trace.

    Raises
    ------
    TypeError
        If ``values`` is not a dict of numbers.
    ValueError
        If it is empty, a value is not finite, or one is not positive on a logarithmic axis.

    Examples
    --------
    >>> bars({"dense": 10_000_000, "convolution": 84}, log_x=True).layout.meta["alt"]
    'Bar chart. dense: 10,000,000; convolution: 84.'
    """
    check_type("values", values, Mapping, "a dict of named numbers")
    check_integer("len(values)", len(values), low=1)
    check_type("log_x", log_x, bool, "True or False")
    for name, value in values.items():
        check_number(f"values[{name!r}]", value)
        _check_positive(f"values[{name!r}]", value, log_x)
    names = read_labels("values", list(values), len(values))
    lengths = np.array(list(values.values()), dtype=float)
    written = ",d" if np.all(lengths == np.round(lengths)) else ",.3~r"
    listed = "; ".join(f"{name}: {spell(length)}" for name, length in zip(names, lengths))
    places = list(range(len(names)))
    trace = go.Bar(x=lengths, y=places, orientation="h", marker_color=COLORS["data"], cliponaxis=False)
    trace.update(texttemplate=f"%{{x:{written}}}", textposition="auto", textangle=0)
    trace.update(hovertemplate=f"%{{y}}: %{{x:{written}}}<extra></extra>")
    named = dict(tickvals=places, ticktext=[escape(name) for name in names], autorange="reversed")
    return frame(
        [trace],
        alt=alt,
        default=f"Bar chart{f' of {x_title}' if x_title else ''}. {listed}.",
        title=title,
        height=34 * len(names) + 10,
        below=50 if x_title else 30,
        bargap=0.25,
        xaxis=dict(title_text=x_title, **_bar_range(lengths, log_x)),
        yaxis=dict(showgrid=False, zeroline=False, ticks="", ticklabelstandoff=4, **named),
    )


def _read_line(name: str, values: Any, x: Any, log_y: bool) -> Line:
    """Read one entry of ``series`` as two equally long arrays."""
    if isinstance(values, tuple) and len(values) == 2 and _is_sequence(values[0]):
        at, values = read_array(f"{name}[0]", values[0], ("N",)), values[1]
    else:
        at = None if x is None else read_array("x", x, ("N",))
    y = read_array(name, values, ("N",) if at is None else (len(at),))
    _check_positive(name, y.min(), log_y)
    return np.arange(len(y)) if at is None else at, y


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) or getattr(value, "ndim", 0) > 0


def _check_positive(name: str, lowest: float, logarithmic: bool) -> None:
    if logarithmic and lowest <= 0:
        raise ValueError(f"{name} must be positive on a logarithmic axis, got {spell(lowest)}")


def _read_marks(marks: Mapping[str, float] | None) -> dict[str, float]:
    """Read the named positions from left to right."""
    if marks is None:
        return {}
    check_type("marks", marks, Mapping, "a dict of named positions")
    for name, position in marks.items():
        check_number(f"marks[{name!r}]", position)
    return dict(sorted(marks.items(), key=lambda mark: mark[1]))


def _read_colors(names: Sequence[str], roles: Mapping[str, str] | None) -> list[str]:
    """Give lines with a role its colour, and the others what is left over."""
    if roles is None:
        return list(CATEGORICAL[: len(names)])
    check_type("roles", roles, Mapping, "a dict of named roles")
    for name, role in roles.items():
        check_in("a name in roles", name, names)
        check_in(f"roles[{name!r}]", role, COLORS)
    free = (color for color in CATEGORICAL if color not in COLORS.values())
    given = {name: COLORS[role] for name, role in roles.items()}
    check_integer("the number of lines without a role", len(names) - len(given), low=0, high=4)
    return [given.get(name) or next(free) for name in names]


def _trace(k: int, name: str, x: np.ndarray, y: np.ndarray, color: str) -> go.Scatter:
    line = go.Scatter(x=x, y=y, name=escape(name), hovertemplate="%{y:.4~g}")
    line.update(mode="lines+markers" if len(x) <= _MARKERS_UP_TO else "lines")
    line.update(line=dict(color=color, dash=DASHES[k], width=2), marker=dict(symbol=SYMBOLS[k], size=7))
    return line


def _whole_ticks(lines: Sequence[Line]) -> dict[str, int]:
    """Keep half epochs off a short axis of whole numbers."""
    x = np.concatenate([x for x, _ in lines])
    return {"dtick": 1} if np.ptp(x) <= 12 and np.all(x == np.round(x)) else {}


def _bar_range(lengths: np.ndarray, log_x: bool) -> dict[str, Any]:
    """Leave room for the values of negative bars; start a logarithmic axis at a power of ten below all."""
    if log_x:
        low, high = math.floor(np.log10(lengths.min()) - 0.3), np.log10(lengths.max())
        return _LOGARITHMIC | {"range": [low, high + 0.03 * (high - low)]}
    low, high = min(lengths.min(), 0.0), max(lengths.max(), 0.0)
    span = high - low or 1.0
    return {"range": [low - (0.25 * span if low < 0 else 0), high + (0.04 if high > 0 else 0.25) * span]}


def _draw_marks(marks: Mapping[str, float], lines: Sequence[Line]) -> tuple[list, list, int]:
    """Draw vertical lines, with labels above the plot in as many rows as keep them apart on a phone."""
    every = np.concatenate([x for x, _ in lines] + [np.array(list(marks.values()), dtype=float)])
    low, span = every.min(), float(np.ptp(every)) or 1.0
    shapes, labels, ends = [], [], []
    for name, position in marks.items():
        share, width = (position - low) / span, CHARACTER * len(name) / _PHONE
        anchor, start = "center", share - width / 2
        if share < 0.2:
            anchor, start = "left", share
        elif share > 0.8:
            anchor, start = "right", share - width
        row = next((k for k, end in enumerate(ends) if end < start), len(ends))
        ends[row : row + 1] = [start + width + 0.03]
        shapes.append(dict(type="line", x0=position, x1=position, yref="paper", y0=0, y1=1, line_dash="dot"))
        label = dict(x=position, xanchor=anchor, yref="paper", y=1, yanchor="bottom", yshift=row * LINE)
        labels.append(dict(label, text=escape(name), showarrow=False))
    return shapes, labels, len(ends)


def _describe(
    names: Sequence[str], lines: Sequence[Line], x_title: str, y_title: str, marks: Mapping[str, float]
) -> str:
    """Say in a few words how each line runs."""
    parts = []
    for name, (x, y) in zip(names, lines):
        text = f"{name}: from {spell(y[0])} at {spell(x[0])} to {spell(y[-1])} at {spell(x[-1])}"
        for word, k in (("lowest", y.argmin()), ("highest", y.argmax())):
            if y[k] not in (y[0], y[-1]):
                text += f", {word} {spell(y[k])} at {spell(x[k])}"
        parts.append(text)
    parts += [f"{name} marked at {spell(position)}" for name, position in marks.items()]
    what = (f" of {y_title}" if y_title else "") + (f" over {x_title}" if x_title else "")
    return f"Line chart{what}. {'; '.join(parts)}."
