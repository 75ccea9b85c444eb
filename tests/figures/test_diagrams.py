"""Boxes stand where the computation puts them, and hold its numbers."""

import re

import pytest

from dlbook_lib.figures import blocks, graph
from dlbook_lib.figures.theme import COLORS

EDGES = [("w", "z"), ("x", "z"), ("z", "s"), ("b", "s"), ("s", "L"), ("w", "L")]


def rows(figure):
    """The row of each node, by its name."""
    words = [note for note in figure.layout.annotations if "<b>" in note.text]
    return {re.search("<b>(.*?)</b>", note.text)[1]: note.y for note in words}


def test_every_node_stands_under_all_it_needs():
    found = rows(graph(EDGES))
    assert set(found) == {"w", "x", "z", "b", "s", "L"}
    assert all(found[a] < found[b] for a, b in EDGES)


def test_what_needs_nothing_stands_right_above_its_first_use():
    found = rows(graph(EDGES))
    assert found["b"] == found["s"] - 1
    assert found["w"] == found["z"] - 1, "w is used by L, too, but first by z"


def test_arrows_join_the_boxes():
    figure = graph([("a", "b")])
    (arrow,) = (note for note in figure.layout.annotations if note.showarrow)
    upper, lower = figure.layout.shapes
    assert (arrow.ay, arrow.y) == (upper.y1, lower.y0)


def test_an_edge_over_several_rows_passes_beside_their_boxes():
    shapes = graph(EDGES).layout.shapes
    boxes = [shape for shape in shapes if shape.type == "rect"]
    lines = [shape for shape in shapes if shape.type == "line"]
    assert len(boxes) == 6
    assert len(lines) == 2 + 2, "from w to L past the rows of z and of s: a step to each, and one beside each"
    for line in lines:
        for t in (0.05, 0.5, 0.95):
            x, y = line.x0 + t * (line.x1 - line.x0), line.y0 + t * (line.y1 - line.y0)
            assert not any(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 for box in boxes)


def test_numbers_stand_in_the_colours_of_data_and_gradient():
    figure = graph([("a", "b")], values={"a": 2, "b": -4}, gradients={"a": 0.5})
    text = next(note.text for note in figure.layout.annotations if "<b>a</b>" in note.text)
    assert text == (
        f'<b>a</b><br><span style="color:{COLORS["data"]}">2</span>'
        f'<br><span style="color:{COLORS["gradient"]}">0.5</span>'
    )
    assert figure.layout.meta["alt"] == (
        "Graph: b is computed from a. Values: a = 2, b = −4. Gradients: a 0.5."
    )


def test_blocks_follow_each_other_with_shapes_between_and_a_frame_around_a_part():
    figure = blocks(["p", "q", "r"], shapes=["1", "2", "3", "4"], repeat=(1, 2, 6))
    assert rows(figure) == {"p": 0, "q": 1, "r": 2}
    heights = {note.text: note.y for note in figure.layout.annotations if note.text in {"1", "2", "3", "4"}}
    assert heights == {"1": -0.5, "2": 0.5, "3": 1.5, "4": 2.5}
    frame = figure.layout.shapes[-1]
    assert frame.line.dash == "dash"
    assert 0.5 < frame.y0 < 1 < 2 < frame.y1
    assert "× 6" in [note.text for note in figure.layout.annotations]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: graph([]), "len(edges) must be at least 1, got 0"),
        (lambda: graph([("a", "b"), ("b", "a")]), "edges must not form a cycle, got one among a, b"),
        (lambda: graph([("a", "b")], values={"c": 1}), "a node must be one of 'a', 'b', got 'c'"),
        (lambda: blocks([]), "len(names) must be at least 1, got 0"),
        (lambda: blocks(["a"], shapes=["x"]), "len(shapes) must lie in [2, 2], got 1"),
        (lambda: blocks(["a"], repeat=(0, 3, 2)), "repeat[1] must lie in [0, 0], got 3"),
    ],
)
def test_bad_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        make()
