"""The panels of attention temperature: three matrices in a chain, keys by query, one row, two curves."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from dlbook_lib.explorers._attention_words import HEADS, LENGTH
from dlbook_lib.explorers._temperature import COLDEST, GRID, HOTTEST
from dlbook_lib.explorers._word_tables import word_table
from dlbook_lib.figures.theme import COLORS, DIVERGING, SEQUENTIAL, frame, legend_above

__all__ = ["draw_attention"]

WORDS = 66  # pixels that words below a table need: rows of neighbours stay at one height
LEGEND = legend_above(("temperature", "compare with"), 220)[0]


def draw_attention(
    scores,
    scaled,
    weights,
    cell,
    framed_keys,
    keys,
    row_now,
    row_other,
    heads,
    effective_path,
    jacobian_path,
    effective,
    jacobian,
    now,
    words,
):
    """Lay out a chain of three matrices, bars along their rows, one row's weights, two curves.

    Parameters
    ----------
    scores, scaled, weights : ndarray of shape (10, 10)
        Queries by row, keys by column.
    cell : ndarray of shape (4,)
        Left, right, top and bottom of the hovered cell.
    framed_keys, keys : ndarray of shape (10,)
        Effective number of keys of the hovered query, and of the others; NaN elsewhere.
    row_now, row_other : ndarray of shape (10,)
        Weights of the hovered row at the two temperatures.
    heads : ndarray of shape (4, 10)
        Weights of the same row in each of the four heads.
    effective_path, jacobian_path : ndarray of shape (53,)
        Its effective number of keys and the size of its Jacobian, over the grid of temperatures.
    effective, jacobian, now : ndarray of shape (2,)
        Both at the two temperatures, and these.
    words : list of str
        The ten words.

    Returns
    -------
    dict of str to Figure
        By panel.
    """
    chain = {
        "scores": (scores, "Scores QK⊤", ".0f", DIVERGING, (-36, 36)),
        "scaled": (scaled, "Masked, ÷ {root:.3g}, ÷ {temperature}", ".0f", DIVERGING, (-9, 9)),
        "weights": (weights, "Weights: softmax of each row", ".0%", SEQUENTIAL, (0, 1)),
    }
    figures = {name: _matrix(words, cell, *parts) for name, parts in chain.items()}
    figures["listening"] = _listening(words, framed_keys, keys)
    figures["row"] = _bars(words, row_now, row_other)
    figures["heads"] = _heads(words, heads)
    figures["effective"] = _curve(
        effective_path, now, effective, "Effective number of keys", (0, LENGTH + 0.5)
    )
    figures["jacobian"] = _curve(jacobian_path, now, jacobian, "Size of the softmax's Jacobian", (0, 0.55))
    return figures


def _matrix(words, cell, z, title, number, colors, span):
    """Draw a table of queries by keys with its numbers."""
    cells = dict(colorscale=colors, zmin=span[0], zmax=span[1])
    cells |= dict(texttemplate=f"%{{z:{number}}}", textfont=dict(size=10))
    look = dict(title=title, height=240, aspect=0.85, below=WORDS)
    return word_table(z, words, cell, number=number, across=dict(tickangle=-60), cells=cells, **look)


def _listening(words, framed_keys, keys):
    """Draw how many keys each query listens to, row by row as in the matrices."""
    places = list(range(LENGTH))
    bars = [
        go.Bar(x=counts, y=places, orientation="h", marker_color=color, hoverinfo="x")
        for counts, color in ((keys, COLORS["data"]), (framed_keys, COLORS["model"]))
    ]
    return frame(
        bars,
        alt="",
        default="",
        title="Effective number of keys, by query",
        height=240,
        aspect=0.85,
        below=WORDS,
        barmode="overlay",
        showlegend=False,
        xaxis=dict(range=[0, LENGTH + 0.5], title="keys"),
        yaxis=dict(tickvals=places, ticktext=words, range=[LENGTH - 0.5, -0.5], showgrid=False),
    )


def _bars(words, row_now, row_other):
    """Draw the hovered query's weights at two temperatures."""
    places = list(range(LENGTH))
    names = ("temperature", "compare with")
    colors = (COLORS["model"], COLORS["noise"])
    bars = [
        go.Bar(x=places, y=row, name=name, marker_color=color)
        for row, name, color in zip((row_now, row_other), names, colors)
    ]
    _, legend = legend_above(names, 220)
    return frame(
        bars,
        alt="",
        default="",
        title="Weights of the framed row",
        height=220,
        above=LEGEND,
        barmode="group",
        legend=legend,
        xaxis=dict(tickvals=places, ticktext=words, tickangle=-60, range=[-0.6, LENGTH - 0.4]),
        yaxis=dict(range=[0, 1.02], tickformat=".0%"),
    )


def _heads(words, heads):
    """Draw the hovered query's weights in all heads, one above the other."""
    cells = go.Heatmap(
        z=heads,
        colorscale=SEQUENTIAL,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=1,
        ygap=1,
        texttemplate="%{z:.0%}",
        textfont=dict(size=10),
        hovertemplate="%{y}, %{x}: %{z:.0%}<extra></extra>",
    )
    places, names = list(range(LENGTH)), [name.partition(" ")[0] for name in HEADS]
    return frame(
        [cells],
        alt="",
        default="",
        title="The framed row in every head",
        height=220 + LEGEND,  # as high as the panel beside it
        xaxis=dict(
            tickvals=places, ticktext=words, tickangle=-60, range=[-0.5, LENGTH - 0.5], showgrid=False
        ),
        yaxis=dict(tickvals=list(range(len(names))), ticktext=names, range=[len(names) - 0.5, -0.5]),
    )


def _curve(path, now, value, title, span):
    """Draw a number over the temperature, and where it stands at both."""
    line = go.Scatter(x=GRID.tolist(), y=path, mode="lines", line_color=COLORS["data"], hoverinfo="skip")
    marker = dict(color=[COLORS["model"], COLORS["noise"]], size=11)
    here = go.Scatter(x=now, y=value, mode="markers", marker=marker, hoverinfo="skip")
    ticks = [0.05, 0.2, 1, 5, 20]
    return frame(
        [line, here],
        alt="",
        default="",
        title=title,
        height=220,
        showlegend=False,
        xaxis=dict(
            type="log",
            range=[math.log10(COLDEST), math.log10(HOTTEST)],
            tickvals=ticks,
            ticktext=[str(tick) for tick in ticks],
            title="temperature",
        ),
        yaxis=dict(range=list(span)),
    )
