r"""Huber's loss beside the squared and the absolute one, and the number that each calls the middle of data.

Huber, "Robust Estimation of a Location Parameter" (1964): the constant that minimises the loss over
measurements is the mean for the squared loss, the median for the absolute one, and between them for his. It
solves :math:`\sum_n \min(\max(x_n - \mu, -\delta), \delta) = 0`, here by halving an interval forty times.

Differs from the paper: the threshold is not scaled by the noise.
"""

from __future__ import annotations

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Slider
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import CATEGORICAL, COLORS

__all__ = ["huber", "weigh_residual"]

LINE = torch.linspace(-4, 4, 161, dtype=torch.float64)
CALM = torch.tensor([-1.1, -0.8, -0.5, -0.1, 0.2, 0.4, 0.9, 1.2], dtype=torch.float64)
SQUARED, ABSOLUTE = CATEGORICAL[6], CATEGORICAL[3]
NEAR = 0.02


def _loss(x: Tensor, delta: Tensor) -> Tensor:
    near = torch.minimum(x.abs(), delta)
    return near * (x.abs() - 0.5 * near)


def _clamp(x: Tensor, delta: Tensor) -> Tensor:
    return torch.maximum(torch.minimum(x, delta), -delta)


def weigh_residual(residual: Tensor, delta: Tensor, outlier: Tensor) -> dict[str, Tensor]:
    """Weigh one residual by three losses, and find the middle of nine measurements by each.

    Parameters
    ----------
    residual : Tensor
        Prediction minus target.
    delta : Tensor
        Huber's threshold.
    outlier : Tensor
        Where the ninth measurement stands.

    Returns
    -------
    dict
        Curves, values, slopes and middles.
    """
    x, delta = residual.double(), delta.double()
    points = torch.cat([CALM, outlier.double().reshape(1)])
    low, high = points.min(), points.max()
    for _ in range(40):
        middle = (low + high) / 2
        above = _clamp(points - middle, delta).sum() > 0
        low, high = torch.where(above, middle, low), torch.where(above, high, middle)
    mean, median, answer = points.mean(), points.sort().values[4], (low + high) / 2
    slope = _clamp(x, delta)
    pull = _clamp(points[-1] - answer, delta)
    return {
        "losses": torch.stack([_loss(LINE, delta), LINE**2 / 2, LINE.abs()]),
        "slopes": torch.stack([_clamp(LINE, delta), LINE, LINE.sign()]),
        "ends": torch.stack([-delta, delta]),
        "at": torch.stack([x, x, x]),
        "values": torch.stack([_loss(x, delta), x**2 / 2, x.abs()]),
        "slope": slope,
        "points": points,
        "middles": torch.stack([answer, mean, median]),
        "pull": pull,
        "outside": (x.abs() > delta).float(),
        "is_mean": ((answer - mean).abs() < 1e-6).float() * (outlier > 4),
        "is_median": ((answer - median).abs() < NEAR).float() * (outlier > 4),
        "half": ((_loss(x, delta) - x**2 / 4).abs() < 0.01 * x**2).float() * (x.abs() > 0.5),
    }


def draw(losses, slopes, ends, at, values, slope, points, middles) -> dict[str, go.Figure]:
    """Draw the losses, their slopes, and the measurements with their middles."""
    return {
        "loss": _draw_losses(losses, at, values),
        "slope": _draw_slopes(slopes, ends, at, slope),
        "middle": _draw_middles(points, middles),
    }


def _draw_losses(losses, at, values) -> go.Figure:
    x = LINE.tolist()
    dots = dict(mode="markers", marker=dict(size=10, color=[COLORS["model"], SQUARED, ABSOLUTE]))
    traces = [
        line(x, losses[1], "½ squared", SQUARED, 2, "8px,4px"),
        line(x, losses[2], "absolute", ABSOLUTE, 2, "2px,3px"),
        line(x, losses[0], "Huber", COLORS["model"], 3),
        go.Scatter(x=at, y=values, name="now", showlegend=False, hoverinfo="skip", **dots),
    ]
    up = dict(range=[-0.2, 6])
    return panel(traces, "Loss", 300, xaxis=dict(range=[-4, 4], dtick=1, title_text="residual"), yaxis=up)


def _draw_slopes(slopes, ends, at, slope) -> go.Figure:
    x = LINE.tolist()
    dot = dict(mode="markers", marker=dict(size=10, color=COLORS["gradient"]))
    traces = [
        line(x, slopes[1], "½ squared", SQUARED, 2, "8px,4px"),
        line(x, slopes[2], "absolute", ABSOLUTE, 2, "2px,3px"),
        line(x, slopes[0], "Huber", COLORS["gradient"], 3),
        go.Scatter(x=ends, y=ends, name="±δ", mode="markers", hoverinfo="skip", marker=dict(color="#8a9097")),
        go.Scatter(x=[at[0]], y=[slope], name="now", showlegend=False, hoverinfo="skip", **dot),
    ]
    axis = dict(range=[-4, 4], dtick=1)
    return panel(traces, "Slope: {slope:.2f}", 300, xaxis=axis | dict(title_text="residual"), yaxis=axis)


def _draw_middles(points, middles) -> go.Figure:
    data = dict(mode="markers", marker=dict(size=9, color=COLORS["data"]), hoverinfo="skip")
    traces = [go.Scatter(x=points, y=[0] * 9, name="measurements", **data)]
    styles = (
        (COLORS["model"], "Huber", "solid"),
        (SQUARED, "mean", "8px,4px"),
        (ABSOLUTE, "median", "2px,3px"),
    )
    for k, (color, name, dash) in enumerate(styles):
        traces.append(line([middles[k], middles[k]], [-1, 1], name, color, 3, dash))
    x = dict(range=[-2, 10], dtick=2, title_text="measured")
    y = dict(range=[-1.2, 1.2], visible=False)
    return panel(traces, "What each loss calls the middle", 150, xaxis=x, yaxis=y)


_MIDDLES = " The wild measurement pulls with {pull:.2f}, and the middle is {middles[0]:.2f}."

huber = Explorer(
    name="huber",
    title="Huber’s loss, and what a wild measurement may do",
    compute=weigh_residual,
    draw=draw,
    controls={
        "residual": Slider(-4, 4, 2.5, label="residual"),
        "delta": Slider(0.05, 12, 2.0, log=True, marks={0.05: "absolute", 12: "squared"}, label="threshold"),
        "outlier": Slider(-2, 10, 7.0, label="the ninth measurement"),
    },
    presets={
        "nearly the median": {"delta": 0.05},
        "the mean again": {"delta": 12.0},
        "no wild measurement": {"outlier": 0.3},
    },
    says=Cases(
        "outside",
        (
            "The residual {residual:.2f} is within the threshold {delta:.2f}: loss {values[0]:.3f}, on the "
            "parabola, and slope {slope:.2f}.",
            "The residual {residual:.2f} is beyond the threshold {delta:.2f}: loss {values[0]:.3f}, on a "
            "straight line, where the parabola has {values[1]:.3f}; the slope is held at {slope:.2f}.",
        ),
    ),
    readouts=("Mean {middles[1]:.2f}, median {middles[2]:.2f}." + _MIDDLES,),
    challenges=(
        Challenge("Leave the ninth measurement beyond 4 and make Huber’s middle the mean.", met="is_mean"),
        Challenge("Leave it there and bring Huber’s middle within 0.02 of the median.", met="is_median"),
        Challenge("Find a residual and a δ at which Huber’s loss is half of the parabola’s.", met="half"),
    ),
    look_for="Move the ninth measurement away from the others. Which of the three middles follows it for "
    "ever, and from where on does Huber’s stay?",
)
