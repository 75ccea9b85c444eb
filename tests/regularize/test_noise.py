"""Noise on inputs against its variance, noise on weights against its second derivative."""

import pytest
import torch
from torch import nn

from dlbook_lib.regularize.noise import add_noise, noise_variance, noisy_weights, sharpness


def test_the_variances_add_up_over_all_inputs():
    w, sigma = torch.tensor([1.0, -0.5, 2.0]), torch.tensor([0.5, 0.3, 0.2])
    assert noise_variance(w[None], sigma).item() == pytest.approx(0.4325)
    x = torch.tensor([1.0, 2.0, 0.3]).expand(1_000_000, 3)
    y = add_noise(x, sigma, generator=torch.Generator().manual_seed(0)) @ w
    assert y.var().item() == pytest.approx(0.4325, rel=0.005)
    target = 1.9  # squared loss rises by just that variance
    still = (x[0] @ w - target).square().item()
    assert (y - target).square().mean().item() == pytest.approx(still + 0.4325, rel=0.01)


def test_old_weights_come_back_bit_for_bit_even_after_an_error():
    layer = nn.Linear(3, 2)
    before = layer.weight.clone()

    def fail():
        with noisy_weights(layer, 0.5):
            assert not torch.equal(layer.weight, before)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert torch.equal(layer.weight, before)


@pytest.mark.parametrize("curvature", [0.5, 4.0])
def test_sharpness_is_half_the_trace_of_the_curvature(curvature):
    layer = nn.Linear(10, 1, bias=False)
    nn.init.zeros_(layer.weight)
    stream = torch.Generator().manual_seed(0)
    measured = sharpness(
        layer, lambda m: curvature / 2 * m.weight.square().sum(), 0.1, draws=2000, generator=stream
    )
    assert measured == pytest.approx(curvature / 2 * 10 * 0.01, rel=0.05)


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^std must have shape \(3,\), got \(2,\)$"):
        noise_variance(torch.ones(1, 3), torch.ones(2))
    with pytest.raises(ValueError, match=r"^draws must be at least 1, got 0$"):
        sharpness(nn.Linear(1, 1), lambda m: torch.zeros(()), 0.1, draws=0)
