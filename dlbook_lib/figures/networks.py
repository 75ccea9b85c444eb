r"""A network as circles in columns: its units, and its weights as lines whose colour is the sign.

The picture that every book draws. Ours is computed: the lines are the weights of the layer that stands in the
chapter, the numbers in the circles what its units answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dlbook_lib.checks import check_integer, check_shape, check_type
from dlbook_lib.figures.theme import DIVERGING, escape, frame, read_array, read_labels, spell

__all__ = ["network"]

MOST_UNITS = 12  # of a layer that are drawn; of a wider one the first and the last few
_ROW, _CIRCLE = 36, 26  # pixels from unit to unit, and across one
_THICKEST = 5  # pixels, of the largest weight


def network(
    sizes: Sequence[int],
    *,
    weights: Sequence[Any] | None = None,
    values: Sequence[Any] | None = None,
    labels: Sequence[str] | None = None,
    title: str = "",
    alt: str | None = None,
) -> go.Figure:
    """Draw a fully connected network: one column of circles for each layer, the inputs at the left.

    Parameters
    ----------
    sizes : sequence of L integers
        Units of each layer, inputs included, at least two layers. Of a layer with more than 12 the first
        and the last ones are drawn, with dots between them.
    weights : sequence of L − 1 arrays, optional
        The weights into each layer, shape (out, in) as torch keeps them: blue lines are negative ones,
        rust lines positive ones, and the thickest is the largest. By default all lines are alike.
    values : sequence of L arrays, optional
        What each unit holds, written into its circle. Only for layers of at most 12.
    labels : sequence of L strings, optional
        What stands under each layer; by default how many units it has.
    title : str
        What stands above.
    alt : str, optional
        The sentence that stands for the figure; by default the sizes.

    Returns
    -------
    plotly.graph_objects.Figure
        One line for each weight, and one ``Scatter`` trace for the units.

    Raises
    ------
    ValueError
        If there are fewer than two layers, weights, values or labels do not fit the sizes, or a layer is too
        wide for values.

    Examples
    --------
    >>> network([2, 3, 1]).layout.meta["alt"]
    'Network of 2 inputs, a layer of 3 units and 1 output.'
    """
    check_type("sizes", sizes, Sequence, "a sequence of integers")
    check_integer("len(sizes)", len(sizes), low=2)
    for layer, size in enumerate(sizes):
        check_integer(f"sizes[{layer}]", size, low=1)
    names = read_labels("labels", labels, len(sizes)) if labels is not None else [f"{n:,}" for n in sizes]
    rows = max(min(size, MOST_UNITS + 1) for size in sizes)
    places = [_places(size, rows) for size in sizes]
    lines = [
        line
        for layer in range(len(sizes) - 1)
        for line in _lines(layer, places, _weights(layer, sizes, weights))
    ]
    captions = [
        dict(x=x, y=1, yshift=4, yref="paper", yanchor="bottom", text=escape(name), showarrow=False)
        for x, name in enumerate(names)
    ]
    height = _ROW * rows + 8
    return frame(
        [_units(places, values, sizes)],
        alt=alt,
        default=_describe(sizes),
        title=title,
        height=height,
        above=22,
        shapes=lines,
        annotations=captions + _dots(places),
        showlegend=False,
        xaxis=dict(visible=False, range=[-0.35, len(sizes) - 0.65]),
        yaxis=dict(visible=False, range=[rows - 0.4, -0.6]),
    )


def _places(size: int, rows: int) -> dict[int, float]:
    """Give each unit that is drawn its height, counted in rows from above."""
    if size <= MOST_UNITS:
        return {unit: unit + (rows - size) / 2 for unit in range(size)}
    half = MOST_UNITS // 2
    first = {unit: float(unit) for unit in range(half)}
    return first | {size - half + unit: half + 1.0 + unit for unit in range(half)}


def _dots(places: Sequence[dict[int, float]]) -> list[dict[str, Any]]:
    """Put dots where units are left out."""
    text = dict(text="⋮", showarrow=False, font=dict(size=18))
    return [
        text | dict(x=x, y=MOST_UNITS // 2) for x, column in enumerate(places) if max(column) >= len(column)
    ]


def _weights(layer: int, sizes: Sequence[int], weights: Sequence[Any] | None) -> np.ndarray | None:
    """Read the weights into one layer."""
    if weights is None:
        return None
    check_shape("weights", np.empty(len(weights)), (len(sizes) - 1,))
    return read_array(f"weights[{layer}]", weights[layer], (sizes[layer + 1], sizes[layer]))


def _lines(layer: int, places: Sequence[dict[int, float]], weight: np.ndarray | None) -> list[dict[str, Any]]:
    """Draw the lines from one layer to the next, the thin ones first."""
    left, right = places[layer], places[layer + 1]
    largest = 1.0 if weight is None else float(np.abs(weight).max()) or 1.0
    drawn = []
    for source, y0 in left.items():
        for target, y1 in right.items():
            look: dict[str, Any] = dict(width=1)
            if weight is not None:
                share = float(weight[target, source]) / largest
                look = dict(width=0.5 + _THICKEST * abs(share), color=DIVERGING[0 if share < 0 else -1][1])
            drawn.append(dict(type="line", x0=layer, x1=layer + 1, y0=y0, y1=y1, layer="below", line=look))
    return sorted(drawn, key=lambda shape: shape["line"]["width"])


def _units(
    places: Sequence[dict[int, float]], values: Sequence[Any] | None, sizes: Sequence[int]
) -> go.Scatter:
    """Draw the circles, with the values in them."""
    x = [layer for layer, column in enumerate(places) for _ in column]
    y = [height for column in places for height in column.values()]
    marker = dict(size=_CIRCLE, color="#ffffff", line=dict(color="#8a9097", width=1.5))
    units = go.Scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip")
    if values is None:
        return units
    check_shape("values", np.empty(len(values)), (len(sizes),))
    for layer, size in enumerate(sizes):
        if size > MOST_UNITS:
            raise ValueError(f"sizes[{layer}] must lie in [1, {MOST_UNITS}] to hold values, got {size}")
    held = [read_array(f"values[{i}]", v, (size,)) for i, (v, size) in enumerate(zip(values, sizes))]
    shown = [float(value[unit]) for column, value in zip(places, held) for unit in column]
    text = [f"{number:.2g}".replace("-", "−") for number in shown]
    units.update(mode="markers+text", text=text, textfont=dict(size=10, color="#33383d"))
    return units.update(marker=dict(size=_CIRCLE + 4), customdata=shown)


def _describe(sizes: Sequence[int]) -> str:
    """Say what the network is made of."""

    def count(number: int, what: str) -> str:
        return f"{spell(number)} {what}{'' if number == 1 else 's'}"

    hidden = [f"a layer of {count(size, 'unit')}" for size in sizes[1:-1]]
    parts = [count(sizes[0], "input"), *hidden]
    return f"Network of {', '.join(parts)} and {count(sizes[-1], 'output')}."
