r"""A quadratic loss meets a penalty: the plane of two weights, their path over the strength, a section.

The picture is the one of Tibshirani (1996) and of Hastie, Tibshirani and Friedman's *Elements of Statistical
Learning*, figure 3.11. Ours moves: the strength λ and the budget C are two sliders of which each moves the
other, so that penalty and ball are seen to be one thing; a panel draws C over λ. It starts at the notes' loss
:math:`(w_1 - 1.5)^2 + (w_2 - 1)^2`, where C = 1 belongs to λ = 1.5 for the L1 norm and to λ = 1.6056 for the
L2 norm, unsquared as the notes write it.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, LastMoved, Points, Slider, Toggle
from dlbook_lib.explorers._penalty_math import NO_BUDGET, Bowl, Penalty, regularized_minimum, turned_bowl
from dlbook_lib.explorers._penalty_panels import (
    STRENGTHS,
    STRONGEST,
    WEAKEST,
    draw_penalty,
    lay_kink,
    lay_path,
    lay_plane,
    lay_section,
)

__all__ = ["explore_penalty", "regularization_geometry"]

TIGHTEST, LOOSEST = 0.05, 4.0  # the ends of the slider of C
KINDS = ("L1 norm", "L2 norm", "squared L2", "Lq norm", "elastic net")


def explore_penalty(
    centre, condition, angle, penalty, q, mix, budget, strength, moved, descent, belief
) -> dict[str, Tensor]:
    """Solve the penalised and the constrained problem, follow the slider moved last, lay out the panels.

    Parameters
    ----------
    centre : Tensor of shape (1, 2)
        Minimum of the loss.
    condition, angle : Tensor
        As in :func:`turned_bowl`.
    penalty : Tensor
        0 L1 norm, 1 L2 norm, 2 squared L2, 3 Lq norm, 4 elastic net.
    q, mix : Tensor
        Exponent of the Lq norm, and the share of L1 in the elastic net.
    budget, strength : Tensor
        The ball's size C and the penalty's strength λ.
    moved : Tensor
        Which of these two is followed: 0 the budget, 1 the strength; int64.
    descent, belief : Tensor
        Whether to show gradient descent, and the section as probabilities; bool.

    Returns
    -------
    dict
        What the panels and sentences show; ``budget`` and ``strength`` fit each other.
    """
    bowl, shape = turned_bowl(centre[0], condition, angle), choose_penalty(penalty, q.double(), mix.double())
    driven = moved == 1  # by the strength

    # From C to λ, for the reader's C and for C = 1: on the rim of the ball the two slopes along w cancel.
    budgets = torch.stack([budget.double(), torch.ones((), dtype=torch.float64)])
    inside = regularized_minimum(bowl, shape, torch.zeros(2), budgets)
    outward = (shape.slope(inside) * inside).sum(-1).clamp_min(1e-12)
    duals = -(bowl.gradient(inside) * inside).sum(-1) / outward
    duals = torch.where(duals < 1e-5, 0.0, duals)  # then the ball holds the free minimum

    # From λ to C, for the reader's λ and one 5 % smaller; the path is drawn only, and needs fewer digits.
    used = torch.where(driven, strength.double(), duals[0])
    free = torch.full_like(STRENGTHS, NO_BUDGET)
    outside = regularized_minimum(bowl, shape, torch.stack([used, used * 0.95]), free[:2])
    path = regularized_minimum(bowl, shape, STRENGTHS, free, rounds=5)
    w = torch.where(driven, outside[0], inside[0])
    size = shape.size(w)
    reach = torch.where(driven, size, budgets[0])
    numbers = {
        "w": w,
        "free": bowl.centre,
        "free_size": shape.size(bowl.centre),
        "size": size,
        "loss": bowl.height(w),
        "used": used,
        "unit_strength": duals[1],
        "strength": used.clamp(WEAKEST, STRONGEST),
        "budget": reach.clamp(TIGHTEST, LOOSEST),
    }
    numbers |= (
        lay_plane(bowl, shape, w, used, reach, descent)
        | lay_path(path, shape, w, used, duals[1])
        | _verdicts(bowl, shape, penalty, numbers, outside)
    )
    return numbers | lay_section(bowl, shape, w, used, belief) | lay_kink(bowl, shape, w, used)


def choose_penalty(kind: Tensor, q: Tensor, mix: Tensor) -> Penalty:
    """Turn the number of a kind into a penalty: its q, the weight of the norm and that of the square."""
    power = torch.where(kind == 3, q, torch.where((kind == 0) | (kind == 4), 1.0, 2.0))
    norm = torch.where(kind == 4, mix, torch.where(kind == 2, 0.0, 1.0))
    return Penalty(power, norm, 1 - norm)


def _verdicts(bowl: Bowl, shape: Penalty, kind: Tensor, numbers, outside: Tensor) -> dict[str, Tensor]:
    """Choose the sentences and judge the challenges."""
    w, used = numbers["w"], numbers["used"]
    first, second = w[0] == 0, w[1] == 0
    case = torch.where(used == 0, 4.0, first * 1.0 + second * 2.0)
    rival = outside[0]
    apart = (rival - w).abs().max() > 1e-3
    claim = torch.where(numbers["free_size"] <= 1, 2.0, 1.0 * (used >= numbers["unit_strength"] * 0.9999))
    wavy = shape.q < 1
    return {
        "case": case,
        "rival": rival,
        "duality": torch.where(used == 0, 2.0, 1.0 * apart),
        "claim": torch.where(wavy, 3.0, claim),
        "at_threshold": (used > 0) & second & ~first & (outside[1, 1] != 0) & (rival[1] == 0),
        "other_zero": (kind == 0) & first & ~second & (bowl.centre[0].abs() > bowl.centre[1].abs()),
        "nothing_left": (kind == 1) & first & second & (used > 0),
    }


_LEAVES = (
    "With λ = {used:.3f} the {penalty} penalty leaves w = ({w[0]:.2f}, {w[1]:.2f}), of size R(w) = {size:.2f}"
)
_ALONE = " The loss alone would choose ({free[0]:.2f}, {free[1]:.2f}), of size {free_size:.2f}."
_SAYS = Cases(
    "case",
    (
        _LEAVES + "; neither weight is 0." + _ALONE,
        _LEAVES + ": w₁ is exactly 0." + _ALONE,
        _LEAVES + ": w₂ is exactly 0." + _ALONE,
        "With λ = {used:.3f} the {penalty} penalty leaves nothing: both weights are exactly 0." + _ALONE,
        "The ball already holds the loss's own minimum, ({free[0]:.2f}, {free[1]:.2f}), of size "
        "{free_size:.2f}: nothing is pushed aside, and λ = 0.",
    ),
)
_DUALITY = Cases(
    "duality",
    (
        "Penalty or ball, it is one solution: minimise the loss + {used:.4f} · R(w), or the loss alone where "
        "R(w) ≤ {size:.4f}.",
        "For q < 1 the ball is not convex, and no penalty does what this one does: at λ = {used:.4f}, "
        "where the slopes would balance, loss and penalty together are smaller at ({rival[0]:.2f}, "
        "{rival[1]:.2f}).",
        "Any ball with C ≥ {free_size:.4f} gives this solution, as λ = 0 does.",
    ),
)
_CLAIM = Cases(
    "claim",
    (
        "A penalty written λ·(R(w) − 1) does not bound the weights by 1: here R(w) = {size:.4f}. That takes "
        "λ ≥ {unit_strength:.4f}.",
        "Here R(w) = {size:.4f} is at most 1, but not because of a constant in λ·(R(w) − 1): because "
        "λ ≥ {unit_strength:.4f}.",
        "The loss's own minimum has R = {free_size:.4f}, at most 1: any λ keeps R(w) within 1.",
        "Here R(w) = {size:.4f}. For q < 1 solutions jump as λ grows, and some sizes are never taken.",
    ),
)
_KINK = Cases(
    "kink",
    (
        "Along w₂ the slopes cancel at the solution: {loss_slope:+.3f} of the loss, {highest_slope:+.3f} of "
        "the penalty.",
        "Along w₂ the penalty's slope jumps at 0 from {lowest_slope:+.3f} to {highest_slope:+.3f}. The "
        "loss's slope, {loss_slope:+.3f}, is no larger in size: w₂ stays at 0.",
        "Along w₂ the penalty is infinitely steep at 0: the loss's slope, {loss_slope:+.3f}, "
        "cannot move w₂ away.",
        "No penalty: along w₂ the loss has slope {loss_slope:+.3f}.",
    ),
)

regularization_geometry = Explorer(
    name="regularization-geometry",
    title="Loss against penalty",
    compute=explore_penalty,
    draw=draw_penalty,
    controls={
        "penalty": Choice({name: number for number, name in enumerate(KINDS)}, label="penalty R(w)"),
        "budget": Slider(TIGHTEST, LOOSEST, 1, marks={1: "1"}, label="size C of the ball R(w) ≤ C"),
        "strength": Slider(
            WEAKEST,
            STRONGEST,
            1.5,
            log=True,
            marks={WEAKEST: "free", STRONGEST: "nothing left"},
            label="strength λ",
        ),
        "q": Slider(0.5, 4, 0.7, marks={1: "L1", 2: "L2"}, label="q of the Lq norm"),
        "mix": Slider(0, 1, 0.5, marks={0: "squared L2", 1: "L1"}, label="share of L1 in the elastic net"),
        "centre": Points(
            [[1.5, 1.0]],
            panel="plane",
            x=(-2.5, 2.5),
            y=(-2.5, 2.5),
            names=["minimum of the loss"],
            label="minimum of the loss",
        ),
        "condition": Slider(1, 30, 1, log=True, marks={1: "round", 30: "a valley"}, label="condition number"),
        "angle": Slider(
            -90,
            90,
            0,
            marks={-90: "along w₂", 0: "along w₁", 90: "along w₂"},
            label="direction of the valley",
            unit="°",
        ),
        "descent": Toggle(label="early stopping: gradient descent from 0"),
        "belief": Toggle(label="section as likelihood, prior and posterior"),
        "moved": LastMoved("budget", "strength"),
    },
    presets={
        "L1, a tighter diamond": {"budget": 0.4},
        "L2: same direction, shorter": {"penalty": "L2 norm"},
        "λ = 0.1 bounds nothing": {"penalty": "L2 norm", "strength": 0.1, "moved": 1},
        "weight decay in a valley": {
            "penalty": "squared L2",
            "condition": 12.0,
            "angle": 30.0,
            "descent": True,
        },
        "q < 1: spikes": {"penalty": "Lq norm", "q": 0.5, "budget": 1.2},
        "a Laplace prior": {"strength": 2.5, "moved": 1, "belief": True},
    },
    says=_SAYS,
    readouts=(_DUALITY, _CLAIM, _KINK),
    challenges=(
        Challenge("Find the λ at which w₂ becomes exactly 0, to within 5 %.", met="at_threshold"),
        Challenge(
            "With the L1 norm, leave the minimum where it is, w₁ larger than w₂, and stretch and turn the "
            "loss until it is w₁ that becomes 0.",
            met="other_zero",
        ),
        Challenge(
            "The L2 norm zeroes no single weight. Find the λ from which it zeroes both.", met="nothing_left"
        ),
    ),
    look_for="Tighten C slowly: the ball's corner catches the solution. At which C will w₂ become 0, and "
    "will it ever with the L2 norm?",
)
