r"""Rosenblatt's rule, one example at a time, and the bound on its mistakes.

Ten points, which can be dragged, are shown in turn; a wrong answer moves the weights by :math:`(t - y)\,x`
(Rosenblatt 1962). Beside the mistakes stands Novikoff's bound :math:`(R/\gamma)^2` (1962), with the widest
margin. The margin is the distance of 0 from the hull of the points :math:`s_n x_n`, and the nearest point of
a hull in space lies in a corner, on an edge or in a triangle: all 175 of them are tried.
"""

from __future__ import annotations

import math
from itertools import combinations

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Points
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, SYMBOLS

__all__ = ["hull_margin", "perceptron", "show_example"]

EACH, REACH, STEPS = 5, 2.0, 240
COUNT = 2 * EACH
TARGETS = torch.tensor([0.0] * EACH + [1.0] * EACH, dtype=torch.float64)
TURNED = (2 * TARGETS - 1)[:, None]
PAIRS = torch.tensor(list(combinations(range(COUNT), 2)))
TRIPLES = torch.tensor(list(combinations(range(COUNT), 3)))
_STREAM = torch.Generator().manual_seed(3)
# Which point is shown at each step: in turn, one class after the other, or shuffled anew for every pass.
ORDERS = torch.stack(
    [
        torch.arange(STEPS) % 2 * EACH + torch.arange(STEPS) // 2 % EACH,
        torch.arange(STEPS) % COUNT,
        torch.cat([torch.randperm(COUNT, generator=_STREAM) for _ in range(STEPS // COUNT)]),
    ]
)


def hull_margin(turned: Tensor) -> Tensor:
    """Find the widest margin: the best over directions to the corners, edges and triangles of the hull.

    Parameters
    ----------
    turned : Tensor of shape (10, 3)
        Examples with their constant, those of class 0 times -1.

    Returns
    -------
    Tensor of shape ()
        The margin; not positive if the examples cannot be separated.
    """
    first, second = turned[PAIRS[:, 0]], turned[PAIRS[:, 1]]
    edge = second - first
    share = -(first * edge).sum(1, keepdim=True) / (edge * edge).sum(1, keepdim=True).clamp_min(1e-12)
    a, b, c = (turned[TRIPLES[:, k]] for k in range(3))
    u, v = b - a, c - a
    normal = torch.stack(
        [
            u[:, 1] * v[:, 2] - u[:, 2] * v[:, 1],
            u[:, 2] * v[:, 0] - u[:, 0] * v[:, 2],
            u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0],
        ],
        dim=1,
    )
    facing = torch.where((normal * a).sum(1, keepdim=True) < 0, -normal, normal)
    directions = torch.cat([turned, first + share * edge, facing])
    lengths = directions.square().sum(1, keepdim=True).sqrt()
    reach = (directions / lengths.clamp_min(1e-9)) @ turned.T  # (175, 10)
    nearest = torch.where(lengths[:, 0] > 1e-6, reach.amin(1), -1e3)
    return nearest.max()


def show_example(
    points: Tensor,
    order: Tensor,
    weight: Tensor,
    step: Tensor,
    mistakes: Tensor,
    clean: Tensor,
    curve: Tensor,
) -> dict[str, Tensor]:
    """Show one example to the unit, correct it if it was wrong, and count.

    Parameters
    ----------
    points : Tensor of shape (10, 2)
        Five of class 0, then five of class 1.
    order : Tensor
        0: classes take turns; 1: one class after the other; 2: shuffled in every pass.
    weight : Tensor of shape (3,)
        Bias and weights so far.
    step, mistakes, clean : Tensor
        Examples shown, mistakes made, right answers in a row.
    curve : Tensor of shape (240,)
        Mistakes after each example; NaN where none has been shown yet.

    Returns
    -------
    dict
        The state one step further, and what the panels and sentences show.
    """
    x = torch.cat([torch.ones(COUNT, 1, dtype=torch.float64), points.double()], dim=1)
    now = step.long().clamp(max=STEPS - 1)
    chosen = ORDERS.gather(0, order.round().long().reshape(1, 1).expand(1, STEPS))[0].gather(
        0, now.reshape(1)
    )
    example, target = x[chosen][0], TARGETS[chosen][0]
    w = weight.double()
    answer = (example @ w >= 0).double()
    wrong = (answer != target) & (step < STEPS)
    w = w + wrong * (target - answer) * example
    mistakes = mistakes + wrong
    clean = torch.where(wrong, 0.0, clean + 1.0)
    curve = torch.where(torch.arange(STEPS) == now, mistakes.clamp_min(0.5), curve)

    unit = {"weight": w.float(), "step": (step + 1).clamp(max=STEPS), "mistakes": mistakes, "clean": clean}
    view = {"curve": curve, "shown": points.clone(), "here": example[1:].clone()}
    return unit | view | {"border": _border(w), "normal": _normal(w)} | _judge(x, unit, wrong)


def _judge(x: Tensor, unit: dict[str, Tensor], wrong: Tensor) -> dict[str, Tensor]:
    """Compare the mistakes with the bound, and judge sentences and challenges."""
    gamma = hull_margin(TURNED * x)
    radius = x.square().sum(1).max().sqrt()
    separable = gamma > 1e-3
    bound = torch.where(separable, (radius / gamma.clamp_min(1e-3)).square(), math.nan)
    settled = unit["clean"] >= COUNT
    errors = ((x @ unit["weight"].double() >= 0).double() != TARGETS).double().sum()
    return {
        "bound": bound,
        "bounds": bound.expand(2),
        "gamma": gamma.clamp_min(0),
        "radius": radius,
        "errors": errors,
        "verdict": torch.where(settled, 2.0, torch.where(wrong, 1.0, 0.0)),
        "promise": separable.double(),
        "settled": (settled & (errors == 0)).double(),
        "long": ((unit["mistakes"] >= 15) & settled).double(),
        "hopeless": ((unit["step"] > 100) & ~separable & ~settled).double(),
    }


def _border(w: Tensor) -> Tensor:
    """Lay the line where the sum is zero, shape (2, 2)."""
    square = w[1:].square().sum()
    foot = -w[0] * w[1:] / square.clamp_min(1e-9)
    along = 20 * torch.stack([-w[2], w[1]]) / square.clamp_min(1e-9).sqrt()
    return torch.where(square > 1e-9, torch.stack([foot - along, foot + along]), math.nan)


def _normal(w: Tensor) -> Tensor:
    """Lay a short arrow from the border to the side of the yes, shape (2, 2)."""
    square = w[1:].square().sum()
    foot = (-w[0] * w[1:] / square.clamp_min(1e-9)).clamp(-REACH, REACH)
    return torch.where(
        square > 1e-9, torch.stack([foot, foot + 0.5 * w[1:] / square.clamp_min(1e-9).sqrt()]), math.nan
    )


def draw(shown, here, border, normal, curve, bounds):
    """Lay out the plane beside the mistakes."""
    traces = []
    for k in range(2):
        part = shown[EACH * k : EACH * (k + 1)]
        marker = dict(size=11, color=CATEGORICAL[k], symbol=SYMBOLS[k], line=dict(color="#ffffff", width=1))
        traces.append(
            go.Scatter(
                x=part[:, 0],
                y=part[:, 1],
                mode="markers",
                marker=marker,
                name=f"answer {k}",
                hoverinfo="skip",
            )
        )
    tip = dict(symbol="arrow", size=[0, 12], angleref="previous", color=CATEGORICAL[3])
    ring = dict(size=20, symbol="circle-open", color=COLORS["noise"], line=dict(width=2))
    traces += [
        line(border[:, 0], border[:, 1], "border", CATEGORICAL[3], 3),
        line(normal[:, 0], normal[:, 1], "to the yes", CATEGORICAL[3], 3, showlegend=False).update(
            mode="lines+markers", marker=tip
        ),
        go.Scatter(x=[here[0]], y=[here[1]], mode="markers", marker=ring, name="shown", hoverinfo="skip"),
    ]
    axis = dict(range=[-1.1 * REACH, 1.1 * REACH], dtick=1, constrain="domain")
    square = dict(xaxis=axis | dict(title_text="x₁"), yaxis=axis | dict(title_text="x₂", scaleanchor="x"))
    counts = [
        line([0, STEPS], bounds, "bound (R/γ)²", COLORS["noise"], 2, "8px,4px"),
        line(list(range(1, STEPS + 1)), curve, "mistakes so far", COLORS["model"], 3),
    ]
    ticks = dict(tickvals=[1, 10, 100, 1000], ticktext=["1", "10", "100", "1000"])
    up = dict(type="log", range=[-0.35, 3.5]) | ticks
    across = dict(range=[0, STEPS], title_text="examples shown")
    return {
        "plane": panel(traces, "The unit's border", 300, aspect=1, **square),
        "mistakes": panel(counts, "Mistakes", 300, aspect=1, xaxis=across, yaxis=up),
    }


_APART = [[1.3, -1.3], [0.8, -1.7], [-1.0, 1.4], [0.4, -0.9], [-0.2, -0.4]]
_APART += [[0.2, 1.7], [0.5, 1.2], [1.0, 0.1], [1.6, -0.1], [0.7, 0.6]]
_STREET = [*_APART[:4], [-0.2, 0.5], *_APART[5:7], [0.0, 0.7], *_APART[8:]]
_XOR = [[-1.0, -1.0], [-1.3, -0.9], [1.0, 1.0], [1.2, 0.8], [-0.9, -1.3]]
_XOR += [[-1.0, 1.0], [-1.2, 1.3], [1.0, -1.0], [1.3, -1.2], [0.8, -0.9]]

perceptron = Explorer(
    name="perceptron",
    title="Rosenblatt's rule, step by step",
    compute=show_example,
    draw=draw,
    controls={
        "order": Choice({"classes in turn": 0, "one class, then the other": 1, "shuffled": 2}, label="order"),
        "points": Points(
            _APART,
            panel="plane",
            x=(-REACH, REACH),
            y=(-REACH, REACH),
            names=[f"answer {k}, point {n}" for k in range(2) for n in range(1, EACH + 1)],
            label="points",
        ),
    },
    state={
        "weight": torch.zeros(3),
        "step": torch.tensor(0.0),
        "mistakes": torch.tensor(0.0),
        "clean": torch.tensor(0.0),
        "curve": torch.full((STEPS,), math.nan),
    },
    presets={
        "one class, then the other": {"order": "one class, then the other"},
        "a narrow street": {"points": _STREET},
        "XOR": {"points": _XOR},
    },
    says=Cases(
        "verdict",
        (
            "Example {step:d}: right, so nothing moves. {mistakes:d} mistakes so far.",
            "Example {step:d}: wrong, and the weights move. {mistakes:d} mistakes so far.",
            "After {mistakes:d} mistakes ten answers in a row have been right: it has stopped for good.",
        ),
    ),
    readouts=(
        Cases(
            "promise",
            (
                "No line separates these points: the margin is zero, and there is no bound.",
                "R = {radius:.2f} and the widest margin γ = {gamma:.2f}: at most {bound:.0f} mistakes, "
                "in any order.",
            ),
        ),
        "Weights: b = {weight[0]:.1f}, w = ({weight[1]:.2f}, {weight[2]:.2f}); {errors:d} of the ten points "
        "lie on the wrong side.",
    ),
    challenges=(
        Challenge("Let it settle with all ten points right.", met="settled"),
        Challenge("Move the points so that it settles only after at least 15 mistakes.", met="long"),
        Challenge("Find points on which it is at work after 100 examples, without hope.", met="hopeless"),
    ),
    look_for="Step by hand first. At a mistake the border moves; towards the point that was shown, or away "
    "from it? Start anew after you have dragged a point: the bound counts from zero.",
)
