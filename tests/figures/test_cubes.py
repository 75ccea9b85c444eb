"""Boxes in blocks of cells: projected by hand, one solid for each, one sentence for all."""

import numpy as np
import pytest

from dlbook_lib.figures.cubes import ISOMETRIC, box_faces, cubes


def test_faces_are_closed_and_share_the_corner_nearest_to_the_reader():
    faces = box_faces((1, 2, 3), (4, 5, 7))
    assert (faces[:, 0] == faces[:, -1]).all()
    near = np.array([4, 2, 7]) @ np.array(ISOMETRIC)
    assert all(np.isclose(face, near).all(axis=1).any() for face in faces)
    far = np.array([1, 5, 3]) @ np.array(ISOMETRIC)  # the corner that is hidden
    assert not any(np.isclose(face, far).all(axis=1).any() for face in faces)


def test_faces_of_a_box_together_have_the_outline_of_a_hexagon():
    def area(face):
        x, y = face.T
        return abs((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2

    top, left, right = map(area, box_faces((0, 0, 0), (2, 3, 4)))
    assert top == pytest.approx(2 * 4 * 0.87)  # of a unit square 2 · 0.87 · 0.5
    assert left == pytest.approx(3 * 4 * 0.87)
    assert right == pytest.approx(2 * 3 * 0.87)


def test_every_box_stands_in_a_block_of_its_own():
    boxes = {"all": ((0, 0, 0), (4, 3, 6)), "one": ((1, 1, 1), (2, 2, 2)), "row": ((0, 0, 0), (4, 1, 1))}
    figure = cubes(boxes, (4, 3, 6), columns=2, title="Sets")
    assert len(figure.data) == 3 * 4
    assert [label.text for label in figure.layout.annotations] == list(boxes)
    solids = [figure.data[k] for k in range(len(figure.data)) if k % 4]
    assert all(trace.fill == "toself" for trace in solids)
    for k in range(0, 12, 4):  # a solid lies within the lines of its block
        frame, faces = figure.data[k], figure.data[k + 1 : k + 4]
        for face in faces:
            assert np.nanmin(frame.x) - 1e-9 <= face.x.min() <= face.x.max() <= np.nanmax(frame.x) + 1e-9
            assert np.nanmin(frame.y) - 1e-9 <= face.y.min() <= face.y.max() <= np.nanmax(frame.y) + 1e-9
    assert figure.layout.meta["alt"] == (
        "Sets. Block of 4 by 3 by 6 cells. all: a box of 4 by 3 by 6; one: a box of 1 by 1 by 1; "
        "row: a box of 4 by 1 by 1."
    )


def test_bad_arguments():
    with pytest.raises(TypeError, match="boxes must be a dict of boxes"):
        cubes([], (1, 1, 1))
    with pytest.raises(ValueError, match="columns must be at least 1"):
        cubes({"a": ((0, 0, 0), (1, 1, 1))}, (1, 1, 1), columns=0)
