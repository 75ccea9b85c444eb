"""A state put into the figures of an explorer: what a kernel's widgets and a printed picture show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlbook_lib.explore import landings
from dlbook_lib.explore.landings import Panel, Path
from dlbook_lib.explore.text import fill
from dlbook_lib.figures.theme import escape

__all__ = ["filled"]

PLACES = ("x", "y", "x0", "x1", "y0", "y1")


def filled(panel: Panel, outputs: Mapping[str, Any], texts: Mapping[str, Any]) -> dict[str, Any]:
    """Put a state into a panel's figure, as plain values that JSON can hold.

    Parameters
    ----------
    panel : Panel
        The figure and where things land.
    outputs : mapping of str to Tensor
        What ``compute`` returned.
    texts : mapping of str to object
        What the controls are called.

    Returns
    -------
    dict
        The figure. A number that is none is None; a shape or an annotation that stands nowhere is invisible.
    """
    texts = {name: _escaped(text) for name, text in texts.items()}
    figure = landings.place(panel, {name: value.numpy() for name, value in outputs.items()})
    for path, text in panel.texts:
        landings.set_at(figure, path, fill(text, outputs, texts))
    for path, control in panel.words:
        room = len(at(panel.figure, path))
        landings.set_at(figure, path, (list(texts[control]) + [""] * room)[:room])
    for path in {path[:3] for path in moved(panel) if path[1] in ("shapes", "annotations")}:
        item = at(figure, path)
        lost = [key for key in PLACES if isinstance(item.get(key), float) and not math.isfinite(item[key])]
        item["visible"] = not lost
        item.update(dict.fromkeys(lost, 0.0))
    for landing in panel.landings:
        landings.set_at(figure, landing.path, _plain(at(figure, landing.path)))
    return figure


def moved(panel: Panel) -> list[Path]:
    """Name every place that a state fills."""
    return [landing.path for landing in panel.landings] + [path for path, _ in [*panel.texts, *panel.words]]


def at(figure: Any, path: Path) -> Any:
    """Follow a path from a figure's top."""
    for step in path:
        figure = figure[step]
    return figure


def _plain(value: Any) -> Any:
    """Write None for what is no number."""
    array = np.asarray(value, dtype=np.float64)
    if np.isfinite(array).all():
        return value
    return np.where(np.isfinite(array), array.astype(object), None).tolist()


def _escaped(text: Any) -> Any:
    if isinstance(text, str):
        return escape(text)
    return [escape(word) for word in text] if isinstance(text, list) else text
