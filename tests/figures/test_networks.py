"""A drawn network has the units and the weights of the network."""

import re

import numpy as np
import pytest
import torch

from dlbook_lib.figures import network
from dlbook_lib.figures.theme import DIVERGING


def test_every_weight_is_a_line_between_its_units():
    weights = [torch.tensor([[1.0, -2.0], [0.5, 4.0], [0.0, 1.0]])]
    figure = network([2, 3], weights=weights)
    units = figure.data[0]
    inputs, outputs = list(units.y[:2]), list(units.y[2:])
    lines = {(line.y0, line.y1): line for line in figure.layout.shapes}
    assert len(lines) == 6
    for source, target in np.ndindex(2, 3):
        line, weight = lines[inputs[source], outputs[target]].line, float(weights[0][target, source])
        assert line.width == pytest.approx(0.5 + 5 * abs(weight) / 4)
        assert line.color == (DIVERGING[0] if weight < 0 else DIVERGING[-1])[1]


def test_heaviest_lines_lie_on_top():
    figure = network([3, 3], weights=[torch.arange(9.0).view(3, 3)])
    widths = [line.line.width for line in figure.layout.shapes]
    assert widths == sorted(widths)


def test_layers_are_centred_on_each_other():
    units = network([5, 2, 1]).data[0]
    y = np.array(units.y)
    assert y[:5].mean() == y[5:7].mean() == y[7]


def test_wide_layer_shows_its_ends_and_says_its_size():
    figure = network([784, 10])
    assert list(figure.data[0].x).count(0) == 12
    texts = [note.text for note in figure.layout.annotations]
    assert texts == ["784", "10", "⋮"]


def test_values_stand_in_the_circles():
    figure = network([2, 1], values=[[1, -0.25], [3.14159]])
    assert list(figure.data[0].text) == ["1", "−0.25", "3.1"]
    assert list(figure.data[0].customdata) == pytest.approx([1, -0.25, 3.14159])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(sizes=[3]), "len(sizes) must be at least 2, got 1"),
        (dict(sizes=[3, 0]), "sizes[1] must be at least 1, got 0"),
        (dict(sizes=[2, 1], weights=[]), "weights must have shape (1,), got (0,)"),
        (dict(sizes=[2, 1], weights=[[[1], [2]]]), "weights[0] must have shape (1, 2), got (2, 1)"),
        (dict(sizes=[2, 1], values=[[1, 2], [1, 2]]), "values[1] must have shape (1,), got (2,)"),
        (dict(sizes=[13, 1], values=[[0] * 13, [0]]), "sizes[0] must lie in [1, 12] to hold values, got 13"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        network(**arguments)
