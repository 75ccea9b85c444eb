r"""One bar lost from a formula: the sampler still finds the mean, and loses two thirds of the spread.

The reverse step of Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models" (2020, algorithm 2),

.. math:: x_{t-1} = \frac{1}{\sqrt{\alpha_t}} \Bigl(x_t - \frac{\beta_t}{\sqrt{1 - \bar\alpha_t}}\,
    \hat\epsilon(x_t)\Bigr) + \sigma_t z, \qquad \sigma_t^2 = \beta_t \text{ or }
    \tilde\beta_t = \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t} \beta_t,

is at times printed with :math:`\alpha_t` below the line. For data from one Gaussian :math:`N(m, s^2)` the
best noise prediction is linear in x, so every :math:`x_t` of the chain is Gaussian and its moments are exact:
nothing is sampled here, and no network errs. The chain has the paper's 1000 linear steps.

Differs from the paper: no noise is added in the last step, as in its algorithm, whichever variance is chosen.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Slider, Toggle
from dlbook_lib.explorers._diffusion_math import STEPS, at
from dlbook_lib.explorers._diffusion_panels import curve, dot, lines
from dlbook_lib.figures.theme import COLORS
from dlbook_lib.generative.schedules import betas_of, linear_schedule

__all__ = ["diffusion_missing_bar", "reverse_moments"]

_FADE = linear_schedule()  # for t = 0, ..., 1000
_BAR, _BETA = _FADE[1:], betas_of(_FADE)
_ALPHA, _LEFT = 1 - _BETA, 1 - _BAR
_LESS = _BETA * (1 - _FADE[:-1]) / _LEFT  # the smaller variance
_SHOWN = list(range(0, STEPS + 1, 20))
_X = torch.linspace(-4, 6, 241)


def reverse_moments(mean: Tensor, spread: Tensor, printed: Tensor, smaller: Tensor) -> tuple[Tensor, Tensor]:
    r"""Follow the mean and standard deviation of the reverse chain, for data from one Gaussian.

    With :math:`v_t = \bar\alpha_t s^2 + 1 - \bar\alpha_t`, the best prediction is
    :math:`\hat\epsilon(x) = \sqrt{1 - \bar\alpha_t}\, (x - \sqrt{\bar\alpha_t}\, m) / v_t`, and a step is
    :math:`x_{t-1} = a_t x_t + b_t + \sigma_t z`. Divided by the product of the :math:`a` so far, the mean is
    a running sum of b, and the variance one of :math:`\sigma^2`.

    Parameters
    ----------
    mean, spread : Tensor
        Those of the data.
    printed : Tensor
        Whether alpha stands where alpha-bar belongs, bool.
    smaller : Tensor
        Whether the noise has the smaller variance, bool.

    Returns
    -------
    means, deviations : Tensor of shape (1001,)
        At t = 0, ..., 1000, from N(0, 1) at the end, in float64.

    Examples
    --------
    >>> no = torch.tensor(False)
    >>> reverse_moments(torch.tensor(2.0), torch.tensor(0.5), ~no, no)[1][0].float()
    tensor(0.1746)
    """
    m, variance = mean.double(), _BAR * spread.double() ** 2 + _LEFT
    pull = _BETA / torch.where(printed, _BETA, _LEFT).sqrt() * _LEFT.sqrt() / variance
    factor = (1 - pull) / _ALPHA.sqrt()
    shift = pull * _BAR.sqrt() * m / _ALPHA.sqrt()
    added = torch.where(smaller, _LESS, _BETA) * (torch.arange(STEPS) > 0)

    product = factor.log().flip(0).cumsum(0).exp()  # from t = 1000 on
    means = product * (shift.flip(0) / product).cumsum(0)
    variances = product**2 * (1 + (added.flip(0) / product**2).cumsum(0))
    start = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    return torch.cat((start[0], means)).flip(0), torch.cat((start[1], variances)).flip(0).sqrt()


def lose_the_bar(
    mean: Tensor, spread: Tensor, t: Tensor, printed: Tensor, smaller: Tensor
) -> dict[str, Tensor]:
    """Compare the reverse chain with the forward one, which it should undo, at every t."""
    means, deviations = reverse_moments(mean, spread, printed, smaller)
    true_means = _FADE.sqrt() * mean
    true_deviations = (_FADE * spread.double() ** 2 + 1 - _FADE).sqrt()
    centre, width = at(means, t), at(deviations, t)
    true_centre, true_width = at(true_means, t), at(true_deviations, t)
    ratio = deviations[0] / spread
    near = [((mean + side * spread - means[0]) / deviations[0] / math.sqrt(2)).float() for side in (1, -1)]
    law, true_law = _bell(centre, width), _bell(true_centre, true_width)
    here = torch.stack((t, t)).double()
    return {
        "low": (means - 2 * deviations)[_SHOWN],
        "high": (means + 2 * deviations)[_SHOWN],
        "true_low": (true_means - 2 * true_deviations)[_SHOWN],
        "true_high": (true_means + 2 * true_deviations)[_SHOWN],
        "law": law,
        "true_law": true_law,
        "law_range": torch.stack((torch.zeros(()), 1.1 * torch.maximum(law.max(), true_law.max()))),
        "now": here,
        "centre": centre,
        "width": width,
        "true_centre": true_centre,
        "true_width": true_width,
        "end_mean": means[0],
        "end_spread": deviations[0],
        "ratio": ratio,
        "sharp": 0.5 * (torch.erf(near[0]) - torch.erf(near[1])),
        "divisor": torch.where(printed, _BETA, _LEFT).sqrt()[19::20],
        "divisor_now": at(torch.where(printed, _BETA, _LEFT).sqrt(), (t - 1).clamp_min(0)).expand(1),
        "divided_at": t.clamp_min(1).expand(1),
        "kind": torch.where(printed, 1.0, torch.where(ratio < 0.985, 2.0, 0.0)),
        "lost": (printed & (ratio < 0.29)).float(),
        "lean": (~printed & (ratio < 0.97)).float(),
    }


def _bell(mean: Tensor, deviation: Tensor) -> Tensor:
    return torch.exp(-(((_X - mean) / deviation) ** 2) / 2) / (deviation * math.sqrt(2 * math.pi))


def draw(
    low, high, true_low, true_high, law, true_law, law_range, now, divisor, divisor_now, divided_at
) -> dict[str, go.Figure]:
    """Lay out three panels: bands over time, the two laws at one time, what the step divides by."""
    x, blue, rust = _X.tolist(), COLORS["data"], COLORS["model"]
    bands = [
        curve(_SHOWN, true_low, "", blue, width=1, showlegend=False),
        curve(_SHOWN, true_high, "truth", blue, width=1, fill="tonexty", fillcolor="rgba(5,113,229,0.15)"),
        curve(_SHOWN, low, "", rust, dash="8px,4px", showlegend=False),
        curve(_SHOWN, high, "sampler", rust, dash="8px,4px"),
    ]
    present = dict(type="line", x0=now[0], x1=now[1], y0=-4, y1=6, line=dict(width=1, dash="dot"))
    laws = [curve(x, true_law, "truth", blue), curve(x, law, "sampler", rust, dash="8px,4px")]
    times = _SHOWN[1:]
    divisors = [
        curve(times, _LEFT.sqrt()[19::20].tolist(), "√(1 − ᾱ)", blue),
        curve(times, divisor, "used", rust, dash="8px,4px"),
        dot(divided_at, divisor_now, showlegend=False),
    ]
    span, over = dict(range=[0, STEPS]), dict(range=[-4, 6])
    return {
        "band": lines(bands, "Mean ± 2 sd: time runs to the left", "t", span, over, [present]),
        "law": lines(
            laws, "Where x stands at t = {t:d}", "x", over, dict(range=[law_range[0], law_range[1]])
        ),
        "divisor": lines(
            divisors, "What the predicted noise is divided by", "t", span, dict(range=[0, 1.05])
        ),
    }


diffusion_missing_bar = Explorer(
    name="diffusion-missing-bar",
    title="One bar lost",
    compute=lose_the_bar,
    draw=draw,
    controls={
        "printed": Toggle(True, label="leave out the bar: α for ᾱ"),
        "spread": Slider(0.1, 1.5, 0.5, log=True, label="spread of the data, s"),
        "mean": Slider(0, 3, 2, step=0.1, label="mean of the data, m"),
        "smaller": Toggle(label="noise of the smaller variance"),
        "t": Slider(0, STEPS, 0, integer=True, marks={0: "data", STEPS: "noise"}, label="t"),
    },
    presets={
        "with the bar": {"printed": False},
        "half way": {"t": 300},
        "wide data": {"spread": 1},
        "narrow data, smaller variance": {"printed": False, "smaller": True, "spread": 0.2},
    },
    says=Cases(
        "kind",
        (
            "With the bar, the sampler ends at mean {end_mean:.2f} and standard deviation {end_spread:.3f}; "
            "the data have {mean:.2f} and {spread:.3f}.",
            "Without the bar, the sampler ends at mean {end_mean:.2f}, but with a standard deviation of "
            "{end_spread:.3f} instead of {spread:.3f}. It looks better than the truth: {sharp:.1%} of its "
            "samples lie within s of m, where the data have 68.3%.",
            "With the bar, the sampler ends at mean {end_mean:.2f}, but noise of the smaller variance leaves "
            "it a standard deviation of {end_spread:.4f} instead of {spread:.4f}.",
        ),
    ),
    readouts=(
        "At t = {t:d} the sampler has mean {centre:.3f} and standard deviation {width:.3f}; noising the data "
        "up to there gives {true_centre:.3f} and {true_width:.3f}.",
    ),
    challenges=(
        Challenge("Without the bar, find data that keep less than 0.29 of their spread.", met="lost"),
        Challenge(
            "With the bar, find a setting that loses more than 3% of the spread all the same.", met="lean"
        ),
    ),
    look_for="Compare the two bands: at which t does the sampler begin to lose its spread? Then put the bar "
    "back.",
)
