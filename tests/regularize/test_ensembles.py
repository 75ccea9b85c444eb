"""All 2⁸ networks inside a dropout layer, enumerated; the bootstrap; the error of an average."""

import pytest
import torch

from dlbook_lib.regularize.dropout import dropout
from dlbook_lib.regularize.ensembles import (
    all_masks,
    arithmetic_mean,
    bagging_error,
    bootstrap,
    geometric_mean,
    masked_predictions,
)


def layer(seed):
    stream = torch.Generator().manual_seed(seed)
    draws = [torch.randn(*shape, dtype=torch.float64, generator=stream) for shape in ((8,), (3, 8), (3,))]
    return draws[0].abs(), *draws[1:]


def chances(masks, p):
    on = masks.sum(dim=1).double()
    return (1 - p) ** on * p ** (masks.shape[1] - on)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("p", [0.2, 0.5])
def test_weight_scaling_is_the_geometric_mean_and_not_the_arithmetic_one(seed, p):
    x, W, b = layer(seed)
    masks = all_masks(8)
    probs, q = masked_predictions(x, W, b, masks.double(), p), chances(masks, p)
    assert q.sum().item() == pytest.approx(1)
    one_pass = (W @ x + b).softmax(dim=0)
    assert torch.allclose(geometric_mean(probs, q), one_pass, rtol=0, atol=1e-12)
    assert (arithmetic_mean(probs, q) - one_pass).abs().max() > 1e-3


def test_sampled_passes_approach_the_arithmetic_mean_as_the_root():
    x, W, b = layer(0)
    masks = all_masks(8)
    exact = arithmetic_mean(masked_predictions(x, W, b, masks.double(), 0.5), chances(masks, 0.5))
    stream = torch.Generator().manual_seed(0)
    probs = (dropout(x.expand(200, 1000, 8), 0.5, generator=stream) @ W.T + b).softmax(dim=-1)
    errors = [(probs[:, :K].mean(1) - exact).square().mean().sqrt().item() for K in (10, 1000)]
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.15)


def test_masks_are_all_and_each_once():
    masks = all_masks(8)
    assert len(masks.unique(dim=0)) == len(masks) == 256


def test_a_bootstrap_holds_632_of_1000():
    stream = torch.Generator().manual_seed(0)
    shares = torch.tensor([bootstrap(1000, stream).unique().numel() / 1000 for _ in range(200)])
    assert shares.mean().item() == pytest.approx(1 - (1 - 1 / 1000) ** 1000, abs=0.002)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("members", [1, 4, 20])
def test_the_error_of_an_average_is_measured(correlation, members):
    stream = torch.Generator().manual_seed(1)
    common = torch.randn(200_000, 1, generator=stream)
    own = torch.randn(200_000, members, generator=stream)
    errors = correlation**0.5 * common + (1 - correlation) ** 0.5 * own
    measured = errors.mean(1).square().mean().item()
    assert bagging_error(1.0, correlation, members) == pytest.approx(measured, rel=0.02)


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^units must lie in \[1, 16\], got 20$"):
        all_masks(20)
    with pytest.raises(ValueError, match=r"^members must be at least 1, got 0$"):
        bagging_error(1.0, 0.0, 0)
