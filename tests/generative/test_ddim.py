"""Few steps: against DDPM's posterior, and the law that both chains share."""

import pytest
import torch

from dlbook_lib.generative.ddim import ddim_sample, ddim_step, spaced_times
from dlbook_lib.generative.exact import exact_noise, gaussian_ring
from dlbook_lib.generative.reverse import posterior, predicted_start
from dlbook_lib.generative.schedules import linear_schedule

BARS = linear_schedule(100)
X, E, Z = torch.randn(3, 7, 2, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
def test_between_equal_times_nothing_moves(eta):
    for bar in (torch.tensor(0.3), torch.tensor(1.0)):
        still = ddim_step(X, E, bar=bar, earlier=bar, eta=torch.tensor(eta), fresh=Z)
        assert torch.allclose(still, X, atol=1e-5)


def test_with_all_its_noise_a_step_is_ddpms_posterior():
    t = 40
    mean, variance = posterior(predicted_start(X, E, t, BARS), X, t, BARS)
    got = ddim_step(X, E, bar=BARS[t].float(), earlier=BARS[t - 1].float(), eta=1.0, fresh=Z)
    assert torch.allclose(got, mean + variance.sqrt() * Z, atol=1e-4)


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_the_marginals_are_ddpms_whatever_the_noise(eta):
    """With the true noise put in, the earlier place has the mean and the variance of the jump."""
    generator = torch.Generator().manual_seed(0)
    noise, fresh = torch.randn(2, 100_000, 1, generator=generator)
    bar, earlier = torch.tensor(0.2), torch.tensor(0.7)
    x = bar.sqrt() * 2 + (1 - bar).sqrt() * noise
    got = ddim_step(x, noise, bar=bar, earlier=earlier, eta=eta, fresh=fresh)
    assert got.mean().item() == pytest.approx(2 * earlier.sqrt().item(), abs=0.01)
    assert got.var().item() == pytest.approx(1 - earlier.item(), abs=0.01)


def test_without_noise_it_repeats_itself_and_keeps_the_way():
    network = exact_noise(gaussian_ring(), BARS, spread=0.2)
    first, again = (ddim_sample(network, X, BARS, steps=20, keep=True) for _ in range(2))
    assert torch.equal(first, again)
    assert first.shape == (21, 7, 2)
    assert (torch.cdist(first[-1], gaussian_ring()).min(1).values < 0.8).all()


def test_clipping_bounds_the_result():
    assert ddim_sample(lambda x, t: -9 + 0 * x, X, BARS, steps=5, clip=1.0).abs().max() <= 1 + 1e-5


def test_times_and_bad_input():
    assert spaced_times(1000, 1000) == list(range(1000, -1, -1))
    with pytest.raises(ValueError, match=r"^steps must lie in"):
        spaced_times(10, 11)
    with pytest.raises(ValueError, match=r"^fresh must hold noise"):
        ddim_step(X, E, bar=torch.tensor(0.3), earlier=torch.tensor(0.6), eta=0.5)
