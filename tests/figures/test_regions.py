"""Decision regions: colours where a class is decided, borders where it changes, points told twice."""

import numpy as np
import pytest
import torch

from dlbook_lib.figures.regions import decision_regions
from dlbook_lib.figures.theme import CATEGORICAL, SYMBOLS

X, Y = np.linspace(-2, 2, 9), np.linspace(-1, 3, 5)


def scores(classes, seed=0):
    """Probabilities of some classes on the grid: softmax of random planes, told apart at every point."""
    planes = np.random.default_rng(seed).normal(size=(classes, 3))
    heights = planes @ np.stack([*np.meshgrid(X, Y), np.ones((5, 9))]).reshape(3, -1)
    weights = np.exp(heights)
    return (weights / weights.sum(axis=0)).T.reshape(5, 9, classes)


def parts(figure, classes):
    """Shades, borders and points."""
    shades, rest = figure.data[:classes], figure.data[classes:]
    return shades, rest[:-classes], rest[-classes:]


@pytest.mark.parametrize("classes", [2, 3, 8])
@pytest.mark.parametrize("seed", range(5))
def test_shades_and_borders_follow_the_probabilities(classes, seed):
    p = scores(classes, seed)
    shades, borders, points = parts(decision_regions(torch.tensor(p), x=X, y=Y), classes)
    for k, shade in enumerate(shades):
        assert np.abs(np.asarray(shade.z) / 255 - p[..., k]).max() <= 0.5 / 255 + 1e-6
        assert (shade.zmin, shade.zmax) == (0, 255)
        red, green, blue = (int(CATEGORICAL[k][i : i + 2], 16) for i in (1, 3, 5))
        assert [color for _, color in shade.colorscale] == [
            f"rgba({red},{green},{blue},{a})" for a in ("0.0", "0.4")
        ]
        assert (np.asarray(shade.x) == X).all()
        assert (np.asarray(shade.y) == Y).all()
    drawn = range(1, 2) if classes == 2 else range(classes)
    assert len(borders) == len(drawn)
    for k, border in zip(drawn, borders):
        for i, j in np.ndindex(5, 9):
            decided = max(range(classes), key=lambda c: p[i, j, c]) == k
            assert (border.z[i][j] > 0) == decided or border.z[i][j] == 0
        assert (border.contours.start, border.contours.end) == (0, 0)
    assert len(points) == classes


def test_border_of_two_classes_crosses_zero_where_they_are_even():
    p = 1 / (1 + np.exp(-np.tile(X, (5, 1))))  # even at x = 0, which is column 4
    border = parts(decision_regions(p, x=X, y=Y), 2)[1][0]
    z = np.asarray(border.z, dtype=int)
    assert (z[:, 4] == 0).all()
    assert (z[:, :4] < 0).all()
    assert (z[:, 5:] > 0).all()


def test_three_forms_of_the_same_decision():
    labels = np.tile([0, 0, 1, 1, 1, 0, 0, 1, 1], (5, 1))
    one_hot = np.stack([1 - labels, labels], axis=2).astype(float)
    same = [decision_regions(grid, x=X, y=Y) for grid in (labels, labels.astype(float), labels == 1, one_hot)]
    assert all(figure == same[0] for figure in same)
    assert np.asarray(same[0].data[1].z).tolist() == (labels * 255).tolist()


def test_points_show_their_class_twice():
    points = np.random.default_rng(0).uniform(-1, 2, (30, 2))
    labels = np.arange(30) % 3
    figure = decision_regions(scores(3), x=X, y=Y, points=points, labels=labels, names=["a", "<b>", "c"])
    members = parts(figure, 3)[2]
    for k, trace in enumerate(members):
        assert np.allclose(np.column_stack([trace.x, trace.y]), points[labels == k])
        assert (trace.marker.color, trace.marker.symbol) == (CATEGORICAL[k], SYMBOLS[k])
        assert trace.showlegend is True
    assert [trace.name for trace in members] == ["a", "&lt;b>", "c"]
    others = [trace for trace in figure.data if trace.type == "contour"]
    assert all(trace.showlegend is False for trace in others)


@pytest.mark.parametrize("seed", range(5))
def test_sentence_counts_area_and_points(seed):
    p = scores(3, seed)
    points = np.random.default_rng(seed).uniform([-2, -1], [2, 3], (40, 2)).astype(np.float32)
    labels = torch.arange(40) % 3
    right = 0
    for (x, y), label in zip(points, labels.tolist()):
        i = min(range(5), key=lambda i: abs(Y[i] - y))
        j = min(range(9), key=lambda j: abs(X[j] - x))
        right += max(range(3), key=lambda c: p[i, j, c]) == label
    shares = [
        sum(max(range(3), key=lambda c: p[i, j, c]) == k for i, j in np.ndindex(5, 9)) / 45 for k in range(3)
    ]
    figure = decision_regions(p, x=X, y=Y, points=points, labels=labels, title="Three")
    assert figure.layout.meta["alt"] == (
        f"Three. Decision regions over x from -2 to 2 and y from -1 to 3: "
        f"class 0 has {shares[0]:.0%} of the grid, class 1 {shares[1]:.0%}, class 2 {shares[2]:.0%}. "
        f"{right} of 40 points lie in the region of their own class."
    )


def test_classes_without_an_area_are_kept():
    grid = np.zeros((5, 9), dtype=int)
    assert len(parts(decision_regions(grid, x=X, y=Y), 2)[0]) == 2
    assert len(decision_regions(grid, x=X, y=Y, names=list("abc")).data) == 3 + 3 + 3
    assert len(decision_regions(grid, x=X, y=Y, points=[[0, 0]], labels=[3]).data) == 4 + 4 + 4


ZEROS = np.zeros((5, 9), dtype=int)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"grid": X}, ValueError, "grid must have shape (M, N), got (9,)"),
        ({"x": Y}, ValueError, "x must have shape (9,), got (5,)"),
        ({"y": X}, ValueError, "y must have shape (5,), got (9,)"),
        (
            {"x": X[::-1]},
            ValueError,
            "x must hold at least two increasing numbers, got [2.0, 1.5, 1.0, 0.5, 0.0, -0.5, ...]",
        ),
        ({"grid": ZEROS + 1.5 * (X > 1)}, ValueError, "grid.max() must lie in [0, 1], got 1.5"),
        ({"grid": ZEROS - 0.5}, ValueError, "grid.min() must lie in [0, 1], got -0.5"),
        ({"grid": ZEROS - 1}, ValueError, "grid must hold class numbers 0, 1, 2, ..., got -1"),
        ({"grid": ZEROS + 8}, ValueError, "the number of classes must lie in [2, 8], got 9"),
        ({"grid": ZEROS + 2, "names": ["a", "b"]}, ValueError, "grid.max() must be at most 1, got 2"),
        ({"grid": scores(3), "names": ["a", "b"]}, ValueError, "names must have shape (3,), got (2,)"),
        ({"points": [[0, 0]]}, ValueError, "points and labels must come together, got only points"),
        ({"labels": [0]}, ValueError, "points and labels must come together, got only labels"),
        ({"points": [[0, 0, 0]], "labels": [0]}, ValueError, "points must have shape (P, 2), got (1, 3)"),
        ({"points": [[0, 0]], "labels": [0, 1]}, ValueError, "labels must have shape (1,), got (2,)"),
        (
            {"points": [[0, 0]], "labels": [0.5]},
            ValueError,
            "labels must hold class numbers 0, 1, 2, ..., got 0.5",
        ),
        (
            {"grid": scores(2), "points": [[0, 0]], "labels": [2]},
            ValueError,
            "labels.max() must be at most 1, got 2",
        ),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error) as caught:
        decision_regions(**{"grid": ZEROS, "x": X, "y": Y, **arguments})
    assert str(caught.value) == message
