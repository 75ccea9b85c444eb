"""The receptive-field explorer against the recursion and against autograd; its sentences and challenges."""

import itertools

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn import receptive_field as library
from dlbook_lib.explore.text import fill
from dlbook_lib.explorers.receptive_field import LAYERS, receptive_field

SIDE, DEPTH = 64, 5


def stack(*names):
    full = [*names, *["no layer"] * (DEPTH - len(names))]
    return {f"layer_{n + 1}": name for n, name in enumerate(full)}


def states(count, seed):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(count):
        yield {name: control.sample(generator) for name, control in receptive_field.controls.items()}


def numbers(state):
    """Taps, stride, dilation and padding of each layer of a state."""
    layers = [LAYERS[state[f"layer_{n + 1}"]] for n in range(DEPTH)]
    return [(k, s, d, d * (k - 1) // 2) for k, s, d in layers]


@pytest.mark.parametrize("seed", range(4))
def test_field_jump_and_count_are_those_of_the_library(seed):
    for state in states(40, seed):
        level = state["unit"][1]
        outputs, layers = receptive_field.evaluate(state), numbers(state)[:level]
        expected = library.receptive_field(layers)
        assert (outputs["field"], outputs["jump"]) == (expected.size, expected.jump)
        y = torch.zeros(1, 1, SIDE)
        for k, s, d, p in layers:
            y = F.conv1d(y, torch.ones(1, 1, k), stride=s, dilation=d, padding=p)
        assert outputs["count"] == y.shape[-1]


@pytest.mark.parametrize("seed", range(4))
def test_what_the_unit_sees_is_where_autograd_finds_a_gradient(seed):
    for state in states(40, 10 + seed):
        level, pixel = state["unit"][1:]
        outputs, layers = receptive_field.evaluate(state), numbers(state)[:level]
        x = torch.zeros(1, 1, SIDE, requires_grad=True)
        maps = [x]
        for k, s, d, p in layers:
            maps.append(F.conv1d(maps[-1], torch.ones(1, 1, k), stride=s, dilation=d, padding=p))
        field = library.receptive_field(layers)
        middles = field.start + (field.size - 1) / 2 + field.jump * torch.arange(maps[-1].shape[-1])
        assert torch.equal(outputs["places"][level][: len(middles)], middles)
        unit = (middles - pixel).abs().argmin()
        gradients = torch.autograd.grad(maps[-1][0, 0, unit], maps)
        for height, gradient in enumerate(gradients):
            seen = (gradient[0, 0] != 0).nonzero().flatten()
            marked = (~outputs["members"][height].isnan()).nonzero().flatten()
            assert torch.equal(marked, seen), (state, height)
        assert outputs["pixels"] == len((gradients[0][0, 0] != 0).nonzero())
        first = field.start + int(unit) * field.jump
        inside = range(max(first, 0), min(first + field.size, SIDE))
        assert outputs["bar"].tolist() == [inside[0] - 0.5, inside[-1] + 0.5]
        assert outputs["outside"] == field.size - len(inside)


def test_lines_join_the_units_that_are_seen():
    outputs = receptive_field.evaluate(stack("3 taps", "3 taps, stride 2") | {"unit": [0, 2, 20]})
    lines = outputs["lines"]
    ends = lines[DEPTH * SIDE : -1].view(DEPTH, SIDE, 7)
    assert lines[-1].isnan()
    assert ends[1, 10][:3].tolist() == [19, 20, 21]
    assert ends[0, 19][:3].tolist() == [18, 19, 20]
    assert (~ends.isnan()).sum() == 3 + 9
    parents = lines[: DEPTH * SIDE].view(DEPTH, SIDE)
    assert parents[1, 10] == 20
    assert (~parents.isnan()).sum() == 4
    border = receptive_field.evaluate({"unit": [0, 1, 0]})["lines"]
    assert (~border[DEPTH * SIDE :].isnan()).sum() == 2, "no line goes to padding"


@pytest.mark.slow
def test_only_dilation_leaves_holes():
    """The sentence blames it, so no stack without dilation may have any, at no unit."""
    dense = [name for name, (_, _, d) in LAYERS.items() if d == 1]
    for number, names in enumerate(itertools.product(dense, repeat=3)):
        for pixel in (0, 63 - number % SIDE):
            outputs = receptive_field.evaluate(stack(*names) | {"unit": [0, 5, pixel]})
            assert outputs["case"] == 1, (names, pixel)


def test_sentences():
    def say(state):
        return receptive_field.sentence(receptive_field.evaluate(state), state)

    assert say({}) == (
        "A unit after layer 5 has a field of 7 pixels and sees every one that lies in the picture (7). "
        "Its neighbour looks 1 further on."
    )
    assert say({"unit": [0, 0, 3]}).startswith("A pixel of the input sees itself")
    holes = say(receptive_field.presets["dilation with holes"])
    assert (
        "a field of 25 pixels, but of the 25 in the picture it sees only 7: dilation leaves holes." in holes
    )
    border = receptive_field.evaluate(receptive_field.presets["at the border"])
    assert fill(receptive_field.readouts[-1], border, {}) == "Padding in the field: 3 pixels."


def test_no_state_says_a_blank():
    ends = {name: control.extremes() for name, control in receptive_field.controls.items()}
    corners = [{name: value} for name, values in ends.items() for value in values]
    for state in [*corners, *states(100, 30)]:
        outputs = receptive_field.evaluate(state)
        for text in (receptive_field.says, *receptive_field.readouts):
            said = fill(text, outputs, receptive_field.texts(receptive_field.values(state)))
            assert "–" not in said
            assert "∞" not in said


SOLUTIONS = {
    "far": stack("3 taps", "3 taps, dilation 2", "3 taps, dilation 4", "3 taps, dilation 8", "3 taps"),
    "steps": stack(*["3 taps, stride 2"] * 4),
    "sparse": stack(*["3 taps, dilation 4"] * 3),
}


def test_challenges_are_open_at_the_start_and_can_be_met():
    assert [challenge.met for challenge in receptive_field.challenges] == list(SOLUTIONS)
    start = receptive_field.evaluate()
    for name, solution in SOLUTIONS.items():
        assert start[name] == 0
        assert receptive_field.evaluate(solution)[name] == 1
    four = stack("3 taps", "3 taps, dilation 2", "3 taps, dilation 4", "3 taps, dilation 8")
    assert receptive_field.evaluate(four)["far"] == 0, "five layers are asked for"
    assert receptive_field.evaluate(stack(*["3 taps, stride 2"] * 5))["far"] == 0, "stride 1 is asked for"
    assert receptive_field.evaluate(SOLUTIONS["far"])["steps"] == 0


def test_presets_show_what_they_promise():
    field = {label: receptive_field.evaluate(state) for label, state in receptive_field.presets.items()}
    expected = {"three plain layers": 7, "five plain layers": 11, "strides": 31, "dilation doubles": 31}
    assert {label: int(field[label]["field"]) for label in expected} == expected
    assert field["dilation doubles"]["pixels"] == 31
    assert field["dilation with holes"]["pixels"] < field["dilation with holes"]["field"]
    assert field["convolve and pool, twice"]["field"] == 16  # as LeNet-5's S4
    assert field["at the border"]["outside"] == 3
