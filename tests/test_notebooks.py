"""The notebooks as files: what a reader, Colab and git expect of them. That they run is nbval's business."""

import json
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "chapters").rglob("*.ipynb"))
KEPT = "nbval-check-output"

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", [ROOT / "index.ipynb", *CHAPTERS], ids=lambda path: path.stem)
def test_file_is_clean(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            kept = KEPT in cell.metadata.get("tags", [])
            assert bool(cell.outputs) == kept, f"outputs of {cell.source[:60]!r}"
            assert (cell.execution_count is not None) == kept  # nbval compares only numbered cells
            assert {output.output_type for output in cell.outputs} <= {"stream"}, (
                "a figure differs by machine"
            )


@every_chapter
def test_first_code_cell_sets_up(path):
    first = code_cells(path)[0].source
    assert len([line for line in first.splitlines() if line.strip()]) <= 10
    assert (
        'if importlib.util.find_spec("dlbook_lib") is None:' in first
    )  # nothing is installed where it is there
    assert "setup()" in first


@every_chapter
def test_cells_are_short(path):
    for cell in code_cells(path):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 25, f"{len(lines)} lines: {lines[0]}"
        assert all(len(line) <= 82 for line in lines), f"a line of more than 82 characters after {lines[0]!r}"


@every_chapter
def test_prose_leads_into_the_code(path):
    if path.parent.name == "exercises":
        pytest.skip("its cells have a form of their own: tests/teach/test_exercise_notebooks.py")
    cells = read(path).cells
    led = [before.cell_type == "markdown" for before, cell in pairwise(cells) if cell.cell_type == "code"]
    assert sum(led) / len(led) >= 0.8
    explored = sum("dlbook_lib.explorers" in cell.source for cell in cells if cell.cell_type == "code")
    assert 15 <= len(led) - explored <= 30  # a cell that shows an explorer takes a reader no effort


@every_chapter
def test_labels_are_unique(path):
    text = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    labels = re.findall(r"^\(([\w-]+)\)=$", text, re.M) + re.findall(r"^\$\$ \(([\w-]+)\)", text, re.M)
    assert len(set(labels)) == len(labels)


@every_chapter
def test_no_cell_tolerates_an_error(path):
    raw = json.loads(path.read_text())
    assert "allow_errors" not in json.dumps(raw)
    assert not [
        c for c in raw["cells"] if {"raises-exception", "nbval-skip"} & set(c["metadata"].get("tags", []))
    ]
