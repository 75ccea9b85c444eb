"""The evolution strategy never gets worse, and its step size follows the slope."""

import itertools
import re

import pytest
import torch

from dlbook_lib.optim.evolution import one_plus_one


def sphere(w):
    return w.square().sum()


def evolve(f, w, generations, sigma=1.0, seed=0, **settings):
    stream, state, losses, sigmas = torch.Generator().manual_seed(seed), (torch.tensor(sigma), f(w)), [], []
    for _ in range(generations):
        w, state = one_plus_one(w, f, state, torch.randn(len(w), generator=stream), **settings)
        losses.append(state[1].item())
        sigmas.append(state[0].item())
    return w, losses, sigmas


def test_the_loss_never_rises_and_is_that_of_the_parent():
    w, losses, _ = evolve(sphere, torch.full((5,), 3.0), 200)
    assert all(after <= before for before, after in itertools.pairwise(losses))
    assert losses[-1] == sphere(w)


def test_the_size_shrinks_with_the_distance():
    """A fixed size stalls where a learned one goes on: over ten seeds 1e-2 to 1e-1 against 1e-9 to 1e-7."""
    _, learned, sigmas = evolve(sphere, torch.full((5,), 3.0), 400)
    _, fixed, _ = evolve(sphere, torch.full((5,), 3.0), 400, grow=1.0)
    assert learned[-1] < 1e-4 * fixed[-1]
    assert sigmas[-1] < 1e-3


def test_success_and_failure_balance_at_one_in_five():
    sigma, state = torch.tensor(1.0), None
    w, up, down = torch.zeros(1), (lambda w: -w.sum()), (lambda w: w.abs().sum())
    state = (sigma, up(w))
    _, state = one_plus_one(w, up, state, torch.ones(1), grow=1.7)
    for _ in range(4):
        _, state = one_plus_one(w, down, (state[0], down(w)), torch.ones(1), grow=1.7)
    assert state[0].item() == pytest.approx(1.0, rel=1e-6)


def test_errors_name_argument_value_and_rule():
    w, state = torch.zeros(2), (torch.tensor(1.0), torch.tensor(0.0))
    with pytest.raises(TypeError, match=r"^f must be a function of the weights, got 3 \(int\)$"):
        one_plus_one(w, 3, state, w)
    with pytest.raises(ValueError, match=f"^{re.escape('noise must have shape (2,), got (3,)')}$"):
        one_plus_one(w, sphere, state, torch.zeros(3))
