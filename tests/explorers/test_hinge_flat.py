"""The loss against torch's, and what a shift and a factor leave alone."""

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.explorers.hinge_flat import W, Y
from dlbook_lib.explorers.hinge_flat import hinge_flat as explorer


def loss_by_torch(outputs, weights):
    x = outputs["points"].double().T
    return 3 * F.multi_margin_loss(x @ weights.T, Y)


@pytest.mark.parametrize("overlap", [False, True])
@pytest.mark.parametrize(("u1", "u2", "factor"), [(0.0, 0.0, 1.0), (2.0, -1.5, 0.4), (-1.0, 3.0, 2.5)])
def test_the_loss_is_that_of_torch(overlap, u1, u2, factor):
    outputs = explorer.evaluate({"u1": u1, "u2": u2, "factor": factor, "overlap": overlap, "penalty": 0.1})
    weights = factor * (W + torch.tensor([u1, u2], dtype=torch.float64))
    assert outputs["loss"].item() == pytest.approx(loss_by_torch(outputs, weights).item(), abs=1e-5)
    assert outputs["cost"].item() == pytest.approx(0.1 * weights.square().sum().item(), rel=1e-4)


@pytest.mark.parametrize("overlap", [False, True])
def test_a_shift_moves_the_rows_and_nothing_else(overlap):
    start = explorer.evaluate({"overlap": overlap})
    moved = explorer.evaluate({"overlap": overlap, "u1": 2.0, "u2": -3.0})
    assert moved["loss"].item() == pytest.approx(start["loss"].item(), abs=1e-6)
    assert torch.allclose(moved["borders"], start["borders"], atol=1e-5)
    assert (moved["rows"] - start["rows"]).abs().max() > 2
    assert (moved["by_shift"] - moved["by_shift"][0]).abs().max() < 1e-5


def test_a_factor_matters_only_where_the_loss_is_not_zero():
    assert explorer.evaluate({"factor": 2.5})["loss"] == 0
    before, after = explorer.evaluate({"overlap": True}), explorer.evaluate({"overlap": True, "factor": 2.5})
    assert (after["loss"] - before["loss"]).abs() > 0.01
    assert torch.allclose(after["borders"], before["borders"], atol=1e-5)


def test_on_a_border_two_scores_are_equal_and_the_third_is_lower():
    outputs = explorer.evaluate({"u1": 1.0, "factor": 2.0})
    weights = 2 * (W + torch.tensor([1.0, 0.0]))
    for k, (a, b, third) in enumerate(((0, 1, 2), (1, 2, 0), (2, 0, 1))):
        scores = weights @ outputs["borders"][k, :, 1].double()
        assert scores[a].item() == pytest.approx(scores[b].item(), abs=1e-4)
        assert scores[third] < scores[a]


def test_a_penalty_makes_the_shift_cost():
    section = explorer.evaluate({"penalty": 0.2})["by_shift"]
    assert section.argmin() == 30  # at u₁ = 0
    assert section[0] > section[30] + 1


def test_challenges_can_be_met_and_are_not_at_the_start():
    start = explorer.evaluate({})
    assert not any(start[challenge.met] for challenge in explorer.challenges)
    assert explorer.evaluate({"u1": 1.5})["shifted"]
    assert explorer.evaluate({"factor": 2.0})["scaled"]
    assert explorer.evaluate({"factor": 2.0, "overlap": True})["scale_matters"]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [({}, "and it is zero"), ({"overlap": True}, "it has not changed."), ({"factor": 0.2}, "it has changed")],
)
def test_the_sentence(chosen, words):
    assert words in explorer.sentence(explorer.evaluate(chosen), chosen)
