"""Where each output lands in a figure, found by drawing twice with marked numbers.

``draw`` gets arrays in which every element is a number of its own. Wherever such a number turns up in the
finished figure, that place belongs to that element, whether it is a trace's data, a shape's corner, an
annotation's position or an axis's range. The second drawing uses other marks: what differs between the two
and is not a mark was computed by ``draw``, which the page could not repeat, and is refused.
"""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dlbook_lib.explore.text import FIELD, fields_of

__all__ = ["Landing", "Panel", "find_panels", "place"]

# First mark and distance of the marks, for each drawing: a sum or difference of marks is no mark in both.
MARKS = ((1_000_003, 3), (6_000_011, 5))  # float32 holds whole numbers exactly up to 16,777,216
WORD = re.compile(r"⟦(\w+):(\d+)⟧")
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Landing:
    """A place of a figure that an output fills.

    Parameters
    ----------
    path : tuple of str and int
        The way to the place from the figure's top: ``("data", 0, "z")``.
    output : str
        The output.
    take : list of int or None
        Which of its elements, counted row by row; None for all of them in order.
    shape : tuple of int
        The shape that they take there.
    """

    path: Path
    output: str
    take: list[int] | None
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Panel:
    """One figure of an explorer, and what changes in it.

    Parameters
    ----------
    figure : dict
        The figure as plain lists and numbers.
    landings : list of Landing
        Numbers.
    texts : list of tuple
        Format strings: path and text.
    words : list of tuple
        Lists of words: path and control.
    """

    figure: dict[str, Any]
    landings: list[Landing]
    texts: list[tuple[Path, str]]
    words: list[tuple[Path, str]]


def find_panels(
    draw: Callable, outputs: Mapping[str, np.ndarray], words: Mapping[str, int], wanted: tuple[str, ...]
) -> dict[str, Panel]:
    """Draw with marks and find where they land.

    Parameters
    ----------
    draw : callable
        Takes outputs, and texts of controls, by name.
    outputs : mapping of str to ndarray
        Arrays of the right shapes; their values are not used.
    words : mapping of str to int
        How many words a control's text has.
    wanted : tuple of str
        The names that ``draw`` takes.

    Returns
    -------
    dict
        Panel name -> :class:`Panel`.

    Raises
    ------
    TypeError
        If ``draw`` returns something else than figures.
    ValueError
        If it computes with what it got.
    """
    first, second = (_drawn(draw, outputs, words, wanted, *marks) for marks in MARKS)
    if first.keys() != second.keys():
        raise ValueError(
            "draw must build the same panels whatever the numbers are: move the choice into compute"
        )
    return {name: _panel(name, first[name], second[name], outputs) for name in first}


def place(panel: Panel, outputs: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Fill a copy of a panel's figure with numbers.

    Parameters
    ----------
    panel : Panel
        The figure and its landings.
    outputs : mapping of str to ndarray
        What ``compute`` returned.

    Returns
    -------
    dict
        The figure; its texts are filled by :func:`dlbook_lib.explore.text.fill`.
    """
    figure = copy.deepcopy(panel.figure)
    for landing in panel.landings:
        values = np.asarray(outputs[landing.output], dtype=np.float64).ravel()
        values = values if landing.take is None else values[landing.take]
        set_at(figure, landing.path, values.reshape(landing.shape).tolist())
    return figure


def set_at(figure: dict[str, Any], path: Path, value: Any) -> None:
    """Set what stands at a path."""
    for step in path[:-1]:
        figure = figure[step]
    figure[path[-1]] = value


def _drawn(draw, outputs, words, wanted, mark, step) -> dict[str, Any]:
    arguments = {}
    for name, array in outputs.items():
        if name in wanted:
            marks = (mark + step * np.arange(array.size, dtype=np.float64)).reshape(array.shape)
            arguments[name] = marks if array.shape else marks.item()
        mark += step * array.size
    for name, count in words.items():
        if name in wanted:
            arguments[name] = [f"⟦{name}:{number}⟧" for number in range(count)]
    figures = draw(**arguments)
    figures = figures if isinstance(figures, dict) else {"figure": figures}
    for name, figure in figures.items():
        if not isinstance(figure, go.Figure):
            raise TypeError(
                f"draw must return a plotly Figure or a dict of them, got {name}={type(figure).__name__}"
            )
    return {name: _plain(figure.to_plotly_json()) for name, figure in figures.items()}


def _panel(name: str, first: dict, second: dict, outputs) -> Panel:
    first["layout"].pop("template", None)
    second["layout"].pop("template", None)
    for figure in (first, second):
        figure["layout"].get("meta", {}).pop("alt", None)  # the explorer's own sentence stands for it
    marks = [_Marks(outputs, *pair) for pair in MARKS]
    panel = Panel(first, [], [], [])
    for path, one, two in _leaves(first, second, ()):
        _land(name, panel, path, one, two, marks)
    return panel


def _land(name: str, panel: Panel, path: Path, one: Any, two: Any, marks: Sequence[_Marks]) -> None:
    """Enter what one leaf (a number, a text or a list of numbers) needs."""
    if isinstance(one, str) and one == two:
        if any(field["name"] for field in FIELD.finditer(one)) and not re.search(r"%\{", one):
            fields_of(one)
            panel.texts.append((path, one))
        return
    if isinstance(one, list) and one and all(isinstance(text, str) for text in one):
        found = [WORD.fullmatch(text) for text in one]
        if all(found):
            panel.words.append((path, found[0][1]))
            return
    if _same(one, two):
        return
    landed = [_read(marks_, value) for marks_, value in zip(marks, (one, two))]
    if landed[0] is None and isinstance(one, list) and len(one) == len(two):  # marks beside constants
        for index, pair in enumerate(zip(one, two)):
            _land(name, panel, (*path, index), *pair, marks)
        return
    if landed[0] is None or landed[0] != landed[1]:
        way = ".".join(map(str, path))
        raise ValueError(f"draw computed {way} of panel {name!r} from its arguments: move this into compute")
    panel.landings.append(Landing(path, *landed[0]))


class _Marks:
    """Which element of which output a mark stands for."""

    def __init__(self, outputs: Mapping[str, np.ndarray], start: int, step: int) -> None:
        self.step, self.first, self.sizes = step, {}, {}
        for name, array in outputs.items():
            self.first[name], self.sizes[name] = start, array.size
            start += step * array.size

    def find(self, values: np.ndarray) -> tuple[str, np.ndarray] | None:
        """Name the one output that all these marks belong to, and the elements."""
        for name, first in self.first.items():
            elements = (values - first) / self.step
            if np.all((elements >= 0) & (elements < self.sizes[name]) & (elements % 1 == 0)):
                return name, elements.astype(int)
        return None


def _read(marks: _Marks, value: Any) -> tuple[str, list[int] | None, tuple[int, ...]] | None:
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        return None
    if array.dtype.kind not in "fiu":
        return None
    found = marks.find(array.ravel())
    if found is None:
        return None
    name, elements = found
    whole = np.array_equal(elements, np.arange(marks.sizes[name]))
    return name, None if whole else elements.tolist(), array.shape


def _leaves(one: Any, two: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    """Walk two figures side by side, down to numbers, texts and lists that hold one output."""
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        for key in one:
            yield from _leaves(one[key], two[key], (*path, key))
    elif isinstance(one, list) and isinstance(two, list) and len(one) == len(two) and not _numeric(one):
        if one and all(isinstance(text, str) and WORD.fullmatch(text) for text in one):
            yield path, one, two
            return
        for index, pair in enumerate(zip(one, two)):
            yield from _leaves(*pair, (*path, index))
    elif isinstance(one, list) and isinstance(two, list) and np.shape(one) == np.shape(two):
        yield path, one, two
    else:
        yield path, one, two


def _numeric(values: list) -> bool:
    """Say whether a list is a full table of numbers."""
    try:
        return np.asarray(values).dtype.kind in "fiu"
    except ValueError:
        return False


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, list):
        return np.array_equal(np.asarray(one, dtype=object), np.asarray(two, dtype=object))
    return one == two or (one != one and two != two)


def _plain(value: Any) -> Any:
    """Turn plotly's arrays, also those it keeps in base64, into lists."""
    if isinstance(value, dict):
        if {"bdata", "dtype"} <= value.keys():
            array = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
            shape = value.get("shape")
            return array.reshape([int(n) for n in str(shape).split(",")] if shape else -1).tolist()
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value
