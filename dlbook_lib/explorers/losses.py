r"""Two choices of a loss, seen at work: an outlier pulls three lines, and a wrong logit gets two gradients.

The squared error is fitted in closed form; the absolute error and Huber's by iteratively reweighted least
squares, in which an example counts :math:`1/\lvert r \rvert` and :math:`\min(1, \delta / \lvert r \rvert)`
(Huber 1964 for the loss). For the logit :math:`z` of an example of class 1 the cross-entropy has the slope
:math:`\sigma(z) - 1`, the squared error of the probability :math:`2 (\sigma - 1)\, \sigma (1 - \sigma)`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Points, Slider
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.feedforward.activations import sigmoid
from dlbook_lib.figures.theme import CATEGORICAL, COLORS
from dlbook_lib.seed import generator

__all__ = ["fit_lines", "losses"]

OTHERS = 8
_X = torch.linspace(-2.5, 2.5, OTHERS, dtype=torch.float64)
_Y = 0.5 * _X + 0.25 * torch.randn(OTHERS, generator=generator(2), dtype=torch.float64)
START = [[2.0, -3.0]]
ROUNDS = 60
ENDS = torch.tensor([-3.0, 3.0], dtype=torch.float64)
RESIDUALS = torch.linspace(-4, 4, 161)
LOGITS = torch.linspace(-12, 12, 241, dtype=torch.float64)
SMALLEST = 1e-6  # of the logarithmic axis
NAMES = ("squared", "absolute", "Huber")
STYLES = ((COLORS["model"], "solid"), (CATEGORICAL[3], "8px,4px"), (CATEGORICAL[4], "2px,3px"))


def fit_lines(x: Tensor, y: Tensor, delta: Tensor) -> Tensor:
    """Fit a line to points under three losses.

    Parameters
    ----------
    x, y : Tensor of shape (N,)
        The points, float64.
    delta : Tensor
        Where Huber's loss turns from a parabola into a line.

    Returns
    -------
    Tensor of shape (3, 2)
        Offset and slope for the squared, the absolute and Huber's loss.
    """
    plain = _weighted_line(x, y, torch.ones_like(x))
    absolute = huber = plain
    for _ in range(ROUNDS):
        residual = (y - absolute[0] - absolute[1] * x).abs()
        absolute = _weighted_line(x, y, 1 / residual.clamp(min=1e-6))
        residual = (y - huber[0] - huber[1] * x).abs()
        huber = _weighted_line(x, y, (delta / residual.clamp(min=1e-9)).clamp(max=1))
    return torch.stack([plain, absolute, huber])


def _weighted_line(x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """Fit by weighted least squares, in closed form."""
    weight = weight / weight.sum()
    mx, my = (weight * x).sum(), (weight * y).sum()
    slope = (weight * (x - mx) * (y - my)).sum() / (weight * (x - mx) ** 2).sum()
    return torch.stack([my - slope * mx, slope])


def show_losses(outlier, delta, logit):
    """Fit three lines, and measure two gradients."""
    x = torch.cat([_X, outlier[:, 0].double()])
    y = torch.cat([_Y, outlier[:, 1].double()])
    lines = fit_lines(x, y, delta.double())
    without = _weighted_line(_X, _Y, torch.ones_like(_X))
    heights = lines[:, :1] + lines[:, 1:] * ENDS
    r, d = RESIDUALS.abs(), delta
    shapes = torch.stack([r**2 / 2, r, torch.where(r < d, r**2 / 2, d * (r - d / 2))])

    p, q = sigmoid(LOGITS), sigmoid(logit.double())
    entropy, squared = 1 - q, 2 * (1 - q) ** 2 * q
    moved = ((lines - without).abs() * torch.tensor([1.0, 2.5])).sum(1)
    return {
        "heights": heights,
        "shapes": shapes,
        "entropy_slopes": (1 - p).clamp_min(SMALLEST),
        "squared_slopes": (2 * (1 - p) ** 2 * p).clamp_min(SMALLEST),
        "here": torch.stack([logit.double(), entropy.clamp_min(SMALLEST), squared.clamp_min(SMALLEST)]),
        "slopes": lines[:, 1],
        "moved": moved,
        "entropy": -entropy,
        "squared": -squared,
        "ratio": entropy / squared.clamp_min(1e-30),
        "case": torch.where(moved[0] > 2 * moved[1] + 0.1, 0.0, 1.0),
        "turned": lines[0, 1] < 0,
        "robust": (moved[0] > 1.2) & (moved[1] < 0.1),
        "hundredfold": entropy > 100 * squared,
    }


def draw(heights, shapes, entropy_slopes, squared_slopes, here):
    """Draw the three lines, the three losses and the two gradients."""
    fits = [
        line(ENDS.tolist(), heights[k], name, *_style(k)) for k, name in enumerate(NAMES)
    ]  # fmt: skip
    dots = dict(mode="markers", marker=dict(size=8, color=COLORS["data"]))
    fits.append(line(_X.tolist(), _Y.tolist(), "points", COLORS["data"]).update(dots))
    plane = panel(
        fits,
        "Drag the outlier",
        300,
        xaxis=dict(range=[-3, 3], title_text="x"),
        yaxis=dict(range=[-4.5, 4.5], title_text="y"),
    )
    curves = [line(RESIDUALS.tolist(), shapes[k], name, *_style(k)) for k, name in enumerate(NAMES)]
    loss = panel(
        curves, "What a residual costs", 240, xaxis=dict(title_text="residual"), yaxis=dict(range=[0, 5])
    )
    spot = dict(mode="markers", marker_size=11, showlegend=False)
    z = LOGITS.tolist()
    gradients = [
        line(z, entropy_slopes, "cross-entropy", *_style(0)),
        line(z, squared_slopes, "squared error", *_style(1)),
        line([here[0]], [here[1]], "", _style(0)[0]).update(spot),
        line([here[0]], [here[2]], "", _style(1)[0]).update(spot),
    ]
    y = dict(type="log", range=[math.log10(SMALLEST), 0.3], dtick=1, exponentformat="power")
    size = panel(gradients, "Size of the gradient, class 1", 260, xaxis=dict(title_text="logit z"), yaxis=y)
    return {"plane": plane, "loss": loss, "gradient": size}


def _style(k: int) -> tuple[str, float, str]:
    color, dash = STYLES[k]
    return color, 2.5, dash


_MOVED = (
    "The outlier moves the line of the squared error by at most {moved[0]:.2f}, that of the absolute error "
    "by {moved[1]:.2f}, Huber's by {moved[2]:.2f}"
)

losses = Explorer(
    name="losses",
    title="What a loss makes of an outlier, and of a wrong logit",
    look_for="Drag the outlier up and down far from the line. Which fit follows it, and which one stops "
    "caring how far away it is? Then move the logit to -10: which loss still notices that it is wrong?",
    compute=show_losses,
    draw=draw,
    controls={
        "outlier": Points(START, panel="plane", x=(-3, 3), y=(-4.5, 4.5), names=["outlier"], label="outlier"),
        "delta": Slider(0.05, 4, 0.5, log=True, label="Huber's δ", marks={4: "squared"}),
        "logit": Slider(-12, 12, -2, step=0.1, label="logit z of an example of class 1"),
    },
    presets={
        "no outlier": {"outlier": [[2.0, 1.0]]},
        "far out in the middle": {"outlier": [[0.0, 4.4]]},
        "confidently wrong": {"logit": -10.0},
        "already right": {"logit": 6.0},
    },
    says=Cases("case", (_MOVED + ".", _MOVED + ": the three hardly differ.")),
    readouts=(
        "At the logit {logit:.1f} the cross-entropy has the slope {entropy:.5f} and the squared error of the "
        "probability {squared:.2g}: a ratio of {ratio:.3g}.",
    ),
    challenges=(
        Challenge("Turn the line of the squared error downhill.", met="turned"),
        Challenge(
            "Move the squared error's line by more than 1.2 and the absolute error's by less than 0.1.",
            met="robust",
        ),
        Challenge("Find a logit at which one gradient is a hundred times the other.", met="hundredfold"),
    ),
)
