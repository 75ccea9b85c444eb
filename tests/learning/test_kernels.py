"""The Gaussian kernel against scikit-learn, its features, and kernel ridge against ridge on features."""

import re

import pytest
import torch
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import rbf_kernel as theirs

from dlbook_lib.learning.kernels import kernel_ridge, rbf_feature_map, rbf_kernel


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_kernel_is_that_of_scikit_learn():
    x, other = draw(6, 3), draw(4, 3, seed=1)
    expected = theirs(x.numpy(), other.numpy(), gamma=1 / (2 * 0.7**2))
    assert torch.allclose(rbf_kernel(x, other, width=0.7), torch.from_numpy(expected))


def test_kernel_matrices_are_positive():
    x = draw(20, 2)
    assert torch.linalg.eigvalsh(rbf_kernel(x, x, width=1.0)).min() > -1e-12
    assert torch.equal(rbf_kernel(x, x, width=1.0).diagonal(), torch.ones(20, dtype=torch.float64))


def test_products_of_features_approach_the_kernel():
    x = draw(15)
    K = rbf_kernel(x[:, None], x[:, None], width=1.0)
    gaps = []
    for order in (2, 5, 10, 40):
        features = rbf_feature_map(x, width=1.0, order=order)
        gaps.append((features @ features.T - K).abs().max().item())
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > 0.1
    assert gaps[-1] < 1e-12


def test_kernel_ridge_is_that_of_scikit_learn():
    x, y, new = draw(12, 2), draw(12, seed=1), draw(5, 2, seed=2)
    c = kernel_ridge(rbf_kernel(x, x, width=0.5), y, strength=0.1)
    model = KernelRidge(alpha=0.1, kernel="rbf", gamma=1 / (2 * 0.5**2)).fit(x.numpy(), y.numpy())
    assert torch.allclose(rbf_kernel(new, x, width=0.5) @ c, torch.from_numpy(model.predict(new.numpy())))


def test_kernel_ridge_is_ridge_on_the_features():
    x, y = draw(12), draw(12, seed=1)
    Phi = rbf_feature_map(x, width=1.0, order=40)
    w = torch.linalg.solve(Phi.T @ Phi + 0.1 * torch.eye(40), Phi.T @ y)
    K = rbf_kernel(x[:, None], x[:, None], width=1.0)
    assert torch.allclose(Phi @ w, K @ kernel_ridge(K, y, strength=0.1), atol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rbf_kernel(draw(2), draw(2, 1), width=1), "x must have shape (N, D), got (2,)"),
        (lambda: rbf_kernel(draw(2, 1), draw(2, 2), width=1), "other must have shape (M, 1), got (2, 2)"),
        (lambda: rbf_kernel(draw(2, 1), draw(2, 1), width=0), "width must be at least 1e-12, got 0"),
        (lambda: rbf_feature_map(draw(2, 1), width=1, order=3), "x must have shape (N,), got (2, 1)"),
        (lambda: rbf_feature_map(draw(2), width=1, order=0), "order must be at least 1, got 0"),
        (lambda: kernel_ridge(draw(2, 3), draw(2), strength=1), "K must have shape (N, N), got (2, 3)"),
        (lambda: kernel_ridge(draw(2, 2), draw(2), strength=-1), "strength must be at least 0, got -1"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
