"""A network that learns in the page: choose data, features, layers and units, and watch every unit answer.

What TensorFlow Playground shows (Smilkov, Carter, Sculley, Viégas and Wattenberg, "Direct-Manipulation
Visualization of Deep Networks", 2017), computed by this book's own formulas in torch. Each step of the player
is five steps of gradient descent on mini-batches that come in a fixed order. Differs from it: the loss is the
cross-entropy unless the squared error is chosen, there are at most three hidden layers, and the L1 penalty
is a proximal step.
"""

from __future__ import annotations

import math

import torch

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Slider, Toggle
from dlbook_lib.explorers._playground_network import (
    COUNT,
    DEPTH,
    FIRST,
    LABELS,
    LARGEST_BATCH,
    NOISE,
    SETS,
    STARTS,
    WIDTH,
    Rule,
    Size,
    featurize,
    learn,
    losses_of,
    respond,
)
from dlbook_lib.explorers._playground_panels import (
    KEPT,
    SIDE,
    TILE,
    draw_losses,
    draw_network,
    draw_plane,
    grid,
    lay_edges,
    lay_tiles,
)

__all__ = ["playground"]

PER_FRAME = 5  # steps of gradient descent in one of the player's
MAP, SMALL = featurize(grid(SIDE)), featurize(grid(TILE))
BATCH = torch.arange(LARGEST_BATCH)
BACK = torch.arange(1 - KEPT, 1)
KINDS = {"rings": 0, "exclusive or": 1, "two clouds": 2, "spiral": 3}
INPUTS = {
    "x₁ and x₂": [1, 1, 0, 0, 0, 0, 0, 0],
    "squares": [0, 0, 1, 1, 0, 0, 0, 0],
    "x₁, x₂ and their product": [1, 1, 0, 0, 1, 0, 0, 0],
    "x₁, x₂ and their sines": [1, 1, 0, 0, 0, 1, 1, 0],
    "all seven": [1, 1, 1, 1, 1, 1, 1, 0],
}
ACTIVATIONS = {"tanh": 0, "sigmoid": 1, "ReLU": 2, "none": 3}
EDGES = [f"{side}_{name}" for side in ("for", "against") for name in ("weak", "middle", "strong")]


def play_on(
    dataset, noise, share, batch, features, units_1, units_2, units_3, activation, squared, rate, penalty,
    strength, start, parameters, cursor, steps, train_losses, test_losses,
):  # fmt: skip
    """Take five steps on mini-batches, and show what every unit and the network answer."""
    x = (SETS.index_select(0, dataset.long().view(1))[0] + noise * NOISE).clamp(-3, 3)
    inputs, count = featurize(x), (share * COUNT / 100).long()
    units = torch.stack([units_1, units_2, units_3])
    taken = (torch.arange(WIDTH) < units[:, None]).float()
    size = Size(features, taken, units > 0)
    rule = Rule(activation, squared, rate, strength * (penalty == 1), strength * (penalty == 2))

    parameters = torch.where(steps == 0, FIRST.index_select(0, start.view(1))[0], parameters)
    weigh = (batch > BATCH).float() / batch
    for _ in range(PER_FRAME):
        rows = (cursor.long() + BATCH) % count
        parameters = learn(parameters, inputs[rows], LABELS[rows], weigh, size, rule)
        cursor = (cursor + batch) % count
    steps = steps + PER_FRAME

    everything = torch.cat([inputs, SMALL, MAP])
    hidden, logits = respond(parameters, everything, size, activation)
    scores = _scores(hidden[:, :COUNT], logits[:COUNT], count, squared, size)
    return {
        "parameters": parameters,
        "cursor": cursor,
        "steps": steps,
        "train_losses": torch.cat([train_losses[1:], scores["train_loss"].view(1)]),
        "test_losses": torch.cat([test_losses[1:], scores["test_loss"].view(1)]),
        "frames": steps + PER_FRAME * BACK,
        "frames_range": torch.stack([(steps - PER_FRAME * KEPT).clamp_min(0), steps.clamp_min(100)]),
        "loss_top": 1.1 * _largest(train_losses, test_losses),
        **scores,
        **lay_edges(parameters, size),
        **_pictures(x, count, hidden, logits, size),
        **_found(dataset, activation, units, size, scores),
    }


def _largest(*curves):
    """Find how high a loss has been, where there was one: at least 0.75."""
    values = torch.cat(curves)
    return torch.where(values.isnan(), torch.zeros_like(values), values).max().clamp_min(0.75)


def _pictures(x, count, hidden, logits, size):
    """Lay out the points, the plane and what every unit answers."""
    learned = torch.arange(COUNT) < count
    probabilities = torch.sigmoid(logits[COUNT:])
    shown = {
        "x": x[:, 0],
        "y_train": torch.where(learned, x[:, 1], math.nan),
        "y_test": torch.where(learned, math.nan, x[:, 1]),
        "chance": probabilities[TILE**2 :].view(SIDE, SIDE),
        "answer": 2 * probabilities[: TILE**2].view(TILE, TILE) - 1,
        "column_0": lay_tiles(SMALL, size.features),
    }
    for number in range(DEPTH):
        pictures = hidden[number, COUNT : COUNT + TILE**2]
        shown[f"column_{number + 1}"] = lay_tiles(pictures, size.units[number])
    return shown


def _found(dataset, activation, units, size, scores):
    """Judge the challenges."""
    good = scores["test_accuracy"] >= 0.95
    plain = (size.features[:2].sum() == 2) & (size.features.sum() == 2)
    return {
        "three_units": (dataset == 0) & plain & (units.sum() <= 3) & (size.present.float().sum() == 1) & good,
        "no_layer": (dataset != 2) & (units.sum() == 0) & good,
        "spiral": (dataset == 3) & plain & good,
        "all_dead": (activation == 2) & (scores["dead"] >= 3),
    }


def _scores(hidden, logits, count, squared, size):
    """Measure the network on both parts of the data, and count its dead units and its weights."""
    learned = (torch.arange(COUNT) < count).float()
    shares = {"train": learned / learned.sum(), "test": (1 - learned) / (1 - learned).sum()}
    losses, right = losses_of(logits, LABELS, squared), ((logits > 0) == (LABELS > 0)).float()
    numbers = {}
    for name, part in shares.items():
        numbers[f"{name}_loss"] = (losses * part).sum().clamp(max=3.0)
        numbers[f"{name}_accuracy"] = (right * part).sum()
    silent = (hidden.abs() * learned[:, None]).amax(1) == 0  # (3, 8)
    numbers["dead"] = (silent * size.units).sum()
    numbers["unit_count"] = size.units.sum()
    gap = numbers["test_loss"] - numbers["train_loss"]
    verdict = torch.where((gap > 0.15) & (numbers["train_accuracy"] > 0.9), 2.0, 0.0)
    verdict = torch.where(numbers["test_accuracy"] >= 0.95, 1.0, verdict)
    return numbers | {"verdict": torch.where(numbers["dead"] > 0, 3.0, verdict)}


def draw(
    edges_x, for_weak, for_middle, for_strong, against_weak, against_middle, against_strong,
    column_0, column_1, column_2, column_3, answer, chance, x, y_train, y_test,
    frames, train_losses, test_losses, frames_range,
    loss_top,
):  # fmt: skip
    """Draw the network, the plane and the losses."""
    edges = (for_weak, for_middle, for_strong, against_weak, against_middle, against_strong)
    return {
        "network": draw_network(edges_x, edges, column_0, column_1, column_2, column_3, answer),
        "plane": draw_plane(chance, x, y_train, y_test),
        "losses": draw_losses(frames, train_losses, test_losses, frames_range, loss_top),
    }


_AT = (
    "After {steps:d} steps the loss is {train_loss:.3f} on the training points and {test_loss:.3f} on the "
    "others, of which {test_accuracy:.0%} lie on the right side"
)

playground = Explorer(
    name="playground",
    title="A network that learns in this page",
    look_for="Press Play and watch the first layer: each unit cuts the plane once, and the second layer adds "
    "the cuts up. When does the border begin to close? Then set the activation to none, reset, and predict.",
    compute=play_on,
    draw=draw,
    controls={
        "dataset": Choice(KINDS, label="data"),
        "features": Choice({name: torch.tensor(mask) for name, mask in INPUTS.items()}, label="input"),
        "units_1": Slider(0, WIDTH, 4, integer=True, label="units in layer 1", marks={0: "no layer"}),
        "units_2": Slider(0, WIDTH, 3, integer=True, label="units in layer 2", marks={0: "no layer"}),
        "units_3": Slider(0, WIDTH, 0, integer=True, label="units in layer 3", marks={0: "no layer"}),
        "activation": Choice(ACTIVATIONS, label="activation"),
        "rate": Slider(0.003, 3, 0.1, log=True, label="learning rate"),
        "squared": Toggle(label="squared error instead of cross-entropy"),
        "penalty": Choice({"none": 0, "L1": 1, "L2": 2}, label="penalty"),
        "strength": Slider(0.0001, 0.3, 0.003, log=True, label="its strength"),
        "noise": Slider(0, 1, 0.15, label="noise"),
        "share": Slider(10, 90, 50, step=10, integer=True, label="part used for training", unit="%"),
        "batch": Slider(1, LARGEST_BATCH, 10, integer=True, label="points in a batch"),
        "start": Slider(0, STARTS - 1, 0, integer=True, label="first weights, set number"),
    },
    state={
        "parameters": FIRST[0],
        "cursor": torch.tensor(0.0),
        "steps": torch.tensor(0.0),
        "train_losses": torch.full((KEPT,), math.nan),
        "test_losses": torch.full((KEPT,), math.nan),
    },
    presets={
        "no activation: one straight cut": {"activation": "none"},
        "no layer, but squares": {"units_1": 0, "units_2": 0, "features": "squares"},
        "exclusive or": {"dataset": "exclusive or"},
        "the spiral": {
            "dataset": "spiral",
            "units_1": 8,
            "units_2": 8,
            "units_3": 4,
            "noise": 0.05,
            "share": 80,
            "rate": 0.15,
        },
        "few points, much noise": {
            "dataset": "exclusive or",
            "noise": 0.6,
            "share": 10,
            "units_1": 8,
            "units_2": 8,
            "rate": 0.5,
        },
        "units that die": {"activation": "ReLU", "rate": 3.0, "units_1": 8},
        "L1: edges that vanish": {"penalty": "L1", "strength": 0.01, "units_1": 8},
    },
    says=Cases(
        "verdict",
        (
            _AT + ".",
            _AT + ": the network has found the pattern.",
            _AT + ": it does better on the points that it has seen.",
            _AT + "; {dead:d} of {unit_count:d} hidden units answer 0 to every training point.",
        ),
    ),
    readouts=("On the training points {train_accuracy:.0%} are right.",),
    challenges=(
        Challenge(
            "Separate the rings, 95 % of the test points, with x₁ and x₂ and three units in one layer.",
            met="three_units",
        ),
        Challenge("Separate data that no straight line can with no hidden layer at all.", met="no_layer"),
        Challenge("Untangle the spiral from x₁ and x₂ alone: 95 % of the test points.", met="spiral"),
        Challenge("Kill at least three rectifying units.", met="all_dead"),
    ),
)
