"""Sliders in a notebook: stops for the hand, and a field for the exact number.

A front end's slider of decimals rounds what the kernel tells it to its own steps, and answers with the
rounded number as if the reader had moved it. Hence the slider here counts stops, which are whole numbers and
come back unchanged, and only the field and the editor know what they stand for.
"""

from __future__ import annotations

import html
import math

import ipywidgets as widgets

from dlbook_lib.explore.controls import Slider
from dlbook_lib.explore.widgets import Editor, note, short, tell, typed

__all__ = ["EDITORS"]

STOPS = 200  # about, of a slider without steps
FIELD = "68px"
MUTED = "#767676"
LETTER = 0.042  # of the slider, for a letter of a mark: what it takes on the narrowest one


class SliderEditor(Editor):
    """A slider with its marks below and its number beside it, which takes any number of the range."""

    control: Slider

    def _build(self):
        c = self.control
        self.step = c.step or (1 if c.integer else _fine(c.low, c.high))
        self.stops = STOPS if c.log else math.ceil((c.high - c.low) / self.step - 1e-9)
        text = f"{self.label} ({c.unit})" if c.unit else self.label
        look = self._style(text, flex="1 1 auto")
        options = dict(min=0, max=max(self.stops, 1), continuous_update=self.alive, readout=False)
        self.slider = widgets.IntSlider(**options, **look)
        self.widget = widgets.Text(continuous_update=False, layout=widgets.Layout(width=FIELD))
        if self.widget.has_trait("tooltip"):  # ipywidgets 8
            self.widget.tooltip = f"{text}, exact value"
        self.message = note(self.indent)
        self._watch(self.slider, lambda stop: self._take(self.number(stop)))
        self._watch(self.widget, self._read)
        row = widgets.HBox([self.slider, self.widget], layout=look["layout"])
        return widgets.VBox([row, *([self._marks()] if c.marks else []), self.message])

    def _draw(self):
        self.slider.value = round(self._part(self.value) * self.slider.max)
        self.widget.value = short(self.value)
        tell(self.message, "")

    def number(self, stop: int) -> float:
        """Say what a stop of the slider stands for.

        Parameters
        ----------
        stop : int
            From 0 to ``slider.max``.

        Returns
        -------
        float or int
            A number of the range: its exact ends at the ends, and few digits between them.
        """
        c = self.control
        if stop in (0, self.slider.max):
            return c.high if stop else c.low
        if c.log:
            number = float(f"{c.low * (c.high / c.low) ** (stop / self.stops):.4g}")
        else:
            number = float(f"{c.low + stop * self.step:.10g}")
        return round(number) if c.integer else number

    def _take(self, number: float) -> None:
        """Take what the slider says; it stays where the reader has put it."""
        self._quiet = True
        self.widget.value = short(number)
        tell(self.message, "")
        self._quiet = False
        self.move(number)

    def _read(self, text: str) -> None:
        """Take what was typed, or say why not."""
        if text == short(self.value):
            return tell(self.message, "")  # the same, though the value may have more digits
        try:
            number = typed(text)
            number = int(number) if self.control.integer and number.is_integer() else number
            self.control.check(self.label, number)
        except (TypeError, ValueError, OverflowError):
            kind = "a whole number" if self.control.integer else "a number"
            low, high, stays = (short(n) for n in (self.control.low, self.control.high, self.value))
            said = f"This must be {kind} from {low} to {high}, not “{text}”; it stays {stays}."
            return tell(self.message, said)
        before = self.value
        self.show(number)
        return self.report() if number != before else None

    def _part(self, number: float) -> float:
        """Say where on the slider a number lies: 0 at the left end, 1 at the right end."""
        c = self.control
        if number == c.high:
            return 1
        if c.log:
            return math.log(number / c.low) / math.log(c.high / c.low)
        return (number - c.low) / (self.stops * self.step)  # the last stop may reach beyond the end

    def _marks(self) -> widgets.HTML:
        """Write the marks that have room below the slider; those at the ends come first."""
        marks = sorted((self._part(place), text) for place, text in self.control.marks.items())
        spans, taken = [], []
        for part, text in [marks[0], marks[-1], *marks[1:-1]][: len(marks)]:
            shift = 0 if part < 0.05 else 1 if part > 0.95 else 0.5
            left = part - shift * len(text) * LETTER
            right = left + len(text) * LETTER
            if all(right < other[0] or left > other[1] for other in taken):
                taken.append((left, right))
                place = f"left:{part:.1%};transform:translateX(-{shift:.0%})"
                style = f"position:absolute;white-space:nowrap;{place}"
                spans.append(f'<span style="{style}">{html.escape(text)}</span>')
        style = f"position:relative;height:1.4em;font-size:0.85em;color:{MUTED};line-height:1.4"
        row = f'<div style="{style}">{"".join(spans)}</div>'
        margin = f"-6px 88px 2px calc({self.indent} + 12px)"  # between the label and the number
        return widgets.HTML(row, layout=widgets.Layout(width="auto", margin=margin))


def _fine(low: float, high: float) -> float:
    """Choose a step of one, two or five hundredths and so on: about 200 of them."""
    rough = (high - low) / STOPS or 1.0
    unit = 10 ** math.floor(math.log10(rough))
    return next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough * 0.999)


EDITORS = {"slider": SliderEditor}
