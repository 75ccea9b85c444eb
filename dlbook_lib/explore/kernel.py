"""An explorer in a live notebook: widgets, figures and sentences that follow ``compute``.

Every change runs ``compute`` once, in the kernel. No queue can grow: while the kernel is busy, ipywidgets'
front ends hold one message per widget back and merge what follows into it, so that the newest value wins.
Where a figure has to be drawn anew each time, sliders report only when they are let go.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

try:
    import ipywidgets as widgets
except ImportError as error:
    raise ImportError(
        "an explorer needs ipywidgets to be live in a notebook: pip install ipywidgets"
    ) from error

from dlbook_lib.checks import check_type
from dlbook_lib.explore import widgets as widgets_choices
from dlbook_lib.explore import widgets_places, widgets_sliders, widgets_tables
from dlbook_lib.explore.controls import Control, LastMoved, Slider, Toggle
from dlbook_lib.explore.explorer import Explorer
from dlbook_lib.explore.kernel_device import device_for, evaluate_on
from dlbook_lib.explore.kernel_panels import panel_class
from dlbook_lib.explore.kernel_player import Player
from dlbook_lib.explore.text import fill
from dlbook_lib.explore.widgets import ROW, Editor, beside
from dlbook_lib.explore.widgets_places import HoverEditor, PointsEditor

__all__ = ["Live", "live"]

EDITORS = widgets_choices.EDITORS | widgets_sliders.EDITORS | widgets_places.EDITORS | widgets_tables.EDITORS
FAULT = "#b3261e"
TITLE = "font-size:1.25em;font-weight:600;line-height:1.4"
LABELS = (
    "<style>.dlbook-live .widget-label, .dlbook-live .widget-checkbox, .dlbook-live .widget-checkbox label "
    "{height: auto; line-height: 1.25; white-space: normal} "
    ".dlbook-live .widget-hslider {height: auto}</style>"
)


def live(explorer: Explorer) -> Live:
    """Make an explorer live.

    Parameters
    ----------
    explorer : Explorer
        Which.

    Returns
    -------
    Live
        A widget to display.

    Raises
    ------
    TypeError
        If ``explorer`` is none.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> from dlbook_lib.explore import Slider
    >>> halved = live(Explorer(
    ...     name="halved", title="Halving", compute=lambda x: {"y": x / 2},
    ...     draw=lambda y: go.Figure(go.Bar(y=[y])), controls={"x": Slider(0, 1, 0.5)}, says="{y}"))
    >>> halved.editors["x"].widget.value = "1"
    >>> halved.panels["figure"].figure.data[0].y
    (0.5,)
    """
    check_type("explorer", explorer, Explorer, "an Explorer")
    return Live(explorer)


class Live(widgets.VBox):
    """An explorer's widgets, and the state that they show.

    Parameters
    ----------
    explorer : Explorer
        What is shown.
    """

    def __init__(self, explorer: Explorer) -> None:
        self.explorer, self.device = explorer, device_for(explorer)
        self.state, self.last, self.met = {}, _hidden(explorer), set()
        kind = panel_class()
        self.panels = {name: kind(panel) for name, panel in explorer.panels.items()}
        self.editors = self._editors(kind.alive)
        self.sentence, self.readouts, self.found, self.error = (widgets.HTML() for _ in range(4))
        self.error.layout.display = "none"
        self.player = Player(self.advance, self.restart) if explorer.state else None
        self.outputs = None
        self._point_at_panels()
        super().__init__(self._rows())
        self.add_class("dlbook-live")
        self.run()

    @property
    def values(self) -> dict[str, Any]:
        """The value of every control."""
        return {
            name: self.last[name] if name in self.last else self.editors[name].value
            for name in self.explorer.controls
        }

    def run(self, state: Mapping[str, torch.Tensor] | None = None) -> bool:
        """Compute and show what the controls say; where that fails, say so and keep what is shown.

        Parameters
        ----------
        state : mapping of str to Tensor, optional
            Where the player goes; by default it stays where it is.

        Returns
        -------
        bool
            Whether it could be computed.
        """
        state = self.state if state is None else dict(state)
        try:
            outputs = evaluate_on(self.device, self.explorer, self.values, state)
        except Exception as error:  # whatever compute raises is said, and the next state may be fine
            reason = " ".join(str(error).split()) or type(error).__name__
            self._complain(f"{self.explorer.name} could not compute this state: {reason}")
            return False
        self._complain("")
        self.state, self.outputs = state, outputs
        self._write_back(outputs)
        self._show(outputs)
        return True

    def go(self, values: Mapping[str, Any]) -> None:
        """Set every control, and the player to its start.

        Parameters
        ----------
        values : mapping of str to object
            A value for every control.
        """
        for name, editor in self.editors.items():
            editor.show(values[name])
        self.last = {name: values[name] for name in self.last}
        self.restart()

    def advance(self) -> bool:
        """Take the player one step further.

        Returns
        -------
        bool
            Whether that could be computed; False also at the end, where the next state is this one.
        """
        if self.outputs is None:
            return False
        now = {**self.explorer.state, **self.state}
        following = {name: self.outputs[name].to(old.dtype) for name, old in now.items()}
        if all(torch.equal(following[name], old) for name, old in now.items()):
            return False
        return self.run(following)

    def restart(self) -> None:
        """Take the player back to its start, and pause it."""
        if self.player:
            self.player.reset()
        self.run({})

    def said(self) -> str:
        """Say in plain text what is shown: title, sentence, readouts.

        Returns
        -------
        str
            One line for each.
        """
        if self.outputs is None:
            return self.explorer.title
        texts = self.explorer.texts(self.values)
        lines = (fill(text, self.outputs, texts) for text in (self.explorer.says, *self.explorer.readouts))
        return "\n".join([self.explorer.title, *lines])

    def _editors(self, alive: bool) -> dict[str, Editor]:
        shown = {name: c for name, c in self.explorer.controls.items() if not isinstance(c, LastMoved)}
        beside_it = [_label(name, c) for name, c in shown.items() if not isinstance(c, Toggle)]
        longest = max(map(len, beside_it), default=0)
        self.indent = f"{min(max(0.55 * longest + 1, 5), 9):.1f}em"
        editors = {}
        for name, control in shown.items():
            editor = EDITORS[control.kind](name, control, indent=self.indent, alive=alive)
            editor.report = lambda name=name: self._moved(name)
            editors[name] = editor
        return editors

    def _moved(self, name: str) -> None:
        """Note which control the reader moved, and run."""
        for hidden in self.last:
            names = self.explorer.controls[hidden].names
            if name in names:
                self.last[hidden] = names.index(name)
        self.run()

    def _point_at_panels(self) -> None:
        """Let cells of figures move the controls that point at them."""
        for editor in self.editors.values():
            if isinstance(editor, HoverEditor):
                for number, name in enumerate(editor.control.panels):
                    tell = lambda row, column, x, y, e=editor, n=number: e.point(n, row, column)  # noqa: E731
                    self.panels[name].on_cell(tell, hover=True)
            elif isinstance(editor, PointsEditor):
                tell = lambda row, column, x, y, e=editor: e.bring(x, y)  # noqa: E731
                self.panels[editor.control.panel].on_cell(tell, hover=False)

    def _write_back(self, outputs: Mapping[str, torch.Tensor]) -> None:
        """Move the controls whose value ``compute`` returned."""
        for name in self.editors.keys() & outputs.keys():
            editor, value = self.editors[name], outputs[name].numpy()
            same = np.allclose(value, np.float32(editor.value), rtol=1e-6, atol=0)  # up to float32's rounding
            if same or not np.isfinite(value).all():
                continue
            if isinstance(editor.control, Slider):
                number = min(max(value.item(), editor.control.low), editor.control.high)
                editor.show(round(number) if editor.control.integer else number)
            else:
                low, high = np.array([editor.control.x, editor.control.y]).T
                editor.show(value.astype(np.float64).clip(low, high).tolist())

    def _show(self, outputs: Mapping[str, torch.Tensor]) -> None:
        texts = self.explorer.texts(self.values)
        for panel in self.panels.values():
            panel.show(outputs, texts)
        _put(
            self.sentence,
            f'<div role="status" aria-live="polite">{_filled(self.explorer.says, outputs, texts)}</div>',
        )
        lines = (_filled(readout, outputs, texts) for readout in self.explorer.readouts)
        _put(self.readouts, "".join(f"<div>{line}</div>" for line in lines))
        self.met |= {n for n, c in enumerate(self.explorer.challenges) if outputs[c.met].item() > 0.5}
        lines = (
            f"{'✓' if n in self.met else '○'} {html.escape(c.text)}"
            for n, c in enumerate(self.explorer.challenges)
        )
        _put(self.found, "".join(f"<div>{line}</div>" for line in lines))

    def _complain(self, text: str) -> None:
        _put(self.error, f'<div role="alert" style="color:{FAULT}">{html.escape(text)}</div>' if text else "")
        self.error.layout.display = None if text else "none"

    def _rows(self) -> list[widgets.Widget]:
        """Lay everything out, from the title down."""
        presets = self.explorer.presets.items()
        head = f'{LABELS}<div style="{TITLE}">{html.escape(self.explorer.title)}</div>'
        if self.explorer.look_for:
            head += f'<div style="line-height:1.5">{html.escape(self.explorer.look_for)}</div>'
        buttons = [self._button(label, lambda v=values: self.go(v)) for label, values in presets]
        buttons.append(self._button("Reset", lambda: self.go(self.explorer.start), icon="undo"))
        left = [widgets.HBox(buttons, layout=_wrapping()), *(editor.box for editor in self.editors.values())]
        if self.player:
            left.append(beside("", self.player.box, self.indent))
        figures = widgets.HBox([panel.box for panel in self.panels.values()], layout=_wrapping())
        right = [self.error, figures, self.sentence, self.readouts, self.found]
        columns = [
            widgets.VBox(left, layout=widgets.Layout(flex="0 1 350px", min_width="0", max_width=ROW)),
            widgets.VBox(right, layout=widgets.Layout(flex="1 1 320px", min_width="0")),
        ]
        return [widgets.HTML(head), widgets.HBox(columns, layout=_wrapping(grid_gap="4px 24px"))]

    def _button(self, text: str, do, **style: Any) -> widgets.Button:
        button = widgets.Button(description=text, layout=widgets.Layout(width="auto"), **style)
        button.on_click(lambda _: do())
        return button


def _hidden(explorer: Explorer) -> dict[str, int]:
    return {name: 0 for name, control in explorer.controls.items() if isinstance(control, LastMoved)}


def _label(name: str, control: Control) -> str:
    return (getattr(control, "label", "") or name) + (getattr(control, "unit", "") and f" ({control.unit})")


def _wrapping(**more: str) -> widgets.Layout:
    """Lay things side by side as long as there is room."""
    return widgets.Layout(flex_flow="row wrap", align_items="flex-start", width="100%", **more)


def _filled(text: Any, outputs: Mapping[str, torch.Tensor], texts: Mapping[str, Any]) -> str:
    return html.escape(fill(text, outputs, texts))


def _put(line: widgets.HTML, text: str) -> None:
    """Change a line only where it says something new, so that nobody hears it twice."""
    if line.value != text:
        line.value = text
