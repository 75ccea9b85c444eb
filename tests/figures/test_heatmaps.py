"""Matrices: the right way up, the numbers in their cells, the colours of zero and of the ends."""

import re

import numpy as np
import pytest
import torch

from dlbook_lib.figures.heatmaps import arrange, cell_format, color_range, columns_for, heatmap
from dlbook_lib.figures.theme import DIVERGING, SEQUENTIAL


def colors(trace):
    return [list(stop) for stop in trace.colorscale]


def test_rows_run_down_and_columns_run_right():
    trace, layout = (figure := heatmap([[1, 2, 3], [4, 5, 6]])).data[0], figure.layout
    assert np.asarray(trace.z).tolist() == [[1, 2, 3], [4, 5, 6]]
    assert trace.x is None  # so cell (i, j) stands at x = j, y = i
    assert trace.y is None
    assert layout.yaxis.autorange == "reversed"
    assert layout.xaxis.autorange is None
    assert (layout.yaxis.scaleanchor, layout.xaxis.constrain, layout.yaxis.constrain) == (
        "x",
        "domain",
        "domain",
    )


@pytest.mark.parametrize("shape", [(2, 9), (9, 2), (1, 64)])
def test_long_matrices_fill_the_width(shape):
    assert heatmap(np.zeros(shape)).layout.yaxis.scaleanchor is None


def test_axes_and_pointer_name_rows_and_columns():
    figure = heatmap([[1, 2, 3]], x_title="key", y_title="query")
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("key", "query")
    assert figure.data[0].hovertemplate == "row %{y}, column %{x}<br>%{z:d}<extra></extra>"
    assert figure.layout.margin.b > heatmap([[1, 2, 3]]).layout.margin.b


def test_tensor_array_and_list_give_the_same_figure():
    z = torch.randn(3, 4, generator=torch.Generator().manual_seed(0), requires_grad=True)
    same = [heatmap(z), heatmap(z.detach().numpy()), heatmap(z.detach().numpy().astype(np.float64))]
    assert same[0] == same[1] == same[2]
    assert heatmap([[True, False]]).data[0].z.tolist() == [[1, 0]]


@pytest.mark.parametrize(
    ("z", "written"),
    [
        ([[1, -2], [3, 4]], ["1", "-2", "3", "4"]),
        ([[1.0, 2.0]], ["1", "2"]),
        ([[0.25, -0.5]], ["0.25", "-0.50"]),
        ([[0.0, 9.994]], ["0.00", "9.99"]),
        ([[12.34, 0.5]], ["12", "0"]),
        ([[0.012, 0.5e-2]], ["0.012", "0.005"]),
        ([[1.2e-7, 3e-8]], ["1.2e-07", "3.0e-08"]),
        ([[2.5e7, 1.0]], ["2.5e+07", "1.0e+00"]),
        ([[1 / 9, 1 / 9]], ["0.11", "0.11"]),
    ],
)
def test_cells_hold_the_numbers(z, written):
    trace = heatmap(z).data[0]
    number_format = re.fullmatch(r"%\{z:(.+)\}", trace.texttemplate)[1]
    as_python = ".0f" if number_format == "d" else number_format
    assert [f"{value:{as_python}}" for value in np.asarray(trace.z).ravel().tolist()] == written
    assert trace.showscale is False


def test_numbers_give_way_to_a_colour_bar_where_a_phone_has_no_room():
    assert cell_format(np.full((8, 8), 0.5), 8) == ".2f"
    assert cell_format(np.full((9, 9), 0.5), 9) == ""
    assert cell_format(np.full((9, 9), -0.5), 7) == ".2f"
    assert cell_format(np.full((9, 9), -0.5), 8) == ""  # a minus takes room, too
    assert cell_format(np.ones((22, 18)), 18) == "d"
    assert cell_format(np.ones((23, 18)), 18) == ""
    crowded = heatmap(np.full((9, 9), 0.5))
    assert crowded.data[0].texttemplate is None
    assert crowded.data[0].showscale is True
    assert crowded.layout.margin.t > heatmap(np.ones((9, 9))).layout.margin.t


def test_format_of_numbers_can_be_chosen():
    assert heatmap(np.full((9, 9), 0.5), number_format=".0%").data[0].texttemplate == "%{z:.0%}"
    assert heatmap([[0.5]], number_format="").data[0].texttemplate is None
    with pytest.raises(
        TypeError, match=re.escape("number_format must be a format such as '.2f', got 2 (int)")
    ):
        heatmap([[0.5]], number_format=2)


def test_colours_run_over_the_values_or_evenly_about_zero():
    trace = heatmap([[-1, 3]]).data[0]
    assert (trace.zmin, trace.zmax, colors(trace)) == (-1, 3, SEQUENTIAL)
    trace = heatmap([[-1, 3]], diverging=True).data[0]
    assert (trace.zmin, trace.zmax, colors(trace)) == (-3, 3, DIVERGING)
    assert (trace.zmax + trace.zmin) / 2 == 0  # the middle colour is zero's


@pytest.mark.parametrize(
    ("values", "diverging", "span", "expected"),
    [
        ([2, 2], False, None, (1.5, 2.5)),
        ([0, 0], True, None, (-1, 1)),
        ([0.2, 0.4], False, (0, 1), (0, 1)),
        ([0.2, 0.4], True, (-1, 2), (-2, 2)),
        ([-5, 1], True, None, (-5, 5)),
    ],
)
def test_range_of_colours(values, diverging, span, expected):
    assert color_range(np.array(values), diverging=diverging, span=span) == expected


def test_labels_may_repeat_and_hold_markup():
    figure = heatmap(np.eye(3), x=["the", "<pad>", "the"], y=[1, 2.5, 3])
    assert list(figure.layout.xaxis.tickvals) == [0, 1, 2]
    assert list(figure.layout.xaxis.ticktext) == ["the", "&lt;pad>", "the"]
    assert list(figure.layout.yaxis.ticktext) == ["1", "2.5", "3"]
    assert "columns the, <pad>, the" in figure.layout.meta["alt"]


def test_many_labels_are_thinned_and_stay_with_their_cells():
    axis = heatmap(np.zeros((2, 60)), x=[f"t{i}" for i in range(60)]).layout.xaxis
    assert len(axis.tickvals) <= 24
    assert [f"t{value}" for value in axis.tickvals] == list(axis.ticktext)


def test_sentence_gives_the_extremes_with_their_places():
    z = np.zeros((5, 6))
    z[3, 1], z[0, 4] = -2.5, 7
    assert heatmap(z).layout.meta["alt"] == (
        "Matrix of 5 rows and 6 columns, from -2.5 in row 3, column 1 to 7 in row 0, column 4."
    )
    named = heatmap(z, x=list("abcdef"), y=list("vwxyz"), title="Weights").layout.meta["alt"]
    assert (
        named
        == "Weights. Matrix of 5 rows and 6 columns, from -2.5 in row y, column b to 7 in row v, column e."
    )
    assert heatmap([[0.5], [2]]).layout.meta["alt"] == (
        "Matrix of 2 rows and 1 column; columns 0; row 0: 0.5; row 1: 2."
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"z": [1, 2]}, ValueError, "z must have shape (M, N), got (2,)"),
        ({"z": [[1, 2]], "x": ["a"]}, ValueError, "x must have shape (2,), got (1,)"),
        ({"z": [[1, 2]], "y": ["a", "b"]}, ValueError, "y must have shape (1,), got (2,)"),
        ({"z": [[1, 2]], "x": "ab"}, TypeError, "x must be a list of labels, got 'ab' (str)"),
        ({"z": [[1, 2]], "diverging": 1}, TypeError, "diverging must be True or False, got 1 (int)"),
        ({"z": [[1, 2]], "span": (1, 0)}, ValueError, "span must increase, got (1, 0)"),
        ({"z": [[1, 2]], "span": (0, 0)}, ValueError, "span must increase, got (0, 0)"),
        ({"z": [[1, 2]], "span": (0, 1, 2)}, ValueError, "span must have shape (2,), got (3,)"),
        ({"z": [[1, np.nan]]}, ValueError, "z must be finite, got 1 of 2 entries infinite or not a number"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error) as caught:
        heatmap(**arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("count", "columns"), [(1, 1), (3, 3), (6, 3), (7, 7), (10, 5), (11, 4), (16, 4), (32, 8), (64, 8)]
)
def test_columns_leave_few_gaps(count, columns):
    assert columns_for(None, count) == columns
    assert columns <= 8


@pytest.mark.parametrize("count", range(1, 101))
def test_no_wide_rectangle_has_fewer_gaps(count):
    chosen = columns_for(None, count)
    wide = [c for c in range(1, 9) if c * c >= count] or [8]
    assert -count % chosen <= min(-count % c for c in wide)
    assert columns_for(5, count) == min(5, count)


def test_columns_must_be_whole_and_positive():
    with pytest.raises(ValueError, match=re.escape("columns must be at least 1, got 0")):
        columns_for(0, 3)


@pytest.mark.parametrize("labels", [None, list("abcdefg")])
@pytest.mark.parametrize("size", [(3, 3), (8, 5), (20, 50)])
def test_pictures_stand_apart_in_reading_order(size, labels):
    traces = [heatmap(np.zeros(size)).data[0] for _ in range(7)]
    figure = arrange(traces, size, columns=3, labels=labels, alt=None, default="", title="")
    left, right = figure.layout.xaxis.range
    bottom, top = figure.layout.yaxis.range
    assert top < bottom  # y runs down
    boxes = [(t.x0 - 0.5, t.x0 + size[1] - 0.5, t.y0 - 0.5, t.y0 + size[0] - 0.5) for t in figure.data]
    for k, (x0, x1, y0, y1) in enumerate(boxes):
        assert left <= x0 < x1 <= right + 1e-9
        assert top <= y0 < y1 <= bottom + 1e-9
        assert (x0 > boxes[k - 1][1]) if k % 3 else (x0 == left)
        assert y0 > boxes[k - 3][3] if k >= 3 else y0 == boxes[0][2]
    assert (max(box[1] for box in boxes), max(box[3] for box in boxes)) == pytest.approx((right, bottom))
    if labels is None:
        return
    phone = 304 / (right - left)  # pixels per cell
    for k, title in enumerate(figure.layout.annotations):
        x0, x1, y0, _ = boxes[k]
        assert (title.text, title.yanchor) == (labels[k], "bottom")
        assert (title.x, title.y) == pytest.approx(((x0 + x1) / 2, y0))
        ceiling = boxes[k - 3][3] if k >= 3 else top
        assert (y0 - ceiling) * phone >= 16  # a line of 12-point letters
