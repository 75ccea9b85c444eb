"""Attention in the plane: against NumPy, kernel regression and geometry."""

import numpy as np
import pytest
import torch

from dlbook_lib.explore import parity
from dlbook_lib.explore.landings import place
from dlbook_lib.explore.text import fill
from dlbook_lib.explorers.attention_plane import attention_plane

STATES = parity.states(attention_plane, count=40, seed=5)
DISTANCE = "minus half the squared distance"
KEYS = np.array(attention_plane.start["points"][1:])


def run(**chosen):
    """Outputs and sentence of one state."""
    outputs = attention_plane.evaluate(chosen)
    return outputs, attention_plane.sentence(outputs, chosen)


def at(x, y, **chosen):
    """One state with the query at a place."""
    return run(points=[[x, y], *KEYS.tolist()], **chosen)[0]


def reference(state, query):
    """Weights of one query, in plain double precision."""
    keys = np.array(state["points"][1:])
    distance = state["likeness"] == DISTANCE
    score = -((query - keys) ** 2).sum(1) / 2 if distance else keys @ query
    heat = score / np.sqrt(2) / state["temperature"]
    parts = np.exp(heat - heat.max())
    return parts / parts.sum()


def test_weights_output_and_field_are_those_of_numpy():
    line = np.linspace(-3, 3, 31)
    rng = np.random.default_rng(0)
    for state in STATES:
        outputs, values = attention_plane.evaluate(state), np.array(state["values"][0])
        weights = reference(state, np.array(state["points"][0]))
        np.testing.assert_allclose(outputs["weights"].numpy(), weights, atol=3e-4)
        assert outputs["output"].item() == pytest.approx(weights @ values, abs=2e-3)
        row, column = rng.integers(31, size=2)
        there = reference(state, np.array([line[column], line[row]])) @ values
        assert outputs["field"][row, column].item() == pytest.approx(there, abs=2e-3)
        assert outputs["parts"].sum().item() == pytest.approx(outputs["output"].item(), abs=1e-4)
        assert values.min() - 1e-4 <= outputs["field"].min() <= outputs["field"].max() <= values.max() + 1e-4


def test_equally_long_keys_make_both_scores_the_same():
    turns = np.array([0.1, 1.3, 2.2, 3.9, 5.0])
    ring = (2 * np.stack([np.cos(turns), np.sin(turns)], 1)).tolist()
    one, two = (run(points=[[0.7, -0.4], *ring], likeness=like)[0] for like in ("dot product", DISTANCE))
    torch.testing.assert_close(one["weights"], two["weights"])
    assert run()[0]["number"] == 1  # the longer key
    assert run(likeness=DISTANCE)[0]["number"] == 2  # the nearer one
    assert not torch.allclose(run()[0]["weights"], run(likeness=DISTANCE)[0]["weights"], atol=0.02)


def test_a_longer_query_is_a_colder_one():
    short, long = at(0.5, 0.4, temperature=0.5), at(1.0, 0.8, temperature=1.0)
    torch.testing.assert_close(short["weights"], long["weights"])


def test_cold_distance_is_the_nearest_key():
    for x, y in [(-2.5, 2.5), (0.0, 1.0), (2.0, -2.0), (-0.5, -0.6)]:
        outputs = at(x, y, temperature=0.05, likeness=DISTANCE)
        nearest = int(((KEYS - [x, y]) ** 2).sum(1).argmin())
        assert outputs["number"] == nearest + 1
        assert outputs["weights"][nearest] > 0.85


def test_challenges():
    met = ("alike", "sharp", "hidden")
    for label, preset in {"": attention_plane.start, **attention_plane.presets}.items():
        outputs = attention_plane.evaluate(preset)
        expected = {"a query at 0": [1, 0, 0], "a key amid the others, argmax": [0, 0, 1]}
        assert [outputs[name].item() for name in met] == expected.get(label, [0, 0, 0])
    assert at(0.05, 0.05, temperature=20.0)["alike"] == 0  # not by heat alone
    far = KEYS.copy()
    far[0] = [3.0, 3.0]
    assert run(points=[[3.0, 3.0], *far.tolist()])[0]["sharp"] == 1
    assert run(points=[[3.0, 3.0], *far.tolist()], temperature=0.9)[0]["sharp"] == 0
    inside, outside = KEYS.copy(), KEYS.copy()
    inside[2], outside[2] = [0.1, 0.1], [-1.5, 0.3]
    assert run(points=[[1.0, 0.8], *inside.tolist()])[0]["hidden"] == 1
    assert run(points=[[1.0, 0.8], *outside.tolist()])[0]["hidden"] == 0
    assert run(points=[[1.0, 0.8], *inside.tolist()], likeness=DISTANCE)[0]["hidden"] == 0


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (
            {},
            "Key 1 has 64% of the weight, and the query listens, in effect, to 2.7 of 5 keys; its output",
        ),
        (
            {"points": [[0, 0], *KEYS.tolist()]},
            "All five keys weigh nearly the same, so the output, 0.10, is",
        ),
        ({"temperature": 0.05}, "Key 1 has 100.00% of the weight: the output, 2.50, is all but its value."),
    ],
)
def test_the_sentence(chosen, sentence):
    assert sentence in run(**chosen)[1]


def test_no_text_has_gaps():
    for state in STATES:
        outputs, text = run(**state)
        lines = [fill(readout, outputs, attention_plane.texts(state)) for readout in attention_plane.readouts]
        assert all(value.isfinite().all() for value in outputs.values())
        assert "–" not in " ".join([text, *lines])


def test_the_panels_show_what_they_say():
    outputs, _ = run()
    arrays = {name: value.numpy() for name, value in outputs.items()}
    figures = {name: place(panel, arrays) for name, panel in attention_plane.panels.items()}
    field, keys, query = figures["plane"]["data"]
    np.testing.assert_allclose(field["z"], arrays["field"])
    np.testing.assert_allclose([keys["x"], keys["y"]], KEYS.T)
    assert (query["x"], query["y"]) == ([1.0], pytest.approx([0.8]))
    assert keys["marker"]["color"] == attention_plane.start["values"][0]
    np.testing.assert_allclose(figures["weights"]["data"][0]["y"], arrays["weights"])
    values, mean = figures["values"]["data"]
    np.testing.assert_allclose([values["x"], values["y"]], [arrays["value"], arrays["weights"]])
    assert mean["x"] == pytest.approx([outputs["output"].item()])
