"""The two losses of the paper: against cross-entropy with an eleventh class, and at their limits."""

import re

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.cnn.lenet_losses import penalty_accuracy, rbf_map_loss, rbf_mse_loss


def draw(seed=0, rows=32):
    stream = torch.Generator().manual_seed(seed)
    penalties = 30 * torch.rand(rows, 10, generator=stream, dtype=torch.float64)
    return penalties, torch.randint(10, (rows,), generator=stream)


def test_mse_is_the_mean_squared_distance_to_the_right_code():
    stream = torch.Generator().manual_seed(1)
    x, codes = torch.randn(6, 84, generator=stream), torch.randn(10, 84, generator=stream)
    y = torch.arange(6)
    penalties = torch.cdist(x, codes).square()
    assert torch.allclose(rbf_mse_loss(penalties, y), 84 * F.mse_loss(x, codes[y]), rtol=1e-4)


@pytest.mark.parametrize("rubbish", [0.5, 10.0, 40.0])
def test_map_is_cross_entropy_with_an_eleventh_class(rubbish):
    penalties, y = draw()
    scores = torch.cat([-penalties, torch.full((len(y), 1), -rubbish, dtype=torch.float64)], dim=1)
    assert torch.allclose(rbf_map_loss(penalties, y, rubbish=rubbish), F.cross_entropy(scores, y))


def test_map_is_the_printed_formula():
    penalties, y = draw(2)
    by_hand = penalties[torch.arange(32), y] + torch.log(
        torch.exp(torch.tensor(-20.0)) + torch.exp(-penalties).sum(dim=1)
    )
    assert torch.allclose(rbf_map_loss(penalties, y, rubbish=20), by_hand.mean())


def test_map_pushes_rivals_up_and_leaves_far_ones_alone():
    penalties = torch.tensor([[5.0, 6.0, 200.0]], requires_grad=True)
    rbf_map_loss(penalties, torch.tensor([0]), rubbish=20).backward()
    right, rival, far = penalties.grad[0]
    assert right > 0 > rival  # descent lowers the right penalty and raises the rival's
    assert abs(far) < 1e-20
    penalties.grad = None
    rbf_mse_loss(penalties, torch.tensor([0])).backward()
    assert penalties.grad.tolist() == [[1, 0, 0]]


def test_a_large_penalty_does_not_overflow():
    assert torch.isfinite(rbf_map_loss(torch.full((2, 10), 1e4), torch.tensor([0, 1])))


def test_accuracy_counts_the_smallest():
    assert penalty_accuracy(torch.tensor([[3.0, 1.0], [0.0, 9.0], [5.0, 6.0]]), torch.tensor([1, 0, 1])) == (
        pytest.approx(2 / 3)
    )


P, Y = torch.ones(2, 10), torch.tensor([0, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rbf_mse_loss(P[0], Y), "penalties must have shape (B, N), got (10,)"),
        (lambda: rbf_mse_loss(P, Y[:1]), "y must have shape (2,), got (1,)"),
        (lambda: rbf_map_loss(P, Y, rubbish=0), "rubbish must be above 0, got 0"),
        (lambda: penalty_accuracy(P, Y[:1]), "y must have shape (2,), got (1,)"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
