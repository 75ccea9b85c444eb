r"""Power iteration on a matrix of two rows and columns: a vector turns to the direction that stretches most.

Each step multiplies by :math:`W`, normalizes, multiplies by :math:`W^\top`, normalizes (Miyato et al. 2018,
algorithm 1). The matrix is built from its singular values, so the truth is known without a decomposition; the
angle to the top direction then has the closed form :math:`\tan\theta_k = (\sigma_2 / \sigma_1)^{2k}
\tan\theta_0`.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Slider
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, frame, legend_above

__all__ = ["iterate", "spectral_steps"]

MOST = 12
SIGMA = 2.0  # the true largest singular value
TURN = torch.arange(97) * (2 * math.pi / 96)
CIRCLE = torch.stack([TURN.cos(), TURN.sin()])  # (2, 97)
INPUT, OUTPUT = 0.5, 1.2  # radians by which the two bases are turned
ESTIMATE, TRUTH = COLORS["model"], COLORS["data"]


def _turned(angle: Tensor) -> Tensor:
    c, s = torch.cos(angle), torch.sin(angle)
    return torch.stack([torch.stack([c, -s]), torch.stack([s, c])])


def iterate(ratio: Tensor, angle: Tensor, steps: Tensor) -> dict[str, Tensor]:
    """Take all steps, and show the matrix, the vector and the estimates up to the chosen one.

    Parameters
    ----------
    ratio : Tensor of shape ()
        The smaller singular value over the larger.
    angle : Tensor of shape ()
        Degrees between the first vector and the direction that is stretched most.
    steps : Tensor of shape ()
        How many steps to show, from 0 to 12.

    Returns
    -------
    dict of str to Tensor
        What the figures and sentences show.
    """
    basis, into = _turned(torch.tensor(INPUT)), _turned(torch.tensor(OUTPUT))
    stretches = torch.stack([torch.tensor(SIGMA), SIGMA * ratio])
    weight = into @ (stretches[:, None] * basis.T)
    turn = torch.deg2rad(angle) + INPUT
    v = torch.stack([torch.cos(turn), torch.sin(turn)])
    vectors = [v]
    for _ in range(MOST):
        u = weight @ v
        u = u / u.square().sum().sqrt()
        v = weight.T @ u
        v = v / v.square().sum().sqrt()
        vectors.append(v)
    way = torch.stack(vectors)  # (13, 2)
    estimates = (way @ weight.T).square().sum(1).sqrt()
    errors = (SIGMA - estimates).clamp_min(0) / SIGMA
    shown = torch.arange(MOST + 1) <= steps
    at = steps.long()[None]
    now, sigma = way.index_select(0, at)[0], estimates.index_select(0, at)[0]
    error = errors.index_select(0, at)[0]
    origin = torch.zeros(2)
    return {
        "ellipse": weight @ CIRCLE,
        "top": torch.stack([-basis[:, 0], basis[:, 0]]).T * 1.0,
        "vector": torch.stack([origin, now]).T,
        "image": torch.stack([origin, weight @ now]).T,
        "estimates": torch.where(shown, estimates, torch.nan),
        "sigma": sigma,
        "error": error,
        "too_large": SIGMA / sigma.clamp_min(1e-6),
        "stage": torch.where(error < 1e-3, 0, torch.where(error < 0.05, 1, 2)),
        "slow": (ratio > 0.95) & (steps == MOST) & (error > 0.01),
        "quick": (steps <= 2) & (steps > 0) & (error < 1e-3) & (angle.abs() > 40),
    }


def draw(ellipse, top, vector, image, estimates):
    """Lay out the plane and the estimates."""
    plane = [
        _line(CIRCLE[0].tolist(), CIRCLE[1].tolist(), "unit circle", COLORS["noise"], "2px,3px"),
        _line(ellipse[0], ellipse[1], "its image", TRUTH, "solid"),
        _line(top[0], top[1], "stretched most", TRUTH, "8px,4px"),
        _arrow(vector, "v", CATEGORICAL[3], "circle"),
        _arrow(image, "W v", ESTIMATE, "square"),
    ]
    room, legend = legend_above([line.name for line in plane], 300)
    axis = dict(range=[-2.2, 2.2], dtick=1, constrain="domain")
    left = frame(
        plane, alt="Plane", default="", title="What W does to a circle", height=300, above=room, aspect=1,
        legend=legend, showlegend=True, xaxis=axis, yaxis=axis | dict(scaleanchor="x"), below=30,
    )  # fmt: skip
    steps = list(range(MOST + 1))
    lines = [
        _line([0, MOST], [SIGMA, SIGMA], "true σ", TRUTH, "8px,4px"),
        _line(steps, estimates, "estimate", ESTIMATE, "solid").update(mode="lines+markers", marker_size=7),
    ]
    room, legend = legend_above([line.name for line in lines], 300)
    right = frame(
        lines, alt="Estimates", default="", title="The estimate over the steps", height=300, above=room,
        below=48, legend=legend, showlegend=True,
        xaxis=dict(range=[-0.5, MOST + 0.5], dtick=2, title_text="step"),
        yaxis=dict(range=[0, 2.2], dtick=0.5),
    )  # fmt: skip
    return {"plane": left, "estimate": right}


def _line(x, y, name: str, color: str, dash: str) -> go.Scatter:
    look = dict(mode="lines", line=dict(color=color, width=2, dash=dash), hoverinfo="skip")
    return go.Scatter(x=x, y=y, name=name, **look)


def _arrow(ends, name: str, color: str, symbol: str) -> go.Scatter:
    """Draw a line from the origin with a mark at its end."""
    line = _line(ends[0], ends[1], name, color, "solid")
    return line.update(mode="lines+markers", marker=dict(symbol=symbol, size=[0, 10]), line_width=3)


STEP = "After {steps} steps the estimate is {sigma:.4f} of the true 2, too low by {error:.2%}"

spectral_steps = Explorer(
    name="spectral-steps",
    title="Power iteration finds the largest stretch",
    compute=iterate,
    draw=draw,
    look_for="The matrix makes an ellipse of the circle; its half length is σ. Start far from the direction "
    "that is stretched most. How many steps until the estimate is right, and what happens if the ellipse is "
    "nearly round?",
    controls={
        "steps": Slider(0, MOST, 0, integer=True, label="Steps"),
        "ratio": Slider(
            0, 0.99, 0.5, step=0.01, marks={0.99: "round"}, label="Smaller over larger singular value"
        ),
        "angle": Slider(-89, 89, 80, step=1, label="Start, away from the top direction", unit="°"),
    },
    presets={
        "three steps": {"steps": 3},
        "nearly round": {"ratio": 0.97, "steps": 12},
        "nearly at a right angle": {"angle": 89, "ratio": 0.7, "steps": 5},
        "flat": {"ratio": 0.05, "steps": 1},
    },
    says=Cases(
        "stage",
        (
            STEP + ": the weight divided by it stretches nothing more than it should.",
            STEP + ".",
            STEP + ": divided by it, the weight would still stretch by up to {too_large:.3f}.",
        ),
    ),
    challenges=(
        Challenge("Find a matrix for which 12 steps leave an error above 1 %.", met="slow"),
        Challenge("Start more than 40° away and be within 0.1 % after at most two steps.", met="quick"),
    ),
)
