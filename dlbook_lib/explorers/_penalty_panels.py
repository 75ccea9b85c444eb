"""The four panels of the penalty's geometry: what stands in them, computed, and how it is drawn."""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explorers._penalty_math import Bowl, Penalty
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, frame, legend_above

__all__ = []  # serves the penalty explorers only

WIDE = 2.75  # the plane's half width
WEAKEST, STRONGEST = 0.01, 30.0
ARROW = 0.4  # an arrow's length for a slope of 1
STRENGTHS = torch.logspace(-2, math.log10(STRONGEST), 61, dtype=torch.float64)
TURN = torch.arange(97, dtype=torch.float64) * (2 * math.pi / 96)
CIRCLE = torch.stack([TURN.cos(), TURN.sin()], dim=-1)
CIRCLE[CIRCLE.abs() < 1e-9] = 0.0
TIMES = torch.cat([torch.zeros(1), torch.logspace(-2, 2.5, 60)]).double()
LINE = torch.arange(-55, 56, dtype=torch.float64) / 20  # the section's places; 0 is exact
W1, W2 = CATEGORICAL[3], CATEGORICAL[6]
SHADE = "rgba(185,78,31,0.15)"
OVER_STRENGTH = dict(type="log", range=[-2, math.log10(STRONGEST)], title_text="strength λ")
OVER_STRENGTH |= dict(tickvals=[0.01, 0.1, 1, 10], ticktext=["0.01", "0.1", "1", "10"])
LOSS, PENALTY, SUM = COLORS["data"], COLORS["model"], COLORS["gradient"]


def ring(bowl: Bowl, level: Tensor) -> Tensor:
    """Return points of shape (97, 2) of the ellipse on which the loss has a level."""
    (a, b), (_, d) = bowl.matrix
    root = (a * d - b * b).sqrt()  # of the determinant; the inverse's root of a 2×2 matrix is closed, too
    inverse = torch.stack([torch.stack([d, -b]), torch.stack([-b, a])]) / root**2
    bend = (inverse + torch.eye(2).double() / root) / ((a + d) / root**2 + 2 / root).sqrt()
    return bowl.centre + level.sqrt() * Bowl(bend, bowl.centre).turn(CIRCLE)


def descend(bowl: Bowl, times: Tensor) -> Tensor:
    """Return where gradient descent from 0, with steps ever smaller, stands at times of shape (N,)."""
    (a, b), (_, d) = bowl.matrix
    middle, spread = (a + d) / 2, (((a - d) / 2) ** 2 + b * b).sqrt()
    steep = (bowl.turn(bowl.centre) - (middle - spread) * bowl.centre) / (2 * spread).clamp_min(1e-9)
    fast, slow = (torch.exp(-2 * rate * times)[:, None] for rate in (middle + spread, middle - spread))
    return bowl.centre - fast * steep - slow * (bowl.centre - steep)


def lay_plane(
    bowl: Bowl, shape: Penalty, w: Tensor, strength: Tensor, budget: Tensor, descent: Tensor
) -> dict[str, Tensor]:
    """Lay out the plane: contours, the ball, the pulls at the solution and, at a kink, all possible ones."""
    gap = torch.full((1, 2), math.nan, dtype=torch.float64)
    levels = torch.cat([row for x in (0.5, 1.0, 1.5) for row in (ring(bowl, torch.tensor(x * x)), gap)])
    around = CIRCLE.sign() * CIRCLE.abs().pow((2 / shape.q).clamp_min(1))  # more places where a tip is sharp
    ball = around * shape.reach(around, budget)[:, None]

    loss_pull, zero = -bowl.gradient(w), w == 0
    kinked = zero & (shape.norm > 0) & ((shape.q <= 1) | zero.all())
    steps = strength * shape.norm * kinked * _dual_circle(shape.q)
    bound = torch.where(shape.q == 1, strength * shape.norm, 1e9)
    held = torch.minimum(torch.maximum(loss_pull, -bound), bound)
    pull = -torch.where(kinked, held, strength * shape.slope(w))
    shown = kinked.any() & (shape.q >= 1)
    return {
        "levels": levels,
        "level": ring(bowl, bowl.height(w)),
        "ball": ball,
        "loss_pull": torch.stack([w, w + ARROW * loss_pull]),
        "penalty_pull": torch.stack([w, w + ARROW * pull]),
        "pulls": torch.where(shown, w - ARROW * (strength * shape.slope(w) + steps), math.nan),
        "stopped": torch.where(descent, descend(bowl, TIMES), math.nan),
    }


def _dual_circle(q: Tensor) -> Tensor:
    """Return the ball of subgradients that a q-norm has at 0, which is the unit ball of the dual norm."""
    square = CIRCLE / CIRCLE.abs().amax(-1, keepdim=True)
    power = torch.where(q > 1, q / (q - 1).clamp_min(1e-3), 1e3)
    return torch.where(q > 1, square / square.abs().pow(power).sum(-1, keepdim=True).pow(1 / power), square)


def lay_path(path: Tensor, shape: Penalty, w: Tensor, strength: Tensor, unit: Tensor) -> dict[str, Tensor]:
    """Lay out the weights and their size over the strength; ``unit`` is the strength of size 1."""
    sizes = shape.size(path)
    now = strength.clamp_min(WEAKEST)
    low, high = path.min().clamp_max(0), path.max().clamp_min(0.1)
    margin = 0.08 * (high - low)
    return {
        "path": path,
        "path_range": torch.stack([low - margin, high + margin]),
        "here": now.expand(2),
        "sizes": sizes,
        "size_range": torch.stack([-0.04 * sizes.max().clamp_min(1.2), 1.1 * sizes.max().clamp_min(1.2)]),
        "size_now": torch.stack([now, shape.size(w)]),
        "bound": torch.where((shape.q >= 1) & (unit > 0), torch.stack([unit, unit]), math.nan),
    }


def lay_section(bowl: Bowl, shape: Penalty, w: Tensor, strength: Tensor, belief: Tensor) -> dict[str, Tensor]:
    """Lay out loss, penalty and their sum along the second weight, or what they say as probabilities."""
    places = torch.stack([w[0].expand(111), LINE], dim=-1)
    loss, cost = bowl.height(places), strength * shape.size(places)
    curves = torch.stack([loss, cost, loss + cost])
    spot = bowl.height(w) + strength * shape.size(w)
    likely = torch.exp(curves.amin(-1, keepdim=True) - curves)
    peak = torch.exp(torch.minimum(curves[2].min(), spot) - spot)
    top = torch.where(
        belief, 1.1, 1.25 * bowl.height(torch.zeros(2)) + 1
    )  # no solution costs more than 0 does
    return {
        "curves": torch.where(belief, likely, curves),
        "spot": torch.stack([w[1], torch.where(belief, peak, spot)]),
        "section_range": torch.stack([-0.1 * top, top]),
        "fan": torch.where(belief, math.nan, _fan(shape, w, strength)),
    }


def _fan(shape: Penalty, w: Tensor, strength: Tensor) -> Tensor:
    """Lay out the lines through the penalty's point whose slopes it has there: one, or all between two."""
    kind, low, high = _slopes(shape, w, strength)
    ends = torch.tensor([-0.8, 0.8, 0.8, -0.8, -0.8], dtype=torch.float64)
    rise = ends * torch.stack([low, low, high, high, low])
    fan = torch.stack([w[1] + ends, strength * shape.size(w) + rise], dim=-1)
    return torch.where(kind == 2, math.nan, fan)


def _slopes(shape: Penalty, w: Tensor, strength: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Say what the penalty has along w₂ (0 a slope, 1 a kink, 2 a cusp), its lowest and highest slope."""
    zero, alone = w[1] == 0, (w == 0).all()
    kinked = zero & (shape.norm > 0) & ((shape.q == 1) | alone)
    cusp = zero & (shape.norm > 0) & (shape.q < 1) & ~alone
    middle = strength * shape.slope(w)[1]
    width = torch.where(kinked, strength * shape.norm, 0.0)
    return torch.where(cusp, 2.0, 1.0 * kinked), middle - width, middle + width


def lay_kink(bowl: Bowl, shape: Penalty, w: Tensor, strength: Tensor) -> dict[str, Tensor]:
    """Compare the slopes of loss and penalty along the second weight; at a kink the penalty has many."""
    kind, low, high = _slopes(shape, w, strength)
    tidy = torch.stack([bowl.gradient(w)[1], low, high])
    tidy = torch.where(tidy.abs() < 5e-4, 0.0, tidy)
    return {
        "loss_slope": tidy[0],
        "lowest_slope": tidy[1],
        "highest_slope": tidy[2],
        "kink": torch.where(strength == 0, 3.0, kind),
    }


def draw_penalty(
    levels, level, ball, w, loss_pull, penalty_pull, pulls, stopped, path, path_range, here,
    sizes, size_range, size_now, bound, curves, spot, section_range, fan,
):  # fmt: skip
    """Lay out the plane beside the section, and the path beside the size of its weights."""
    return {
        "plane": _draw_plane(levels, level, ball, w, loss_pull, penalty_pull, pulls, stopped, path),
        "section": _draw_section(curves, spot, section_range, fan),
        "path": _draw_path(path, path_range, here),
        "size": _draw_size(sizes, size_range, size_now, bound),
    }


def line(x, y, name: str, color: str, width: float = 2, dash: str = "solid", **more) -> go.Scatter:
    """Draw a line."""
    line = dict(color=color, width=width, dash=dash)
    return go.Scatter(x=x, y=y, name=name, mode="lines", line=line, hoverinfo="skip", **more)


def curve(points, *style, **more) -> go.Scatter:
    """Draw a line through points of shape (N, 2)."""
    return line(points[:, 0], points[:, 1], *style, **more)


def arrow(ends, name: str, color: str) -> go.Scatter:
    """Draw an arrow between two points."""
    marker = dict(symbol="arrow", size=[0, 12], angleref="previous", color=color)
    return curve(ends, name, color, 3, showlegend=False).update(mode="lines+markers", marker=marker)


def dot(place, **more) -> go.Scatter:
    """Mark the solution."""
    marker = dict(size=11, color=SUM, line=dict(color="#ffffff", width=1))
    x, y = [place[0]], [place[1]]
    return go.Scatter(x=x, y=y, name="solution", mode="markers", marker=marker, hoverinfo="skip", **more)


def _draw_plane(levels, level, ball, w, loss_pull, penalty_pull, pulls, stopped, path) -> go.Figure:
    traces = [
        curve(levels, "contours", LOSS, 1, opacity=0.5, showlegend=False),
        curve(level, "loss", LOSS),
        curve(ball, "R(w) ≤ C", PENALTY, fill="toself", fillcolor=SHADE),
        curve(path, "path over λ", COLORS["noise"], 2, "2px,3px"),
        curve(stopped, "descent", SUM, 2, "8px,4px"),
        curve(pulls, "pulls at a kink", PENALTY, 7, opacity=0.35, showlegend=False),
        arrow(loss_pull, "pull of the loss", LOSS),
        arrow(penalty_pull, "pull of the penalty", PENALTY),
        dot(w),
    ]
    axis = dict(range=[-WIDE, WIDE], dtick=1, constrain="domain")
    square = dict(xaxis=axis | dict(title_text="w₁"), yaxis=axis | dict(title_text="w₂", scaleanchor="x"))
    return panel(traces, "Two pulls that cancel", 300, aspect=1, **square)


def _draw_path(path, path_range, here) -> go.Figure:
    traces = [
        line(STRENGTHS.tolist(), path[:, 0], "w₁", W1, 3),
        line(STRENGTHS.tolist(), path[:, 1], "w₂", W2, 3),
        line(here, path_range, "λ now", COLORS["noise"], 2, "2px,3px"),
    ]
    up = dict(range=[path_range[0], path_range[1]])
    return panel(traces, "The weights over λ", 240, xaxis=OVER_STRENGTH, yaxis=up)


def _draw_size(sizes, size_range, size_now, bound) -> go.Figure:
    """Draw the size that every strength leaves: from λ to C, and whether C is at most 1."""
    ends = [WEAKEST, STRONGEST]
    traces = [
        line(STRENGTHS.tolist(), sizes, "R(w)", LOSS, 3),
        line(ends, [1, 1], "bound 1", PENALTY, 2, "8px,4px"),
        line(bound, size_range, "", PENALTY, 1, "2px,3px", showlegend=False),
        dot([size_now[0], size_now[1]]),
    ]
    up = dict(range=[size_range[0], size_range[1]])
    return panel(traces, "Their size R(w) over λ", 240, xaxis=OVER_STRENGTH, yaxis=up)


def _draw_section(curves, spot, section_range, fan) -> go.Figure:
    x = LINE.tolist()
    traces = [
        curve(fan, "its slopes", PENALTY, 1, fill="toself", fillcolor=SHADE, showlegend=False),
        line(x, curves[0], "loss, as likelihood", LOSS),
        line(x, curves[1], "penalty, as prior", PENALTY),
        line(x, curves[2], "sum, as posterior", SUM),
        dot(spot, showlegend=False),
    ]
    across = dict(range=[-WIDE, WIDE], dtick=1, title_text="w₂")
    up = dict(range=[section_range[0], section_range[1]])
    return panel(traces, "Along w₂, at w₁ = {w[0]:.2f}", 300, aspect=1, xaxis=across, yaxis=up)


def panel(traces: list[go.Scatter], title: str, height: int, **layout) -> go.Figure:
    """Put traces into the frame, their legend above."""
    room, legend = legend_above([trace.name for trace in traces if trace.showlegend is not False], height)
    layout |= dict(legend=legend, showlegend=True)
    return frame(traces, alt=title, default="", title=title, height=height, above=room, below=48, **layout)
