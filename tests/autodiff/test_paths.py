"""The sum over paths is the product of the Jacobians, and each path is worth what it is missed by."""

import re
from itertools import pairwise

import numpy as np
import pytest
import torch

from dlbook_lib.autodiff.paths import path_contributions


def chain(sizes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(o, d)) for d, o in pairwise(sizes)]


@pytest.mark.parametrize("sizes", [(2, 3), (2, 3, 4), (3, 2, 4, 3, 2)])
def test_the_paths_add_up_to_the_jacobian(sizes):
    jacobians = chain(sizes)
    product = np.linalg.multi_dot(jacobians[::-1]) if len(jacobians) > 1 else jacobians[0]
    for start in range(sizes[0]):
        for end in range(sizes[-1]):
            paths = path_contributions(jacobians, start, end)
            assert len(paths) == np.prod(sizes[1:-1], dtype=int)
            assert sum(paths.values()) == pytest.approx(product[end, start], abs=1e-12)


def test_a_path_that_is_cut_is_missed_by_its_contribution():
    """Cut the edge that only one path uses: autograd's gradient falls by exactly that path."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, generator=generator, dtype=torch.float64, requires_grad=True)
    W1, w2 = (
        torch.randn(3, 2, generator=generator, dtype=torch.float64),
        torch.randn(3, generator=generator, dtype=torch.float64),
    )
    a = torch.tanh(W1 @ x)
    jacobians = [((1 - a**2)[:, None] * W1).detach().numpy(), w2[None].numpy()]
    paths = path_contributions(jacobians, start=0)
    (whole,) = torch.autograd.grad(w2 @ a, x)
    for j in range(3):
        gate = torch.ones(3, dtype=torch.float64)
        gate[j] = 0
        (cut,) = torch.autograd.grad(w2 @ (gate * torch.tanh(W1 @ x)), x)
        assert (whole - cut)[0].item() == pytest.approx(paths[0, j, 0], abs=1e-14)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], 0), "len(jacobians) must be at least 1, got 0"),
        ((chain((2, 3)), 2), "start must lie in [0, 1], got 2"),
        ((chain((2, 3)), 0, 3), "end must lie in [0, 2], got 3"),
        (([np.ones((2, 3)), np.ones((4, 3))], 0), "jacobians[1] must have shape (n2, 2), got (4, 3)"),
    ],
)
def test_errors(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        path_contributions(*arguments)
