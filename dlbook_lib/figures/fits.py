r"""Examples as points, and what models make of them as lines.

The picture of every regression in the book: the data in the colour of data, the first model in that of
models, and what the data came from, where that is known, as a grey line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from dlbook_lib.checks import check_shape, check_type
from dlbook_lib.figures.curves import curves
from dlbook_lib.figures.theme import COLORS, read_array, spell

__all__ = ["fits"]

_MARGIN = 0.25  # of the range of the examples, beyond which a line is cut off


def fits(
    examples: tuple[Any, Any],
    lines: Mapping[str, Any],
    *,
    x: Any,
    truth: Any = None,
    title: str = "",
    x_title: str = "",
    y_title: str = "",
    alt: str | None = None,
) -> go.Figure:
    """Draw examples, and lines that were fitted to them.

    Parameters
    ----------
    examples : tuple of two sequences of N numbers
        Inputs and targets.
    lines : dict of str to sequence of M numbers
        What each model answers at ``x``, one to five of them.
    x : sequence of M numbers
        Where the lines were computed.
    truth : sequence of M numbers, optional
        What the targets would be without noise.
    title, x_title, y_title : str
        What stands above, below and at the left.
    alt : str, optional
        The sentence that stands for the figure; by default the number of examples and how each line runs.

    Returns
    -------
    plotly.graph_objects.Figure
        A ``Scatter`` trace of points, then one for each line. The vertical axis shows the examples with a
        quarter of their range around them, whatever a line does.

    Raises
    ------
    TypeError
        If ``examples`` is not a pair or ``lines`` not a dict.
    ValueError
        If there is no line, or shapes do not fit.

    Examples
    --------
    >>> figure = fits(([0, 1], [1, 3]), {"line": [1, 3]}, x=[0, 1], truth=[1, 2.5])
    >>> [trace.name for trace in figure.data]
    ['examples', 'without noise', 'line']
    """
    check_type("examples", examples, tuple, "a pair of inputs and targets")
    check_shape("examples", np.empty(len(examples)), (2,))
    check_type("lines", lines, Mapping, "a dict of named lines")
    inputs = read_array("examples[0]", examples[0], ("N",))
    targets = read_array("examples[1]", examples[1], (len(inputs),))
    known = {} if truth is None else {"without noise": truth}
    roles = dict.fromkeys(known, "noise") | {name: "model" for name in list(lines)[:1]}
    drawn = {name: (x, line) for name, line in (known | dict(lines)).items()}
    figure = curves(drawn, title=title, x_title=x_title, y_title=y_title, roles=roles, alt=alt)
    if alt is None:
        figure.layout.meta["alt"] += f" {spell(len(inputs))} examples lie around."
    figure.update_traces(mode="lines")
    points = go.Scatter(x=inputs, y=targets, name="examples", mode="markers", hovertemplate="%{y:.4~g}")
    points.update(marker=dict(color=COLORS["data"], size=8, line=dict(color="#ffffff", width=1)))
    margin = _MARGIN * (float(np.ptp(targets)) or 1.0)
    shown = [float(targets.min()) - margin, float(targets.max()) + margin]
    figure = go.Figure([points, *figure.data], figure.layout)
    return figure.update_layout(showlegend=True, yaxis_range=shown, hovermode="closest")
