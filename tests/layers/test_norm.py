"""Six ways to cut one cube: equal to torch's operators, and to a loop over the cells that share a moment."""

import itertools

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.layers.norm import (
    NORMS,
    normalize,
    parameter_count,
    scale_and_shift,
    shared_cells,
    standardize,
    statistic_count,
)


def draw(*shape, seed=0):
    return 3 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) + 1


def torchs(x, kind, groups):
    C = x.shape[1]
    last = x.movedim(1, -1)
    return {
        "batch": lambda: F.batch_norm(x, None, None, training=True),
        "layer": lambda: F.layer_norm(x, x.shape[1:]),
        "instance": lambda: F.instance_norm(x),
        "group": lambda: F.group_norm(x, groups),
        "token": lambda: F.layer_norm(last, (C,)).movedim(-1, 1),
        "rms": lambda: F.rms_norm(last, (C,), eps=1e-5).movedim(-1, 1),
    }[kind]()


@pytest.mark.parametrize("kind", NORMS)
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_every_cut_is_torchs(kind, groups):
    x = draw(4, 6, 5, 3)
    torch.testing.assert_close(normalize(x, kind, groups=groups), torchs(x, kind, groups), rtol=0, atol=5e-6)


@pytest.mark.parametrize("kind", NORMS)
def test_the_moments_are_those_of_the_marked_cells(kind):
    x = draw(3, 4, 5).double()
    whole = normalize(x, kind, groups=2)
    for cell in itertools.product(range(3), range(4), range(5)):
        cells = x[shared_cells(kind, x.shape, cell, groups=2)]
        mean = cells.mean() if kind != "rms" else 0
        expected = (x[cell] - mean) / ((cells - mean).square().mean() + 1e-5).sqrt()
        assert whole[cell].item() == pytest.approx(expected.item(), abs=1e-12)


@pytest.mark.parametrize("kind", NORMS)
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_the_sets_of_cells_cut_the_cube_into_as_many_parts_as_are_counted(kind, groups):
    shape = (3, 4, 5)
    cells = itertools.product(*map(range, shape))
    sets = {tuple(shared_cells(kind, shape, cell, groups=groups).flatten().tolist()) for cell in cells}
    assert len(sets) == statistic_count(kind, shape, groups=groups)
    assert (torch.tensor(sorted(sets)).sum(dim=0) == 1).all()  # no cell in two sets, none in none


def test_the_counts_of_the_central_table():
    shape = (10, 3, 100, 100)
    assert [statistic_count(kind, shape) for kind in ("batch", "layer", "instance")] == [3, 10, 30]
    assert [statistic_count("group", shape, groups=groups) for groups in (1, 3)] == [10, 30]
    assert [statistic_count(kind, shape) for kind in ("token", "rms")] == [100_000] * 2


def test_parameters_are_as_many_as_torchs_layers_have():
    layers = {
        "batch": torch.nn.BatchNorm2d(6),
        "layer": torch.nn.LayerNorm([6, 4, 4]),
        "instance": torch.nn.InstanceNorm2d(6),
        "group": torch.nn.GroupNorm(3, 6),
        "token": torch.nn.LayerNorm(6),
        "rms": torch.nn.RMSNorm(6),
    }
    for kind, layer in layers.items():
        assert parameter_count(kind, (2, 6, 4, 4)) == sum(p.numel() for p in layer.parameters())


def test_one_group_is_layer_and_as_many_as_channels_are_instance():
    x = draw(4, 6, 5, 3)
    torch.testing.assert_close(normalize(x, "group", groups=1), normalize(x, "layer"), rtol=0, atol=2e-6)
    torch.testing.assert_close(normalize(x, "group", groups=6), normalize(x, "instance"), rtol=0, atol=2e-6)


def test_standardize_gives_mean_0_and_deviation_1_and_zeros_for_a_constant():
    x = draw(50, 7).double()
    y = standardize(x, (0,))
    assert y.mean(0).abs().max() < 1e-12
    variance = x.var(0, unbiased=False)
    torch.testing.assert_close(y.var(0, unbiased=False), variance / (variance + 1e-5))
    assert standardize(torch.full((4,), 3.0), (0,)).tolist() == [0] * 4


def test_scale_and_shift_finds_its_axis():
    x, gamma, beta = draw(2, 3, 4), torch.tensor([1.0, 2.0, 3.0]), torch.tensor([5.0, 6.0, 7.0])
    y = scale_and_shift(x, gamma, beta)
    for c in range(3):
        torch.testing.assert_close(y[:, c], gamma[c] * x[:, c] + beta[c])
    torch.testing.assert_close(scale_and_shift(x.mT, gamma, beta, axis=2), y.mT)
    assert scale_and_shift(x, None, None) is x


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: normalize(draw(2, 6), "spectral"), "kind must be one of 'batch', 'layer'"),
        (lambda: normalize(draw(2, 6, 2), "group", groups=4), "groups must divide the channels, got 4 for 6"),
        (lambda: normalize(draw(2, 6, 2), "group", groups=0), "groups must be at least 1"),
        (lambda: standardize(draw(3), (0,), eps=-1), "eps must be at least 0"),
        (lambda: shared_cells("none", (1, 1, 1), (0, 0, 0)), "kind must be one of"),
        (lambda: statistic_count("none", (1, 1, 1)), "kind must be one of"),
        (lambda: parameter_count("none", (1, 1, 1)), "kind must be one of"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
