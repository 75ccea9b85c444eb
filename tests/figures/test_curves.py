"""Lines told apart without colour, a legend and marks that cover nothing, bars with their values."""

import math

import numpy as np
import pytest
import torch

from dlbook_lib.figures.curves import bars, curves
from dlbook_lib.figures.theme import CATEGORICAL, COLORS


def points(trace):
    return np.asarray(trace.x).tolist(), np.asarray(trace.y).tolist()


def test_lines_hold_their_points():
    figure = curves({"a": [3, 1, 2], "b": ([0.5, 1.5], torch.tensor([7.0, 8.0], requires_grad=True))})
    assert points(figure.data[0]) == ([0, 1, 2], [3, 1, 2])
    assert points(figure.data[1]) == ([0.5, 1.5], [7, 8])
    assert [trace.name for trace in figure.data] == ["a", "b"]
    common = curves({"a": torch.tensor([3.0, 1.0]), "b": ([5], [6])}, x=range(1, 3))
    assert [points(trace) for trace in common.data] == [([1, 2], [3, 1]), ([5], [6])]
    assert points(curves({"a": (3.0, 4.0)}).data[0]) == ([0, 1], [3, 4])  # two heights, not a pair of lines
    assert points(curves({"a": (torch.tensor(3.0), torch.tensor(4.0))}).data[0]) == ([0, 1], [3, 4])


@pytest.mark.parametrize("count", range(1, 9))
def test_lines_differ_in_colour_dash_and_symbol(count):
    traces = curves({str(k): [k, k] for k in range(count)}).data
    for cue in (lambda t: t.line.color, lambda t: t.line.dash, lambda t: t.marker.symbol):
        assert len({cue(trace) for trace in traces}) == count
    assert [trace.line.color for trace in traces] == list(CATEGORICAL[:count])
    assert all(trace.marker.color is None for trace in traces)  # a marker takes its line's colour


def test_roles_take_the_colours_of_the_book_and_no_other_line_does():
    figure = curves({"a": [1], "b": [2], "c": [3]}, roles={"b": "gradient"})
    first, gradient, third = (trace.line.color for trace in figure.data)
    assert gradient == COLORS["gradient"]
    assert first != third
    assert not {first, third} & set(COLORS.values())


def test_only_short_lines_show_their_points():
    assert curves({"a": range(25)}).data[0].mode == "lines+markers"
    assert curves({"a": range(26)}).data[0].mode == "lines"


def test_legend_stands_above_the_plot_and_only_where_there_is_a_choice():
    alone, two = curves({"a": [1]}).layout, curves({"a": [1], "b": [2]}).layout
    assert (alone.showlegend, two.showlegend) == (False, True)
    assert two.legend.orientation == "h"
    assert two.legend.y > 1
    assert two.legend.yanchor == "bottom"
    assert two.height - alone.height == two.margin.t - alone.margin.t > 20  # the plot itself keeps its height
    marked = curves({"a": [1], "b": [2]}, marks={"here": 0}).layout
    assert marked.margin.t - two.margin.t == 20
    plot = marked.height - marked.margin.t - marked.margin.b
    assert plot == 280
    assert (marked.legend.y - 1) * plot > 20  # above the mark's label


def test_marks_stand_at_their_places_and_labels_keep_apart_on_a_phone():
    marks = {"the last": 10, "start": 0, "best epoch": 5, "close by": 5.5}
    figure = curves({"a": range(11)}, marks=marks)
    lines = {(line.x0, line.x1, line.yref, line.y0, line.y1) for line in figure.layout.shapes}
    assert lines == {(x, x, "paper", 0, 1) for x in marks.values()}
    labels = {label.text: label for label in figure.layout.annotations}
    assert {text: label.x for text, label in labels.items()} == marks
    boxes = []
    for text, label in labels.items():
        width, x = 7.2 * len(text), label.x / 10 * 250  # pixels on a phone
        left = x - {"left": 0, "center": width / 2, "right": width}[label.xanchor]
        assert left >= 0
        assert left + width <= 250
        assert (label.yref, label.y, label.yanchor, label.showarrow) == ("paper", 1, "bottom", False)
        boxes.append((label.yshift, left, left + width))
    for k, (row, left, right) in enumerate(boxes):
        assert all(row != other or right <= start or end <= left for other, start, end in boxes[:k])
    assert {label.yshift for label in labels.values()} == {0, 20}
    assert figure.layout.margin.t == curves({"a": range(11)}).layout.margin.t + 40


def test_labels_of_lines_and_marks_may_hold_markup():
    figure = curves({"<pad>": [1], "b": [2]}, marks={"a<b": 0})
    assert figure.data[0].name == "&lt;pad>"
    assert figure.layout.annotations[0].text == "a&lt;b"
    assert "<pad>: from 1" in figure.layout.meta["alt"]


def test_logarithmic_axes():
    assert curves({"a": [1, 10]}, log_y=True).layout.yaxis.type == "log"
    assert curves({"a": [1, 10]}).layout.yaxis.type is None
    assert bars({"a": 1, "b": 10}).layout.xaxis.type is None
    axis = bars({"a": 84, "b": 1e7}, log_x=True).layout.xaxis
    assert axis.type == "log"
    assert axis.range[0] == 1  # ten, below 84
    assert axis.range[1] > 7
    assert (
        bars({"a": 100, "b": 1e7}, log_x=True).layout.xaxis.range[0] == 1
    )  # or the bar of 100 had no length


def test_axes_are_named():
    layout = curves({"a": [1]}, x_title="epoch", y_title="loss").layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("epoch", "loss")
    assert bars({"a": 1}, x_title="weights").layout.xaxis.title.text == "weights"


def test_short_axes_of_whole_numbers_show_no_halves():
    assert curves({"a": range(13)}).layout.xaxis.dtick == 1
    assert curves({"a": range(14)}).layout.xaxis.dtick is None
    assert curves({"a": ([0.5, 1], [1, 2])}).layout.xaxis.dtick is None


def test_sentence_follows_each_line():
    figure = curves(
        {"train": [2.5, 0.25, 0.5], "validation": [2.5, 1.0, 3.5], "rate": [0, 4, 0]},
        x=[1, 2, 3],
        title="Digits",
        x_title="epoch",
        y_title="loss",
        marks={"best": 2},
    )
    assert figure.layout.meta["alt"] == (
        "Digits. Line chart of loss over epoch. train: from 2.5 at 1 to 0.5 at 3, lowest 0.25 at 2; "
        "validation: from 2.5 at 1 to 3.5 at 3, lowest 1 at 2; rate: from 0 at 1 to 0 at 3, highest 4 at 2; "
        "best marked at 2."
    )


def test_bars_stand_from_top_to_bottom_with_their_values():
    figure = bars({"dense": 61706, "<conv>": 156, "none": 0}, x_title="weights", title="LeNet")
    (trace,) = figure.data
    assert np.asarray(trace.x).tolist() == [61706, 156, 0]
    assert list(trace.y) == list(figure.layout.yaxis.tickvals) == [0, 1, 2]
    assert list(figure.layout.yaxis.ticktext) == ["dense", "&lt;conv>", "none"]
    assert (figure.layout.yaxis.autorange, trace.orientation) == ("reversed", "h")
    assert trace.texttemplate == "%{x:,d}"
    assert trace.marker.color == COLORS["data"]
    assert figure.layout.meta["alt"] == "LeNet. Bar chart of weights. dense: 61,706; <conv>: 156; none: 0."
    assert bars({"a": 0.5}).data[0].texttemplate == "%{x:,.3~r}"


@pytest.mark.parametrize("values", [[1, 2], [-1, 2], [-3, -1], [0, 0]])
def test_bars_start_at_zero_and_leave_room_for_their_values(values):
    low, high = bars(dict(zip("ab", values))).layout.xaxis.range
    assert low <= 0 < high
    assert high > max(values)
    assert low == 0 if min(values) >= 0 else low < min(values)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: curves([1, 2]), TypeError, "series must be a dict of named lines, got [1, 2] (list)"),
        (lambda: curves({}), ValueError, "len(series) must lie in [1, 8], got 0"),
        (
            lambda: curves({str(k): [1] for k in range(9)}),
            ValueError,
            "len(series) must lie in [1, 8], got 9",
        ),
        (lambda: curves({"a": [1, 2]}, x=[1]), ValueError, "series['a'] must have shape (1,), got (2,)"),
        (lambda: curves({"a": ([1, 2], [1])}), ValueError, "series['a'] must have shape (2,), got (1,)"),
        (lambda: curves({"a": ([[1]], [1])}), ValueError, "series['a'][0] must have shape (N,), got (1, 1)"),
        (lambda: curves({"a": []}), ValueError, "series['a'] must hold at least one number, got shape (0,)"),
        (
            lambda: curves({"a": [1, math.inf]}),
            ValueError,
            "series['a'] must be finite, got 1 of 2 entries infinite or not a number",
        ),
        (
            lambda: curves({"a": [1, 0]}, log_y=True),
            ValueError,
            "series['a'] must be positive on a logarithmic axis, got 0",
        ),
        (lambda: curves({"a": [1]}, log_y="y"), TypeError, "log_y must be True or False, got 'y' (str)"),
        (
            lambda: curves({"a": [1]}, marks=[3]),
            TypeError,
            "marks must be a dict of named positions, got [3] (list)",
        ),
        (
            lambda: curves({"a": [1]}, marks={"b": "3"}),
            TypeError,
            "marks['b'] must be a number, got '3' (str)",
        ),
        (
            lambda: curves({"a": [1]}, roles={"b": "data"}),
            ValueError,
            "a name in roles must be one of 'a', got 'b'",
        ),
        (
            lambda: curves({"a": [1]}, roles={"a": "truth"}),
            ValueError,
            "roles['a'] must be one of 'data', 'model', 'gradient', 'noise', got 'truth'",
        ),
        (lambda: bars([1]), TypeError, "values must be a dict of named numbers, got [1] (list)"),
        (lambda: bars({}), ValueError, "len(values) must be at least 1, got 0"),
        (lambda: bars({"a": "1"}), TypeError, "values['a'] must be a number, got '1' (str)"),
        (lambda: bars({"a": math.nan}), ValueError, "values['a'] must be finite, got nan"),
        (
            lambda: bars({"a": -2}, log_x=True),
            ValueError,
            "values['a'] must be positive on a logarithmic axis, got -2",
        ),
        (lambda: bars({"a": 1}, log_x=1), TypeError, "log_x must be True or False, got 1 (int)"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
