"""Draws follow their generator and their distribution."""

import pytest
import torch

from dlbook_lib.regularize.draws import beta, normal_like, permutation, uniform_like


def test_draws_repeat_with_the_generator_and_take_the_type_of_the_data():
    x = torch.zeros(3, dtype=torch.float64)
    for draw in (uniform_like, normal_like):
        first, again = (draw(x, (4, 2), torch.Generator().manual_seed(1)) for _ in range(2))
        assert torch.equal(first, again)
        assert first.dtype == torch.float64
    assert permutation(6, torch.Generator().manual_seed(0)).sort().values.tolist() == list(range(6))


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_beta_has_its_mean_and_variance(alpha):
    lam = beta(alpha, (100_000,), torch.Generator().manual_seed(0))
    assert lam.mean().item() == pytest.approx(0.5, abs=0.01)
    assert lam.var().item() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.03)


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^alpha must be above 0, got 0$"):
        beta(0, (1,))
