r"""An expression as boxes and arrows: values flow down, slopes flow up, one step at a time.

Reverse mode on four small graphs (Rumelhart, Hinton and Williams 1986). A box that has its own slope hands
it to each of its parts, times the local slope of the arrow,

.. math:: \bar v_i \mathrel{+}= \bar v_k \, \frac{\partial v_k}{\partial v_i},

and a part that is used twice adds up what it is handed. The second panel moves one input and compares the
slope of the chord with that in the box. Ours is written out without autograd, so that each partial sum can be
shown.
"""

from __future__ import annotations

import math

import torch

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Slider
from dlbook_lib.explorers._graph_expressions import (
    BOXES,
    COMPUTED,
    EXPRESSIONS,
    HEADS,
    INPUTS,
    OUTLINES,
    PATHS,
    PLACES,
    SEGMENTS,
    STEPS,
    WAYS,
    losses,
    tables,
)
from dlbook_lib.explorers._graph_panels import LINE, WIDE, draw_graph, draw_slope

__all__ = ["computation_graph", "walk"]

TEXT_ROW = 0.21  # between the lines of a box, in rows of boxes


def walk(expression, step, x, w, b, y, which, nudge, path):
    """Take the walk to a step, and measure one slope by a nudge.

    Parameters
    ----------
    expression : Tensor
        Which of the four, from 0.
    step : Tensor
        From 0, the inputs alone, to 15, all slopes.
    x, w, b, y : Tensor
        The inputs.
    which : Tensor
        The input that is nudged and traced, from 0 in this order.
    nudge : Tensor
        By how much.
    path : Tensor
        0 to trace none, 1 and 2 for its first and second path.

    Returns
    -------
    dict
        Values, slopes and places of boxes, arrows and texts, and the loss along the input.
    """
    e, which, path = expression.long(), which.long(), path.long()
    inputs = [x, w, b, y]
    found = tables(inputs)
    values, slopes = found["values"][e], found["slopes"][e]
    handed = (step - STEPS - 1).clamp(min=0)  # boxes that have handed their slope on
    collected = found["gradients"][e, handed]
    final = found["gradients"][e, STEPS]
    known = torch.arange(BOXES) - len(INPUTS) < step.clamp(max=STEPS)
    back = (step > STEPS) & collected.isfinite()
    loss, gradient = losses(inputs)[e], final[which]
    return (
        _graph(e, step, handed, known, back)
        | _path(e, which, path, slopes)
        | _nudged(e, which, nudge, inputs, loss, gradient)
        | {
            "values": values,
            "gradients": torch.where(back, collected, 0.0),
            "loss": loss,
            "gradient": gradient,
            "input": torch.stack(inputs)[which],
            "phase": _phase(step, COMPUTED[e]),
            "stuck": (final[1].abs() < 0.005) & (loss > 0.5),
        }
    )


def _phase(step, computed):
    """Tell the way down, the turn, the way up and the end apart: 0, 1, 2, 3."""
    turned = torch.where(step <= STEPS, torch.where(step < computed, 0, 1), 2)
    return torch.where(step > STEPS + computed, 3, turned)


def _graph(e, step, handed, known, back):
    """Place boxes, arrows and texts; NaN hides what is not there yet."""
    places = PLACES[e]
    chosen = torch.arange(len(EXPRESSIONS)) == e
    up = COMPUTED[e] + len(INPUTS) - handed  # the box that has just handed on
    at = torch.where(step > STEPS + 1, up, step - 1 + len(INPUTS))
    busy = (step > 0) & (step != STEPS + 1) & (at >= len(INPUTS)) & (torch.arange(BOXES) == at)
    return {
        "name_x": torch.where(chosen[:, None], PLACES[:, :, 0], math.nan),
        "name_y": PLACES[:, :, 1].nan_to_num(0.0) - TEXT_ROW,
        "value_x": torch.where(known, places[:, 0], math.nan),
        "row_y": places[:, 1],
        "gradient_x": torch.where(back, places[:, 0], math.nan),
        "gradient_y": places[:, 1] + TEXT_ROW,
        "boxes": OUTLINES[e].reshape(-1, 2),
        "busy": torch.where(busy[:, None, None], OUTLINES[e], math.nan).reshape(-1, 2),
        "arrows": SEGMENTS[e].reshape(-1, 2),
        "heads": HEADS[e],
    }


def _path(e, which, path, slopes):
    """Trace one path from the input to the loss, with the slopes along it and their product."""
    mask = PATHS[e, which, path] > 0
    product = torch.where(mask, slopes, 1.0).prod()
    ends = SEGMENTS[e]
    middle = 0.5 * (ends[:, 0] + ends[:, 1])
    both = PATHS[e, which, 1:] > 0
    shares = torch.where(both, slopes, 1.0).prod(dim=1)
    return {
        "trail": torch.where(mask[:, None, None], ends, math.nan).reshape(-1, 2),
        "trail_x": torch.where(mask, middle[:, 0] + 0.02, math.nan),
        "trail_y": middle[:, 1],
        "slopes": slopes,
        "product": product,
        "ways": WAYS[e, which],
        "traced": torch.where(mask.any(), 1, torch.where(path > 0, 2, 0)),
        "cancels": both[1].any() & (shares.abs() > 0.2).all() & (shares.sum().abs() < 0.05),
    }


def _nudged(e, which, nudge, inputs, loss, gradient):
    """Move one input: the loss as it moves, the tangent of the box's slope, and the chord of the nudge."""
    here = torch.stack(inputs)[which]
    along = [torch.where(which == k, LINE, value) for k, value in enumerate(inputs)]
    moved = [value + nudge * (which == k) for k, value in enumerate(inputs)]
    after = losses(moved)[e]
    measured = (after - loss) / nudge
    ends = torch.stack([here - 0.8, here + 0.8])
    return {
        "curve": losses(along)[e],
        "tangent": torch.stack([ends, loss + gradient * (ends - here)]),
        "chord": torch.stack([torch.stack([here, here + nudge]), torch.stack([loss, after])]),
        "measured": measured,
        "gap": (measured - gradient).abs(),
    }


def draw(
    name_x, name_y, value_x, row_y, gradient_x, gradient_y, boxes, busy, arrows, heads, trail, trail_x,
    trail_y, curve, tangent, chord,
):  # fmt: skip
    """Lay out the graph, and the loss along one input."""
    numbers = (value_x, row_y), (gradient_x, gradient_y)
    lines, path = (boxes, busy, arrows, heads), (trail, (trail_x, trail_y))
    return {
        "graph": draw_graph((name_x, name_y), numbers, lines, path),
        "slope": draw_slope(curve, tangent, chord),
    }


_SLOPE = " The slope of L along {which} is {gradient:.4f}; a nudge of {nudge:.3g} measures {measured:.4f}."

computation_graph = Explorer(
    name="computation-graph",
    title="Values down, slopes up",
    look_for="Walk down, step by step, until L is known; then on, and up again. Choose the expression that "
    "uses x twice, and watch the box of x on the last steps: the first slope that arrives is not its last.",
    compute=walk,
    draw=draw,
    controls={
        "expression": Choice({e.title: k for k, e in enumerate(EXPRESSIONS)}, label="L ="),
        "step": Slider(
            0,
            2 * STEPS + 1,
            2 * STEPS + 1,
            integer=True,
            marks={0: "inputs", STEPS: "all values"},
            label="step",
        ),
        "x": Slider(-WIDE, WIDE, 1.2, step=0.01, label="x"),
        "w": Slider(-WIDE, WIDE, 0.7, step=0.01, label="w"),
        "b": Slider(-WIDE, WIDE, -0.3, step=0.01, label="b"),
        "y": Slider(-WIDE, WIDE, 1.0, step=0.01, label="y"),
        "which": Choice({name: k for k, name in enumerate(INPUTS)}, label="nudge this input"),
        "nudge": Slider(0.01, 1, 0.3, log=True, label="by"),
        "path": Choice({"none": 0, "the first": 1, "the second": 2}, label="trace its path"),
    },
    presets={
        "before the first step": {"step": 0},
        "at the turn": {"step": STEPS + 1},
        "x used twice, one slope in": {"expression": EXPRESSIONS[1].title, "step": 10, "path": "the second"},
        "two paths": {"expression": EXPRESSIONS[2].title, "b": -0.9, "path": "the first"},
        "a saturated neuron": {"w": 2.0, "x": 2.0, "b": 1.0, "y": -1.0},
    },
    says=Cases(
        "phase",
        (
            "Step {step:d}, on the way down: every box reads what stands above it, and L is not known yet.",
            "Step {step:d}: all values are known, L = {loss:.4f}. The way up will need them all again.",
            "Step {step:d}, on the way up: a box hands its slope to its parts, times the slope of the arrow.",
            "L = {loss:.4f}." + _SLOPE,
        ),
    ),
    readouts=(
        Cases(
            "traced",
            (
                "Paths from {which} to L: {ways:d}. Choose one to trace it.",
                "Along this path the slopes multiply to {product:.4f}; all paths of {which} together make "
                "{gradient:.4f}.",
                "There is no second path from {which} to L.",
            ),
        ),
        "Nudge and box differ by {gap:.4f}.",
    ),
    challenges=(
        Challenge(
            "Find inputs at which L is above 0.5 and yet no slope reaches w, to two decimals.", met="stuck"
        ),
        Challenge(
            "Let the two paths of x cancel: each worth more than 0.2, together less than 0.05.", met="cancels"
        ),
    ),
)
