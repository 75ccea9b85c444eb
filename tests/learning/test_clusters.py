"""k-means from the same centres as scikit-learn, and the purity of groups by hand."""

import re
from itertools import pairwise

import pytest
import torch
from sklearn.cluster import KMeans

from dlbook_lib.learning.clusters import kmeans, purity


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def clouds(seed=0):
    y = torch.arange(90) % 3
    return draw(90, 2, seed=seed) + 8 * torch.eye(3, 2, dtype=torch.float64)[y], y


@pytest.mark.parametrize("seed", range(5))
def test_clouds_apart_are_found(seed):
    x, y = clouds(seed)
    centres, group = kmeans(x, 3, generator=torch.Generator().manual_seed(seed))
    assert purity(group, y) > 0.99
    for k in range(3):
        assert torch.allclose(centres[k], x[group == k].mean(dim=0))


@pytest.mark.parametrize("seed", range(3))
def test_the_end_is_a_fixed_point_of_scikit_learn(seed):
    x = draw(80, 3, seed=seed)
    centres, group = kmeans(x, 4, rounds=80, generator=torch.Generator().manual_seed(seed))
    theirs = KMeans(4, init=centres.numpy(), n_init=1).fit(x.numpy())
    assert torch.allclose(centres, torch.from_numpy(theirs.cluster_centers_))
    assert torch.equal(group, torch.from_numpy(theirs.labels_).long())


def test_more_rounds_never_raise_the_sum():
    x = draw(80, 3)
    sums = []
    for rounds in range(1, 12):
        centres, group = kmeans(x, 4, rounds=rounds, generator=torch.Generator().manual_seed(0))
        sums.append((x - centres[group]).square().sum().item())
    assert all(after <= before + 1e-9 for before, after in pairwise(sums))


def test_purity_by_hand():
    y = torch.tensor([0, 0, 1, 1, 2, 2])
    assert purity(torch.tensor([0, 0, 1, 1, 2, 2]), y) == 1
    assert purity(torch.tensor([4, 4, 4, 4, 4, 4]), y) == pytest.approx(1 / 3)
    assert purity(torch.tensor([0, 0, 0, 1, 1, 1]), y) == pytest.approx(4 / 6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda g: kmeans(draw(2), 1, generator=g), "x must have shape (N, D), got (2,)"),
        (lambda g: kmeans(draw(2, 1), 3, generator=g), "groups must lie in [1, 2], got 3"),
        (lambda g: kmeans(draw(2, 1), 1, rounds=0, generator=g), "rounds must be at least 1, got 0"),
        (lambda g: purity(torch.zeros(2), torch.zeros(3)), "y must have shape (2,), got (3,)"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call(torch.Generator().manual_seed(0))
