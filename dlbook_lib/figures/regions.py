r"""What a classifier of points in the plane decides everywhere, under the points that it learned from.

A class is told by colour and by marker, a region by its colour and by the border around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.figures.landscapes import plane, read_axis
from dlbook_lib.figures.points import check_classes, members, read_classes
from dlbook_lib.figures.theme import CATEGORICAL, frame, legend_above, read_array, read_labels, spell

__all__ = ["decision_regions"]

_OPACITY = 0.4  # of a region whose class is certain
_BORDER = "#808080"


def decision_regions(
    grid: Any,
    *,
    x: Any,
    y: Any,
    points: Any = None,
    labels: Any = None,
    names: Any = None,
    title: str = "",
    x_title: str = "",
    y_title: str = "",
    alt: str | None = None,
) -> go.Figure:
    """Draw the regions that a classifier assigns to each class, and points over them.

    Parameters
    ----------
    grid : array of shape (M, N) or (M, N, K)
        What the classifier says at ``(x[j], y[i])``: one class number (integers), the probability of class 1
        of two (numbers from 0 to 1), or K probabilities.
    x, y : sequence of N and of M numbers
        Where the columns and the rows of the grid stand.
    points : array of shape (P, 2), optional
        Points (x, y) to show.
    labels : sequence of P integers, optional
        The true class of each point; goes with ``points``.
    names : sequence of K labels, optional
        What the classes are called; by default "class 0", "class 1" and so on.
    title, x_title, y_title : str
        What stands above, below and at the left.
    alt : str, optional
        The sentence that stands for the figure; by default the share of the plane that each class gets,
        and how many points lie in their own class's region.

    Returns
    -------
    plotly.graph_objects.Figure
        Per class a ``Heatmap`` as opaque as the class is probable, then borders, then the points.

    Raises
    ------
    ValueError
        If shapes do not fit each other, a probability is outside [0, 1], a label is no class, there are
        more than eight classes, or only one of ``points`` and ``labels`` is given.

    Examples
    --------
    >>> decision_regions([[0, 1], [0, 1]], x=[0, 1], y=[0, 1]).layout.meta["alt"]
    'Decision regions over x from 0 to 1 and y from 0 to 1: class 0 has 50% of the grid, class 1 50%.'
    """
    grid = read_array("grid", grid)
    if grid.ndim != 3:
        check_shape("grid", grid, ("M", "N"))
    x, y = read_axis("x", x, grid.shape[1]), read_axis("y", y, grid.shape[0])
    points, labels = _read_points(points, labels)
    probabilities = _probabilities(grid, 0 if names is None else len(names), labels)
    count = probabilities.shape[2]
    check_integer("the number of classes", count, low=2, high=len(CATEGORICAL))
    check_number("labels.max()", int(labels.max(initial=0)), high=count - 1)
    called = [f"class {k}" for k in range(count)] if names is None else read_labels("names", names, count)
    axes = plane(x, y, x_title, y_title)
    room, legend = legend_above(called, axes["height"])
    return frame(
        [
            *(_region(k, probabilities[..., k], x, y) for k in range(count)),
            *(_border(k, probabilities, x, y) for k in range(1 if count == 2 else 0, count)),
            *(members(k, called[k], points[labels == k]) for k in range(count)),
        ],
        alt=alt,
        default=_describe(probabilities.argmax(axis=2), x, y, points, labels, called),
        title=title,
        above=room,
        legend=legend,
        **axes,
    )


def _read_points(points: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
    """Read points and their classes; no points are an empty array."""
    if (points is None) != (labels is None):
        given = "points" if labels is None else "labels"
        raise ValueError(f"points and labels must come together, got only {given}")
    if points is None:
        return np.empty((0, 2)), np.empty(0, dtype=int)
    points = read_array("points", points, ("P", 2))
    return points, read_classes("labels", labels, len(points))


def _probabilities(grid: np.ndarray, named: int, labels: np.ndarray) -> np.ndarray:
    """Turn any of the three forms of a grid into probabilities of shape (M, N, K)."""
    if grid.ndim == 2 and grid.dtype.kind in "ui":
        check_classes("grid", grid)
        count = named or max(2, int(grid.max()) + 1, int(labels.max(initial=0)) + 1)
        check_number("grid.max()", int(grid.max()), high=count - 1)
        return (grid[..., None] == np.arange(count)).astype(np.float32)
    check_number("grid.min()", float(grid.min()), low=0, high=1)
    check_number("grid.max()", float(grid.max()), low=0, high=1)
    return np.stack([1 - grid, grid], axis=2) if grid.ndim == 2 else grid


def _region(k: int, probability: np.ndarray, x: np.ndarray, y: np.ndarray) -> go.Heatmap:
    """Shade a region, as opaque as the class is probable, in 8 bits, which is what a screen shows."""
    red, green, blue = (int(CATEGORICAL[k][i : i + 2], 16) for i in (1, 3, 5))
    shades = [[share, f"rgba({red},{green},{blue},{share * _OPACITY})"] for share in (0, 1)]
    shade = (255 * probability).round().astype(np.uint8)
    region = go.Heatmap(x=x, y=y, z=shade, zmin=0, zmax=255, colorscale=shades, showscale=False)
    return region.update(hoverinfo="skip")


def _border(k: int, probabilities: np.ndarray, x: np.ndarray, y: np.ndarray) -> go.Contour:
    """Draw the line on which class ``k`` is exactly as probable as the best of the others, in 16 bits."""
    others = np.delete(probabilities, k, axis=2).max(axis=2)
    lead = (32767 * (probabilities[..., k] - others)).round().astype(np.int16)
    border = go.Contour(
        x=x, y=y, z=lead, line=dict(color=_BORDER, width=1.5), showscale=False, showlegend=False
    )
    return border.update(contours=dict(start=0, end=0, size=1, coloring="none"), hoverinfo="skip")


def _describe(
    decided: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    points: np.ndarray,
    labels: np.ndarray,
    called: Sequence[str],
) -> str:
    """Say what share of the grid each class gets and how many points lie where they belong."""
    shares = [f"{name} {'has ' * (k == 0)}{np.mean(decided == k):.0%}" for k, name in enumerate(called)]
    ranges = f"x from {spell(x.min())} to {spell(x.max())} and y from {spell(y.min())} to {spell(y.max())}"
    shares[0] += " of the grid"
    text = f"Decision regions over {ranges}: {', '.join(shares)}."
    if not len(points):
        return text
    columns = np.abs(points[:, :1] - x).argmin(axis=1)
    rows = np.abs(points[:, 1:] - y).argmin(axis=1)
    right = int((decided[rows, columns] == labels).sum())
    return f"{text} {right} of {len(points)} points lie in the region of their own class."
