"""The timeline: in order, every line with a year and a source that the bibliography has, and in one era."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from dlbook_lib.data.history import ERAS, EVENTS, NETWORKS

BIBLIOGRAPHY = (Path(__file__).parents[2] / "assets" / "references.bib").read_text(encoding="utf-8")
YEARS = {
    key: int(re.search(r"^\s*year\s*=\s*\{(\d{4})\}", body, re.M)[1])
    for key, body in re.findall(r"^@\w+\{([\w-]+),(.*?)^\}", BIBLIOGRAPHY, re.M | re.S)
    if re.search(r"^\s*year\s*=\s*\{\d{4}\}", body, re.M)
}


@pytest.mark.parametrize("table", [EVENTS, NETWORKS])
def test_lines_are_in_order_and_have_a_year_and_a_source(table):
    assert [line.year for line in table] == sorted(line.year for line in table)
    for line in table:
        assert isinstance(line.year, int)
        assert line.source in YEARS, f"{line.source} is no key of the bibliography"


def test_an_event_stands_at_the_year_of_its_source():
    """Kingma and Welling are of 2013 in preprint and 2014 in print; all others agree, too."""
    assert not {e.source: (e.year, YEARS[e.source]) for e in EVENTS if e.year != YEARS[e.source]}


def test_eras_follow_each_other_and_hold_every_event():
    spans = list(ERAS.values())
    assert all(last + 1 == first for (_, last), (first, _) in pairwise(spans))
    for event in EVENTS:
        assert sum(first <= event.year <= last for first, last in spans) == 1
    used = {name for name, (first, last) in ERAS.items() for e in EVENTS if first <= e.year <= last}
    assert used == set(ERAS)


def test_the_notes_dates_are_corrected():
    when = {event.source: event.year for event in EVENTS}
    assert when["mcculloch1943logical"] < when["rosenblatt1958perceptron"]
    assert (when["turing1936computable"], when["shannon1948mathematical"]) == (1936, 1948)
    assert when["linnainmaa1970representation"] < when["werbos1974beyond"] < when["rumelhart1986learning"]
    assert when["elman1990finding"] < when["hochreiter1997long"]
    assert when["hinton2006fast"] < when["salakhutdinov2009deep"]
    assert when["nair2010rectified"] < when["krizhevsky2012imagenet"]


def test_growth():
    size = {network.name: network for network in NETWORKS}
    assert size["AlexNet"].parameters / size["LeCun's postcode reader"].parameters == pytest.approx(
        6148, abs=1
    )
    assert size["AlexNet"].examples / size["LeCun's postcode reader"].examples == pytest.approx(165, abs=1)
