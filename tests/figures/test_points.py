"""Points stand where they should, in the colour and marker of their class."""

import re

import numpy as np
import pytest
import torch

from dlbook_lib.figures import points
from dlbook_lib.figures.theme import CATEGORICAL, SYMBOLS

XY = [[0.0, 10.0], [1.0, 20.0], [2.0, 12.0], [3.0, 17.0]]


def test_each_class_has_its_points():
    figure = points(torch.tensor(XY), [0, 2, 2, 0])
    zero, one, two = figure.data
    assert (list(zero.x), list(zero.y)) == ([0, 3], [10, 17])
    assert (list(two.x), list(two.y)) == ([1, 2], [20, 12])
    assert one.x[0] is None, "class 1 has no points, and still its entry in the legend"
    assert [trace.marker.color for trace in figure.data] == list(CATEGORICAL[:3])
    assert [trace.marker.symbol for trace in figure.data] == list(SYMBOLS[:3])


def test_axes_hold_all_points_with_room_around_them():
    figure = points(np.array(XY))
    (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
    assert left < 0 < 3 < right
    assert low < 10 < 20 < high


def test_scale_is_the_same_on_both_axes():
    assert points([[0, 0], [1, 1]]).layout.yaxis.scaleanchor == "x"
    assert points([[0, 0], [1, 100]]).layout.yaxis.scaleanchor is None, "one axis is far longer"


def test_names_take_the_place_of_numbers():
    figure = points(XY, [0, 1, 0, 1], names=["cat", "<dog>"])
    assert [trace.name for trace in figure.data] == ["cat", "&lt;dog>"]
    assert figure.layout.meta["alt"] == "Points with x from 0 to 3 and y from 10 to 20: 2 of cat, 2 of <dog>."


def test_without_classes_there_is_no_legend():
    figure = points(XY)
    assert not figure.layout.showlegend
    assert figure.layout.meta["alt"] == "4 points with x from 0 to 3 and y from 10 to 20."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(xy=[[1, 2, 3]]), "xy must have shape (P, 2), got (1, 3)"),
        (dict(xy=XY, labels=[0, 1]), "labels must have shape (4,), got (2,)"),
        (dict(xy=XY, labels=[0, 1, -1, 0]), "labels must hold class numbers 0, 1, 2, ..., got -1"),
        (dict(xy=XY, labels=[0, 1, 9, 0]), "the number of classes must lie in [1, 8], got 10"),
        (dict(xy=[[0, float("nan")]]), "xy must be finite, got 1 of 2 entries infinite or not a number"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        points(**arguments)
