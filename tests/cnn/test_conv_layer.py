"""All rungs of the layer against torch, and the identities that the chapter states."""

import random
import re

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.conv_layer import conv1d, conv2d_loops, conv2d_matmul, unfold_patches


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def configurations(count, *, largest, seed):
    """Random layers in which the kernel fits: shapes, and the three options as int or pair."""
    chance = random.Random(seed)
    found = []
    while len(found) < count:
        H, W = chance.randint(1, largest), chance.randint(1, largest)
        Kh, Kw = chance.randint(1, 4), chance.randint(1, 4)
        stride, padding, dilation = (
            (chance.randint(low, high), chance.randint(low, high)) for low, high in ((1, 3), (0, 3), (1, 3))
        )
        if dilation[0] * (Kh - 1) >= H + 2 * padding[0] or dilation[1] * (Kw - 1) >= W + 2 * padding[1]:
            continue
        if chance.random() < 0.2:  # every option also as one number
            stride, padding, dilation = stride[0], 3, 1
        B, C, maps = chance.randint(1, 2), chance.randint(1, 3), chance.randint(1, 3)
        options = dict(stride=stride, padding=padding, dilation=dilation)
        found.append(((B, C, H, W), (maps, C, Kh, Kw), chance.random() < 0.5, options))
    return found


def test_the_rungs_agree_on_300_random_layers():
    for number, (x_shape, w_shape, with_bias, options) in enumerate(configurations(300, largest=6, seed=1)):
        x, weight = draw(*x_shape, seed=number), draw(*w_shape, seed=number + 1000)
        bias = draw(w_shape[0], seed=number + 2000) if with_bias else None
        torchs = F.conv2d(x, weight, bias, **options)
        with torch.no_grad():
            loops = conv2d_loops(x, weight, bias, **options)
        assert loops.shape == torchs.shape
        assert torch.allclose(loops, torchs, rtol=0, atol=1e-12), (x_shape, w_shape, options)
        assert torch.allclose(conv2d_matmul(x, weight, bias, **options), torchs, rtol=0, atol=1e-12)


def test_the_rungs_agree_in_single_precision():
    for number, (x_shape, w_shape, _, options) in enumerate(configurations(50, largest=6, seed=2)):
        x, weight = draw(*x_shape, seed=number).float(), draw(*w_shape, seed=number + 1000).float()
        torchs = F.conv2d(x, weight, **options)
        for rung in conv2d_loops, conv2d_matmul:
            result = rung(x, weight, **options)
            assert result.dtype == torch.float32
            assert torch.allclose(result, torchs, rtol=0, atol=1e-5)  # largest over ten seeds: 1.9e-6


@pytest.mark.parametrize(("stride", "shape"), [((1, 1), (5, 5)), ((2, 3), (3, 2)), ((3, 2), (2, 3))])
def test_stride_is_vertical_first(stride, shape):
    x, weight = draw(1, 2, 7, 9), draw(2, 2, 3, 5)
    assert conv2d_loops(x, weight, stride=stride).shape[2:] == shape
    assert conv2d_matmul(x, weight, stride=stride).shape[2:] == shape


def test_unfold_is_that_of_torch():
    for number, (x_shape, w_shape, _, options) in enumerate(configurations(100, largest=9, seed=3)):
        x = draw(*x_shape, seed=number)
        columns = unfold_patches(x, w_shape[2:], **options)
        assert torch.equal(columns, F.unfold(x, w_shape[2:], **options))


def test_each_pixel_stands_in_as_many_columns_as_windows_see_it():
    columns = unfold_patches(torch.arange(16).view(1, 1, 4, 4), 3)
    counts = columns.flatten().bincount(minlength=16).view(4, 4)
    assert counts.tolist() == [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]]


@pytest.mark.parametrize("rung", [conv2d_loops, conv2d_matmul])
def test_gradients_by_finite_differences(rung):
    x, weight, bias = (draw(*shape, seed=4).requires_grad_() for shape in ((1, 2, 4, 5), (2, 2, 2, 3), (2,)))
    options = dict(stride=(2, 1), padding=(1, 0), dilation=(1, 2))
    assert torch.autograd.gradcheck(lambda *inputs: rung(*inputs, **options), (x, weight, bias))


def test_a_strided_layer_is_the_dense_one_read_at_every_other_place():
    x, weight = draw(2, 3, 9, 10), draw(4, 3, 3, 3)
    dense = conv2d_matmul(x, weight, padding=1)
    strided = conv2d_matmul(x, weight, padding=1, stride=(2, 3))
    assert torch.allclose(strided, dense[:, :, ::2, ::3], rtol=0, atol=1e-12)


def test_a_dilated_layer_is_the_layer_of_a_kernel_with_holes():
    x, weight = draw(2, 3, 9, 9), draw(4, 3, 3, 3)
    holes = torch.zeros(4, 3, 5, 5, dtype=torch.float64)
    holes[:, :, ::2, ::2] = weight
    dilated = conv2d_matmul(x, weight, dilation=2)
    assert torch.allclose(dilated, conv2d_matmul(x, holes), rtol=0, atol=1e-12)
    assert dilated.shape[2:] == (5, 5)


def test_a_circular_layer_commutes_with_every_shift():
    x, weight = draw(1, 2, 6, 7), draw(3, 2, 3, 3)

    def layer(image):
        return conv2d_matmul(F.pad(image, (1, 1, 1, 1), mode="circular"), weight)

    for shift in (1, 0), (0, 1), (2, 3), (5, 6):
        shifted = layer(x.roll(shift, dims=(2, 3)))
        assert torch.allclose(shifted, layer(x).roll(shift, dims=(2, 3)), rtol=0, atol=1e-12)


def test_conv1d_is_that_of_torch_on_200_random_layers():
    chance = random.Random(5)
    compared = 0
    while compared < 200:
        T, K = chance.randint(1, 12), chance.randint(1, 5)
        stride, padding, dilation = chance.randint(1, 3), chance.randint(0, 3), chance.randint(1, 3)
        if dilation * (K - 1) >= T + 2 * padding:
            continue
        x, weight = draw(2, 3, T, seed=compared), draw(4, 3, K, seed=compared + 1000)
        bias = draw(4, seed=compared + 2000) if compared % 2 else None
        options = dict(stride=stride, padding=padding, dilation=dilation)
        torchs = F.conv1d(x, weight, bias, **options)
        assert torch.allclose(conv1d(x, weight, bias, **options), torchs, rtol=0, atol=1e-12)
        compared += 1


X, W = torch.ones(1, 2, 4, 4), torch.ones(3, 2, 2, 2)


@pytest.mark.parametrize("rung", [conv2d_loops, conv2d_matmul])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(x=X[0], weight=W), "x must have shape (B, C, H, W), got (2, 4, 4)"),
        (dict(x=X, weight=W[:, :1]), "weight must have shape (O, 2, Kh, Kw), got (3, 1, 2, 2)"),
        (dict(x=X, weight=W, bias=torch.ones(2)), "bias must have shape (3,), got (2,)"),
        (dict(x=X, weight=W, stride=0), "stride must be at least 1, got 0"),
        (dict(x=X, weight=W, padding=(0, -1)), "padding must be at least 0, got -1"),
        (
            dict(x=X, weight=W, dilation=(1, 4)),
            "kernel_size must reach over at most size + 2 * padding = 4 pixels, "
            "got 2, which reaches over 5 with dilation 4",
        ),
    ],
)
def test_errors_name_argument_value_and_rule(rung, arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        rung(**arguments)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: unfold_patches(X[0], 2), "x must have shape (B, C, H, W), got (2, 4, 4)"),
        (lambda: unfold_patches(X, 0), "kernel_size must be at least 1, got 0"),
        (
            lambda: unfold_patches(X, (2, 5)),
            "kernel_size must reach over at most size + 2 * padding = 4 pixels, "
            "got 5, which reaches over 5 with dilation 1",
        ),
        (lambda: conv1d(X, W), "x must have shape (B, C, T), got (1, 2, 4, 4)"),
        (lambda: conv1d(X[0], W[0]), "weight must have shape (O, 4, K), got (2, 2, 2)"),
        (lambda: conv1d(X[0], torch.ones(1, 4, 2), stride=0), "stride must be at least 1, got 0"),
    ],
)
def test_the_other_errors(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
