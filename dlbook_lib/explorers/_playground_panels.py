"""The panels of the playground: the network with a small picture in every unit, the plane, the two losses."""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.explorers._playground_network import (
    COUNT,
    DEPTH,
    EDGE,
    FEATURES,
    SIZES,
    WIDTH,
    Size,
)
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, DIVERGING, frame

__all__ = ["lay_edges", "lay_tiles"]

SIDE = 40  # cells of the plane's map along each axis
TILE, GAP = 12, 3  # cells of a unit's picture, and between two of them
HALF = 0.28  # of a picture's width, where columns are 1 apart
KEPT = 240  # frames that the losses show
WEAK, STRONG = 0.4, 1.2  # where an edge becomes thicker
INVISIBLE = 0.02
ROWS = torch.arange(WIDTH - 1, -1, -1).float()  # heights of a column's units
SCREEN = dict(mode="markers", hoverinfo="skip")


def grid(side: int) -> Tensor:
    """List the centres of the cells of a square map, shape (side², 2), row by row from below."""
    places = torch.linspace(-EDGE, EDGE, side)
    return torch.stack(torch.meshgrid(places, places, indexing="xy"), dim=-1).reshape(-1, 2)


def lay_tiles(answers: Tensor, shown: Tensor) -> Tensor:
    """Stack the pictures of a column's units, the first on top.

    Parameters
    ----------
    answers : Tensor of shape (TILE², 8)
        What each unit answers over the plane.
    shown : Tensor of shape (8,)
        Whether it takes part, 0 or 1.

    Returns
    -------
    Tensor of shape (8 (TILE + GAP), TILE)
        From -1 to 1; NaN where there is nothing.
    """
    scale = answers.abs().amax(0).clamp_min(1.0)
    pictures = (answers / scale).T.reshape(WIDTH, TILE, TILE)
    pictures = torch.where(shown.view(-1, 1, 1) > 0, pictures, math.nan)
    pictures = pictures.flip(0)
    return torch.cat([pictures, torch.full((WIDTH, GAP, TILE), math.nan)], 1).reshape(-1, TILE)


def lay_edges(parameters: Tensor, size: Size) -> dict[str, Tensor]:
    """Lay out the connections: their ends, and their heights by sign and strength.

    Parameters
    ----------
    parameters : Tensor of shape (225,)
        Of the network.
    size : Size
        What takes part.

    Returns
    -------
    dict
        ``edges_x`` of shape (600,), and six arrays like it, NaN where an edge is of another kind.
    """
    parts = parameters.split(SIZES)
    column, sources = torch.zeros(()), size.features
    weights, lefts, rights, starts, ends = [], [], [], [], []
    for number in range(DEPTH + 1):
        last = number == DEPTH
        count = 1 if last else WIDTH
        there = torch.ones(1) if last else size.units[number]
        alive = there[:, None] * sources  # (count, WIDTH)
        weights.append((parts[2 * number].view(count, WIDTH) * alive).flatten())
        lefts.append((column + HALF).expand(count * WIDTH))
        rights.append(torch.full((count * WIDTH,), number + 1 - HALF))
        starts.append(ROWS.expand(count, WIDTH).flatten())
        ends.append((torch.full((1,), (WIDTH - 1) / 2) if last else ROWS).repeat_interleave(WIDTH))
        if not last:
            column = torch.where(size.present[number], number + 1.0, column)
            sources = torch.where(size.present[number], there, sources)
    weight, nothing = torch.cat(weights), torch.full((sum(map(len, weights)),), math.nan)
    heights = torch.stack([torch.cat(starts), torch.cat(ends), nothing], 1)
    out = {"edges_x": torch.stack([torch.cat(lefts), torch.cat(rights), nothing], 1).flatten()}
    for sign, side in ((1, "for"), (-1, "against")):
        strength = sign * weight
        levels = {"weak": (INVISIBLE, WEAK), "middle": (WEAK, STRONG), "strong": (STRONG, math.inf)}
        for name, (low, high) in levels.items():
            chosen = (strength > low) & (strength <= high)
            out[f"{side}_{name}"] = torch.where(chosen[:, None], heights, math.nan).flatten()
    return out


def _tiles(z, column: int, top: bool = True) -> go.Heatmap:
    dx, dy = 2 * HALF / TILE, 1 / (TILE + GAP)
    middle = 0.0 if top else (WIDTH - 1) / 2
    return go.Heatmap(
        z=z,
        x0=column - HALF + dx / 2,
        dx=dx,
        y0=middle - (TILE / 2 - 0.5) * dy,
        dy=dy,
        showlegend=False,
        zmin=-1,
        zmax=1,
        colorscale=DIVERGING,
        showscale=False,
        hoverinfo="skip",
    )


def draw_network(edges_x, edges, column_0, column_1, column_2, column_3, answer) -> go.Figure:
    """Draw the connections, and over them a picture of what every unit answers where."""
    traces = []
    for color, heights in zip((CATEGORICAL[1], CATEGORICAL[0]), (edges[:3], edges[3:])):
        for width, y in zip((0.7, 2, 4), heights):
            style = dict(showlegend=False, opacity=0.75)
            traces.append(line(edges_x, y, "", color, width, **style))
    traces += [_tiles(z, k) for k, z in enumerate((column_0, column_1, column_2, column_3))]
    traces.append(_tiles(answer, DEPTH + 1, top=False))
    heads = [(k, f"layer {k}") for k in range(1, DEPTH + 1)] + [(0, "input"), (DEPTH + 1, "output")]
    notes = [dict(x=x, y=WIDTH - 0.3, text=text, showarrow=False) for x, text in heads]
    notes += [
        dict(x=-HALF - 0.04, y=WIDTH - 1 - k, text=name, showarrow=False, xanchor="right")
        for k, name in enumerate(FEATURES)
    ]
    hidden = dict(visible=False, fixedrange=True)
    return frame(
        traces,
        alt="What every unit answers",
        default="",
        title="What every unit answers",
        height=380,
        showlegend=False,
        xaxis=hidden | dict(range=[-1.0, DEPTH + 1.35]),
        yaxis=hidden | dict(range=[-0.6, WIDTH + 0.1]),
        annotations=notes,
    )


def draw_plane(chance, x, y_train, y_test) -> go.Figure:
    """Draw the map of probabilities with the points on it."""
    step = 2 * EDGE / (SIDE - 1)
    traces = [
        go.Heatmap(
            z=chance, x0=-EDGE, dx=step, y0=-EDGE, dy=step, zmin=0, zmax=1, colorscale=DIVERGING,
            showscale=False, showlegend=False, hoverinfo="skip",
        )
    ]  # fmt: skip
    white = dict(color="#ffffff", width=1)
    for number, symbol in enumerate(("circle", "square")):
        mine = list(range(number, COUNT, 2))
        marker = dict(color=CATEGORICAL[number], symbol=symbol)
        for y, size, rim, name in ((y_train, 8, white, "train"), (y_test, 5, dict(width=0), "test")):
            dots = go.Scatter(x=[x[k] for k in mine], y=[y[k] for k in mine], **SCREEN)
            traces.append(
                dots.update(marker=marker | dict(size=size, line=rim), name=f"class {number + 1}, {name}")
            )
    axis = dict(range=[-EDGE, EDGE], constrain="domain")
    return panel(traces, "Chance of class 2", 320, aspect=1, xaxis=axis, yaxis=axis | dict(scaleanchor="x"))


def draw_losses(frames, train_losses, test_losses, frames_range, loss_top) -> go.Figure:
    """Draw the losses of the last frames."""
    traces = [
        line(frames, train_losses, "training", COLORS["model"], 2),
        line(frames, test_losses, "test", CATEGORICAL[3], 2, "8px,4px"),
    ]
    x = dict(range=[frames_range[0], frames_range[1]], title_text="steps")
    y = dict(range=[0, loss_top])
    return panel(traces, "Loss", 240, xaxis=x, yaxis=y)
