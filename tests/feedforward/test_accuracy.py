"""Accuracy against a count by hand, and its three answers to ties."""

import pytest
import torch

from dlbook_lib.feedforward.accuracy import sparse_accuracy

STREAM = torch.Generator().manual_seed(0)


def test_it_is_the_manual_count():
    scores, y = torch.randn(200, 5, generator=STREAM), torch.randint(5, (200,), generator=STREAM)
    right = sum(
        max(range(5), key=row.__getitem__) == label for row, label in zip(scores.tolist(), y.tolist())
    )
    for ties in ("first", "share", "wrong"):  # random scores have no ties
        assert sparse_accuracy(scores, y, ties=ties) == right / 200


def test_logits_and_probabilities_score_alike():
    scores, y = torch.randn(50, 4, generator=STREAM), torch.randint(4, (50,), generator=STREAM)
    assert sparse_accuracy(scores, y) == sparse_accuracy(scores.softmax(1), y)


def test_ties():
    scores = torch.tensor([[1.0, 1, 0], [1, 1, 0], [0, 2, 2], [3, 0, 0]])
    y = torch.tensor([0, 1, 0, 0])
    assert sparse_accuracy(scores, y) == 0.5
    assert sparse_accuracy(scores, y, ties="share") == 0.5
    assert sparse_accuracy(scores, y, ties="wrong") == 0.25
    assert sparse_accuracy(scores, y) == (scores.argmax(1) == y).float().mean().item()


def test_a_network_that_answers_zero_everywhere():
    flat, y = torch.zeros(100, 10), torch.arange(100) % 10
    assert sparse_accuracy(flat, y, ties="share") == pytest.approx(0.1)
    assert sparse_accuracy(flat, torch.zeros(100, dtype=torch.int64)) == 1


def test_bad_arguments():
    with pytest.raises(ValueError, match="ties must be one of"):
        sparse_accuracy(torch.zeros(2, 2), torch.zeros(2), ties="last")
    with pytest.raises(ValueError, match="y must have shape"):
        sparse_accuracy(torch.zeros(2, 2), torch.zeros(3))
