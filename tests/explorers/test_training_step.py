"""The network that learns in the page: the same steps as torch's own, and what each control does to them."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.explorers.training_step import LABELS, POINTS, start_parameters, training_step


def train(steps, seed=0, **values):
    """Play some steps; return the outputs of each."""
    state = training_step.state | {"parameters": start_parameters(seed)}
    history = []
    for _ in range(steps):
        outputs = training_step.evaluate(values, state=state)
        state = {name: outputs[name] for name in state}
        history.append(outputs)
    return history


def reference(seed, relu):
    """The same network from torch's layers, with the same parameters."""
    squash = nn.ReLU if relu else nn.Tanh
    network = nn.Sequential(nn.Linear(2, 8), squash(), nn.Linear(8, 8), squash(), nn.Linear(8, 1))
    nn.utils.vector_to_parameters(start_parameters(seed), network.parameters())
    return network


@pytest.mark.parametrize(
    ("rate", "momentum", "decay", "relu"),
    [(0.3, 0.9, 1e-6, False), (0.3, 0.5, 0.01, True), (0.05, 0.0, 0.1, False), (0.1, 0.9, 1e-6, True)],
)
def test_every_step_is_torchs(rate, momentum, decay, relu):
    network = reference(1, relu)
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=momentum, weight_decay=decay)
    for outputs in train(40, seed=1, rate=rate, momentum=momentum, decay=decay, relu=relu):
        loss = F.binary_cross_entropy_with_logits(network(POINTS)[:, 0], LABELS)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert outputs["loss"].item() == pytest.approx(loss.item(), abs=1e-4)
        theirs = nn.utils.parameters_to_vector(network.parameters())
        assert torch.allclose(outputs["parameters"], theirs, atol=2e-3)


@pytest.mark.slow
def test_it_learns_the_moons():
    for seed in range(5):
        last = train(200, seed)[-1]
        assert last["accuracy"] >= 0.95
        assert last["loss"] < 0.15


def test_the_challenge_is_met_on_the_way_and_not_at_the_start():
    history = train(300)
    assert history[0]["nearly_all"] == 0
    assert any(outputs["nearly_all"] == 1 for outputs in history)


def test_the_presets_do_what_they_say():
    ends = {label: train(100, **values)[-1] for label, values in training_step.presets.items()}
    usual = train(100)[-1]
    assert ends["too small a rate"]["loss"] > 0.5
    assert ends["without momentum"]["loss"] > 2 * usual["loss"]
    assert ends["too large a rate"]["verdict"] == 2
    assert "a guess would do better" in training_step.sentence(ends["too large a rate"])
    assert ends["strong decay"]["parameters"].norm() < usual["parameters"].norm() / 3


def test_the_loss_curve_holds_what_was_measured():
    history = train(10)
    expected = torch.stack([outputs["loss"] for outputs in history])
    assert torch.equal(history[-1]["losses"][:10], expected)
    assert history[-1]["losses"][10:].isnan().all()
    assert history[-1]["step"] == 10


def test_the_sentence():
    outputs = training_step.evaluate()
    assert training_step.sentence(outputs).startswith("At step 1 the loss is 0.6")
