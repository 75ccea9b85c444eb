"""The bowl: torch's own steps, and factors from the eigenvalues of one step as a matrix."""

import pytest
import torch

from dlbook_lib.explorers.learning_rate import START, learning_rate, slowest_factor


@pytest.mark.parametrize(("condition", "rate", "momentum"), [(20, 0.05, 0.0), (50, 0.03, 0.9), (1, 0.7, 0.5)])
def test_the_path_is_torchs(condition, rate, momentum):
    w = START.clone().requires_grad_()
    optimizer = torch.optim.SGD([w], lr=rate, momentum=momentum)
    out = learning_rate.evaluate({"condition": condition, "rate": rate, "momentum": momentum})
    curvature = torch.tensor([1.0, condition]).double()
    for place in out["path"].double():
        assert torch.allclose(place, w.detach(), atol=1e-4)
        w.grad = curvature * w.detach()
        optimizer.step()


@pytest.mark.parametrize("momentum", [0.0, 0.4, 0.9])
def test_the_factor_is_the_spectral_radius_of_one_step(momentum):
    for move in torch.linspace(0.01, 4, 40).double():  # rate times curvature
        step = torch.tensor([[1 + momentum - move, -momentum], [1, 0]]).double()
        expected = torch.linalg.eigvals(step).abs().max()
        found = slowest_factor(move, torch.tensor(1.0).double(), torch.tensor(momentum).double())
        assert found.item() == pytest.approx(expected.item(), abs=1e-6)


def test_the_presets_do_what_they_say():
    ends = {name: learning_rate.evaluate(values) for name, values in learning_rate.presets.items()}
    assert ends["too small"]["verdict"] == 1
    assert ends["best without momentum"]["fastest"]
    assert ends["just too large"]["exploded"]
    assert ends["best with momentum"]["beaten"]
    assert ends["best with momentum"]["final"] < ends["best without momentum"]["final"] / 100


def test_no_challenge_is_met_at_the_start():
    out = learning_rate.evaluate()
    assert not any(out[challenge.met] for challenge in learning_rate.challenges)
    assert learning_rate.sentence(out).startswith("The distance shrinks by the factor 0.950 a step")


def test_the_sentence_tells_an_explosion():
    out = learning_rate.evaluate({"rate": 2.5, "condition": 100.0})
    assert "too large" in learning_rate.sentence(out)
    assert all(value.isfinite().all() for name, value in out.items() if name != "levels")
