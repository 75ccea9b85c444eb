"""Pictures: the right way up, exact to the bit, light to send; maps and kernels keep their numbers."""

import base64
import io
import json
import re

import numpy as np
import PIL.Image
import plotly
import pytest
import torch
from skimage.data import astronaut

from dlbook_lib.figures.images import feature_maps, image, image_grid, kernels
from dlbook_lib.figures.theme import DIVERGING, GRAY, SEQUENTIAL

TWO_BY_THREE = np.array([[0, 51, 102], [153, 204, 255]], dtype=np.uint8)


def decoded(trace):
    """The pixels of a picture as a browser finds them."""
    head, data = trace.source.split(",")
    assert head == "data:image/png;base64"
    return np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(data))))


def scale_of(figure):
    return [list(stop) for stop in figure.layout.coloraxis.colorscale]


@pytest.mark.parametrize(
    "x",
    [
        TWO_BY_THREE,
        TWO_BY_THREE[None],
        TWO_BY_THREE / 255,
        TWO_BY_THREE.astype(np.float32) / 255,
        (TWO_BY_THREE / 255).tolist(),
        torch.tensor(TWO_BY_THREE),
        (torch.tensor(TWO_BY_THREE)[None] / 255).requires_grad_(),
    ],
)
def test_grey_picture_comes_out_the_right_way_up(x):
    figure = image(x)
    assert decoded(figure.data[0]).tolist() == [[0, 51, 102], [153, 204, 255]]
    assert (figure.data[0].x0, figure.data[0].y0, figure.data[0].zsmooth) == (0, 0, None)
    assert figure.layout.xaxis.range == (-0.5, 2.5)
    assert figure.layout.yaxis.range == (1.5, -0.5)  # y runs down: row 0 is at the top
    assert figure.layout.yaxis.scaleanchor == "x"
    assert figure.layout.xaxis.visible is figure.layout.yaxis.visible is False


def test_colour_picture_keeps_its_channels_in_place():
    x = np.arange(18, dtype=np.uint8).reshape(3, 2, 3) * 14
    pixels = decoded(image(x).data[0])
    assert pixels.shape == (2, 3, 3)
    for channel, row, column in np.ndindex(3, 2, 3):
        assert pixels[row, column, channel] == x[channel, row, column]


def test_every_grey_survives_and_booleans_are_black_and_white():
    assert decoded(image(np.arange(256).reshape(16, 16) / 255).data[0]).ravel().tolist() == list(range(256))
    assert decoded(image([[0.5, 0.499]]).data[0]).tolist() == [[128, 127]]
    assert decoded(image([[True, False]]).data[0]).tolist() == [[255, 0]]
    assert decoded(image([[1, 0]]).data[0]).tolist() == [[255, 0]]


def test_photograph_weighs_what_its_png_weighs():
    photograph = astronaut()  # 512 by 512, in colour
    file = io.BytesIO()
    PIL.Image.fromarray(photograph).save(file, "PNG", optimize=True)
    figure = image(photograph.transpose(2, 0, 1))
    assert (decoded(figure.data[0]) == photograph).all()
    assert len(figure.data[0].source) <= len(file.getvalue()) * 4 / 3 + 100
    figure.data[0].source = None
    assert len(figure.to_json()) < 5000


def test_pointer_tells_row_column_and_value():
    assert image(TWO_BY_THREE).data[0].hovertemplate == (
        "row %{pointNumber[0]}, column %{pointNumber[1]}<br>%{z[0]} of 255<extra></extra>"
    )
    grid = image_grid(np.zeros((2, 3, 4, 4)), titles=["a", "<b>"]).data
    assert "(%{z[0]}, %{z[1]}, %{z[2]})" in grid[0].hovertemplate
    assert grid[1].hovertemplate.startswith("&lt;b><br>row ")
    assert feature_maps(np.zeros((2, 4, 4))).data[1].hovertemplate == (
        "map 1<br>row %{pointNumber[0]}, column %{pointNumber[1]}<br>%{z:.4~g}<extra></extra>"
    )


def test_sentence_of_a_picture():
    x = np.full((3, 4, 5), 0.5)
    x[:, 3, 1], x[0, 2, 4] = 0.25, 0.875
    assert image(x, title="A square").layout.meta["alt"] == (
        "A square. Colour picture of 4 by 5 pixels, darkest at row 3, column 1 (0.25) "
        "and brightest at row 2, column 4 (0.625)."
    )


@pytest.mark.parametrize("shape", [(6, 4, 5), (6, 1, 4, 5), (6, 3, 4, 5)])
def test_grid_shows_every_picture_in_order(shape):
    xs = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    figure = image_grid(list(torch.tensor(xs)), titles=torch.arange(6), title="Six")
    assert len(figure.data) == 6
    for trace, x in zip(figure.data, xs):
        assert (decoded(trace) == (x.transpose(1, 2, 0) if x.shape[0] == 3 else x)).all()
    assert len({(trace.x0, trace.y0) for trace in figure.data}) == 6
    assert [note.text for note in figure.layout.annotations] == list("012345")
    kind = "colour" if 3 in shape else "grey"
    assert (
        figure.layout.meta["alt"]
        == f"Six. 6 {kind} pictures of 4 by 5 pixels in 3 columns: 0, 1, 2, 3, 4, 5."
    )


def test_grid_of_one():
    assert (
        image_grid(np.zeros((1, 2, 2))).layout.meta["alt"] == "1 grey picture of 2 by 2 pixels in 1 column."
    )


def test_many_pictures_stay_light_and_on_one_pair_of_axes():
    figure = image_grid(np.random.default_rng(0).random((100, 8, 8)))
    axes = [key for key in json.loads(figure.to_json())["layout"] if re.fullmatch(r"[xy]axis\d*", key)]
    assert sorted(axes) == ["xaxis", "yaxis"]
    assert len(figure.to_json()) < 70_000


@pytest.mark.parametrize("shape", [(6, 7, 5), (1, 6, 7, 5)])
def test_maps_keep_their_numbers(shape):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0), requires_grad=True)
    figure = feature_maps(x)
    for trace, one in zip(figure.data, x.detach().reshape(6, 7, 5)):
        assert (np.asarray(trace.z) == one.numpy()).all()
        assert trace.coloraxis == "coloraxis"
        assert trace.texttemplate is None
    axis = figure.layout.coloraxis
    assert (axis.cmin, axis.cmax) == (x.min().item(), x.max().item())
    assert scale_of(figure) == SEQUENTIAL
    assert axis.showscale is None  # plotly shows it


def test_scales_of_maps():
    x = np.array([[[-1.0, 2.0]], [[0.0, 0.5]]])
    signed = feature_maps(x, scale="diverging")
    assert (signed.layout.coloraxis.cmin, signed.layout.coloraxis.cmax, scale_of(signed)) == (
        -2,
        2,
        DIVERGING,
    )
    assert scale_of(feature_maps(x, scale="gray")) == GRAY
    apart = feature_maps(x, separate=True)
    assert [(trace.zmin, trace.zmax) for trace in apart.data] == [(-1, 2), (0, 0.5)]
    assert [trace.coloraxis for trace in apart.data] == [None, None]
    assert [trace.showscale for trace in apart.data] == [False, False]
    assert [[list(stop) for stop in trace.colorscale] for trace in apart.data] == [SEQUENTIAL] * 2
    assert signed.layout.margin.t - apart.layout.margin.t == 34  # room for the bar
    apart = feature_maps(x, separate=True, scale="diverging")
    assert [(trace.zmin, trace.zmax) for trace in apart.data] == [(-2, 2), (-0.5, 0.5)]


def test_sixty_four_maps_weigh_little_more_than_their_numbers():
    figure = feature_maps(np.random.default_rng(0).random((64, 14, 14)))
    assert len(figure.data) == 64
    if int(plotly.__version__.split(".")[0]) >= 6:  # earlier versions write numbers as text
        assert len(json.dumps(json.loads(figure.to_json()))) < 64 * 14 * 14 * 4 * 4 / 3 + 64 * 250 + 5000


def test_sentence_of_maps_names_those_with_the_extremes():
    for low, high in ((0, 4), (4, 1), (2, 3)):
        x = np.zeros((5, 4, 6))
        x[low, 0, 5], x[high, 3, 1] = -1.5, 2
        assert feature_maps(x).layout.meta["alt"] == (
            f"5 feature maps of 4 by 6 values, from -1.5 (map {low}) to 2 (map {high})."
        )
    x = np.zeros((3, 4, 4))
    x[2, 0, 0], x[1, 3, 3] = -1.5, 2
    assert (
        feature_maps(x).layout.meta["alt"]
        == "3 feature maps of 4 by 4 values, from -1.5 (map 2) to 2 (map 1)."
    )
    named = feature_maps(x, titles=["a", "b", "c"], title="Layer 1").layout.meta["alt"]
    assert named == "Layer 1. 3 feature maps of 4 by 4 values, from -1.5 (c) to 2 (b)."
    assert feature_maps(x[1]).layout.meta["alt"] == "Feature map of 4 by 4 values, row by row: " + "; ".join(
        ["0, 0, 0, 0"] * 3 + ["0, 0, 0, 2."]
    )


def test_kernels_are_coloured_by_sign_with_their_weights_written():
    figure = kernels([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
    (trace,) = figure.data
    assert np.asarray(trace.z).tolist() == [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    assert trace.texttemplate == "%{z:d}"
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax, scale_of(figure)) == (
        -2,
        2,
        DIVERGING,
    )
    assert figure.layout.coloraxis.showscale is False
    assert figure.layout.meta["alt"] == "Kernel of 3 by 3 weights, row by row: 1, 0, -1; 2, 0, -2; 1, 0, -1."


@pytest.mark.parametrize(
    ("shape", "in_a_row", "written"),
    [
        ((3, 3), 1, True),
        ((1, 7, 7), 1, True),
        ((4, 3, 3), 2, True),
        ((8, 2, 2), 3, True),
        ((6, 5, 5), 3, False),
        ((64, 7, 7), 8, False),
        ((6, 1, 5, 5), 3, False),
        ((4, 3, 5, 5), 3, False),
        ((2, 2, 3, 3), 2, True),
    ],
)
def test_kernels_stand_in_rows_that_leave_weights_readable(shape, in_a_row, written):
    weights = np.random.default_rng(0).uniform(-1, 1, shape)
    figure = kernels(weights)
    flat = weights.reshape(-1, *shape[-2:]).astype(np.float32)
    assert all((np.asarray(trace.z) == one).all() for trace, one in zip(figure.data, flat))
    assert len(figure.data) == len(flat)
    assert len({trace.x0 for trace in figure.data}) == in_a_row
    assert {trace.texttemplate for trace in figure.data} == {"%{z:.2f}" if written else None}
    assert figure.layout.coloraxis.showscale is not written


def test_weights_of_a_layer_stand_with_outputs_down_and_inputs_across():
    weights = np.arange(2 * 3 * 2 * 2).reshape(2, 3, 2, 2)
    traces = kernels(weights).data
    for output, channel in np.ndindex(2, 3):
        trace = traces[3 * output + channel]
        assert np.asarray(trace.z).tolist() == weights[output, channel].tolist()
        assert (trace.x0, trace.y0) == (traces[channel].x0, traces[3 * output].y0)
    assert len({trace.x0 for trace in kernels(weights, columns=4).data}) == 4


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: image(np.zeros(3)),
            ValueError,
            "x must have shape (H, W), (1, H, W) or (3, H, W), got (3,)",
        ),
        (
            lambda: image(np.zeros((5, 4, 3))),
            ValueError,
            "x must have shape (H, W), (1, H, W) or (3, H, W), got (5, 4, 3)",
        ),
        (
            lambda: image(np.zeros((2, 1, 4, 3))),
            ValueError,
            "x must have shape (H, W), (1, H, W) or (3, H, W), got (2, 1, 4, 3)",
        ),
        (lambda: image([[0.0, 1.5]]), ValueError, "x.max() must lie in [0, 1], got 1.5"),
        (lambda: image([[0, 200]]), ValueError, "x.max() must lie in [0, 1], got 200.0"),
        (lambda: image([[-0.25, 1]]), ValueError, "x.min() must lie in [0, 1], got -0.25"),
        (
            lambda: image([[np.nan]]),
            ValueError,
            "x must be finite, got 1 of 1 entries infinite or not a number",
        ),
        (
            lambda: image("photo.png"),
            ValueError,
            "x must hold numbers in rows of equal length, got 'photo.png'",
        ),
        (
            lambda: image_grid(np.zeros((2, 2))),
            ValueError,
            "xs must have shape (N, H, W), (N, 1, H, W) or (N, 3, H, W), got (2, 2)",
        ),
        (
            lambda: image_grid(np.zeros((2, 4, 8, 8))),
            ValueError,
            "xs must have shape (N, H, W), (N, 1, H, W) or (N, 3, H, W), got (2, 4, 8, 8)",
        ),
        (
            lambda: image_grid(np.zeros((2, 4, 4)), titles=["a"]),
            ValueError,
            "titles must have shape (2,), got (1,)",
        ),
        (lambda: image_grid(np.zeros((2, 4, 4)), columns=0), ValueError, "columns must be at least 1, got 0"),
        (
            lambda: image_grid(np.zeros((2, 4, 4)), columns=2.0),
            TypeError,
            "columns must be an integer, got 2.0 (float)",
        ),
        (
            lambda: feature_maps(np.zeros((2, 3, 4, 4))),
            ValueError,
            "x must have shape (1, C, H, W), got (2, 3, 4, 4)",
        ),
        (lambda: feature_maps(np.zeros(4)), ValueError, "x must have shape (C, H, W), got (4,)"),
        (
            lambda: feature_maps([[0, 1]], scale="grey"),
            ValueError,
            "scale must be one of 'sequential', 'diverging', 'gray', got 'grey'",
        ),
        (
            lambda: feature_maps([[0, 1]], separate=1),
            TypeError,
            "separate must be True or False, got 1 (int)",
        ),
        (lambda: kernels([1, 0, -1]), ValueError, "weights must have shape (N, K, K'), got (3,)"),
        (
            lambda: kernels(np.zeros((0, 3, 3))),
            ValueError,
            "weights must hold at least one number, got shape (0, 3, 3)",
        ),
        (lambda: kernels([[1, 0]], titles="a"), TypeError, "titles must be a list of labels, got 'a' (str)"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == message
