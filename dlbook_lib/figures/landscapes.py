r"""A function of two variables over a grid: its contours, with the path of an optimizer, or its surface."""

from __future__ import annotations

import reprlib
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dlbook_lib.figures.theme import BAR, COLORS, SEQUENTIAL, frame, plot_height, read_array, spell

__all__ = ["contour", "surface"]

_PALE = "#ffffff"  # under the path, which crosses every colour of the scale
_SAME_SCALE_UP_TO = 3  # times as long as wide
_MARKERS_UP_TO = 60  # points of a path
_POINTED = "(%{x:.3~g}, %{y:.3~g})"


def contour(
    z: Any,
    *,
    x: Any,
    y: Any,
    path: Any = None,
    title: str = "",
    x_title: str = "",
    y_title: str = "",
    alt: str | None = None,
) -> go.Figure:
    """Draw a function's contours and, over them, a path of points such as the steps of gradient descent.

    Parameters
    ----------
    z : array of shape (M, N)
        Values of the function: ``z[i, j]`` at ``(x[j], y[i])``.
    x : sequence of N numbers
        Where the columns stand. Both axes get the same scale, so that gradients look perpendicular to
        contours, unless one is over three times as long as the other.
    y : sequence of M numbers
        Where the rows stand.
    path : array of shape (T, 2), optional
        Points (x, y) in order: an open circle marks the first, a star the last.
    title, x_title, y_title : str
        What stands above, below and at the left.
    alt : str, optional
        The sentence that stands for the figure; by default the ranges, the lowest and highest value with
        their places, and where the path starts and ends.

    Returns
    -------
    plotly.graph_objects.Figure
        A ``Contour`` trace and, for the path, ``Scatter`` traces over it.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a number is not finite.

    Examples
    --------
    >>> print(contour([[2, 1], [1, 0]], x=[0, 1], y=[0, 1], path=[[0, 0], [1, 1]]).layout.meta["alt"])
    Contours over x from 0 to 1 and y from 0 to 1: lowest 0 at (1, 1), highest 2 at (0, 0).
    A path of 2 points leads from (0, 0) to (1, 1).
    """
    x, y, z = _read_grid(x, y, z)
    levels = go.Contour(x=x, y=y, z=z, colorscale=SEQUENTIAL, ncontours=24, contours_coloring="heatmap")
    levels.update(
        line=dict(width=0.6, color=_PALE), hovertemplate=f"{_POINTED}<br>%{{z:.4~g}}<extra></extra>"
    )
    path = None if path is None else read_array("path", path, ("T", 2))
    return frame(
        [levels] if path is None else [levels, *_path(path)],
        alt=alt,
        default=_describe("Contours", x, y, z, path),
        title=title,
        above=BAR,
        showlegend=False,
        **plane(x, y, x_title, y_title),
    )


def surface(
    z: Any,
    *,
    x: Any,
    y: Any,
    title: str = "",
    x_title: str = "x",
    y_title: str = "y",
    z_title: str = "",
    alt: str | None = None,
) -> go.Figure:
    """Draw a function of two variables as a surface that the reader can turn.

    Parameters
    ----------
    z : array of shape (M, N)
        Values of the function: ``z[i, j]`` at ``(x[j], y[i])``.
    x, y : sequence of N and of M numbers
        Where the columns and the rows stand.
    title : str
        What stands above.
    x_title, y_title, z_title : str
        What stands along the two horizontal axes and the vertical one.
    alt : str, optional
        The sentence that stands for the figure; by default the ranges, and the lowest and highest value
        with their places.

    Returns
    -------
    plotly.graph_objects.Figure
        One ``Surface`` trace.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a number is not finite.

    Examples
    --------
    >>> surface([[2, 1], [1, 0]], x=[0, 1], y=[0, 1]).layout.meta["alt"]
    'Surface over x from 0 to 1 and y from 0 to 1: lowest 0 at (1, 1), highest 2 at (0, 0).'
    """
    x, y, z = _read_grid(x, y, z)
    shape = go.Surface(x=x, y=y, z=z, colorscale=SEQUENTIAL, showscale=False)
    shape.update(hovertemplate=f"{_POINTED}<br>%{{z:.4~g}}<extra></extra>")
    titles = dict(xaxis=x_title, yaxis=y_title, zaxis=z_title)
    return frame(
        [shape],
        alt=alt,
        default=_describe("Surface", x, y, z, None),
        title=title,
        height=330,
        scene=dict(
            {axis: dict(title_text=text, nticks=5) for axis, text in titles.items()},
            aspectmode="manual",
            aspectratio=dict(x=1, y=1, z=0.7),
            camera=dict(eye=dict(x=1.55, y=-1.55, z=1), center=dict(x=0, y=0, z=-0.15)),
        ),
    )


def plane(x: np.ndarray, y: np.ndarray, x_title: str, y_title: str) -> dict[str, Any]:
    """Lay out axes over a grid, with the same scale on both unless one is far longer than the other."""
    aspect = np.ptp(y) / np.ptp(x)
    same = 1 / _SAME_SCALE_UP_TO <= aspect <= _SAME_SCALE_UP_TO
    axis = dict(showgrid=False, zeroline=False, constrain="domain")
    tied = dict(scaleanchor="x", constraintoward="top") if same else {}
    return dict(
        height=plot_height(aspect if same else 1),
        aspect=aspect if same else None,
        below=52 if x_title else 32,
        xaxis=dict(axis, title_text=x_title, range=[x[0], x[-1]]),
        yaxis=dict(axis, title_text=y_title, range=[y[0], y[-1]], **tied),
    )


def read_axis(name: str, value: Any, count: int) -> np.ndarray:
    """Read the coordinates of a grid along one axis, at least two of them, in order."""
    at = read_array(name, value, (count,))
    if count < 2 or (np.diff(at) <= 0).any():
        raise ValueError(f"{name} must hold at least two increasing numbers, got {reprlib.repr(at.tolist())}")
    return at


def _read_grid(x: Any, y: Any, z: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    z = read_array("z", z, ("M", "N"))
    return read_axis("x", x, z.shape[1]), read_axis("y", y, z.shape[0]), z


def _path(path: np.ndarray) -> list[go.Scatter]:
    """Draw a path twice, wide and pale, then narrow and coloured, and mark its ends."""
    x, y = path.T
    halo = go.Scatter(x=x, y=y, mode="lines", line=dict(color=_PALE, width=5), hoverinfo="skip")
    steps = go.Scatter(x=x, y=y, line=dict(color=COLORS["model"], width=2), marker=dict(size=5))
    steps.update(mode="lines+markers" if len(path) <= _MARKERS_UP_TO else "lines")
    steps.update(hovertemplate=f"step %{{pointNumber}}<br>{_POINTED}<extra></extra>")
    ends = go.Scatter(x=x[[0, -1]], y=y[[0, -1]], mode="markers", hoverinfo="skip")
    ends.update(marker=dict(symbol=["circle", "star"], size=[10, 14], color=[_PALE, COLORS["model"]]))
    ends.update(marker_line=dict(color=[COLORS["model"], _PALE], width=[2, 1]))
    return [halo, steps, ends]


def _describe(what: str, x: np.ndarray, y: np.ndarray, z: np.ndarray, path: np.ndarray | None) -> str:
    """Say over which range a function is shown, where its extremes are and where the path leads."""
    low, high = (np.unravel_index(flat, z.shape) for flat in (z.argmin(), z.argmax()))
    text = (
        f"{what} over x from {spell(x[0])} to {spell(x[-1])} and y from {spell(y[0])} to {spell(y[-1])}: "
        f"lowest {spell(z[low])} at {_point(x[low[1]], y[low[0]])}, "
        f"highest {spell(z[high])} at {_point(x[high[1]], y[high[0]])}."
    )
    if path is None:
        return text
    return f"{text} A path of {len(path)} points leads from {_point(*path[0])} to {_point(*path[-1])}."


def _point(x: float, y: float) -> str:
    return f"({spell(x)}, {spell(y)})"
