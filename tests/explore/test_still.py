"""Pictures of explorers: every state of every explorer can be drawn, and what cannot be drawn is refused."""

import io
import json
import subprocess
import sys

import nbformat
import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

from dlbook_lib import explorers
from dlbook_lib.explore import Slider
from dlbook_lib.explore.kernel_still import VIEW
from dlbook_lib.explore.still import size, still


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


@pytest.fixture
def one(declare):
    """Draw a figure as the only panel of an explorer."""

    def drawn(*traces, **layout):
        figure = go.Figure(list(traces), layout)
        explorer = declare(draw=lambda top: figure, controls=CONTROLS, compute=top, presets={}, says="{top}")
        return pixels(still(explorer))

    return drawn


CONTROLS = {"x": Slider(0, 1, 0.5)}


def top(x):
    return {"top": x}


@pytest.mark.slow
@pytest.mark.parametrize("name", explorers.names())
def test_every_state_that_a_page_names_can_be_printed(name):
    torch.set_num_threads(1)
    explorer = explorers.load(name)
    for values in ({}, *explorer.presets.values()):
        found = pixels(still(explorer, values, scale=1))
        assert (found < 250).any(axis=2).mean() > 0.02, values  # some ink
        assert (found[:4] == 255).all()  # and nothing that runs over the edge
        assert (found[-2:] == 255).all()


def test_a_picture_follows_the_state(declare):
    explorer = declare()
    start, greedy = still(explorer), still(explorer, {"temperature": 0.05})
    assert start == still(explorer)
    assert start != greedy
    assert still(explorer, outputs=explorer.evaluate({"temperature": 0.05})) == greedy
    assert size(start) == size(still(explorer, scale=1), scale=1)


@pytest.mark.parametrize(
    ("trace", "told"),
    [
        (go.Pie(values=[1, 2]), "type of a trace must be one of .* got 'pie'"),
        (go.Scatter(x=[1], y=[1], error_x_array=[1]), "trace of type scatter cannot be printed with"),
        (go.Scatter(x=[1], y=[1], mode="markers", marker_symbol="hourglass"), "symbol must be one of"),
        (go.Scatter(x=[1, 2], y=[1, 2], fill="tonext"), "fill of a scatter trace must be"),
        (go.Scatter(x=[1, 2], y=[1, 2], line_shape="spline"), "line.shape must be one of"),
    ],
)
def test_what_cannot_be_printed_is_refused(one, trace, told):
    with pytest.raises(ValueError, match=told):
        one(trace)


def test_an_unknown_part_of_the_layout_is_refused(one):
    with pytest.raises(ValueError, match=r"xaxis cannot be printed with .*'rangeslider'"):
        one(go.Scatter(x=[1], y=[1]), xaxis_rangeslider_visible=True)


def test_cells_have_their_colours_and_nothing_has_none(one):
    scale = [[0, "#ff0000"], [1, "#0000ff"]]
    cells = go.Heatmap(z=[[0, 1], [float("nan"), 0.5]], zmin=0, zmax=1, colorscale=scale, showscale=False)
    found = one(cells, xaxis_visible=False, yaxis=dict(visible=False, autorange="reversed"))
    height, width = found.shape[:2]

    def at(row, column):
        rows = (found != 255).any(axis=2).nonzero()
        low, high = (np.array([f(axis) for axis in rows]) for f in (np.min, np.max))
        y, x = (low + (high - low) * np.array([(2 * row + 1) / 4, (2 * column + 1) / 4])).astype(int)
        return found[y, x].tolist()

    assert (height, width) == (940, 1160)
    assert at(0, 0) == [255, 0, 0]
    assert at(0, 1) == [0, 0, 255]
    assert at(1, 0) == [255, 255, 255]
    assert at(1, 1) == pytest.approx([128, 0, 128], abs=2)


def test_lines_of_equal_height_stand_where_the_height_is_theirs(one):
    slope = go.Contour(x=[0, 1, 2, 3, 4], y=[0, 1], z=[[0, 1, 2, 3, 4]] * 2, showscale=False)
    slope.update(colorscale=[[0, "#ffffff"], [1, "#ffffff"]], line=dict(color="#ff0000", width=3))
    slope.update(contours=dict(coloring="heatmap", start=1, end=3, size=1))
    red = (one(slope, xaxis_range=[0, 4]) == [255, 0, 0]).all(axis=2).any(axis=0)
    places = np.flatnonzero(red[1:] & ~red[:-1])
    assert len(places) == 3
    assert np.diff(places) == pytest.approx([np.diff(places).mean()] * 2, abs=2)


RED, BLUE = [[0, "#ff0000"], [1, "#ff0000"]], "#0000ff"


def in_space(eye, **more):
    """Draw a flat red square, one corner of which is marked in blue, as seen from somewhere."""
    square = go.Surface(x=[-1, 1], y=[-1, 1], z=[[0, 0], [0, 0]], colorscale=RED, cmin=0, cmax=1)
    square.update(showscale=False)
    mark = go.Scatter3d(x=[1, None], y=[0, 0], z=[0, 0], mode="markers", marker=dict(color=BLUE, size=12))
    hidden = {axis: dict(visible=False, range=[-1.2, 1.2]) for axis in ("xaxis", "yaxis", "zaxis")}
    scene = dict(camera_eye=dict(zip("xyz", eye)), aspectmode="cube", **hidden)
    return (square, mark), dict(scene=scene) | more


def test_a_surface_is_seen_from_where_the_camera_is(one):
    def look(*eye):
        traces, layout = in_space(eye)
        found = one(*traces, **layout)
        red, blue = ((found == color).all(axis=2) for color in ([255, 0, 0], [0, 0, 255]))
        return red.sum(), np.argwhere(blue).mean(0)[1] - found.shape[1] / 2

    (above, right), (low, left) = look(0.1, -1.5, 1.5), look(0.1, 2.06, 0.5)
    assert above > 2 * low > 0
    assert right > 50
    assert left < -50


@pytest.mark.parametrize(
    ("layout", "told"),
    [
        (dict(scene_annotations=[dict(text="here")]), "a scene cannot be printed with"),
        (dict(scene_xaxis_type="log"), "xaxis of a scene cannot be printed with"),
        (dict(shapes=[dict(type="line")]), "a figure in space cannot be printed with"),
    ],
)
def test_what_cannot_be_printed_in_space_is_refused(one, layout, told):
    traces, known = in_space((1, 1, 1))
    with pytest.raises(ValueError, match=told):
        one(*traces, **known, **layout)
    with pytest.raises(ValueError, match="type of a trace in space must be one of"):
        one(*traces, go.Scatter(x=[0], y=[0]), **known)


def test_a_gap_in_a_line_is_a_gap(one):
    line = go.Scatter(x=[0, 1, 2, 3, 4], y=[1, 1, None, 1, 1], mode="lines", line=dict(color="#ff0000"))
    red = (one(line, xaxis_range=[0, 4], yaxis_range=[0, 2]) == [255, 0, 0]).all(axis=2).any(axis=0)
    columns = red.nonzero()[0]
    inside = red[columns[0] : columns[-1]]
    assert 0.45 < inside.mean() < 0.55


def test_a_shape_that_stands_nowhere_is_not_drawn(declare):
    def draw(top):
        shape = dict(type="line", x0=top, x1=top, y0=0, y1=1, line=dict(color="#ff0000", width=4))
        return go.Figure(go.Scatter(x=[0, 1], y=[0, 1]), dict(shapes=[shape]))

    explorer = declare(draw=draw, controls=CONTROLS, compute=top, presets={}, says="{top}")
    for x, drawn in ((torch.tensor(0.5), True), (torch.tensor(float("nan")), False)):
        found = pixels(still(explorer, outputs={"top": x}))
        assert (found == [255, 0, 0]).all(axis=2).any() == drawn


@pytest.mark.slow
def test_without_matplotlib_one_sentence_says_what_to_install():
    code = "import sys; sys.modules['matplotlib'] = None; import dlbook_lib.explore.still"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stderr
    assert told.endswith("ImportError: a printed explorer needs matplotlib: pip install matplotlib\n")


@pytest.fixture(scope="module")
def notebook():
    """Run a notebook with one explorer, as a reader does, and keep no state of its widgets."""
    cell = nbformat.v4.new_code_cell("from dlbook_lib import explorers\nexplorers.load('training-step')")
    made = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(made, timeout=300, store_widget_state=False).execute()
    return made


@pytest.mark.slow
def test_a_notebook_keeps_the_words_and_the_picture_beside_the_widget(notebook):
    first, second = notebook.cells[0].outputs
    assert VIEW in first.data
    assert first.data["text/plain"].startswith("A network that learns on this page\nAt step 1 the loss")
    assert VIEW in second.data  # which is what a live notebook shows of it: nothing
    assert second.data["image/png"].startswith("iVBOR")
    assert second.metadata["image/png"]["alt"].startswith("At step 1 the loss")


@pytest.mark.slow
def test_an_exported_notebook_shows_the_picture(notebook):
    body, _ = HTMLExporter().from_notebook_node(notebook)
    assert "At step 1 the loss" in body
    assert body.count('src="data:image/png;base64') == 1
    assert "widget-view" not in body.split("<body", 1)[1]
    assert json.dumps(notebook.metadata.get("widgets", {})) == "{}"
