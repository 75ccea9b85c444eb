"""A shared trunk: whose gradients reach it."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.regularize.sharing import MultiTask, multitask_loss


def build():
    torch.manual_seed(0)
    return MultiTask(nn.Sequential(nn.Linear(4, 6), nn.ReLU()), features=6, heads={"class": 3, "size": 1})


X = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
LOSSES = {"class": F.cross_entropy, "size": F.mse_loss}
TARGETS = {"class": torch.tensor([0, 1, 2, 0, 1]), "size": torch.ones(5, 1)}


def gradients(weights):
    model = build()
    outputs = dict(zip(model.tasks, model(X)))
    multitask_loss(outputs, TARGETS, LOSSES, weights=weights).backward()
    return model.trunk[0].weight.grad, [head.weight.grad for head in model.heads]


def test_the_trunk_gets_the_weighted_sum_and_each_head_its_own():
    trunk, heads = gradients({"class": 0.7, "size": 2.0})
    one, only_first = gradients({"class": 1.0, "size": 0.0})
    two, only_second = gradients({"class": 0.0, "size": 1.0})
    assert torch.allclose(trunk, 0.7 * one + 2 * two, atol=1e-6)
    assert torch.allclose(heads[0], 0.7 * only_first[0], atol=1e-6)
    assert torch.allclose(heads[1], 2 * only_second[1], atol=1e-6)
    assert not only_first[1].any()


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^heads\['a'\] must be at least 1, got 0$"):
        MultiTask(nn.Identity(), features=2, heads={"a": 0})
    with pytest.raises(ValueError, match=r"^weights\['a'\] must be at least 0, got -1$"):
        multitask_loss({"a": X}, {"a": X}, {"a": F.mse_loss}, weights={"a": -1})
