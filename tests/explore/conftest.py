"""Small explorers to try the engine on."""

import plotly.graph_objects as go
import pytest
import torch

from dlbook_lib.explore import Choice, Explorer, Slider, explorer


@pytest.fixture(autouse=True)
def only_ours(monkeypatch):
    """What a test declares is forgotten after it."""
    monkeypatch.setattr(explorer, "DECLARED", dict(explorer.DECLARED))


def attend(scores, temperature):
    weights = torch.softmax(scores / temperature, dim=-1)
    entropy = -(weights * weights.clamp_min(1e-12).log()).sum(-1)
    return {"weights": weights, "keys": entropy.exp().mean(), "top": weights.max()}


def draw(weights, top):
    heat = go.Figure(go.Heatmap(z=weights, zmin=0, zmax=1), layout={"title": "Top {top:.0%}"})
    return {"weights": heat, "top": go.Figure(go.Scatter(x=[0, top], y=[0, 1]))}


@pytest.fixture
def declare():
    """Declare an explorer that works, with some of its parts replaced."""

    def declared(**parts):
        parts = {
            "name": "attention",
            "title": "Attention",
            "compute": attend,
            "draw": draw,
            "controls": {
                "scores": Choice({"diagonal": torch.eye(3), "flat": torch.ones(3, 3)}),
                "temperature": Slider(0.05, 20, 1, log=True),
            },
            "presets": {"greedy": {"temperature": 0.05}},
            "says": "A query listens to {keys:.2f} keys at {temperature} of {scores}.",
        } | parts
        return Explorer(**parts)

    return declared
