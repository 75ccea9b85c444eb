"""Stored numbers, bits, neighbours and sums against torch's own 8-, 16- and 32-bit numbers."""

import itertools
import math

import pytest
import torch

from dlbook_lib.explorers.number_formats import CHOICES, STEPS
from dlbook_lib.explorers.number_formats import number_formats as explorer
from dlbook_lib.framework.formats import FORMATS, bits

CASES = [(1, -1), (2049, 0), (3333, -4), (17, 0), (1, 0), (3, -7), (6, -8), (9999, -9), (448, 0), (1024, 0)]


def play(label, digits, power, **chosen):
    return explorer.evaluate(dict(form=label, digits=digits, power=power, **chosen))


@pytest.mark.parametrize("label", CHOICES)
@pytest.mark.parametrize(("digits", "power"), CASES)
def test_the_stored_number_and_its_bits_are_those_of_torch(label, digits, power):
    name, x = CHOICES[label], digits * 10.0**power
    if x > FORMATS[name].largest:
        pytest.skip("too large for the format")
    outputs = play(label, digits, power)
    stored = torch.tensor(x, dtype=torch.float64).to(getattr(torch, name)).double().item()
    assert outputs["held"].item() == stored
    rows = [row[~row.isnan()] for row in outputs["cells"]]
    sign, exponent = rows[0], rows[1]
    shown = " ".join("".join(str(int(bit)) for bit in part) for part in (sign, exponent, torch.cat(rows[2:])))
    assert shown == bits(x, name)


def test_what_is_too_large_is_infinite():
    outputs = play("float16", 7, 4, negative=True)
    assert outputs["kind"] == 3
    rows = [row[~row.isnan()].tolist() for row in outputs["cells"]]
    assert (rows[0], rows[1], rows[2]) == ([1], [1] * 5, [0] * 10)


@pytest.mark.parametrize("label", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize(("digits", "power"), [(1, -1), (2048, 0), (1, 0), (3, -7)])
def test_neighbours_are_those_of_nextafter(label, digits, power):
    dtype = getattr(torch, CHOICES[label])
    here = torch.tensor(digits * 10.0**power, dtype=torch.float64).to(dtype)
    outputs = play(label, digits, power)
    ends = {"float32": torch.int32}.get(label, torch.int16)
    for name, shift in (("below", -1), ("above", 1)):
        beside = (here.view(ends) + shift).view(dtype).double().item()
        assert outputs[name].item() == pytest.approx(beside, rel=1e-7)
    assert outputs["beside"].isfinite().sum() >= 5
    assert abs(outputs["nearest"]) <= 0.5


@pytest.mark.parametrize("label", CHOICES)
@pytest.mark.parametrize("small", [0, 2, 3, 7, 8, 10, 11, 23, 24])
def test_the_sum_is_that_of_torch(label, small):
    dtype = getattr(torch, CHOICES[label])
    total = torch.tensor(1.0, dtype=dtype)
    sums = [0.0]
    for _ in range(STEPS):
        total = (total.double() + 2.0**-small).to(dtype)
        sums.append((total.double().item() - 1) * 2.0**small)
    assert play(label, 1, 0, small=small)["sums"].tolist() == sums


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    def met(*place, **chosen):
        outputs = play(*place, **chosen)
        return {challenge.met for challenge in explorer.challenges if outputs[challenge.met] == 1}

    assert met("float16", 1, -1) == set()
    assert met("float16", 2049, 0) == {"lost_whole"}
    assert met("float16", 1, -9) == {"vanished"}
    assert met("bfloat16", 1, -1, small=8) == {"stuck"}


def test_the_sentence_and_every_extreme():
    sentence = explorer.sentence(explorer.evaluate({}), {})
    assert sentence.startswith("0.1 is stored as 0.0999755859: an error of 2.4e−04")
    finite = {"number", "held", "sums", "final", "field", "step"}
    for values in itertools.product(*(control.extremes() for control in explorer.controls.values())):
        outputs = explorer.evaluate(dict(zip(explorer.controls, values)))
        assert all(outputs[name].isfinite().all() for name in finite)
        assert not math.isnan(outputs["kind"])
