"""The ledger of what is built agrees with the chapters, the catalogue and the explorers."""

import re
from pathlib import Path

import nbformat
import pytest
import yaml

from dlbook_lib import catalog, explorers
from dlbook_lib.site.pages import explorers_of_entries, names_in

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
FILE = yaml.safe_load((CHAPTERS / "systems.yml").read_text())
TO_COME = FILE["to come"] or []
LEDGER = {name: items for name, items in FILE.items() if name != "to come"}
FIELDS = {"anchor", "entry", "explorer", "moved", "reason"}


def faults(item, labels):
    """What is wrong with one item, given the labels of its notebook."""
    if unknown := set(item) - FIELDS:
        return f"has {', '.join(sorted(unknown))}, which is none of {', '.join(sorted(FIELDS))}"
    if "moved" in item:
        return "" if item["moved"] and item.get("reason") and "anchor" not in item else "moved needs a reason"
    if "anchor" not in item:
        return "lacks anchor"
    return "" if item["anchor"] in labels else f"is taught at {item['anchor']}, which the notebook lacks"


def labels_of(text):
    return re.findall(r"^\(([\w-]+)\)=$", text, re.M)


def shown_in(notebooks):
    """The explorers that these notebooks' code cells import and display, by the name of their module."""
    found = set()
    for path in notebooks:
        for cell in nbformat.read(path, as_version=4).cells:
            for module, name in re.findall(
                r"^from dlbook_lib\.explorers\.(\w+) import (\w+)$", cell.source, re.M
            ):
                if cell.cell_type == "code" and cell.source.rstrip().splitlines()[-1].strip() == name:
                    found.add(module.replace("_", "-"))
    return found


def of_chapter(notebook):
    """The notebooks of a notebook's chapter: the one of the shortest name that begins alike, and its own."""
    part, stem = notebook.split("/")
    keys = [key.split("/")[1] for key in LEDGER if key.split("/")[0] == part]
    slug = min((key for key in keys if stem == key or stem.startswith(f"{key}-")), key=len)
    return [p for p in (CHAPTERS / part).glob("*.ipynb") if p.stem == slug or p.stem.startswith(f"{slug}-")]


@pytest.mark.parametrize("notebook", LEDGER)
def test_every_item_is_taught_at_its_label(notebook):
    cells = nbformat.read(CHAPTERS / f"{notebook}.ipynb", as_version=4).cells
    labels = labels_of("\n".join(c.source for c in cells if c.cell_type == "markdown"))
    found = {name: fault for name, item in LEDGER[notebook].items() if (fault := faults(item, labels))}
    assert not found


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"anchor": "here", "entry": "lenet-5"}, ""),
        ({"entry": "lenet-5"}, "lacks anchor"),
        ({"anchor": "nowhere"}, "nowhere, which the notebook lacks"),
        ({"anchor": "here", "explorers": "pooling"}, "has explorers"),
        ({"moved": "transformer", "reason": "it needs attention"}, ""),
        ({"moved": "transformer"}, "needs a reason"),
    ],
)
def test_a_faulty_item_is_found(item, message):
    found = faults(item, ["here"])
    assert message in found
    assert bool(found) == bool(message)


def test_no_item_is_listed_twice():
    """YAML keeps the last of two equal keys without a word."""
    text = (CHAPTERS / "systems.yml").read_text()
    keys = re.findall(r"^(?:  )?([\w/-]+): ?\{?", text, re.M)
    assert len(set(keys)) == len(keys)


def test_every_entry_of_the_catalogue_stands_in_the_ledger():
    named = {name for items in LEDGER.values() for item in items.values() for name in names_in(item, "entry")}
    assert named == {entry.name for entry in catalog.entries()}


def test_ledger_and_catalogue_name_the_same_place():
    table = {entry.name: entry for entry in catalog.entries()}
    for notebook, items in LEDGER.items():
        for name, item in items.items():
            for entry in names_in(item, "entry"):
                assert (table[entry].chapter, table[entry].anchor) == (notebook, item["anchor"]), name


@pytest.mark.parametrize("notebook", LEDGER)
def test_explorers_of_an_item_are_displayed_in_its_chapter(notebook):
    displayed = shown_in(of_chapter(notebook))
    for name, item in LEDGER[notebook].items():
        for explorer in names_in(item, "explorer"):
            assert explorer in explorers.names(), f"{name} names {explorer}, which is no explorer"
            assert explorer in displayed, (
                f"{name} names {explorer}, which no notebook of its chapter displays"
            )


def test_every_explorer_stands_at_an_item_or_is_to_come():
    placed = {e for items in LEDGER.values() for item in items.values() for e in names_in(item, "explorer")}
    displayed = shown_in(CHAPTERS.rglob("*.ipynb"))
    assert len(set(TO_COME)) == len(TO_COME)
    assert not set(TO_COME) - set(explorers.names()), "to come names something that is no explorer"
    assert not set(TO_COME) & (placed | displayed), "an explorer stands in a notebook and is still to come"
    assert not displayed - placed, "a notebook displays an explorer that no item names"
    assert set(explorers.names()) == placed | set(TO_COME)


def test_the_index_finds_the_explorers_of_an_entry():
    ledger = {
        "to come": ["pooling"],
        "vision/x": {
            "a": {"anchor": "a", "entry": "max-pool", "explorer": ["convolution", "pooling"]},
            "b": {"anchor": "b", "entry": ["max-pool", "avg-pool"], "explorer": "pooling"},
            "c": {"anchor": "c", "entry": "lenet-5"},
        },
    }
    found = explorers_of_entries(ledger)
    assert found == {"max-pool": ["convolution", "pooling"], "avg-pool": ["pooling"], "lenet-5": []}
