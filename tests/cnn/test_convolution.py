"""Convolution against NumPy, SciPy, the FFT and its algebra; its matrices against torch."""

import re

import numpy as np
import pytest
import scipy.linalg
import scipy.signal
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.convolution import convolution_matrix, convolve1d, convolve2d, correlate2d, toeplitz
from dlbook_lib.cnn.kernels import kernel as named_kernel

LENGTHS = [(1, 1), (1, 5), (5, 1), (4, 4), (7, 3), (3, 7), (20, 9)]


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("lengths", LENGTHS)
def test_convolve1d_is_numpy_torch_and_the_fft(lengths):
    N, M = lengths
    f, g = draw(N, seed=1), draw(M, seed=2)
    result = convolve1d(f, g)
    assert torch.allclose(result, torch.from_numpy(np.convolve(f, g)), atol=1e-12)
    flipped = F.conv1d(f.view(1, 1, N), g.flip(0).view(1, 1, M), padding=M - 1).flatten()
    assert torch.allclose(result, flipped, atol=1e-12)
    n = N + M - 1
    spectrum = torch.fft.rfft(f, n) * torch.fft.rfft(g, n)
    assert torch.allclose(result, torch.fft.irfft(spectrum, n), atol=1e-12)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_convolution_is_commutative_associative_and_bilinear(lengths):
    N, M = lengths
    f, g, h = draw(N, seed=3), draw(M, seed=4), draw(4, seed=5)
    assert torch.allclose(convolve1d(f, g), convolve1d(g, f), atol=1e-12)
    assert torch.allclose(convolve1d(convolve1d(f, g), h), convolve1d(f, convolve1d(g, h)), atol=1e-12)
    assert torch.allclose(
        convolve1d(2 * f + draw(N, seed=6), g),
        2 * convolve1d(f, g) + convolve1d(draw(N, seed=6), g),
        atol=1e-12,
    )


def test_two_boxes_make_a_triangle():
    step = 1 / 200
    box = torch.ones(200, dtype=torch.float64)  # 1 on [0, 1), sampled in the middle of 200 cells
    t = torch.arange(1, 400, dtype=torch.float64) * step
    triangle = 1 - (t - 1).abs()
    assert torch.allclose(convolve1d(box, box) * step, triangle, atol=1e-12)


MODES = ["full", "same", "valid"]
KERNEL_SHAPES = [(1, 1), (3, 3), (2, 2), (4, 3), (3, 4), (5, 1), (1, 6), (6, 7)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("shape", KERNEL_SHAPES)
def test_both_operations_are_those_of_scipy(shape, mode):
    image, kernel = draw(6, 7, seed=7), draw(*shape, seed=8)
    convolved = scipy.signal.convolve2d(image, kernel, mode=mode)
    assert torch.allclose(convolve2d(image, kernel, mode=mode), torch.from_numpy(convolved), atol=1e-12)
    if mode != "same" or all(size % 2 for size in shape):  # for even kernels SciPy's two "same" are not one
        correlated = scipy.signal.correlate2d(image, kernel, mode=mode)
        assert torch.allclose(correlate2d(image, kernel, mode=mode), torch.from_numpy(correlated), atol=1e-12)


def test_the_double_sum_of_the_definition():
    image, kernel = draw(5, 6, seed=9), draw(3, 3, seed=10)
    result = convolve2d(image, kernel, mode="same")
    for m in range(5):
        for n in range(6):
            total = 0.0
            for i in range(-1, 2):  # a kernel centred on 0, as the definition has it
                for j in range(-1, 2):
                    if 0 <= m - i < 5 and 0 <= n - j < 6:
                        total += image[m - i, n - j] * kernel[i + 1, j + 1]
            assert torch.allclose(result[m, n], torch.as_tensor(total), atol=1e-12)


def test_torch_correlates_and_a_symmetric_kernel_hides_it():
    image, kernel = draw(8, 8, seed=11), draw(3, 3, seed=12)
    torchs = F.conv2d(image[None, None], kernel[None, None])[0, 0]
    assert torch.allclose(correlate2d(image, kernel, mode="valid"), torchs, atol=1e-12)
    # Over ten pairs of seeds the largest difference is 3.8 to 14.6.
    assert (convolve2d(image, kernel, mode="valid") - torchs).abs().max() > 1
    symmetric = kernel + kernel.flip(0, 1)
    assert torch.allclose(
        convolve2d(image, symmetric, mode="full"), correlate2d(image, symmetric, mode="full"), atol=1e-12
    )


def test_correlation_is_neither_commutative_nor_associative():
    f, g, h = draw(3, 3, seed=13), draw(3, 3, seed=14), draw(3, 3, seed=15)
    turned = correlate2d(g, f).flip(0, 1)
    assert torch.allclose(correlate2d(f, g), turned, atol=1e-12)  # exchanging the two turns the result
    # Over ten triples of seeds the first gap is 2.4 to 6.7, the second 4.1 to 31.
    assert (correlate2d(f, g) - correlate2d(g, f)).abs().max() > 0.5
    assert (correlate2d(correlate2d(f, g), h) - correlate2d(f, correlate2d(g, h))).abs().max() > 0.5


def test_a_ramp_through_prewitt():
    ramp = torch.arange(5.0).expand(5, 5)
    prewitt = named_kernel("prewitt-x")
    assert correlate2d(ramp, prewitt, mode="valid").eq(6).all()
    assert convolve2d(ramp, prewitt, mode="valid").eq(-6).all()


def test_integers_stay_integers():
    assert convolve1d(torch.tensor([1, 2, 3]), torch.tensor([0, 1])).tolist() == [0, 1, 2, 3]
    result = correlate2d(torch.eye(2, dtype=torch.int64), torch.tensor([[2]]))
    assert result.dtype == torch.int64


@pytest.mark.parametrize("length", [5, 8])
@pytest.mark.parametrize("padding", [0, 1, 3])
def test_toeplitz_is_the_layer_and_its_rows_share_their_weights(length, padding):
    kernel, signal = draw(3, seed=16), draw(length, seed=17)
    matrix = toeplitz(kernel, length, padding=padding)
    layer = F.conv1d(signal.view(1, 1, -1), kernel.view(1, 1, -1), padding=padding).flatten()
    assert torch.allclose(matrix @ signal, layer, atol=1e-12)
    for offset in range(-matrix.shape[0] + 1, matrix.shape[1]):
        assert matrix.diagonal(offset).unique().numel() == 1


def test_toeplitz_is_that_of_scipy_and_counts_as_it_should():
    kernel = draw(3, seed=18)
    first_row = np.concatenate([kernel, np.zeros(61)])
    first_column = np.concatenate([kernel[:1], np.zeros(61)])
    matrix = toeplitz(kernel, 64)
    assert np.array_equal(matrix, scipy.linalg.toeplitz(first_column, first_row))
    assert matrix.count_nonzero() == 3 * 62
    assert matrix.unique().numel() == 4  # three weights and zero in 3,968 entries


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        dict(stride=2),
        dict(stride=(2, 3)),
        dict(padding=1),
        dict(padding=(2, 0), stride=(1, 2)),
        dict(dilation=2, padding=2),
        dict(dilation=(1, 3), stride=(3, 1), padding=(0, 2)),
    ],
)
@pytest.mark.parametrize("shape", [(3, 3), (2, 3), (1, 2)])
def test_convolution_matrix_is_the_layer(shape, arguments):
    kernel, image = draw(*shape, seed=19), draw(7, 8, seed=20)
    layer = F.conv2d(image[None, None], kernel[None, None], **arguments)[0, 0]
    matrix = convolution_matrix(kernel, (7, 8), **arguments)
    assert matrix.shape == (layer.numel(), 56)
    assert torch.allclose(matrix @ image.flatten(), layer.flatten(), atol=1e-12)


def test_convolution_matrix_is_made_of_toeplitz_blocks():
    kernel = draw(2, 3, seed=21)
    matrix = convolution_matrix(kernel, (4, 5))  # blocks of Wo x W = 3 x 5, Ho x H = 3 x 4 of them
    blocks = matrix.unflatten(0, (3, 3)).unflatten(2, (4, 5)).transpose(1, 2)
    for i in range(3):
        for r in range(4):
            tap = r - i
            expected = toeplitz(kernel[tap], 5) if tap in (0, 1) else torch.zeros(3, 5, dtype=torch.float64)
            assert torch.equal(blocks[i, r], expected)


def test_gradients_flow_through_all_of_them():
    for function in (
        lambda f: convolve1d(f, draw(2, seed=24)),
        lambda f: toeplitz(f, 7, padding=1),
        lambda f: correlate2d(f.view(2, 3), draw(2, 2, seed=22), mode="same"),
        lambda f: convolution_matrix(f.view(2, 3), 4),
    ):
        assert torch.autograd.gradcheck(function, draw(6, seed=23).requires_grad_())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: convolve1d(torch.ones(2, 2), torch.ones(2)), "f must have shape (N,), got (2, 2)"),
        (lambda: convolve1d(torch.ones(2), torch.ones(0)), "g must have shape (M,), got (0,)"),
        (
            lambda: correlate2d(torch.ones(1, 4, 4), torch.ones(2, 2)),
            "image must have shape (H, W), got (1, 4, 4)",
        ),
        (lambda: correlate2d(torch.ones(4, 4), torch.ones(2)), "kernel must have shape (Kh, Kw), got (2,)"),
        (lambda: convolve2d(torch.ones(4, 4), torch.ones(2)), "kernel must have shape (Kh, Kw), got (2,)"),
        (
            lambda: convolve2d(torch.ones(4, 4), torch.ones(2, 2), mode="half"),
            "mode must be one of 'full', 'same', 'valid', got 'half'",
        ),
        (
            lambda: correlate2d(torch.ones(4, 4), torch.ones(2, 5), mode="valid"),
            "kernel_size must reach over at most size + 2 * padding = 4 pixels, "
            "got 5, which reaches over 5 with dilation 1",
        ),
        (lambda: toeplitz(torch.ones(2, 2), 4), "kernel must have shape (K,), got (2, 2)"),
        (lambda: toeplitz(torch.ones(2), 0), "length must be at least 1, got 0"),
        (lambda: toeplitz(torch.ones(2), 4, padding=-1), "padding must be at least 0, got -1"),
        (lambda: convolution_matrix(torch.ones(2), 4), "kernel must have shape (Kh, Kw), got (2,)"),
        (lambda: convolution_matrix(torch.ones(2, 2), 0), "size must be at least 1, got 0"),
        (lambda: convolution_matrix(torch.ones(2, 2), 4, stride=0), "stride must be at least 1, got 0"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
