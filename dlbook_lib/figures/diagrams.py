r"""Boxes and arrows: a computation as a graph, with its gradients, and a model as a chain of blocks.

Both run from top to bottom, so that they fit a phone. What a box holds stands in the book's colours: values
in that of data, gradients in that of gradients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from dlbook_lib.checks import check_in, check_integer, check_type
from dlbook_lib.figures.theme import COLORS, LINE, escape, frame, spell

__all__ = ["blocks", "graph"]

_GAP = 30  # pixels of an arrow


def graph(
    edges: Sequence[tuple[str, str]],
    *,
    values: Mapping[str, float] | None = None,
    gradients: Mapping[str, float] | None = None,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    alt: str | None = None,
) -> go.Figure:
    """Draw a graph without cycles: what flows where, each node under everything it needs.

    Parameters
    ----------
    edges : sequence of (str, str)
        From which node to which, at least one.
    values, gradients : dict of str to number, optional
        What some nodes hold, and the derivative of the last node with respect to them; written under their
        names in the colours of data and of gradients.
    labels : dict of str to str, optional
        What is written for a node instead of its name.
    title : str
        What stands above.
    alt : str, optional
        The sentence that stands for the figure; by default every node with what it is computed from.

    Returns
    -------
    plotly.graph_objects.Figure
        One rectangle for each node and one arrow for each edge.

    Raises
    ------
    ValueError
        If there is no edge, the edges form a cycle, or a value belongs to no node.

    Examples
    --------
    >>> graph([("w", "w·x"), ("x", "w·x")]).layout.meta["alt"]
    'Graph: w·x is computed from w and x.'
    """
    check_type("edges", edges, Sequence, "a sequence of pairs of names")
    check_integer("len(edges)", len(edges), low=1)
    nodes = list(dict.fromkeys(node for edge in edges for node in edge))
    for given in (values, gradients, labels):
        for node in given or ():
            check_in("a node", node, nodes)
    rows = _rows(nodes, edges)
    steps = _route(rows, edges)
    places = _columns(rows, steps)
    texts = {node: _text(node, labels or {}, values or {}, gradients or {}) for node in nodes}
    lines = 1 + (values is not None) + (gradients is not None)
    tall, pitch = LINE * lines + 8, LINE * lines + 8 + _GAP
    half = tall / pitch / 2
    wide = 0.42 / max(len(row) for row in rows)
    boxes = [_box(x - wide, x + wide, y - half, y + half) for x, y in map(places.get, nodes)]
    words = [_word(*places[node], texts[node]) for node in nodes]
    arrows = [_arrow(places[a], places[b], half) for a, b in steps if b in texts]
    passing = [_line(places[a], places[b], half) for a, b in steps if b not in texts]
    beside = [places[node] for node in places if node not in texts]
    passing += [_line((x, y - 2 * half), (x, y + 2 * half), half) for x, y in beside]
    return _diagram(
        boxes + passing,
        arrows + words,
        alt=alt,
        default=_describe(nodes, edges, values or {}, gradients or {}),
        title=title,
        rows=len(rows),
        pitch=pitch,
    )


def blocks(
    names: Sequence[str],
    *,
    shapes: Sequence[str] | None = None,
    repeat: tuple[int, int, int] | None = None,
    title: str = "",
    alt: str | None = None,
) -> go.Figure:
    """Draw a chain of blocks, with the shapes that flow between them.

    Parameters
    ----------
    names : sequence of L strings
        What each block does, from the input down.
    shapes : sequence of L + 1 strings, optional
        What enters the first block, flows between them, and leaves the last.
    repeat : (int, int, int), optional
        First block and last block of a part that stands several times, and how often: a dashed frame.
    title : str
        What stands above.
    alt : str, optional
        The sentence that stands for the figure; by default the names and shapes in order.

    Returns
    -------
    plotly.graph_objects.Figure
        One rectangle for each block and one arrow for each shape.

    Raises
    ------
    ValueError
        If there is no block, shapes do not fit, or ``repeat`` names no part of the chain.

    Examples
    --------
    >>> blocks(["linear", "ReLU"], shapes=["B × 8", "B × 4", "B × 4"]).layout.meta["alt"]
    'Chain of blocks: B × 8, linear, B × 4, ReLU, B × 4.'
    """
    check_type("names", names, Sequence, "a sequence of names")
    check_integer("len(names)", len(names), low=1)
    flow = [""] * (len(names) + 1) if shapes is None else list(shapes)
    check_integer("len(shapes)", len(flow), low=len(names) + 1, high=len(names) + 1)
    tall, pitch = LINE + 12, LINE + 12 + _GAP
    half = tall / pitch / 2
    drawn = [_box(0.22, 0.78, y - half, y + half) for y in range(len(names))]
    words = [_word(0.5, y, f"<b>{escape(name)}</b>") for y, name in enumerate(names)]
    arrows = [_arrow((0.5, y - 1), (0.5, y), half) for y in range(len(names) + 1)]
    sides = [
        _word(0.53, y - 0.5, escape(shape)) | dict(xanchor="left") for y, shape in enumerate(flow) if shape
    ]
    if repeat is not None:
        first, last, times = repeat
        check_integer("repeat[0]", first, low=0, high=len(names) - 1)
        check_integer("repeat[1]", last, low=first, high=len(names) - 1)
        check_integer("repeat[2]", times, low=1)
        dashed = dict(dash="dash", width=1.5)
        drawn.append(_box(0.14, 0.86, first - half - 0.07, last + half + 0.07) | dict(line=dashed))
        words.append(_word(0.9, (first + last) / 2, f"× {times}") | dict(xanchor="left"))
    told = [part for pair in zip(flow, [*names, ""]) for part in pair if part]
    return _diagram(
        drawn,
        arrows + words + sides,
        alt=alt,
        default=f"Chain of blocks: {', '.join(told)}.",
        title=title,
        rows=len(names),
        pitch=pitch,
        ends=0.5,
    )


def _diagram(
    shapes: list[dict[str, Any]],
    annotations: list[dict[str, Any]],
    *,
    alt: str | None,
    default: str,
    title: str,
    rows: int,
    pitch: int,
    ends: float = 0.0,
) -> go.Figure:
    """Put boxes and arrows into the book's frame: a row every ``pitch`` pixels, ``ends`` rows around them."""
    return frame(
        [go.Scatter(x=[0, 1], y=[0, rows - 1], mode="markers", marker=dict(opacity=0), hoverinfo="skip")],
        alt=alt,
        default=default,
        title=title,
        height=round(pitch * (rows + 2 * ends)),
        shapes=shapes,
        annotations=annotations,
        showlegend=False,
        xaxis=dict(visible=False, range=[0, 1]),
        yaxis=dict(visible=False, range=[rows - 0.5 + ends, -0.5 - ends]),
    )


def _rows(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Put each node under all that it needs, and what needs nothing right above its first use."""
    sources = {node: [a for a, b in edges if b == node] for node in nodes}
    depth: dict[str, int] = {}
    while len(depth) < len(nodes):
        ready = [n for n in nodes if n not in depth and all(source in depth for source in sources[n])]
        if not ready:
            left = ", ".join(node for node in nodes if node not in depth)
            raise ValueError(f"edges must not form a cycle, got one among {left}")
        depth |= {n: 1 + max((depth[source] for source in sources[n]), default=-1) for n in ready}
    for node in nodes:
        if not sources[node]:
            depth[node] = min(depth[b] for a, b in edges if a == node) - 1
    return [[n for n in nodes if depth[n] == row] for row in range(max(depth.values()) + 1)]


def _route(rows: list[list[Any]], edges: Sequence[tuple[str, str]]) -> list[tuple[Any, Any]]:
    """Cut each edge into steps from row to row; where it passes a row of boxes, give it a place there."""
    row_of = {node: y for y, row in enumerate(rows) for node in row}
    steps = []
    for a, b in edges:
        passed = [(a, b, y) for y in range(row_of[a] + 1, row_of[b])]
        for place in passed:
            rows[place[2]].append(place)
        steps += zip([a, *passed], [*passed, b])
    return steps


def _columns(
    rows: Sequence[Sequence[Any]], edges: Sequence[tuple[Any, Any]]
) -> dict[Any, tuple[float, float]]:
    """Spread each row over the width, its nodes in the order of the middle of what they come from."""
    places: dict[Any, tuple[float, float]] = {}
    for y, row in enumerate(rows):
        middle = {}
        for node in row:
            above = [places[a][0] for a, b in edges if b == node and a in places]
            middle[node] = sum(above) / len(above) if above else 1.0
        ordered = sorted(row, key=middle.__getitem__)
        places |= {node: ((i + 0.5) / len(row), float(y)) for i, node in enumerate(ordered)}
    return places


def _text(
    node: str, labels: Mapping[str, str], values: Mapping[str, float], gradients: Mapping[str, float]
) -> str:
    """Write a node's name, its value and its gradient on lines of their own."""
    lines = [f"<b>{escape(labels.get(node, node))}</b>"]
    for numbers, role in ((values, "data"), (gradients, "gradient")):
        if node in numbers:
            lines.append(f'<span style="color:{COLORS[role]}">{_signed(numbers[node])}</span>')
    return "<br>".join(lines)


def _signed(number: float) -> str:
    return spell(number).replace("-", "−")


def _box(x0: float, x1: float, y0: float, y1: float) -> dict[str, Any]:
    return dict(type="rect", x0=x0, x1=x1, y0=y0, y1=y1)


def _word(x: float, y: float, text: str) -> dict[str, Any]:
    return dict(x=x, y=y, text=text, showarrow=False)


def _arrow(start: tuple[float, float], end: tuple[float, float], half: float) -> dict[str, Any]:
    """Draw an arrow from the lower edge of one box to the upper edge of another."""
    tail = dict(ax=start[0], ay=start[1] + half, axref="x", ayref="y")
    return tail | dict(x=end[0], y=end[1] - half, text="", showarrow=True, arrowhead=2, arrowwidth=1.5)


def _line(start: tuple[float, float], end: tuple[float, float], half: float) -> dict[str, Any]:
    """Draw what an arrow has before its last step."""
    return dict(type="line", x0=start[0], y0=start[1] + half, x1=end[0], y1=end[1] - half, line_width=1.5)


def _describe(
    nodes: Sequence[str],
    edges: Sequence[tuple[str, str]],
    values: Mapping[str, float],
    gradients: Mapping[str, float],
) -> str:
    """Say what each node is computed from, and what it holds."""
    parts = []
    for node in nodes:
        sources = [a for a, b in edges if b == node]
        if sources:
            parts.append(f"{node} is computed from {' and '.join(sources)}")
    held = [f"{node} = {_signed(values[node])}" for node in nodes if node in values]
    slopes = [f"{node} {_signed(gradients[node])}" for node in nodes if node in gradients]
    text = f"Graph: {', '.join(parts)}."
    text += f" Values: {', '.join(held)}." if held else ""
    return text + (f" Gradients: {', '.join(slopes)}." if slopes else "")
