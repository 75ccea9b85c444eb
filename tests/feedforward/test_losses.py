"""Losses against torch, what makes them smallest, and where the naive forms break."""

import math

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.feedforward.losses import (
    absolute_error,
    binary_cross_entropy,
    binary_cross_entropy_logits,
    cross_entropy,
    cross_entropy_dense,
    squared_error,
)
from dlbook_lib.feedforward.softmax import softmax

STREAM = torch.Generator().manual_seed(0)
A, B = torch.randn(2, 30, generator=STREAM)
Z = 3 * torch.randn(40, 10, generator=STREAM)
Y = torch.randint(10, (40,), generator=STREAM)
COIN = torch.randint(2, (30,), generator=STREAM).float()


def test_errors_are_torchs_and_symmetric():
    assert torch.allclose(squared_error(A, B), F.mse_loss(A, B))
    assert torch.allclose(absolute_error(A, B), F.l1_loss(A, B))
    assert squared_error(A, B) == squared_error(B, A)
    one, two = A.clone().requires_grad_(), B.clone().requires_grad_()
    g, h = torch.autograd.grad(squared_error(one, two), (one, two))
    assert torch.allclose(g, -h)


def test_the_best_constant_is_the_mean_and_the_median():
    y = torch.tensor([0.0, 1.0, 1.5, 2.0, 40.0])
    constants = torch.linspace(-1, 41, 4201)
    squares = torch.stack([squared_error(c.expand(5), y) for c in constants])
    sizes = torch.stack([absolute_error(c.expand(5), y) for c in constants])
    assert constants[squares.argmin()].item() == pytest.approx(y.mean().item(), abs=0.011)
    assert constants[sizes.argmin()].item() == pytest.approx(1.5, abs=0.011)


def test_an_outlier_moves_the_mean_by_its_size_over_n():
    moved = B.clone()
    moved[3] += 60
    assert (moved.mean() - B.mean()).item() == pytest.approx(60 / 30, rel=1e-5)
    assert moved.median() - B.median() < 0.5


def test_the_slope_of_the_absolute_error_at_zero_is_zero():
    x = torch.zeros(1, requires_grad=True)
    absolute_error(x, torch.zeros(1)).backward()
    assert x.grad.item() == 0


def test_binary_cross_entropies_are_torchs():
    prob = A.sigmoid()
    assert torch.allclose(binary_cross_entropy(prob, COIN), F.binary_cross_entropy(prob, COIN))
    assert torch.allclose(binary_cross_entropy_logits(A, COIN), F.binary_cross_entropy_with_logits(A, COIN))


def test_the_naive_form_is_nan_at_200_and_the_stable_one_is_not():
    z = torch.tensor([200.0, -200.0])
    for y in (torch.tensor([1.0, 1.0]), torch.tensor([0.0, 1.0])):
        assert not binary_cross_entropy(z.sigmoid(), y).isfinite()
        assert torch.allclose(binary_cross_entropy_logits(z, y), F.binary_cross_entropy_with_logits(z, y))
    assert binary_cross_entropy(z[:1].sigmoid(), torch.ones(1)).isnan()


def test_the_gradient_of_the_logit_is_the_error_also_at_zero():
    z = torch.tensor([0.0, -10.0, 3.0], requires_grad=True)
    binary_cross_entropy_logits(z, torch.ones(3)).backward()
    assert torch.allclose(3 * z.grad, z.detach().sigmoid() - 1, atol=1e-6)
    assert 3 * z.grad[1].item() == pytest.approx(-0.99995, abs=1e-5)


def test_squared_error_on_a_sigmoid_hardly_has_a_gradient_there():
    z = torch.tensor([-10.0], requires_grad=True)
    squared_error(z.sigmoid(), torch.ones(1)).backward()
    assert z.grad.item() == pytest.approx(-9.08e-5, rel=0.01)


def test_cross_entropies_are_torchs():
    assert torch.allclose(cross_entropy(Z, Y), F.cross_entropy(Z, Y), rtol=0, atol=1e-6)
    rows = F.one_hot(Y, 10).float()
    assert torch.allclose(cross_entropy_dense(Z, rows), cross_entropy(Z, Y), atol=1e-6)
    soft = torch.rand(40, 10).softmax(1)
    assert torch.allclose(cross_entropy_dense(Z, soft), F.cross_entropy(Z, soft), atol=1e-6)


def test_the_gradient_is_probability_less_one_hot():
    z = Z.clone().requires_grad_()
    cross_entropy(z, Y).backward()
    assert torch.allclose(40 * z.grad, softmax(Z) - F.one_hot(Y, 10), atol=1e-6)


def test_two_logits_are_one_logit_of_their_difference():
    z = Z[:30, :2]
    binary = binary_cross_entropy_logits(z[:, 1] - z[:, 0], COIN)
    assert torch.allclose(cross_entropy(z, COIN.long()), binary, atol=1e-6)


def test_the_start_and_the_floor_of_a_second_softmax():
    assert cross_entropy(torch.zeros(40, 10), Y).item() == pytest.approx(math.log(10), abs=1e-6)
    sure = F.one_hot(Y, 10).float()  # the best probabilities there are, taken for logits
    assert cross_entropy(sure, Y).item() == pytest.approx(1.4612, abs=5e-5)
    assert math.log(math.e + 9) - 1 == pytest.approx(1.4612, abs=5e-5)


def test_bad_arguments():
    for loss in (squared_error, absolute_error):
        with pytest.raises(ValueError, match=r"target must have shape \(30, 1\)"):
            loss(A[:, None], B)
    with pytest.raises(ValueError, match="y must have shape"):
        cross_entropy(Z, Y[:3])
    with pytest.raises(ValueError, match="target must have shape"):
        cross_entropy_dense(Z, Z[:, :3])
    with pytest.raises(ValueError, match="y must have shape"):
        binary_cross_entropy(A.sigmoid(), COIN[:3])
