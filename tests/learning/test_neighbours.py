"""Neighbours against scikit-learn, and what one neighbour remembers."""

import re

import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from dlbook_lib.learning.neighbours import nearest, neighbour_mean, neighbour_vote


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("count", [1, 3, 7])
def test_both_are_those_of_scikit_learn(count):
    examples, x = draw(50, 3), draw(20, 3, seed=1)
    y = (examples[:, 0] > 0).long() + (examples[:, 1] > 0).long()
    mean = KNeighborsRegressor(count).fit(examples.numpy(), examples[:, 2].numpy()).predict(x.numpy())
    vote = KNeighborsClassifier(count).fit(examples.numpy(), y.numpy()).predict(x.numpy())
    ours = neighbour_mean(x, examples, examples[:, 2], count=count)
    assert torch.allclose(ours, torch.from_numpy(mean))
    assert torch.equal(neighbour_vote(x, examples, y, count=count), torch.from_numpy(vote))


def test_one_neighbour_remembers_the_training_set_and_all_are_its_mean():
    x, y = draw(30, 2), draw(30, seed=1)
    assert torch.equal(neighbour_mean(x, x, y, count=1), y)
    assert torch.equal(nearest(x, x, count=2)[:, 0], torch.arange(30))
    assert torch.allclose(neighbour_mean(x, x, y, count=30), y.mean().expand(30))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nearest(draw(2), draw(2, 1), count=1), "x must have shape (M, D), got (2,)"),
        (lambda: nearest(draw(2, 1), draw(2, 2), count=1), "examples must have shape (N, 1), got (2, 2)"),
        (lambda: nearest(draw(2, 1), draw(2, 1), count=3), "count must lie in [1, 2], got 3"),
        (
            lambda: neighbour_mean(draw(2, 1), draw(2, 1), draw(3), count=1),
            "y must have shape (2,), got (3,)",
        ),
        (
            lambda: neighbour_vote(draw(2, 1), draw(2, 1), draw(3), count=1),
            "y must have shape (2,), got (3,)",
        ),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
