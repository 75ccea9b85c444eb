r"""Kernel ridge regression: the width of the kernel against the speed of the truth.

With the Gaussian kernel :math:`k(x, x') = \exp(-(x - x')^2 / 2 \ell^2)` the fit is
:math:`f(x) = \sum_n c_n k(x_n, x)`, :math:`c = (K + \lambda I)^{-1} y`. It is computed at the chosen width
and, for the curve of errors, at nineteen others.

Differs from the chapter: 24 examples at fixed places, a little displaced, so that states can be compared.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Slider
from dlbook_lib.explorers._elimination import eliminate
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import CATEGORICAL, COLORS

__all__ = ["fit_kernel", "kernel_bandwidth"]

N = 24
STREAM = torch.Generator().manual_seed(2)
X = (torch.arange(N, dtype=torch.float64) + 0.5) / N
X = X + 0.5 / N * (2 * torch.rand(N, generator=STREAM, dtype=torch.float64) - 1)
NOISES = torch.randn(N, generator=STREAM, dtype=torch.float64)
PLACES = torch.linspace(0, 1, 161, dtype=torch.float64)
WIDTHS = torch.logspace(-2.3, 0.3, 19, dtype=torch.float64)
LOW, HIGH = 1e-3, 10.0


def kernel(x: Tensor, other: Tensor, widths: Tensor) -> Tensor:
    """Return the kernel of all pairs at each width, (S, M, N)."""
    return torch.exp(-((x[:, None] - other) ** 2) / (2 * widths[:, None, None] ** 2))


def fit_kernel(width: Tensor, frequency: Tensor, noise: Tensor, ridge: Tensor) -> dict[str, Tensor]:
    """Fit at the chosen width and at the others.

    Parameters
    ----------
    width : Tensor
        Standard deviation of the kernel.
    frequency : Tensor
        Waves of the truth between 0 and 1.
    noise : Tensor
        Standard deviation of the targets' noise.
    ridge : Tensor
        Decimal logarithm of the penalty.

    Returns
    -------
    dict
        The fit, one of its bells, and the errors over the width.
    """
    widths = torch.cat([WIDTHS, width.double()[None]])
    speed = 2 * math.pi * frequency.double()
    y, truth = torch.sin(speed * X) + noise.double() * NOISES, torch.sin(speed * PLACES)
    damped = kernel(X, X, widths) + 10 ** ridge.double() * torch.eye(N, dtype=torch.float64)
    c = eliminate(damped, y[None, :, None].expand(len(widths), N, 1))
    fits = (kernel(PLACES, X, widths) @ c)[:, :, 0]
    said = (kernel(X, X, widths) @ c)[:, :, 0]
    test, train = (fits - truth).square().mean(dim=1), (said - y).square().mean(dim=1)
    best = WIDTHS[test[:-1].argmin()]
    lowest = test[:-1].min()
    now = test[-1]
    return {
        "points": torch.stack([X, y]),
        "truth": truth,
        "fitted": fits[-1].clamp(-4, 4),
        "bell": kernel(PLACES, X[N // 2 : N // 2 + 1], widths[-1:])[0, :, 0],
        "test": test[:-1].clamp(LOW, HIGH),
        "train": train[:-1].clamp(LOW, HIGH),
        "mark": widths[-1:].expand(2),
        "now_train": train[-1],
        "now_test": now,
        "best": best,
        "lowest": lowest,
        "side": torch.where(now < 1.5 * lowest, 1.0, torch.where(widths[-1] < best, 0.0, 2.0)),
        "found": (now < 1.05 * lowest) & (frequency > 2.99),
        "forgets": (now > 0.25) & (train[-1] < 0.01),
        "hopeless": lowest > 0.3,
    }


def draw(points, truth, fitted, bell, test, train, mark):
    """Lay out the fit with one bell of the kernel, and the errors over the width."""
    x = PLACES.tolist()
    dots = go.Scatter(x=points[0], y=points[1], name="examples", mode="markers", hoverinfo="skip")
    dots.update(marker=dict(size=8, color=COLORS["data"]))
    fit = [
        line(x, truth, "truth", COLORS["noise"], 2, "8px,4px"),
        line(x, bell, "one bell", CATEGORICAL[3], 1, "2px,3px"),
        line(x, fitted, "fit", COLORS["model"], 3),
        dots,
    ]
    errors = [
        line(WIDTHS.tolist(), train, "training error", COLORS["data"], 2, "8px,4px"),
        line(WIDTHS.tolist(), test, "test error", COLORS["model"], 3),
        line(mark, [LOW, HIGH], "now", COLORS["noise"], 2, "2px,3px", showlegend=False),
    ]
    across = dict(type="log", range=[-2.35, 0.35], title_text="width ℓ")
    across |= dict(tickvals=[0.01, 0.1, 1], ticktext=["0.01", "0.1", "1"])
    plane = dict(xaxis=dict(range=[0, 1], title_text="x"), yaxis=dict(range=[-2, 2]))
    up = dict(type="log", range=[-3, 1], dtick=1, exponentformat="power")
    return {
        "fit": panel(fit, "The fit", 300, **plane),
        "errors": panel(errors, "Errors over the width", 300, xaxis=across, yaxis=up),
    }


_NOW = "Width {width:.3f}: training error {now_train:.3f}, test error {now_test:.3f}; "

kernel_bandwidth = Explorer(
    name="kernel-bandwidth",
    title="How near is alike?",
    compute=fit_kernel,
    draw=draw,
    controls={
        "width": Slider(0.004, 1.9, 0.02, log=True, label="width ℓ"),
        "frequency": Slider(0.5, 20, 2, label="frequency ν of the truth"),
        "noise": Slider(0, 0.6, 0.1, label="noise σ"),
        "ridge": Slider(-4, 1, -2, label="ridge, log₁₀ λ"),
    },
    presets={
        "too narrow": {"width": 0.005},
        "too wide": {"width": 1.5},
        "about right": {"width": 0.12},
        "a truth too fast": {"width": 0.05, "frequency": 13.0},
    },
    says=Cases(
        "side",
        (
            _NOW + "too narrow, the best is about {best:.2f}.",
            _NOW + "close to the best.",
            _NOW + "too wide, the best is about {best:.2f}.",
        ),
    ),
    challenges=(
        Challenge("With a frequency of 3 or more, come within 5% of the best error.", met="found"),
        Challenge("Learn the examples by heart and fail in between.", met="forgets"),
        Challenge("Find a frequency at which no width helps.", met="hopeless"),
    ),
    look_for="The fit is a sum of bells like the dotted one, one on each example. Widen it slowly: when do "
    "the bells begin to join, and when do they blur the wave?",
)
