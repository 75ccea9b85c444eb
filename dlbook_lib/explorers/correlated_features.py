r"""Two features that say almost the same: the lasso picks one of them, ridge lets them share.

Least squares with a penalty, over 40 examples whose two features have mean 0, variance 1 and correlation
exactly :math:`\rho`:

.. math:: \tfrac1{2N} \lVert y - Xw \rVert_2^2 + \lambda \lVert w \rVert_1
    \quad\text{and}\quad \tfrac1{2N} \lVert y - Xw \rVert_2^2 + \tfrac\lambda2 \lVert w \rVert_2^2 ,

the lasso of Tibshirani (1996) and the ridge of Hoerl and Kennard (1970). Ridge draws the weights of alike
features together, as Zou and Hastie (2005, theorem 1) prove for the elastic net:

.. math:: \lvert w_1 - w_2 \rvert \le \sqrt{2 (1 - \rho)}\, \lVert y \rVert_2 / (\lambda \sqrt N).

Ours takes ridge alone and, for a negative :math:`\rho`, turns the second feature round.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Noise, Slider
from dlbook_lib.explorers._penalty_math import NO_BUDGET, Bowl, Penalty, regularized_minimum
from dlbook_lib.explorers._penalty_panels import W1, W2, curve, line, panel, ring
from dlbook_lib.figures.theme import COLORS

__all__ = ["compare_penalties", "correlated_features", "make_features"]

EXAMPLES = 40
STRENGTHS = torch.logspace(-3, 1, 81, dtype=torch.float64)


def make_features(noise: Tensor, correlation: Tensor) -> tuple[Tensor, Tensor]:
    r"""Make two features of a given correlation, and errors, from stored numbers.

    Parameters
    ----------
    noise : Tensor of shape (N, 3)
        Standard normal.
    correlation : Tensor of shape ()
        :math:`\rho`, above -1 and below 1.

    Returns
    -------
    features : Tensor of shape (N, 2)
        Columns of mean 0, variance 1 and correlation exactly :math:`\rho`, float64.
    errors : Tensor of shape (N,)
        Of mean 0, float64.

    Examples
    --------
    >>> x, _ = make_features(torch.randn(40, 3), torch.tensor(0.5))
    >>> round((x[:, 0] * x[:, 1]).mean().item(), 6)
    0.5
    """
    noise, correlation = noise.double(), correlation.double()
    first, second, errors = (column - column.mean() for column in (noise[:, 0], noise[:, 1], noise[:, 2]))
    first = first / first.square().mean().sqrt()
    second = second - (first * second).mean() * first
    second = second / second.square().mean().sqrt()
    second = correlation * first + (1 - correlation**2).sqrt() * second
    return torch.stack([first, second], dim=-1), errors


def compare_penalties(
    correlation: Tensor, strength: Tensor, effect: Tensor, spread: Tensor, noise: Tensor
) -> dict[str, Tensor]:
    """Fit two correlated features by lasso and by ridge, at one strength and at many.

    Parameters
    ----------
    correlation : Tensor
        Of the two features.
    strength : Tensor
        The penalty's λ.
    effect : Tensor
        True weight of the second feature; that of the first is 1.
    spread : Tensor
        Standard deviation of the errors.
    noise : Tensor of shape (40, 3)
        Standard normal.

    Returns
    -------
    dict
        What the panels and sentences show.
    """
    x, errors = make_features(noise, correlation)
    y = x[:, 0] + effect.double() * x[:, 1] + spread.double() * errors
    rho, one = correlation.double(), torch.ones((), dtype=torch.float64)
    told = (x * y[:, None]).mean(0)
    free = torch.stack([told[0] - rho * told[1], told[1] - rho * told[0]]) / (1 - rho * rho)
    gram = torch.stack([torch.stack([one, rho]), torch.stack([rho, one])])
    bowl = Bowl(gram / 2, free)

    strengths = torch.cat([strength.double()[None], STRENGTHS])
    ones, none = torch.tensor([1.0, 1.0, 0.0]).double(), torch.full_like(strengths, NO_BUDGET)
    lasso = regularized_minimum(bowl, Penalty(ones[0], ones[1], ones[2]), strengths, none)
    stiff = 1 + strengths  # X'X / N + λ, whose inverse is written out
    own, other = stiff / (stiff**2 - rho**2), rho / (stiff**2 - rho**2)
    ridge = torch.stack([own * told[0] - other * told[1], own * told[1] - other * told[0]], dim=-1)
    now = strengths[0]
    return _shown(bowl, lasso, ridge, now) | _verdicts(bowl, lasso[0], ridge[0], effect.double(), rho, y, now)


def _shown(bowl: Bowl, lasso: Tensor, ridge: Tensor, strength: Tensor) -> dict[str, Tensor]:
    """Lay out the two paths and the plane."""
    paths = torch.cat([lasso, ridge])
    low, high = paths.min().clamp_max(0), paths.max().clamp_min(0.1)
    margin = 0.08 * (high - low)
    size = torch.maximum(bowl.centre.abs().max(), paths.abs().max()) + 0.3
    gap = torch.full((1, 2), math.nan, dtype=torch.float64)
    levels = [ring(bowl, (bowl.height(0 * bowl.centre) * part).clamp_min(1e-9)) for part in (0.02, 0.1, 0.3)]
    return {
        "lasso": lasso[0],
        "ridge": ridge[0],
        "free": bowl.centre,
        "lasso_path": lasso[1:],
        "ridge_path": ridge[1:],
        "levels": torch.cat([row for level in levels for row in (level, gap)]),
        "paths_range": torch.stack([low - margin, high + margin]),
        "plane_range": torch.stack([-size, size]),
        "here": strength.expand(2),
    }


def _verdicts(
    bowl: Bowl, lasso: Tensor, ridge: Tensor, effect: Tensor, rho: Tensor, y: Tensor, strength: Tensor
) -> dict[str, Tensor]:
    """Choose the sentence, judge the challenges, and bound how far ridge lets alike features differ."""
    zero = lasso == 0
    turned = ridge * torch.stack(
        [torch.ones_like(rho), torch.where(rho < 0, -torch.ones_like(rho), torch.ones_like(rho))]
    )
    gap = (turned[0] - turned[1]).abs()
    equal = torch.minimum(turned[0], turned[1]) / torch.maximum(turned[0], turned[1])
    shared = (turned[0] * turned[1] > 0) & (torch.where(turned.sum() > 0, equal, 1 / equal) > 0.9)
    apart = bowl.height(bowl.centre + lasso - ridge) * 2
    alone = zero[0] ^ zero[1]
    second = effect.abs() < 1  # is the weaker one
    return {
        "picks": zero[0] * 1.0 + zero[1] * 2.0,
        "gap": gap,
        "bound": (2 * (1 - rho.abs())).sqrt() * y.square().mean().sqrt() / strength,
        "condition": (1 + rho.abs()) / (1 - rho.abs()),
        "apart": apart.sqrt(),
        "scale": y.square().mean().sqrt(),
        "shared": alone & shared,
        "wrong": alone & ((second & zero[0]) | (~second & zero[1])) & ((effect.abs() - 1).abs() > 0.05),
    }


def draw(lasso, ridge, free, lasso_path, ridge_path, levels, paths_range, plane_range, here):
    """Lay out the two paths and the plane."""
    return {
        "lasso": _draw_path(lasso_path, paths_range, here, "Lasso: the weights over λ"),
        "ridge": _draw_path(ridge_path, paths_range, here, "Ridge: the weights over λ"),
        "plane": _draw_plane(levels, lasso, ridge, free, lasso_path, ridge_path, plane_range),
    }


def _draw_path(path, paths_range, here, title: str) -> go.Figure:
    traces = [
        line(STRENGTHS.tolist(), path[:, 0], "w₁", W1, 3),
        line(STRENGTHS.tolist(), path[:, 1], "w₂", W2, 3, "8px,4px"),
        line(here, paths_range, "λ now", COLORS["noise"], 2, "2px,3px"),
    ]
    ticks = dict(tickvals=[0.001, 0.01, 0.1, 1, 10], ticktext=["0.001", "0.01", "0.1", "1", "10"])
    x = dict(type="log", range=[-3, 1], title_text="strength λ") | ticks
    return panel(traces, title, 240, xaxis=x, yaxis=dict(range=[paths_range[0], paths_range[1]]))


def _draw_plane(levels, lasso, ridge, free, lasso_path, ridge_path, plane_range) -> go.Figure:
    def spot(place, name: str, color: str, symbol: str) -> go.Scatter:
        marker = dict(size=11, color=color, symbol=symbol)
        return go.Scatter(
            x=[place[0]], y=[place[1]], name=name, mode="markers", marker=marker, hoverinfo="skip"
        )

    traces = [
        curve(levels, "contours", COLORS["data"], 1, showlegend=False),
        curve(lasso_path, "lasso's path", COLORS["model"], 2, showlegend=False),
        curve(ridge_path, "ridge's path", COLORS["gradient"], 2, "8px,4px", showlegend=False),
        spot(free, "no penalty", COLORS["data"], "cross"),
        spot(lasso, "lasso", COLORS["model"], "diamond"),
        spot(ridge, "ridge", COLORS["gradient"], "circle"),
    ]
    axis = dict(range=[plane_range[0], plane_range[1]], constrain="domain")
    square = dict(xaxis=axis | dict(title_text="w₁"), yaxis=axis | dict(title_text="w₂", scaleanchor="x"))
    return panel(traces, "Contours of the squared error", 300, aspect=1, **square)


_AT = "With features of correlation {correlation:.2f} and λ = {strength:.3f}, the lasso "
_RIDGE = " Ridge gives ({ridge[0]:.2f}, {ridge[1]:.2f}), least squares ({free[0]:.2f}, {free[1]:.2f})."

correlated_features = Explorer(
    name="correlated-features",
    title="Two features that say the same",
    compute=compare_penalties,
    draw=draw,
    controls={
        "correlation": Slider(-0.99, 0.99, 0.98, marks={0: "unrelated"}, label="correlation of the features"),
        "strength": Slider(
            0.001, 10, 0.3, log=True, marks={0.001: "free", 10: "nothing left"}, label="strength λ"
        ),
        "effect": Slider(
            -2, 2, 1, marks={0: "no effect", 1: "as the first"}, label="true weight of feature 2"
        ),
        "spread": Slider(0, 2, 1, marks={0: "none"}, label="spread of the errors"),
        "noise": Noise(EXAMPLES, 3, draws=8, label="examples"),
    },
    presets={
        "unrelated features": {"correlation": 0.0},
        "other examples": {"noise": 3},
        "opposite features": {"correlation": -0.98, "effect": -1.0},
        "without errors": {"spread": 0.0},
    },
    says=Cases(
        "picks",
        (
            _AT + "keeps both features, ({lasso[0]:.2f}, {lasso[1]:.2f})." + _RIDGE,
            _AT + "picks feature 2, ({lasso[0]:.2f}, {lasso[1]:.2f}), and drops feature 1 entirely." + _RIDGE,
            _AT + "picks feature 1, ({lasso[0]:.2f}, {lasso[1]:.2f}), and drops feature 2 entirely." + _RIDGE,
            _AT + "drops both features." + _RIDGE,
        ),
    ),
    readouts=(
        "The predictions of the two differ by {apart:.3f} (root mean square), where the targets have size "
        "{scale:.3f}.",
        "Ridge's weights differ by {gap:.3f}, up to the sign of the correlation; they cannot differ by more "
        "than {bound:.3f}. Condition number of XᵀX: {condition:.1f}.",
    ),
    challenges=(
        Challenge(
            "Find a λ at which the lasso drops a feature while ridge's weights agree to 10 %.", met="shared"
        ),
        Challenge("Make the lasso keep the feature whose true weight is the smaller one.", met="wrong"),
    ),
    look_for="Both features have the same true weight, 1. Which will each method keep? Then take other "
    "examples: which of the two answers stays the same?",
)
