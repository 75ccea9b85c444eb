"""Flow matching: the loss by hand, and a velocity field that is known."""

import pytest
import torch

from dlbook_lib.generative.flow_matching import flow_loss, flow_sample, flow_training_loss
from dlbook_lib.generative.schedules import linear_schedule


def test_the_loss_by_hand():
    x0, x1 = torch.randn(2, 4, 2, generator=torch.Generator().manual_seed(0))
    tau = torch.tensor([0.0, 0.2, 0.5, 1.0])
    x = (1 - tau)[:, None] * x0 + tau[:, None] * x1
    expected = (2 * x - (x1 - x0)).square().mean()
    assert flow_loss(lambda x, t: 2 * x, x0, x1, tau).item() == pytest.approx(expected.item(), rel=1e-5)
    times = []
    flow_training_loss(
        lambda x, t: (times.append(t), x)[1], x1, torch.tensor([1, 2, 3, 4]), x0, linear_schedule(4)
    )
    assert times[0].tolist() == [125.0, 375.0, 625.0, 875.0]


@pytest.mark.parametrize("steps", [1, 3])
def test_to_a_single_point_the_lines_are_straight(steps):
    """Towards one point the best velocity is (p - x) / (1 - tau): any number of steps arrives exactly."""
    point = torch.tensor([[1.5, -0.5]])
    velocity = lambda x, t: (point - x) / (1 - t[:, None] / 1000)  # noqa: E731
    x = flow_sample(velocity, torch.randn(6, 2), steps=steps, keep=True)
    assert x.shape == (steps + 1, 6, 2)
    assert torch.allclose(x[-1], point.expand(6, 2), atol=1e-4)


def test_between_gaussians_the_spread_is_right():
    """From N(0, 1) to N(m, s²) the best velocity is linear; fine steps must end with m and s."""
    m, s = 2.0, 0.5

    def velocity(x, t):
        tau = t[:, None] / 1000
        mean, variance = tau * m, (1 - tau) ** 2 + (tau * s) ** 2
        return m + (tau * s**2 - (1 - tau)) / variance * (x - mean)

    x = flow_sample(velocity, torch.randn(5000, 1, generator=torch.Generator().manual_seed(0)), steps=200)
    assert x.mean().item() == pytest.approx(m, abs=0.03)
    assert x.std().item() == pytest.approx(s, abs=0.02)
