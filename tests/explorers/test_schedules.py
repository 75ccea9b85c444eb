"""The schedule builder: rates as in torch, and expected losses against walkers with real noise."""

import pytest
import torch

from dlbook_lib.explorers.schedules import CURVATURES, STEPS, expected_losses, schedules

KINDS = ("constant", "cut in steps", "cosine", "warm restarts")


def torch_rates(make, high):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=high)
    schedule, rates = make(optimizer), []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return torch.tensor(rates, dtype=torch.float64)


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("cosine", lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, STEPS)),
        ("cut in steps", lambda o: torch.optim.lr_scheduler.StepLR(o, 40, gamma=0.2)),
        (
            "warm restarts",
            lambda o: torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 40, T_mult=2),
        ),
    ],
)
def test_the_rates_are_torchs(kind, make):
    out = schedules.evaluate({"kind": kind, "high": 0.1, "period": 40})
    assert torch.allclose(out["rates"].double(), torch_rates(make, 0.1), atol=1e-6)


def test_the_expected_loss_is_the_mean_of_many_walkers():
    rates = schedules.evaluate({"kind": "cosine", "high": 0.3, "warm": 20})["rates"].double()
    noise = torch.Generator().manual_seed(0)
    w, losses = torch.full((20_000, 2), 4.0).double(), []
    for rate in rates[:120]:
        g = CURVATURES * w + 1.5**0.5 * torch.randn(w.shape, generator=noise, dtype=w.dtype)
        w = w - rate * g
        losses.append((CURVATURES * w.square()).sum(1).mean() / 2)
    expected = expected_losses(rates[:, None], torch.tensor(1.5).double())[1:121, 0]
    assert ((torch.stack(losses) / expected - 1).abs() < 0.05).all()


def test_a_constant_rate_ends_on_its_floor():
    out = schedules.evaluate({"kind": "constant", "high": 0.2})
    assert out["end"].item() == pytest.approx(out["floor"][-1].item(), rel=1e-4)
    assert out["end"] == out["constant_end"]


def test_warm_up_rises_in_a_line():
    rates = schedules.evaluate({"kind": "constant", "high": 0.2, "warm": 50})["rates"]
    assert torch.allclose(rates[:50], 0.2 * torch.arange(1, 51) / 50)
    assert (rates[50:] == rates[50]).all()


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    out = schedules.evaluate()
    assert not any(out[challenge.met] for challenge in schedules.challenges)
    assert schedules.evaluate({"kind": "cosine", "noise": 0.01})["low"]
    assert schedules.evaluate({"kind": "cut in steps", "high": 0.35, "period": 60})["saved"]
    assert schedules.evaluate(schedules.presets["too small from the start"])["late"]


@pytest.mark.parametrize("kind", KINDS)
def test_everything_stays_finite(kind):
    out = schedules.evaluate({"kind": kind, "high": 0.35, "noise": 4.0, "period": 10, "warm": 100})
    assert all(value.isfinite().all() for value in out.values())
