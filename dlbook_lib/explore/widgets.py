"""The widgets of choices and noise in a notebook, and what all controls' widgets share.

An editor holds the exact value, and its widgets show it: a slider's stop or a rounded cell never replaces a
number that a preset, a link or ``compute`` has set. It reports what the reader does, and nothing else.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from dlbook_lib.explore.controls import Choice, Control, Toggle
from dlbook_lib.explore.tables import Noise

__all__ = ["EDITORS", "ROW", "Editor", "beside", "note", "short", "tell", "typed"]

ROW = "460px"  # at most, for a control
FEW = 4  # choices that stand side by side


class Editor:
    """A control's value, and the widgets that show and change it.

    Parameters
    ----------
    name : str
        The control's name, read where it has no label.
    control : Control
        What is edited.
    indent : str
        The width that all labels have: ``"9em"``.
    alive : bool
        Whether a slider reports while it is dragged, and not only when it is let go.
    """

    def __init__(self, name: str, control: Control, *, indent: str = "9em", alive: bool = True) -> None:
        self.control, self.label, self.value = control, getattr(control, "label", "") or name, control.start
        self.indent, self.alive, self._quiet = indent, alive, False
        self.report: Callable[[], None] = lambda: None
        self.box = self._build()
        self.show(control.start)

    def _build(self) -> widgets.Widget:
        """Make the widgets."""
        raise NotImplementedError

    def _draw(self) -> None:
        """Let the widgets show the value."""
        raise NotImplementedError

    def show(self, value: Any) -> None:
        """Take a value that the reader did not set here, and report nothing.

        Parameters
        ----------
        value : object
            What the control can have.
        """
        self.value, self._quiet = _listed(value), True
        try:
            self._draw()
        finally:
            self._quiet = False

    def move(self, value: Any) -> None:
        """Take what the reader did, and report it.

        Parameters
        ----------
        value : object
            What the control can have.
        """
        if value != self.value:
            self.value = value
            self.report()

    def _watch(self, widget: widgets.Widget, read: Callable[[Any], None]) -> None:
        """Call with a widget's new value when the reader changes it."""
        widget.observe(lambda change: None if self._quiet else read(change["new"]), names="value")

    def _style(self, text: str | None = None, **layout: str) -> dict[str, Any]:
        """Say how a widget looks: its label, which all of them have in one column, and its width."""
        layout = widgets.Layout(**({"width": "auto", "max_width": ROW} | layout))
        return dict(
            description=self.label if text is None else text,
            style={"description_width": self.indent},
            layout=layout,
        )


class ChoiceEditor(Editor):
    """Buttons side by side, or a list of more than four."""

    control: Choice

    def _build(self):
        options = list(self.control.options)
        many = len(options) > FEW
        if many:
            self.widget = widgets.Dropdown(options=options, **self._style())
        else:
            self.widget = widgets.ToggleButtons(options=options, style={"button_width": "auto"})
        self._watch(self.widget, self.move)
        return self.widget if many else beside(self.label, self.widget, self.indent)

    def _draw(self):
        self.widget.value = self.value


class ToggleEditor(Editor):
    """A box to tick."""

    control: Toggle

    def _build(self):
        self.widget = widgets.Checkbox(**self._style())
        self._watch(self.widget, self.move)
        return self.widget

    def _draw(self):
        self.widget.value = self.value


class NoiseEditor(Editor):
    """A button that takes the next stored draw."""

    control: Noise

    def _build(self):
        self.widget = widgets.Button(description="New noise", layout=widgets.Layout(width="auto"))
        self.message = widgets.Label()
        self.widget.on_click(lambda _: self._next())
        return beside(self.label, widgets.HBox([self.widget, self.message]), self.indent)

    def _draw(self):
        self.message.value = f"draw {self.value + 1} of {self.control.draws}"

    def _next(self) -> None:
        following = (self.value + 1) % self.control.draws
        self.message.value = f"draw {following + 1} of {self.control.draws}"
        self.move(following)


def beside(text: str, content: widgets.Widget, indent: str) -> widgets.HBox:
    """Put something beside a label that stands in the column of all labels.

    Parameters
    ----------
    text : str
        The label.
    content : ipywidgets.Widget
        What stands to its right.
    indent : str
        The labels' width.

    Returns
    -------
    ipywidgets.HBox
        Both.
    """
    label = f'<div style="text-align:right;margin-right:4px;line-height:28px">{html.escape(text)}</div>'
    return widgets.HBox([widgets.HTML(label, layout=widgets.Layout(width=indent, flex="0 0 auto")), content])


def note(indent: str) -> widgets.HTML:
    """Make an empty line in small letters below a control.

    Parameters
    ----------
    indent : str
        The labels' width.

    Returns
    -------
    ipywidgets.HTML
        What :func:`tell` fills.
    """
    layout = widgets.Layout(margin=f"0 0 0 calc({indent} + 6px)", display="none")
    return widgets.HTML(layout=layout)


def tell(line: widgets.HTML, text: str) -> None:
    """Write a line, or hide it where there is nothing to say.

    Parameters
    ----------
    line : ipywidgets.HTML
        What :func:`note` made.
    text : str
        One or two sentences, or nothing.
    """
    said = f'<div role="status" style="font-size:0.9em;line-height:1.4">{html.escape(text)}</div>'
    line.value, line.layout.display = said if text else "", None if text else "none"


def short(number: float) -> str:
    """Write a number as fields show it.

    Parameters
    ----------
    number : float
        Any.

    Returns
    -------
    str
        Four significant digits at most.
    """
    return format(number, ".4g" if isinstance(number, float) else "").replace("-", "−")


def typed(text: str) -> float:
    """Read a number in any spelling: with a decimal comma, with a minus sign of typographers.

    Parameters
    ----------
    text : str
        What was typed.

    Returns
    -------
    float
        The number.

    Raises
    ------
    ValueError
        If it is none.
    """
    return float(text.strip().replace("−", "-").replace(",", "."))


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, list | tuple) else value


EDITORS = {"choice": ChoiceEditor, "toggle": ToggleEditor, "noise": NoiseEditor}
