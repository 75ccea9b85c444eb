"""The network that learns in the page against torch's layers, losses and optimizer, cut to the same size."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.explorers._playground_network import (
    COUNT,
    FIRST,
    LABELS,
    NOISE,
    SETS,
    SHAPES,
    SIZES,
    featurize,
)
from dlbook_lib.explorers.playground import INPUTS, KINDS, PER_FRAME, playground

SQUASH = {"tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "ReLU": nn.ReLU, "none": nn.Identity}


def play(frames, **values):
    state, history = dict(playground.state), []
    for _ in range(frames):
        outputs = playground.evaluate(values, state=state)
        state = {name: outputs[name] for name in state}
        history.append(outputs)
    return history


def reference(values):
    """A network of torch's layers that has only the units and features chosen, with the same weights."""
    parts = [p.view(shape) for p, shape in zip(FIRST[values["start"]].split(SIZES), SHAPES)]
    taken = torch.tensor(INPUTS[values["features"]]).nonzero()[:, 0]
    layers, sources = [], taken
    for number in range(3):
        units = values[f"units_{number + 1}"]
        if units:
            layer = nn.Linear(len(sources), units)
            layer.weight.data = parts[2 * number][:units, sources].clone()
            layer.bias.data = parts[2 * number + 1][:units].clone()
            layers += [layer, SQUASH[values["activation"]]()]
            sources = torch.arange(units)
    last = nn.Linear(len(sources), 1)
    last.weight.data, last.bias.data = parts[-2][:, sources].clone(), parts[-1].clone()
    return nn.Sequential(*layers, last), taken


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"activation": "ReLU", "features": "all seven", "units_3": 5, "dataset": "spiral", "start": 2},
        {"activation": "sigmoid", "squared": True, "units_2": 0, "rate": 1.0, "batch": 32, "share": 10},
        {"activation": "none", "penalty": "L2", "strength": 0.05, "units_1": 0, "units_2": 6, "noise": 0.7},
        {"units_1": 0, "units_2": 0, "features": "squares", "batch": 1},
    ],
)
def test_every_step_is_torchs(chosen):
    values = playground.values(chosen)
    network, taken = reference(values)
    decay = values["strength"] if values["penalty"] == "L2" else 0.0
    weights = [p for p in network.parameters() if p.ndim == 2]
    biases = [p for p in network.parameters() if p.ndim == 1]
    groups = [{"params": weights, "weight_decay": decay}, {"params": biases}]
    optimizer = torch.optim.SGD(groups, lr=values["rate"])
    x = (SETS[KINDS[values["dataset"]]] + values["noise"] * NOISE).clamp(-3, 3)
    x, count, place = featurize(x)[:, taken], values["share"] * COUNT // 100, 0
    for outputs in play(4, **chosen):
        for _ in range(PER_FRAME):
            rows = (place + torch.arange(values["batch"])) % count
            logits, y = network(x[rows])[:, 0], LABELS[rows]
            optimizer.zero_grad()
            loss = F.binary_cross_entropy_with_logits(logits, y)
            loss = F.mse_loss(logits.sigmoid(), y) if values["squared"] else loss
            loss.backward()
            optimizer.step()
            place = (place + values["batch"]) % count
        logits = network(x)[:, 0].detach()
        right = ((logits > 0) == (LABELS > 0)).float()
        loss = F.binary_cross_entropy_with_logits(logits[:count], LABELS[:count])
        if values["squared"]:
            loss = F.mse_loss(logits[:count].sigmoid(), LABELS[:count])
        assert outputs["train_loss"].item() == pytest.approx(loss.item(), abs=1e-4)
        assert outputs["test_accuracy"].item() == pytest.approx(right[count:].mean().item(), abs=1e-5)


@pytest.mark.slow
def test_the_lasso_takes_edges_away():
    last = play(100, penalty="L1", strength=0.05)[-1]
    assert (last["parameters"] == 0).sum() > 20
    assert (play(100)[-1]["parameters"] == 0).sum() == 0


def test_units_that_take_no_part_are_not_shown_and_have_no_edges():
    first = play(1, units_1=3, units_2=0, units_3=2)[0]
    rows = first["column_1"].view(8, -1, 12)[:, :12]  # the lowest unit first
    assert rows[:5].isnan().all()
    assert rows[5:].isfinite().all()
    assert first["column_2"].isnan().all()
    names = [f"{side}_{size}" for side in ("for", "against") for size in ("weak", "middle", "strong")]
    drawn = sum(first[name].view(-1, 3)[:, 0].isfinite().sum().item() for name in names)
    assert 10 <= drawn <= 2 * 3 + 3 * 2 + 2  # a few may be too weak to be seen


@pytest.mark.slow
def test_it_learns_the_rings_and_the_presets_do_what_they_say():
    assert play(200)[-1]["test_accuracy"] >= 0.95
    presets = playground.presets
    assert play(100, **presets["no activation: one straight cut"])[-1]["test_accuracy"] < 0.7
    assert play(30, **presets["no layer, but squares"])[-1]["no_layer"] == 1
    assert play(60, **presets["units that die"])[-1]["all_dead"] == 1


@pytest.mark.slow
def test_the_spiral_and_three_units():
    spiral = playground.presets["the spiral"] | {"start": 1}
    assert any(outputs["spiral"] == 1 for outputs in play(150, **spiral))
    history = play(300, units_1=3, units_2=0, rate=0.3, start=1)
    assert any(outputs["three_units"] == 1 for outputs in history)


@pytest.mark.slow
def test_few_points_are_learned_by_heart():
    last = play(150, **playground.presets["few points, much noise"])[-1]
    assert last["train_accuracy"] > 0.999
    assert last["test_loss"] > last["train_loss"] + 0.15


def test_the_sentence():
    outputs = play(1)[0]
    assert playground.sentence(outputs).startswith("After 5 steps the loss is ")
    assert "answer 0 to every training point" in playground.sentence(
        play(30, **playground.presets["units that die"])[-1]
    )
