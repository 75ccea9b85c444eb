"""The look: colours that can be told apart, two templates, and the rules that every figure keeps."""

import itertools
import json
import re
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import pytest
import torch
from skimage.color import deltaE_ciede2000, rgb2lab

from dlbook_lib.figures.curves import bars, curves
from dlbook_lib.figures.heatmaps import heatmap
from dlbook_lib.figures.images import feature_maps, image, image_grid, kernels
from dlbook_lib.figures.landscapes import contour, surface
from dlbook_lib.figures.regions import decision_regions
from dlbook_lib.figures.theme import (
    CATEGORICAL,
    COLORS,
    DASHES,
    DIVERGING,
    GRAY,
    SEQUENTIAL,
    SYMBOLS,
    escape,
    frame,
    legend_above,
    page_templates,
    plot_height,
    read_array,
    read_labels,
    spell,
)

WHITE, DARK, NEARLY_BLACK, THEME_DARK = "#ffffff", "#121212", "#111111", "#14181e"
GRID = np.linspace(-1, 1, 5)
Z = np.arange(25.0).reshape(5, 5) / 25

# Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB: protan, deutan and tritan.
DEFICIENCIES = {
    "normal": np.eye(3),
    "protan": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deutan": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritan": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}

FIGURES = {
    "image": lambda title: image(Z, title=title),
    "image in colour": lambda title: image(np.stack([Z, Z, Z]), title=title),
    "image_grid": lambda title: image_grid(np.stack([Z] * 5), titles=range(5), title=title),
    "feature_maps": lambda title: feature_maps(np.stack([Z] * 5), titles=list("abcde"), title=title),
    "feature_maps apart": lambda title: feature_maps(
        np.stack([Z] * 5), separate=True, scale="gray", title=title
    ),
    "kernels": lambda title: kernels([[1, 0], [0, -1]], title=title),
    "heatmap": lambda title: heatmap(Z, x=list("abcde"), title=title, x_title="x", y_title="y"),
    "heatmap by sign": lambda title: heatmap(Z - 0.5, diverging=True, number_format="", title=title),
    "curves": lambda title: curves({"a": Z[0], "b": Z[1]}, marks={"here": 2}, title=title, x_title="x"),
    "curves, logarithmic": lambda title: curves({"a": Z[1]}, log_y=True, title=title),
    "bars": lambda title: bars({"a": 1, "b": 2.5}, title=title, x_title="x"),
    "bars, logarithmic": lambda title: bars({"a": 1, "b": 2.5}, log_x=True, title=title),
    "contour": lambda title: contour(Z, x=GRID, y=GRID, path=[[0, 0], [1, 1]], title=title),
    "surface": lambda title: surface(Z, x=GRID, y=GRID, title=title),
    "decision_regions": lambda title: decision_regions(
        Z, x=GRID, y=GRID, points=[[0, 0], [1, 1]], labels=[0, 1], title=title
    ),
}
every_figure = pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())


def linear(color):
    c = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def luminance(color):
    return linear(color) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def seen_by(matrix, color):
    """What an eye with this deficiency takes a colour for, in CIELAB."""
    c = np.clip(np.array(matrix) @ linear(color), 0, 1)
    return rgb2lab(np.where(c <= 0.0031308, 12.92 * c, 1.055 * c ** (1 / 2.4) - 0.055))


def along(scale, steps=201):
    """Colours of a scale at evenly spaced places, as plotly mixes them."""
    places = [place for place, _ in scale]
    channels = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for _, color in scale])
    mixed = [np.interp(np.linspace(0, 1, steps), places, channel) for channel in channels.T]
    return ["#" + "".join(f"{round(value):02x}" for value in rgb) for rgb in zip(*mixed)]


def walk(thing, path=""):
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield from walk(value, f"{path}.{key}")
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from walk(value, f"{path}[]")
    else:
        yield path, thing


@pytest.mark.parametrize("page", [WHITE, DARK, THEME_DARK])
@pytest.mark.parametrize("color", CATEGORICAL)
def test_every_colour_is_seen_on_every_page(color, page):
    assert contrast(color, page) >= 3


@pytest.mark.parametrize("matrix", DEFICIENCIES.values(), ids=DEFICIENCIES.keys())
def test_colours_differ_for_every_eye(matrix):
    seen = [seen_by(matrix, color) for color in CATEGORICAL]
    assert min(deltaE_ciede2000(one, other) for one, other in itertools.combinations(seen, 2)) >= 12


def test_named_colours_come_from_the_sequence_and_lines_have_three_cues():
    assert set(COLORS) == {"data", "model", "gradient", "noise"}
    assert len(set(COLORS.values()) & set(CATEGORICAL)) == 4
    assert len(set(CATEGORICAL)) == len(set(DASHES)) == len(set(SYMBOLS)) == 8


@pytest.mark.parametrize("scale", [SEQUENTIAL, DIVERGING, GRAY])
def test_scales_are_complete_and_numbers_can_be_read_on_them(scale):
    assert [scale[0][0], scale[-1][0]] == [0, 1]
    # plotly writes a cell's number in white or in #444444, whichever has more contrast: never below 3.1
    assert min(max(contrast(color, WHITE), contrast(color, "#444444")) for color in along(scale)) > 3


def test_sequential_scale_grows_lighter_all_along():
    assert (np.diff([luminance(color) for color in along(SEQUENTIAL)]) > 0).all()


def test_diverging_scale_is_palest_at_zero_and_even_on_both_sides():
    light = np.array([luminance(color) for color in along(DIVERGING)])
    assert light.argmax() == 100
    assert (np.diff(light[:101]) > 0).all()
    assert (np.diff(light[100:]) < 0).all()
    assert np.abs(light - light[::-1]).max() < 0.05
    middle, ends = DIVERGING[5][1], (DIVERGING[0][1], DIVERGING[-1][1])
    assert contrast(middle, WHITE) > 1.25  # a cell of zeros is still seen as a cell
    assert all(contrast(end, page) >= 2.7 for end in ends for page in (WHITE, DARK))


def test_templates_are_plain_and_differ_in_colours_only():
    pages = page_templates()
    assert json.loads(json.dumps(pages)) == pages
    light, dark = (dict(walk(pages[name])) for name in ("light", "dark"))
    assert light.keys() == dark.keys()
    assert {path.rsplit(".", 1)[1] for path in light if light[path] != dark[path]} <= {
        *("color", "gridcolor", "zerolinecolor", "linecolor", "tickcolor", "bgcolor", "bordercolor"),
        *("activecolor", "arrowcolor", "spikecolor"),
    }
    for template in pages.values():
        go.Figure(layout={"template": template})  # plotly knows every name in it


@pytest.mark.parametrize(("name", "page"), [("light", WHITE), ("dark", DARK), ("dark", THEME_DARK)])
def test_text_of_a_page_can_be_read(name, page):
    layout = page_templates()[name]["layout"]
    assert contrast(layout["font"]["color"], page) >= 7
    assert contrast(layout["hoverlabel"]["font"]["color"], layout["hoverlabel"]["bgcolor"]) >= 7
    assert contrast(layout["xaxis"]["linecolor"], page) >= 3
    assert 1.1 < contrast(layout["xaxis"]["gridcolor"], page) < 2


def test_text_of_a_live_notebook_can_be_read_on_either_page():
    layout = pio.templates["dlbook"].layout
    assert contrast(layout.font.color, WHITE) >= 4.5
    assert contrast(layout.font.color, NEARLY_BLACK) >= 4.1
    assert contrast(layout.hoverlabel.font.color, layout.hoverlabel.bgcolor) >= 4.5


def test_readers_own_figures_keep_plotlys_look():
    assert pio.templates.default != "dlbook"
    assert go.Figure().layout.template != pio.templates["dlbook"]


@every_figure
def test_figure_names_no_colour_of_text_axes_or_grid(draw):
    figure = draw("A title").to_plotly_json()
    assert figure["layout"].pop("template") == pio.templates["dlbook"].to_plotly_json()
    assert not [path for path, _ in walk(figure["layout"]) if path.endswith("color")]
    assert not [
        path
        for path, _ in walk(figure["data"])
        if re.search(r"(font|grid|tick|outline|label)\w*\.?\w*color", path)
    ]


@every_figure
def test_figure_fits_any_width_and_says_what_it_shows(draw):
    figure = draw("What a <b>title</b>!")
    assert figure.layout.width is None
    assert figure.layout.template.layout.dragmode is False
    assert 100 <= figure.layout.height <= 700
    assert re.fullmatch(r"What a title! .{20,}\.", figure.layout.meta["alt"])


@pytest.mark.parametrize("function", [image, kernels, heatmap])
def test_own_sentence_replaces_the_computed_one(function):
    assert function([[0, 1]], alt="Mine.", title="T").layout.meta["alt"] == "Mine."
    with pytest.raises(TypeError, match=re.escape("alt must be a sentence, got 3 (int)")):
        function([[0, 1]], alt=3)
    with pytest.raises(TypeError, match=re.escape("title must be a string, got None (NoneType)")):
        function([[0, 1]], title=None)


@every_figure
def test_long_titles_are_wrapped_and_room_is_made(draw):
    short, long = draw("Short"), draw("A title that no phone on earth could show in one single line of text")
    lines = long.layout.title.text.split("<br>")
    assert len(lines) == 2
    assert max(map(len, lines)) <= 38
    assert abs(len(lines[0]) - len(lines[1])) < 10
    assert long.layout.height - short.layout.height == long.layout.margin.t - short.layout.margin.t == 21
    assert 10 < (1 - long.layout.title.y) * long.layout.height < 30


def test_title_keeps_its_own_breaks():
    assert frame([], alt="", default="", title="one<br>two", height=100).layout.title.text == "one<br>two"


def test_a_phone_shows_a_plot_with_little_room_to_spare():
    for aspect in (0.1, 0.5, 1.0, 1.5):
        assert 260 * aspect <= plot_height(aspect) <= 260 * aspect + 80
    assert plot_height(100) == 640


def test_legend_gets_the_rows_that_a_phone_needs():
    assert legend_above(["a", "b"], 280)[0] == 26
    assert legend_above(["a name of middling length"] * 4, 280)[0] == 4 * 20 + 6
    assert legend_above(["a"], 200, lift=40)[1]["y"] == pytest.approx(1 + 44 / 200)


@pytest.mark.parametrize(
    "value",
    [
        torch.tensor([[0.0, 1.0], [1.0, 0.0]], requires_grad=True),
        torch.tensor([[0, 1], [1, 0]], dtype=torch.bfloat16),
        torch.tensor([[0, 1], [1, 0]], dtype=torch.float16),
        torch.tensor([[0, 1], [1, 0]], dtype=torch.bool),
        torch.tensor([[0, 1], [1, 0]], dtype=torch.uint8),
        np.array([[0, 1], [1, 0]], dtype=np.float64),
        np.array([[False, True], [True, False]]),
        [[0, 1], (1, 0)],
        [torch.tensor([0.0, 1.0], requires_grad=True), np.array([1, 0])],
        [range(2), range(1, -1, -1)],
    ],
)
def test_the_same_numbers_are_read_from_everything(value):
    array = read_array("z", value, (2, 2))
    assert array.tolist() == [[0, 1], [1, 0]]
    assert array.dtype in (np.float32, np.uint8, np.int64)


def test_lines_keep_double_precision():
    assert read_array("x", [0.1, 0.2]).tolist() == [0.1, 0.2]
    assert read_array("x", [[0.1, 0.2]]).dtype == np.float32


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (3, TypeError, "z must be a tensor, an array or a nested list, got 3 (int)"),
        (None, TypeError, "z must be a tensor, an array or a nested list, got None (NoneType)"),
        ("ab", ValueError, "z must hold numbers in rows of equal length, got 'ab'"),
        ([[1, 2], [3]], ValueError, "z must hold numbers in rows of equal length, got [[1, 2], [3]]"),
        ([[1, None]], ValueError, "z must hold numbers in rows of equal length, got [[1, None]]"),
        (np.zeros((0, 3)), ValueError, "z must hold at least one number, got shape (0, 3)"),
        ([1.0, 2.0], ValueError, "z must have shape (M, N), got (2,)"),
        ([[1.0, np.inf]], ValueError, "z must be finite, got 1 of 2 entries infinite or not a number"),
        ([[1.0, 1e39]], ValueError, "z must be finite, got 1 of 2 entries infinite or not a number"),
    ],
)
def test_unreadable_arrays_are_named(value, error, message):
    with pytest.raises(error) as caught:
        read_array("z", value, ("M", "N"))
    assert str(caught.value) == message


def test_labels_may_be_strings_or_numbers():
    assert read_labels("x", torch.tensor([3, 1]), 2) == ["3", "1"]
    assert read_labels("x", np.array([0.5, 2.0]), 2) == ["0.5", "2"]
    assert read_labels("x", ("<pad>", "a&b"), 2) == ["<pad>", "a&b"]
    assert escape("<pad> a&b") == "&lt;pad> a&amp;b"
    with pytest.raises(ValueError, match=re.escape("x must have shape (3,), got (2,)")):
        read_labels("x", range(2), 3)
    with pytest.raises(TypeError, match=re.escape("x must be a list of labels, got 'ab' (str)")):
        read_labels("x", "ab", 2)


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        *(
            (0, "0"),
            (-3.0, "-3"),
            (61706, "61,706"),
            (12345.6, "12,346"),
            (0.123456, "0.123"),
            (-1.5e-7, "-1.5e-07"),
        ),
        (1e20, "1e+20"),
    ],
)
def test_numbers_are_spelled_for_reading_aloud(value, spelled):
    assert spell(value) == spelled


def test_the_notation_page_shows_the_colours_of_the_figures():
    css = (Path(__file__).resolve().parents[2] / "assets" / "site" / "book.css").read_text()
    shown = dict(re.findall(r"\.dlbook-role-(\w+)::before \{ background: (#\w+); \}", css))
    assert shown == COLORS
