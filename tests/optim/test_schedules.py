"""Schedules against those of torch, step by step."""

import pytest
import torch
from torch.optim import lr_scheduler

from dlbook_lib.optim.schedules import cosine, inverse_root, step_decay, warm_restarts, warm_up


def torch_rates(make, count, high=0.4):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=high)
    schedule, rates = make(optimizer), []
    for _ in range(count):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return torch.tensor(rates, dtype=torch.float64)


STEPS = torch.arange(60, dtype=torch.float64)


def test_the_cosine_is_torchs():
    theirs = torch_rates(lambda o: lr_scheduler.CosineAnnealingLR(o, 50, eta_min=0.1), 51)
    assert (cosine(STEPS[:51], steps=50, high=0.4, low=0.1) - theirs).abs().max() < 1e-12
    assert (cosine(STEPS[50:], steps=50, high=0.4, low=0.1) == 0.1).all()


@pytest.mark.parametrize("multiplier", [1, 2, 3])
def test_warm_restarts_are_torchs(multiplier):
    theirs = torch_rates(
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 7, T_mult=multiplier, eta_min=0.05), 60
    )
    ours = warm_restarts(STEPS, period=7, high=0.4, low=0.05, multiplier=multiplier)
    assert (ours - theirs).abs().max() < 1e-12
    tensors = warm_restarts(
        STEPS, period=torch.tensor(7.0), high=0.4, low=0.05, multiplier=torch.tensor(float(multiplier))
    )
    assert (tensors - theirs).abs().max() < 1e-6


def test_steps_are_torchs():
    theirs = torch_rates(lambda o: lr_scheduler.StepLR(o, 9, gamma=0.3), 60)
    assert (step_decay(STEPS, every=9, high=0.4, factor=0.3) - theirs).abs().max() < 1e-12


def test_warm_up_is_torchs():
    theirs = torch_rates(lambda o: lr_scheduler.LinearLR(o, 0.1, 1.0, total_iters=9), 60)
    assert (warm_up(STEPS, 0.4, steps=10) - theirs).abs().max() < 1e-12
    assert (warm_up(STEPS, 0.4, steps=0) == 0.4).all()


def test_the_inverse_root_at_a_few_places():
    assert inverse_root(torch.tensor([0.0, 30.0, 80.0]), high=0.6, steps=10).tolist() == pytest.approx(
        [0.6, 0.3, 0.2]
    )


def test_a_plain_number_is_a_step():
    assert cosine(5, steps=10, high=0.2).item() == pytest.approx(0.1)
    assert step_decay(25, every=10, high=1.0).item() == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cosine(0, steps=-1, high=0.1), "steps must be at least 0, got -1"),
        (
            lambda: warm_restarts(0, period=5, high=0.1, multiplier=0.5),
            "multiplier must be at least 1, got 0.5",
        ),
        (lambda: step_decay(0, every=5, high=-0.1), "high must be at least 0, got -0.1"),
        (lambda: inverse_root(0, high=-1), "high must be at least 0, got -1"),
        (lambda: warm_up(0, 0.1, steps=-2), "steps must be at least 0, got -2"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        call()
