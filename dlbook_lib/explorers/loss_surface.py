r"""A loss of two weights as a surface in space, with the way of one optimizer on it.

The losses, the rules of :mod:`dlbook_lib.optim` and their rates are those of the race
(:mod:`dlbook_lib.explorers.optimizer_race`). Beside the surface lies the same loss as a map, on which the
start is dragged. Heights are squeezed by a logarithm where walls would dwarf the valley.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, LastMoved, Points, Slider
from dlbook_lib.explorers._descent import (
    GROUNDS,
    RULES,
    SHAPE,
    STARTS,
    STEPS,
    Ground,
    draw_map,
    fate,
    run,
)
from dlbook_lib.figures.theme import COLORS, SEQUENTIAL, frame

__all__ = ["descend", "loss_surface"]

COLUMNS, ROWS = 51, 41  # of the surface
AWAY = 2.0  # of the camera
LIFT = 0.03  # of the way above the surface, as a share of the surface's height
NAMES = list(RULES)
LAST = torch.arange(STEPS + 1)


def descend(
    ground: Tensor,
    start: Tensor,
    rule: Tensor,
    condition: Tensor,
    factor: Tensor,
    momentum: Tensor,
    shown: Tensor,
    around: Tensor,
    tilt: Tensor,
    moved: Tensor,
) -> dict[str, Tensor]:
    """Let one optimizer run, and lift its way onto the surface.

    Parameters
    ----------
    ground : Tensor
        Number of the loss.
    start : Tensor of shape (1, 2)
        Where it starts.
    rule : Tensor
        Number of the optimizer.
    condition : Tensor
        Condition number of the ravine.
    factor : Tensor
        Of the rate that suits.
    momentum : Tensor
        Of momentum and Nesterov's rule.
    shown : Tensor
        Up to which step the way is drawn.
    around, tilt : Tensor
        From where the surface is seen, in degrees.
    moved : Tensor
        1 if the loss was chosen since the start was dragged.

    Returns
    -------
    dict
        The start, the way, and what panels and sentences show.
    """
    land = Ground(ground.long().reshape(1), condition.double())
    start = torch.where(moved == 1, land.pick(STARTS), land.inside(start[0].double()))
    rates = land.rates() * factor.double()
    chosen = rule.long().reshape(1)
    walk = run(land, start, rates, momentum.double()).index_select(1, chosen)  # (T + 1, 1, 2)
    first, left, state = (each.squeeze() for each in fate(land, walk))
    walk = walk.squeeze(1)

    now = torch.minimum(shown.long(), left).reshape(1)
    here = walk.index_select(0, now)
    results = {
        "start": start[None],
        "case": state * len(RULES) + rule.long(),
        "rate": rates.index_select(0, chosen).squeeze(0),
        "first": first,
        "left": left,
        "loss": land.value(here).squeeze(0),
        "place": here.squeeze(0),
        "slope": land.gradient(here).square().sum().sqrt(),
        "taken": now.squeeze(0),
        "lowest": land.above(walk[-1]),
        "other_minimum": (state == 3) & (ground >= 4),
        "off_the_ridge": (ground == 1) & (state == 4) & (first <= 40) & (start[1].abs() < 0.01),
    }
    return results | _lay_out(land, walk, now) | {"eye": _eye(around, tilt)}


def _lay_out(land: Ground, walk: Tensor, now: Tensor) -> dict[str, Tensor]:
    """Lay out the surface from 0 to 1, and the way on it as far as it is drawn and inside the window."""
    x, y, relief = land.grid(COLUMNS, ROWS)
    top = relief.max()
    away = (now < LAST) | ((walk - land.inside(walk)).abs() > 1e-9).any(-1)
    heights = torch.maximum(land.relief(walk), _on_the_mesh(walk, x, y, relief)) / top + LIFT
    way = torch.where(away[:, None], math.nan, torch.cat([walk, heights[:, None]], dim=-1))
    return {
        "x": x,
        "y": y,
        "surface": relief / top,
        "x_range": x[:: COLUMNS - 1],
        "y_range": y[:: ROWS - 1],
        "way": way,
        "here": way.index_select(0, now).squeeze(0),
    }


def _on_the_mesh(walk: Tensor, x: Tensor, y: Tensor, relief: Tensor) -> Tensor:
    """Read the drawn surface between its corners, which cut across what is narrower than a cell."""
    spread = torch.stack([x[-1] - x[0], y[-1] - y[0]])
    cells = torch.tensor([COLUMNS - 1, ROWS - 1])
    place = ((walk - torch.stack([x[0], y[0]])) / spread * cells).clamp_min(0)
    corner = torch.minimum(place.floor(), cells - 1.0)
    right, up = torch.minimum(place - corner, torch.ones(())).unbind(-1)
    column, row = corner.long().unbind(-1)
    flat, first = relief.reshape(-1), row * COLUMNS + column
    below = flat[first] * (1 - right) + flat[first + 1] * right
    above = flat[first + COLUMNS] * (1 - right) + flat[first + COLUMNS + 1] * right
    return below * (1 - up) + above * up


def _eye(around: Tensor, tilt: Tensor) -> Tensor:
    """Place the camera."""
    a, b = (angle.double() * (math.pi / 180) for angle in (around, tilt))
    return AWAY * torch.stack([b.cos() * a.cos(), b.cos() * a.sin(), b.sin()])


def draw(x, y, surface, x_range, y_range, way, here, eye):
    """Lay out the map, and the surface beside it."""
    return {
        "map": draw_map(x, y, surface, x_range, y_range, [way], [here], [COLORS["model"]], ["way"]),
        "space": _draw_space(x, y, surface, x_range, y_range, way, here, eye),
    }


def _draw_space(x, y, surface, x_range, y_range, way, here, eye) -> go.Figure:
    ground = go.Surface(x=x, y=y, z=surface, colorscale=SEQUENTIAL, cmin=0, cmax=1, showscale=False)
    ground.update(hoverinfo="skip", name="loss")
    ink = COLORS["model"]
    path = go.Scatter3d(x=way[:, 0], y=way[:, 1], z=way[:, 2], mode="lines", name="way", hoverinfo="skip")
    path.update(line=dict(color=ink, width=7))
    spot = go.Scatter3d(x=[here[0]], y=[here[1]], z=[here[2]], mode="markers", name="here", hoverinfo="skip")
    spot.update(marker=dict(color=ink, size=6))
    axes = dict(
        xaxis=dict(range=[x_range[0], x_range[1]], title_text="w₁", nticks=5),
        yaxis=dict(range=[y_range[0], y_range[1]], title_text="w₂", nticks=5),
        zaxis=dict(range=[0, 1.1], title_text="", showticklabels=False),
    )
    return frame(
        [ground, path, spot],
        alt="",
        default="",
        title="The loss as a surface",
        height=330,
        showlegend=False,
        scene=axes
        | dict(
            aspectmode="manual",
            aspectratio=dict(x=1.2, y=1.2 * SHAPE, z=0.6),
            camera=dict(eye=dict(x=eye[0], y=eye[1], z=eye[2]), center=dict(x=0, y=0, z=-0.12)),
        ),
    )


def _says() -> Cases:
    names = [name[0].upper() + name[1:] for name in NAMES]
    ends = (
        f"is {{lowest:.2g}} above the lowest place after {STEPS} steps.",
        "arrives at step {first:d}.",
        "diverges: it leaves the picture's surroundings at step {left:d}, for its rate is too large.",
        "rests where the gradient is 0, but {lowest:.2g} above the lowest place.",
        "escapes from the saddle at step {first:d}.",
    )
    return Cases("case", [f"{name} {end}" for end in ends for name in names])


loss_surface = Explorer(
    name="loss-surface",
    title="A loss as a landscape",
    compute=descend,
    draw=draw,
    controls={
        "ground": Choice({name: number for number, name in enumerate(GROUNDS)}, label="loss"),
        "start": Points(STARTS[:1], panel="map", x=(-6.25, 6.25), y=(-5, 5), names=["start"], label="Start"),
        "rule": Choice({name: number for number, name in enumerate(NAMES)}, label="optimizer"),
        "condition": Slider(1, 100, 30, log=True, label="condition number κ of the ravine"),
        "factor": Slider(
            0.1, 10, 1, log=True, label="rate ×", marks={0.1: "a tenth", 1: "suits", 10: "ten times"}
        ),
        "momentum": Slider(0, 0.99, 0.9, marks={0: "none", 0.9: "usual"}, label="momentum α"),
        "shown": Slider(0, STEPS, STEPS, integer=True, label="the way up to step"),
        "around": Slider(-180, 180, -60, label="seen from, around", unit="°"),
        "tilt": Slider(5, 85, 45, label="seen from, above", unit="°"),
        "moved": LastMoved("start", "ground"),
    },
    presets={
        "a ravine": {"condition": 100},
        "a saddle, almost on its ridge": {"ground": "saddle", "start": [[1.2, 0.001]]},
        "Rosenbrock's valley": {"ground": "Rosenbrock", "start": [[-1.2, 1.0]], "rule": "momentum"},
        "Beale's plain": {"ground": "Beale", "start": [[1.0, 1.5]], "rule": "Adam"},
        "a minimum that is not the lowest": {"ground": "two minima", "start": [[1.7, 1.2]]},
        "four minima": {"ground": "four minima", "start": [[-0.5, -0.5]]},
    },
    says=_says(),
    readouts=(
        "After step {taken:d} the weights are ({place[0]:.3f}, {place[1]:.3f}), the loss {loss:.3g}, the "
        "length of the gradient {slope:.2g}; the rate is {rate:.2g}.",
        "Heights are drawn as log₁₀(1 + c · loss above the lowest), so that walls and valleys fit.",
    ),
    challenges=(
        Challenge(
            "Find a start from which the way ends in a minimum that is not the lowest.", met="other_minimum"
        ),
        Challenge("Start within 0.01 of the saddle's ridge and escape within 40 steps.", met="off_the_ridge"),
    ),
    look_for="Turn the surface by dragging it, and drag the start on the map. Where does the way bend, and "
    "where does it hardly move?",
)
