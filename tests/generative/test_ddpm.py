"""The loss against its definition, the sampler where all is known, and training that reaches the data."""

import pytest
import torch
from torch import nn

from dlbook_lib.generative.ddpm import ancestral_sample, call, noise_loss, train_denoiser
from dlbook_lib.generative.denoiser import MLPDenoiser
from dlbook_lib.generative.exact import exact_noise
from dlbook_lib.generative.schedules import linear_schedule

BARS = linear_schedule(50)


def test_the_loss_is_its_definition():
    generator = torch.Generator().manual_seed(0)
    x0, noise = torch.randn(2, 5, 3, generator=generator)
    t = torch.randint(1, 51, (5,), generator=generator)
    bar = BARS[t][:, None].float()
    x = bar.sqrt() * x0 + (1 - bar).sqrt() * noise
    expected = (x * t[:, None] / 50 - noise).square().mean()
    got = noise_loss(lambda x, t: x * t[:, None] / 50, x0, t, noise, BARS)
    assert got.item() == pytest.approx(expected.item(), rel=1e-5)


def test_the_right_noise_leads_back_to_a_point():
    point = torch.tensor([[1.5, -0.5]])
    x = ancestral_sample(exact_noise(point, BARS, spread=0.0), torch.randn(20, 2), BARS)
    assert torch.allclose(x, point.expand(20, 2), atol=1e-3)


def test_the_way_is_kept_when_asked_and_pixels_are_cut():
    way = ancestral_sample(lambda x, t: 0 * x, torch.ones(3, 2), BARS, keep=True)
    assert way.shape == (51, 3, 2)
    assert ancestral_sample(lambda x, t: -5 + 0 * x, torch.ones(3, 2), BARS, clip=1.0).abs().max() <= 1 + 1e-4


def test_training_finds_two_points():
    torch.manual_seed(0)
    x0 = torch.tensor([[-1.0], [1.0]]).repeat(32, 1)
    network = MLPDenoiser(1, width=32)
    losses = train_denoiser(network, x0, BARS, steps=300, batch_size=128)
    assert sum(losses[-50:]) < 0.6 * sum(losses[:50])
    x = ancestral_sample(network, torch.randn(200, 1), BARS)
    assert ((x.abs() - 1).abs() < 0.3).float().mean() > 0.85
    assert 0.3 < (x > 0).float().mean() < 0.7


def test_training_repeats_itself_and_averages():
    def run(**options):
        torch.manual_seed(0)
        network = MLPDenoiser(1, width=8)
        train_denoiser(network, torch.ones(4, 1), BARS, steps=5, batch_size=8, **options)
        return nn.utils.parameters_to_vector(network.parameters())

    assert torch.equal(run(), run())
    assert not torch.equal(run(), run(seed=1))
    assert not torch.equal(run(), run(average=0.0))


def test_conditions_are_handed_on_and_dropped():
    seen = []

    class Listens(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(()))

        def forward(self, x, t, condition):
            seen.append(condition)
            return self.weight * x

    rows = torch.zeros(10, dtype=torch.int64)
    train_denoiser(Listens(), torch.ones(10, 2), BARS, steps=20, condition=rows, empty=3, drop=0.25)
    values = torch.cat(seen)
    assert set(values.tolist()) == {0, 3}
    assert (values == 3).float().mean().item() == pytest.approx(0.25, abs=0.03)
    assert call(lambda x, t, c: c, torch.zeros(1), 1, torch.ones(1)) == 1
