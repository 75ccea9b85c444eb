"""The lasso against its optimality conditions and scikit-learn; exact zeros on one way, none on the other."""

import pytest
import torch
from sklearn.linear_model import ElasticNet, Lasso

from dlbook_lib.regularize.linear import ridge
from dlbook_lib.regularize.proximal import (
    ista,
    lasso_path,
    prox_elastic_net,
    soft_threshold,
    subgradient_descent,
)


def sparse_problem(seed=0, N=100, D=20):
    stream = torch.Generator().manual_seed(seed)
    X = torch.randn(N, D, dtype=torch.float64, generator=stream)
    truth = torch.zeros(D, dtype=torch.float64)
    truth[:3] = torch.tensor([2.0, -1.5, 1.0])
    return X, X @ truth + 0.3 * torch.randn(N, dtype=torch.float64, generator=stream)


def test_the_proximal_map_minimises_by_search():
    w = torch.linspace(-4, 4, 80_001, dtype=torch.float64)
    for v in (-3.0, -0.4, 0.2, 2.5):
        cost = (w - v).square() / 2 + 0.5 * w.abs() + 0.3 / 2 * w.square()
        found = prox_elastic_net(torch.tensor(v, dtype=torch.float64), l1=0.5, l2=0.3)
        assert found.item() == pytest.approx(w[cost.argmin()].item(), abs=1e-4)
    assert not soft_threshold(torch.tensor([-0.2, 0.2]), 0.5).signbit().any()


@pytest.mark.parametrize("l1", [0.02, 0.1, 0.5])
def test_ista_is_scikit_learns_lasso(l1):
    X, y = sparse_problem()
    theirs = Lasso(alpha=l1, fit_intercept=False, tol=1e-12, max_iter=100_000).fit(X.numpy(), y.numpy())
    ours = ista(X, y, l1=l1)
    assert torch.allclose(ours, torch.from_numpy(theirs.coef_), atol=1e-7)
    assert torch.equal(ours == 0, torch.from_numpy(theirs.coef_) == 0)


def test_the_elastic_net_is_scikit_learns():
    X, y = sparse_problem(1)
    theirs = ElasticNet(alpha=0.3, l1_ratio=1 / 3, fit_intercept=False, tol=1e-12, max_iter=100_000)
    theirs.fit(X.numpy(), y.numpy())
    assert torch.allclose(ista(X, y, l1=0.1, l2=0.2), torch.from_numpy(theirs.coef_), atol=1e-7)


def test_the_optimum_obeys_its_conditions():
    X, y = sparse_problem()
    w = ista(X, y, l1=0.2, steps=3000)
    pull = X.T @ (y - X @ w) / len(X)
    assert (pull.abs() <= 0.2 + 1e-8).all()
    assert torch.allclose(pull[w != 0], 0.2 * w[w != 0].sign(), atol=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_exact_zeros_seventeen_of_twenty_none_and_none(seed):
    X, y = sparse_problem(seed)
    assert int((ista(X, y, l1=0.2) == 0).sum()) == 17
    assert int((subgradient_descent(X, y, l1=0.2, lr=0.01, steps=3000) == 0).sum()) == 0
    assert int((ridge(X, y, 0.2) == 0).sum()) == 0


def test_a_path_begins_empty_and_ends_at_least_squares():
    X, y = sparse_problem()
    strengths = torch.logspace(1, -5, 30)
    path = lasso_path(X, y, strengths)
    assert not path[0].any()
    assert torch.allclose(path[-1], ridge(X, y, 0.0), atol=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_of_two_equal_features_the_lasso_picks_by_its_start_and_the_elastic_net_halves(seed):
    stream = torch.Generator().manual_seed(seed)
    x = torch.randn(60, 1, dtype=torch.float64, generator=stream)
    X, y = torch.cat([x, x], dim=1), 2 * x[:, 0]
    for first in (0, 1):
        start = torch.zeros(2, dtype=torch.float64)
        start[first] = 3
        w = ista(X, y, l1=0.1, start=start)
        assert w[1 - first].abs() < 1e-9
        assert w[first] > 1.5
        a, b = ista(X, y, l1=0.1, l2=0.1, start=start)
        assert (a - b).item() == pytest.approx(0, abs=1e-6)


def test_errors_name_argument_value_and_rule():
    X, y = sparse_problem()
    with pytest.raises(ValueError, match=r"^l1 must be at least 0, got -0.1$"):
        subgradient_descent(X, y, l1=-0.1, lr=0.1, steps=1)
    with pytest.raises(ValueError, match=r"^steps must be at least 1, got 0$"):
        ista(X, y, l1=0.1, steps=0)
