r"""The multiclass hinge loss and two directions in which it may be flat.

Three classes in the plane, scores :math:`s = W x`, and the loss
:math:`\frac1N \sum_i \sum_{j \ne y_i} \max(0, s_j - s_{y_i} + 1)` (Weston and Watkins 1999). The weights are
those of a solution that separates, :math:`W`, changed to :math:`k (W + \mathbf 1 u^\top)`: the shift leaves
every difference of scores alone, and the factor multiplies it. Differs from the paper: no bias.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Slider, Toggle
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import CATEGORICAL, COLORS

__all__ = ["hinge_flat", "shift_and_scale"]

TURN = 2 * math.pi * torch.arange(3, dtype=torch.float64) / 3 + 0.4
MIDDLES = 2 * torch.stack([TURN.cos(), TURN.sin()], dim=1)
Y = torch.arange(30) % 3
SPREAD = torch.randn(30, 2, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
W = torch.stack([TURN.cos(), TURN.sin()], dim=1)  # one row for each class
SHIFTS = torch.linspace(-3, 3, 61, dtype=torch.float64)
FACTORS = torch.linspace(0, 3, 61, dtype=torch.float64)
RAY = torch.tensor([0.0, 5.0], dtype=torch.float64)


def hinge(scores: Tensor) -> Tensor:
    """Return the loss of scores of shape (..., 30, 3)."""
    own = (Y[:, None] == torch.arange(3)).double()
    right = (scores * own).sum(dim=-1, keepdim=True)
    return ((scores - right + 1).clamp_min(0) * (1 - own)).sum(dim=-1).mean(dim=-1)


def borders_of(weights: Tensor) -> Tensor:
    """Return the directions of shape (3, 2) in which two scores are equal and the third is lower."""
    rays = []
    for a, b, third in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        across = weights[a] - weights[b]
        along = torch.stack([-across[1], across[0]])
        along = along * (along * (weights[a] - weights[third])).sum().sign()
        rays.append(along / along.square().sum().sqrt().clamp_min(1e-9))
    return torch.stack(rays)


def shift_and_scale(
    u1: Tensor, u2: Tensor, factor: Tensor, overlap: Tensor, penalty: Tensor
) -> dict[str, Tensor]:
    """Change the weights along both directions.

    Parameters
    ----------
    u1, u2 : Tensor
        The vector that is added to every row.
    factor : Tensor
        The number k.
    overlap : Tensor
        Whether the classes overlap, so that no weights have loss 0, bool.
    penalty : Tensor
        Strength of a penalty on the squared weights.

    Returns
    -------
    dict
        The loss, its sections along both directions, the rows, and the borders.
    """
    x = MIDDLES[Y] + torch.where(overlap, 1.1, 0.25).double() * SPREAD
    u, k, strength = torch.stack([u1, u2]).double(), factor.double(), penalty.double()
    weights = k * (W + u)
    loss = hinge(x @ weights.T)
    start = hinge(x @ W.T)
    cost = strength * weights.square().sum()
    moved = k * (W + torch.stack([SHIFTS, u2.double().expand(61)], dim=1)[:, None, :])  # (61, 3, 2)
    grown = FACTORS[:, None, None] * (W + u)
    along = [hinge(x @ w.transpose(1, 2)) + strength * w.square().sum(dim=(1, 2)) for w in (moved, grown)]
    same = (loss - start).abs() < 1e-6
    return {
        "points": x.T,
        "rows": torch.stack([torch.zeros_like(weights), weights], dim=1).transpose(1, 2),
        "borders": borders_of(weights)[:, :, None] * RAY,
        "by_shift": along[0],
        "by_factor": along[1],
        "here": torch.stack([u1.double(), k]),
        "height": loss + cost,
        "top": torch.stack([torch.full_like(loss, -0.2), torch.full_like(loss, 4.0)]),
        "loss": loss,
        "start": start,
        "cost": cost,
        "kind": torch.where(same, torch.where(start < 1e-6, 0.0, 1.0), 2.0),
        "shifted": same & (u.abs().sum() > 1),
        "scaled": same & (k > 1.5) & (start < 1e-6),
        "scale_matters": (~same) & (k > 1.05) & overlap,
    }


def draw(points, rows, borders, by_shift, by_factor, here, height, top):
    """Lay out examples with borders and rows, and the objective along both directions."""
    plane = [
        line(borders[k][0], borders[k][1], "borders", COLORS["noise"], 2, showlegend=k == 0) for k in range(3)
    ]
    colors = (CATEGORICAL[0], CATEGORICAL[3], CATEGORICAL[6])
    for k, color in enumerate(colors):
        members = [n for n in range(30) if n % 3 == k]
        dots = go.Scatter(
            x=[points[0, n] for n in members], y=[points[1, n] for n in members], name=f"class {k}"
        )
        plane.append(dots.update(mode="markers", hoverinfo="skip", marker=dict(size=8, color=color)))
        plane.append(line(rows[k][0], rows[k][1], "row", color, 4, showlegend=False))
    axis = dict(range=[-5, 5], dtick=2)
    square = dict(xaxis=axis | dict(title_text="x₁"), yaxis=axis | dict(title_text="x₂", scaleanchor="x"))
    up = dict(range=[top[0], top[1]])
    dot = dict(
        mode="markers", hoverinfo="skip", showlegend=False, marker=dict(size=11, color=COLORS["model"])
    )
    shift = [
        line(SHIFTS.tolist(), by_shift, "objective", COLORS["model"], 3),
        go.Scatter(x=[here[0]], y=[height], name="now", **dot),
    ]
    factor = [
        line(FACTORS.tolist(), by_factor, "objective", COLORS["model"], 3),
        go.Scatter(x=[here[1]], y=[height], name="now", **dot),
    ]
    return {
        "plane": panel(plane, "Rows of W, borders, examples", 320, aspect=1, **square),
        "shift": panel(shift, "Over the shift u₁", 240, xaxis=dict(range=[-3, 3], title_text="u₁"), yaxis=up),
        "factor": panel(factor, "Over the factor k", 240, xaxis=dict(range=[0, 3], title_text="k"), yaxis=up),
    }


_NOW = "The loss is {loss:.4f}, and was {start:.4f} with u = 0 and k = 1: "

hinge_flat = Explorer(
    name="hinge-flat",
    title="A loss with many floors",
    compute=shift_and_scale,
    draw=draw,
    controls={
        "u1": Slider(-3, 3, 0, label="shift u₁"),
        "u2": Slider(-3, 3, 0, label="shift u₂"),
        "factor": Slider(0, 3, 1, label="factor k"),
        "overlap": Toggle(label="let the classes overlap"),
        "penalty": Slider(0, 0.3, 0, label="penalty λ"),
    },
    presets={
        "shifted": {"u1": 2.0, "u2": -1.0},
        "twice as large": {"factor": 2.0},
        "twice as large, overlapping": {"factor": 2.0, "overlap": True},
        "with a penalty": {"penalty": 0.1, "u1": 1.0},
    },
    says=Cases(
        "kind",
        (
            _NOW + "it has not changed, and it is zero.",
            _NOW + "it has not changed.",
            _NOW + "it has changed.",
        ),
    ),
    readouts=("The penalty adds {cost:.3f}.",),
    challenges=(
        Challenge("Move all rows of W and leave the loss as it is.", met="shifted"),
        Challenge("Make the weights half as large again or more, and leave the loss at zero.", met="scaled"),
        Challenge("Find classes for which a factor above 1 changes the loss.", met="scale_matters"),
    ),
    look_for="Before you drag u: which of these will move, the rows, the borders, the loss?",
)
