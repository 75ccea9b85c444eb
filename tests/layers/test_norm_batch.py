"""Batch normalization against torch's layers in both modes, through many steps and for all shapes."""

import pytest
import torch
from torch import nn

from dlbook_lib.layers.norm_batch import BatchNorm, batch_norm, batch_norm_loops

SHAPES = {
    nn.BatchNorm1d: [(8, 3), (4, 3, 7)],
    nn.BatchNorm2d: [(4, 3, 5, 6)],
    nn.BatchNorm3d: [(2, 3, 4, 2, 3)],
}
CASES = [(layer, shape) for layer, shapes in SHAPES.items() for shape in shapes]


def draw(*shape, seed=0):
    return 3 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) + 1


def pair(layer, channels=3, **options):
    """Our layer and torch's, with the same γ and β."""
    ours, theirs = BatchNorm(channels, **options), layer(channels, **options)
    gamma, beta = draw(2, channels, seed=9)
    for mine, other, value in ((ours.gamma, theirs.weight, gamma), (ours.beta, theirs.bias, beta)):
        mine.data.copy_(value)
        other.data.copy_(value)
    return ours, theirs


@pytest.mark.parametrize(("layer", "shape"), CASES)
def test_outputs_memory_and_gradients_are_torchs(layer, shape):
    ours, theirs = pair(layer)
    for seed in range(20):
        x, other = (draw(*shape, seed=seed).requires_grad_() for _ in range(2))
        y, expected = ours(x), theirs(other)
        torch.testing.assert_close(y, expected, rtol=0, atol=5e-6)
        weigh = draw(*shape, seed=99)
        (y * weigh).sum().backward()
        (expected * weigh).sum().backward()
        torch.testing.assert_close(x.grad, other.grad, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_var, theirs.running_var)
    torch.testing.assert_close(ours.gamma.grad, theirs.weight.grad, rtol=1e-4, atol=1e-3)
    ours.eval(), theirs.eval()
    x = draw(*shape, seed=50)
    torch.testing.assert_close(ours(x), theirs(x))
    torch.testing.assert_close(ours(x[:1]), theirs(x)[:1])  # a batch of one is welcome now


def test_loops_are_the_function():
    x, gamma, beta = draw(4, 3, 5, 6), draw(3, seed=1), draw(3, seed=2)
    torch.testing.assert_close(
        batch_norm_loops(x, gamma, beta), batch_norm(x, gamma, beta), rtol=1e-5, atol=1e-5
    )


def test_biased_inside_unbiased_in_the_memory():
    x = torch.tensor([[1.0], [3.0]])
    layer = BatchNorm(1, momentum=1.0, eps=0.0)
    assert layer(x).flatten().tolist() == [-1, 1]  # divided by the root of 1, the biased variance
    assert layer.running_var.item() == 2  # the unbiased one
    assert layer.running_mean.item() == 2


def test_gamma_sigma_and_beta_mu_restore_the_input():
    x = draw(64, 5).double()
    gamma = (x.var(0, unbiased=False) + 1e-5).sqrt()
    torch.testing.assert_close(batch_norm(x, gamma, x.mean(0)), x, rtol=0, atol=1e-12)


@pytest.mark.parametrize("a", [0.01, 2.0, 100.0])
def test_scale_and_shift_of_a_channel_leave_no_trace(a):
    x = draw(32, 4, 3).double()
    torch.testing.assert_close(batch_norm(a * x + 7, eps=0.0), batch_norm(x, eps=0.0), rtol=0, atol=1e-9)


def test_the_gradient_is_orthogonal_to_constants_and_to_the_input():
    x = draw(16, 2).double().requires_grad_()
    (batch_norm(x, eps=0.0) * draw(16, 2, seed=3).double()).sum().backward()
    assert x.grad.sum(0).abs().max() < 1e-12
    assert (x.grad * x).sum(0).abs().max() < 1e-11


def test_an_example_depends_on_its_mates_in_training_only():
    layer, x = BatchNorm(3), draw(8, 3)
    assert not torch.allclose(layer(x)[:4], layer(x[:4]))
    layer.eval()
    torch.testing.assert_close(layer(x)[:4], layer(x[:4]))


def test_without_affine_there_is_nothing_to_learn():
    layer = BatchNorm(3, affine=False)
    assert not list(layer.parameters())
    torch.testing.assert_close(layer(draw(8, 3)), batch_norm(draw(8, 3)))


def test_bad_arguments():
    with pytest.raises(ValueError, match="values of a channel must be at least 2, got 1"):
        BatchNorm(3)(torch.zeros(1, 3))
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        nn.BatchNorm1d(3)(torch.zeros(1, 3))
    assert BatchNorm(3)(torch.randn(1, 3, 2)).shape == (1, 3, 2)  # two places are two values
    with pytest.raises(ValueError, match="channels must be at least 1"):
        BatchNorm(0)
    with pytest.raises(ValueError, match="momentum must lie in"):
        BatchNorm(3, momentum=1.5)
