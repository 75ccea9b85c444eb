"""The widgets of words, points and cells in a notebook."""

from __future__ import annotations

import math
from collections.abc import Sequence

import ipywidgets as widgets

from dlbook_lib.explore.controls import Slider
from dlbook_lib.explore.places import Hover, Points, Words, tokenize
from dlbook_lib.explore.widgets import Editor, note, tell
from dlbook_lib.explore.widgets_sliders import SliderEditor

__all__ = ["EDITORS"]


class WordsEditor(Editor):
    """A line of text; the words that are not known, and those too many, are named below."""

    control: Words

    def _build(self):
        self.widget = widgets.Text(continuous_update=self.alive, **self._style())
        self.message = note(self.indent)
        self._watch(self.widget, self.move)
        return widgets.VBox([self.widget, self.message])

    def move(self, value):
        """Take what the reader did, and say what is to be said about it."""
        self._name(value)
        super().move(value)

    def _draw(self):
        self.widget.value = self.value
        self._name(self.value)

    def _name(self, text: str) -> None:
        used, every = self.control.texts(text), tokenize(text)
        unknown = list(dict.fromkeys(word for word in used if word not in self.control.vocabulary))
        parts = [f"Unknown: {', '.join(unknown)}."] if unknown else []
        if len(every) > len(used):
            parts.append(f"Only the first {self.control.length} words are used.")
        tell(self.message, " ".join(parts))


class PointsEditor(Editor):
    """Which point, and its two coordinates."""

    control: Points

    def _build(self):
        c = self.control
        self.which = widgets.Dropdown(
            options=[(name, number) for number, name in enumerate(c.names)], **self._style()
        )
        single = len(c.start) == 1
        self.axes = []
        for axis, (letter, (low, high)) in enumerate(zip("xy", (c.x, c.y))):
            label = f"{c.names[0]}: {letter}" if single else letter
            slider = Slider(float(low), float(high), float(low), label=label)
            editor = SliderEditor(letter, slider, indent=self.indent, alive=self.alive)
            editor.report = lambda axis=axis: self._set(axis, self.axes[axis].value)
            self.axes.append(editor)
        self._watch(self.which, lambda _: self.show(self.value))
        boxes = [editor.box for editor in self.axes]
        return widgets.VBox(boxes if single else [self.which, *boxes])

    def _draw(self):
        for editor, place in zip(self.axes, self.value[self.which.value]):
            editor.show(place)

    def bring(self, x: float, y: float) -> None:
        """Take the nearest point to a place."""
        place = [
            min(max(part, low), high) for part, (low, high) in zip((x, y), (self.control.x, self.control.y))
        ]
        width, height = (high - low for low, high in (self.control.x, self.control.y))
        ways = [math.hypot((a - place[0]) / width, (b - place[1]) / height) for a, b in self.value]
        self._quiet = True
        self.which.value = ways.index(min(ways))
        self._quiet = False
        points = [
            place if number == self.which.value else list(point) for number, point in enumerate(self.value)
        ]
        self.show_moved(points)

    def show_moved(self, points: list[list[float]]) -> None:
        """Take points that a click has moved."""
        before = self.value
        self.show(points)
        if points != before:
            self.report()

    def _set(self, axis: int, place: float) -> None:
        points = [list(point) for point in self.value]
        points[self.which.value][axis] = place
        self.move(points)


class HoverEditor(Editor):
    """Which panel, row and column."""

    control: Hover

    def _build(self):
        panels = [(name, number) for number, name in enumerate(self.control.panels)]
        single = len(panels) == 1
        self.panel = widgets.Dropdown(options=panels, **self._style())
        texts = [f"{self.label}: {name}" if single else name for name in ("row", "column")]
        self.cell = [
            widgets.IntSlider(min=0, max=1, continuous_update=self.alive, **self._style(text))
            for text in texts
        ]
        self._watch(self.panel, lambda number: self.point(number, *self.value[1:]))
        for axis, slider in enumerate(self.cell):
            self._watch(slider, lambda place, axis=axis: self._set(axis, place))
        return widgets.VBox(self.cell if single else [self.panel, *self.cell])

    def _draw(self):
        self.panel.value = self.value[0]
        for slider, size, place in zip(self.cell, self._size(self.value[0]), self.value[1:]):
            slider.max = max(size - 1, 1)
            slider.layout.display = None if size > 1 else "none"
            slider.value = place

    def point(self, number: int, *cell: int) -> None:
        """Take a cell that the reader points at, or the nearest one that this panel has."""
        value = [number, *(min(max(place, 0), size - 1) for place, size in zip(cell, self._size(number)))]
        if value != self.value:
            self.show(value)
            self.report()

    def _size(self, number: int) -> Sequence[int]:
        return self.control.sizes[self.control.panels[number]]

    def _set(self, axis: int, place: int) -> None:
        cell = list(self.value[1:])
        cell[axis] = place
        self.point(self.value[0], *cell)


EDITORS = {"words": WordsEditor, "points": PointsEditor, "hover": HoverEditor}
