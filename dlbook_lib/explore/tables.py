"""Controls that hold arrays: a table to edit, a picture to choose or paint, stored noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import torch

from dlbook_lib.checks import check_in, check_integer, check_number, check_type
from dlbook_lib.explore.arrays import pack, unpack
from dlbook_lib.explore.controls import Control

__all__ = ["Matrix", "Noise", "Picture"]


@dataclass(frozen=True)
class Matrix(Control):
    """A table of numbers that the reader can edit cell by cell.

    Parameters
    ----------
    rows : list of list of float, or Tensor
        The table at first.
    largest : int, optional
        Lets the reader add and remove rows and columns, up to this many. ``compute`` then gets the table in
        the top left corner of a matrix of that size, and its size beside it as ``<name>_size``.
    low, high : float
        Range of a cell.
    label : str
        What is read beside it.
    """

    rows: Any
    _: KW_ONLY
    largest: int | None = None
    low: float = -1e6
    high: float = 1e6
    label: str = ""
    kind = "matrix"

    def __post_init__(self) -> None:
        if self.largest is not None:
            check_integer("largest", self.largest, low=1)
        rows = self.rows.tolist() if isinstance(self.rows, torch.Tensor) else [list(r) for r in self.rows]
        object.__setattr__(self, "rows", rows)
        self.check("start", rows)

    @property
    def start(self) -> list[list[float]]:
        """The table at first."""
        return self.rows

    def check(self, name, value):
        check_type(name, value, Sequence, "rows of numbers")
        widths = {len(row) for row in value}
        limit = self.largest or max(len(self.rows), len(self.rows[0]))
        if len(widths) != 1 or not 1 <= max(len(value), *widths) <= limit or 0 in widths:
            raise ValueError(f"{name} must have 1 to {limit} rows of 1 to {limit} numbers each, got {value}")
        if self.largest is None and (len(value), *widths) != (len(self.rows), len(self.rows[0])):
            raise ValueError(f"{name} must have {len(self.rows)} rows of {len(self.rows[0])}, got {value}")
        for row in value:
            for cell in row:
                check_number(name, cell, low=self.low, high=self.high)

    def encode(self, value):
        table = torch.tensor(value, dtype=torch.float32)
        if self.largest is None:
            return {"": table}
        rows, columns = table.shape
        padded = torch.nn.functional.pad(table, (0, self.largest - columns, 0, self.largest - rows))
        return {"": padded, "_size": torch.tensor([rows, columns])}

    def describe(self):
        return {"low": self.low, "high": self.high, "largest": self.largest}

    def extremes(self):
        low, high = max(self.low, -9.0), min(self.high, 9.0)
        sizes = [1, self.largest] if self.largest else [None]
        tables = []
        for size in sizes:
            rows, columns = (size, size) if size else (len(self.rows), len(self.rows[0]))
            tables += [[[end] * columns for _ in range(rows)] for end in (low, high)]
        return [*tables, [[0.0 if low <= 0 <= high else low]]] if self.largest else tables

    def sample(self, generator):
        rows, columns = len(self.rows), len(self.rows[0])
        if self.largest:
            rows, columns = (torch.randint(self.largest, (2,), generator=generator) + 1).tolist()
        low, high = max(self.low, -9.0), min(self.high, 9.0)
        return (low + (high - low) * torch.rand(rows, columns, generator=generator)).tolist()


@dataclass(frozen=True)
class Picture(Control):
    """A picture: one of some examples, or the reader's own, uploaded, pasted or painted.

    Parameters
    ----------
    examples : mapping of str to Tensor, shape (C, H, W)
        With values from 0 to 1, all of one shape; C is 1 or 3.
    start : str, optional
        The example shown at first; the first one by default.
    upload, paint : bool
        Whether the reader may bring a picture, and paint on it.
    label : str
        What is read beside it.
    """

    examples: Mapping[str, torch.Tensor]
    start: dict[str, str]
    upload: bool = True
    paint: bool = True
    label: str = ""
    kind = "picture"

    def __init__(self, examples, start=None, *, upload=True, paint=True, label="Picture"):
        check_type("examples", examples, Mapping, "a mapping of labels to pictures")
        shapes = {tuple(picture.shape) for picture in examples.values()}
        if len(shapes) != 1 or len(shape := next(iter(shapes))) != 3 or shape[0] not in (1, 3):
            raise ValueError(
                f"examples must hold pictures of one shape (1, H, W) or (3, H, W), got {sorted(shapes)}"
            )
        pictures = {str(key): value.detach().cpu().float() for key, value in examples.items()}
        start = {"example": next(iter(pictures)) if start is None else start}
        for name, value in dict(
            examples=pictures, start=start, upload=upload, paint=paint, label=label
        ).items():
            object.__setattr__(self, name, value)
        self.check("start", start)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of every picture, (C, H, W)."""
        return tuple(next(iter(self.examples.values())).shape)

    def check(self, name, value):
        check_type(name, value, Mapping, "a picture")
        if "example" in value:
            check_in(name, value["example"], tuple(self.examples))
        else:
            unpack({"shape": self.shape, "data": value["pixels"]})

    def encode(self, value):
        if "example" in value:
            return {"": self.examples[value["example"]]}
        return {"": unpack({"shape": self.shape, "data": value["pixels"]})}

    def describe(self):
        examples = [[label, pack(picture)] for label, picture in self.examples.items()]
        return {"examples": examples, "upload": self.upload, "paint": self.paint}

    def extremes(self):
        return [_pixels(torch.full(self.shape, level)) for level in (0.0, 1.0)]

    def sample(self, generator):
        labels = list(self.examples)
        chosen = torch.randint(len(labels) + 1, (), generator=generator).item()
        if chosen < len(labels):
            return {"example": labels[chosen]}
        return _pixels(torch.rand(self.shape, generator=generator))


def _pixels(picture: torch.Tensor) -> dict[str, str]:
    return {"pixels": pack(picture)["data"]}


@dataclass(frozen=True)
class Noise(Control):
    """A stored bank of standard normal arrays, and a button that takes the next one.

    Parameters
    ----------
    *shape : int
        Of one array.
    draws : int
        How many are stored.
    seed : int
        Where their random stream starts.
    label : str
        What is read beside it.
    """

    shape: tuple[int, ...]
    draws: int = 4
    seed: int = 0
    label: str = ""
    kind = "noise"

    def __init__(self, *shape, draws=4, seed=0, label="Noise"):
        for size in shape:
            check_integer("shape", size, low=1)
        check_integer("draws", draws, low=1)
        for name, value in dict(shape=shape, draws=draws, seed=seed, label=label).items():
            object.__setattr__(self, name, value)

    @property
    def bank(self) -> torch.Tensor:
        """All stored arrays, the draws along their first axis."""
        generator = torch.Generator().manual_seed(self.seed)
        return torch.randn(self.draws, *self.shape, generator=generator)

    @property
    def start(self) -> int:
        """The first array."""
        return 0

    def check(self, name, value):
        check_integer(name, value, low=0, high=self.draws - 1)

    def encode(self, value):
        return {"": self.bank[value]}

    def describe(self):
        return {"shape": list(self.shape), "bank": [pack(array) for array in self.bank]}

    def extremes(self):
        return [0, self.draws - 1]

    def sample(self, generator):
        return torch.randint(self.draws, (), generator=generator).item()
