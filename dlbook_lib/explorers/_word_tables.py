"""A table of words by words with a frame around one cell: who listens to whom, for attention explorers."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dlbook_lib.figures.theme import COLORS, frame

__all__ = ["word_table"]


def word_table(
    z: Any, words: Any, cell: Any, *, number: str, across: dict, cells: dict, **look: Any
) -> go.Figure:
    """Draw queries by row and keys by column, the first query at the top.

    Parameters
    ----------
    z : ndarray of shape (T, T)
        What is drawn.
    words : list of str
        The T words.
    cell : ndarray of shape (4,)
        Left, right, top and bottom of the framed cell.
    number : str
        Format of a value under the pointer.
    across : dict
        What the axis of keys has besides the words.
    cells : dict
        What the heatmap has besides: its colours and range, and numbers where they are written.
    **look
        Title and size, for :func:`~dlbook_lib.figures.theme.frame`.

    Returns
    -------
    Figure
        The table.
    """
    count = len(z)
    axis = dict(tickmode="array", tickvals=list(range(count)), ticktext=words, showgrid=False, zeroline=False)
    hover = f"%{{y}} → %{{x}}: %{{z:{number}}}<extra></extra>"
    table = go.Heatmap(z=z, showscale=False, xgap=1, ygap=1, hovertemplate=hover, **cells)
    box = dict(type="rect", x0=cell[0], x1=cell[1], y0=cell[2], y1=cell[3])
    return frame(
        [table],
        alt="",
        default="",
        shapes=[box | dict(line=dict(color=COLORS["model"], width=3))],
        xaxis=axis | dict(range=[-0.5, count - 0.5]) | across,
        yaxis=axis | dict(range=[count - 0.5, -0.5]),
        **look,
    )
