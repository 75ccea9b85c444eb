"""Layer normalization against torch's, and the size of the gap that the other place of ε makes."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.framework.layer_norm import RowNorm, standardize


def rows(sigma, shape=(64, 16)):
    return torch.tensor(sigma * np.random.RandomState(0).randn(*shape))


@pytest.mark.parametrize("shape", [(7, 5), (2, 3, 5), (2, 3, 4, 5)])
def test_under_the_root_it_is_that_of_torch(shape):
    x = rows(1.0, shape)
    torch.testing.assert_close(standardize(x), F.layer_norm(x, (5,), eps=1e-3), rtol=0, atol=1e-12)
    ours = RowNorm(5)(x.float())
    assert (ours - F.layer_norm(x.float(), (5,), eps=1e-3)).abs().max() < 5e-7


@pytest.mark.parametrize(("sigma", "gap"), [(1.0, 1.3e-3), (0.1, 0.21), (0.01, 1.82)])
def test_added_to_the_deviation_it_is_not(sigma, gap):
    x = rows(sigma)
    there, here = standardize(x, place="deviation"), F.layer_norm(x, (16,), eps=1e-3)
    assert (there - here).abs().max().item() == pytest.approx(gap, rel=0.1)


def test_the_variance_taken_for_the_deviation_is_further_off():
    x = rows(1.0)
    variance, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
    wrong = (x - mean) / (variance + 1e-3)
    assert (wrong - F.layer_norm(x, (16,), eps=1e-3)).abs().max().item() == pytest.approx(1.22, rel=0.01)


def test_the_ratio_of_both_follows_from_the_deviation():
    x = rows(0.01)
    sigma = x.std(dim=-1, correction=0, keepdim=True)
    ratio = (sigma**2 + 1e-3).sqrt() / (sigma + 1e-3)
    torch.testing.assert_close(standardize(x, place="deviation"), standardize(x) * ratio)
    assert pytest.approx(3.02, abs=0.005) == (0.01**2 + 1e-3) ** 0.5 / (0.01 + 1e-3)


@pytest.mark.parametrize("place", ["root", "deviation"])
def test_slopes_agree_with_finite_differences(place):
    layer, x = RowNorm(5, place=place).double(), rows(1.0, (3, 5)).requires_grad_()

    def run(x, alpha, beta):
        return torch.func.functional_call(layer, {"alpha": alpha, "beta": beta}, (x,))

    assert torch.autograd.gradcheck(run, (x, layer.alpha, layer.beta))


def test_a_constant_row_has_no_slope_outside_the_root():
    for place, finite in (("root", True), ("deviation", False)):
        x = torch.ones(1, 4, requires_grad=True)
        y = standardize(x, place=place)
        assert not y.any()
        y[0, 0].backward()
        assert bool(x.grad.isfinite().all()) == finite


def test_two_parameters_and_rows_apart():
    layer = RowNorm(4)
    assert {name: p.tolist() for name, p in layer.named_parameters()} == {"alpha": [1] * 4, "beta": [0] * 4}
    x = rows(1.0, (3, 4)).float()
    assert torch.equal(layer(x)[1:2], layer(x[1:2]))


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="place must be one of 'root', 'deviation'"):
        RowNorm(4, place="outside")
    with pytest.raises(ValueError, match="epsilon must be at least 0"):
        standardize(torch.zeros(3), epsilon=-1)
    with pytest.raises(ValueError, match="x must have 4 numbers per row, got 3"):
        RowNorm(4)(torch.zeros(2, 3))
