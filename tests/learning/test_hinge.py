"""Hinge losses against torch, their kink, and the many matrices that share a loss."""

import re

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.learning.hinge import hinge_loss, multiclass_hinge


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("K", [2, 3, 10])
def test_multiclass_hinge_is_that_of_torch_times_the_classes(seed, K):
    scores = draw(20, K, seed=seed)
    y = torch.randint(K, (20,), generator=torch.Generator().manual_seed(seed))
    assert torch.allclose(multiclass_hinge(scores, y), K * F.multi_margin_loss(scores, y))


def test_two_classes_are_the_hinge_of_the_difference():
    scores = draw(20, 2)
    y = torch.arange(20) % 2
    expected = hinge_loss(scores[:, 1] - scores[:, 0], 2.0 * y - 1)
    assert torch.allclose(multiclass_hinge(scores, y), expected)


def test_hinge_is_that_of_a_loop():
    scores, y = draw(9), torch.tensor([1.0, -1, 1, 1, -1, -1, 1, -1, 1], dtype=torch.float64)
    by_hand = sum(max(0.0, 1 - float(t * s)) for s, t in zip(scores, y)) / 9
    assert hinge_loss(scores, y).item() == pytest.approx(by_hand)


def test_one_vector_added_to_every_row_changes_nothing():
    W, X, u = draw(4, 6), draw(30, 6, seed=1), draw(6, seed=2)
    y = torch.arange(30) % 4
    first, second = multiclass_hinge(X @ W.T, y), multiclass_hinge(X @ (W + u).T, y)
    assert (first - second).abs() < 1e-12


def test_a_loss_of_zero_stays_zero_when_weights_grow_and_another_does_not():
    W, X, y = torch.eye(3, dtype=torch.float64) * 2, torch.eye(3, dtype=torch.float64), torch.arange(3)
    assert multiclass_hinge(X @ W.T, y) == 0
    assert multiclass_hinge(X @ (5 * W).T, y) == 0
    worse = multiclass_hinge(X @ W.T, y.flip(0))
    assert multiclass_hinge(X @ (5 * W).T, y.flip(0)) > worse


def test_at_the_kink_the_two_sides_disagree():
    score = torch.ones(1, dtype=torch.float64, requires_grad=True)
    y = torch.ones(1, dtype=torch.float64)
    hinge_loss(score, y).backward()
    h = 1e-6
    with torch.no_grad():
        left = (hinge_loss(score, y) - hinge_loss(score - h, y)) / h
        right = (hinge_loss(score + h, y) - hinge_loss(score, y)) / h
    assert (left.item(), right.item()) == (pytest.approx(-1), 0)
    assert score.grad.item() in (-1, 0, -0.5)  # one of the slopes between


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hinge_loss(draw(2, 2), draw(2)), "scores must have shape (N,), got (2, 2)"),
        (lambda: hinge_loss(draw(2), draw(3)), "y must have shape (2,), got (3,)"),
        (lambda: multiclass_hinge(draw(2), draw(2)), "scores must have shape (N, K), got (2,)"),
        (lambda: multiclass_hinge(draw(2, 2), draw(3)), "y must have shape (2,), got (3,)"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
