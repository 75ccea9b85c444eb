"""Gradients written out, against autograd through torch's own operators."""

import random
import re

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.backward import avg_pool2d_gradient, conv2d_gradients, max_pool2d_gradient
from dlbook_lib.cnn.conv_layer import unfold_patches
from dlbook_lib.cnn.transposed import insert_zeros


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_convolution_on_200_random_layers():
    chance = random.Random(0)
    compared = 0
    while compared < 200:
        H, W, Kh, Kw = (chance.randint(1, high) for high in (9, 9, 4, 4))
        stride, padding, dilation = (
            (chance.randint(low, high), chance.randint(low, high)) for low, high in ((1, 4), (0, 3), (1, 3))
        )
        if dilation[0] * (Kh - 1) >= H + 2 * padding[0] or dilation[1] * (Kw - 1) >= W + 2 * padding[1]:
            continue
        B, C, maps = chance.randint(1, 3), chance.randint(1, 3), chance.randint(1, 3)
        options = dict(stride=stride, padding=padding, dilation=dilation)
        x = draw(B, C, H, W, seed=compared).requires_grad_()
        weight = draw(maps, C, Kh, Kw, seed=compared + 1000).requires_grad_()
        bias = draw(maps, seed=compared + 2000).requires_grad_()
        y = F.conv2d(x, weight, bias, **options)
        grad_output = draw(*y.shape, seed=compared + 3000)
        expected = torch.autograd.grad(y, (x, weight, bias), grad_output)
        with torch.no_grad():
            ours = conv2d_gradients(x, weight, grad_output, **options)
        for name, ours_, expected_ in zip(("x", "weight", "bias"), ours, expected):
            assert ours_.shape == expected_.shape, (name, options)
            assert torch.allclose(ours_, expected_, rtol=0, atol=1e-11), (name, options)
        compared += 1


def test_the_formulas_with_a_turned_kernel_and_inserted_zeros():
    x, weight = draw(1, 1, 7, 7, seed=1), draw(1, 1, 3, 3, seed=2)
    delta = draw(1, 1, 3, 3, seed=3)  # what a layer of stride 2 hands back
    gradients = conv2d_gradients(x, weight, delta, stride=2)
    spread = insert_zeros(delta, 2)
    assert torch.allclose(gradients.x, F.conv2d(spread, weight.flip(2, 3), padding=2), rtol=0, atol=1e-12)
    assert torch.allclose(gradients.weight, F.conv2d(x, spread), rtol=0, atol=1e-12)


def test_the_gradient_of_the_kernels_in_the_matrix_of_patches():
    x, delta = draw(2, 3, 6, 6, seed=4), draw(2, 4, 4, 4, seed=5)
    columns = unfold_patches(x, 3)
    as_matrix = torch.einsum("bol,bkl->ok", delta.flatten(2), columns)
    ours = conv2d_gradients(x, draw(4, 3, 3, 3, seed=6), delta).weight
    assert torch.allclose(ours.flatten(1), as_matrix, rtol=0, atol=1e-12)


WINDOWS = [(2, None), (3, None), ((2, 3), None), (3, 2), (2, 1), ((3, 1), (1, 2)), (2, 3)]


@pytest.mark.parametrize(("kernel_size", "stride"), WINDOWS)
def test_max_pooling(kernel_size, stride):
    x = draw(2, 3, 7, 8, seed=7).requires_grad_()
    values, indices = F.max_pool2d(x, kernel_size, stride, return_indices=True)
    grad_output = draw(*values.shape, seed=8)
    (expected,) = torch.autograd.grad(values, x, grad_output)
    assert torch.allclose(max_pool2d_gradient(grad_output, indices, (7, 8)), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("kernel_size", "stride"), WINDOWS)
def test_average_pooling(kernel_size, stride):
    x = draw(2, 3, 7, 8, seed=9).requires_grad_()
    means = F.avg_pool2d(x, kernel_size, stride)
    grad_output = draw(*means.shape, seed=10)
    (expected,) = torch.autograd.grad(means, x, grad_output)
    ours = avg_pool2d_gradient(grad_output, (7, 8), kernel_size, stride=stride)
    assert torch.allclose(ours, expected, rtol=0, atol=1e-12)


X, W = torch.ones(1, 2, 4, 4), torch.ones(3, 2, 2, 2)
G, AT = torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2, dtype=torch.int64)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conv2d_gradients(X[0], W, G), "x must have shape (B, C, H, W), got (2, 4, 4)"),
        (lambda: conv2d_gradients(X, W[:, :1], G), "weight must have shape (O, 2, Kh, Kw), got (3, 1, 2, 2)"),
        (lambda: conv2d_gradients(X, W, G), "grad_output must have shape (1, 3, 3, 3), got (1, 1, 2, 2)"),
        (lambda: conv2d_gradients(X, W, G, stride=(0, 1)), "stride must be at least 1, got 0"),
        (
            lambda: max_pool2d_gradient(G[0], AT, 4),
            "grad_output must have shape (B, C, Ho, Wo), got (1, 2, 2)",
        ),
        (lambda: max_pool2d_gradient(G, AT[0], 4), "indices must have shape (1, 1, 2, 2), got (1, 2, 2)"),
        (
            lambda: max_pool2d_gradient(G, AT.int(), 4),
            "indices.dtype must be one of torch.int64, got torch.int32",
        ),
        (lambda: max_pool2d_gradient(G, AT, 0), "size must be at least 1, got 0"),
        (lambda: avg_pool2d_gradient(G, 6, 2), "grad_output must have shape (B, C, 3, 3), got (1, 1, 2, 2)"),
        (lambda: avg_pool2d_gradient(G, 4, 2, stride=0), "stride must be at least 1, got 0"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
