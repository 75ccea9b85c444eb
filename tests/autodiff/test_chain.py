"""The product of Jacobians from either end: torch's Jacobian, one result, two prices."""

import re
from itertools import pairwise

import numpy as np
import pytest
import torch

from dlbook_lib.autodiff.chain import chain_product


@pytest.mark.parametrize("seed", range(5))
def test_both_orders_are_torchs_jacobian_of_the_composition(seed):
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.randint(1, 7, (5,), generator=generator).tolist()
    weights = [torch.randn(o, d, generator=generator, dtype=torch.float64) for d, o in pairwise(sizes)]
    x = torch.randn(sizes[0], generator=generator, dtype=torch.float64)

    def f(x):
        for W in weights:
            x = torch.tanh(W @ x)
        return x

    jacobians, a = [], x
    for W in weights:
        a = torch.tanh(W @ a)
        jacobians.append(((1 - a**2)[:, None] * W).numpy())
    expected = torch.autograd.functional.jacobian(f, x).numpy()
    for mode in ("forward", "reverse"):
        assert np.abs(chain_product(jacobians, mode)[0] - expected).max() < 1e-12


def test_the_price_of_a_scalar_loss():
    """From n inputs through L square layers to one number: n³ each forwards, n² each backwards."""
    n, L = 12, 5
    chain = [np.ones((n, n))] * L + [np.ones((1, n))]
    assert chain_product(chain, "forward")[1] == (L - 1) * n**3 + n**2
    assert chain_product(chain, "reverse")[1] == L * n**2


def test_with_one_input_forward_mode_is_the_cheap_one():
    n, L = 12, 5
    chain = [np.ones((n, 1))] + [np.ones((n, n))] * L
    assert chain_product(chain, "forward")[1] == L * n**2
    assert chain_product(chain, "reverse")[1] == (L - 1) * n**3 + n**2


def test_a_single_function_costs_nothing():
    J = np.arange(6.0).reshape(2, 3)
    product, work = chain_product([J], "reverse")
    assert work == 0
    assert (product == J).all()


@pytest.mark.parametrize(
    ("chain", "mode", "message"),
    [
        ([], "forward", "len(jacobians) must be at least 1, got 0"),
        ([np.ones((2, 3))], "backward", "mode must be one of 'forward', 'reverse', got 'backward'"),
        (
            [np.ones((2, 3)), np.ones((4, 3))],
            "forward",
            "jacobians[1] must have shape (n2, 2), got (4, 3)",
        ),
    ],
)
def test_errors(chain, mode, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        chain_product(chain, mode)
