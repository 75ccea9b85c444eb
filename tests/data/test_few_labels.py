"""Small training sets: balanced, drawn from the data, each by itself."""

import pytest
import torch

from dlbook_lib.data.few_labels import few_labels


def test_sets_are_balanced_true_to_their_labels_and_differ():
    labels = torch.arange(300) % 10
    x, y = few_labels(torch.arange(300), labels, per_class=4, copies=3, seed=1)
    assert x.shape == y.shape == (40, 3)
    assert torch.equal(labels[x], y)
    for column in range(3):
        assert y[:, column].bincount().tolist() == [4] * 10
        assert len(x[:, column].unique()) == 40
    assert not torch.equal(x[:, 0], x[:, 1])
    again, _ = few_labels(torch.arange(300), labels, per_class=4, copies=3, seed=1)
    assert torch.equal(x, again)


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^per_class must lie in \[1, 2\], got 3$"):
        few_labels(torch.zeros(4), torch.tensor([0, 0, 1, 1]), per_class=3)
