"""The look of a printed figure: units, colours of the light page, and plotly's small languages for them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from plotly.colors import get_colorscale

from dlbook_lib.figures.theme import page_templates

__all__ = [
    "Handle",
    "Room",
    "choose",
    "move",
    "plain_text",
    "read_color",
    "read_dash",
    "read_numbers",
    "read_scale",
    "refuse",
]

PX = 0.72  # points of a pixel: the picture is laid out at 100 pixels to the inch
_LIGHT = page_templates()["light"]["layout"]
TEXT, GRID, LINE = _LIGHT["font"]["color"], _LIGHT["xaxis"]["gridcolor"], _LIGHT["xaxis"]["linecolor"]
# What plotly.js takes where a figure names no scale.
PLAIN = [[0, "rgb(5,10,172)"], [0.35, "rgb(106,137,247)"], [0.5, "rgb(190,190,190)"]]
PLAIN += [[0.6, "rgb(220,170,132)"], [0.7, "rgb(230,145,90)"], [1, "rgb(178,10,28)"]]
DASHES = {"solid": (), "dot": (1, 1), "dash": (3, 3), "longdash": (5, 5), "dashdot": (3, 1, 1, 1)}


@dataclass(frozen=True)
class Handle:
    """What a legend shows of a trace, or the cells that a colour bar explains.

    Parameters
    ----------
    name : str
        Of the trace; empty for cells.
    artist : Artist
        The sample in the legend, or the coloured cells.
    bar : bool
        Whether it is cells, for a colour bar.
    """

    name: str
    artist: Any
    bar: bool = False


@dataclass
class Room:
    """A rectangle of the picture, in pixels from its upper left corner.

    Parameters
    ----------
    left, top, width, height : float
        In pixels.
    """

    left: float
    top: float
    width: float
    height: float


def move(axes: Axes, room: Room) -> None:
    """Put axes into a room.

    Parameters
    ----------
    axes : Axes
        Which.
    room : Room
        In pixels of the picture.
    """
    width, height = axes.figure.get_size_inches() * 100
    bottom = 1 - (room.top + room.height) / height
    axes.set_position((room.left / width, bottom, room.width / width, room.height / height))


def refuse(what: str, given: Mapping[str, Any], known: str) -> None:
    """Refuse attributes that would be missing in print.

    Parameters
    ----------
    what : str
        What has them, for the message.
    given : mapping of str to object
        The attributes.
    known : str
        The names of those that can be printed, with spaces between them.

    Raises
    ------
    ValueError
        If another is among them.
    """
    unknown = sorted(set(given) - set(known.split()))
    if unknown:
        raise ValueError(f"{what} cannot be printed with {unknown}")


def plain_text(text: str) -> str:
    """Turn plotly's small HTML into lines of text.

    Parameters
    ----------
    text : str
        With tags and entities.

    Returns
    -------
    str
        Without them; ``<br>`` has become a new line.
    """
    return html.unescape(re.sub("<[^>]*>", "", re.sub("<br ?/?>", "\n", str(text))))


def read_color(color: Any, opacity: float = 1.0) -> tuple[float, float, float, float]:
    """Read a colour of CSS.

    Parameters
    ----------
    color : str or tuple of float
        As ``rgb(...)`` or ``rgba(...)``, or as matplotlib takes it.
    opacity : float
        From 0 to 1; multiplies the colour's own.

    Returns
    -------
    tuple of float
        Red, green, blue and alpha, from 0 to 1.

    Raises
    ------
    ValueError
        If it is no colour.
    """
    found = re.fullmatch(r"rgba?\(([^)]*)\)", color) if isinstance(color, str) else None
    if found is None:
        red, green, blue, alpha = to_rgba(color)
    else:
        parts = [float(part) for part in found[1].split(",")]
        red, green, blue = (part / 255 for part in parts[:3])
        alpha = parts[3] if len(parts) > 3 else 1.0
    return red, green, blue, alpha * opacity


def read_dash(dash: str | None, width: float) -> Any:
    """Read a dash by its name or by its lengths in pixels.

    Parameters
    ----------
    dash : str or None
        None is a solid line.
    width : float
        Of the line, in pixels.

    Returns
    -------
    str or tuple
        Matplotlib's line style: ``solid``, or 0 and the lengths in points.

    Raises
    ------
    ValueError
        If it is neither a name nor lengths.
    """
    dash = dash or "solid"
    if dash in DASHES:
        unit = max(width, 3)
        lengths = [part * (unit if dash != "dot" else width) * PX for part in DASHES[dash]]
        lengths = [max(length, 1.4) for length in lengths]
    else:
        try:
            lengths = [float(part.strip().removesuffix("px")) * PX for part in re.split("[, ]+", dash)]
        except ValueError:
            raise ValueError(f"dash must be one of {list(DASHES)} or lengths, got {dash!r}") from None
    return (0, tuple(lengths)) if lengths else "solid"


def choose(what: str, table: dict[str, Any], key: str) -> Any:
    """Look up what a name stands for.

    Parameters
    ----------
    what : str
        The attribute, for the message.
    table : dict of str to object
        What can be printed, by name.
    key : str
        The name.

    Returns
    -------
    object
        The table's entry.

    Raises
    ------
    ValueError
        If there is none.
    """
    if key not in table:
        raise ValueError(f"{what} must be one of {list(table)} to be printed, got {key!r}")
    return table[key]


def read_numbers(values: Any) -> np.ndarray:
    """Read coordinates: None is nowhere, words are counted.

    Parameters
    ----------
    values : iterable of float, str or None, or None
        None has no coordinates.

    Returns
    -------
    ndarray of shape (n,)
        Of float64: NaN for None; 0 to n - 1 if there is any word.
    """
    values = list(values if values is not None else [])
    if any(isinstance(value, str) for value in values):
        return np.arange(len(values), dtype=float)
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def read_scale(owner: Mapping[str, Any]) -> LinearSegmentedColormap:
    """Read a colour scale; nothing has no colour.

    Parameters
    ----------
    owner : mapping of str to object
        The trace or marker with ``colorscale`` and ``reversescale``.

    Returns
    -------
    LinearSegmentedColormap
        Of 512 colours; transparent where there is no number.

    Raises
    ------
    PlotlyError
        If plotly has no scale of that name.
    ValueError
        If a stop has no colour.
    """
    stops = owner.get("colorscale") or PLAIN
    stops = get_colorscale(stops) if isinstance(stops, str) else stops
    stops = [(place, read_color(color)) for place, color in stops]
    if owner.get("reversescale"):
        stops = [(1 - place, color) for place, color in reversed(stops)]
    return LinearSegmentedColormap.from_list("scale", stops, N=512).with_extremes(bad=(0, 0, 0, 0))
