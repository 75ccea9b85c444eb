"""The ledger of what is built agrees with the chapters, where it is taught, and with the catalogue."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

from dlbook_lib import catalog

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
LEDGER = yaml.safe_load((CHAPTERS / "systems.yml").read_text())


def entries_of(item):
    """The catalogue entries that an item names: none, one or several."""
    named = item.get("entry", [])
    return [named] if isinstance(named, str) else named


@pytest.mark.parametrize("chapter", LEDGER)
def test_every_item_is_taught_at_its_label(chapter):
    cells = nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4).cells
    labels = re.findall(
        r"^\(([\w-]+)\)=$", "\n".join(c.source for c in cells if c.cell_type == "markdown"), re.M
    )
    missing = {name: item["anchor"] for name, item in LEDGER[chapter].items() if item["anchor"] not in labels}
    assert not missing


def test_every_entry_of_the_catalogue_stands_in_the_ledger():
    named = {name for items in LEDGER.values() for item in items.values() for name in entries_of(item)}
    assert named == {entry.name for entry in catalog.entries()}


def test_ledger_and_catalogue_name_the_same_place():
    table = {entry.name: entry for entry in catalog.entries()}
    for chapter, items in LEDGER.items():
        for name, item in items.items():
            for entry in entries_of(item):
                assert (table[entry].chapter, table[entry].anchor) == (chapter, item["anchor"]), name
