r"""Four learners pay for forward passes: one weight at a time, all weights, all activities, backpropagation.

All four start at the same 36 weights of a network 3 → 7 → 1 and estimate one gradient: by turning each weight
in its turn, by the signed change when all weights or all sums of units move at random (Spall 1992; Werfel,
Xie and Seung 2005), or by backpropagation, whose backward pass is charged as two. A step of the player is six
passes. Disturbances go both ways, :math:`(L(w + \varepsilon u) - L(w - \varepsilon u)) / 2 \varepsilon`,
which is nearly exact, in 64 bits. The random signs are drawn once, 96 rows of them, and used in turn.
"""

from __future__ import annotations

import plotly.graph_objects as go
import torch

from dlbook_lib.explore import Cases, Challenge, Explorer, Slider, Toggle
from dlbook_lib.figures.theme import CATEGORICAL, COLORS, DASHES, frame, legend_above

__all__ = ["perturbation_race", "race", "start"]

INPUTS, HIDDEN, EXAMPLES = 3, 7, 24
WEIGHTS, UNITS = HIDDEN * INPUTS + HIDDEN + HIDDEN + 1, HIDDEN + 1  # 36 and 8
PASSES, TICKS, ROWS = 6, 240, 96  # passes a step of the player, steps of the plot, rows of signs
EPSILON = 0.01
NAMES = ("one weight", "all weights", "activities", "backpropagation")
GOAL = 0.01


def _draw(*shape: int, seed: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def network(w: torch.Tensor, nudges: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    """Run the network on all examples.

    Parameters
    ----------
    w : Tensor of shape (36,)
        All weights and biases.
    nudges : Tensor of shape (EXAMPLES, 8), optional
        Added to the sums of the units.

    Returns
    -------
    output : Tensor of shape (EXAMPLES,)
        The answers.
    hidden : Tensor of shape (EXAMPLES, 7)
        The activations of the hidden units.
    """
    W1, b1, W2, b2 = w.split([HIDDEN * INPUTS, HIDDEN, HIDDEN, 1])
    z1 = X @ W1.view(HIDDEN, INPUTS).T + b1
    hidden = torch.tanh(z1 if nudges is None else z1 + nudges[:, :HIDDEN])
    z2 = hidden @ W2 + b2
    return (z2 if nudges is None else z2 + nudges[:, HIDDEN]), hidden


def start(seed: int = 0) -> torch.Tensor:
    """Draw the weights with variance one over the inputs, and biases at 0.

    Parameters
    ----------
    seed : int
        Where the random stream starts.

    Returns
    -------
    Tensor of shape (36,)
        Weights and biases.
    """
    w = _draw(WEIGHTS, seed=seed)
    scale = [INPUTS**-0.5] * (HIDDEN * INPUTS) + [0.0] * HIDDEN + [HIDDEN**-0.5] * HIDDEN + [0.0]
    return w * torch.tensor(scale)


X = _draw(EXAMPLES, INPUTS, seed=1).double()
Y = network(1.8 * start(7).double())[0]
Y = (Y - Y.mean()) / Y.std()
SIGNS = torch.where(_draw(ROWS, WEIGHTS, seed=2) > 0, 1.0, -1.0)
UNIT_SIGNS = torch.where(_draw(ROWS, EXAMPLES, UNITS, seed=3) > 0, 1.0, -1.0)
EYE = torch.eye(WEIGHTS, dtype=torch.float64)


def losses(w: torch.Tensor, nudges: torch.Tensor | None = None) -> torch.Tensor:
    """Return half the squared error of every example, shape (EXAMPLES,)."""
    return 0.5 * (network(w, nudges)[0] - Y) ** 2


def _slope(w: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """Measure how the mean loss changes along u, in two passes."""
    return (losses(w + EPSILON * u).mean() - losses(w - EPSILON * u).mean()) / (2 * EPSILON)


def race(one, partial, everything, units, back, curves, tick, rate, own):
    """Let every learner spend six passes.

    Parameters
    ----------
    one : Tensor of shape (36,)
        The weights of the patient learner.
    partial : Tensor of shape (36,)
        The slopes that it has measured since its last step, and older ones.
    everything, units, back : Tensor of shape (36,)
        The weights of the other three.
    curves : Tensor of shape (4, 240)
        Their losses so far, NaN for what is to come.
    tick : Tensor
        Steps of the player so far.
    rate : Tensor
        The learning rate.
    own : Tensor
        Whether those who guess divide it by 36 and by 8, bool.

    Returns
    -------
    dict
        The state one step further, the losses and what the texts say.
    """
    tick, rate = tick.long(), rate.double()
    one, partial, everything, units, back = (w.double() for w in (one, partial, everything, units, back))
    turn = (3 * tick) % WEIGHTS
    for k in range(3):  # one weight after the other; a step when all are known
        partial = torch.where(EYE[turn + k] > 0, _slope(one, EYE[turn + k]), partial)
    one = torch.where(turn + 3 == WEIGHTS, one - rate * partial, one)

    slower = torch.where(own, rate / WEIGHTS, rate), torch.where(own, rate / UNITS, rate)
    for k in range(3):
        u = SIGNS[(3 * tick + k) % ROWS].double()
        everything = _kept(everything - slower[0] * _slope(everything, u) * u)
        units = _kept(units - slower[1] * _from_units(units, UNIT_SIGNS[(3 * tick + k) % ROWS].double()))

    for _ in range(2):
        back = _kept(back - rate * _backpropagated(back))

    found = torch.stack([losses(w).mean() for w in (_kept(one), everything, units, back)])
    now = found.clamp(1e-4, 20.0)
    curves = torch.where(torch.arange(TICKS) == tick, now[:, None], curves)
    reached = found < GOAL
    return {
        "one": _kept(one), "partial": partial, "everything": everything, "units": units,
        "back": back, "curves": curves, "tick": (tick + 1).float().clamp(max=float(TICKS)), "found": found,
        "now": now, "passes": PASSES * (tick + 1).float(), "looked": (turn + 3).float(),
        "lead": _lead(found), "arrived": reached[3], "bold": found[1] > 5, "all": reached.all(),
    }  # fmt: skip


def _from_units(w: torch.Tensor, u: torch.Tensor) -> torch.Tensor:
    """Estimate the gradient from disturbed sums, each example by itself, in two passes."""
    change = (losses(w, EPSILON * u) - losses(w, -EPSILON * u)) / (2 * EPSILON) / EXAMPLES
    delta = change[:, None] * u  # (EXAMPLES, UNITS)
    hidden = network(w)[1]
    first, last = delta[:, :HIDDEN], delta[:, HIDDEN]
    parts = ((first.T @ X).reshape(-1), first.sum(0), hidden.T @ last, last.sum()[None])
    return torch.cat(parts)


def _backpropagated(w: torch.Tensor) -> torch.Tensor:
    """Return the gradient of the mean loss, by the formulas of the chapter."""
    output, hidden = network(w)
    last = (output - Y) / EXAMPLES
    W2 = w[HIDDEN * INPUTS + HIDDEN : -1]
    first = last[:, None] * W2 * (1 - hidden**2)
    parts = ((first.T @ X).reshape(-1), first.sum(0), hidden.T @ last, last.sum()[None])
    return torch.cat(parts)


def _kept(w: torch.Tensor) -> torch.Tensor:
    """Hold a learner that has run away where the page can still count."""
    return w.nan_to_num(0.0).clamp(-30.0, 30.0)


def _lead(found: torch.Tensor) -> torch.Tensor:
    """Choose the sentence: 0 while all are above the goal, 1 when some are below it, 2 when one is lost."""
    return torch.where(found.max() > 5, 2, torch.where(found.min() < GOAL, 1, 0))


def draw(curves, now, passes):
    """Draw the losses over the passes, with a mark where each learner is now."""
    x = [PASSES * (k + 1) for k in range(TICKS)]
    room, legend = legend_above(NAMES, 340)
    colors = (CATEGORICAL[3], CATEGORICAL[4], CATEGORICAL[6], COLORS["gradient"])
    traces = [
        go.Scatter(
            x=x,
            y=curves[k],
            name=name,
            mode="lines",
            line=dict(color=colors[k], width=2.5, dash=DASHES[k]),
            hoverinfo="skip",
        )
        for k, name in enumerate(NAMES)
    ]
    here = go.Scatter(x=[passes] * len(NAMES), y=now, mode="markers", showlegend=False, hoverinfo="skip")
    traces.append(here.update(marker=dict(color=colors, size=9)))
    return frame(
        traces,
        alt="Losses of four learners over the passes they have paid",
        default="",
        title="Loss over forward passes",
        height=340,
        above=room,
        below=48,
        legend=legend,
        showlegend=True,
        xaxis=dict(range=[0, PASSES * TICKS], title_text="forward passes"),
        yaxis=dict(type="log", range=[-3.2, 1.3], title_text="loss", dtick=1, exponentformat="power"),
    )


_FOUND = "one weight {found[0]:.3f}, all weights {found[1]:.3f}, activities {found[2]:.3f}, "
_FOUND += "backpropagation {found[3]:.3f}"

perturbation_race = Explorer(
    name="perturbation-race",
    title="Four ways to learn, one price list",
    look_for="Press Play. The line of the patient learner, one weight at a time, is a staircase: how many "
    "passes is a step long? Then reset, take the own rates away, and see what happens to those who guess.",
    compute=race,
    draw=draw,
    state={
        "one": start(),
        "partial": torch.zeros(WEIGHTS),
        "everything": start(),
        "units": start(),
        "back": start(),
        "curves": torch.full((4, TICKS), float("nan")),
        "tick": torch.tensor(0.0),
    },
    controls={
        "rate": Slider(0.05, 2, 0.3, log=True, label="learning rate"),
        "own": Toggle(True, label="divide it by 36 for all weights, by 8 for activities"),
    },
    presets={
        "the same rate for all": {"own": False},
        "careful": {"rate": 0.1},
        "a rate for guessers": {"own": False, "rate": 0.06},
    },
    says=Cases(
        "lead",
        (
            "After {passes:,d} passes the losses are " + _FOUND + ".",
            "After {passes:,d} passes the losses are " + _FOUND + "; below 0.01 a learner has arrived.",
            "After {passes:,d} passes the losses are " + _FOUND + ": a rate too large for a guess.",
        ),
    ),
    readouts=("The patient learner has looked at {looked:d} of 36 weights since its last step.",),
    challenges=(
        Challenge("Find out after how many passes backpropagation is below 0.01.", met="arrived"),
        Challenge("Send the bold learner, all weights, off the map.", met="bold"),
        Challenge("Let all four arrive.", met="all"),
    ),
)
