"""Sentences with numbers in them, filled in alike by Python and by the page.

A format string holds fields such as ``{loss:.2f}``, ``{weights[0,2]:.0%}`` or ``{words[best]}``; an index is
a whole number or the name of an output. ``assets/explorer/format.mjs`` reads the same small language, and
both are tested on the same cases (tests/explore/formats.json).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlbook_lib.checks import check_type

__all__ = ["Cases", "Challenge", "Fields", "fields_of", "fill", "format_number"]

FIELD = re.compile(r"\{\{|\}\}|(?<!%)\{(?P<name>\w+)(?:\[(?P<index>[\w,\s]*)\])?(?::(?P<spec>[^{}]*))?\}")
SPEC = re.compile(r"\+?,?d|\+?,?\.\d[feg%]")
DEFAULT = ".3g"


@dataclass(frozen=True)
class Cases:
    """One of several sentences, chosen by an output.

    Parameters
    ----------
    by : str
        An output that holds 0, 1, 2 ….
    texts : sequence of str
        The sentence for each of these numbers.
    """

    by: str
    texts: Sequence[str]

    def __post_init__(self) -> None:
        check_type("by", self.by, str, "the name of an output")
        if isinstance(self.texts, str) or not self.texts:
            raise ValueError(f"texts must hold a sentence for each case, got {self.texts!r}")
        object.__setattr__(self, "texts", tuple(self.texts))


@dataclass(frozen=True)
class Challenge:
    """Something to find, and the output that notices when it is found.

    Parameters
    ----------
    text : str
        What to do.
    met : str
        An output that is 1 when it is done, and 0 before.
    """

    text: str
    met: str


@dataclass(frozen=True)
class Fields:
    """The names that a text refers to.

    Parameters
    ----------
    values : set of str
        Outputs and controls whose value is shown.
    indices : set of str
        Outputs that choose an element.
    """

    values: set[str]
    indices: set[str]


def _strings(text: str | Cases) -> tuple[str, ...]:
    return text.texts if isinstance(text, Cases) else (text,)


def fields_of(text: str | Cases) -> Fields:
    """Find the names that a text refers to.

    Parameters
    ----------
    text : str or Cases
        Format strings.

    Returns
    -------
    Fields
        The names.

    Raises
    ------
    ValueError
        If a field has a format that the page would not understand.

    Examples
    --------
    >>> sorted(fields_of("{weights[row,2]:.2f} of {total}").values)
    ['total', 'weights']
    """
    found = Fields(set(), {text.by} if isinstance(text, Cases) else set())
    for field in (field for string in _strings(text) for field in FIELD.finditer(string)):
        if field["name"] is None:
            continue
        if field["spec"] is not None and not SPEC.fullmatch(field["spec"]):
            raise ValueError(f"{field[0]} must have a format like d, ,d, .2f, .3g, .1e or .0%")
        found.values.add(field["name"])
        indices = (index.strip() for index in (field["index"] or "").split(","))
        found.indices.update(index for index in indices if index and not index.isdigit())
    return found


def format_number(value: float, spec: str | None = None) -> str:
    """Write a number as the page does.

    Parameters
    ----------
    value : float
        The number.
    spec : str, optional
        ``d``, ``,d``, ``.2f``, ``+.2f``, ``,.0f``, ``.3g`` (the default), ``.1e`` or ``.0%``.

    Returns
    -------
    str
        The number; "–" where there is none.

    Examples
    --------
    >>> format_number(-0.456, ".0%"), format_number(1234.5, ",d"), format_number(float("nan"))
    ('−46%', '1,234', '–')
    """
    value, spec = float(value), spec or DEFAULT
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    value = round(value) if spec.endswith("d") else value
    text = format(value, spec)
    if not re.search("[1-9]", text):  # what rounds to zero has no sign
        text = format(abs(value), spec)
    return text.replace("-", "−")


def fill(text: str | Cases, outputs: Mapping[str, Any], texts: Mapping[str, Any]) -> str:
    """Put numbers and words into a text.

    Parameters
    ----------
    text : str or Cases
        Format strings.
    outputs : mapping of str to Tensor
        What ``compute`` returned.
    texts : mapping of str to float, str or list of str
        What controls are called by: a slider's number, a choice's label, the words of a text.

    Returns
    -------
    str
        The finished sentence.

    Examples
    --------
    >>> import torch
    >>> fill("{p[1]:.0%} for {name}", {"p": torch.tensor([0.2, 0.8])}, {"name": "cat"})
    '80% for cat'
    """
    if isinstance(text, Cases):
        case = round(float(outputs[text.by]))
        text = text.texts[min(max(case, 0), len(text.texts) - 1)]

    def one(field: re.Match[str]) -> str:
        if field["name"] is None:
            return field[0][0]
        value = outputs.get(field["name"])
        value = texts[field["name"]] if value is None else value
        for index in filter(None, (part.strip() for part in (field["index"] or "").split(","))):
            number = int(index) if index.isdigit() else round(float(outputs[index]))
            value = value[number] if 0 <= number < len(value) else ""
        return value if isinstance(value, str) else format_number(value, field["spec"])

    return FIELD.sub(one, text)
