"""The sweep against pseudo-inverse and ridge, and the peak where features are as many as examples."""

import pytest
import torch

from dlbook_lib.explorers.double_descent import ALONG, BETA, COUNTS, CUT, LOW, NEW, NOISES, OMEGA, RULE, N, X
from dlbook_lib.explorers.double_descent import double_descent as explorer
from dlbook_lib.learning.random_features import random_features, ridgeless


def targets(noise):
    return torch.tanh(X @ RULE) + noise * NOISES


@pytest.mark.parametrize("drawing", range(4))
@pytest.mark.parametrize("waves", [5, 15, 30, 200])
def test_without_a_ridge_it_is_the_pseudo_inverse(drawing, waves):
    omega, beta = OMEGA[drawing, :waves], BETA[drawing, :waves]
    w = ridgeless(random_features(X, omega, beta), targets(0.3))
    outputs = explorer.evaluate({"waves": waves, "drawing": drawing})
    test = (random_features(NEW, omega, beta) @ w - torch.tanh(NEW @ RULE)).square().mean()
    assert outputs["now_test"].item() == pytest.approx(test.item(), rel=5e-3)
    assert outputs["now_length"].item() == pytest.approx(w.norm().item(), rel=5e-3)
    cut = (random_features(ALONG, omega, beta) @ w).clamp(-6, 6)
    assert torch.allclose(outputs["fitted"], cut.float(), atol=0.02)


@pytest.mark.parametrize("waves", [5, 20, 100])
def test_with_a_ridge_it_is_the_textbook_formula(waves):
    Phi = random_features(X, OMEGA[1, :waves], BETA[1, :waves])
    w = torch.linalg.solve(Phi.T @ Phi + 0.1 * torch.eye(waves), Phi.T @ targets(0.5))
    outputs = explorer.evaluate({"waves": waves, "drawing": 1, "ridge": -1.0, "noise": 0.5})
    assert outputs["now_train"].item() == pytest.approx(
        (Phi @ w - targets(0.5)).square().mean().item(), rel=1e-4
    )
    assert outputs["now_length"].item() == pytest.approx(w.norm().item(), rel=1e-4)


@pytest.mark.parametrize("drawing", range(4))
def test_the_peak_stands_at_as_many_waves_as_examples(drawing):
    outputs = explorer.evaluate({"drawing": drawing})
    assert COUNTS[outputs["test"].argmax()] == N
    assert COUNTS[outputs["length"].argmax()] == N
    assert outputs["test"][-1] < outputs["valley"]
    quiet = explorer.evaluate({"drawing": drawing, "noise": 0.0})
    assert LOW < quiet["test"].max() < outputs["test"].max() / 3


def test_the_shown_number_stands_on_its_curve():
    for waves in (8, 20, 100):
        outputs = explorer.evaluate({"waves": waves})
        at = COUNTS.tolist().index(waves)
        assert outputs["now_test"].item() == pytest.approx(outputs["test"][at].item(), rel=1e-4)
        assert outputs["ratio"].item() == pytest.approx(waves / 20)


@pytest.mark.parametrize(
    ("waves", "words"),
    [(5, "too few waves to fit everything"), (20, "one set of weights fits"), (200, "many weights fit")],
)
def test_the_sentence(waves, words):
    chosen = {"waves": waves}
    assert words in explorer.sentence(explorer.evaluate(chosen), chosen)


def test_challenges_can_be_met_and_are_not_at_the_start():
    start = explorer.evaluate({})
    assert not any(start[challenge.met] for challenge in explorer.challenges)
    assert explorer.evaluate({"waves": 20})["peaked"]
    assert explorer.evaluate({"waves": 200})["better"]
    assert explorer.evaluate({"ridge": 0.0})["flat"]
    assert len(CUT) == len(ALONG)
