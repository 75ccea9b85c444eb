"""The panels of sampling: probabilities before and after the cuts, the draws, and the running sum."""

from __future__ import annotations

import plotly.graph_objects as go

from dlbook_lib.figures.theme import COLORS, frame, legend_above

__all__ = ["COUNT", "draw_sampling"]

COUNT, _HEIGHT = 10, 230
_PLACES = list(range(COUNT))
_RANKS = [place + 1 for place in _PLACES]


def draw_sampling(before, after, share, running, edge_k, edge_p, left, words):
    """Lay out two panels of bars, one for each word, and the running sum over the ranks.

    Parameters
    ----------
    before, after, share : ndarray of shape (10,)
        Probabilities at this temperature, after both cuts, and parts of the draws.
    running : ndarray of shape (10,)
        Running sum of the probabilities that top-k left, likeliest first.
    edge_k, edge_p, left : ndarray of shape (2,)
        Where top-k cuts, what part top-p keeps, and where both together cut, each twice.
    words : list of str
        The candidates.

    Returns
    -------
    dict of str to Figure
        By panel.
    """
    shown = go.Scatter(
        x=_PLACES,
        y=after,
        name="probability",
        mode="markers",
        marker=dict(color=COLORS["model"], size=10, symbol="diamond"),
    )
    return {
        "cut": _bars(
            [_bar(before, "before the cuts", "noise"), _bar(after, "after", "model")], "Probabilities", words
        ),
        "draws": _bars([_bar(share, "part of {draws:d} draws", "data"), shown], "Draws", words),
        "running": _running(running, edge_k, edge_p, left),
    }


def _bar(heights, name, color):
    return go.Bar(x=_PLACES, y=heights, name=name, marker_color=COLORS[color])


def _bars(traces, title, words):
    """Draw bars over the words."""
    room, legend = legend_above(["part of 500 draws", "probability"], _HEIGHT)
    return frame(
        traces,
        alt="",
        default="",
        title=title,
        height=_HEIGHT,
        above=room,
        barmode="group",
        legend=legend,
        xaxis=dict(tickvals=_PLACES, ticktext=words, tickangle=-60, range=[-0.6, COUNT - 0.4]),
        yaxis=dict(range=[0, 1.03], tickformat=".0%"),
    )


def _running(running, edge_k, edge_p, left):
    """Draw the running sum over the ranks, with the edges of the cuts."""
    sums = go.Scatter(
        x=_RANKS,
        y=running,
        name="running sum",
        mode="lines+markers",
        line=dict(color=COLORS["data"], shape="hv"),
    )
    at_k = go.Scatter(x=edge_k, y=[0, 1.03], name="top-k", mode="lines", line=dict(color=COLORS["gradient"]))
    at_p = go.Scatter(
        x=[0.5, COUNT + 0.5],
        y=edge_p,
        name="top-p",
        mode="lines",
        line=dict(color=COLORS["noise"], dash="8px,4px"),
    )
    kept = go.Scatter(
        x=left,
        y=[0, 1.03],
        name="last one kept",
        mode="lines",
        line=dict(color=COLORS["model"], dash="2px,3px"),
    )
    room, legend = legend_above(["running sum", "last one kept"] * 2, _HEIGHT)
    return frame(
        [sums, at_k, at_p, kept],
        alt="",
        default="",
        title="Likeliest first: sum after top-k",
        height=_HEIGHT,
        above=room,
        legend=legend,
        xaxis=dict(title="rank", tickvals=_RANKS, range=[0.4, COUNT + 0.7]),
        yaxis=dict(range=[0, 1.03], tickformat=".0%"),
    )
