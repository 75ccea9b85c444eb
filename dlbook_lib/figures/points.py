r"""Points in the plane, told apart by class: data sets, embeddings, what a layer makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from dlbook_lib.checks import check_integer
from dlbook_lib.figures.landscapes import plane
from dlbook_lib.figures.theme import (
    CATEGORICAL,
    SYMBOLS,
    escape,
    frame,
    legend_above,
    read_array,
    read_labels,
    spell,
)

__all__ = ["points"]

_MARGIN = 0.06  # of the range, left free around the points


def points(
    xy: Any,
    labels: Any = None,
    *,
    names: Any = None,
    title: str = "",
    x_title: str = "",
    y_title: str = "",
    alt: str | None = None,
) -> go.Figure:
    """Draw points, each class in a colour and a marker of its own.

    Parameters
    ----------
    xy : array of shape (P, 2)
        The points (x, y), at least two different ones along each axis.
    labels : sequence of P integers, optional
        The class of each, from 0; by default all are of one class and there is no legend.
    names : sequence of K labels, optional
        What the classes are called; by default "class 0", "class 1" and so on.
    title, x_title, y_title : str
        What stands above, below and at the left.
    alt : str, optional
        The sentence that stands for the figure; by default how many points each class has, and their ranges.

    Returns
    -------
    plotly.graph_objects.Figure
        One ``Scatter`` trace per class, with the same scale on both axes unless one is far longer.

    Raises
    ------
    ValueError
        If ``xy`` has another shape, ``labels`` do not fit it, or there are more than eight classes.

    Examples
    --------
    >>> points([[0, 0], [1, 2], [3, 1]], [0, 1, 1]).layout.meta["alt"]
    'Points with x from 0 to 3 and y from 0 to 2: 1 of class 0, 2 of class 1.'
    """
    xy = read_array("xy", xy, ("P", 2))
    classes = np.zeros(len(xy), dtype=int) if labels is None else read_classes("labels", labels, len(xy))
    called = None if names is None else read_labels("names", names, len(names))
    count = max(int(classes.max()) + 1, len(called or ()))
    check_integer("the number of classes", count, low=1, high=len(CATEGORICAL))
    called = called or [f"class {k}" for k in range(count)]
    axes = plane(*map(_with_margin, xy.T), x_title, y_title)
    room, legend = legend_above(called, axes["height"])
    return frame(
        [members(k, name, xy[classes == k]) for k, name in enumerate(called)],
        alt=alt,
        default=_describe(xy, None if labels is None else classes, called),
        title=title,
        above=0 if labels is None else room,
        legend=legend,
        showlegend=labels is not None,
        **axes,
    )


# The rest serves regions.py too.


def read_classes(name: str, value: Any, count: int) -> np.ndarray:
    """Read ``count`` class numbers."""
    classes = read_array(name, value, (count,))
    check_classes(name, classes)
    return classes.astype(int)


def check_classes(name: str, classes: np.ndarray) -> None:
    """Refuse what is no class number."""
    wrong = classes[(classes != np.round(classes)) | (classes < 0)]
    if wrong.size:
        raise ValueError(f"{name} must hold class numbers 0, 1, 2, ..., got {spell(wrong[0])}")


def members(k: int, name: str, xy: np.ndarray) -> go.Scatter:
    """Draw the points of one class; without any, its entry in the legend."""
    x, y = xy.T if len(xy) else ([None], [None])
    trace = go.Scatter(x=x, y=y, name=escape(name), mode="markers", showlegend=True)
    trace.update(
        marker=dict(color=CATEGORICAL[k], symbol=SYMBOLS[k], size=8, line=dict(color="#ffffff", width=1))
    )
    return trace.update(hovertemplate="(%{x:.3~g}, %{y:.3~g})")


def _with_margin(values: np.ndarray) -> np.ndarray:
    low, high = values.min(), values.max()
    margin = _MARGIN * (high - low) or 1
    return np.array([low - margin, high + margin])


def _describe(xy: np.ndarray, classes: np.ndarray | None, called: list[str]) -> str:
    low, high = xy.min(axis=0), xy.max(axis=0)
    x, y = (f"{spell(start)} to {spell(end)}" for start, end in zip(low, high))
    text = f"Points with x from {x} and y from {y}"
    if classes is None:
        return f"{len(xy)} {text[0].lower()}{text[1:]}."
    return f"{text}: {', '.join(f'{(classes == k).sum()} of {name}' for k, name in enumerate(called))}."
