"""Adagrad and RMSProp against torch, and how long each remembers."""

import re

import pytest
import torch

from dlbook_lib.optim.adaptive import adagrad, rmsprop, rmsprop_nesterov
from dlbook_lib.optim.gradient_descent import sgd
from dlbook_lib.optim.running import follow
from dlbook_lib.optim.surfaces import quadratic_gradient

TWINS = {
    "adagrad": (adagrad, {"eps": 1e-6}, torch.optim.Adagrad, {"eps": 1e-6}),
    "rmsprop": (rmsprop, {"rho": 0.9, "eps": 1e-6}, torch.optim.RMSprop, {"alpha": 0.9, "eps": 1e-6}),
    "rmsprop-99": (rmsprop, {}, torch.optim.RMSprop, {}),
}


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("twin", TWINS)
def test_every_step_is_torchs(twin):
    rule, ours, make, theirs = TWINS[twin]
    w, state = draw(5), ()
    parameter = w.clone().requires_grad_()
    optimizer = make([parameter], lr=0.01, **theirs)
    for g in 3 * draw(300, 5, seed=1):
        w, state = rule(w, g, state, lr=0.01, **ours)
        parameter.grad = g.clone()
        optimizer.step()
        assert (w - parameter).abs().max() < 1e-12


def test_adagrads_steps_fall_as_one_over_the_root_of_their_number():
    path = follow(adagrad, torch.ones_like, torch.zeros(1).double(), steps=400, lr=0.1)[:, 0]
    t = torch.arange(1, 401).double()
    assert torch.allclose(-path.diff(), 0.1 / t.sqrt(), rtol=1e-8)


def rates_after_a_cliff(rule, state_of, **settings):
    """The effective rate before, at and 200 steps after one gradient of a hundred times the size."""
    w, state, rates = torch.zeros(1).double(), (), []
    for t in range(400):
        g = torch.tensor([100.0 if t == 200 else 1.0]).double()
        w, state = rule(w, g, state, lr=1.0, **settings)
        rates.append(1 / state_of(state).sqrt().item())
    return rates[199], rates[200], rates[399]


def test_rmsprop_recovers_from_a_cliff_and_adagrad_does_not():
    before, at, after = rates_after_a_cliff(rmsprop, lambda state: state[0], rho=0.9)
    assert at < before / 20
    assert after == pytest.approx(before, rel=1e-4)
    before, at, after = rates_after_a_cliff(adagrad, lambda state: state[0])
    assert after < at < before / 5


def test_the_step_of_the_look_ahead_form_written_out():
    def slope(w):
        return quadratic_gradient(w, condition=20.0)

    path = follow(rmsprop_nesterov, slope, draw(2), steps=50, lr=0.01, momentum=0.8, rho=0.9)
    w, v, r = draw(2).numpy(), 0.0, 0.0
    for place in path[1:]:
        g = slope(torch.tensor(w + 0.8 * v)).numpy()
        r = 0.9 * r + 0.1 * g**2
        v = 0.8 * v - 0.01 * g / (r**0.5 + 1e-8)
        w = w + v
        assert abs(place.numpy() - w).max() < 1e-12


def test_without_momentum_it_is_rmsprop():
    paths = [
        follow(rule, lambda w: quadratic_gradient(w), draw(2), steps=50, lr=0.01, rho=0.9, **more)
        for rule, more in ((rmsprop, {}), (rmsprop_nesterov, {"momentum": 0.0}))
    ]
    assert torch.equal(*paths)


def test_rates_for_each_coordinate_help_a_valley_along_an_axis_only():
    """The error after 100 steps at the best of ten rates, in an aligned and in a turned valley."""

    def error(rule, angle, top):
        rates = top * torch.logspace(-2, 0, 10).double()
        start = torch.tensor([0.9, -0.4]).double()

        def slope(w):
            return quadratic_gradient(w, condition=100.0, angle=angle)

        return min(follow(rule, slope, start, steps=100, lr=float(rate))[-1].norm().item() for rate in rates)

    assert error(adagrad, 0.0, 2.0) < 1e-6 < 0.1 < error(sgd, 0.0, 0.0199)
    assert error(adagrad, torch.pi / 4, 2.0) > 1e4 * error(adagrad, 0.0, 2.0)


W = torch.zeros(2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: adagrad(W, torch.zeros(3), lr=0.1), "g must have shape (2,), got (3,)"),
        (lambda: adagrad(W, W, lr=0.1, eps=-1.0), "eps must be at least 0, got -1.0"),
        (lambda: rmsprop(W, W, lr=0.1, rho=1.0), "rho must be below 1, got 1.0"),
        (lambda: rmsprop_nesterov(W, W, (W,), lr=0.1), "state must be () or hold v, r, got 1 tensors"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
