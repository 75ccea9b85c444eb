"""Adam and its relatives against torch, step by step, and what each correction is there for."""

import math
import re

import pytest
import torch

from dlbook_lib.optim.adam import adam, adamw, amsgrad, nadam

TWINS = {
    "adam": (adam, {}, torch.optim.Adam, {}),
    "adam-betas": (
        adam,
        {"beta1": 0.5, "beta2": 0.9, "eps": 1e-3},
        torch.optim.Adam,
        {"betas": (0.5, 0.9), "eps": 1e-3},
    ),
    "adam-l2": (adam, {"l2": 0.3}, torch.optim.Adam, {"weight_decay": 0.3}),
    "adam-without-memory": (adam, {"beta1": 0.0, "beta2": 0.0}, torch.optim.Adam, {"betas": (0.0, 0.0)}),
    "adamw": (adamw, {"weight_decay": 0.2}, torch.optim.AdamW, {"weight_decay": 0.2}),
    "amsgrad": (amsgrad, {"beta2": 0.9}, torch.optim.Adam, {"amsgrad": True, "betas": (0.9, 0.9)}),
    "nadam": (nadam, {}, torch.optim.NAdam, {}),
    "nadam-betas": (
        nadam,
        {"beta1": 0.8, "decay": 0.1},
        torch.optim.NAdam,
        {"betas": (0.8, 0.999), "momentum_decay": 0.1},
    ),
}


def torch_path(make, gradients, start, **settings):
    """Where torch's optimizer goes under a list of gradients."""
    w = start.clone().requires_grad_()
    optimizer = make([w], lr=0.01, **settings)
    path = []
    for g in gradients:
        w.grad = g.clone()
        optimizer.step()
        path.append(w.detach().clone())
    return torch.stack(path)


def our_path(rule, gradients, start, **settings):
    w, state, path = start, (), []
    for g in gradients:
        w, state = rule(w, g, state, lr=0.01, **settings)
        path.append(w)
    return torch.stack(path)


def draw(*shape, dtype=torch.float64, seed=0):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("twin", TWINS)
def test_every_step_is_torchs(twin, dtype):
    rule, ours, make, theirs = TWINS[twin]
    gradients, start = 3 * draw(100, 5, dtype=dtype), draw(5, dtype=dtype, seed=1)
    gap = our_path(rule, gradients, start, **ours) - torch_path(make, gradients, start, **theirs)
    assert gap.abs().max() < (
        1e-9 if dtype == torch.float64 else 5e-6
    )  # torch keeps NAdam's product in float32


def test_the_first_step_is_the_rate_in_the_direction_of_the_sign():
    g = torch.tensor([1e-3, -1.0, 1e3], dtype=torch.float64)
    w = adam(torch.zeros(3).double(), g, lr=0.01)[0]
    assert torch.allclose(w, -0.01 * g.sign(), rtol=1e-4)


def test_without_correction_the_first_step_is_over_three_times_as_long():
    g = torch.tensor([2.0], dtype=torch.float64)
    w = adam(torch.zeros(1).double(), g, lr=0.01, correct=False)[0]
    assert w.item() == pytest.approx(-0.01 * 0.1 / math.sqrt(0.001), rel=1e-6)  # 3.162 times


def test_decoupled_decay_is_uniform_and_the_penalty_is_not():
    scale = torch.tensor([10.0, 0.1], dtype=torch.float64)
    ends = {}
    for name, rule, setting in (("l2", adam, {"l2": 0.1}), ("decoupled", adamw, {"weight_decay": 0.1})):
        w, state, stream = torch.ones(2).double(), (), torch.Generator().manual_seed(0)
        for _ in range(2000):
            g = scale * torch.randn(2, generator=stream, dtype=torch.float64)
            w, state = rule(w, g, state, lr=1e-3, **setting)
        ends[name] = w
    # Over ten seeds: l2 0.92 to 1.08 and 0.04 to 0.20; decoupled 0.74 to 0.89 for both.
    assert ends["l2"][0] - ends["l2"][1] > 0.5
    assert (ends["decoupled"][0] - ends["decoupled"][1]).abs() < 0.2


def reddi(rule, steps=20_000, big=3.0):
    """Descend on C x, -x, -x, C x, … over [-1, 1], from 0."""
    w, state = torch.zeros(1).double(), ()
    for t in range(1, steps + 1):
        g = torch.full_like(w, big if t % 3 == 1 else -1.0)
        w, state = rule(w, g, state, lr=0.5 / math.sqrt(t), beta1=0.0, beta2=1 / (1 + big**2), correct=False)
        w = w.clamp(-1, 1)
    return w.item()


def test_reddis_example_sends_adam_to_the_worst_point_and_amsgrad_to_the_best():
    assert reddi(adam, steps=3000) > 0.98
    assert reddi(amsgrad, steps=3000) < -0.98


def test_amsgrads_mean_square_never_falls():
    w, state, largest = torch.zeros(3).double(), (), torch.zeros(3).double()
    for g in draw(200, 3):
        w, state = amsgrad(w, g, state, lr=0.01, beta2=0.5)
        assert (state[2] >= largest).all()
        largest = state[2]


def test_nadams_look_ahead_is_the_short_form_where_beta_is_constant():
    """With a schedule that has run out, both corrections are powers of beta1."""
    gradients, beta1 = draw(20, 1), 0.9
    w, state, m, v = torch.zeros(1).double(), (), 0.0, 0.0
    for t, g in enumerate(gradients, 1):
        before, (w, state) = w, nadam(w, g, state, lr=0.01, decay=1e9)
        m, v = beta1 * m + (1 - beta1) * g, 0.999 * v + 0.001 * g**2
        ahead = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)
        step = 0.01 * ahead / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
        assert torch.allclose(before - w, step, rtol=1e-9)


def test_settings_may_be_tensors():
    g, start = draw(5, 3), torch.zeros(3).double()
    plain = our_path(adam, g, start, beta1=0.8)
    w, state = start, ()
    for row in g:
        w, state = adam(w, row, state, lr=start.new_tensor(0.01), beta1=start.new_tensor(0.8))
    assert torch.allclose(w, plain[-1], rtol=0, atol=1e-12)


W = torch.zeros(2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: adam(W, torch.zeros(3), lr=0.1), "g must have shape (2,), got (3,)"),
        (lambda: adam(W, W, lr=0.1, beta1=1.0), "beta1 must be below 1, got 1.0"),
        (lambda: adamw(W, W, lr=0.1, weight_decay=-1.0), "weight_decay must be at least 0, got -1.0"),
        (
            lambda: amsgrad(W, W, (W, W, W), lr=0.1),
            "state must be () or hold m, v, largest, t, got 3 tensors",
        ),
        (lambda: nadam(W, W, lr=0.1, decay=-1.0), "decay must be at least 0, got -1.0"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
