r"""Gradient descent in a bowl: where its rate arrives, where it explodes, and what momentum changes.

The loss is :math:`\tfrac12 (w_1^2 + \kappa w_2^2)`. Along a direction of curvature :math:`\lambda` the rule
:math:`v \leftarrow \alpha v - \eta g`, :math:`w \leftarrow w + v` (Polyak 1964) multiplies the distance, in
the long run, by the larger root in absolute value of

.. math:: z^2 - (1 + \alpha - \eta\lambda)\, z + \alpha = 0,

which is :math:`\lvert 1 - \eta\lambda \rvert` without momentum. The page draws that factor over all rates.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Slider
from dlbook_lib.explorers._penalty_panels import curve, line, panel
from dlbook_lib.figures.theme import CATEGORICAL, COLORS
from dlbook_lib.optim.gradient_descent import sgd_momentum
from dlbook_lib.optim.surfaces import quadratic_gradient

__all__ = ["descend", "learning_rate", "slowest_factor"]

STEPS = 60
START = torch.tensor([-4.0, 1.5], dtype=torch.float64)
FAR = 1e4  # beyond which a place is drawn no farther
SLOWEST_RATE, FASTEST_RATE = 0.005, 2.5
RATES = torch.logspace(math.log10(SLOWEST_RATE), math.log10(FASTEST_RATE), 121, dtype=torch.float64)
TURN = torch.arange(97, dtype=torch.float64) * (2 * math.pi / 96)
LEVELS = (0.3, 0.6, 1.0, 1.5)  # of the start's own height, in radii
FLAT, STEEP = CATEGORICAL[3], CATEGORICAL[6]


def slowest_factor(rate: Tensor, curvature: Tensor, momentum: Tensor) -> Tensor:
    """Say by what a step multiplies the distance, in the long run.

    Parameters
    ----------
    rate, curvature, momentum : Tensor
        Of shapes that broadcast.

    Returns
    -------
    Tensor
        The larger root in absolute value, below 1 where descent arrives.
    """
    middle = 1 + momentum - rate * curvature
    inside = middle * middle - 4 * momentum
    real = (middle.abs() + inside.clamp_min(0).sqrt()) / 2
    return torch.where(inside < 0, momentum.sqrt() + 0 * middle, real)


def descend(condition: Tensor, rate: Tensor, momentum: Tensor) -> dict[str, Tensor]:
    """Descend, and compare with what the formula says.

    Parameters
    ----------
    condition, rate, momentum : Tensor
        Condition number κ, learning rate η and momentum α.

    Returns
    -------
    dict
        The path, its distances, the factors over all rates, and what the sentences show.
    """
    condition, rate, momentum = condition.double(), rate.double(), momentum.double()
    w, state, path = START, (torch.zeros(2, dtype=torch.float64),), [START]
    for _ in range(STEPS):
        g = quadratic_gradient(w, condition=condition)
        w, (v,) = sgd_momentum(w, g, state, lr=rate, momentum=momentum)
        w, state = w.clamp(-FAR, FAR), (v.clamp(-FAR, FAR),)
        path.append(w)
    path = torch.stack(path)
    distance = path.square().sum(-1).sqrt()
    flat, steep = (slowest_factor(RATES, c, momentum) for c in (torch.ones_like(condition), condition))
    here = torch.stack([slowest_factor(rate, c, momentum) for c in (torch.ones_like(condition), condition)])
    factor, limit = here.max(), 2 * (1 + momentum) / condition
    root = condition.sqrt()
    best = (condition - 1) / (condition + 1)
    numbers = {"factor": factor, "limit": limit, "best_plain": best, "best_heavy": (root - 1) / (root + 1)}
    return numbers | _shown(condition, path, distance, flat, steep) | _verdicts(here, momentum, numbers, rate)


def _shown(condition: Tensor, path: Tensor, distance: Tensor, flat: Tensor, steep: Tensor):
    """Lay out contours, path, distances and factors."""
    height = (START[0] ** 2 + condition * START[1] ** 2).sqrt()
    gap = torch.full((1, 2), math.nan, dtype=torch.float64)
    rings = []
    for level in LEVELS:
        radius = level * height
        rings += [torch.stack([radius * TURN.cos(), radius / condition.sqrt() * TURN.sin()], dim=-1), gap]
    return {
        "levels": torch.cat(rings),
        "path": path,
        "distance": distance.clamp(1e-8, FAR),
        "final": distance[-1],
        "flat": flat.clamp(max=2.0),
        "steep": steep.clamp(max=2.0),
    }


def _verdicts(here: Tensor, momentum: Tensor, numbers: dict[str, Tensor], rate: Tensor):
    """Choose the sentence and judge the challenges."""
    factor, slow = numbers["factor"], here[0] > here[1]
    plain = momentum == 0
    close = (factor - numbers["best_plain"]).abs() < 0.01
    steps = torch.where(factor < 1, math.log(1e3) / -factor.clamp(1e-6, 1 - 1e-6).log(), math.nan)
    return {
        "here": torch.stack([rate, factor.clamp(max=2.0)]),
        "verdict": torch.where(factor >= 1, 0, torch.where(slow, 1, 2)),
        "needed": steps.nan_to_num(0.0),
        "fastest": plain & close & (numbers["best_plain"] > 0.85),
        "beaten": (factor < numbers["best_plain"] - 0.1) & (numbers["best_plain"] > 0.85),
        "exploded": plain & (factor > 1) & (rate < 1.1 * numbers["limit"]),
    }


def draw(levels, path, distance, flat, steep, here):
    """Lay out the plane, the distance over the steps, and the factor over the rates."""
    return {
        "plane": _draw_plane(levels, path),
        "distance": _draw_distance(distance),
        "factors": _draw_factors(flat, steep, here),
    }


def _draw_plane(levels, path) -> go.Figure:
    dots = dict(mode="lines+markers", marker_size=5)
    traces = [
        curve(levels, "contours", COLORS["data"], 1, opacity=0.5, showlegend=False),
        curve(path, "60 steps", COLORS["model"], 1.5).update(dots),
    ]
    axis = dict(constrain="domain", dtick=2)
    square = dict(
        xaxis=axis | dict(range=[-6, 6], title_text="w₁"), yaxis=axis | dict(range=[-3, 3], title_text="w₂")
    )
    return panel(traces, "The path in the bowl", 260, aspect=0.5, **square)


def _draw_distance(distance) -> go.Figure:
    traces = [line(list(range(STEPS + 1)), distance, "distance", COLORS["model"])]
    y = dict(type="log", range=[-8, 4.2], exponentformat="power", dtick=2)
    return panel(traces, "Distance from the minimum", 240, xaxis=dict(title_text="step"), yaxis=y)


def _draw_factors(flat, steep, here) -> go.Figure:
    rates = RATES.tolist()
    dot = dict(size=12, color=COLORS["model"], line=dict(color="#ffffff", width=1))
    traces = [
        line([rates[0], rates[-1]], [1, 1], "limit", COLORS["noise"], 1, "2px,3px", showlegend=False),
        line(rates, flat, "flat", FLAT),
        line(rates, steep, "steep", STEEP, dash="6px,3px"),
        go.Scatter(x=[here[0]], y=[here[1]], name="your rate", mode="markers", marker=dot, hoverinfo="skip"),
    ]
    x = dict(type="log", title_text="rate η", tickvals=[0.01, 0.1, 1], ticktext=["0.01", "0.1", "1"])
    x |= dict(range=[math.log10(SLOWEST_RATE), math.log10(FASTEST_RATE)])
    return panel(traces, "Factor a step, by rate", 240, xaxis=x, yaxis=dict(range=[0, 1.6], dtick=0.5))


_BOUND = " It arrives for all rates below {limit:.3f}."

learning_rate = Explorer(
    name="learning-rate",
    title="How fast may it go?",
    compute=descend,
    draw=draw,
    controls={
        "condition": Slider(1, 100, 20, log=True, marks={1: "round", 100: "a ravine"}, label="condition κ"),
        "rate": Slider(SLOWEST_RATE, FASTEST_RATE, 0.05, log=True, label="rate η"),
        "momentum": Slider(0, 0.98, 0, step=0.01, marks={0: "none"}, label="momentum α"),
    },
    presets={
        "too small": {"rate": 0.01},
        "best without momentum": {"rate": 2 / 21},
        "just too large": {"rate": 0.104},
        "best with momentum": {"rate": 0.13, "momentum": 0.41},
    },
    says=Cases(
        "verdict",
        (
            "The distance grows by the factor {factor:.3f} a step: the rate is too large." + _BOUND,
            "The distance shrinks by the factor {factor:.3f} a step, held up by the flat direction: "
            "{needed:.0f} steps to a thousandth." + _BOUND,
            "The distance shrinks by the factor {factor:.3f} a step, held up by the steep direction: "
            "{needed:.0f} steps to a thousandth." + _BOUND,
        ),
    ),
    readouts=(
        "The best that plain descent can do here is {best_plain:.3f}; with momentum, {best_heavy:.3f}.",
        "After 60 steps the distance is {final:.2g}.",
    ),
    challenges=(
        Challenge("Without momentum, at κ of 15 or more, find the fastest rate, to 0.01.", met="fastest"),
        Challenge("With momentum, beat the best plain factor by 0.1.", met="beaten"),
        Challenge("Make it explode by less than a tenth too much.", met="exploded"),
    ),
    look_for="Two directions, two factors, and the larger one counts. Watch which of them holds the descent "
    "up as the rate grows.",
)
