"""Dropout against its moments and torch's patterns; weights or units; many passes at test time."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.regularize.dropout import (
    DropConnectLinear,
    Dropout,
    dropout,
    mc_dropout,
    spatial_dropout,
)


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def test_two_values_and_a_kept_mean():
    y = dropout(torch.ones(1_000_000), 0.2, generator=stream())
    assert y.unique().tolist() == [0.0, 1.25]
    assert y.mean().item() == pytest.approx(1, abs=0.002)
    # multiplied by 1 + p in place of 1 / (1 - p), as a garbled formula has it, the mean sinks
    assert (y / 1.25 * 1.2).mean().item() == pytest.approx(0.96, abs=0.002)


def test_the_number_of_zeros_is_binomial():
    zeros = (dropout(torch.ones(20_000, 100), 0.2, generator=stream()) == 0).sum(dim=1).float()
    assert zeros.mean().item() == pytest.approx(20, abs=0.1)
    assert zeros.std().item() == pytest.approx(4, abs=0.1)


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_its_moments_are_those_of_torch(p):
    x = torch.linspace(1, 2, 50)
    torch.manual_seed(0)
    theirs = torch.stack([F.dropout(x, p) for _ in range(5000)])
    ours = dropout(x.expand(5000, 50), p, generator=stream())
    assert torch.allclose(ours.mean(0), theirs.mean(0), atol=0.09)
    assert torch.allclose(ours.std(0), theirs.std(0), atol=0.09)


@pytest.mark.parametrize("drop", [dropout, spatial_dropout])
def test_nothing_is_drawn_where_nothing_is_left_to_chance(drop):
    x, draws = torch.rand(2, 3, 4, 4) + 1, stream()
    before = draws.get_state()
    assert torch.equal(drop(x, 0.0, generator=draws), x)
    assert torch.equal(drop(x, 1.0, generator=draws), torch.zeros_like(x))
    assert torch.equal(draws.get_state(), before)


def test_the_layer_rests_in_evaluation_and_has_no_parameters():
    layer, x = Dropout(0.5), torch.randn(4, 3)
    assert torch.equal(layer.eval()(x), x)
    assert (layer.train()(torch.ones(100)) == 0).any()
    assert not list(layer.parameters())


def test_channels_go_whole_as_in_torch():
    x = torch.rand(8, 16, 5, 5, generator=stream()) + 1
    kept = spatial_dropout(x, 0.3, generator=stream()) != 0
    assert torch.equal(kept.all(dim=(2, 3)), kept.any(dim=(2, 3)))
    torch.manual_seed(0)
    theirs = nn.Dropout2d(0.3)(x) != 0
    assert kept.float().mean().item() == pytest.approx(theirs.float().mean().item(), abs=0.12)


def test_neighbours_rebuild_lost_pixels_but_no_lost_channel():
    u = torch.linspace(0, 6, 32)
    x = (u[:, None].sin() + u.cos())[None, None].expand(1, 40, 32, 32) + 2
    for drop, low, high in ((dropout, 0.9, 1.0), (spatial_dropout, -0.2, 0.2)):
        y = drop(x, 0.3, generator=stream())
        lost = y == 0
        around = torch.ones(40, 1, 3, 3)
        total = F.conv2d(y * 0.7, around, padding=1, groups=40)
        count = F.conv2d((~lost).float(), around, padding=1, groups=40)
        guess = total / count.clamp_min(1)
        pair = torch.stack([guess[lost], x[lost]])
        pair[0] += 1e-6 * torch.randn(pair.shape[1], generator=stream())  # a constant has no correlation
        assert low <= torch.corrcoef(pair)[0, 1] <= high


def test_dropconnect_has_the_mean_and_another_variance():
    torch.manual_seed(0)
    layer = DropConnectLinear(6, 3, p=0.5)
    x = torch.rand(1, 6) + 0.5
    many = x.expand(40_000, 6)
    with torch.no_grad():
        by_weights = layer.train()(many)
        by_units = F.linear(dropout(many, 0.5), layer.weight, layer.bias)
        assert torch.allclose(by_weights.mean(0), layer.eval()(x)[0], atol=0.02)
    # one mask for all outputs ties them together; masks of their own do not
    tied, free = torch.corrcoef(by_units.T)[0, 1].abs(), torch.corrcoef(by_weights.T)[0, 1].abs()
    assert free < 0.02 < tied


def test_passes_average_to_the_right_mean_and_leave_the_modes_alone():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 20), nn.ReLU(), Dropout(0.5), nn.BatchNorm1d(20), nn.Linear(20, 3))
    model.eval()
    mean, std = mc_dropout(model, torch.randn(5, 4), passes=50)
    assert torch.allclose(mean.sum(1), torch.ones(5))
    assert (std > 0).all()
    assert not any(layer.training for layer in model.modules())


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^p must lie in \[0, 1\], got 1.5$"):
        dropout(torch.ones(2), 1.5)
    with pytest.raises(ValueError, match=r"^model must have a dropout layer, got Linear without one$"):
        mc_dropout(nn.Linear(2, 2), torch.ones(1, 2), passes=3)
