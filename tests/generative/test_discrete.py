"""Chains of symbols: Chapman and Kolmogorov by counting, and Bayes' rule by enumeration."""

import pytest
import torch

from dlbook_lib.generative.discrete import (
    absorbing_matrix,
    cumulative,
    discrete_jump,
    discrete_posterior,
    uniform_matrix,
)

KINDS = (uniform_matrix, absorbing_matrix)


@pytest.mark.parametrize("kind", KINDS)
def test_jumps_compose(kind):
    steps = torch.stack([kind(4, beta=b) for b in (0.1, 0.3, 0.05, 0.6)]).double()
    bars = cumulative(steps)
    assert torch.allclose(bars.sum(-1), torch.ones(5, 4, dtype=torch.float64))
    for s in range(5):
        for t in range(s, 5):
            between = torch.eye(4, dtype=torch.float64)
            for Q in steps[s:t]:
                between = between @ Q
            assert torch.allclose(bars[s] @ between, bars[t])


def test_closed_forms_of_both_chains():
    betas = (0.1, 0.3, 0.05, 0.6)
    keep = 0.9 * 0.7 * 0.95 * 0.4
    uniform = cumulative(torch.stack([uniform_matrix(4, beta=b) for b in betas]))[-1]
    assert torch.allclose(uniform, keep * torch.eye(4) + (1 - keep) / 4)
    masked = cumulative(torch.stack([absorbing_matrix(4, beta=b) for b in betas]))[-1]
    assert masked[0, 0].item() == pytest.approx(keep)
    assert masked[0, -1].item() == pytest.approx(1 - keep)


def test_step_by_step_and_at_once_count_the_same():
    generator = torch.Generator().manual_seed(0)
    Q = uniform_matrix(3, beta=0.2)
    x = torch.zeros(30_000, dtype=torch.int64)
    for _ in range(4):
        x = discrete_jump(x, Q, generator=generator)
    counted = torch.bincount(x, minlength=3) / len(x)
    assert torch.allclose(counted, cumulative(torch.stack([Q] * 4))[-1][0], atol=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_posterior_is_bayes_rule(kind):
    Q, before = kind(3, beta=0.3), kind(3, beta=0.5)
    for first in range(3):
        for now in range(3):
            joint = torch.tensor([before[first, k] * Q[k, now] for k in range(3)])
            if joint.sum() == 0:
                continue
            x0 = torch.nn.functional.one_hot(torch.tensor([first]), 3).float()
            got = discrete_posterior(x0, torch.tensor([now]), Q, before)
            assert torch.allclose(got[0], joint / joint.sum(), atol=1e-6)
