"""Huber's loss against torch's, its slope against the clamped residual, and the threshold put in wrongly."""

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.framework.huber import huber


def draw(seed=0, shape=(1000,)):
    return 4 * torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("delta", [0.5, 1.0, 2.0])
def test_it_is_that_of_torch_without_error(delta):
    for x in (draw(), draw().float(), torch.tensor([delta, -delta, 0.0])):
        expected = F.huber_loss(x, torch.zeros_like(x), reduction="none", delta=delta)
        assert torch.equal(huber(x, delta=delta), expected)
        assert huber(x, delta=delta).dtype == x.dtype


@pytest.mark.parametrize("delta", [0.5, 1.0, 2.0])
def test_the_smooth_l1_loss_is_huber_divided_by_the_threshold(delta):
    x = draw(1)
    smooth = F.smooth_l1_loss(x, torch.zeros_like(x), reduction="none", beta=delta)
    torch.testing.assert_close(huber(x, delta=delta), delta * smooth, rtol=0, atol=1e-14)


@pytest.mark.parametrize("delta", [0.5, 1.0, 2.0])
def test_the_slope_is_the_residual_cut_off(delta):
    x = torch.cat([draw(2), torch.tensor([delta, -delta, 0.0], dtype=torch.float64)]).requires_grad_()
    huber(x, delta=delta).sum().backward()
    assert torch.equal(x.grad, x.detach().clamp(-delta, delta))


def test_slopes_agree_with_finite_differences():
    assert torch.autograd.gradcheck(lambda x: huber(x, delta=0.7), draw(3, (20,)).requires_grad_())


def test_values_of_the_exercise():
    x = torch.tensor([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0])
    assert huber(x).tolist() == [2.5, 0.5, 0.125, 0, 0.125, 0.5, 2.5]


def test_it_is_continuous_and_the_formula_for_one_with_another_threshold_is_not():
    beside = torch.tensor([2.0, 2.0 + 1e-9], dtype=torch.float64)
    left, right = huber(beside, delta=2.0)
    assert (left - right).abs() < 1e-8
    naive = torch.where(beside <= 2, beside**2 / 2, beside - 0.5)
    assert naive.tolist() == pytest.approx([2.0, 1.5])


def test_huge_residuals_keep_a_finite_slope():
    x = torch.tensor([1e30, -1e30]).requires_grad_()
    huber(x).sum().backward()
    assert x.grad.tolist() == [1, -1]


@pytest.mark.parametrize(("delta", "error"), [(0, ValueError), (-1.0, ValueError), ("1", TypeError)])
def test_a_threshold_that_is_none_is_refused(delta, error):
    with pytest.raises(error, match="delta must be"):
        huber(torch.zeros(2), delta=delta)
