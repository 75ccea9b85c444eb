"""A figure reaches every host whole, and its sentence goes with it."""

import html
import json
import os
import re
import subprocess
import sys

import lxml.html
import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import pytest

from dlbook_lib import figures
from dlbook_lib.figures import curves, render, show, slides, surface
from dlbook_lib.figures.render import DEFAULT_HEIGHT, PLOTLY_JSON, BookRenderer

NASTY = "Is <a> & \"b\" > 'c'? </p></script><!-- <script> &amp; é"


def bundle(figure):
    """What plotly sends to the notebook when it displays a figure."""
    return BookRenderer().to_mimebundle(figure.to_dict())


def page(figure):
    """The figure's place in a page, as a browser reads it."""
    return lxml.html.fragment_fromstring(bundle(figure)["text/html"])


@pytest.fixture
def shown(monkeypatch):
    """What is displayed."""
    displayed = []
    monkeypatch.setattr(render, "display", displayed.append)
    return displayed


@pytest.fixture
def colab(monkeypatch):
    """Pretend to be in Colab."""
    monkeypatch.setitem(sys.modules, "google.colab", object())


def test_live_notebooks_get_the_figure_itself():
    figure = curves({"loss": [3, 2, 1]}, title="A title")
    parts = bundle(figure)
    assert list(parts) == [PLOTLY_JSON, "text/html"]
    assert parts[PLOTLY_JSON] == json.loads(figure.to_json())
    assert parts[PLOTLY_JSON]["layout"]["template"], "a live notebook has no template of ours but this"


def test_the_page_gets_the_same_figure_without_its_template():
    figure = curves({"loss": [3, 2, 1]}, title="A title")
    expected = json.loads(figure.to_json())
    del expected["layout"]["template"]
    script = page(figure).find("script")
    assert script.get("type") == "application/json"
    assert json.loads(script.text) == expected


def test_the_page_gets_the_frames_of_slides():
    film = slides({str(n): curves({"y": [0, n]}) for n in (1, 2)}, label="n")
    assert [frame["name"] for frame in json.loads(page(film).find("script").text)["frames"]] == ["1", "2"]


def test_arrays_become_json():
    figure = go.Figure(go.Scatter(y=np.array([1.5, np.nan]), x=np.array(["a", "b"])))
    json.dumps(bundle(figure), allow_nan=False)


def test_the_sentence_stands_for_the_figure():
    place = page(go.Figure(layout=dict(meta={"alt": NASTY})))
    assert place.get("class") == "dlbook-figure"
    (sentence,) = place.findall("p")
    assert sentence.get("role") == "img"
    assert sentence.get("aria-label") == sentence.text == NASTY


def test_the_sentence_is_escaped():
    text = bundle(go.Figure(layout=dict(meta={"alt": NASTY})))["text/html"]
    assert text.count(html.escape(NASTY)) == 2
    assert text.count("<script") == text.count("</script>") == 1


def test_nothing_in_the_data_ends_the_script():
    """Neither ``</script>`` nor what makes a browser look for a second one, ``<!--`` and ``<script``."""
    figure = go.Figure(go.Scatter(y=[1], name=NASTY), layout=dict(title=dict(text=NASTY)))
    script = page(figure).find("script")
    assert "<" not in script.text
    data = json.loads(script.text)
    assert data["data"][0]["name"] == data["layout"]["title"]["text"] == NASTY


@pytest.mark.parametrize(
    ("traces", "kinds"),
    [
        ([], ""),
        ([go.Scatter(y=[1])], "scatter"),
        ([go.Scatter(y=[1]), go.Bar(y=[1]), go.Scatter(y=[2])], "bar scatter"),
        ([go.Surface(), go.Scatter3d(), go.Pie(), go.Box(), go.Image()], "box image pie scatter3d surface"),
    ],
)
def test_the_kinds_of_traces_are_named(traces, kinds):
    assert page(go.Figure(traces)).get("data-traces") == kinds


def test_a_trace_without_a_type_is_a_scatter():
    parts = BookRenderer().to_mimebundle({"data": [{"y": [1]}], "layout": {"meta": None}})
    assert 'data-traces="scatter"' in parts["text/html"]


@pytest.mark.parametrize(("layout", "height"), [({}, DEFAULT_HEIGHT), (dict(height=321), 321)])
def test_the_page_keeps_room_for_the_drawing(layout, height):
    assert page(go.Figure(layout=layout)).get("style") == f"min-height:{height}px"


def test_a_figure_shown_without_our_call_has_no_sentence():
    for meta in (None, {}, {"aspect": 1}):
        assert page(go.Figure(layout=dict(meta=meta))).find("p").text is None


def test_colab_gets_html_that_draws_itself(colab):
    parts = bundle(curves({"loss": [3, 2, 1]}))
    assert list(parts) == ["text/html"]
    assert re.search(r'<script[^>]+src="https://cdn\.plot\.ly/plotly-[\d.]+\.min\.js"', parts["text/html"])
    assert "Plotly.newPlot(" in parts["text/html"]
    assert "<html" not in parts["text/html"]


def test_colab_gets_the_sentence(colab):
    place = page(go.Figure(layout=dict(meta={"alt": NASTY})))
    assert place.get("role") == "figure"
    assert place.get("aria-label") == NASTY
    assert place.xpath(".//*[contains(@class, 'plotly-graph-div')]"), "the drawing stands inside"


def test_a_plain_program_keeps_plotlys_own_renderer():
    assert "dlbook" not in pio.renderers


@pytest.mark.slow
def test_a_live_shell_takes_ours():
    code = "import plotly.io as pio; before = set(pio.renderers); import dlbook_lib.figures; "
    code += "print('default', pio.renderers.default, set(pio.renderers) - before)"
    command = [sys.executable, "-m", "IPython", "--quick", "--colors=NoColor", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "default dlbook {'dlbook'}" in result.stdout


def test_a_figure_shows_its_own_sentence(shown):
    figure = surface(np.eye(3), x=[0, 1, 2], y=[0, 1, 2])
    before = figure.to_dict()
    show(figure)
    (displayed,) = shown
    assert displayed is figure
    assert figure.to_dict() == before


def test_the_argument_wins_and_stays_with_the_figure(shown):
    figure = curves({"loss": [3, 2, 1]})
    figure.update_layout(meta={**figure.layout.meta, "aspect": 0.5})
    show(figure, "Another sentence.")
    assert figure.layout.meta == {"alt": "Another sentence.", "aspect": 0.5}
    show(figure)
    assert figure.layout.meta["alt"] == "Another sentence."
    show(figure, alt="A third.")
    assert [page(each).find("p").text for each in shown] == ["A third."] * 3


def test_a_figure_made_by_hand_takes_its_sentence_from_the_argument(shown):
    figure = go.Figure(go.Scatter(y=[1, 2]))
    show(figure, alt="A line from 1 to 2.")
    assert page(shown[0]).find("p").text == "A line from 1 to 2."


@pytest.mark.parametrize(
    ("meta", "alt", "got"),
    [
        (None, None, "None"),
        ({"aspect": 1}, None, "None"),
        ({"alt": ""}, None, "''"),
        ({"alt": 3}, None, "3"),
        ({"alt": "A good one."}, "", "''"),
        (None, " \n\t", r"' \n\t'"),
        (None, 5, "5"),
    ],
)
def test_a_figure_must_say_what_it_shows(shown, meta, alt, got):
    message = f"alt must be a sentence that says what the figure shows, got {got}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        show(go.Figure(layout=dict(meta=meta)), alt)
    assert not shown


@pytest.mark.parametrize(
    ("figure", "shown_as"), [({"data": []}, "{'data': []} (dict)"), (None, "None (NoneType)")]
)
def test_only_figures_are_shown(shown, figure, shown_as):
    with pytest.raises(TypeError, match=f"^{re.escape(f'figure must be a plotly Figure, got {shown_as}')}$"):
        show(figure, "A sentence.")
    assert not shown


# Builds every kind of figure, displays it, and prints with which plotly and what came of it.
EVERY_FIGURE = """
import json, sys
import numpy as np
import plotly
from dlbook_lib import figures as f
from dlbook_lib.figures.render import BookRenderer, PLOTLY_JSON

x = np.linspace(0, 1, 6, dtype=np.float32)
z = np.outer(x, x)
line = f.curves({"a": x, "b": (x, x)}, marks={"here": 0.5}, log_y=False, title="A title", x_title="x")
every = dict(
    curves=line,
    bars=f.bars({"a": 1, "b": 2.5}, title="A title"),
    blocks=f.blocks(["p", "q"], shapes=["1", "2", "3"], repeat=(0, 1, 6)),
    contour=f.contour(z, x=x, y=x, path=[[0, 0], [1, 1]]),
    decision_regions=f.decision_regions(z, x=x, y=x, points=[[0, 0], [1, 1]], labels=[0, 1]),
    cubes=f.cubes({"all": ((0, 0, 0), (2, 2, 2))}, (2, 2, 2)),
    feature_maps=f.feature_maps(np.stack([z, -z])),
    fits=f.fits((x, x), {"a": x}, x=x, truth=x),
    graph=f.graph([("a", "b")], values={"a": 1}, gradients={"a": -2}),
    heatmap=f.heatmap(z, number_format=".1f", diverging=True),
    image=f.image(z),
    image_grid=f.image_grid(np.stack([z, z]), titles=["a", "b"]),
    kernels=f.kernels(z[None, None, :3, :3]),
    network=f.network([2, 1], weights=[[[1, -2]]], values=[[0, 1], [2]]),
    points=f.points([[0, 1], [1, 0]], [0, 1]),
    slides=f.slides({"1": line, "2": line}, label="step"),
    surface=f.surface(z, x=x, y=x),
)
made = {}
for name, figure in every.items():
    f.show(figure)
    for host in ("jupyter", "google.colab"):
        sys.modules[host] = sys
        bundle = BookRenderer().to_mimebundle(figure.to_dict())
        json.dumps(bundle, allow_nan=False)
        layout = bundle[PLOTLY_JSON]["layout"] if host == "jupyter" else {}
        kinds = sorted({trace["type"] for trace in bundle[PLOTLY_JSON]["data"]}) if layout else []
        made[f"{name} in {host}"] = [*bundle, kinds, layout.get("meta"), layout.get("height")]
        del sys.modules[host]
print("\\nRESULT", json.dumps({"plotly": plotly.__version__, "made": made}))
"""


def build_every_figure(**environment):
    """Run that in a process of its own."""
    command = [sys.executable, "-c", EVERY_FIGURE]
    result = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.rpartition("RESULT ")[2])


@pytest.mark.slow
def test_the_oldest_plotly_makes_the_same_figures(tmp_path):
    """The lower end of our range, which is what Colab has."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path)]
    subprocess.run([*command, "plotly==5.24.1", "tenacity", "packaging"], check=True)
    old, present = build_every_figure(PYTHONPATH=str(tmp_path)), build_every_figure()
    assert old["plotly"] == "5.24.1" != present["plotly"]
    assert old["made"] == present["made"]
    assert {name.split()[0] for name in old["made"]} == set(figures.__all__) - {"show"}
