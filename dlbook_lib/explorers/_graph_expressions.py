"""Four expressions as graphs: their boxes and arrows, their values, local slopes and partial gradients.

An expression is a list of boxes, inputs first. Everything that does not depend on the inputs (places, arrows,
paths) is worked out once at import; the rest is plain arithmetic of tensors, which the page repeats.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = []  # serves the computation graph only

INPUTS = ("x", "w", "b", "y")
BOXES, ARROWS, STEPS = 11, 11, 7  # room for the largest expression: boxes, arrows, computed boxes
HALF_WIDTH, HALF_HEIGHT = 0.145, 0.36  # of a box


@dataclass(frozen=True)
class Expression:
    """What is computed from x, w, b and y, box after box.

    Parameters
    ----------
    title : str
        As a reader writes it.
    computed : tuple of (str, str, str, tuple of str)
        For each box: its letter, what it says, the operation, the boxes that it reads.
    places : dict of str to (float, float)
        Of every box: across from 0 to 1, and the row from above.
    """

    title: str
    computed: tuple
    places: dict

    @property
    def letters(self) -> list[str]:
        """All boxes, inputs first."""
        return [*INPUTS, *(letter for letter, *_ in self.computed)]

    @property
    def names(self) -> list[str]:
        """What stands in each box, padded."""
        names = [*INPUTS, *(f"{letter} = {text}" for letter, text, *_ in self.computed)]
        return names + [""] * (BOXES - len(names))

    @property
    def arrows(self) -> list[tuple[int, int]]:
        """From which box to which."""
        at = {letter: k for k, letter in enumerate(self.letters)}
        return [(at[part], at[letter]) for letter, _, _, parts in self.computed for part in parts]

    def paths(self, start: int) -> list[list[int]]:
        """All ways from an input to the last box, as lists of arrows."""
        if start == len(self.letters) - 1:
            return [[]]
        return [
            [number, *rest]
            for number, (a, b) in enumerate(self.arrows)
            if a == start
            for rest in self.paths(b)
        ]

    def run(self, inputs: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Return the value of every box and the local slope of every arrow, for inputs of any shape."""
        values = dict(zip(INPUTS, inputs))
        slopes = []
        for letter, _, operation, parts in self.computed:
            values[letter], local = OPERATIONS[operation](*(values[part] for part in parts))
            slopes += local
        return list(values.values()), slopes


def _tanh(z):
    a = torch.tanh(z)
    return a, [1 - a * a]


def _shrink(s):
    u = torch.exp(-s)
    return u, [-u]


OPERATIONS = {
    "multiply": lambda p, q: (p * q, [q, p]),
    "add": lambda p, q: (p + q, [torch.ones_like(p), torch.ones_like(q)]),
    "subtract": lambda p, q: (p - q, [torch.ones_like(p), -torch.ones_like(q)]),
    "square": lambda p: (p * p, [2 * p]),
    "tanh": _tanh,
    "shrink": _shrink,
    "one more": lambda u: (1 + u, [torch.ones_like(u)]),
    "log": lambda v: (torch.log(v), [1 / v]),
}

_LINEAR = (("m", "w·x", "multiply", ("w", "x")), ("z", "m + b", "add", ("m", "b")))
_NEURON = (*_LINEAR, ("a", "tanh z", "tanh", ("z",)))

EXPRESSIONS = (
    Expression(
        "one neuron: (tanh(w·x + b) − y)²",
        (*_NEURON, ("e", "a − y", "subtract", ("a", "y")), ("L", "e²", "square", ("e",))),
        dict(w=(0.2, 0), x=(0.6, 0), m=(0.4, 1), b=(0.8, 1), z=(0.6, 2), a=(0.4, 3), y=(0.8, 3))
        | dict(e=(0.6, 4), L=(0.6, 5)),
    ),
    Expression(
        "x used twice: (x·tanh(w·x + b) − y)²",
        (
            *_NEURON,
            ("p", "a·x", "multiply", ("a", "x")),
            ("e", "p − y", "subtract", ("p", "y")),
            ("L", "e²", "square", ("e",)),
        ),
        dict(w=(0.5, 0), x=(0.84, 0), m=(0.5, 1), b=(0.16, 1), z=(0.33, 2), a=(0.33, 3), p=(0.6, 4))
        | dict(y=(0.2, 4), e=(0.4, 5), L=(0.4, 6)),
    ),
    Expression(
        "two neurons: (tanh(w·x) + tanh(b·x) − y)²",
        (
            ("m", "w·x", "multiply", ("w", "x")),
            ("k", "b·x", "multiply", ("b", "x")),
            ("h", "tanh m", "tanh", ("m",)),
            ("g", "tanh k", "tanh", ("k",)),
            ("s", "h + g", "add", ("h", "g")),
            ("e", "s − y", "subtract", ("s", "y")),
            ("L", "e²", "square", ("e",)),
        ),
        dict(w=(0.16, 0), x=(0.5, 0), b=(0.84, 0), m=(0.3, 1), k=(0.7, 1), h=(0.3, 2), g=(0.7, 2))
        | dict(s=(0.5, 3), y=(0.84, 3), e=(0.66, 4), L=(0.66, 5)),
    ),
    Expression(
        "a classifier: log(1 + exp(−y·(w·x + b)))",
        (
            *_LINEAR,
            ("s", "y·z", "multiply", ("y", "z")),
            ("u", "exp(−s)", "shrink", ("s",)),
            ("v", "1 + u", "one more", ("u",)),
            ("L", "log v", "log", ("v",)),
        ),
        dict(w=(0.2, 0), x=(0.6, 0), m=(0.4, 1), b=(0.8, 1), z=(0.4, 2), y=(0.8, 2), s=(0.6, 3))
        | dict(u=(0.6, 4), v=(0.6, 5), L=(0.6, 6)),
    ),
)


def _padded(rows: list, length: int, filling: float) -> Tensor:
    return torch.tensor([list(row) + [filling] * (length - len(row)) for row in rows])


def _corners(x: float, y: float) -> list[list[float]]:
    """Go round a box once; the last point cuts it off from the next."""
    w, h = HALF_WIDTH, HALF_HEIGHT
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    return [[x + w * p, y + h * q] for p, q in signs] + [[math.nan, math.nan]]


def _outline(expression: Expression) -> list:
    boxes = [_corners(*expression.places[letter]) for letter in expression.letters]
    return boxes + [[[math.nan] * 2] * 6] * (BOXES - len(boxes))


def _segments(expression: Expression) -> list:
    """From the lower edge of one box to the upper edge of another."""
    lines = []
    for a, b in expression.arrows:
        (x0, y0), (x1, y1) = (expression.places[expression.letters[k]] for k in (a, b))
        lines.append([[x0, y0 + HALF_HEIGHT], [x1, y1 - HALF_HEIGHT], [math.nan] * 2])
    return lines + [[[math.nan] * 2] * 3] * (ARROWS - len(lines))


def _path_masks(expression: Expression) -> list:
    """For each input and for none, the first and the second path: which arrows it takes."""
    masks = []
    for start in range(len(INPUTS)):
        paths = [[], *expression.paths(start)][:3]
        paths += [[]] * (3 - len(paths))
        masks.append([[float(k in path) for k in range(ARROWS)] for path in paths])
    return masks


PLACES = torch.tensor(
    [[e.places[k] for k in e.letters] + [(math.nan,) * 2] * (BOXES - len(e.letters)) for e in EXPRESSIONS]
)  # (4, BOXES, 2)
OUTLINES = torch.tensor([_outline(e) for e in EXPRESSIONS])  # (4, BOXES, 6, 2)
SEGMENTS = torch.tensor([_segments(e) for e in EXPRESSIONS])  # (4, ARROWS, 3, 2)
HEADS = SEGMENTS[:, :, 1] - torch.tensor([0.0, 0.07])  # where the arrows end, (4, ARROWS, 2)
PATHS = torch.tensor([_path_masks(e) for e in EXPRESSIONS])  # (4, inputs, 3, ARROWS)
COMPUTED = torch.tensor([len(e.computed) for e in EXPRESSIONS])
WAYS = torch.tensor([[float(len(e.paths(start))) for start in range(len(INPUTS))] for e in EXPRESSIONS])


def gradients(expression: Expression, slopes: list[Tensor]) -> Tensor:
    """Return what every box has collected after 0, 1 … 7 boxes have handed their slope on; NaN for nothing.

    Shape (8, BOXES).
    """
    arrows, last = expression.arrows, len(expression.letters) - 1
    nothing = torch.full_like(slopes[0], math.nan)
    collected = [nothing] * BOXES
    collected[last] = torch.ones_like(slopes[0])
    rows = [torch.stack(collected)]
    for box in reversed(range(len(INPUTS), last + 1)):
        for (a, b), slope in zip(arrows, slopes):
            if b == box:
                share = collected[box] * slope
                collected[a] = share if collected[a] is nothing else collected[a] + share
        rows.append(torch.stack(collected))
    return torch.stack(rows + [rows[-1]] * (STEPS + 1 - len(rows)))


def tables(inputs: list[Tensor]) -> dict[str, Tensor]:
    """Run all expressions: values (4, BOXES), slopes (4, ARROWS), gradients (4, 8, BOXES)."""
    values, slopes, collected = [], [], []
    zero = torch.zeros_like(inputs[0])
    for expression in EXPRESSIONS:
        found, local = expression.run(inputs)
        values.append(torch.stack(found + [zero] * (BOXES - len(found))))
        slopes.append(torch.stack(local + [zero] * (ARROWS - len(local))))
        collected.append(gradients(expression, local))
    return {
        "values": torch.stack(values),
        "slopes": torch.stack(slopes),
        "gradients": torch.stack(collected),
    }


def losses(inputs: list[Tensor]) -> Tensor:
    """Return the last box of every expression, shape (4, …)."""
    return torch.stack([expression.run(inputs)[0][-1] for expression in EXPRESSIONS])
