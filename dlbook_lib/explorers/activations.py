r"""The gallery of activations, one at a time: value, slope, and how often the slope is nearly nothing.

The functions are those of :mod:`dlbook_lib.feedforward.activations` and of
:mod:`dlbook_lib.feedforward.slopes`; the slope is autograd's. The share of saturated pre-activations is an
integral over a normal distribution whose spread the reader sets.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Slider
from dlbook_lib.explorers._penalty_panels import line, panel
from dlbook_lib.feedforward.activations import elu, gelu, relu, sigmoid, slope, swish, tanh
from dlbook_lib.feedforward.slopes import generalized_relu
from dlbook_lib.figures.theme import COLORS

__all__ = ["activations"]

REACH = 6.0
Z = torch.linspace(-REACH, REACH, 481)
FLAT = 0.05  # a slope below this counts as saturated
KINDS = ("sigmoid", "tanh", "ReLU", "rectifier with slope α", "ELU with α", "swish with β", "GELU", "step")
DEVIATIONS = torch.linspace(-5, 5, 2001)
WEIGHTS = torch.softmax(-DEVIATIONS.square() / 2, dim=0)
LEFT = torch.linspace(-2.5, 2.5, 25)  # of a tangent


def answers(z: Tensor, parameter: Tensor) -> Tensor:
    """Apply every activation, shape (8, N)."""
    bent = torch.where(z > 0, z, parameter * (elu(z)))
    step = torch.where(z > 0, torch.ones_like(z), torch.zeros_like(z)) + 0 * z
    return torch.stack(
        [
            sigmoid(z),
            tanh(z),
            relu(z),
            generalized_relu(z, parameter),
            bent,
            swish(z, beta=parameter),
            gelu(z),
            step,
        ]
    )  # fmt: skip


def show_activation(kind, parameter, z, spread):
    """Evaluate one activation, its slope, and how often it is flat."""
    mask = (torch.arange(len(KINDS)) == kind).float()[:, None]

    def chosen(places):
        return (answers(places, parameter) * mask).sum(0)

    drawn = slope(chosen, spread * DEVIATIONS).abs()
    values, slopes = chosen(Z), slope(chosen, Z)
    here, steep = chosen(z[None])[0], slope(chosen, z[None])[0]
    flat = (WEIGHTS * (drawn < FLAT).float()).sum()
    gap = (chosen(Z) - relu(Z)).abs().max()
    return {
        "values": values,
        "slopes": slopes,
        "place": torch.stack([z, here]),
        "steepness": torch.stack([z, steep]),
        "tangent_x": z + LEFT,
        "tangent_y": here + steep * LEFT,
        "bell": torch.exp(-(Z / spread).square() / 2),
        "answer": here,
        "slope": steep,
        "ten": steep**10,
        "flat": flat,
        "largest": slopes.max(),
        "gap": gap,
        "case": torch.where(kind == 7, 2.0, torch.where(steep.abs() < FLAT, 1.0, 0.0)),
        "steeper_than_one": ((kind == 5) | (kind == 6)) & (steep > 1.09),
        "half_flat": ((kind == 0) | (kind == 1)) & (flat > 0.5),
        "nearly_relu": (kind == 5) & (gap < 0.06),
    }


def draw(values, slopes, place, steepness, tangent_x, tangent_y, bell):
    """Draw the function with its tangent, and the slope over the bell of pre-activations."""
    z = Z.tolist()
    dot = dict(size=11, color=COLORS["model"])
    spot = dict(mode="markers", marker=dot, hoverinfo="skip", showlegend=False)
    first = [
        line(tangent_x, tangent_y, "tangent", COLORS["gradient"], 2, "8px,4px"),
        line(z, values, "activation", COLORS["model"], 3),
        line([place[0]], [place[1]], "here", COLORS["model"]).update(spot),
    ]
    second = [
        line(z, bell, "z drawn", COLORS["noise"], 1.5, "2px,3px"),
        line(z, slopes, "slope", COLORS["gradient"], 3),
        line([steepness[0]], [steepness[1]], "here", COLORS["gradient"]).update(
            spot | dict(marker=dot | dict(color=COLORS["gradient"]))
        ),
    ]
    x = dict(range=[-REACH, REACH], title_text="z")
    return {
        "function": panel(first, "Activation", 270, xaxis=x, yaxis=dict(range=[-1.6, 3.2])),
        "slope": panel(second, "Its slope", 270, xaxis=x, yaxis=dict(range=[-1.1, 1.5])),
    }


_HERE = "At z = {z:.2f} the {kind} answers {answer:.3f}, with slope {slope:.3f}"

activations = Explorer(
    name="activations",
    title="The gallery of activations",
    look_for="Move z outwards and read the slope. Which activations go flat on both sides, which on one, and "
    "which is flat everywhere? Then widen the spread: how much of it meets no slope any more?",
    compute=show_activation,
    draw=draw,
    controls={
        "kind": Choice({name: number for number, name in enumerate(KINDS)}, label="activation"),
        "parameter": Slider(-1, 10, 1, step=0.01, marks={-1: "|z|", 0: "ReLU", 1: "1"}, label="α or β"),
        "z": Slider(-REACH, REACH, 2, step=0.01, label="pre-activation z"),
        "spread": Slider(0.1, 10, 1, log=True, label="spread of pre-activations"),
    },
    presets={
        "saturated sigmoid": {"z": 5.0, "spread": 5.0},
        "leaky rectifier": {"kind": "rectifier with slope α", "parameter": 0.1, "z": -2.0},
        "the dip of GELU": {"kind": "GELU", "z": -0.75},
        "swish, nearly linear": {"kind": "swish with β", "parameter": 0.1},
        "a step cannot be trained": {"kind": "step", "z": 1.0},
    },
    says=Cases(
        "case",
        (
            _HERE + ".",
            _HERE + ": it is nearly flat there.",
            "The step answers {answer:d} at z = {z:.2f}, and its slope is 0 wherever it has one: no step of "
            "gradient descent ever moves it.",
        ),
    ),
    readouts=(
        "Ten layers at this slope multiply a gradient by {ten:.2g}; the largest slope is {largest:.3f}.",
        "Of pre-activations with spread {spread:.2f}, {flat:.0%} meet a slope below 0.05.",
    ),
    challenges=(
        Challenge(
            "Find a place where an activation is steeper than ReLU ever is: slope above 1.09.",
            met="steeper_than_one",
        ),
        Challenge(
            "Saturate a squashing function for more than half of its pre-activations.", met="half_flat"
        ),
        Challenge("Bring swish within 0.06 of ReLU everywhere.", met="nearly_relu"),
    ),
)
