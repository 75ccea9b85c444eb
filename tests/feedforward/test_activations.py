"""Activations against torch's own, their largest slopes, their minima, and what happens far out."""

import math

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.feedforward.activations import (
    GALLERY,
    elu,
    gelu,
    largest_slope,
    relu,
    sigmoid,
    slope,
    swish,
    tanh,
)

Z = torch.linspace(-6, 6, 2401, dtype=torch.float64)
TORCHS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "ReLU": F.relu,
    "ELU": F.elu,
    "SiLU": F.silu,
    "GELU": F.gelu,
}


@pytest.mark.parametrize("name", GALLERY)
def test_the_formula_is_torchs(name):
    assert torch.allclose(GALLERY[name](Z), TORCHS[name](Z), rtol=0, atol=1e-12)
    assert torch.allclose(slope(GALLERY[name], Z), slope(TORCHS[name], Z), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", GALLERY)
def test_the_slope_is_that_of_finite_differences(name):
    away = Z[(Z - 0.0).abs() > 1e-3]
    step = 1e-5
    differences = (GALLERY[name](away + step) - GALLERY[name](away - step)) / (2 * step)
    assert torch.allclose(slope(GALLERY[name], away), differences, rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", GALLERY)
def test_far_out_nothing_overflows(name):
    z = torch.tensor([-1e4, -100.0, 100.0, 1e4])
    assert GALLERY[name](z).isfinite().all()
    assert slope(GALLERY[name], z).isfinite().all()


@pytest.mark.parametrize(
    ("name", "expected"), [("sigmoid", 0.25), ("tanh", 1), ("ReLU", 1), ("GELU", 1.129), ("SiLU", 1.100)]
)
def test_the_largest_slopes_of_the_gallery(name, expected):
    assert largest_slope(GALLERY[name])[0] == pytest.approx(expected, abs=5e-4)


def test_slopes_at_zero():
    zero = torch.zeros(1)
    assert slope(sigmoid, zero).item() == 0.25
    assert slope(tanh, zero).item() == 1
    assert slope(relu, zero).item() == 0 == slope(F.relu, zero).item()


def test_tanh_is_the_stretched_sigmoid_and_its_slope_one_minus_its_square():
    assert torch.allclose(torch.tanh(Z), 2 * torch.sigmoid(2 * Z) - 1, rtol=0, atol=1e-14)
    assert torch.allclose(slope(tanh, Z), 1 - tanh(Z) ** 2, rtol=0, atol=1e-12)


def test_ten_sigmoids_shrink_a_gradient_by_a_million():
    assert slope(sigmoid, 10 * torch.randn(1000, 10)).prod(dim=1).max() <= 4.0**-10 == 2**-20
    assert pytest.approx(9.5e-7, rel=0.01) == 4.0**-10


def test_the_sigmoid_reaches_one_by_rounding_only():
    assert sigmoid(torch.tensor(17.0)) == 1 == torch.sigmoid(torch.tensor(17.0))
    assert sigmoid(torch.tensor(17.0, dtype=torch.float64)) < 1


def test_elu_has_a_continuous_slope_for_alpha_one_only():
    below, above = torch.tensor([-1e-9, 1e-9], dtype=torch.float64).split(1)
    for alpha, jump in ((1.0, 0), (0.5, 0.5), (2.0, 1)):
        gap = slope(lambda z, a=alpha: elu(z, alpha=a), below) - slope(
            lambda z, a=alpha: elu(z, alpha=a), above
        )
        assert gap.abs().item() == pytest.approx(jump, abs=1e-6)
        assert torch.allclose(elu(Z, alpha=alpha), F.elu(Z, alpha), rtol=0, atol=1e-12)


def test_swish_runs_from_linear_to_relu_and_dips_once():
    assert torch.equal(swish(Z, beta=0.0), Z / 2)
    assert torch.allclose(swish(Z, beta=1e3), F.relu(Z), rtol=0, atol=1e-3)
    z = torch.linspace(-2, 0, 200_001, dtype=torch.float64)
    lowest = swish(z).argmin()
    assert swish(z)[lowest].item() == pytest.approx(-0.27846, abs=1e-5)
    assert z[lowest].item() == pytest.approx(-1.27846, abs=1e-4)


def test_gelu_is_the_mean_of_a_random_mask_and_its_dip():
    z = torch.tensor([-1.5, -0.3, 0.7, 2.0])
    stream = torch.Generator().manual_seed(0)
    masks = torch.randn(400_000, 1, generator=stream) <= z
    assert torch.allclose((z * masks).mean(0), gelu(z), rtol=0, atol=0.01)
    fine = torch.linspace(-2, 0, 200_001, dtype=torch.float64)
    lowest = gelu(fine).argmin()
    assert gelu(fine)[lowest].item() == pytest.approx(-0.16997, abs=1e-5)
    assert fine[lowest].item() == pytest.approx(-0.7518, abs=1e-4)


def test_the_tanh_form_of_gelu():
    approximate = gelu(Z, approximate="tanh")
    assert torch.allclose(approximate, F.gelu(Z, approximate="tanh"), rtol=0, atol=1e-12)
    assert 1e-4 < (approximate - gelu(Z)).abs().max() < 1e-3


def test_steepest_places():
    assert largest_slope(GALLERY["GELU"])[1] == pytest.approx(math.sqrt(2), abs=1e-3)


def test_bad_arguments():
    with pytest.raises(ValueError, match="approximate must be one of"):
        gelu(Z, approximate="erf")
    with pytest.raises(ValueError, match="alpha must be at least 0"):
        elu(Z, alpha=-1.0)
    with pytest.raises(ValueError, match="reach must be at least 0"):
        largest_slope(relu, reach=-1)
