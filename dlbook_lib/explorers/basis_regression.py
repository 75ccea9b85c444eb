r"""Basis-function regression: how many functions, how wide, how much data, and what the error is made of.

The fit is ridge regression in closed form, :math:`w = (\Phi^\top \Phi + \lambda I)^{-1} \Phi^\top y`, at all
sizes from 1 to 12 at once. It is linear in the readings, :math:`\hat f = H y`, so that bias² and variance
need no resampling: they are means over places, of :math:`(H f^* - f^*)^2` and :math:`\sigma^2 \sum_n H_n^2`.

Differs from the chapter: polynomials are built from Legendre's, which span the same curves and keep the
digits that powers lose; the ridge therefore shrinks their weights instead of those of the powers.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Slider
from dlbook_lib.explorers._elimination import eliminate
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, frame

__all__ = ["basis_regression", "fit_all_sizes"]

MOST, READINGS, SAMPLES = 12, 40, 12
SMALLEST = 1e-3
PLACES = torch.linspace(-1, 1, 81, dtype=torch.float64)
SIZES = torch.arange(1, MOST + 1)
NOISES = torch.randn(SAMPLES, READINGS, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def truths(x: Tensor) -> Tensor:
    """Return the three true curves at places of shape (M,), as (3, M)."""
    return torch.stack([torch.sin(math.pi * x), torch.sin(3 * math.pi * x), 1.4 * (x > 0).double() - 0.7])


def legendre(x: Tensor) -> Tensor:
    """Return Legendre's polynomials up to degree 11 at places of shape (M,), as (M, 12)."""
    columns = [torch.ones_like(x), x]
    for k in range(1, MOST - 1):
        columns.append(((2 * k + 1) * x * columns[k] - k * columns[k - 1]) / (k + 1))
    return torch.stack(columns, dim=-1)


def features(x: Tensor, bumps: Tensor, width: Tensor) -> Tensor:
    """Return the functions of every size at places of shape (M,), as (12, M, 12), and 0 for none."""
    k, size = torch.arange(MOST)[None, :], SIZES[:, None]
    centres = torch.where(size > 1, -1 + 2 * k / (size - 1).clamp_min(1), 0.0).double()  # (sizes, 12)
    bells = torch.exp(-((x[None, :, None] - centres[:, None, :]) ** 2) / (2 * width**2))
    chosen = torch.where(bumps > 0.5, bells, legendre(x)[None])
    return torch.where((k < size)[:, None, :], chosen, 0.0)


def fit_all_sizes(
    bumps: Tensor,
    size: Tensor,
    width: Tensor,
    truth: Tensor,
    readings: Tensor,
    noise: Tensor,
    ridge: Tensor,
    sample: Tensor,
) -> dict[str, Tensor]:
    """Fit every size, and split the expected error of each.

    Parameters
    ----------
    bumps : Tensor
        1 for Gaussian bumps, 0 for polynomials.
    size : Tensor
        The number of functions that is shown, from 1 to 12, int64.
    width : Tensor
        Standard deviation of the bumps.
    truth : Tensor
        0 for one wave, 1 for three, 2 for a step.
    readings : Tensor
        How many, N, from 4 to 40, int64.
    noise : Tensor
        Standard deviation of their errors.
    ridge : Tensor
        Decimal logarithm of the penalty on the squared weights.
    sample : Tensor
        Which set of errors, from 0 to 11, int64.

    Returns
    -------
    dict
        The readings, the curves, and the errors and their terms by size.
    """
    noise, width = noise.double(), width.double()
    place = torch.arange(READINGS)
    present = place < readings
    x = torch.where(present, -1 + 2 * place / (readings - 1), 0.0).double()
    pick = (torch.arange(3) == truth.round()).double()
    f, f_there = pick @ truths(x), pick @ truths(PLACES)
    y = f + noise * NOISES[sample]

    Phi = features(x, bumps, width) * present[None, :, None]  # (sizes, readings, 12)
    moments = Phi.transpose(1, 2) @ Phi + 10 ** ridge.double() * torch.eye(MOST, dtype=torch.float64)
    H = features(PLACES, bumps, width) @ eliminate(moments, Phi.transpose(1, 2))  # (sizes, places, readings)
    inside = Phi @ eliminate(moments, Phi.transpose(1, 2))
    fits = H @ y
    train = ((inside @ y - y).square() * present).sum(dim=1) / readings
    test = (fits - f_there).square().mean(dim=1) + noise**2
    bias = (H @ f - f_there).square().mean(dim=1)
    variance = noise**2 * H.square().sum(dim=2).mean(dim=1)
    return _laid_out(size, present, x, y, f_there, fits, train, test, bias, variance, noise)


def _laid_out(size, present, x, y, f_there, fits, train, test, bias, variance, noise) -> dict[str, Tensor]:
    """Pick the shown size out of all, choose the sentence and judge the challenges."""
    here = (size == SIZES).double()
    total = bias + variance + noise**2
    best = total.argmin() + 1
    now = {"now_train": here @ train, "now_test": here @ test, "now_total": here @ total}
    shares = torch.stack([here @ bias, here @ variance, noise**2])
    floor = torch.full((), SMALLEST, dtype=torch.float64)
    return now | {
        "points": torch.stack([torch.where(present, x, math.nan), torch.where(present, y, math.nan)]),
        "fitted": (here @ fits).clamp(-4, 4),
        "true": f_there,
        "train": torch.maximum(train, floor),
        "test": torch.maximum(test, floor).clamp_max(1e3),
        "mark": torch.stack([size, size]).double(),
        "terms": torch.stack([bias, variance, total]).clamp(SMALLEST, 1e3),
        "shares": shares,
        "top": torch.stack([torch.zeros_like(noise), 1.15 * shares.max().clamp_min(0.05)]),
        "best": best,
        "side": torch.where(size < best, 0.0, torch.where(size > best, 2.0, 1.0)),
        "at_best": size == best,
        "noisy": shares[1] > 10 * shares[0].clamp_min(1e-9) + 10 * shares[2],
        "tamed": (size == MOST) & (here @ total < 1.5 * total.min()) & (noise > 0.19),
    }


def draw(points, fitted, true, train, test, mark, terms, shares, top):
    """Lay out the fit, the three terms as bars, and both over all sizes."""
    x = PLACES.tolist()
    dots = go.Scatter(x=points[0], y=points[1], name="readings", mode="markers", hoverinfo="skip")
    dots.update(marker=dict(size=8, color=COLORS["data"]))
    fit = [
        line(x, true, "truth", COLORS["noise"], 2, "8px,4px"),
        line(x, fitted, "fit", COLORS["model"], 3),
        dots,
    ]
    sizes = SIZES.tolist()
    ends = dict(type="log", range=[-3, 2], dtick=1, exponentformat="power")
    across = dict(range=[0.5, MOST + 0.5], dtick=1, title_text="functions")
    now = line(mark, [SMALLEST, 100], "now", COLORS["noise"], 2, "2px,3px", showlegend=False)
    errors = [
        line(sizes, train, "training error", COLORS["data"], 2, "8px,4px"),
        line(sizes, test, "test error", COLORS["model"], 3),
        now,
    ]
    parts = [
        line(sizes, terms[0], "bias²", CATEGORICAL[3], 2, "8px,4px"),
        line(sizes, terms[1], "variance", CATEGORICAL[6], 2, "2px,3px"),
        line(sizes, terms[2], "sum with noise", CATEGORICAL[4], 3),
        now,
    ]
    colors = [CATEGORICAL[3], CATEGORICAL[6], COLORS["noise"]]
    bars = go.Bar(x=["bias²", "variance", "noise"], y=shares, name="terms", hoverinfo="skip", width=0.6)
    bars.update(marker_color=colors, showlegend=False)
    plane = dict(xaxis=dict(range=[-1.05, 1.05], title_text="x"), yaxis=dict(range=[-2.6, 2.6]))
    return {
        "fit": panel(fit, "The fit", 300, **plane),
        "bars": _bars(bars, top),
        "errors": panel(errors, "Errors on these readings and on new ones", 260, xaxis=across, yaxis=ends),
        "terms": panel(parts, "Expected over all sets of readings", 260, xaxis=across, yaxis=ends),
    }


def _bars(bars: go.Bar, top) -> go.Figure:
    title = "Expected error, by cause"
    axis = dict(range=[top[0], top[1]])
    return frame([bars], alt=title, default="", title=title, height=300, above=0, below=48, yaxis=axis)


_NOW = "With {size} functions the training error is {now_train:.3f} and the test error {now_test:.3f}; "

basis_regression = Explorer(
    name="basis-regression",
    title="How many functions?",
    compute=fit_all_sizes,
    draw=draw,
    controls={
        "bumps": Choice({"polynomials": 0, "Gaussian bumps": 1}, label="family"),
        "size": Slider(1, MOST, 2, integer=True, label="functions"),
        "width": Slider(0.05, 1, 0.3, log=True, label="width of the bumps"),
        "truth": Choice({"one wave": 0, "three waves": 1, "a step": 2}, label="truth"),
        "readings": Slider(4, READINGS, 12, integer=True, label="readings N"),
        "noise": Slider(0, 0.8, 0.3, label="noise σ"),
        "ridge": Slider(-8, 1, -8, marks={-8: "none"}, label="ridge, log₁₀ λ"),
        "sample": Slider(0, SAMPLES - 1, 0, integer=True, label="set of errors"),
    },
    presets={
        "too simple": {"size": 1},
        "too flexible": {"size": 12},
        "flexible, with a ridge": {"size": 12, "ridge": -0.5},
        "flexible, with more data": {"size": 12, "readings": 40},
        "narrow bumps": {"bumps": "Gaussian bumps", "size": 12, "width": 0.06},
    },
    says=Cases(
        "side",
        (
            _NOW + "too simple: {best:d} would be best.",
            _NOW + "no other number does better on average.",
            _NOW + "too flexible: {best:d} would be best.",
        ),
    ),
    readouts=(
        "Expected over all sets of readings: bias² {shares[0]:.3f} + variance {shares[1]:.3f} + noise "
        "{shares[2]:.3f} = {now_total:.3f}.",
    ),
    challenges=(
        Challenge("Find the number of functions with the least expected error.", met="at_best"),
        Challenge("Make the variance ten times as large as bias² and noise together.", met="noisy"),
        Challenge(
            "With noise of 0.2 or more, bring 12 functions to within half more than the best number's error.",
            met="tamed",
        ),
    ),
    look_for="Add functions one by one. The training error can only fall; at which number does the test "
    "error turn, and which bar takes over there?",
)
