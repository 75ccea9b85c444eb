"""Where outputs land: every kind of place, and the drawings that cannot be followed."""

import numpy as np
import plotly.graph_objects as go
import pytest

from dlbook_lib.explore.landings import _plain, find_panels, place

OUTPUTS = {"w": np.arange(6.0).reshape(2, 3), "x": np.array(7.0), "y": np.array(8.0)}
OUTPUTS["paths"] = np.arange(24.0).reshape(2, 4, 3)  # two paths of four places in space


def panel_of(draw, words=None):
    names = draw.__code__.co_varnames[: draw.__code__.co_argcount]
    return find_panels(draw, OUTPUTS, words or {}, names)["figure"]


def filled(draw):
    """Fill the figure by its landings, which must give what drawing the true numbers gives."""
    panel = panel_of(draw)
    names = draw.__code__.co_varnames[: draw.__code__.co_argcount]
    truth = draw(**{name: v if (v := OUTPUTS[name]).shape else v.item() for name in names})
    return go.Figure(place(panel, OUTPUTS)), truth


def numbers(figure):
    """Every number of a figure as a list, however plotly keeps it."""
    if isinstance(figure, dict):
        return {key: numbers(value) for key, value in figure.items() if key != "template"}
    if isinstance(figure, tuple | list | np.ndarray):
        return [numbers(value) for value in figure]
    return figure


@pytest.mark.parametrize(
    "draw",
    [
        lambda w: go.Figure(go.Heatmap(z=w)),
        lambda w: go.Figure(go.Heatmap(z=w.T)),
        lambda w: go.Figure(go.Heatmap(z=w[::-1])),
        lambda w: go.Figure(go.Scatter(x=w[0], y=w[1])),
        lambda w: go.Figure(go.Scatter(x=w[:, 0], y=w[:, 2])),
        lambda x, y: go.Figure(go.Scatter(x=[0, x, y], y=[1, 2, 3])),
        lambda x, y: go.Figure(go.Scatter(x=[0, x, None, 2], y=[y, 2, None, x])),
        lambda w: go.Figure(go.Bar(y=list(w[1]), marker={"color": w[0]})),
        lambda x, y: go.Figure(layout={"shapes": [{"type": "rect", "x0": 0, "x1": x, "y0": y, "y1": 1}]}),
        lambda w: go.Figure(go.Surface(z=w, x=w[1], y=[0, 1], surfacecolor=w)),
        lambda paths: go.Figure([go.Scatter3d(x=p[:, 0], y=p[:, 1], z=p[:, 2]) for p in paths]),
        lambda paths: go.Figure([go.Surface(z=paths[..., 2]), go.Heatmap(z=paths[:, 1])]),
        lambda w, x: go.Figure(layout={"scene": {"camera": {"eye": {"x": w[0, 1], "y": x, "z": 1}}}}),
        lambda x: go.Figure(layout={"annotations": [{"x": x, "y": 0, "text": "here"}]}),
        lambda x, y: go.Figure(layout={"xaxis": {"range": [x, y]}, "yaxis": {"range": [0, x]}}),
    ],
)
def test_filling_the_places_is_drawing_the_numbers(draw):
    found, truth = filled(draw)
    for part in ("data", "layout"):
        one, two = (getattr(figure, part) for figure in (found, truth))
        one, two = (
            [t.to_plotly_json() for t in p] if part == "data" else p.to_plotly_json() for p in (one, two)
        )
        assert numbers(_plain(one)) == numbers(_plain(two))


def test_texts_with_fields_are_found_and_plotlys_own_left_alone():
    def draw(x):
        trace = go.Scatter(x=[x], name="at {x:.1f}", hovertemplate="%{x}")
        return go.Figure(trace, layout={"title": "{w[0,1]} and {{braces}}"})

    texts = panel_of(draw).texts
    assert sorted(text for _, text in texts) == ["at {x:.1f}", "{w[0,1]} and {{braces}}"]


def test_words_of_a_text_land_in_ticks():
    def draw(w, words):
        layout = {"xaxis": {"tickvals": [0, 1, 2], "ticktext": words}}
        return go.Figure(go.Heatmap(z=w), layout=layout)

    assert panel_of(draw, {"words": 3}).words == [(("layout", "xaxis", "ticktext"), "words")]


@pytest.mark.parametrize(
    "draw",
    [
        lambda w: go.Figure(go.Heatmap(z=w + 1)),
        lambda w: go.Figure(go.Heatmap(z=w, zmax=w.max() * 2)),
        lambda x: go.Figure(layout={"title": f"{x:.0f}"}),
        lambda w: go.Figure(go.Bar(y=w.mean(0))),
        lambda w: go.Figure(go.Heatmap(z=np.log(w))),
        lambda x: go.Figure([go.Scatter(y=[1])] * (1 if x < 2_000_000 else 2)),
    ],
)
def test_what_draw_computes_is_refused(draw):
    with pytest.raises(ValueError, match=r"from its arguments: move this into compute$"):
        panel_of(draw)


def test_panels_that_depend_on_the_numbers_are_refused():
    def draw(x):
        return {"a": go.Figure()} if x < 2_000_000 else {"b": go.Figure()}

    with pytest.raises(ValueError, match=r"^draw must build the same panels whatever the numbers are"):
        panel_of(draw)
