"""Power iteration against the singular value decomposition and torch's parametrization; convolutions too."""

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm as torchs_spectral_norm

from dlbook_lib.layers.spectral_norm import (
    SpectralNormLinear,
    conv_operator_norm,
    power_iteration,
    spectral_norm,
)


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def top(matrix):
    return torch.linalg.svdvals(matrix)[0]


@pytest.mark.parametrize("seed", range(5))
def test_the_estimate_rises_to_the_largest_singular_value(seed):
    W, v = draw(20, 30, seed=seed).double(), draw(30, seed=100 + seed).double()
    estimates = torch.stack([power_iteration(W, v, steps=k)[0] for k in range(1, 12)])
    assert (estimates[1:] >= estimates[:-1] - 1e-12).all()
    assert estimates[-1] <= top(W) + 1e-12
    sigma, u, v = power_iteration(W, v, steps=3000)
    assert sigma.item() == pytest.approx(top(W).item(), rel=1e-9)
    torch.testing.assert_close(W @ v, sigma * u, rtol=0, atol=1e-5)


def test_the_error_falls_by_the_ratio_of_singular_values_to_the_fourth():
    W = torch.diag(torch.tensor([2.0, 1.8, 0.5], dtype=torch.float64))
    v = torch.tensor([0.1, 1.0, 1.0], dtype=torch.float64)
    errors = [2 - power_iteration(W, v, steps=k)[0].item() for k in range(20, 41)]
    for one, two in pairwise(errors):
        assert two / one == pytest.approx(0.9**4, rel=0.02)


def test_the_layer_follows_torchs_through_training():
    ours, theirs = SpectralNormLinear(6, 4), torchs_spectral_norm(nn.Linear(6, 4))
    weight = theirs.parametrizations.weight
    ours.weight.data, ours.bias.data = weight.original.detach().clone(), theirs.bias.detach().clone()
    ours.u.copy_(weight[0]._u), ours.v.copy_(weight[0]._v)
    steppers = [torch.optim.SGD(layer.parameters(), lr=0.5) for layer in (ours, theirs)]
    for seed in range(10):
        x, y = draw(8, 6, seed=seed), draw(8, 4, seed=seed + 50)
        for layer, stepper in zip((ours, theirs), steppers):
            stepper.zero_grad()
            F.mse_loss(layer(x), y).backward()
            stepper.step()
        torch.testing.assert_close(ours.weight, weight.original)
    torch.testing.assert_close(ours.eval()(x), theirs.eval()(x))
    torch.testing.assert_close(ours.u, weight[0]._u)


def test_the_layer_stretches_nothing():
    layer = SpectralNormLinear(8, 5, warm_up=500).eval()
    assert top(layer.normalized()).item() == pytest.approx(1, abs=1e-4)
    one, two = draw(2, 50, 8)
    assert ((layer(one) - layer(two)).norm(dim=1) <= (one - two).norm(dim=1) + 1e-5).all()


def test_a_kernel_is_laid_out_as_a_matrix():
    kernel = draw(4, 3, 2, 2)
    normalized = spectral_norm(kernel, draw(12, seed=1), steps=500)
    assert top(normalized.flatten(1)).item() == pytest.approx(1, abs=1e-5)
    assert normalized.shape == kernel.shape


def circular_matrix(weight, size):
    """The convolution with wrapped edges, pushed through one unit image after another."""
    C, Kh, Kw = weight.shape[1:]
    units = torch.eye(C * size * size, dtype=weight.dtype).view(-1, C, size, size)
    wrapped = F.pad(units, (0, Kw - 1, 0, Kh - 1), mode="circular")
    return F.conv2d(wrapped, weight).flatten(1).T


@pytest.mark.parametrize("shape", [(1, 1, 3, 3), (3, 2, 3, 3), (2, 4, 2, 3)])
def test_the_norm_of_a_convolution_is_that_of_its_matrix(shape):
    weight = draw(*shape).double()
    expected = top(circular_matrix(weight, 6))
    assert conv_operator_norm(weight, 6).item() == pytest.approx(expected.item(), rel=1e-10)


def test_normalizing_the_kernel_does_not_bound_the_convolution():
    ones = torch.ones(1, 1, 3, 3)
    kernel = spectral_norm(ones, torch.ones(9), steps=1)
    assert top(kernel.flatten(1)).item() == pytest.approx(1)
    assert conv_operator_norm(kernel, 16).item() == pytest.approx(3)  # the root of nine
    for seed in range(5):
        kernel = spectral_norm(draw(8, 8, 3, 3, seed=seed), draw(72, seed=seed), steps=300)
        assert 1.3 < conv_operator_norm(kernel, 16) <= 3


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"weight must have shape \(O, C\)"):
        power_iteration(torch.zeros(2, 2, 2), torch.zeros(2))
    with pytest.raises(ValueError, match=r"v must have shape \(3,\)"):
        power_iteration(torch.zeros(2, 3), torch.zeros(2))
    with pytest.raises(ValueError, match="steps must be at least 1"):
        power_iteration(torch.zeros(2, 3), torch.zeros(3), steps=0)
    with pytest.raises(ValueError, match="weight must have shape"):
        conv_operator_norm(torch.zeros(3, 3), 8)
    with pytest.raises(ValueError, match="size must be at least 5"):
        conv_operator_norm(torch.zeros(1, 1, 3, 5), 4)
    for arguments, name in (((0, 1), "in_features"), ((1, 0), "out_features")):
        with pytest.raises(ValueError, match=f"{name} must be at least 1"):
            SpectralNormLinear(*arguments)
