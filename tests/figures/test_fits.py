"""Examples and fitted lines stand where they should, in the colours of the book."""

import re

import numpy as np
import pytest

from dlbook_lib.figures import fits
from dlbook_lib.figures.theme import COLORS

EXAMPLES = ([0.0, 1.0, 2.0], [1.0, 3.0, 2.0])


def test_roles_have_their_colours():
    lines = {"degree 1": [1, 2], "degree 9": [1, 40]}
    data, truth, first, second = fits(EXAMPLES, lines, x=[0, 2], truth=[1, 1]).data
    assert data.marker.color == COLORS["data"]
    assert truth.line.color == COLORS["noise"]
    assert first.line.color == COLORS["model"]
    assert second.line.color not in COLORS.values()
    assert (data.mode, first.mode) == ("markers", "lines")


def test_examples_stand_at_their_places_and_a_wild_line_does_not_hide_them():
    figure = fits(EXAMPLES, {"wild": [0, 1e6]}, x=[0, 2])
    assert np.asarray(figure.data[0].x).tolist() == EXAMPLES[0]
    assert np.asarray(figure.data[0].y).tolist() == EXAMPLES[1]
    assert list(figure.layout.yaxis.range) == [0.5, 3.5]


def test_the_legend_and_the_sentence_name_the_examples():
    figure = fits(EXAMPLES, {"line": [1, 2]}, x=[0, 2], title="A fit")
    assert figure.layout.showlegend
    assert figure.layout.meta["alt"].startswith("A fit. Line chart")
    assert figure.layout.meta["alt"].endswith("3 examples lie around.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(examples=([1], [1, 2])), "examples[1] must have shape (1,), got (2,)"),
        (dict(examples=([1],)), "examples must have shape (2,), got (1,)"),
        (dict(lines={}), "len(series) must lie in [1, 8], got 0"),
        (dict(lines={"a": [1]}), "series['a'] must have shape (2,), got (1,)"),
    ],
)
def test_bad_arguments_are_named(change, message):
    given = dict(examples=EXAMPLES, lines={"a": [1, 2]}, x=[0, 2]) | change
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        fits(given.pop("examples"), given.pop("lines"), **given)
