"""A state of an explorer as one picture: for paper, for GitHub, for a page whose reader has no JavaScript.

The figures are the ones that the other hosts show, filled by the same function, in the colours of the light
page. matplotlib draws them, since plotly's own export needs a browser. What the translation does not know
(``_still_marks.py``, ``_still_cells.py``, ``_still_space.py``, ``_still_axes.py``) it refuses: no printed
figure lacks a part without a word.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Mapping
from typing import Any

import torch

try:
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
except ImportError as error:
    raise ImportError("a printed explorer needs matplotlib: pip install matplotlib") from error

from dlbook_lib.checks import check_number, check_type
from dlbook_lib.explore import _still_axes
from dlbook_lib.explore._still_cells import fit_numbers
from dlbook_lib.explore._still_marks import draw_trace
from dlbook_lib.explore._still_space import draw_space, fit_space, in_space
from dlbook_lib.explore._still_style import PX, TEXT, Handle, Room, plain_text
from dlbook_lib.explore.explorer import Explorer
from dlbook_lib.explore.filling import filled

__all__ = ["size", "still"]

WIDTHS = {1: 560, 2: 380, 3: 308}  # pixels of a panel, by how many stand beside each other
HEIGHT = 450  # pixels of a panel that names none: plotly's own
GAP, EDGE = 14, 10  # pixels between panels and around them
LINE, CHARACTER = 18, 7.2  # pixels of a line of a legend and of a letter, about
PNG = b"\x89PNG"
RC = {
    "font.family": "DejaVu Sans",  # comes with matplotlib and has every letter that the book uses
    "font.size": 12 * PX,
    "lines.scale_dashes": False,
    "text.parse_math": False,
    "axes.unicode_minus": True,
}


def still(
    explorer: Explorer,
    chosen: Mapping[str, Any] | None = None,
    *,
    outputs: Mapping[str, torch.Tensor] | None = None,
    scale: float = 2.0,
) -> bytes:
    r"""Draw the figures of a state of an explorer as one picture.

    Parameters
    ----------
    explorer : Explorer
        Which.
    chosen : mapping of str to object, optional
        Values by control; the others keep their start.
    outputs : mapping of str to Tensor, optional
        What ``compute`` returned for them, where that is known; for a player, wherever it stands.
    scale : float
        Dots per pixel.

    Returns
    -------
    bytes
        A PNG.

    Raises
    ------
    ImportError
        On import of this module, if there is no matplotlib.
    TypeError
        If ``explorer`` is none.
    ValueError
        If a value is out of its range, or a figure holds something that cannot be printed.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> from dlbook_lib.explore import Slider
    >>> tripled = Explorer(
    ...     name="tripled", title="Tripling", compute=lambda x: {"y": 3 * x},
    ...     draw=lambda y: go.Figure(go.Bar(y=[y])), controls={"x": Slider(0, 1, 0.5)}, says="{y}")
    >>> still(tripled)[:4]
    b'\x89PNG'
    """
    check_type("explorer", explorer, Explorer, "an Explorer")
    check_number("scale", scale, low=0.1)
    values = explorer.values(chosen)
    outputs = explorer.evaluate(values) if outputs is None else outputs
    texts = explorer.texts(values)
    panels = [filled(panel, outputs, texts) for panel in explorer.panels.values()]
    with rc_context(RC):
        figure = _compose(panels)
        file = io.BytesIO()
        figure.savefig(file, dpi=100 * scale, format="png", facecolor="white", metadata={"Software": None})
    return file.getvalue()


def size(picture: bytes, scale: float = 2.0) -> tuple[int, int]:
    """Read a picture's width and height.

    Parameters
    ----------
    picture : bytes
        What :func:`still` returned.
    scale : float
        Its dots per pixel.

    Returns
    -------
    tuple of int
        In pixels of a page.

    Raises
    ------
    ValueError
        If it is no PNG.

    Examples
    --------
    >>> size(b"GIF89a")
    Traceback (most recent call last):
        ...
    ValueError: picture must be a PNG, got b'GIF89a'
    """
    if picture[:4] != PNG:
        raise ValueError(f"picture must be a PNG, got {picture[:8]!r}")
    return tuple(round(number / scale) for number in struct.unpack(">II", picture[16:24]))


def _compose(panels: list[dict[str, Any]]) -> Figure:
    """Lay panels out in rows and draw them."""
    across = _columns(len(panels))
    panel_width = WIDTHS[across]
    rows = [panels[i : i + across] for i in range(0, len(panels), across)]
    heights = [max(panel["layout"].get("height", HEIGHT) for panel in row) for row in rows]
    width = across * panel_width + (across - 1) * GAP + 2 * EDGE
    height = sum(heights) + GAP * (len(rows) - 1) + 2 * EDGE
    figure = Figure(figsize=(width / 100, height / 100), dpi=100)
    FigureCanvasAgg(figure)
    top = EDGE
    for row, row_height in zip(rows, heights):
        left = (width - len(row) * panel_width - (len(row) - 1) * GAP) / 2
        for panel in row:
            _draw_panel(figure, panel, Room(left, top, panel_width, panel["layout"].get("height", HEIGHT)))
            left += panel_width + GAP
        top += row_height + GAP
    return figure


def _columns(count: int) -> int:
    """Choose how many panels stand beside each other: three, or pairs where one would be left over."""
    return min(count, 2) if count % 3 == 1 or count == 2 else 3


def _draw_panel(figure: Figure, panel: dict[str, Any], room: Room) -> None:
    """Draw one figure of plotly's into its room."""
    layout = panel["layout"]
    title = plain_text((layout.get("title") or {}).get("text") or "")
    top = (layout.get("margin") or {}).get("t", 100)
    lines = title.count("\n") + 1 if title else 0
    if in_space(panel):
        axes, handles = draw_space(figure, panel)
        named = _named(handles, layout)
        top = max(top, 14 + 18 * lines + LINE * _rows(named, room.width)[1])
        plot = Room(room.left, room.top + top, room.width, room.height - top)
        fit_space(axes, plot)
    else:
        axes = _still_axes.make(figure, layout, room)
        _still_axes.dress(axes, panel)
        handles: list[Handle] = []
        for number, trace in enumerate(panel["data"]):
            handle = draw_trace(axes, trace, number, layout, panel["data"][:number])
            handles += [handle] if handle is not None else []
        _still_axes.decorate(axes, layout)
        named = _named(handles, layout)
        bars = [handle for handle in handles if handle.bar]
        if not bars:  # a margin that a phone's legend would need is not kept free
            top = min(top, 14 + 18 * lines + LINE * _rows(named, room.width)[1])
        plot = _still_axes.fit(axes, layout, room, top)
        fit_numbers(axes)
        for handle in bars:
            _still_axes.draw_bar(figure, handle.artist, plot)
    _write(figure, title, plot.left + plot.width / 2, room.top + 9, size=14, ha="center")
    if named:
        _draw_legend(figure, named, plot, room.width)


def _named(handles: list[Handle], layout: dict[str, Any]) -> list[Handle]:
    """Choose what the legend names."""
    named = [handle for handle in handles if handle.name and not handle.bar]
    return named if layout.get("showlegend", len(named) > 1) else []


def _write(figure: Figure, text: str, x: float, y: float, *, size: float, **style: Any) -> None:
    """Write a text whose upper end is ``y`` pixels below the figure's."""
    width, height = figure.get_size_inches() * 100
    figure.text(x / width, 1 - y / height, text, size=size * PX, color=TEXT, va="top", **style)


def _rows(handles: list[Handle], width: float) -> tuple[int, int]:
    """Choose how many columns and rows a legend has beside axes in a room of some width."""
    if not handles:
        return 0, 0
    column = 52 + CHARACTER * max(len(handle.name) for handle in handles)
    rows = math.ceil(len(handles) / max(1, int((width - 40) // column)))
    return math.ceil(len(handles) / rows), rows


def _draw_legend(figure: Figure, handles: list[Handle], plot: Room, room: float) -> None:
    """Lay a legend above the plot, to be read row by row, in as few rows as fit."""
    width, height = figure.get_size_inches() * 100
    across, _ = _rows(handles, room)
    by_column = [handles[i] for column in range(across) for i in range(column, len(handles), across)]
    figure.legend(
        [handle.artist for handle in by_column],
        [handle.name for handle in by_column],
        loc="lower center",
        bbox_to_anchor=((plot.left + plot.width / 2) / width, 1 - (plot.top - 2) / height),
        ncols=across,
        frameon=False,
        fontsize=12 * PX,
        labelcolor=TEXT,
        **{"handlelength": 2.2, "columnspacing": 1.2, "labelspacing": 0.35, "borderpad": 0.1},
    )
