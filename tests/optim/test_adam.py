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
