"""The cube against the library's normalizations and torch's, every sentence and every challenge."""

import itertools

import pytest
import torch

from dlbook_lib.explorers.norm_cube import NAMES, SIDE, VALUES, C, F, N
from dlbook_lib.explorers.norm_cube import norm_cube as explorer
from dlbook_lib.figures.cubes import box_faces
from dlbook_lib.layers.norm import NORMS, normalize, parameter_count, shared_cells, statistic_count


def laid_out(z):
    """The block as the panels show it."""
    picture = torch.full((SIDE, SIDE), torch.nan)
    for n in range(N):
        down, across = n // 2 * (C + 1), n % 2 * (F + 1)
        picture[down : down + C, across : across + F] = z[n]
    return picture


def place(n, c, f):
    return [0, n // 2 * (C + 1) + c, n % 2 * (F + 1) + f]


def test_names_are_in_the_library_s_order():
    assert [name.split(",")[0].lower() for name in NAMES] == [
        {"token": "layer"}.get(kind, kind) for kind in NORMS
    ]


@pytest.mark.parametrize(("name", "kind"), list(zip(NAMES, NORMS)))
@pytest.mark.parametrize("groups", ["1", "2", "3", "6"])
def test_values_are_those_of_the_library(name, kind, groups):
    for contrast, brightness in ((1.0, 0.0), (2.5, -3.0)):
        x = VALUES.clone()
        x[0] = contrast * x[0] + brightness
        chosen = dict(norm=name, groups=groups, contrast=contrast, brightness=brightness)
        outputs = explorer.evaluate(chosen)
        expected = normalize(x, kind, groups=int(groups))
        torch.testing.assert_close(outputs["x"], laid_out(x), equal_nan=True)
        torch.testing.assert_close(outputs["y"], laid_out(expected), equal_nan=True, rtol=0, atol=1e-5)
        change = (expected - normalize(VALUES, kind, groups=int(groups))).abs()
        assert outputs["own_change"].item() == pytest.approx(change[0].max().item(), abs=1e-5)
        assert outputs["others_change"].item() == pytest.approx(change[1:].max().item(), abs=1e-5)


@pytest.mark.parametrize(("name", "kind"), list(zip(NAMES, NORMS)))
@pytest.mark.parametrize("groups", [1, 3])
def test_the_lit_cells_are_those_that_share_the_moments(name, kind, groups):
    for cell in ((0, 0, 0), (3, 5, 5), (2, 1, 4)):
        outputs = explorer.evaluate(dict(norm=name, groups=str(groups), cell=place(*cell)))
        shared = shared_cells(kind, (N, C, F), cell, groups=groups)
        lit = laid_out(shared.float()).flatten() == 1
        for marks, axis in (("mark_rows", 0), ("mark_columns", 1)):
            assert torch.equal(outputs[marks].isfinite(), lit)
            assert torch.equal(outputs[marks][lit], lit.view(SIDE, SIDE).nonzero()[:, axis].float())
        assert outputs["spot"].tolist() == list(cell)
        assert outputs["count"] == shared.sum()
        cells = VALUES[shared]
        mean = 0 if kind == "rms" else cells.mean().item()
        assert outputs["mean"].item() == pytest.approx(mean, abs=1e-5)
        assert outputs["deviation"].item() == pytest.approx(
            (cells - mean).square().mean().sqrt().item(), abs=1e-4
        )
        assert outputs["before"] == VALUES[cell]
        assert outputs["sets"] == statistic_count(kind, (N, C, F), groups=groups)
        assert outputs["learned"] == parameter_count(kind, (N, C, F))
        ends = shared.nonzero()
        low, high = ends.min(0).values, ends.max(0).values + 1
        expected = torch.tensor(box_faces(low, high)).float()
        torch.testing.assert_close(outputs["set_faces"], expected)
        torch.testing.assert_close(
            outputs["cell_faces"],
            torch.tensor(box_faces(cell, torch.tensor(cell) + 1)).float(),
        )


def test_a_gap_belongs_to_the_cell_before_it():
    outputs = explorer.evaluate(dict(cell=[0, C, F]))
    assert outputs["spot"].tolist() == [0, C - 1, F - 1]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({}, "shares its moments with its channel in all examples, 24 cells in all: mean"),
        ({"norm": "layer"}, "with its whole example, 36 cells in all"),
        ({"norm": "instance"}, "with its channel of its example, 6 cells in all"),
        ({"norm": "group", "groups": "2"}, "with its group of channels of its example, 18 cells in all"),
        ({"norm": "layer, per place"}, "with the channels at its own place, 6 cells in all"),
        ({"norm": "RMS, per place"}, "shares a mean square with the channels at its own place"),
    ],
)
def test_the_sentence(chosen, words):
    sentence = explorer.sentence(explorer.evaluate(chosen), chosen)
    assert sentence.startswith("Cell (example 0, channel 1, place 2) ")
    assert words in sentence


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    def met(**chosen):
        outputs = explorer.evaluate(chosen)
        return {challenge.met for challenge in explorer.challenges if outputs[challenge.met] == 1}

    assert met() == set()
    assert met(norm="group", groups="3") == {"twelve"}
    assert met(norm="group", groups="6") == {"as_instance"}
    change = dict(contrast=2.0, brightness=3.0)
    for name in ("layer", "instance", "layer, per place"):
        assert met(norm=name, **change) == {"unmoved"}
    assert met(norm="batch", **change) == {"leaks"}
    assert met(norm="RMS, per place", **change) == set()
    assert met(norm="RMS, per place", contrast=2.0) == set()  # brightness has not been moved


def test_every_extreme_has_a_picture():
    for values in itertools.product(*(control.extremes() for control in explorer.controls.values())):
        outputs = explorer.evaluate(dict(zip(explorer.controls, values)))
        for name, value in outputs.items():
            assert value.isfinite().all() or name in {"x", "y", "mark_rows", "mark_columns"}, (name, values)
