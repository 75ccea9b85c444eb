r"""One neuron in the plane: its weights as an arrow, its border as a line, and the logic that it has become.

The weighted sum is :math:`z = b + w \cdot x = b + \lVert w \rVert \lVert x \rVert \cos\alpha`. With a step
the unit is that of McCulloch and Pitts (1943); the other functions are what later networks put in its place.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Points, Slider
from dlbook_lib.explorers._penalty_panels import arrow, line, panel
from dlbook_lib.figures.theme import COLORS, DIVERGING, frame

__all__ = ["fire", "one_neuron"]

REACH = 3.0
CELLS = torch.linspace(-REACH, REACH, 32, dtype=torch.float64)
PLANE = torch.stack(torch.meshgrid(CELLS, CELLS, indexing="xy"), dim=-1).reshape(-1, 2)
TABLE = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
STEP, LOGISTIC, TANH, RECTIFIER = range(4)
# Each function of two inputs by its answers to TABLE, read as a binary number.
LOGIC = (
    "never yes", "AND", "x₁ and not x₂", "x₁", "x₂ and not x₁", "x₂", "XOR", "OR",
    "NOR", "the same twice", "not x₂", "x₁ or not x₂", "not x₁", "x₂ or not x₁", "NAND", "always yes",
)  # fmt: skip


def fire(places: Tensor, bias: Tensor, kind: Tensor) -> dict[str, Tensor]:
    """Compute the unit's answer to the input, over the plane, and to the four rows of a truth table.

    Parameters
    ----------
    places : Tensor of shape (2, 2)
        The input x and the weights w, as points of the plane.
    bias : Tensor
        The bias b.
    kind : Tensor
        Which activation function: 0 step, 1 logistic, 2 tanh, 3 rectifier.

    Returns
    -------
    dict
        What the panels and sentences show.
    """
    x, w = places.double().unbind()
    b = bias.double()
    z = x @ w + b
    lengths = torch.stack([x.square().sum().sqrt(), w.square().sum().sqrt()])
    u, v = x / lengths[0].clamp_min(1e-9), w / lengths[1].clamp_min(1e-9)
    halves = [(u - v).square().sum().sqrt(), (u + v).square().sum().sqrt().clamp_min(1e-9)]
    rows = TABLE @ w + b
    yes = (rows >= 0).double()
    places_of_bits = torch.tensor([8.0, 4, 2, 1], dtype=torch.float64)
    angle = 2 * torch.atan((halves[0] / halves[1]).float()) * (180 / math.pi)
    return {
        "z": z,
        "a": _activate(z, kind),
        "angle": angle,
        "lengths": lengths,
        "answers": _activate(PLANE @ w + b, kind).view(32, 32),
        "rows": _activate(rows, kind).view(2, 2).T,
        "border": _border(w, b),
        "input_arrow": torch.stack([torch.zeros_like(x), x]),
        "weight_arrow": torch.stack([torch.zeros_like(w), w]),
        "logic": (yes * places_of_bits).sum(),
        "sign": torch.where(z > 0, 2.0, torch.where(z < 0, 0.0, 1.0)),
        "is_and": ((yes * places_of_bits).sum() == 1).double(),
        "is_nand": ((yes * places_of_bits).sum() == 14).double(),
        "is_square": ((angle - 90).abs() < 1).double() * (lengths.min() > 0.5).double(),
    }


def _activate(z: Tensor, kind: Tensor) -> Tensor:
    soft = torch.where(kind == LOGISTIC, torch.sigmoid(z), torch.tanh(z))
    hard = torch.where(kind == STEP, (z >= 0).to(z.dtype), torch.relu(z))
    return torch.where((kind == LOGISTIC) | (kind == TANH), soft, hard)


def _border(w: Tensor, b: Tensor) -> Tensor:
    """Lay the line where the sum is zero, shape (2, 2); nothing where there are no weights."""
    square = w.square().sum()
    foot = -b * w / square.clamp_min(1e-9)
    along = 20 * torch.stack([-w[1], w[0]]) / square.clamp_min(1e-9).sqrt()
    return torch.where(square > 1e-6, torch.stack([foot - along, foot + along]), math.nan)


def draw(answers, border, input_arrow, weight_arrow, rows):
    """Lay out the plane beside the truth table."""
    cells = CELLS.tolist()
    heat = go.Heatmap(
        z=answers,
        x=cells,
        y=cells,
        zmin=-2.5,
        zmax=2.5,
        colorscale=DIVERGING,
        showscale=False,
        hoverinfo="skip",
    )
    traces = [
        heat.update(showlegend=False, hoverinfo="skip"),
        line(border[:, 0], border[:, 1], "z = 0", COLORS["noise"], 3),
        arrow(input_arrow, "input x", COLORS["data"]).update(showlegend=True),
        arrow(weight_arrow, "weights w", COLORS["model"]).update(showlegend=True),
    ]
    axis = dict(range=[-REACH, REACH], dtick=1, constrain="domain")
    square = dict(xaxis=axis | dict(title_text="x₁"), yaxis=axis | dict(title_text="x₂", scaleanchor="x"))
    table = go.Heatmap(
        z=rows, x=["x₁ = 0", "x₁ = 1"], y=["x₂ = 0", "x₂ = 1"], zmin=-2.5, zmax=2.5, colorscale=DIVERGING
    )
    table.update(showscale=False, texttemplate="%{z:.2f}", showlegend=False, hoverinfo="skip", xgap=3, ygap=3)
    words = "Its answers to zeros and ones"
    return {
        "plane": panel(traces, "What it answers, everywhere", 300, aspect=1, **square),
        "table": frame(
            [table], alt=words, default="", title=words, height=300, aspect=1, below=30, showlegend=False
        ),
    }


def _logic(*, w: tuple[float, float], b: float) -> dict:
    return {"places": [[1.0, 1.0], list(w)], "bias": b}


one_neuron = Explorer(
    name="one-neuron",
    title="One neuron",
    compute=fire,
    draw=draw,
    controls={
        "places": Points(
            [[1.5, 0.5], [1.0, 2.0]],
            panel="plane",
            x=(-REACH, REACH),
            y=(-REACH, REACH),
            names=["input x", "weights w"],
            label="arrow",
        ),
        "bias": Slider(-4, 4, -0.5, step=0.1, label="bias b"),
        "kind": Choice({"step": 0, "logistic": 1, "tanh": 2, "rectifier": 3}, label="activation function"),
    },
    presets={
        "OR": _logic(w=(1.0, 1.0), b=-0.5),
        "NOT x₁": _logic(w=(-1.0, 0.0), b=0.5),
        "at a right angle": {"places": [[2.0, 1.0], [-1.0, 2.0]], "bias": 0.0},
        "soft": {"kind": "logistic"},
    },
    says=Cases(
        "sign",
        (
            "The sum is z = {z:.2f}, below zero, and the activation {a:.2f}.",
            "The sum is exactly zero: the input stands on the border, and the activation is {a:.2f}.",
            "The sum is z = {z:.2f}, above zero, and the activation {a:.2f}.",
        ),
    ),
    readouts=(
        "|w| = {lengths[1]:.2f}, |x| = {lengths[0]:.2f}, and the angle between them {angle:.0f}°: "
        "z = b + |w| |x| cos({angle:.0f}°).",
        Cases(
            "logic",
            tuple(f"With yes for z ≥ 0, on zeros and ones the unit is: {name}." for name in LOGIC),
        ),
    ),
    challenges=(
        Challenge("Make the unit AND: yes to (1, 1) only.", met="is_and"),
        Challenge("Make it NAND: no to (1, 1) only.", met="is_nand"),
        Challenge("Lay input and weights at a right angle, to 1°, both longer than 0.5.", met="is_square"),
    ),
    look_for="Drag the tip of w once around. The border turns with it. Then move the bias: before you do, "
    "will the border turn, or slide?",
)
