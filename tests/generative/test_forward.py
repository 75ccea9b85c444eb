"""Step by step and at once: the same law, by moments and by the test of Kolmogorov and Smirnov."""

import pytest
import torch
from scipy import stats

from dlbook_lib.generative.forward import coefficient, jump, noising_step, walk
from dlbook_lib.generative.schedules import linear_schedule

BARS = linear_schedule()


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_step_preserves_variance_one():
    x = torch.randn(200_000, generator=stream())
    for beta in (1e-4, 0.02, 0.5):
        after = noising_step(x, torch.randn(200_000, generator=stream(1)), beta=beta)
        assert after.var().item() == pytest.approx(1, abs=0.02)


def test_walk_and_jump_have_the_formulas_moments():
    x0 = 2 + 0.5 * torch.randn(20_000, 1, generator=stream(), dtype=torch.float64)
    bar = BARS[500].item()
    mean, variance = 2 * bar**0.5, 1 - bar + 0.25 * bar
    assert (round(mean, 3), round(variance, 3)) == (0.561, 0.941)
    walked = walk(x0, 500, BARS, generator=stream(1))
    jumped = jump(x0, torch.randn(x0.shape, generator=stream(2), dtype=torch.float64), 500, BARS)
    for x in (walked, jumped):
        assert x.mean().item() == pytest.approx(mean, abs=0.03)
        assert x.var().item() == pytest.approx(variance, abs=0.04)
    assert stats.ks_2samp(walked[:, 0].numpy(), jumped[:, 0].numpy()).pvalue > 0.01


def test_without_the_bar_the_jump_stays_at_the_data():
    alpha = BARS[500] / BARS[499]
    mean, variance = 2 * alpha.sqrt(), 1 - alpha + 0.25 * alpha
    assert mean.item() == pytest.approx(1.99, abs=1e-3)
    assert variance.item() == pytest.approx(0.258, abs=1e-3)


def test_every_example_can_have_its_own_time():
    x0, noise, t = torch.ones(3, 2, 2), torch.zeros(3, 2, 2), torch.tensor([1, 500, 1000])
    for row, time in enumerate(t.tolist()):
        alone = jump(x0[row : row + 1], noise[row : row + 1], time, BARS)
        assert torch.allclose(jump(x0, noise, t, BARS)[row], alone[0])
    assert coefficient(BARS, t, x0).shape == (3, 1, 1)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"^noise must have shape"):
        jump(torch.zeros(2, 2), torch.zeros(2, 3), 1, BARS)
    with pytest.raises(ValueError, match=r"^t must lie in"):
        walk(torch.zeros(1, 1), 1001, BARS)
