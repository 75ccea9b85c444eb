"""Slides show their figures one after the other, on axes that fit them all."""

import re

import numpy as np
import pytest

from dlbook_lib.figures import curves, heatmap, points, slides


def film(**arguments):
    figures = {str(n): points([[0, 0], [n, 2 * n]]) for n in (1, 2, 3)}
    return slides(figures, label="n", **arguments), figures


def test_every_figure_is_a_frame_and_a_step():
    joined, figures = film()
    assert [frame.name for frame in joined.frames] == ["1", "2", "3"]
    for frame, figure in zip(joined.frames, figures.values()):
        np.testing.assert_array_equal(frame.data[0].x, figure.data[0].x)
        np.testing.assert_array_equal(frame.data[0].y, figure.data[0].y)
    steps = joined.layout.sliders[0].steps
    assert [(step.label, step.args[0][0]) for step in steps] == [("1", "1"), ("2", "2"), ("3", "3")]


def test_axes_hold_all_figures():
    joined, figures = film()
    for axis in ("xaxis", "yaxis"):
        low, high = joined.layout[axis].range
        assert low == min(figure.layout[axis].range[0] for figure in figures.values())
        assert high == max(figure.layout[axis].range[1] for figure in figures.values())


def test_a_downward_axis_stays_downward():
    pictures = {str(n): heatmap(np.full((2, 2), n)) for n in (1, 2)}
    for n, picture in enumerate(pictures.values()):
        picture.layout.yaxis.range = [1.5 + n, -0.5]
    assert slides(pictures).layout.yaxis.range == (2.5, -0.5)


def test_there_is_room_for_the_controls_and_the_plot_keeps_its_height():
    joined, figures = film()
    first, margin = figures["1"].layout, joined.layout.margin
    assert joined.layout.height - margin.t - margin.b == first.height - first.margin.t - first.margin.b
    assert margin.b - first.margin.b == joined.layout.meta["slides"]["controls"]


@pytest.mark.parametrize(
    ("make", "redraw"), [(lambda n: curves({"y": [0, n]}), False), (lambda n: heatmap([[n]]), True)]
)
def test_only_what_plotly_cannot_move_is_drawn_anew(make, redraw):
    assert slides({str(n): make(n) for n in (1, 2)}).layout.meta["slides"]["redraw"] is redraw


def test_sentence_tells_first_and_last():
    joined, _ = film()
    assert joined.layout.meta["alt"] == (
        "3 pictures, by n from 1 to 3. The first: 2 points with x from 0 to 1 and y from 0 to 2. "
        "The last: 2 points with x from 0 to 3 and y from 0 to 6."
    )
    assert film(alt="Points that wander.")[0].layout.meta["alt"] == "Points that wander."


@pytest.mark.parametrize(
    ("figures", "error", "message"),
    [
        ([], TypeError, "figures must be a dict from names to figures, got [] (list)"),
        ({"a": heatmap([[1]])}, ValueError, "len(figures) must be at least 2, got 1"),
        ({"a": heatmap([[1]]), "b": 3}, TypeError, "figures['b'] must be a plotly Figure, got 3 (int)"),
        (
            {"a": heatmap([[1]]), "b": curves({"y": [1, 2]})},
            ValueError,
            "figures must all have the traces ['heatmap'], got ['scatter'] in 'b'",
        ),
    ],
)
def test_bad_arguments_are_named(figures, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        slides(figures)


def test_too_short_a_step_is_refused():
    with pytest.raises(ValueError, match=r"^milliseconds must be at least 20, got 0$"):
        film(milliseconds=0)
