"""The explorer against the counts of the library, and its verdicts against a search over batches."""

import itertools

import pytest

from dlbook_lib.explorers.roofline import roofline as explorer
from dlbook_lib.framework.cost import attainable, matmul_cost

MACHINE = dict(peak=312_000.0, bandwidth=1555.0)


@pytest.mark.parametrize("rows", [1, 7, 256, 4096])
@pytest.mark.parametrize(("label", "size"), [("32 bits", 4), ("16 bits", 2), ("8 bits", 1)])
def test_counts_are_those_of_the_library(rows, label, size):
    outputs = explorer.evaluate(dict(rows=float(rows), width=512.0, units=2048.0, size=label, **MACHINE))
    cost = matmul_cost(rows, 512, 2048, size=size)
    rate = attainable(cost.intensity, peak=312_000, bandwidth=1555)
    assert outputs["operations"].item() == pytest.approx(cost.operations, rel=1e-6)
    assert outputs["moved"].item() == pytest.approx(cost.bytes, rel=1e-6)
    assert outputs["now"].tolist() == pytest.approx([cost.intensity, rate], rel=1e-5)
    assert outputs["microseconds"].item() == pytest.approx(cost.operations / rate / 1e3, rel=1e-5)


@pytest.mark.parametrize(("width", "units"), [(4096, 4096), (1000, 3000), (700, 700)])
def test_the_rows_it_needs_are_found_by_a_search(width, units):
    outputs = explorer.evaluate(dict(width=float(width), units=float(units)))
    ridge = 312_000 / 1555
    found = next(m for m in range(1, 10**6) if matmul_cost(m, width, units, size=2).intensity >= ridge)
    assert outputs["needed"] == found


def test_a_narrow_layer_never_gets_there():
    outputs = explorer.evaluate(explorer.presets["a narrow layer"])
    assert outputs["kind"] == 2
    assert matmul_cost(10**9, 64, 64, size=2).intensity < 312_000 / 1555
    assert outputs["needed"].isnan()


def test_half_the_bytes_move_the_dot_and_not_the_roof():
    long, short = (explorer.evaluate({"size": size}) for size in ("32 bits", "16 bits"))
    assert short["now"][0] == pytest.approx(2 * long["now"][0].item())
    assert (short["roof"] == long["roof"]).all()


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    def met(**chosen):
        outputs = explorer.evaluate(chosen)
        return {challenge.met for challenge in explorer.challenges if outputs[challenge.met] == 1}

    assert met() == set()
    assert met(rows=223.0) == {"just"}
    assert met(rows=16_000.0, width=64.0, units=64.0) == {"never"}
    assert met(rows=105.0) == {"half"}


def test_the_sentence_and_every_extreme():
    assert "gets 0.5% of the peak; 223 rows get all of it" in explorer.sentence(explorer.evaluate({}), {})
    for values in itertools.product(*(control.extremes() for control in explorer.controls.values())):
        outputs = explorer.evaluate(dict(zip(explorer.controls, values)))
        assert all(value.isfinite().all() for name, value in outputs.items() if name != "needed")
