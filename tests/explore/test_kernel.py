"""The kernel's host: what a reader does reaches compute; what it says reaches figures and sentences."""

import html
import math
import re
import sys
import types

import ipywidgets
import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from dlbook_lib.explore import (
    Cases,
    Challenge,
    Choice,
    Explorer,
    Hover,
    LastMoved,
    Matrix,
    Noise,
    Picture,
    Points,
    Slider,
    Toggle,
    Words,
    kernel_panels,
)
from dlbook_lib.explore.filling import filled
from dlbook_lib.explore.kernel import Live, live
from dlbook_lib.explore.kernel_panels import LOOK, AlivePanel, RedrawnPanel
from dlbook_lib.explore.text import fill

NAN = float("nan")
LARGE = {"table": [[1.0] * 3] * 3, "text": "cat dog", "low": 0.5, "high": 0.5}
PICTURES = {"dark": torch.zeros(1, 4, 4), "bright": torch.ones(1, 4, 4)}
CONTROLS = {
    "heat": Slider(0.05, 20, 1, log=True, marks={0.05: "cold"}),
    "count": Slider(0, 9, 3, integer=True),
    "factor": Choice({"one": 1, "two": 2}),
    "shape": Choice({name: k for k, name in enumerate("abcde")}),
    "hidden": Toggle(label="hide"),
    "table": Matrix([[1.0, 2], [3, 4]], largest=3, low=-9, high=9),
    "picture": Picture(PICTURES),
    "text": Words(["<pad>", "<unk>", "the", "cat"], "the cat", length=3),
    "ends": Points([[0.0, 0], [1, 2]], panel="map", x=(0, 1), y=(-2, 2)),
    "cell": Hover(("map",), (0, 1, 2), sizes={"map": (4, 4)}),
    "noise": Noise(2, draws=3),
    "low": Slider(0, 1, 0.25),
    "high": Slider(0, 1, 0.75),
    "moved": LastMoved("low", "high"),
}


def compute(
    heat,
    count,
    factor,
    shape,
    hidden,
    table,
    table_size,
    picture,
    text,
    ends,
    cell,
    noise,
    low,
    high,
    moved,
    w,
):
    place = torch.where(hidden, NAN, cell[1:].float())
    numbers = {"z": picture[0] * factor / heat, "place": place, "ends_x": ends[:, 0], "ends_y": ends[:, 1]}
    numbers |= {
        "ids": text.float(),
        "sum": table.sum() + noise.sum(),
        "n": count + shape,
        "case": hidden.float(),
    }
    linked = {"low": torch.where(moved == 1, 1 - high, low), "high": torch.where(moved == 0, 1 - low, high)}
    return (
        numbers
        | linked
        | {"w": w / 2, "size": table_size, "hot": heat > 10, "gaps": torch.where(hidden, NAN, w)}
    )


def draw(z, place, ends_x, ends_y, ids, text, gaps):
    heat = go.Heatmap(z=z, zmin=0, zmax=2, hoverinfo="skip")
    dots = go.Scatter(x=ends_x, y=ends_y, mode="markers")
    spot = dict(type="circle", x0=place[1], x1=place[1], y0=place[0], y1=place[0])
    note = dict(x=1, y=1, text="heat {heat:.2f}", showarrow=False)
    line = go.Scatter(x=[0, gaps[0], 1], y=gaps)
    ticks = dict(tickvals=[0, 1, 2], ticktext=text)
    return {
        "map": go.Figure([heat, dots], dict(shapes=[spot], annotations=[note])),
        "ids": go.Figure([go.Bar(y=ids), line], dict(xaxis=ticks, title="sum {sum:.2f} <i>of</i> {text[0]}")),
    }


def explorer(**changes):
    declared = dict(
        name="for-the-kernel", title="A <title>", compute=compute, draw=draw, controls=CONTROLS,
        says=Cases("case", ["{n:d} of {factor}: {text[0]}", "hidden"]), readouts=("w is {w[0]:.3f}",),
        presets={"hot": {"heat": 20}, "large": LARGE},
        challenges=(Challenge("Find heat.", met="hot"),), state={"w": torch.ones(3)},
    )  # fmt: skip
    return Explorer(**declared | changes)


@pytest.fixture
def box():
    return live(explorer())


def values_of(box):
    return {**box.values}


def shown_is_true(box, **changes):
    """Compare everything shown with what ``draw`` makes of the outputs, without landings."""
    e = box.explorer
    chosen = e.start | changes
    outputs = e.evaluate(chosen, state=box.state)
    texts = e.texts(chosen)
    arguments = {name: outputs[name].tolist() for name in ("z", "place", "ends_x", "ends_y", "ids", "gaps")}
    words = [word.replace("<", "&lt;") for word in texts["text"]]
    for name, figure in draw(**arguments, text=words + [""] * (3 - len(words))).items():
        true = figure.update_layout(LOOK).to_plotly_json()
        agree(box.panels[name].figure.to_plotly_json(), true, lambda text: fill(text, outputs, texts))
    assert said(box) == html.escape(e.sentence(outputs, chosen))
    assert box.error.value == ""


def agree(shown, true, filled):
    """Compare two figures; texts are filled in, what is no number is None, and what stands nowhere hidden."""
    if isinstance(true, dict):
        lost = any(isinstance(value, float) and math.isnan(value) for value in true.values())
        assert shown.get("visible", True) is not lost
        for key in true.keys() - ({"hoverinfo", "x0", "x1", "y0", "y1"} if lost else {"hoverinfo"}):
            agree(shown[key], true[key], filled)
    elif isinstance(true, list | tuple):
        assert len(shown) == len(true)
        for one, two in zip(shown, true):
            agree(one, two, filled)
    elif isinstance(true, float) and math.isnan(true):
        assert shown is None
    else:
        assert shown == (filled(true) if isinstance(true, str) and "{" in true and "%{" not in true else true)


def said(box):
    return re.sub("<[^>]*>", "", box.sentence.value)


def press(box, text):
    [button] = [w for w in walk(box) if isinstance(w, ipywidgets.Button) and w.description == text]
    button.click()


def walk(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def test_it_starts_as_declared(box):
    assert isinstance(box, Live)
    assert isinstance(box.panels["map"], AlivePanel)
    assert isinstance(box.panels["map"].figure, go.FigureWidget)
    assert values_of(box) == box.explorer.start
    shown_is_true(box)
    assert "A &lt;title&gt;" in next(w.value for w in walk(box) if isinstance(w, ipywidgets.HTML))
    assert box.readouts.value == "<div>w is 0.500</div>"


def test_every_control_reaches_the_figures(box):
    e = box.editors
    e["heat"].widget.value = "2.0"
    shown_is_true(box, heat=2.0)
    assert box.panels["map"].figure.layout.annotations[0].text == "heat 2.00"
    e["count"].widget.value = "9"
    e["factor"].widget.value = "two"
    e["shape"].widget.value = "e"
    e["picture"].widget.value = "bright"
    e["text"].widget.value = "a cat <sat> on"
    e["cell"].cell[0].value = 3
    changes = dict(heat=2.0, count=9, factor="two", shape="e", picture={"example": "bright"})
    changes |= dict(text="a cat <sat> on", cell=[0, 3, 2])
    shown_is_true(box, **changes)
    assert np.all(np.array(box.panels["map"].figure.data[0].z) == 1.0)
    assert said(box) == "13 of two: a"
    assert "Unknown: a, &lt;." in e["text"].message.value
    assert "Only the first 3 words are used." in e["text"].message.value
    assert box.panels["ids"].figure.layout.xaxis.ticktext == ("a", "cat", "&lt;")
    e["noise"].widget.click()
    e["ends"].which.value = 1
    e["ends"].axes[1].widget.value = "−2"
    shown_is_true(box, **changes, noise=1, ends=[[0.0, 0.0], [1.0, -2.0]])


def test_slider_ends_are_exact_and_values_between_stops_stay(box):
    editor = box.editors["heat"]
    for stop, end in ((0, 0.05), (editor.slider.max, 20)):
        editor.slider.value = stop
        assert editor.value == end
    box.go(box.explorer.values({"heat": 0.123456789}))
    assert box.values["heat"] == 0.123456789
    assert isinstance(box.editors["count"].value, int)


def test_what_is_not_a_number_is_not_drawn(box):
    box.editors["hidden"].widget.value = True
    shown_is_true(box, hidden=True)
    assert box.panels["map"].figure.layout.shapes[0].visible is False
    assert list(box.panels["ids"].figure.data[1].y) == [None] * 3
    assert list(box.panels["ids"].figure.data[1].x) == [0, None, 1]
    assert said(box) == "hidden"
    box.editors["hidden"].widget.value = False
    shown_is_true(box)
    assert box.panels["map"].figure.layout.shapes[0].visible is True


def test_cells_show_no_more_digits_than_on_the_page():
    cells = go.Heatmap(z=[[16.0]], texttemplate="%{z:.3g}")
    box = live(explorer(
        controls={"x": Slider(0, 1, 0.5)}, state=None, presets=None, challenges=(), readouts=(),
        says="{z[0][0]}", compute=lambda x: {"z": x.reshape(1, 1)},
        draw=lambda z: go.Figure(cells.update(z=z)),
    ))  # fmt: skip
    [shown] = box.panels["figure"].figure.data
    assert shown.texttemplate == "%{z:.3~g}"  # as plotly takes it: without "~", 16 is written 16.0


def test_only_what_changed_is_sent(box):
    sent = []
    figure = box.panels["ids"].figure
    figure.observe(lambda change: sent.append(change["new"]), names="_py2js_update")
    box.editors["cell"].cell[1].value = 0  # stands in the other panel only
    assert [message for message in sent if message] == []
    box.editors["noise"].widget.click()  # changes a title
    [message] = [message for message in sent if message]
    assert message["style_data"] == {}
    assert list(message["layout_data"]) == ["title.text"]


def test_presets_reset_and_challenges(box):
    press(box, "large")
    assert box.values == box.explorer.presets["large"]
    shown_is_true(box, **box.explorer.presets["large"])
    assert box.found.value == "<div>○ Find heat.</div>"
    press(box, "hot")
    shown_is_true(box, heat=20)
    press(box, "Reset")
    shown_is_true(box)
    assert box.values == box.explorer.start
    assert box.found.value == "<div>✓ Find heat.</div>"  # once found, found


def test_linked_sliders_move_each_other_without_another_run(box, monkeypatch):
    runs = []
    monkeypatch.setattr(box.explorer, "compute", lambda **x: runs.append(1) or compute(**x))
    box.editors["low"].widget.value = "0.375"
    assert box.editors["high"].value == 0.625
    box.editors["high"].widget.value = "1.0"
    assert (box.editors["low"].widget.value, box.values["moved"], len(runs)) == ("0", 1, 2)


def test_written_back_values_stay_in_range_and_keep_their_digits():
    controls = {
        "x": Slider(0, 1, 0.5),
        "n": Slider(0, 5, 2, integer=True),
        "p": Points([[0.0, 0]], panel="figure", x=(0, 1), y=(0, 1)),
    }
    box = live(explorer(
        controls=controls, state=None, presets=None, challenges=(), readouts=(), says="{x}",
        compute=lambda x, n, p: {"x": x, "n": x * 9, "p": p + 2 * x},
        draw=lambda p: go.Figure(go.Scatter(y=p[0])),
    ))  # fmt: skip
    box.editors["x"].widget.value = "0.3"
    assert box.values == {"x": 0.3, "n": 3, "p": [[1.0, 1.0]]}  # not 0.30000001192
    box.editors["x"].widget.value = "1.0"
    assert box.values["n"] == 5


def test_points_and_cells_follow_the_pointer(box):
    figure = box.panels["map"].figure
    heat = figure.data[0]
    assert heat.hoverinfo == "none"  # "skip" would keep plotly from telling
    event = types.SimpleNamespace(xs=[3], ys=[0])
    heat._dispatch_on_hover(event, None)
    shown_is_true_of_cell(box, [0, 0, 3])
    heat._dispatch_on_click(types.SimpleNamespace(xs=[0.9], ys=[1]), None)
    assert box.values["ends"] == [[0, 0], [0.9, 1]]
    assert box.editors["ends"].which.value == 1
    heat._dispatch_on_click(types.SimpleNamespace(xs=[-3], ys=[0]), None)
    assert box.values["ends"][0] == [0, 0]  # nearest, and no further than the range
    heat._dispatch_on_hover(types.SimpleNamespace(xs=[], ys=[]), None)


def shown_is_true_of_cell(box, cell):
    assert box.values["cell"] == cell
    assert (box.panels["map"].figure.layout.shapes[0].x0, box.panels["map"].figure.layout.shapes[0].y0) == (
        cell[2],
        cell[1],
    )


def test_the_player_steps_and_starts_over(box):
    for count in (1, 2):
        press(box, "Step")
        assert box.readouts.value == f"<div>w is {0.5 ** (count + 1):.3f}</div>"
    box.player.play.value = 5  # a late tick is still one step
    assert (box.readouts.value, box.player.count.value) == ("<div>w is 0.062</div>", "frame 3")
    box.editors["count"].widget.value = "4"  # does not move the player
    assert box.readouts.value == "<div>w is 0.062</div>"
    shown_is_true(box, count=4)
    box.player.play.value = 0  # its stop button
    assert (box.readouts.value, box.player.count.value) == ("<div>w is 0.500</div>", "frame 0")
    press(box, "Step")
    press(box, "Reset")
    assert box.readouts.value == "<div>w is 0.500</div>"
    shown_is_true(box)


def test_the_player_stops_where_nothing_changes_any_more():
    box = live(explorer(
        controls={"most": Slider(0, 9, 2, integer=True)}, presets=None, challenges=(), readouts=(),
        says="{n}", state={"n": torch.tensor(0.0)}, compute=lambda most, n: {"n": (n + 1).clamp_max(most)},
        draw=lambda n: go.Figure(go.Scatter(y=[n])),
    ))  # fmt: skip
    for count in ("frame 1", "frame 2", "frame 2"):
        press(box, "Step")
        assert box.player.count.value == count
    box.editors["most"].widget.value = "9"
    press(box, "Step")
    assert (box.player.count.value, said(box)) == ("frame 3", "4")


def test_an_error_is_one_sentence_and_passes(box, monkeypatch):
    def broken(**arguments):
        if arguments["heat"] > 5:
            raise ValueError("too\n hot <b>")
        return compute(**arguments)

    monkeypatch.setattr(box.explorer, "compute", broken)
    before = box.panels["map"].figure.to_json()
    box.editors["heat"].widget.value = "10.0"
    assert "for-the-kernel could not compute this state: too hot &lt;b&gt;" in box.error.value
    assert box.panels["map"].figure.to_json() == before
    press(box, "Step")
    assert box.player.count.value == "frame 0"
    box.editors["heat"].widget.value = "1.0"
    shown_is_true(box)


def test_it_can_even_start_with_an_error(monkeypatch):
    declared = explorer()
    monkeypatch.setattr(declared, "compute", lambda **x: 1 / 0)
    box = live(declared)
    assert "could not compute this state: division by zero" in box.error.value
    press(box, "Step")
    monkeypatch.setattr(declared, "compute", compute)
    box.editors["heat"].widget.value = "2.0"
    shown_is_true(box, heat=2.0)


@pytest.mark.parametrize("why", ["colab", "no anywidget"])
def test_elsewhere_the_figure_is_drawn_anew(monkeypatch, why):
    drawn = []
    monkeypatch.setattr(kernel_panels, "show", lambda figure, alt: drawn.append((figure, alt)))
    if why == "colab":
        monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    else:
        monkeypatch.setattr(
            go, "FigureWidget", lambda: (_ for _ in ()).throw(ImportError("install anywidget"))
        )
    box = live(explorer())
    assert isinstance(box.panels["map"], RedrawnPanel)
    assert [alt for _, alt in drawn] == ["A figure.", drawn[1][1]]
    assert not box.editors["heat"].slider.continuous_update
    drawn.clear()
    box.editors["cell"].cell[1].value = 0
    [(figure, _)] = drawn  # the other panel shows the same as before
    outputs = box.explorer.evaluate({"cell": [0, 1, 0]})
    fresh = filled(box.panels["map"].panel, outputs, box.explorer.texts(box.values))
    assert figure.layout.shapes[0].x0 == fresh["layout"]["shapes"][0]["x0"] == 0


def test_what_stands_in_space_follows_and_the_camera_stays():
    def hill(height):
        place = torch.linspace(-1, 1, 3)
        way = torch.stack([place, place, height * place**2])
        eye = torch.stack([height, height, height])
        return {"z": height * (place[:, None] ** 2 + place**2), "way": way, "eye": eye}

    def draw(z, way, eye):
        traces = [go.Surface(z=z), go.Scatter3d(x=way[0], y=way[1], z=way[2])]
        camera = dict(center=dict(z=-0.1), eye=dict(x=1, y=1, z=eye[2]))
        return go.Figure(traces, dict(scene=dict(camera=camera)))

    controls = {"height": Slider(0, 2, 1)}
    box = live(
        Explorer(name="hill", title="Hill", compute=hill, draw=draw, controls=controls, says="{height}")
    )
    figure = box.panels["figure"].figure
    figure.layout.scene.camera.up = dict(x=1, y=0, z=0)  # as by the reader's hand
    box.editors["height"].widget.value = "1.5"
    assert box.error.value == ""
    assert list(figure.data[0].z[0]) == [3.0, 1.5, 3.0]
    assert figure.data[1].z == (1.5, 0, 1.5)
    assert figure.layout.scene.camera.eye.to_plotly_json() == dict(x=1, y=1, z=1.5)
    assert figure.layout.scene.camera.up.x == 1


def test_live_takes_explorers_only():
    with pytest.raises(TypeError, match="explorer must be an Explorer, got 3"):
        live(3)


def test_without_ipywidgets_a_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.delitem(sys.modules, "dlbook_lib.explore.kernel")
    with pytest.raises(ImportError, match="pip install ipywidgets"):
        import dlbook_lib.explore.kernel  # noqa: F401
