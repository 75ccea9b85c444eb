"""Sentences with numbers: the cases that the page is tested on too, and what is refused."""

import json
import re
from pathlib import Path

import pytest
import torch

from dlbook_lib.explore.text import Cases, fields_of, fill, format_number

CASES = json.loads(Path(__file__).with_name("formats.json").read_text(encoding="utf-8"))
WORDS = {"inf": float("inf"), "-inf": float("-inf"), None: float("nan")}


def tensor(array):
    """Read an array of the cases, in which words stand for what JSON does not know."""
    data = [WORDS[x] if x is None or isinstance(x, str) else x for x in array["data"]]
    return torch.tensor(data, dtype=torch.float64).reshape(array["shape"])


@pytest.mark.parametrize("case", CASES, ids=[case["format"] for case in CASES])
def test_the_shared_cases(case):
    outputs = {name: tensor(array) for name, array in case["outputs"].items()}
    assert fill(case["format"], outputs, case.get("controls", {})) == case["text"]


def test_cases_are_chosen_by_an_output_and_stay_in_range():
    text = Cases("kind", ["none", "one of {n:d}"])
    for kind, expected in ((0, "none"), (0.6, "one of 7"), (5, "one of 7"), (-1, "none")):
        assert fill(text, {"kind": torch.tensor(float(kind)), "n": torch.tensor(7.0)}, {}) == expected


def test_the_names_of_a_text():
    fields = fields_of(Cases("kind", ["{p[best, 2]:.0%} of {{x}}", "{words[other]} %{y}"]))
    assert fields.values == {"p", "words"}
    assert fields.indices == {"kind", "best", "other"}


@pytest.mark.parametrize("spec", [">8", ".2", "x", ".12f", "5d", ".2s"])
def test_a_format_that_the_page_does_not_know_is_refused(spec):
    message = f"{{p:{spec}}} must have a format like d, ,d, .2f, .3g, .1e or .0%"
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        fields_of(f"{{p:{spec}}}")


def test_a_text_without_cases_is_refused():
    for texts in ((), "one"):
        with pytest.raises(ValueError, match=r"^texts must hold a sentence for each case, got"):
            Cases("kind", texts)


def test_the_minus_sign_is_typographic():
    assert format_number(-1.5, ".1f") == "\u22121.5"
    assert format_number(-0.001, ".1f") == "0.0"
