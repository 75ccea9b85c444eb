r"""Several figures of one kind shown in turn, by a slider or as a film.

In a live notebook the slider is plotly's own; the website puts a native one in its place, which a keyboard
and a screen reader can use.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from dlbook_lib.checks import check_integer, check_type

__all__ = ["slides"]

_CONTROLS = 90  # pixels under the figure for plotly's slider and button


def slides(
    figures: Mapping[str, go.Figure], *, label: str = "", milliseconds: int = 300, alt: str | None = None
) -> go.Figure:
    """Join figures of one kind into one that shows them in turn.

    Parameters
    ----------
    figures : dict of str to Figure
        What to show at each step, at least two; all with the same traces, one for one. Axes that have a
        range get one wide enough for all.
    label : str
        What the steps count: ``"epoch"``.
    milliseconds : int
        How long each is shown when they play by themselves, at least 20.
    alt : str, optional
        The sentence that stands for the figure; by default the number of steps, and what the first and the
        last one show.

    Returns
    -------
    plotly.graph_objects.Figure
        The first figure, with the others as its frames.

    Raises
    ------
    TypeError
        If something in ``figures`` is no figure.
    ValueError
        If there are fewer than two, or their traces do not correspond.

    Examples
    --------
    >>> from dlbook_lib.figures.curves import curves
    >>> film = slides({str(n): curves({"y": [0, n]}) for n in (1, 2)}, label="n")
    >>> [frame.name for frame in film.frames]
    ['1', '2']
    """
    check_type("figures", figures, Mapping, "a dict from names to figures")
    check_integer("len(figures)", len(figures), low=2)
    check_integer("milliseconds", milliseconds, low=20)
    names, shown = list(figures), list(figures.values())
    for name, figure in figures.items():
        check_type(f"figures[{name!r}]", figure, go.Figure, "a plotly Figure")
        kinds = [trace.type for trace in figure.data]
        if kinds != (wanted := [trace.type for trace in shown[0].data]):
            raise ValueError(f"figures must all have the traces {wanted}, got {kinds} in {name!r}")

    film = go.Figure(shown[0])
    film.frames = [go.Frame(name=name, data=figure.data) for name, figure in figures.items()]
    redraw = any(trace.type not in ("scatter", "bar") for trace in film.data)
    for axis in ("xaxis", "yaxis"):
        _widen(film, [figure.layout[axis].range for figure in shown], axis)
    first, last = (figure.layout.meta["alt"] for figure in (shown[0], shown[-1]))
    sentence = f"{len(shown)} pictures, by {label or 'step'} from {names[0]} to {names[-1]}. "
    film.update_layout(
        meta=dict(
            film.layout.meta,
            alt=alt if alt is not None else f"{sentence}The first: {first} The last: {last}",
            slides=dict(label=label, milliseconds=milliseconds, redraw=redraw, controls=_CONTROLS),
        ),
        **_controls(names, label, milliseconds, redraw),
    )
    return film.update_layout(
        height=film.layout.height + _CONTROLS, margin_b=film.layout.margin.b + _CONTROLS
    )


def _widen(film: go.Figure, ranges: Sequence, axis: str) -> None:
    """Give an axis a range that holds those of all figures, in the direction that the first one has."""
    if all(ranges):
        low, high = min(min(r) for r in ranges), max(max(r) for r in ranges)
        upwards = ranges[0][0] <= ranges[0][1]
        film.layout[axis].range = (low, high) if upwards else (high, low)


def _controls(names: list[str], label: str, milliseconds: int, redraw: bool) -> dict:
    """Describe plotly's slider and its button."""
    at_once = dict(mode="immediate", frame=dict(duration=0, redraw=redraw), transition=dict(duration=0))
    playing = dict(
        fromcurrent=True,
        frame=dict(duration=milliseconds, redraw=redraw),
        transition=dict(duration=0 if redraw else milliseconds),
    )
    steps = [dict(method="animate", label=name, args=[[name], at_once]) for name in names]
    play = dict(method="animate", label="Play", args=[None, playing])
    pause = dict(method="animate", label="Pause", args=[[None], at_once])
    below = dict(y=0, yanchor="top", pad=dict(t=40))
    return dict(
        sliders=[
            dict(below, steps=steps, x=0.18, len=0.82, currentvalue=dict(prefix=f"{label} " if label else ""))
        ],
        updatemenus=[
            dict(below, type="buttons", x=0, xanchor="left", direction="left", buttons=[play, pause])
        ],
    )
