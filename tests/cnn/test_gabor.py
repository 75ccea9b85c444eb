"""Gabor kernels by their properties, and cells against torch and against a pattern that moves."""

import re

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.gabor import complex_cells, gabor, gabor_bank, simple_cells


def grating(orientation, *, size=25, wavelength=4.0, phase=0.0):
    """A wave over the whole picture, made without the library."""
    place = torch.arange(size) - size // 2
    theta = torch.deg2rad(torch.tensor(float(orientation)))
    across = place[None, :] * theta.cos() + place[:, None] * theta.sin()
    return torch.cos(2 * torch.pi / wavelength * across + phase)[None, None]


@pytest.mark.parametrize("orientation", [0, 30, 90, 135])
@pytest.mark.parametrize("phase", [0, 90])
def test_weights_sum_to_nothing_and_have_length_one(orientation, phase):
    kernel = gabor(9, orientation=orientation, phase=phase)
    assert abs(kernel.sum()) < 1e-5
    assert torch.allclose(kernel.norm(), torch.tensor(1.0))


def test_a_quarter_turn_of_the_orientation_transposes_the_kernel():
    assert torch.allclose(gabor(9, orientation=90), gabor(9).T, rtol=0, atol=1e-6)


def test_even_and_odd_phases_are_symmetric_and_antisymmetric():
    even, odd = gabor(9), gabor(9, phase=90)
    assert torch.allclose(even, even.flip(1), rtol=0, atol=1e-6)
    assert torch.allclose(odd, -odd.flip(1), rtol=0, atol=1e-6)


def test_simple_cells_are_a_rectified_convolution():
    x = torch.randn(2, 1, 15, 13, generator=torch.Generator().manual_seed(0))
    bank = gabor_bank(5, orientations=4)
    assert torch.allclose(simple_cells(x, bank), F.relu(F.conv2d(x, bank)), rtol=0, atol=1e-5)


@pytest.mark.parametrize("number", range(4))
def test_the_cell_of_the_right_orientation_answers_most(number):
    bank = gabor_bank(9, orientations=4)
    strongest = simple_cells(grating(45 * number), bank).amax(dim=(2, 3))[0]
    assert strongest.argmax() == number
    assert strongest[number] > 2 * strongest.sort().values[-2]


def test_complex_cells_ignore_a_bar_that_moves_inside_their_region():
    bank = gabor_bank(7, orientations=4)

    def bar(column):
        x = torch.zeros(1, 1, 30, 30)
        x[..., column] = 1
        return x

    # Upright cells centred at columns 12 to 15 form one region (7 // 2 = 3 columns are lost at the left).
    answers = [complex_cells(bar(column), bank, pool=12)[0, 0, 0, 0] for column in range(6, 12)]
    assert torch.stack(answers).std() < 1e-5
    single = torch.stack([simple_cells(bar(column), bank)[0, 0, 6, 6] for column in range(6, 12)])
    assert single.max() - single.min() > 0.9 * single.max()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gabor(4), "size must be odd, got 4"),
        (lambda: gabor(1), "size must be at least 3, got 1"),
        (lambda: gabor(5, wavelength=1), "wavelength must be at least 2, got 1"),
        (lambda: gabor(5, sigma=0), "sigma must be above 0, got 0"),
        (lambda: gabor_bank(5, orientations=0), "orientations must be at least 1, got 0"),
        (
            lambda: simple_cells(torch.ones(1, 3, 9, 9), gabor_bank(5, orientations=2)),
            "x must have shape (B, 1, H, W), got (1, 3, 9, 9)",
        ),
        (
            lambda: complex_cells(torch.ones(1, 1, 9, 9), torch.ones(2, 5, 5), pool=2),
            "bank must have shape (N, 1, K, K'), got (2, 5, 5)",
        ),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
