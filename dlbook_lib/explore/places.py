"""Controls that hold places and words: points to drag, a cell to point at, a text to type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import torch

from dlbook_lib.checks import check_integer, check_number, check_shape, check_type
from dlbook_lib.explore.controls import Control

__all__ = ["Hover", "Points", "Words", "tokenize"]

# A word (letters, digits, apostrophes) or one other sign; the page's pattern is the same.
TOKEN = re.compile(r"(?:[^\W_]|')+|[^\s\w']|_")


def tokenize(text: str) -> list[str]:
    """Cut a text into lower-case words and signs.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        In order.

    Examples
    --------
    >>> tokenize("The cat, it's asleep.")
    ['the', 'cat', ',', "it's", 'asleep', '.']
    """
    return TOKEN.findall(text.lower())


@dataclass(frozen=True)
class Words(Control):
    """A text that the reader types.

    Parameters
    ----------
    vocabulary : sequence of str
        The words that are known; number 0 fills up a short text, number 1 stands for every unknown word.
    start : str
        The text at first.
    length : int
        How many words ``compute`` gets; later ones are left out.
    label : str
        What is read beside it.
    """

    vocabulary: Sequence[str]
    start: str
    _: KW_ONLY
    length: int
    label: str = "Text"
    kind = "words"

    def __post_init__(self) -> None:
        check_integer("length", self.length, low=1)
        if len(self.vocabulary) < 2 or len(set(self.vocabulary)) != len(self.vocabulary):
            raise ValueError("vocabulary must hold at least two words, each once")
        self.check("start", self.start)

    def check(self, name, value):
        check_type(name, value, str, "a text")

    def encode(self, value):
        numbers = {word: number for number, word in enumerate(self.vocabulary)}
        known = [numbers.get(word, 1) for word in self.texts(value)]
        return {"": torch.tensor(known + [0] * (self.length - len(known)))}

    def texts(self, value: str) -> list[str]:
        """Name the words that are used, as they were typed.

        Parameters
        ----------
        value : str
            The text.

        Returns
        -------
        list of str
            At most ``length``.
        """
        return tokenize(value)[: self.length]

    def describe(self):
        return {"vocabulary": list(self.vocabulary), "length": self.length}

    def extremes(self):
        return ["", " ".join(self.vocabulary[2 : 4 + self.length])]

    def sample(self, generator):
        count = torch.randint(self.length + 3, (), generator=generator).item()
        chosen = torch.randint(1, len(self.vocabulary), (count,), generator=generator)
        return " ".join(self.vocabulary[number] for number in chosen)


@dataclass(frozen=True)
class Points(Control):
    """Points of a panel that the reader drags.

    Parameters
    ----------
    start : list of [x, y], or Tensor, shape (N, 2)
        Where they stand at first.
    panel : str
        The panel that they stand in.
    x, y : tuple of float
        The range of each coordinate.
    names : sequence of str, optional
        What a screen reader calls them.
    label : str
        What is read beside it.
    """

    start: Any
    _: KW_ONLY
    panel: str
    x: tuple[float, float]
    y: tuple[float, float]
    names: Sequence[str] | None = None
    label: str = "Points"
    kind = "points"

    def __post_init__(self) -> None:
        start = torch.as_tensor(self.start, dtype=torch.float64)
        check_shape("start", start, ("N", 2))
        object.__setattr__(self, "start", start.tolist())
        names = self.names or [f"{self.label} {number + 1}" for number in range(len(start))]
        object.__setattr__(self, "names", list(names))
        check_shape("names", torch.empty(len(self.names)), (len(start),))
        self.check("start", self.start)

    def check(self, name, value):
        check_shape(name, torch.as_tensor(value), (len(self.start), 2))
        for x, y in value:
            check_number(f"{name} x", x, low=self.x[0], high=self.x[1])
            check_number(f"{name} y", y, low=self.y[0], high=self.y[1])

    def encode(self, value):
        return {"": torch.tensor(value, dtype=torch.float32)}

    def describe(self):
        return {"panel": self.panel, "x": list(self.x), "y": list(self.y), "names": self.names}

    def extremes(self):
        count = len(self.start)
        return [[[self.x[end], self.y[end]]] * count for end in (0, 1)]

    def sample(self, generator):
        part = torch.rand(len(self.start), 2, generator=generator, dtype=torch.float64)
        low, high = torch.tensor([self.x, self.y], dtype=torch.float64).T
        return (low + part * (high - low)).tolist()


@dataclass(frozen=True)
class Hover(Control):
    """The cell of a matrix that the reader points at.

    Parameters
    ----------
    panels : sequence of str
        The panels with such matrices.
    start : tuple of int
        Number of the panel, row and column at first.
    sizes : mapping of str to tuple of int
        Rows and columns of each panel's matrix.
    label : str
        What is read beside it.
    """

    panels: Sequence[str]
    start: tuple[int, int, int]
    _: KW_ONLY
    sizes: Mapping[str, tuple[int, int]]
    label: str = "Cell"
    kind = "hover"

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", list(self.start))
        if set(self.sizes) != set(self.panels):
            raise ValueError(f"sizes must name the panels {list(self.panels)}, got {list(self.sizes)}")
        self.check("start", self.start)

    def check(self, name, value):
        check_shape(name, torch.empty(len(value)), (3,))
        check_integer(f"{name} panel", value[0], low=0, high=len(self.panels) - 1)
        rows, columns = self.sizes[self.panels[value[0]]]
        check_integer(f"{name} row", value[1], low=0, high=rows - 1)
        check_integer(f"{name} column", value[2], low=0, high=columns - 1)

    def encode(self, value):
        return {"": torch.tensor(list(value))}

    def describe(self):
        sizes = {panel: list(size) for panel, size in self.sizes.items()}
        return {"panels": list(self.panels), "sizes": sizes}

    def extremes(self):
        return [
            [number, *corner]
            for number, panel in enumerate(self.panels)
            for corner in ((0, 0), (self.sizes[panel][0] - 1, self.sizes[panel][1] - 1))
        ]

    def sample(self, generator):
        number = torch.randint(len(self.panels), (), generator=generator).item()
        cell = [torch.randint(n, (), generator=generator).item() for n in self.sizes[self.panels[number]]]
        return [number, *cell]
