"""One renderer for every host a figure meets: JupyterLab, VS Code, Colab and the website.

JupyterLab and VS Code draw plotly's own JSON. The website takes the HTML, in which
``assets/site/figures.js`` finds the same JSON and draws it with the plotly.js that the site serves itself, in
the colours of the page's theme. Colab, which can do neither, gets plotly's HTML with its script from a CDN.
"""

from __future__ import annotations

import html
import json
import sys
from typing import Any

import plotly.io as pio
from IPython import get_ipython
from IPython.display import display
from plotly.graph_objects import Figure
from plotly.io.base_renderers import MimetypeRenderer

from dlbook_lib.checks import check_type

__all__ = ["show"]

PLOTLY_JSON = "application/vnd.plotly.v1+json"
DEFAULT_HEIGHT = 450  # plotly's own, in pixels


def show(figure: Figure, alt: str | None = None) -> None:
    """Display a figure together with the sentence that says what it shows.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        What to draw.
    alt : str, optional
        The sentence that stands in for the figure where it cannot be seen: read aloud by a screen
        reader, printed where there is no JavaScript. The functions of :mod:`dlbook_lib.figures` give each
        figure one of its own; a figure made by hand needs it here.

    Raises
    ------
    TypeError
        If ``figure`` is not a plotly figure.
    ValueError
        If neither ``alt`` nor the figure says what it shows.

    Examples
    --------
    >>> show(Figure(), alt=" ")
    Traceback (most recent call last):
        ...
    ValueError: alt must be a sentence that says what the figure shows, got ' '
    """
    check_type("figure", figure, Figure, "a plotly Figure")
    meta = figure.layout.meta or {}
    alt = alt if alt is not None else meta.get("alt")
    if not (isinstance(alt, str) and alt.strip()):
        raise ValueError(f"alt must be a sentence that says what the figure shows, got {alt!r}")
    figure.update_layout(meta={**meta, "alt": alt})
    display(figure)


class BookRenderer(MimetypeRenderer):
    """What plotly calls when a figure is displayed."""

    def to_mimebundle(self, fig_dict: dict[str, Any]) -> dict[str, Any]:
        """Return the figure in the forms that the present host can use."""
        if "google.colab" in sys.modules:
            drawn = pio.to_html(fig_dict, include_plotlyjs="cdn", full_html=False, validate=False)
            alt = html.escape(_sentence(fig_dict))
            return {"text/html": f'<div role="figure" aria-label="{alt}">{drawn}</div>'}
        figure = json.loads(pio.to_json(fig_dict, validate=False))
        return {PLOTLY_JSON: figure, "text/html": _page_html(figure)}


def _sentence(figure: dict[str, Any]) -> str:
    return (figure["layout"].get("meta") or {}).get("alt", "")


def _page_html(figure: dict[str, Any]) -> str:
    """Write a figure as the website wants it: its sentence, which the drawing replaces, and its JSON."""
    layout = {
        key: value for key, value in figure["layout"].items() if key != "template"
    }  # the page has its own
    alt = html.escape(_sentence(figure))
    data = json.dumps({**figure, "layout": layout}, separators=(",", ":")).replace("<", "\\u003c")
    kinds = " ".join(sorted({trace.get("type", "scatter") for trace in figure["data"]}))
    height = layout.get("height", DEFAULT_HEIGHT)
    return (
        f'<div class="dlbook-figure" data-traces="{kinds}" style="min-height:{height}px">'
        f'<p role="img" aria-label="{alt}">{alt}</p>'
        f'<script type="application/json">{data}</script></div>'
    )


if get_ipython() is not None:  # a plain Python program keeps plotly's own way of showing figures
    pio.renderers["dlbook"] = BookRenderer()
    pio.renderers.default = "dlbook"
