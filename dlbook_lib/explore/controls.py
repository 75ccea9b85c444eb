"""What a reader can move in an explorer.

A control knows its values in three forms: as JSON (in a link, in the page), as the tensors that ``compute``
takes, and as a description from which each host builds its own widget. It can also name its extreme values
and draw random ones, so that the parity gate tries every control of every explorer without being told how.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import torch

from dlbook_lib.checks import check_in, check_integer, check_number, check_type
from dlbook_lib.explore.arrays import pack

__all__ = ["Choice", "Control", "LastMoved", "Slider", "Toggle"]


class Control:
    """What every control can do.

    Numbers and choices stand in this file, arrays in :mod:`dlbook_lib.explore.tables`, places and words in
    :mod:`dlbook_lib.explore.places`.
    """

    kind: str = ""
    start: Any  # the value before anybody moved it
    label: str = ""  # what is read beside it

    def check(self, name: str, value: Any) -> None:
        """Refuse a value that the control cannot have.

        Parameters
        ----------
        name : str
            What the value is called in the message.
        value : object
            The value, as JSON holds it.

        Raises
        ------
        TypeError
            If it is of another kind.
        ValueError
            If it lies outside the range.
        """
        raise NotImplementedError

    def encode(self, value: Any) -> dict[str, torch.Tensor]:
        """Turn a value into arguments of ``compute``.

        Parameters
        ----------
        value : object
            The value, as JSON holds it.

        Returns
        -------
        dict of str to Tensor
            What follows the control's name in the argument's name, mostly nothing, and its tensor.
        """
        raise NotImplementedError

    def describe(self) -> dict[str, Any]:
        """Say in JSON what a host needs to build the widget.

        Returns
        -------
        dict
            Ranges, options, stored arrays.
        """
        return {}

    def extremes(self) -> list[Any]:
        """Name the values at the ends.

        Returns
        -------
        list
            Values as JSON holds them.
        """
        raise NotImplementedError

    def sample(self, generator: torch.Generator) -> Any:
        """Draw a value.

        Parameters
        ----------
        generator : torch.Generator
            The random stream.

        Returns
        -------
        object
            A value as JSON holds it.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Slider(Control):
    """A number between two ends.

    Parameters
    ----------
    low, high : float
        The ends, both included.
    start : float
        Where it stands at first.
    step : float, optional
        Distance of its stops; fine by default, 1 for integers.
    log : bool
        Whether equal ways multiply the number by equal factors; needs ``low > 0``.
    integer : bool
        Whether ``compute`` gets an int64 instead of a float32.
    marks : mapping of float to str
        Words at certain places: ``{0.05: "argmax", 20: "uniform"}``.
    label, unit : str
        What is read beside it.
    """

    low: float
    high: float
    start: float
    _: KW_ONLY
    step: float | None = None
    log: bool = False
    integer: bool = False
    marks: Mapping[float, str] = field(default_factory=dict)
    label: str = ""
    unit: str = ""
    kind = "slider"

    def __post_init__(self) -> None:
        check_number("low", self.low, low=1e-300 if self.log else -math.inf)
        check_number("high", self.high, low=self.low)
        self.check("start", self.start)
        for place in self.marks:
            check_number("marks", place, low=self.low, high=self.high)

    def check(self, name, value):
        if self.integer:
            check_integer(name, value, low=self.low, high=self.high)
        check_number(name, value, low=self.low, high=self.high)

    def encode(self, value):
        return {"": torch.tensor(value, dtype=torch.int64 if self.integer else torch.float32)}

    def describe(self):
        step = 1 if self.integer and self.step is None else self.step
        marks = [[float(place), text] for place, text in self.marks.items()]
        limits = {"low": self.low, "high": self.high, "step": step}
        return limits | {"log": self.log, "integer": self.integer, "marks": marks, "unit": self.unit}

    def extremes(self):
        return [self.low, self.high]

    def sample(self, generator):
        part = torch.rand((), generator=generator).item()
        if self.integer:
            return int(self.low + math.floor(part * (self.high - self.low + 1)))
        if self.log:
            return self.low * (self.high / self.low) ** part
        return self.low + part * (self.high - self.low)


@dataclass(frozen=True)
class Choice(Control):
    """One of several named numbers or arrays.

    Parameters
    ----------
    options : mapping of str to float or Tensor
        All of one shape.
    start : str, optional
        The label chosen at first; the first one by default.
    label : str
        What is read beside it.
    """

    options: Mapping[str, Any]
    start: str = ""
    label: str = ""
    kind = "choice"

    def __init__(self, options, start=None, *, label=""):
        check_type("options", options, Mapping, "a mapping of labels to values")
        if not options:
            raise ValueError("options must hold at least one label, got none")
        tensors = {str(key): torch.as_tensor(value, dtype=torch.float32) for key, value in options.items()}
        shapes = {tuple(value.shape) for value in tensors.values()}
        if len(shapes) > 1:
            raise ValueError(f"options must hold values of one shape, got {sorted(shapes)}")
        object.__setattr__(self, "options", tensors)
        object.__setattr__(self, "start", next(iter(tensors)) if start is None else start)
        object.__setattr__(self, "label", label)
        self.check("start", self.start)

    def check(self, name, value):
        check_in(name, value, tuple(self.options))

    def encode(self, value):
        return {"": self.options[value]}

    def describe(self):
        return {"options": list(self.options), "values": [pack(value) for value in self.options.values()]}

    def extremes(self):
        return list(self.options)

    def sample(self, generator):
        return list(self.options)[torch.randint(len(self.options), (), generator=generator).item()]


@dataclass(frozen=True)
class Toggle(Control):
    """Yes or no.

    Parameters
    ----------
    start : bool
        What holds at first.
    label : str
        What is read beside it.
    """

    start: bool = False
    _: KW_ONLY
    label: str = ""
    kind = "toggle"

    def __post_init__(self) -> None:
        self.check("start", self.start)

    def check(self, name, value):
        check_type(name, value, bool, "True or False")

    def encode(self, value):
        return {"": torch.tensor(value)}

    def extremes(self):
        return [False, True]

    def sample(self, generator):
        return bool(torch.randint(2, (), generator=generator))


@dataclass(frozen=True)
class LastMoved(Control):
    """Which of some controls the reader moved last; nothing is shown for it.

    Two sliders that fix each other need it: ``compute`` follows the one that was moved and returns the value
    of the other under that one's name, which moves it.

    Parameters
    ----------
    *names : str
        The controls; the first counts as moved before any was.
    """

    names: tuple[str, ...]
    kind = "last_moved"

    def __init__(self, *names):
        for name in names:
            check_type("names", name, str, "names of controls")
        object.__setattr__(self, "names", names)

    @property
    def start(self) -> int:
        """The first of the controls."""
        return 0

    def check(self, name, value):
        check_integer(name, value, low=0, high=len(self.names) - 1)

    def encode(self, value):
        return {"": torch.tensor(value)}

    def describe(self):
        return {"names": list(self.names)}

    def extremes(self):
        return list(range(len(self.names)))

    def sample(self, generator):
        return torch.randint(len(self.names), (), generator=generator).item()
