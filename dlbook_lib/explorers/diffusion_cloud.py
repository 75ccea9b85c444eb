r"""Twelve points drawn by hand dissolve in noise, until no copy can be traced back to its point.

Every point :math:`x_0` has twenty copies, each at step t by the jump of Ho, Jain and Abbeel, "Denoising
Diffusion Probabilistic Models" (2020, eq. 4), :math:`x_t = \sqrt{\bar\alpha_t}\, x_0 +
\sqrt{1 - \bar\alpha_t}\, \epsilon`, along one of the schedules of the chapter. The copies of a
point are thus Gaussian around its faded original :math:`\sqrt{\bar\alpha_t}\, x_0`, all with the same
variance, and the likeliest origin of a copy is the nearest faded original: no rule guesses better.

Differs from the paper: the stored noise is the same for every t, so that moving t shows each copy on a
smooth way; at any single t its law is that of the chain. A copy has strayed if another faded original is
strictly nearer than its own, so copies of points at one place have not strayed to each other.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Noise, Points, Slider
from dlbook_lib.explorers._diffusion_math import SCHEDULES, STEPS, at, spread
from dlbook_lib.explorers._diffusion_panels import curve, dot, lines
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, frame
from dlbook_lib.generative.schedules import cosine_schedule, linear_schedule, sigmoid_schedule

__all__ = ["diffusion_cloud", "noise_cloud"]

POINTS, COPIES, REACH = 12, 20, 3
_BAR = torch.stack((linear_schedule(), cosine_schedule(), sigmoid_schedule()))  # (3, 1001), as in SCHEDULES
_SIGNAL, _SIGMA = _BAR.sqrt().float(), (1 - _BAR).sqrt().float()
_SHOWN = list(range(0, STEPS + 1, 20))
_FAR = 1e3 * torch.eye(POINTS).unsqueeze(1)  # keeps a point from being its own neighbour
_CHANCE = 1.5 / POINTS  # not far above guessing


def noise_cloud(points: Tensor, t: Tensor, schedule: Tensor, noise: Tensor) -> dict[str, Tensor]:
    """Noise a cloud of points up to step t, and count the copies that lie nearest to where they came from.

    Parameters
    ----------
    points : Tensor of shape (12, 2)
        The cloud, each coordinate in [-3, 3].
    t : Tensor
        Steps taken, 0 to 1000, int64.
    schedule : Tensor
        0 for linear, 1 for cosine, 2 for sigmoid.
    noise : Tensor of shape (12, 20, 2)
        Standard normal, for each copy of each point.

    Returns
    -------
    dict
        What the panels and sentences show.

    Examples
    --------
    >>> points = torch.arange(24.0).reshape(12, 2) / 10
    >>> noise_cloud(points, torch.tensor(0), torch.tensor(0.0), torch.ones(12, 20, 2))["stay"]
    tensor(1.)
    """
    which = schedule.round().long()
    signals, sigmas = at(_SIGNAL, which), at(_SIGMA, which)
    signal, sigma = at(signals, t), at(sigmas, t)
    faded = signal * points
    copies = faded.unsqueeze(1) + sigma * noise  # (12, 20, 2)
    away = (copies.unsqueeze(2) - faded).square().sum(-1).sqrt()  # (12, 20, 12)
    own = (copies - faded.unsqueeze(1)).square().sum(-1).sqrt()
    other = (away + _FAR).amin(2)
    strayed = (other < own).float()
    cloud = copies.reshape(-1, 2)
    variance = (points - points.mean(0)).square().mean(0)
    over = (signals[::20].square() * variance.unsqueeze(1) + sigmas[::20].square()).sqrt()  # (2, 51)
    stay = 1 - strayed.mean()
    plain = torch.where(t == 0, 0.0, torch.where(stay < _CHANCE, 2.0, 1.0))
    return {
        "copies": cloud,
        "sizes": (7 - 3 * strayed).flatten(),
        "originals": points.clone(),
        "faded": faded,
        "spread_x": over[0],
        "spread_y": over[1],
        "seen_x": spread(cloud[:, 0]).expand(1),
        "seen_y": spread(cloud[:, 1]).expand(1),
        "formula": (signal.square() * variance + sigma.square()).sqrt(),
        "now": t.expand(1),
        "signal": signal,
        "sigma": sigma,
        "stay": stay,
        "own": own.mean(),
        "other": other.mean(),
        "kind": torch.where(variance.sum() < 1e-6, 3.0, plain),
        "half": ((strayed.sum() - POINTS * COPIES / 2).abs() < 3.5).float(),
    }


def draw(copies, sizes, originals, faded, spread_x, spread_y, seen_x, seen_y, now) -> dict[str, go.Figure]:
    """Lay out the plane and the spread of the cloud over time."""
    colors = [CATEGORICAL[k % len(CATEGORICAL)] for k in range(POINTS)]
    symbols = ["circle" if k < len(CATEGORICAL) else "diamond" for k in range(POINTS)]
    many = [[each for each in kind for _ in range(COPIES)] for kind in (colors, symbols)]
    levels, blue, rust = dict(range=[0, 3.2]), COLORS["data"], COLORS["model"]
    widths = [
        curve(_SHOWN, spread_x, "along x", blue),
        curve(_SHOWN, spread_y, "along y", rust, dash="8px,4px"),
        dot(now, seen_x, name="240 copies, x"),
        dot(now, seen_y, "diamond", name="240 copies, y"),
    ]
    widths[2].marker.color = blue
    one = dict(type="line", x0=0, x1=STEPS, y0=1, y1=1, line=dict(width=1, dash="dot"))
    traces = [
        _marks(originals, color=colors, symbol=symbols, size=14, opacity=0.3),
        _marks(copies, color=many[0], symbol=many[1], size=sizes, opacity=0.75),
        _marks(faded, color=colors, symbol="cross", size=9, line=dict(color="#ffffff", width=1)),
    ]
    return {
        "plane": _plane(traces, "Copies at t = {t:d}; small where strayed"),
        "spread": lines(
            widths, "Spread of the cloud", "step t", dict(range=[0, STEPS]), levels, [one], aspect=0.8
        ),
    }


def _marks(places, **marker) -> go.Scatter:
    return go.Scatter(x=places[:, 0], y=places[:, 1], mode="markers", marker=marker, hoverinfo="skip")


def _plane(traces: list, title: str) -> go.Figure:
    axis = dict(range=[-4, 4], constrain="domain")
    square = dict(xaxis=axis, yaxis=axis | dict(scaleanchor="x"), showlegend=False)
    return frame(traces, alt=title, default="", title=title, height=300, aspect=1, **square)


_ANGLES = [k * math.pi / 6 for k in range(POINTS)]
_RING = [[round(2 * math.cos(a), 3), round(2 * math.sin(a), 3)] for a in _ANGLES]
_BLOBS = [[x + 0.25 * a, y + 0.25 * b] for x, y in ((-1.8, -1), (1.8, 1)) for a, b in _RING[::2]]
_ARMS = [k * 0.8 for k in (-3, -2, -1, 1, 2, 3)]
_CROSS = [[a, 0.0] for a in _ARMS] + [[0.0, a] for a in _ARMS]
_LINE = [[-2.75 + 0.5 * k, 0.0] for k in range(POINTS)]

diffusion_cloud = Explorer(
    name="diffusion-cloud",
    title="A cloud dissolves",
    compute=noise_cloud,
    draw=draw,
    controls={
        "t": Slider(0, STEPS, 100, integer=True, marks={0: "data", STEPS: "noise"}, label="step t"),
        "schedule": Choice(SCHEDULES, label="schedule"),
        "noise": Noise(POINTS, COPIES, 2, seed=5, label="noise"),
        "points": Points(_RING, panel="plane", x=(-REACH, REACH), y=(-REACH, REACH), label="point"),
    },
    presets={"two blobs": {"points": _BLOBS}, "a cross": {"points": _CROSS}, "a line": {"points": _LINE}},
    says=Cases(
        "kind",
        (
            "At t = 0 every copy stands on the point it came from; the nearest other is {other:.2f} away.",
            "After {t:d} steps, {stay:.0%} of 240 copies still lie nearest to the point they came from, as "
            "it has faded (a cross): on average {own:.2f} from it, and {other:.2f} from the nearest other.",
            "After {t:d} steps, only {stay:.0%} of 240 copies lie nearest to the point they came from; blind "
            "guessing among twelve would find 8%.",
            "All twelve points stand at one place: nothing can tell their copies apart.",
        ),
    ),
    readouts=(
        "What is left of every x₀: {signal:.3f}; standard deviation of the noise: {sigma:.3f}.",
        "Spread of the copies along x {seen_x[0]:.2f} (formula {formula[0]:.2f}), along y {seen_y[0]:.2f} "
        "(formula {formula[1]:.2f}).",
    ),
    challenges=(
        Challenge(
            "Find the step at which half of the copies (120 of 240, give or take 3) lie nearest to another "
            "point than their own.",
            met="half",
        ),
    ),
    look_for="Before you move t: will the ring be gone before or after half of its copies can no longer be "
    "traced? Then drag two points close together.",
)
