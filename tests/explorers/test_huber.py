"""The explorer's loss against torch's, its slope against autograd, its middles against a search."""

import itertools

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.explorers.huber import CALM, LINE
from dlbook_lib.explorers.huber import huber as explorer


@pytest.mark.parametrize(("residual", "delta"), [(1.5, 1.0), (-0.4, 1.0), (3.0, 0.3), (2.0, 2.0)])
def test_values_and_slopes_are_those_of_torch(residual, delta):
    outputs = explorer.evaluate({"residual": residual, "delta": delta})
    x = torch.cat([LINE, torch.tensor([residual])]).double().requires_grad_()
    loss = F.huber_loss(x, torch.zeros_like(x), reduction="none", delta=delta)
    (slope,) = torch.autograd.grad(loss.sum(), x)
    torch.testing.assert_close(outputs["losses"][0], loss[:-1].detach().float())
    torch.testing.assert_close(outputs["slopes"][0], slope[:-1].float())
    assert outputs["values"].tolist() == pytest.approx([loss[-1].item(), residual**2 / 2, abs(residual)])
    assert outputs["slope"].item() == pytest.approx(slope[-1].item())
    assert outputs["outside"] == (abs(residual) > delta)


@pytest.mark.parametrize(("delta", "outlier"), [(1.0, 7.0), (0.2, 9.0), (3.0, -2.0), (12.0, 7.0)])
def test_middles_minimise_their_losses(delta, outlier):
    outputs = explorer.evaluate({"delta": delta, "outlier": outlier})
    points = torch.cat([CALM, torch.tensor([outlier])]).double()
    grid = torch.linspace(-2, 10, 120_001, dtype=torch.float64)
    away = points - grid[:, None]
    targets = torch.zeros_like(away)
    losses = (
        F.huber_loss(away, targets, reduction="none", delta=delta),
        away**2,
        away.abs(),
    )
    best = [grid[loss.sum(1).argmin()].item() for loss in losses]
    assert outputs["middles"].tolist() == pytest.approx(best, abs=2e-4)


def test_the_mean_follows_the_outlier_and_huber_stays():
    near, far = (explorer.evaluate({"outlier": place, "delta": 1.0})["middles"] for place in (5.0, 10.0))
    assert far[1] - near[1] == pytest.approx(5 / 9)
    assert far[0] == pytest.approx(near[0].item(), abs=1e-6)


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    def met(**chosen):
        outputs = explorer.evaluate(chosen)
        return {challenge.met for challenge in explorer.challenges if outputs[challenge.met] == 1}

    assert met() == set()
    assert met(delta=12.0) == {"is_mean"}
    assert met(delta=0.05) == {"is_median"}
    assert "half" in met(residual=3.4, delta=1.0)  # x = δ (2 + √2)


def test_the_sentence_and_every_extreme():
    assert "beyond the threshold 2.00: loss 3.000" in explorer.sentence(explorer.evaluate({}), {})
    inside = {"residual": 0.5}
    assert "within the threshold" in explorer.sentence(explorer.evaluate(inside), inside)
    for values in itertools.product(*(control.extremes() for control in explorer.controls.values())):
        outputs = explorer.evaluate(dict(zip(explorer.controls, values)))
        assert all(value.isfinite().all() for value in outputs.values())
