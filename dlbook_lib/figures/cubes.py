r"""Boxes of cells inside a cube of cells, in isometric projection: which numbers belong together.

The axes of a block of activations run, seen from above, so that examples come towards the reader on the
left, places on the right, and channels stand one below the other. A set of cells that is a box shows three of
its faces; thin lines show the whole block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from dlbook_lib.checks import check_integer, check_type
from dlbook_lib.figures.theme import COLORS, escape, frame

__all__ = ["ISOMETRIC", "box_faces", "cubes"]

ISOMETRIC = ((-0.87, -0.5), (0.0, -1.0), (0.87, -0.5))  # where one step of each axis goes: right, up
SHADES = (0.35, 0.9, 0.6)  # how opaque the top, the left and the right face are drawn
_FACES = (  # corners of the three visible faces: 0 the low end of an axis, 1 the high one
    ((0, 0, 0), (0, 0, 1), (1, 0, 1), (1, 0, 0), (0, 0, 0)),
    ((1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (1, 0, 0)),
    ((0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1), (0, 0, 1)),
)
CORNERS = np.array(_FACES, dtype=float)  # (3 faces, 5 corners, 3 axes)


def box_faces(low: Sequence[float], high: Sequence[float]) -> np.ndarray:
    """Project the three visible faces of a box.

    Parameters
    ----------
    low, high : sequence of float
        The box's ends along the axes (examples, channels, places).

    Returns
    -------
    ndarray of shape (3, 5, 2)
        Closed outlines in the plane: top, left, right.

    Examples
    --------
    >>> box_faces((0, 0, 0), (1, 1, 1))[0, :2].tolist()
    [[0.0, 0.0], [0.87, -0.5]]
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    return (low + CORNERS * (high - low)) @ np.array(ISOMETRIC)


def cubes(
    boxes: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    shape: tuple[int, int, int],
    *,
    columns: int = 3,
    title: str = "",
    alt: str | None = None,
) -> go.Figure:
    """Draw one block of cells for each of several boxes, which stand out in it.

    Parameters
    ----------
    boxes : dict of str to (low, high)
        The ends of each box along (examples, channels, places); the name stands above.
    shape : tuple of int
        How many cells the block has along each axis.
    columns : int
        Blocks in a row.
    title : str
        What stands above all.
    alt : str, optional
        The sentence that stands for the figure; by default the boxes and their sizes.

    Returns
    -------
    plotly.graph_objects.Figure
        Lines and polygons, no axes.

    Raises
    ------
    TypeError
        If ``boxes`` is not a dict.
    ValueError
        If ``columns`` is below 1.

    Examples
    --------
    >>> figure = cubes({"a channel": ((0, 1, 0), (4, 2, 6))}, (4, 3, 6))
    >>> figure.layout.meta["alt"]
    'Block of 4 by 3 by 6 cells. a channel: a box of 4 by 1 by 6.'
    """
    check_type("boxes", boxes, Mapping, "a dict of boxes")
    check_integer("columns", columns, low=1)
    columns = min(columns, len(boxes))
    N, C, F = shape
    wide, tall = 0.87 * (N + F) + 1.5, 0.5 * (N + F) + C + 2.2
    traces, labels = [], []
    for k, (name, (low, high)) in enumerate(boxes.items()):
        offset = np.array([(k % columns) * wide, -(k // columns) * tall])
        traces += _block(shape, offset) + _solid(low, high, offset)
        labels.append(
            dict(x=offset[0] + 0.87 * (F - N) / 2, y=offset[1] + 0.4, text=escape(name), showarrow=False)
            | dict(xanchor="center", yanchor="bottom")
        )
    rows = -(-len(boxes) // columns)
    across = [-0.87 * N - 0.5, columns * wide - 0.87 * N - 0.5]
    down = [1.6 - rows * tall, 1.8]
    axes = dict(
        xaxis=dict(visible=False, range=across, constrain="domain"),
        yaxis=dict(visible=False, range=down, scaleanchor="x", constrain="domain"),
    )
    aspect = (down[1] - down[0]) / (across[1] - across[0])
    sizes = (
        f"{name}: a box of {' by '.join(f'{b - a:g}' for a, b in zip(*box))}" for name, box in boxes.items()
    )
    default = f"Block of {N} by {C} by {F} cells. {'; '.join(sizes)}."
    height = round(min(640, 620 * aspect))
    layout = dict(title=title, height=height, aspect=aspect, annotations=labels, showlegend=False, **axes)
    return frame(traces, alt=alt, default=default, **layout)


def _block(shape: tuple[int, int, int], offset: np.ndarray) -> list[go.Scatter]:
    """Rule the visible faces of the whole block."""
    N, C, F = shape
    ends = [((n, 0, 0), (n, 0, F)) for n in range(N + 1)] + [((0, 0, f), (N, 0, f)) for f in range(F + 1)]
    ends += [((N, c, 0), (N, c, F)) for c in range(C + 1)] + [((N, 0, f), (N, C, f)) for f in range(F + 1)]
    ends += [((0, c, F), (N, c, F)) for c in range(C + 1)] + [((n, 0, F), (n, C, F)) for n in range(N + 1)]
    lines = np.full((len(ends), 3, 2), np.nan)
    lines[:, :2] = np.array(ends, dtype=float) @ np.array(ISOMETRIC) + offset
    x, y = lines.reshape(-1, 2).T
    look = dict(mode="lines", hoverinfo="skip", line=dict(color=COLORS["noise"], width=1), opacity=0.6)
    return [go.Scatter(x=x, y=y, **look)]


def _solid(low: Sequence[float], high: Sequence[float], offset: np.ndarray) -> list[go.Scatter]:
    """Fill the three faces of a box, each in its own shade."""
    faces = box_faces(low, high) + offset
    return [face_trace(face, shade) for face, shade in zip(faces, SHADES)]


def face_trace(face, shade: float, color: str = COLORS["model"]) -> go.Scatter:
    """Draw one face of a box: closed outline, filled."""
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    fill = dict(fill="toself", fillcolor=f"rgba({red},{green},{blue},{shade})")
    line = dict(color=color, width=1.5)
    return go.Scatter(x=face[:, 0], y=face[:, 1], mode="lines", line=line, hoverinfo="skip", **fill)
