"""The colour channels explorer: its output against one convolution of torch, its sentences and challenge."""

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.explore.arrays import pack
from dlbook_lib.explore.text import fill
from dlbook_lib.explorers.colour_channels import COLOURS, PRESETS, colour_channels

NONE, ONE = [[0.0] * 3] * 3, [[0.0] * 3, [0.0, 1.0, 0.0], [0.0] * 3]
ARITHMETIC, _, GREY = colour_channels.readouts


def states(count, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(count):
        yield {name: control.sample(generator) for name, control in colour_channels.controls.items()}


def pixels(x):
    return {"pixels": pack(x)["data"]}


def kernels(*three):
    return dict(zip(COLOURS, three, strict=True))


def by_torch(state):
    inputs = colour_channels.inputs(state)
    weight = torch.stack([inputs[colour] for colour in COLOURS])[None]
    return F.conv2d(inputs["picture"][None], weight, inputs["bias"][None])[0, 0]


@pytest.mark.parametrize("seed", range(5))
def test_output_is_one_convolution_and_the_cell_adds_up(seed):
    for state in states(40, seed):
        outputs, expected = colour_channels.evaluate(state), by_torch(state)
        scale = max(1.0, expected.abs().max().item())
        assert outputs["output"].shape == (14, 14)
        assert (outputs["output"] - expected).abs().max() < 1e-5 * scale
        assert outputs["maps"].shape == (3, 14, 14)
        row, column = state["cell"][1:]
        assert abs(outputs["value"] - expected[row, column]) < 2e-4 * scale
        top, bottom, left, right = (outputs["window"] + 0.5).long().tolist()
        inputs = colour_channels.inputs(state)
        for i, colour in enumerate(COLOURS):
            seen = inputs["picture"][i, top:bottom, left:right]
            assert abs((seen * inputs[colour]).sum() - outputs["parts"][i]) < 2e-4 * scale
        assert (outputs["spot"] + 0.5).tolist() == [row, row + 1, column, column + 1]
        low, high = outputs["limits"]
        assert low == -high
        assert high >= max(outputs["maps"].abs().max(), outputs["output"].abs().max())
        assert all(torch.isfinite(value.float()).all() for value in outputs.values())


def test_at_the_start_an_edge_is_in_two_channels_and_not_in_their_sum():
    outputs = colour_channels.evaluate()
    assert outputs["maps"][:, 6, 6].tolist() == pytest.approx([-1.8, 1.8, 0], abs=1e-5)
    assert outputs["output"].abs().max() < 1e-5
    sentence = colour_channels.sentence(outputs)
    assert sentence == (
        "At output cell (6, 6) the channels cancel: one side adds 1.80, the other takes away 1.80. "
        "With the bias, the output is 0.00."
    )
    line = fill(ARITHMETIC, outputs, colour_channels.texts(colour_channels.values()))
    assert line == "red −1.80 + green 1.80 + blue 0.00 + bias 0.00 = 0.00"
    edges = colour_channels.evaluate(PRESETS["red-green edges"])["output"]
    assert edges.min() == pytest.approx(-3.6, abs=1e-5)
    assert (edges.abs() > 1e-4).sum() == 2 * 14


def test_presets_show_what_they_are_called():
    shown = {label: colour_channels.evaluate(state) for label, state in PRESETS.items()}
    for label, state in PRESETS.items():
        assert torch.allclose(shown[label]["output"], by_torch(state), atol=1e-5)
    photo = colour_channels.inputs(PRESETS["brightness"])["picture"][:, 1:-1, 1:-1]
    grey = (torch.tensor([0.2125, 0.7154, 0.0721])[:, None, None] * photo).sum(0)
    assert (shown["brightness"]["output"] - grey).abs().max() < 0.01
    against = shown["red against green"]
    assert against["output"][0].tolist() == [0, 0, 0, -1, -1, -1, -1, 1, 1, 1, 1, 0, 0, 0]
    assert "cancel: one side adds 1.00" in colour_channels.sentence(against)  # on the yellow stripe
    seen = (shown["one channel only"]["output"].abs() > 1e-4).any(dim=0).nonzero().flatten()
    assert seen.tolist() == [6, 7]  # one of the seven borders between stripes
    assert [int(outputs["grey"]) for outputs in shown.values()] == [2, 0, 1, 0, 1]


CASES = [  # red, green and blue, as they meet in a cell, and what is said
    ((0.0, 0.0, 0.0), 0, "no channel adds anything"),
    ((0.5, -0.25, -0.25), 1, "cancel: one side adds 0.50, the other takes away 0.50"),
    ((0.2, 0.0, 0.3), 2, "pull the same way"),
    ((-0.2, 0.0, -0.3), 2, "pull the same way"),
    ((0.5, -0.25, 0.0), 3, "positive parts, 0.50, outweigh the negative ones, 0.25"),
    ((0.5, -0.25, -0.5), 4, "negative parts, 0.75, outweigh the positive ones, 0.50"),
    ((-0.5, 0.0, 0.0), 5, "only red adds something: −0.50"),
    ((0.0, 0.4, 0.0), 6, "only green adds something: +0.40"),
    ((0.0, 0.0, 0.3), 7, "only blue adds something: +0.30"),
]


@pytest.mark.parametrize(("parts", "kind", "words"), CASES)
def test_the_sentence_says_how_the_parts_meet(parts, kind, words):
    three = [[[part * tap for tap in row] for row in ONE] for part in parts]
    state = kernels(*three) | {"picture": pixels(torch.ones(3, 16, 16)), "bias": 0.1, "cell": [0, 3, 9]}
    outputs = colour_channels.evaluate(state)
    sentence = colour_channels.sentence(outputs, state)
    assert outputs["kind"] == kind
    assert words in sentence
    assert sentence.startswith("At output cell (3, 9) ")
    assert sentence.endswith(f"is {sum(parts) + 0.1:.2f}.".replace("-", "−"))


@pytest.mark.parametrize("seed", range(5))
def test_what_is_said_of_brightness_is_what_brightness_does(seed):
    generator = torch.Generator().manual_seed(seed)
    a, b = torch.randn(2, 3, 3, generator=generator)
    picture = torch.rand(3, 16, 16, generator=generator) / 2
    ramp = torch.rand(1, 16, 16, generator=generator) / 2
    level = a, b, b - a.mean() - 2 * b.mean()  # all weights together are zero, not those of a tap
    for three, case in (((a, b, -a - b), 0), (level, 1), ((a, b, b), 2)):
        state = kernels(*(kernel.tolist() for kernel in three)) | {"bias": 0.3}
        before, flat, uneven = (
            colour_channels.evaluate(state | {"picture": pixels(x)})
            for x in (picture, picture + 0.1, picture + ramp)
        )
        assert before["grey"] == case
        assert torch.allclose(flat["output"] - before["output"], before["gain"].float(), atol=1e-4)
        assert torch.allclose(uneven["output"], before["output"], atol=1e-4) == (case == 0)
        assert before["brightness_blind"] == (case == 0)
    text = fill(GREY, colour_channels.evaluate(kernels(NONE, NONE, NONE)), {})
    assert text == "All weights are zero: the output is the bias."


def test_the_challenge_is_open_at_first_and_can_be_met():
    for state in ({}, *PRESETS.values(), kernels(NONE, NONE, NONE)):
        assert not colour_channels.evaluate(state)["brightness_blind"]
    twice = [[0.0] * 3, [0.0, -2.0, 0.0], [0.0] * 3]
    solved = kernels(ONE, ONE, twice)
    assert colour_channels.evaluate(solved)["brightness_blind"]
    grey = {"picture": pixels(torch.full((3, 16, 16), 0.5)), "bias": 1.0}
    assert not colour_channels.evaluate(solved | grey)["brightness_blind"]  # all that is left is the bias
