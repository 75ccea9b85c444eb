"""The machine against scikit-learn and its own dual: two ways down meet where no weights can be better."""

import re

import pytest
import torch
from sklearn.svm import SVC

from dlbook_lib.learning.kernels import rbf_kernel
from dlbook_lib.learning.svm import (
    support_vectors,
    svm_descend,
    svm_dual,
    svm_dual_objective,
    svm_objective,
)


def clouds(seed, N=40, gap=1.0):
    stream = torch.Generator().manual_seed(seed)
    y = 2.0 * (torch.arange(N, dtype=torch.float64) % 2) - 1
    X = torch.randn(N, 2, dtype=torch.float64, generator=stream)
    X[:, 0] += gap * y
    return torch.cat([X, torch.ones(N, 1, dtype=torch.float64)], dim=1), y


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("strength", [0.05, 0.3])
def test_dual_and_primal_meet(seed, strength):
    X, y = clouds(seed)
    c = svm_dual(X @ X.T, y, strength=strength, sweeps=60)
    w = X.T @ c
    low = svm_dual_objective(c, X @ X.T, y, strength)
    assert (svm_objective(w, X, y, strength) - low).abs() < 1e-8
    descended = svm_descend(X, y, strength=strength, steps=1500)
    assert svm_objective(descended, X, y, strength) - low < 1e-4  # six cases: up to 4e-6
    assert svm_objective(descended, X, y, strength) >= low - 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_kernel_machine_is_that_of_scikit_learn(seed):
    """Theirs has a free bias; with the classes mirrored in the origin it is zero, and the two agree."""
    X, y = clouds(seed, N=30)
    X = torch.cat([X[:, :2], -X[:, :2]])
    y = torch.cat([y, -y])
    K = rbf_kernel(X, X, width=0.7)
    strength = 0.02
    c = svm_dual(K, y, strength=strength, sweeps=300)
    theirs = SVC(C=1 / (2 * strength * len(y)), kernel="precomputed", tol=1e-6).fit(K.numpy(), y.numpy())
    assert abs(theirs.intercept_[0]) < 1e-3
    assert torch.allclose(K @ c, torch.from_numpy(theirs.decision_function(K.numpy())), atol=2e-3)


def test_only_support_vectors_have_a_coefficient():
    X, y = clouds(0, gap=2.0)
    c = svm_dual(X @ X.T, y, strength=0.01, sweeps=150)
    on = support_vectors(X @ (X.T @ c), y)
    assert 3 <= int(on.sum()) < 30
    assert not c[~on].any()
    alone = svm_dual(X[on] @ X[on].T, y[on], strength=0.01 * len(y) / int(on.sum()), sweeps=300)
    assert torch.allclose(X[on].T @ alone, X.T @ c, atol=5e-3)


def test_the_widest_street_by_hand():
    """Two points at -1 and 1: the least norm with both margins met is w = 1."""
    X, y = torch.tensor([[1.0], [-1.0]]).double(), torch.tensor([1.0, -1.0]).double()
    assert svm_descend(X, y, strength=0.1, steps=2000).item() == pytest.approx(1, abs=5e-3)
    c = svm_dual(X @ X.T, y, strength=0.1, sweeps=50)
    assert (X.T @ c).item() == pytest.approx(1)


M, V = torch.eye(3), torch.ones(3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: svm_objective(V, V, V, 1.0), "X must have shape (N, D), got (3,)"),
        (lambda: svm_objective(V[:2], M, V, 1.0), "w must have shape (3,), got (2,)"),
        (lambda: svm_objective(V, M, V, -1.0), "strength must be at least 0, got -1.0"),
        (lambda: svm_descend(M, V, strength=0, steps=9), "strength must be at least 1e-12, got 0"),
        (lambda: svm_descend(M, V, strength=1, steps=1), "steps must be at least 2, got 1"),
        (lambda: svm_dual(M[:2], V, strength=1, sweeps=1), "K must have shape (3, 3), got (2, 3)"),
        (lambda: svm_dual(M, V, strength=1, sweeps=0), "sweeps must be at least 1, got 0"),
        (lambda: svm_dual_objective(V, M[:2], V, 1), "K must have shape (3, 3), got (2, 3)"),
        (lambda: support_vectors(V, V[:2]), "y must have shape (3,), got (2,)"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
