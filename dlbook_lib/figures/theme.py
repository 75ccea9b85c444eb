r"""What all figures share: colours, two page templates, and the frame that every figure is put in.

The eight colours follow the idea of Okabe and Ito's Color Universal Design (2002), a set that people with
any colour vision can tell apart, but not its values: some of those cannot be seen on a white page, others
not on a dark one. Ours have a contrast of at least 3 with both, and any two of them differ by at least 12
(CIEDE2000), also as seen with the three colour deficiencies of Machado, Oliveira and Fernandes (2009).

No figure names a colour of text, axes or grid: those belong to the template, which the website swaps when
the reader switches between light and dark. Colour scales stay the same on both, so that a sentence such as
"pale cells are near zero" is always true.
"""

from __future__ import annotations

import math
import re
import reprlib
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import torch

from dlbook_lib.checks import check_finite, check_shape, check_type

__all__ = [
    "CATEGORICAL",
    "COLORS",
    "DASHES",
    "DIVERGING",
    "GRAY",
    "SEQUENTIAL",
    "SYMBOLS",
    "page_templates",
]

CATEGORICAL = ("#0571e5", "#b94e1f", "#1c8f60", "#b98d0a", "#958ac2", "#eb6788", "#905184", "#636764")
COLORS = {
    "data": CATEGORICAL[0],
    "model": CATEGORICAL[1],
    "gradient": CATEGORICAL[2],
    "noise": CATEGORICAL[7],
}
SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "x", "triangle-down", "star")
DASHES = (
    "solid",
    "8px,4px",
    "2px,3px",
    "9px,3px,2px,3px",
    "16px,4px",
    "5px,2px",
    "14px,3px,2px,3px,2px,3px",
    "4px,7px",
)

# Viridis, and blue to rust over a zero as pale as paper, yet darker than a white page and easy on a dark one.
_VIRIDIS = "#440154 #482878 #3e4989 #31688e #26828e #1f9e89 #35b779 #6ece58 #b5de2b #fde725"
_SIGNED = "#0055c0 #3c74c9 #6690d1 #90acd7 #b9c7dc #e4e2df #dfc2b7 #d8a390 #cf836a #c46241 #b73d09"
SEQUENTIAL, DIVERGING, GRAY = (
    [[i / (len(colors) - 1), color] for i, color in enumerate(colors)]
    for colors in (_VIRIDIS.split(), _SIGNED.split(), ["#000000", "#ffffff"])
)

_FONT = "'Source Sans 3 Variable', system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif"
_CLEAR = "rgba(0,0,0,0)"
_TITLE_CHARACTERS, _TITLE_LINE = 38, 21  # that fit beside each other on a phone 328 pixels wide; pixels
_PHONE_PLOT, _PAGE_PLOT = 260, 640  # pixels of a plot's width
LINE, CHARACTER = 20, 7.2  # pixels of text, about
BAR = 34  # pixels that a colour bar and its numbers need above the plot


def page_templates() -> dict[str, dict[str, Any]]:
    """Return the look of a figure on a light and on a dark page, as plotly templates in plain dicts.

    Returns
    -------
    dict
        ``"light"`` and ``"dark"``, each a value of ``layout.template`` that JSON can hold.

    Examples
    --------
    >>> sorted(page_templates())
    ['dark', 'light']
    """
    return {
        "light": _template(text="#33383d", grid="#e3e5e8", line="#8a9097", label="#ffffff"),
        "dark": _template(text="#d5d8dc", grid="#31363d", line="#7f868e", label="#22272e"),
    }


# The rest serves the other files of this package.


def frame(
    traces: Sequence[Any],
    *,
    alt: str | None,
    default: str,
    title: str,
    height: int,
    aspect: float | None = None,
    above: int = 0,
    below: int = 8,
    **layout: Any,
) -> go.Figure:
    """Put traces into the book's frame: its template, a title that wraps on a phone, the sentence ``alt``.

    The sentence is what the author wrote or, by ``default``, the title and what was computed. ``height`` is
    the plot's own, in pixels; ``above`` and ``below`` are kept free around it. Where ``aspect``, its height
    over its width, is fixed, the website chooses the height anew for the width that the reader has.
    """
    check_type("title", title, str, "a string")
    check_type("alt", alt, (str, type(None)), "a sentence")
    if alt is None:
        heading = re.sub("<[^>]*>", "", title.replace("<br>", " ")).strip()
        alt = f"{heading}{'' if heading.endswith(('.', '?', '!')) else '.'} {default}" if heading else default
    lines = [line for part in title.split("<br>") for line in _wrap(part)]
    top = 10 + above + (_TITLE_LINE * len(lines) + 4 if lines else 0)
    total = top + height + below
    if lines:
        drop = 12 if len(lines) == 1 else 22  # pixels; plotly lifts the first of several lines
        layout["title"] = dict(text="<br>".join(lines), y=1 - drop / total)
    meta = {"alt": alt} if aspect is None else {"alt": alt, "aspect": round(float(aspect), 4)}
    layout |= dict(template="dlbook", meta=meta, height=total, margin=dict(t=top, b=below))
    return go.Figure(traces, layout)


def plot_height(aspect: float) -> int:
    """Choose the height of a plot of fixed proportions: little more than it fills on a phone."""
    return round(min(_PAGE_PLOT * aspect, _PHONE_PLOT * aspect + 80, 640))


def legend_above(names: Sequence[str], height: int, lift: int = 0) -> tuple[int, dict[str, Any]]:
    """Lay a legend ``lift`` pixels above a plot of some ``height``; return the room it needs on a phone, too.

    There plotly makes all columns of a horizontal legend as wide as the longest name.
    """
    columns = max(1, int(_PHONE_PLOT // (45 + CHARACTER * max(map(len, names)))))
    room = LINE * math.ceil(len(names) / columns) + 6
    return room, dict(orientation="h", x=0.5, xanchor="center", y=1 + (lift + 4) / height, yanchor="bottom")


def read_array(name: str, value: Any, shape: Sequence[int | str] | None = None) -> np.ndarray:
    """Read finite numbers from a tensor on any device, an array or a nested list, and check their shape.

    Booleans become 0.0 and 1.0. Floating-point arrays of two and more axes become float32, which halves
    their weight in the page.
    """
    check_type(name, value, (torch.Tensor, np.ndarray, Sequence), "a tensor, an array or a nested list")
    try:
        array = np.asarray(_plain(value))
    except ValueError:  # rows of different lengths
        array = np.array(None)
    if array.dtype.kind not in "buif":
        shown = " ".join(reprlib.repr(value).split())
        raise ValueError(f"{name} must hold numbers in rows of equal length, got {shown}")
    if array.size == 0:
        raise ValueError(f"{name} must hold at least one number, got shape {array.shape}")
    if array.dtype.kind == "b" or (array.dtype.kind == "f" and array.ndim > 1):
        with np.errstate(over="ignore"):  # what overflows is reported as infinite below
            array = array.astype(np.float32)
    if shape is not None:
        check_shape(name, array, shape)
    check_finite(name, array)
    return array


def read_labels(name: str, value: Any, count: int) -> list[str]:
    """Read ``count`` labels, strings or numbers."""
    check_type(name, value, (torch.Tensor, np.ndarray, list, tuple, range), "a list of labels")
    labels = value.tolist() if isinstance(value, torch.Tensor | np.ndarray) else list(value)
    check_shape(name, np.empty(len(labels)), (count,))
    return [label if isinstance(label, str) else f"{label:g}" for label in labels]


def escape(label: str) -> str:
    """Protect a label from plotly, which would take the token ``<pad>`` for a tag and drop it."""
    return label.replace("&", "&amp;").replace("<", "&lt;")


def spell(value: float) -> str:
    """Write a number for a sentence: whole numbers and thousands without decimals, others to three digits."""
    value = float(value)
    whole = (value.is_integer() or abs(value) >= 1000) and abs(value) < 1e15
    return f"{value:,.0f}" if whole else f"{value:.3g}"


def _wrap(text: str) -> list[str]:
    """Break a title into as few lines as a phone allows, all about equally long."""
    lines = textwrap.wrap(text, _TITLE_CHARACTERS)
    narrower = (textwrap.wrap(text, width) for width in range(1, _TITLE_CHARACTERS))
    return next((even for even in narrower if len(even) == len(lines)), lines)


def _plain(value: Any) -> Any:
    """Take tensors, also inside lists, to NumPy arrays."""
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        return (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _template(*, text: str, grid: str, line: str, label: str) -> dict[str, Any]:
    """Build one template; these four colours are all that differs between them."""
    scene = dict(gridcolor=grid, zerolinecolor=grid, linecolor=line, showbackground=False)
    axis = dict(
        gridcolor=grid, zerolinecolor=grid, linecolor=line, tickcolor=line, automargin=True, showline=True
    )
    axis |= dict(ticks="outside", ticklen=4, title=dict(standoff=8), autotickangles=[0, -45, -90])
    axis |= dict(spikecolor=line, spikethickness=1, spikedash="solid")
    bar = dict(orientation="h", x=0.5, y=1, yanchor="bottom", lenmode="pixels", len=220, thickness=10, ypad=4)
    bar |= dict(outlinewidth=0, ticks="outside", ticklen=3, tickcolor=line, nticks=6)
    bar |= dict(title=dict(text=""))  # without it plotly shifts the figure's own title
    layout = dict(
        font=dict(family=_FONT, size=13, color=text),
        title=dict(x=0.5, xref="paper", yanchor="top", font=dict(size=15)),
        margin=dict(l=12, r=12, t=10, b=8),
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        colorway=list(CATEGORICAL),
        dragmode=False,  # a finger that starts on a figure scrolls the page
        xaxis=axis,
        yaxis=axis,
        scene=dict(xaxis=scene, yaxis=scene, zaxis=scene, dragmode="turntable"),
        legend=dict(bgcolor=_CLEAR),
        hoverlabel=dict(bgcolor=label, bordercolor=line, font=dict(color=text, size=13), align="left"),
        coloraxis=dict(colorbar=bar),
        modebar=dict(
            bgcolor=_CLEAR, color=line, activecolor=text, remove=["select", "lasso", "zoomin", "zoomout"]
        ),
        shapedefaults=dict(line=dict(color=line, width=1.5)),
        annotationdefaults=dict(arrowcolor=line),
    )
    return dict(
        layout=layout, data={kind: [dict(colorbar=bar)] for kind in ("heatmap", "contour", "surface")}
    )


# In a live notebook the page may be white or nearly black: this grey has a contrast above 4.1 with both.
pio.templates["dlbook"] = go.layout.Template(
    _template(text="#767676", grid="rgba(128,128,128,0.25)", line="rgba(128,128,128,0.7)", label="#ffffff")
)
