"""Sizes at every depth against the library's measurement and the closed form of a linear network."""

import itertools
import math

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.explorers.signal_depth import BACK, BINS, LAYERS, SINGLE, WEIGHTS, WIDE, X
from dlbook_lib.explorers.signal_depth import signal_depth as explorer
from dlbook_lib.layers.init import gain
from dlbook_lib.layers.signals import layer_signals, signal_sizes

ACTIVATIONS = {"tanh": torch.tanh, "ReLU": F.relu, "GELU": F.gelu, "none": lambda z: z}


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("depth", [2, 7, 20])
def test_sizes_are_those_of_the_library(name, depth):
    g = 1.3
    outputs = explorer.evaluate(dict(gain=g, activation=name, depth=depth))
    forward, backward = signal_sizes(X, g * WEIGHTS[:depth], BACK, activation=ACTIVATIONS[name])
    torch.testing.assert_close(outputs["forward"][: depth + 1], forward, rtol=1e-3, atol=1e-6)
    torch.testing.assert_close(outputs["backward"][: depth + 1], backward, rtol=1e-3, atol=1e-6)
    assert outputs["forward"][depth + 1 :].isnan().all()
    assert outputs["values"][depth + 1 :].isnan().all()
    assert outputs["end"].item() == pytest.approx(forward[-1].item(), rel=1e-3)
    assert outputs["start"].item() == pytest.approx(backward[0].item(), rel=1e-3)


def test_without_activation_gain_is_a_power_of_depth():
    one, two = (explorer.evaluate(dict(gain=g, activation="none", depth=10)) for g in (1.0, 0.5))
    assert (two["end"] / one["end"]).item() == pytest.approx(2**-10, rel=1e-4)
    assert (two["start"] / one["start"]).item() == pytest.approx(2**-10, rel=1e-4)


def test_the_map_is_a_histogram_of_every_layer():
    outputs = explorer.evaluate(dict(gain=1.5, activation="ReLU", depth=5))
    signals = layer_signals(X, 1.5 * WEIGHTS[:5], activation=F.relu)
    step = 2 * WIDE / BINS
    for depth, h in enumerate(signals):
        place = (h.detach().flatten().double().clamp(-WIDE + step / 2, WIDE - step / 2) + WIDE) / step - 0.5
        left = place.floor().clamp(0, BINS - 1)
        counts = torch.bincount(left.long(), 1 - (place - left), minlength=BINS + 1)
        counts = counts + torch.bincount(left.long() + 1, place - left, minlength=BINS + 1)
        shown = ((counts / counts.max() - SINGLE) / (1 - SINGLE)).clamp(min=0)[:BINS]
        torch.testing.assert_close(outputs["values"][depth].double(), shown, rtol=0, atol=1e-4)
    assert outputs["values"][:6].amax(1).tolist() == [1] * 6


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"activation": "ReLU", "gain": 2**0.5}, ": both keep their size."),
        ({"activation": "ReLU"}, ": the signals vanish, by a factor of 0.7"),
        ({"activation": "ReLU", "gain": 2.5}, ": the signals explode, by a factor of 1."),
        ({"gain": 2.5}, "of the units stand at the flat ends of tanh."),
    ],
)
def test_the_sentence(chosen, words):
    sentence = explorer.sentence(explorer.evaluate(chosen), chosen)
    assert sentence.startswith("After 20 layers the signals have root mean square ")
    assert words in sentence


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    def met(**chosen):
        outputs = explorer.evaluate(chosen)
        return {challenge.met for challenge in explorer.challenges if outputs[challenge.met] == 1}

    assert met() == set()
    assert "relu_kept" in met(activation="ReLU", gain=math.sqrt(2))
    assert "saturates" in met(gain=2.5)
    assert "gradient_alone" in met(gain=2.5)


def test_the_preset_for_gelu_is_its_gain():
    assert explorer.presets["chosen for GELU"]["gain"] == pytest.approx(gain(F.gelu), abs=1e-3)


def test_every_extreme_has_a_picture():
    for values in itertools.product(*(control.extremes() for control in explorer.controls.values())):
        outputs = explorer.evaluate(dict(zip(explorer.controls, values)))
        for name, value in outputs.items():
            assert value.isfinite().all() or name in {"forward", "backward", "values"}, (name, values)
    assert len(outputs["forward"]) == LAYERS + 1
