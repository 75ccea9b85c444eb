"""An explorer's figures in a notebook: alive where plotly's FigureWidget works, and drawn anew elsewhere.

JupyterLab, Notebook 7 and VS Code run FigureWidget: only what has changed is sent. Colab cannot, nor can
a kernel without anywidget (plotly 6 and later): there the figure is displayed once more in its place.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets
import plotly.graph_objects as go
from IPython.display import clear_output
from plotly.basedatatypes import BaseFigure, BasePlotlyType

from dlbook_lib.explore.filling import at, filled, moved
from dlbook_lib.explore.landings import Panel, Path
from dlbook_lib.figures.render import show

__all__ = ["AlivePanel", "RedrawnPanel", "panel_class"]

WIDTH = 290  # pixels of a panel, so that two stand beside the controls: plotly cannot measure its room
TOOLS = ("zoom", "pan", "zoomIn", "zoomOut", "autoScale", "select", "lasso")  # would lie over a panel's title
LOOK = {
    "template": "dlbook",
    "width": WIDTH,
    "title.font.size": 13,
    "title.xref": "container",
    "legend.font.size": 10,
    "legend.itemwidth": 30,
    "modebar.remove": TOOLS,
}
CELLS = ("heatmap", "image", "contour")


def panel_class() -> type[AlivePanel] | type[RedrawnPanel]:
    """Choose how figures are shown here.

    Returns
    -------
    type
        :class:`AlivePanel`, or :class:`RedrawnPanel` on Colab and where FigureWidget cannot be made.
    """
    if "google.colab" in sys.modules:
        return RedrawnPanel
    try:
        go.FigureWidget()
    except ImportError:  # plotly 6 and later without anywidget
        return RedrawnPanel
    return AlivePanel


class AlivePanel:
    """A panel that plotly changes in place.

    Parameters
    ----------
    panel : Panel
        What it shows.
    """

    alive = True

    def __init__(self, panel: Panel) -> None:
        self.panel, self.figure, self.shown = panel, None, {}
        self.wanted: list[tuple[Callable[[int, int, float, float], None], bool]] = []
        self.box = _holder()

    def show(self, outputs: Mapping[str, Any], texts: Mapping[str, Any]) -> None:
        """Show a state.

        Parameters
        ----------
        outputs : mapping of str to Tensor
            What ``compute`` returned.
        texts : mapping of str to object
            What the controls are called.
        """
        state = filled(self.panel, outputs, texts)
        if self.figure is None:
            self._build(state)
            return
        changed = {
            path: value for path in self.shown if not _same(value := at(state, path), self.shown[path])
        }
        with self.figure.batch_update():
            for path, value in changed.items():
                at(self.figure, path[:-1])[path[-1]] = value
        self.shown |= changed

    def on_cell(self, tell: Callable[[int, int, float, float], None], *, hover: bool) -> None:
        """Tell which cell the reader points at; to be asked for before the first state is shown.

        Parameters
        ----------
        tell : callable
            Takes row, column, x and y.
        hover : bool
            Whether pointing is enough, or it takes a click.
        """
        self.wanted.append((tell, hover))

    def _build(self, state: dict[str, Any]) -> None:
        figure = self.figure = _dress(go.FigureWidget(state))
        paths = {_settable(figure, path) for path in moved(self.panel)}
        paths |= {(*p[:3], "visible") for p in paths if p[1] in ("shapes", "annotations")}
        self.shown = {path: at(state, path) for path in paths}
        for trace in figure.data if self.wanted else ():
            if trace.type in CELLS:
                if trace.hoverinfo == "skip":  # which would keep the events away, too
                    trace.hoverinfo = "none"
                trace.on_click(self._tell_of)
                trace.on_hover(lambda *event: self._tell_of(*event, hover=True))
        self.box.children = (figure,)

    def _tell_of(self, trace, points, _selector=None, *, hover: bool = False) -> None:
        """Pass a place on, as a cell and as coordinates."""
        if not points.xs:
            return
        x, y = points.xs[0], points.ys[0]
        for tell, hovers in self.wanted:
            if hovers or not hover:
                tell(_index(trace, "y", y), _index(trace, "x", x), x, y)


class RedrawnPanel:
    """A panel that is displayed anew after every change.

    Parameters
    ----------
    panel : Panel
        What it shows.
    """

    alive = False

    def __init__(self, panel: Panel) -> None:
        self.panel, self.shown, self.output = panel, None, widgets.Output()
        self.box = _holder()
        self.box.children = (self.output,)

    def show(self, outputs: Mapping[str, Any], texts: Mapping[str, Any]) -> None:
        """Show a state.

        Parameters
        ----------
        outputs : mapping of str to Tensor
            What ``compute`` returned.
        texts : mapping of str to object
            What the controls are called.
        """
        state = filled(self.panel, outputs, texts)
        if self.shown == state:
            return
        self.shown = state
        title = (state["layout"].get("title") or {}).get("text") or "A figure."
        with self.output:
            clear_output(wait=True)
            show(_dress(go.Figure(state)), title)

    def on_cell(self, tell: Callable[[int, int, float, float], None], *, hover: bool) -> None:
        """Do nothing: a drawn figure does not tell what is pointed at.

        Parameters
        ----------
        tell : callable
            Takes row, column, x and y.
        hover : bool
            Whether pointing is enough, or it takes a click.
        """


def _dress(figure: go.Figure) -> go.Figure:
    """Give a figure the size that it has in a notebook, and numbers in cells as few digits as on the page."""
    for trace in figure.update_layout(LOOK).data:
        if "texttemplate" in trace and trace.texttemplate:  # plotly's g writes 16 as 16.0, Python's does not
            trace.texttemplate = re.sub(r"(:\.\d+)g}", r"\1~g}", trace.texttemplate)
    return figure


def _holder() -> widgets.VBox:
    """Make the room that a panel has; as many stand side by side as the page is wide."""
    return widgets.VBox(layout=widgets.Layout(width=f"{WIDTH}px", flex="0 0 auto"))


def _settable(figure: go.Figure, path: Path) -> Path:
    """Cut a path inside an array off: plotly sets arrays as a whole."""
    here = figure
    for count, step in enumerate(path):
        parts = isinstance(here, tuple) and here and all(isinstance(part, BasePlotlyType) for part in here)
        if not parts and not isinstance(here, BaseFigure | BasePlotlyType):
            return path[:count]
        here = here[step]
    return path


def _index(trace: Any, letter: str, place: float) -> int:
    """Find the row or the column of a place."""
    ticks = getattr(trace, letter, None)  # an image has none
    return round(place) if ticks is None or not len(ticks) else list(ticks).index(place)


def _same(one: Any, two: Any) -> bool:
    return one is two or one == two
