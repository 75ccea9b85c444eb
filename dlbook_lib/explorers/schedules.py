r"""Build a schedule, and see what is left of the loss: distance not yet covered, and noise.

In a bowl with curvatures 1 and 5 and gradient noise of variance :math:`s^2`, stochastic gradient descent has
an expected squared distance that follows exactly, direction by direction,

.. math:: E_{t+1} = (1 - \eta_t \lambda)^2 E_t + \eta_t^2 s^2,

so no noise needs to be drawn. At a constant rate it ends on the floor
:math:`\eta s^2 / (\lambda (2 - \eta\lambda))`. The schedules are those of :mod:`dlbook_lib.optim.schedules`
(Loshchilov and Hutter 2017 for the cosine and its restarts).
"""

from __future__ import annotations

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Slider
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import COLORS
from dlbook_lib.optim.schedules import cosine, step_decay, warm_restarts, warm_up

__all__ = ["expected_losses", "schedules", "train"]

STEPS = 200
AT = torch.arange(STEPS, dtype=torch.float64)
CURVATURES = torch.tensor([1.0, 5.0], dtype=torch.float64)
START = torch.tensor([16.0, 16.0], dtype=torch.float64)  # squared distances
LOWEST = 1e-3
KINDS = {"constant": 0.0, "cut in steps": 1.0, "cosine": 2.0, "warm restarts": 3.0}


def expected_losses(rates: Tensor, noise: Tensor) -> Tensor:
    """Follow the expected loss, exactly.

    Parameters
    ----------
    rates : Tensor of shape (T, K)
        Learning rates, of K schedules.
    noise : Tensor
        Variance of the gradient's noise, for each weight.

    Returns
    -------
    Tensor of shape (T + 1, K)
        Expected losses before the first step and after each.
    """
    kept = (1 - rates[:, None] * CURVATURES[:, None]).square()  # (T, 2, K)
    added = (rates.square() * noise)[:, None] + 0 * kept
    squares = [START[:, None] + 0 * kept[0]]
    for keep, add in zip(kept.unbind(0), added.unbind(0)):
        squares.append(keep * squares[-1] + add)
    return (CURVATURES[:, None] * torch.stack(squares)).sum(1) / 2


def train(kind: Tensor, high: Tensor, warm: Tensor, period: Tensor, noise: Tensor) -> dict[str, Tensor]:
    """Build the schedule, and run it beside the constant rate.

    Parameters
    ----------
    kind : Tensor
        0 constant, 1 steps, 2 cosine, 3 restarts.
    high : Tensor
        The highest rate.
    warm : Tensor
        Steps of warm-up.
    period : Tensor
        Steps between cuts, or the length of the first cycle.
    noise : Tensor
        Variance of the noise.

    Returns
    -------
    dict
        Rates, losses and floors over the steps, and what the sentences show.
    """
    high, warm, period, noise = (x.double() for x in (high, warm, period, noise))
    kinds = torch.stack(
        [
            high + 0 * AT,
            step_decay(AT, every=period, high=high, factor=0.2),
            cosine(AT, steps=STEPS, high=high),
            warm_restarts(AT, period=period, high=high, multiplier=torch.full_like(period, 2.0)),
        ]
    )
    rates = warm_up(AT, kinds[kind.long()], steps=warm)
    both = expected_losses(torch.stack([rates, high + 0 * AT], dim=1), noise)
    floor = (rates[:, None] * noise / (2 - rates[:, None] * CURVATURES)).sum(1) / 2
    end, constant = both[-1]
    return {
        "rates": rates,
        "losses": both[:, 0].clamp(LOWEST, 1e3),
        "constants": both[:, 1].clamp(LOWEST, 1e3),
        "floor": floor.clamp(LOWEST, 1e3),
        "end": end.clamp(max=1e6),
        "constant_end": constant.clamp(max=1e6),
        "gain": constant / end.clamp_min(1e-12),
        "verdict": torch.where(kind == 0, 0, torch.where(end < constant, 1, 2)),
        "low": end < 0.02,
        "saved": (end < 0.05 * constant) & (noise >= 1) & (constant < 1),
        "late": (end > constant) & (kind > 0),
    }


def draw(rates, losses, constants, floor):
    """Lay out the rate and the loss over the steps."""
    return {"rate": _draw_rate(rates), "loss": _draw_loss(losses, constants, floor)}


def _draw_rate(rates) -> go.Figure:
    traces = [line(list(range(STEPS)), rates, "rate", COLORS["gradient"])]
    y = dict(range=[0, 0.37], title_text="rate")
    return panel(traces, "The schedule", 220, xaxis=dict(title_text="step"), yaxis=y)


def _draw_loss(losses, constants, floor) -> go.Figure:
    steps = list(range(STEPS + 1))
    traces = [
        line(steps, constants, "constant rate", COLORS["noise"], 2, "6px,3px"),
        line(steps[:-1], floor, "floor of the rate", COLORS["gradient"], 1, "2px,3px"),
        line(steps, losses, "your schedule", COLORS["model"], 3),
    ]
    y = dict(type="log", range=[-3, 2], dtick=1, exponentformat="power", title_text="expected loss")
    return panel(traces, "What is left of the loss", 300, xaxis=dict(title_text="step"), yaxis=y)


schedules = Explorer(
    name="schedules",
    title="Build a schedule",
    compute=train,
    draw=draw,
    controls={
        "kind": Choice(KINDS, "constant", label="Schedule"),
        "high": Slider(0.005, 0.35, 0.2, log=True, label="highest rate"),
        "warm": Slider(0, 100, 0, step=5, marks={0: "none"}, label="warm-up, in steps"),
        "period": Slider(10, 150, 60, step=5, label="steps to a cut or a restart"),
        "noise": Slider(0.01, 4, 1, log=True, marks={0.01: "full batch"}, label="variance of the noise"),
    },
    presets={
        "cosine": {"kind": "cosine"},
        "cut three times": {"kind": "cut in steps", "period": 60},
        "too small from the start": {"kind": "cosine", "high": 0.01},
        "restarts": {"kind": "warm restarts", "period": 30},
    },
    says=Cases(
        "verdict",
        (
            "At a constant rate of {high:.3f} the expected loss ends at {end:.4f}.",
            "The expected loss ends at {end:.4f}; the constant rate would have left {constant_end:.4f}, "
            "{gain:.1f} times as much.",
            "The expected loss ends at {end:.4f}, above the {constant_end:.4f} of the constant rate: "
            "the rates were too small to get there.",
        ),
    ),
    challenges=(
        Challenge("End below 0.02.", met="low"),
        Challenge(
            "With noise of variance 1 or more, end below a twentieth of what the constant rate leaves.",
            met="saved",
        ),
        Challenge("Build a schedule that does worse than its constant rate.", met="late"),
    ),
    look_for="The dotted line is the floor that belongs to the rate of each moment. The loss follows it with "
    "a delay. Where does it lag behind?",
)
