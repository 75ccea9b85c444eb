"""The neuron: the same sums, angles and gates as the library's, and a border on which the sum is zero."""

import pytest
import torch

from dlbook_lib.explorers.one_neuron import LOGIC, PLANE, one_neuron
from dlbook_lib.feedforward.neuron import length_and_angle, neuron
from dlbook_lib.feedforward.threshold import GATES

ACTIVATIONS = {
    "step": lambda z: (z >= 0).double(),
    "logistic": torch.sigmoid,
    "tanh": torch.tanh,
    "rectifier": torch.relu,
}


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_answers_are_the_librarys(kind):
    x, w = [1.5, -0.7], [-0.8, 2.2]
    outputs = one_neuron.evaluate({"places": [x, w], "bias": 0.3, "kind": kind})
    weight, bias = (torch.tensor(part).float().double() for part in ([w], [0.3]))
    expected = neuron(PLANE, weight, bias, activation=ACTIVATIONS[kind])
    assert torch.allclose(outputs["answers"].double(), expected.view(32, 32), atol=1e-6)
    one = neuron(torch.tensor([x]).double(), weight, bias, activation=ACTIVATIONS[kind])
    assert outputs["a"].item() == pytest.approx(one.item(), abs=1e-6)


def test_lengths_and_angle_are_the_librarys():
    stream = torch.Generator().manual_seed(0)
    for _ in range(10):
        places = (4 * torch.rand(2, 2, generator=stream) - 2).tolist()
        outputs = one_neuron.evaluate({"places": places})
        x, w = torch.tensor(places)
        w_length, x_length, angle = length_and_angle(x[None], w)
        assert outputs["angle"].item() == pytest.approx(angle.rad2deg().item(), abs=1e-3)
        assert outputs["lengths"].tolist() == pytest.approx([x_length.item(), w_length.item()], abs=1e-5)


def test_the_sum_is_zero_on_the_border():
    outputs = one_neuron.evaluate({"places": [[1, 1], [0.6, -2.0]], "bias": 0.9})
    sums = outputs["border"].double() @ torch.tensor([0.6, -2.0]).double() + 0.9
    assert sums.abs().max() < 1e-4
    none = one_neuron.evaluate({"places": [[1, 1], [0.0, 0.0]]})
    assert none["border"].isnan().all()


@pytest.mark.parametrize("name", ["AND", "OR", "NAND", "NOR"])
def test_gates_are_recognised(name):
    w, theta = GATES[name]
    outputs = one_neuron.evaluate({"places": [[1, 1], list(w)], "bias": -theta})
    assert LOGIC[int(outputs["logic"])] == name
    assert (
        any(name + "." in line for line in neuron.readings(outputs)) if hasattr(neuron, "readings") else True
    )


def test_presets_and_challenges():
    presets = {label: one_neuron.evaluate(values) for label, values in one_neuron.presets.items()}
    assert LOGIC[int(presets["OR"]["logic"])] == "OR"
    assert LOGIC[int(presets["NOT x₁"]["logic"])] == "not x₁"
    assert presets["at a right angle"]["is_square"] == 1
    assert presets["at a right angle"]["sign"] == 1
    start = one_neuron.evaluate()
    assert not any(start[challenge.met] for challenge in one_neuron.challenges)
    met = one_neuron.evaluate({"places": [[1, 1], [1, 1]], "bias": -1.5})
    assert met["is_and"] == 1
    assert one_neuron.evaluate({"places": [[1, 1], [-1, -1]], "bias": 1.5})["is_nand"] == 1
    assert one_neuron.sentence(start).startswith("The sum is z = 2.00")
