r"""Six optimizers race down one loss of two weights, from a place that the reader drags.

Gradient descent, momentum, Nesterov's look-ahead, Adagrad, RMSProp and Adam (the rules of
:mod:`dlbook_lib.optim`) start together and take 120 steps each. Every rule has a rate that suits it on each
loss; two sliders multiply those of the first three and of the last three. A runner whose rate is too large
leaves the picture, and a line below says at which step.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, LastMoved, Points, Slider, Toggle
from dlbook_lib.explorers._descent import (
    GROUNDS,
    NEAR,
    PLAIN,
    RULES,
    STARTS,
    STEPS,
    Ground,
    draw_map,
    fate,
    run,
)
from dlbook_lib.explorers._penalty_panels import line
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, frame, legend_above

__all__ = ["optimizer_race", "race"]

COLUMNS, ROWS = 51, 41  # of the relief
HEIGHT = 250  # pixels of the curves
NAMES = list(RULES)
SHORT = ["GD", *NAMES[1:]]  # in the legend
INKS = [COLORS["data"], COLORS["model"], *CATEGORICAL[2:6]]
LAST = torch.arange(STEPS + 1)
KEYS = ("gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")


def race(
    ground: Tensor,
    start: Tensor,
    condition: Tensor,
    plain: Tensor,
    adaptive: Tensor,
    memory: Tensor,
    shown: Tensor,
    run_gd: Tensor,
    run_momentum: Tensor,
    run_nesterov: Tensor,
    run_adagrad: Tensor,
    run_rmsprop: Tensor,
    run_adam: Tensor,
    moved: Tensor,
) -> dict[str, Tensor]:
    """Run all six rules, and judge who arrives.

    Parameters
    ----------
    ground : Tensor
        Number of the loss.
    start : Tensor of shape (1, 2)
        Where they start.
    condition : Tensor
        Condition number of the ravine.
    plain, adaptive : Tensor
        Factors of the rates.
    memory : Tensor
        Momentum α.
    shown : Tensor
        Up to which step the ways are drawn.
    run_gd, run_momentum, run_nesterov, run_adagrad, run_rmsprop, run_adam : Tensor
        Who takes part, bool.
    moved : Tensor
        1 if the loss was chosen since the start was dragged: then they start where it has its own.

    Returns
    -------
    dict
        The start, the ways, and what panels and sentences show.
    """
    land = Ground(ground.long().reshape(1), condition.double())
    start = torch.where(moved == 1, land.pick(STARTS), land.inside(start[0].double()))
    rates = land.rates() * torch.where(torch.arange(len(RULES)) < PLAIN, plain, adaptive).double()
    walks = run(land, start, rates, memory.double())  # (T + 1, 6, 2)
    runs = torch.stack([run_gd, run_momentum, run_nesterov, run_adagrad, run_rmsprop, run_adam])

    results = _judge(land, walks, runs, (adaptive > 0.999) & (condition > 9.999))
    x, y, relief = land.grid(COLUMNS, ROWS)
    away = (results["left"][:, None] < LAST) | (shown < LAST) | ~runs[:, None]  # (6, T + 1)
    heights = land.above(walks).T
    now = torch.minimum(shown.long().expand(len(RULES)), results["left"].long())
    here = walks.transpose(0, 1).gather(1, now[:, None, None].expand(len(RULES), 1, 2)).squeeze(1)
    return results | {
        "start": start[None],
        **{"x": x, "y": y, "relief": relief, "x_range": x[:: COLUMNS - 1], "y_range": y[:: ROWS - 1]},
        "walks": torch.where(away[..., None], math.nan, walks.transpose(0, 1)),
        "here": torch.where(runs[:, None], here, math.nan),
        "heights": torch.where(away, math.nan, heights),
        "finish": land.pick(NEAR).expand(2),
        "rates": rates,
    }


def _judge(land: Ground, walks: Tensor, runs: Tensor, fair: Tensor) -> dict[str, Tensor]:
    """Say of every runner when it arrived, whether it diverged or rests elsewhere, and who was first."""
    heights, never = land.above(walks), STEPS + 1
    first, left, state = fate(land, walks)
    arrived, gone = first < never, left < STEPS
    told = torch.where(runs, state + 1, 0)
    order = torch.where(runs & arrived, first, never)
    winner = torch.where(order.min() < never, order.argmin(), len(RULES))
    ends = torch.where(runs & ~gone, heights[-1], 1e30)
    leader = torch.where(ends.min() < 1e30, ends.argmin(), len(RULES))
    ravine = (land.which == 0).squeeze()
    saddle = (land.which == 1).squeeze()
    beaten = runs[1] & runs[5] & arrived[1] & (first[1] < first[5])
    return {
        "first": first,
        "left": left,
        "ends": heights[-1],
        **{f"state_{key}": part for key, part in zip(KEYS, told.unbind())},
        "case": torch.where(winner < len(RULES), winner, len(RULES) + 1 + leader),
        "winning_step": order.min(),
        "lowest": ends.min(),
        "momentum_wins": ravine & beaten & fair,
        "only_momentum": ravine & runs[0] & runs[1] & gone[0] & arrived[1],
        "on_the_ridge": saddle & runs[0] & ~arrived[0] & (walks[0, 0, 0].abs() > 0.5),
    }


def draw(x, y, relief, x_range, y_range, walks, here, heights, finish):
    """Lay out the ways over the contours, and the heights over the steps."""
    return {
        "plane": draw_map(x, y, relief, x_range, y_range, walks, here, INKS, NAMES),
        "height": _draw_heights(heights, finish),
    }


def _draw_heights(heights, finish) -> go.Figure:
    traces = [line(LAST.tolist(), height, name, ink) for height, name, ink in zip(heights, SHORT, INKS)]
    traces.append(line([0, STEPS], finish, "arrived", COLORS["noise"], 1.5, "2px,3px", showlegend=False))
    room, legend = legend_above(SHORT, HEIGHT)
    return frame(
        traces,
        alt="",
        default="",
        title="Loss above its lowest (dots: arrived)",
        height=HEIGHT,
        above=room,
        below=48,
        legend=legend,
        xaxis=dict(range=[0, STEPS], title_text="step"),
        yaxis=dict(type="log", range=[-6.1, 4], dtick=2, exponentformat="power"),
    )


def _says() -> Cases:
    nobody = f"In {STEPS} steps nobody arrives"
    texts = [f"{_capital(name)} is first: it arrives at step {{winning_step:d}}." for name in NAMES]
    texts.append("")
    texts += [f"{nobody}; {name} ends lowest, {{lowest:.2g}} above the lowest place." for name in NAMES]
    texts.append("Nobody is left in the race: let somebody take part, or lower the rates.")
    return Cases("case", texts)


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _tells(number: int, name: str) -> Cases:
    name = _capital(name)
    rate = f"{name}, rate {{rates[{number}]:.2g}}: "
    return Cases(
        f"state_{KEYS[number]}",
        (
            f"{name} does not take part.",
            rate + f"{{ends[{number}]:.2g}} above the lowest place after {STEPS} steps.",
            rate + f"arrives at step {{first[{number}]:d}}.",
            rate + f"diverges; it leaves at step {{left[{number}]:d}}.",
            rate + f"rests where the gradient is 0, {{ends[{number}]:.2g}} above the lowest place.",
            rate + f"escapes from the saddle at step {{first[{number}]:d}}.",
        ),
    )


_FACTOR = dict(log=True, marks={0.1: "a tenth", 1: "suits", 10: "ten times"})

optimizer_race = Explorer(
    name="optimizer-race",
    title="Six optimizers race",
    compute=race,
    draw=draw,
    controls={
        "ground": Choice({name: number for number, name in enumerate(GROUNDS)}, label="loss"),
        "start": Points(
            STARTS[:1], panel="plane", x=(-6.25, 6.25), y=(-5, 5), names=["start"], label="Start"
        ),
        "condition": Slider(1, 100, 30, log=True, label="condition number κ of the ravine"),
        "plain": Slider(0.1, 10, 1, label="rates of the first three ×", **_FACTOR),
        "adaptive": Slider(0.1, 10, 1, label="rates of the last three ×", **_FACTOR),
        "memory": Slider(0, 0.99, 0.9, marks={0: "none", 0.9: "usual"}, label="momentum α"),
        "shown": Slider(0, STEPS, STEPS, integer=True, label="the race up to step"),
        **{f"run_{key}": Toggle(True, label=name) for key, name in zip(KEYS, NAMES)},
        "moved": LastMoved("start", "ground"),
    },
    presets={
        "narrow ravine": {"condition": 100},
        "on the saddle's ridge": {"ground": "saddle", "start": [[1.2, 0.001]]},
        "Rosenbrock's valley": {"ground": "Rosenbrock", "start": [[-1.2, 1.0]]},
        "Beale's plain": {"ground": "Beale", "start": [[1.0, 1.5]]},
        "two minima": {"ground": "two minima", "start": [[1.7, 1.2]]},
        "too large a rate": {"plain": 2.5},
    },
    says=_says(),
    readouts=tuple(_tells(number, name) for number, name in enumerate(NAMES)),
    challenges=(
        Challenge(
            "On a ravine with κ of 10 or more, make momentum arrive before Adam, without lowering "
            "the rate of Adam.",
            met="momentum_wins",
        ),
        Challenge(
            "Find a rate on the ravine at which gradient descent diverges and momentum arrives.",
            met="only_momentum",
        ),
        Challenge(
            "Drag the start so that gradient descent is still on the saddle after 120 steps.",
            met="on_the_ridge",
        ),
    ),
    look_for="All six start at the ring. Drag it, and before you let go: who will be first, and who never "
    "arrives?",
)
