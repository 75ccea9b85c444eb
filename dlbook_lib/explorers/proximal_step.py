r"""Two ways down the lasso's objective: one lands on zero, the other jumps over it.

The objective is a quadratic loss plus :math:`\lambda \lVert w \rVert_1`. The proximal step (ISTA; Daubechies,
Defrise and De Mol 2004; Beck and Teboulle 2009) takes the gradient of the loss alone and then shrinks,

.. math::
    v = w - \eta \nabla L(w), \qquad
    w \leftarrow \operatorname{sgn}(v) \max(\lvert v \rvert - \eta\lambda, 0),

while the subgradient step :math:`u \leftarrow u - \eta (\nabla L(u) + \lambda \operatorname{sgn} u)` is what
a training loop does that adds the penalty to the loss. Ours keeps the step size fixed, or lets that of the
subgradient step fall as :math:`\eta / \sqrt k`, under which it converges but still never lands.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Slider, Toggle
from dlbook_lib.explorers._penalty_math import NO_BUDGET, Bowl, Penalty, regularized_minimum, turned_bowl
from dlbook_lib.explorers._penalty_panels import curve, line, panel, ring
from dlbook_lib.figures.theme import COLORS
from dlbook_lib.regularize.proximal import soft_threshold

__all__ = ["proximal_step", "take_steps"]

LASSO = Penalty(*torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64).unbind())
CENTRE = torch.tensor([1.5, 0.6])
KEPT = 81  # places of a trail
START = torch.tensor([-1.0, 2.2])
BACK = torch.arange(1 - KEPT, 1, dtype=torch.float64)
LINE = torch.arange(-50, 51, dtype=torch.float64) / 20
SMALLEST = 1e-4  # of the logarithmic axis
PROXIMAL, SUBGRADIENT = COLORS["model"], COLORS["gradient"]


def take_steps(
    rate: Tensor,
    strength: Tensor,
    condition: Tensor,
    angle: Tensor,
    fading: Tensor,
    count: Tensor,
    proximal: Tensor,
    subgradient: Tensor,
) -> dict[str, Tensor]:
    """Take one proximal and one subgradient step.

    Parameters
    ----------
    rate, strength : Tensor
        Step size η and λ.
    condition, angle : Tensor
        Of the loss, as in :func:`turned_bowl`.
    fading : Tensor
        Whether the subgradient step's size falls as one over the root of the count, bool.
    count : Tensor
        Steps taken so far.
    proximal, subgradient : Tensor of shape (81, 2)
        Where the two stood, the present place last; NaN before the start.

    Returns
    -------
    dict
        The three of them one step further, and what the panels and sentences show.
    """
    bowl = turned_bowl(CENTRE, condition, angle)
    rate, strength, count = rate.double(), strength.double(), count.double() + 1
    w, u = proximal[-1].double(), subgradient[-1].double()
    reached = w - rate * bowl.gradient(w)
    w = soft_threshold(reached, rate * strength)
    slower = torch.where(fading, rate / count.sqrt(), rate)
    u = u - slower * (bowl.gradient(u) + strength * u.sign())

    best = regularized_minimum(bowl, LASSO, strength[None], torch.full((1,), NO_BUDGET))[0]
    trails = {
        "proximal": torch.cat([proximal[1:].double(), w[None]]),
        "subgradient": torch.cat([subgradient[1:].double(), u[None]]),
    }
    numbers = {"count": count, "w": w, "u": u, "best": best, "reached": reached, "threshold": rate * strength}
    return trails | numbers | _shown(bowl, numbers, trails) | _verdicts(w, u, best)


def _shown(bowl: Bowl, numbers: dict[str, Tensor], trails: dict[str, Tensor]) -> dict[str, Tensor]:
    """Lay out the plane, the second weight over the steps, and the shrinking curve."""
    gap = torch.full((1, 2), math.nan, dtype=torch.float64)
    rings = [ring(bowl, torch.tensor(x * x)) for x in (0.4, 0.8, 1.2)]
    heights = {name: trail[:, 1].abs() for name, trail in trails.items()}
    return {
        "levels": torch.cat([row for level in rings for row in (level, gap)]),
        "steps": numbers["count"] + BACK,
        "steps_range": torch.stack(
            [(numbers["count"] + 1 - KEPT).clamp_min(0), numbers["count"].clamp_min(20)]
        ),
        "proximal_size": torch.where(
            heights["proximal"] == 0, math.nan, heights["proximal"].clamp_min(SMALLEST)
        ),
        "subgradient_size": torch.where(
            heights["subgradient"] == 0, math.nan, heights["subgradient"].clamp_min(SMALLEST)
        ),
        "shrunk": soft_threshold(LINE, numbers["threshold"]),
        "shrinks": torch.stack([numbers["reached"][1], numbers["w"][1]]),
    }


def _verdicts(w: Tensor, u: Tensor, best: Tensor) -> dict[str, Tensor]:
    """Choose the sentence and judge the challenges."""
    distance, other = ((place - best).square().sum().sqrt() for place in (w, u))
    landed = (w == 0) & (u != 0)
    return {
        "zeros": (w[0] == 0) * 1.0 + (w[1] == 0) * 2.0,
        "distance": distance,
        "other_distance": other,
        "landed": landed[1] & (best[1] == 0),
        "close": (other < 0.01) & (best[1] == 0),
        "both_landed": (w == 0).all(),
    }


def draw(
    levels, proximal, subgradient, best, steps, steps_range, proximal_size, subgradient_size, shrunk, shrinks
):
    """Lay out the plane, the second weight over the steps, and the shrinking curve."""
    return {
        "plane": _draw_plane(levels, proximal, subgradient, best),
        "second": _draw_second(steps, steps_range, proximal_size, subgradient_size),
        "shrink": _draw_shrink(shrunk, shrinks),
    }


def _draw_plane(levels, proximal, subgradient, best) -> go.Figure:
    star = dict(size=12, color=COLORS["data"], symbol="star")
    dots = dict(mode="lines+markers", marker_size=5)
    traces = [
        curve(levels, "contours", COLORS["data"], 1, opacity=0.5, showlegend=False),
        curve(subgradient, "subgradient", SUBGRADIENT, 1.5).update(dots),
        curve(proximal, "proximal", PROXIMAL, 1.5).update(dots),
        go.Scatter(x=[best[0]], y=[best[1]], name="best", mode="markers", marker=star, hoverinfo="skip"),
    ]
    axis = dict(range=[-1.5, 2.5], dtick=1, constrain="domain")
    square = dict(xaxis=axis | dict(title_text="w₁"), yaxis=axis | dict(title_text="w₂", scaleanchor="x"))
    return panel(traces, "Two ways down", 300, aspect=1, **square)


def _draw_second(steps, steps_range, proximal_size, subgradient_size) -> go.Figure:
    traces = [
        line(steps, subgradient_size, "subgradient", SUBGRADIENT),
        line(steps, proximal_size, "proximal", PROXIMAL, 3),
    ]
    x = dict(range=[steps_range[0], steps_range[1]], title_text="step")
    y = dict(type="log", range=[math.log10(SMALLEST), 0.6], dtick=1, exponentformat="power")
    return panel(traces, "|w₂|; the line ends at exactly 0", 300, aspect=1, xaxis=x, yaxis=y)


def _draw_shrink(shrunk, shrinks) -> go.Figure:
    dot = dict(size=11, color=PROXIMAL)
    places = [LINE[0].item(), LINE[-1].item()]
    traces = [
        line(places, places, "unchanged", COLORS["noise"], 1, "2px,3px"),
        line(LINE.tolist(), shrunk, "shrunk", PROXIMAL, 3),
        go.Scatter(x=[shrinks[0]], y=[shrinks[1]], name="w₂", mode="markers", marker=dot, hoverinfo="skip"),
    ]
    axis = dict(range=places, dtick=1)
    return panel(
        traces,
        "What the shrinking does",
        240,
        xaxis=axis | dict(title_text="after the gradient step"),
        yaxis=axis | dict(title_text="after shrinking"),
    )


_STEP = "Step {count:d}: the proximal way stands at ({w[0]:.3f}, {w[1]:.3f})"
_OTHER = "; the subgradient way at ({u[0]:.4f}, {u[1]:.4f})."

proximal_step = Explorer(
    name="proximal-step",
    title="Landing on zero",
    compute=take_steps,
    draw=draw,
    controls={
        "rate": Slider(0.01, 0.95, 0.15, log=True, label="step size η"),
        "strength": Slider(0, 4, 1.5, marks={0: "no penalty"}, label="strength λ"),
        "condition": Slider(1, 20, 2, log=True, marks={1: "round", 20: "a valley"}, label="condition number"),
        "angle": Slider(-90, 90, -40, label="direction of the valley", unit="°"),
        "fading": Toggle(label="let the subgradient's steps fall as η / √k"),
    },
    state={
        "count": torch.zeros(()),
        "proximal": torch.cat([torch.full((KEPT - 1, 2), math.nan), START[None]]),
        "subgradient": torch.cat([torch.full((KEPT - 1, 2), math.nan), START[None]]),
    },
    presets={
        "large steps": {"rate": 0.6},
        "falling steps": {"rate": 0.6, "fading": True},
        "no zero to land on": {"strength": 0.3},
    },
    says=Cases(
        "zeros",
        (
            _STEP + ", with no weight at 0" + _OTHER,
            _STEP + ", with w₁ at exactly 0" + _OTHER,
            _STEP + ", with w₂ at exactly 0" + _OTHER,
            _STEP + ", with both weights at exactly 0" + _OTHER,
        ),
    ),
    readouts=(
        "Distance from the best weights, ({best[0]:.3f}, {best[1]:.3f}): {distance:.1e} on the proximal way, "
        "{other_distance:.1e} on the other.",
        "The shrinking moves every weight by ηλ = {threshold:.3f} towards 0 and stops there.",
    ),
    challenges=(
        Challenge(
            "Step on until the proximal step has w₂ at exactly 0, as the best weights have.", met="landed"
        ),
        Challenge(
            "Where w₂ = 0 is best, bring the subgradient way within 0.01 of the best weights.", met="close"
        ),
        Challenge("Find a λ at which the proximal step ends with both weights at 0.", met="both_landed"),
    ),
    look_for="Both start at the same place. Before you play: which will have w₂ exactly at 0 after 100 "
    "steps, and where will the other be?",
)
