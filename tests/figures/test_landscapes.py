"""Contours and surfaces: each value over its own point, circles round, the path whole."""

import numpy as np
import pytest
import torch

from dlbook_lib.figures.landscapes import contour, surface
from dlbook_lib.figures.theme import COLORS, SEQUENTIAL

X, Y = np.linspace(-2, 2, 9), np.linspace(-1, 3, 5)
BOWL = (X[None, :] - 0.5) ** 2 + 10 * (Y[:, None] - 1) ** 2  # lowest, 0, at (0.5, 1)


@pytest.mark.parametrize("draw", [contour, surface])
def test_values_stand_over_their_points(draw):
    trace = draw(torch.tensor(BOWL, requires_grad=True), x=torch.tensor(X), y=Y.tolist()).data[0]
    assert np.asarray(trace.x).tolist() == X.tolist()
    assert np.asarray(trace.y).tolist() == Y.tolist()
    assert (np.asarray(trace.z) == BOWL.astype(np.float32)).all()
    for i, j in np.ndindex(5, 9):  # row i belongs to y
        assert trace.z[i][j] == np.float32((trace.x[j] - 0.5) ** 2 + 10 * (trace.y[i] - 1) ** 2)
    assert [list(stop) for stop in trace.colorscale] == SEQUENTIAL


@pytest.mark.parametrize(("draw", "what"), [(contour, "Contours"), (surface, "Surface")])
def test_sentence_gives_range_and_extremes(draw, what):
    assert draw(BOWL, x=X, y=Y, title="A bowl").layout.meta["alt"] == (
        f"A bowl. {what} over x from -2 to 2 and y from -1 to 3: "
        "lowest 0 at (0.5, 1), highest 46.2 at (-2, -1)."
    )


def test_path_lies_over_the_contours_with_both_ends_marked():
    path = [[-2, 3], [0, 2], [1, 1.5], [0.5, 1.25]]
    figure = contour(BOWL, x=X, y=Y, path=path)
    kinds = [trace.type for trace in figure.data]
    assert kinds == ["contour", "scatter", "scatter", "scatter"]
    halo, steps, ends = figure.data[1:]
    for trace in (halo, steps):
        assert np.column_stack([trace.x, trace.y]).tolist() == path
    assert np.column_stack([ends.x, ends.y]).tolist() == [path[0], path[-1]]
    assert list(ends.marker.symbol) == ["circle", "star"]
    assert steps.line.color == COLORS["model"]
    assert halo.line.width > steps.line.width
    assert figure.layout.meta["alt"].endswith("A path of 4 points leads from (-2, 3) to (0.5, 1.25).")
    assert figure.layout.showlegend is False


def test_only_short_paths_show_their_points():
    assert contour(BOWL, x=X, y=Y, path=np.zeros((60, 2))).data[2].mode == "lines+markers"
    assert contour(BOWL, x=X, y=Y, path=np.zeros((61, 2))).data[2].mode == "lines"


def test_axes_share_a_scale_so_that_circles_are_round():
    layout = contour(BOWL, x=X, y=Y).layout
    assert layout.yaxis.scaleanchor == "x"
    assert layout.yaxis.scaleratio is None
    assert (layout.xaxis.range, layout.yaxis.range) == ((-2, 2), (-1, 3))
    assert contour(BOWL, x=X, y=Y * 4).layout.yaxis.scaleanchor is None
    assert contour(BOWL, x=X * 4, y=Y).layout.yaxis.scaleanchor is None


def test_titles_of_axes():
    layout = contour(BOWL, x=X, y=Y, x_title="w₁", y_title="w₂").layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("w₁", "w₂")
    scene = surface(BOWL, x=X, y=Y, x_title="w₁", y_title="w₂").layout.scene
    assert (scene.xaxis.title.text, scene.yaxis.title.text, scene.zaxis.title.text) == ("w₁", "w₂", "")


@pytest.mark.parametrize("draw", [contour, surface])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"z": X}, ValueError, "z must have shape (M, N), got (9,)"),
        ({"x": Y}, ValueError, "x must have shape (9,), got (5,)"),
        ({"z": BOWL.T}, ValueError, "x must have shape (5,), got (9,)"),
        ({"y": X}, ValueError, "y must have shape (5,), got (9,)"),
        (
            {"y": Y[::-1]},
            ValueError,
            "y must hold at least two increasing numbers, got [3.0, 2.0, 1.0, 0.0, -1.0]",
        ),
        (
            {"z": [[1]], "x": [0], "y": [0]},
            ValueError,
            "x must hold at least two increasing numbers, got [0]",
        ),
        (
            {"y": [0, 1, 1, 2, 3]},
            ValueError,
            "y must hold at least two increasing numbers, got [0, 1, 1, 2, 3]",
        ),
        ({"x": None}, TypeError, "x must be a tensor, an array or a nested list, got None (NoneType)"),
        ({"z": BOWL * np.nan}, ValueError, "z must be finite, got 45 of 45 entries infinite or not a number"),
    ],
)
def test_bad_grids_are_named(draw, arguments, error, message):
    with pytest.raises(error) as caught:
        draw(**{"z": BOWL, "x": X, "y": Y, **arguments})
    assert str(caught.value) == message


def test_bad_paths_are_named():
    with pytest.raises(ValueError, match=r"^path must have shape \(T, 2\), got \(2, 3\)$"):
        contour(BOWL, x=X, y=Y, path=np.zeros((2, 3)))
