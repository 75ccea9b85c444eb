"""The named kernels against SciPy's filters, and the sums and orientations that their table states."""

import re

import numpy as np
import pytest
import scipy.ndimage
import torch

import dlbook_lib.cnn.kernels as kernels
from dlbook_lib.cnn.convolution import correlate2d
from dlbook_lib.cnn.kernels import KERNELS, kernel

TABLE = dict(re.findall(r"^``([\w-]+)`` +([01])  ", kernels.__doc__, flags=re.MULTILINE))
SEPARABLE = {
    "identity",
    "box",
    "box-5",
    "binomial",
    "binomial-5",
    "prewitt-x",
    "prewitt-y",
    "sobel-x",
    "sobel-y",
}


def picture():
    return torch.rand(12, 13, generator=torch.Generator().manual_seed(0))


def test_the_table_lists_every_kernel_in_order():
    assert list(TABLE) == list(KERNELS)


@pytest.mark.parametrize("name", KERNELS)
def test_sums_are_those_of_the_table(name):
    assert float(kernel(name).sum()) == pytest.approx(int(TABLE[name]), abs=1e-6)
    constant = correlate2d(torch.full((9, 9), 3.0), kernel(name), mode="valid")
    assert torch.allclose(constant, torch.tensor(3.0 * int(TABLE[name])), atol=1e-5)


@pytest.mark.parametrize("name", KERNELS)
def test_rank_one_means_separable(name):
    rank = int(torch.linalg.matrix_rank(kernel(name)))
    assert (rank == 1) == (name in SEPARABLE)


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("identity", lambda image: image),
        ("box", lambda image: scipy.ndimage.uniform_filter(image, 3)),
        ("box-5", lambda image: scipy.ndimage.uniform_filter(image, 5)),
        ("prewitt-x", lambda image: scipy.ndimage.prewitt(image, axis=1)),
        ("prewitt-y", lambda image: scipy.ndimage.prewitt(image, axis=0)),
        ("sobel-x", lambda image: scipy.ndimage.sobel(image, axis=1)),
        ("sobel-y", lambda image: scipy.ndimage.sobel(image, axis=0)),
        ("laplacian", scipy.ndimage.laplace),
        ("sharpen", lambda image: image - scipy.ndimage.laplace(image)),
        ("laplacian-8", lambda image: 9 * scipy.ndimage.uniform_filter(image, 3) - 9 * image),
    ],
)
def test_kernels_are_scipys_filters(name, reference):
    image = picture()
    margin = kernel(name).shape[0] // 2
    inside = reference(image.double().numpy())[margin:-margin, margin:-margin]
    ours = correlate2d(image, kernel(name), mode="valid")
    assert np.allclose(ours.numpy(), inside, atol=1e-5)


def test_binomials_are_boxes_of_two_applied_again_and_again():
    row = np.array([1.0])
    for size, name in ((3, "binomial"), (5, "binomial-5")):
        while len(row) < size:
            row = np.convolve(row, [0.5, 0.5])
        assert np.allclose(kernel(name).numpy(), np.outer(row, row), atol=1e-7)


def test_emboss_answers_to_a_slope_towards_the_lower_right():
    down = torch.arange(5.0).view(5, 1).expand(5, 5)
    middle = kernel("emboss") - kernel("identity")
    slopes = {
        "down": correlate2d(down, middle, mode="valid"),
        "right": correlate2d(down.T, middle, mode="valid"),
    }
    assert all(slope.eq(6).all() for slope in slopes.values())
    assert correlate2d(down - down.T, middle, mode="valid").eq(0).all()


def test_a_kernel_may_be_changed_without_changing_the_table():
    mine = kernel("box")
    mine += 1
    assert torch.equal(KERNELS["box"], torch.ones(3, 3) / 9)
    with pytest.raises(TypeError):
        KERNELS["box"] = mine


def test_an_unknown_name_lists_the_known_ones():
    names = ", ".join(map(repr, KERNELS))
    with pytest.raises(
        ValueError, match=f"^{re.escape(f'name must be one of {names}, got ' + repr('blur'))}$"
    ):
        kernel("blur")
