"""The network of the page against torch's own layers and optimiser, and what its presets do."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.explorers.hidden_units import LABELS, MESH, POINTS, START, hidden_units


def play(frames, **values):
    """Train for some frames; return the outputs of each."""
    state, history = dict(hidden_units.state), []
    for _ in range(frames):
        outputs = hidden_units.evaluate(values, state=state)
        state = {name: outputs[name] for name in state}
        history.append(outputs)
    return history


def reference(start, count, squash):
    """The same network from torch's layers, of the units in use only."""
    network = nn.Sequential(nn.Linear(2, count), squash, nn.Linear(count, 1))
    with torch.no_grad():
        network[0].weight.copy_(START[start, :8].view(4, 2)[:count])
        network[0].bias.copy_(START[start, 8:12][:count])
        network[2].weight.copy_(START[start, 12:16][None, :count])
        network[2].bias.copy_(START[start, 16:])
    return network


@pytest.mark.parametrize(
    ("start", "count", "kind", "squash"),
    [(0, 2, "tanh", nn.Tanh()), (1, 4, "rectifier", nn.ReLU()), (2, 3, "none", nn.Identity())],
)
def test_every_frame_is_ten_steps_of_torchs(start, count, kind, squash):
    network = reference(start, count, squash)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    values = {"start": "ABCDE"[start], "count": str(count), "kind": kind, "rate": 0.5}
    for outputs in play(5, **values):
        for _ in range(10):
            loss = F.binary_cross_entropy_with_logits(network(POINTS[0])[:, 0], LABELS)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        after = F.binary_cross_entropy_with_logits(network(POINTS[0])[:, 0], LABELS)
        assert outputs["loss"].item() == pytest.approx(after.item(), abs=1e-4)
        hidden = network[:2](POINTS[0])[:, :2].clamp(-3, 3)
        assert torch.allclose(outputs["folded"], hidden, atol=1e-4)


def test_a_units_sum_is_zero_on_its_line():
    outputs = play(3, count="3")[-1]
    parameters = START[0] + outputs["moved"]
    weight, bias = parameters[:8].view(4, 2), parameters[8:12]
    sums = (outputs["lines"][:3] * weight[:3, None]).sum(dim=2) + bias[:3, None]
    assert sums.abs().max() < 1e-3
    assert outputs["lines"][3].isnan().all()


def test_the_mesh_has_gaps_where_the_planes_grid_has():
    outputs = play(1)[0]
    assert torch.equal(outputs["mesh"].isnan(), MESH.isnan())


@pytest.mark.slow
def test_one_unit_or_none_that_bends_cannot_do_it():
    one = play(100, **hidden_units.presets["one unit"])[-1]
    straight = play(100, **hidden_units.presets["no activation function"])[-1]
    assert one["wrong"] >= 8
    assert straight["wrong"] >= 8
    assert straight["loss"] == pytest.approx(0.69, abs=0.02)


def test_no_challenge_is_met_at_the_start():
    start = play(1)[0]
    assert not any(start[challenge.met] for challenge in hidden_units.challenges)
    assert hidden_units.sentence(start).startswith("After 10 steps the loss is 0.")


@pytest.mark.slow
def test_presets_and_challenges():
    ends = {start: play(110, start=start)[-1] for start in "ABCDE"}
    assert any(end["two_solve"] for end in ends.values())
    assert any(end["two_fail"] for end in ends.values())
    for preset in ("ring, three units", "ring, four rectifiers"):
        assert play(150, **hidden_units.presets[preset])[-1]["ring_solved"] == 1, preset
    assert ends["A"]["two_solve"] == 1, "the first start that a reader meets succeeds"
    assert ends["B"]["two_fail"] == 1, "and the second does not"
