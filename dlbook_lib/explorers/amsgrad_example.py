r"""A problem in one dimension that sends Adam to the worst place, and AMSGrad to the best.

The gradient is :math:`C` at one step in three and :math:`-1` at the others, over :math:`w \in [-1, 1]`
(Reddi, Kale and Kumar, "On the convergence of Adam and beyond", 2018, section 3). Both rules run without a
first mean and without bias correction, at a rate that falls as one over the root of the step; the paper's
:math:`\beta_2 = 1 / (1 + C^2)` is one choice of many here. Without a first mean all mean squares can be
written down at once, as a matrix times the squared gradients; only the walk between the walls is a loop.
"""

from __future__ import annotations

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Explorer, Slider
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.figures.theme import COLORS

__all__ = ["amsgrad_example", "run_both"]

STEPS = 180
EPSILON = 1e-8
AT = torch.arange(1, STEPS + 1, dtype=torch.float64)


def run_both(large: Tensor, beta2: Tensor) -> dict[str, Tensor]:
    """Run Adam and AMSGrad from 0.

    Parameters
    ----------
    large : Tensor
        The gradient C of every third step.
    beta2 : Tensor
        The memory of the mean square.

    Returns
    -------
    dict
        Both ways, Adam's steps within a round, and what the sentences show.
    """
    large, beta2 = large.double(), beta2.double()
    g = torch.where(AT % 3 == 1, large, -1.0)  # (T,)
    back = AT[:, None] - AT + 0 * large  # how many steps column k lies behind row t
    weights = torch.where(back >= 0, (1 - beta2) * beta2 ** back.clamp_min(0), 0.0)
    square = weights @ g.square()  # v after every step
    largest = torch.where(back >= 0, square, 0.0).amax(dim=1)  # of all v so far
    steps = -g / (torch.stack([square, largest]).sqrt() + EPSILON)  # (2, T), in units of the rate
    ways = [torch.zeros_like(steps[:, 0])]
    for step in (0.5 / AT.sqrt() * steps).unbind(1):
        ways.append((ways[-1] + step).clamp(-1, 1))
    adam_way, amsgrad_way = torch.stack(ways, dim=1).unbind(0)
    moves, up = steps[0, -3:], large > 2  # the last three: on C, on -1, on -1
    end, other = adam_way[-1], amsgrad_way[-1]
    return {
        "adam_way": adam_way,
        "amsgrad_way": amsgrad_way,
        "moves": moves,
        "drift": moves.sum(),
        "best": torch.where(up, -1.0, 1.0),
        "adam_end": end,
        "amsgrad_end": other,
        "verdict": torch.where(~up, 2, torch.where(moves.sum() > 0, 0, 1)),
        "wrong": up & (end > 0.9),
        "cured": up & (end < -0.5) & (large >= 3),
        "paper": (beta2 - 1 / (1 + large * large)).abs() < 0.01,
    }


def draw(adam_way, amsgrad_way, moves):
    """Lay out both ways, and Adam's three steps of a round."""
    return {"ways": _draw_ways(adam_way, amsgrad_way), "round": _draw_round(moves)}


def _draw_ways(adam_way, amsgrad_way) -> go.Figure:
    steps = list(range(STEPS + 1))
    traces = [
        line(steps, adam_way, "Adam", COLORS["model"], 2),
        line(steps, amsgrad_way, "AMSGrad", COLORS["data"], 2, "6px,3px"),
    ]
    y = dict(range=[-1.1, 1.1], dtick=0.5, title_text="w")
    return panel(traces, "Two ways over [−1, 1]", 300, xaxis=dict(title_text="step"), yaxis=y)


def _draw_round(moves) -> go.Figure:
    bars = go.Bar(
        x=["on C", "on −1", "on −1, again"],
        y=moves,
        name="Adam's steps, in units of the rate",
        marker_color=COLORS["model"],
    )
    y = dict(range=[-3.2, 3.2], dtick=1)
    return panel([bars], "The last round of three", 240, yaxis=y)


amsgrad_example = Explorer(
    name="amsgrad-example",
    title="Where Adam goes wrong",
    compute=run_both,
    draw=draw,
    controls={
        "large": Slider(1.5, 8, 3, label="the rare gradient C"),
        "beta2": Slider(0, 0.999, 0.4, step=0.001, marks={0: "forgets at once"}, label="memory β₂"),
    },
    presets={
        "the paper's example": {"large": 3, "beta2": 0.1},
        "a long memory": {"large": 3, "beta2": 0.99},
        "a rarer shock": {"large": 8, "beta2": 0.015},
    },
    says=Cases(
        "verdict",
        (
            "A round's gradients add up to more than 0, so −1 is best. Adam's steps of a round add up to "
            "{drift:+.2f}, the wrong way: it stands at {adam_end:.2f}, and AMSGrad at {amsgrad_end:.2f}.",
            "A round's gradients add up to more than 0, so −1 is best. Adam's steps of a round add up to "
            "{drift:+.2f}, the right way: it stands at {adam_end:.2f}, and AMSGrad at {amsgrad_end:.2f}.",
            "With C of at most 2 the gradients of a round add up to 0 or less, and 1 is best. Adam stands at "
            "{adam_end:.2f}, AMSGrad at {amsgrad_end:.2f}.",
        ),
    ),
    challenges=(
        Challenge("Send Adam to above 0.9 although −1 is best.", met="wrong"),
        Challenge("With C of 3 or more, turn Adam around by its memory alone.", met="cured"),
    ),
    look_for="The bars are Adam's three steps of one round. The gradient C is by far the largest. "
    "Is its step, too?",
)
