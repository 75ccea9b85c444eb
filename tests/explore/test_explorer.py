"""A declaration: what it computes and says, and everything that it refuses."""

import math
import re

import plotly.graph_objects as go
import pytest
import torch

from dlbook_lib.explore import Cases, Challenge, Choice, LastMoved, Slider, Toggle
from dlbook_lib.explore.explorer import find_explorer


def test_it_computes_and_says_what_it_sees(declare):
    explorer = declare()
    flat = {"scores": "flat", "temperature": 2}
    outputs = explorer.evaluate(flat)
    assert torch.allclose(outputs["weights"], torch.full((3, 3), 1 / 3))
    assert explorer.sentence(outputs, flat) == "A query listens to 3.00 keys at 2 of flat."
    diagonal = explorer.evaluate()["weights"][0, 0].item()
    assert diagonal == pytest.approx(math.e / (math.e + 2))


def test_presets_are_complete(declare):
    assert declare().presets == {"greedy": {"scores": "diagonal", "temperature": 0.05}}


def test_it_is_found_by_name(declare):
    explorer = declare()
    assert find_explorer("attention") is explorer
    with pytest.raises(ValueError, match=r"^name must be one of \[.*'attention'.*\], got 'atention'$"):
        find_explorer("atention")


def test_a_cell_that_runs_again_declares_again_but_no_other_file_may(declare, monkeypatch):
    declare()
    again = declare(title="Again")
    assert find_explorer("attention") is again

    def attend(scores, temperature):
        return {"weights": scores, "top": scores.max(), "keys": temperature}

    monkeypatch.setattr(attend, "__module__", "elsewhere")
    with pytest.raises(ValueError, match=r"^name must be new, but 'attention' is declared in .*conftest$"):
        declare(compute=attend)


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ({"name": "Attention 2"}, ValueError, "name must be in lower case with hyphens, got 'Attention 2'"),
        (
            {"controls": {"scores": Choice({"a": torch.eye(3)}), "temperature": 3}},
            TypeError,
            "controls['temperature'] must be a control such as Slider, got int 3",
        ),
        (
            {"controls": {"scores": Choice({"a": torch.eye(3)})}, "presets": None},
            TypeError,
            "compute of attention must take the arguments ['scores'] (its controls and state), "
            "got ['scores', 'temperature']",
        ),
        (
            {"compute": lambda scores, temperature: scores},
            TypeError,
            "compute of attention must return a dict of tensors, got Tensor tensor(",
        ),
        (
            {"compute": lambda scores, temperature: {"weights": scores, "top": 3}},
            TypeError,
            "compute of attention must return a dict of tensors, got dict ",
        ),
        (
            {"draw": lambda wights: go.Figure()},
            ValueError,
            "draw of attention must take outputs ['weights', 'keys', 'top'], got 'wights'",
        ),
        (
            {"draw": lambda weights: go.Figure(go.Heatmap(z=2 * weights))},
            ValueError,
            "draw computed data.0.z.0.0 of panel 'figure' from its arguments: move this into compute",
        ),
        ({"draw": lambda weights: 3}, TypeError, "draw must return a plotly Figure or a dict of them"),
        (
            {"says": "It is {entropy}."},
            ValueError,
            "attention says {entropy}, which is no output or control: "
            "['keys', 'scores', 'temperature', 'top', 'weights']",
        ),
        ({"says": "It is {keys:>8}."}, ValueError, "{keys:>8} must have a format like d, ,d, .2f, .3g"),
        ({"says": Cases("entropy", ["a"])}, ValueError, "attention says {entropy}, which is no output"),
        (
            {"presets": {"hot": {"temperature": 50}}},
            ValueError,
            "temperature must lie in [0.05, 20], got 50",
        ),
        (
            {"presets": {"hot": {"heat": 5}}},
            ValueError,
            "attention must be set by its controls ['scores', 'temperature'], got 'heat'",
        ),
        (
            {"challenges": [Challenge("Do it.", met="done")]},
            ValueError,
            "met must name an output with one number, got 'done'",
        ),
        (
            {"challenges": [Challenge("Do it.", met="weights")]},
            ValueError,
            "met must name an output with one number, got 'weights'",
        ),
        (
            {"state": {"w": torch.zeros(3)}, "compute": lambda scores, temperature, w: {"top": temperature}},
            ValueError,
            "compute of attention must return the state 'w' in its own shape",
        ),
        (
            {
                "controls": {"top": Toggle(), "temperature": Slider(0, 1, 1)},
                "compute": lambda top, temperature: {"weights": torch.eye(3), "top": temperature},
            },
            ValueError,
            "output 'top' must move a Slider or Points, got Toggle",
        ),
        (
            {
                "controls": {"which": LastMoved("a", "b"), "temperature": Slider(0, 1, 1)},
                "compute": lambda which, temperature: {"weights": torch.eye(3), "top": temperature},
            },
            ValueError,
            "controls['which'] must name controls, got ('a', 'b')",
        ),
    ],
)
def test_what_cannot_work_is_refused_by_name(declare, parts, error, message):
    with pytest.raises(error, match="^" + re.escape(message)):
        declare(**parts)


def test_gradients_inside_compute_are_allowed(declare):
    def compute(scores, temperature):
        t = temperature.detach().requires_grad_()
        (slope,) = torch.autograd.grad(t**3, t)
        return {"weights": scores, "top": slope, "keys": t.detach()}

    assert declare(compute=compute).evaluate({"temperature": 2.0})["top"].item() == pytest.approx(12)
