r"""The small network of the playground, drawn once at its largest and cut to size by masks.

An exported graph has fixed shapes, so there are always seven features and three hidden layers of eight units;
a unit that the reader has taken away answers 0, and a layer without units hands on what it gets. Forward pass
and loss are the chapter's formulas; the gradient is ``torch.autograd.grad``'s, which the exporter writes into
the graph; the step is plain gradient descent on a mini-batch, followed by the shrinking of the L1 penalty,
which sets weights to exactly zero (:func:`dlbook_lib.regularize.proximal.soft_threshold`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.data.toy2d import rings, spirals
from dlbook_lib.feedforward.activations import relu, sigmoid, tanh
from dlbook_lib.regularize.proximal import soft_threshold
from dlbook_lib.seed import generator

__all__ = ["featurize", "learn", "losses_of", "respond"]

COUNT = 200  # points of a data set
EDGE = 3.0  # of the plane, in both directions
WIDTH, DEPTH = 8, 3  # units of a layer, hidden layers
FEATURES = ("x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin 2x₁", "sin 2x₂")
SHAPES = ((WIDTH, WIDTH), (WIDTH,)) * DEPTH + ((1, WIDTH), (1,))
SIZES = [math.prod(shape) for shape in SHAPES]
STARTS = 8  # sets of first weights
LARGEST_BATCH = 32
LIMIT = 30.0  # of a weight

LABELS = (torch.arange(COUNT) % 2).float()  # the classes take turns, and the points come in random order


class Size(NamedTuple):
    """Which features and units take part, each mask a float tensor of zeros and ones."""

    features: Tensor  # (8,)
    units: Tensor  # (3, 8)
    present: Tensor  # (3,), whether the layer is there at all; bool


class Rule(NamedTuple):
    """How the network learns, each a tensor of one number."""

    activation: Tensor  # 0 tanh, 1 sigmoid, 2 ReLU, 3 none
    squared: Tensor  # whether the loss is the squared error of the probability; bool
    rate: Tensor
    lasso: Tensor  # strength of the L1 penalty
    ridge: Tensor  # strength of the L2 penalty


def _sets() -> Tensor:
    """Draw the four data sets without noise, shape (4, 200, 2)."""
    stream = generator(5)
    second = LABELS[:, None] == 1
    ring = 2.3 * rings(COUNT, inner=0.35, noise=0.0, seed=stream)[0]
    size = 0.2 + 2.5 * torch.rand(COUNT, 2, generator=stream)
    side = torch.randint(2, (COUNT, 1), generator=stream) * 2.0 - 1
    xor = size * side * torch.where(second, torch.tensor([1.0, 1.0]), torch.tensor([1.0, -1.0]))
    cloud = 0.5 * torch.randn(COUNT, 2, generator=stream) + torch.where(second, 1.3, -1.3)
    spiral = 2.7 * spirals(COUNT, classes=2, turns=1.2, noise=0.0, seed=stream)[0]
    return torch.stack([ring, xor, cloud, spiral])


SETS = _sets()
NOISE = torch.randn(COUNT, 2, generator=generator(6))


def _starts() -> Tensor:
    """Draw the first weights, shape (8, 225): uniform, small biases above 0."""
    stream = generator(7)
    rows = []
    for _ in range(STARTS):
        parts = []
        for shape, size in zip(SHAPES, SIZES):
            weight = 1.4 * torch.rand(size, generator=stream) - 0.7
            parts.append(weight if len(shape) == 2 else torch.full((size,), 0.1))
        rows.append(torch.cat(parts))
    return torch.stack(rows)


FIRST = _starts()
IS_WEIGHT = torch.cat([torch.full((size,), float(len(shape) == 2)) for shape, size in zip(SHAPES, SIZES)])


def featurize(x: Tensor) -> Tensor:
    """Compute the seven features of points, and a zero that fills up the eight places.

    Parameters
    ----------
    x : Tensor of shape (N, 2)
        Points.

    Returns
    -------
    Tensor of shape (N, 8)
        Squares and product divided by 3, so that no feature is much larger than the others.
    """
    a, b = x.unbind(1)
    columns = (a, b, a * a / EDGE, b * b / EDGE, a * b / EDGE, torch.sin(2 * a), torch.sin(2 * b), 0 * a)
    return torch.stack(columns, dim=1)


def activate(z: Tensor, kind: Tensor) -> Tensor:
    """Apply the activation of a number: 0 tanh, 1 sigmoid, 2 ReLU, 3 none."""
    return torch.where(kind < 0.5, tanh(z), torch.where(kind < 1.5, sigmoid(z), rectify(z, kind)))


def rectify(z: Tensor, kind: Tensor) -> Tensor:
    """Rectify, or let everything through where the kind is 3."""
    return torch.where(kind < 2.5, relu(z), z)


def respond(parameters: Tensor, features: Tensor, size: Size, activation: Tensor) -> tuple[Tensor, Tensor]:
    """Run the network.

    Parameters
    ----------
    parameters : Tensor of shape (225,)
        Weights and biases of the four layers.
    features : Tensor of shape (N, 8)
        From :func:`featurize`.
    size : Size
        What takes part.
    activation : Tensor
        Its number.

    Returns
    -------
    hidden : Tensor of shape (3, N, 8)
        What every hidden unit answers; 0 where it takes no part.
    logits : Tensor of shape (N,)
        Above 0 for the second class.
    """
    parts = [part.view(shape) for part, shape in zip(parameters.split(SIZES), SHAPES)]
    h, hidden = features * size.features, []
    for number in range(DEPTH):
        weight, bias = parts[2 * number : 2 * number + 2]
        answer = activate(F.linear(h, weight, bias), activation) * size.units[number]
        h = torch.where(size.present[number], answer, h)
        hidden.append(answer)
    return torch.stack(hidden), F.linear(h, parts[-2], parts[-1])[:, 0]


def losses_of(logits: Tensor, labels: Tensor, squared: Tensor) -> Tensor:
    r"""Compute the loss of every point: cross-entropy, or the squared error of the probability.

    .. math:: \max(z, 0) - z y + \log(1 + e^{-|z|}) \quad\text{or}\quad (\sigma(z) - y)^2

    Parameters
    ----------
    logits, labels : Tensor of shape (N,)
        Scores z, and classes 0 and 1.
    squared : Tensor
        Which of the two; bool.

    Returns
    -------
    Tensor of shape (N,)
        One loss each.
    """
    entropy = logits.clamp(min=0) - logits * labels + torch.log1p(torch.exp(-logits.abs()))
    return torch.where(squared, (sigmoid(logits) - labels) ** 2, entropy)


def learn(
    parameters: Tensor, features: Tensor, labels: Tensor, share: Tensor, size: Size, rule: Rule
) -> Tensor:
    """Take one step of gradient descent on a mini-batch.

    Parameters
    ----------
    parameters : Tensor of shape (225,)
        Before the step.
    features, labels : Tensor of shapes (B, 8) and (B,)
        The examples.
    share : Tensor of shape (B,)
        Weight of each in the mean; 0 for those that fill up the batch.
    size, rule : Size, Rule
        What learns, and how.

    Returns
    -------
    Tensor of shape (225,)
        After it; as before where the step would not be finite.
    """
    parameters = parameters.detach().requires_grad_()
    logits = respond(parameters, features, size, rule.activation)[1]
    loss = (losses_of(logits, labels, rule.squared) * share).sum()
    (gradient,) = torch.autograd.grad(loss, parameters)
    parameters = parameters.detach()
    moved = parameters - rule.rate * (gradient + rule.ridge * parameters * IS_WEIGHT)
    moved = soft_threshold(moved, rule.rate * rule.lasso * IS_WEIGHT)
    fine = gradient.abs().max() < 1e4
    return torch.where(fine, moved, parameters).clamp(-LIMIT, LIMIT)
