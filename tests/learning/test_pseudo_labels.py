"""Pseudo-labels on cases by hand, and the gain on two clusters of which one example each has a label."""

import re

import pytest
import torch

from dlbook_lib.learning.pseudo_labels import pseudo_labels, self_train


def test_the_likeliest_class_is_kept_from_the_threshold_on():
    logits = torch.tensor([[3.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 9.0, 0.0]]).log1p()
    probability = logits.softmax(dim=1).amax(dim=1)
    labels, kept = pseudo_labels(logits, threshold=probability[0].item() - 1e-6)
    assert labels.tolist() == [0, 0, 1]
    assert kept.tolist() == [True, False, True]
    assert pseudo_labels(logits, threshold=0)[1].all()
    assert not pseudo_labels(logits, threshold=1)[1].any()


def nearest_mean(x, y):
    means = torch.stack([x[y == k].mean(dim=0) for k in (0, 1)])
    return lambda places: -10 * torch.cdist(places, means)


@pytest.mark.parametrize("seed", range(5))
def test_clusters_are_found_from_one_label_each(seed):
    stream = torch.Generator().manual_seed(seed)
    y = torch.arange(200) % 2
    x = torch.randn(200, 2, generator=stream) + 2.5 * torch.stack([2.0 * y - 1, 0 * y], dim=1)
    few = torch.tensor([[-4.0, 3.0], [4.0, -3.0]]), torch.tensor([0, 1])  # the border starts askew
    results = self_train(nearest_mean, few, x, rounds=3, threshold=0.9)
    right = [(model(x).argmax(dim=1) == y).float().mean().item() for model, _ in results]
    # Over ten seeds 0.96 to 1.00 at first, and 0.98 to 1.00 after three rounds.
    assert right[-1] >= right[0]
    assert right[-1] > 0.97
    assert [len(taken) for _, taken in results] == [200] * 4
    assert not results[0][1].any()


def test_no_round_is_plain_training():
    few = torch.tensor([[0.0], [1.0]]), torch.tensor([0, 1])
    ((model, taken),) = self_train(nearest_mean, few, torch.zeros(3, 1), rounds=0)
    assert model(torch.tensor([[0.1]])).argmax() == 0
    assert not taken.any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pseudo_labels(torch.zeros(3)), "logits must have shape (N, K), got (3,)"),
        (lambda: pseudo_labels(torch.zeros(3, 2), threshold=2), "threshold must lie in [0, 1], got 2"),
        (lambda: self_train(nearest_mean, (), (), rounds=-1), "rounds must be at least 0, got -1"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
