"""The loss as a module against torch's for each reduction, and rebuilt from its configuration."""

import json

import pytest
import torch
from torch import nn

from dlbook_lib.framework.losses import REDUCTIONS, HuberLoss


def draw():
    return 3 * torch.randn(2, 6, 4, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("delta", [0.5, 2.0])
def test_it_is_torchs(reduction, delta):
    prediction, target = draw()
    ours = HuberLoss(delta=delta, reduction=reduction)(prediction, target)
    theirs = nn.HuberLoss(delta=delta, reduction=reduction)(prediction, target)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


def test_rows_keep_the_batch_axis_and_average_to_the_mean():
    prediction, target = draw()
    rows = HuberLoss(reduction="row")(prediction, target)
    assert rows.shape == (6,)
    torch.testing.assert_close(rows.mean(), HuberLoss()(prediction, target))


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_the_configuration_survives_json(reduction):
    prediction, target = draw()
    loss = HuberLoss(delta=0.3, reduction=reduction)
    again = HuberLoss(**json.loads(json.dumps(loss.config())))
    assert torch.equal(again(prediction, target), loss(prediction, target))


def test_a_forgotten_axis_is_refused_and_not_broadcast():
    with pytest.raises(ValueError, match=r"target must have shape \(6, 1\), got \(6,\)"):
        HuberLoss()(torch.zeros(6, 1), torch.zeros(6))


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="reduction must be one of 'mean'"):
        HuberLoss(reduction="average")
    with pytest.raises(ValueError, match="delta must be above 0"):
        HuberLoss(delta=0)
