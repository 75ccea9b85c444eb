"""Continuous time: the equation's moments, the chain it is the limit of, and two ways back to one law."""

import pytest
import torch
from scipy import integrate, stats

from dlbook_lib.generative.exact import mixture_score
from dlbook_lib.generative.schedules import alpha_bars
from dlbook_lib.generative.sde import backward_drift, euler_maruyama, solve_backwards, vp_bar, vp_rate

CENTRES = torch.tensor([[-1.5], [1.0]])


def score(x, bar):
    return mixture_score(x, CENTRES, spread=0.3, bar=bar)


def test_the_share_is_the_integral_of_the_rate():
    for time in (0.1, 0.5, 1.0):
        area = integrate.quad(vp_rate, 0, time)[0]
        assert vp_bar(time).log().item() == pytest.approx(-area, rel=1e-5)


def test_ddpms_chain_becomes_the_equation_as_steps_shrink():
    gaps = []
    for steps in (10, 100, 1000):
        betas = vp_rate((torch.arange(steps, dtype=torch.float64) + 0.5) / steps) / steps
        gaps.append(abs(alpha_bars(betas.clamp(max=0.999))[steps // 2].item() - vp_bar(0.5).item()))
    assert gaps[1] < gaps[0] / 5
    assert gaps[2] < gaps[1] / 5


def test_noising_has_the_right_moments():
    x = euler_maruyama(
        torch.full((20_000, 1), 2.0), stop=0.5, steps=300, generator=torch.Generator().manual_seed(0)
    )
    bar = vp_bar(0.5).item()
    assert x.mean().item() == pytest.approx(2 * bar**0.5, abs=0.03)
    assert x.var().item() == pytest.approx(1 - bar, abs=0.03)


def test_both_ways_back_share_their_law():
    generator = torch.Generator().manual_seed(0)
    z, w = torch.randn(2, 4000, 1, generator=generator)
    truth = CENTRES[torch.randint(2, (4000,), generator=generator)] + 0.3 * torch.randn(
        4000, 1, generator=generator
    )
    ends = [solve_backwards(z, score, steps=200, noisy=False)]
    ends.append(solve_backwards(w, score, steps=400, noisy=True, generator=generator))
    for end in ends:
        assert stats.ks_2samp(end[:, 0].numpy(), truth[:, 0].numpy()).statistic < 0.045


def test_drifts_differ_by_half_the_score():
    x, s = torch.randn(2, 5, 2, generator=torch.Generator().manual_seed(0))
    gap = backward_drift(x, s, 3.0, noisy=True) - backward_drift(x, s, 3.0, noisy=False)
    assert torch.allclose(gap, -1.5 * s)
