"""The exercise notebooks of the book keep the form that the grader relies on; one with a fault is noticed."""

from pathlib import Path

import nbformat
import pytest
from example_exercises import build

from dlbook_lib.teach.cells import grade_id, problems

ROOT = Path(__file__).resolve().parents[2]
SOLVED = sorted((ROOT / "chapters").glob("*/exercises/*.ipynb"))


@pytest.mark.parametrize("path", SOLVED, ids=lambda path: path.stem)
def test_notebook_can_be_released(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert problems(notebook) == []


def test_the_example_can_be_released():
    nbformat.validate(build())
    assert problems(build()) == []


def place_of(notebook, name):
    return next(place for place, cell in enumerate(notebook.cells) if grade_id(cell) == name)


def rename(notebook, name, other):
    notebook.cells[place_of(notebook, name)].metadata.nbgrader.grade_id = other


def drop(notebook, name):
    del notebook.cells[place_of(notebook, name)]


def edit(notebook, name, old, new):
    cell = notebook.cells[place_of(notebook, name)]
    assert old in cell.source
    cell.source = cell.source.replace(old, new)


def untag(notebook, name):
    notebook.cells[place_of(notebook, name)].metadata.tags = []


def forget(notebook, name, key):
    del notebook.cells[place_of(notebook, name)].metadata.nbgrader[key]


def retitle(notebook):
    for cell in notebook.cells:
        cell.source = cell.source.replace(
            "## Exercise 2: mean 0, deviation 1 ★\n", "## Exercise 1: the Huber loss ★\n"
        )


FAULTS = {
    "the grade_id 'huber' stands 2 times": lambda n: rename(n, "nearest", "huber"),
    "huber: an answer must be followed by a visible and a hidden test": lambda n: drop(n, "huber-hidden"),
    "nearest: an answer must be followed by a visible": lambda n: drop(n, "nearest-visible"),
    "the title 'Exercise 1: the Huber loss ★' stands 2 times": retitle,
    "the recorded name 'random table' stands 2 times": lambda n: edit(
        n, "nearest-hidden", '"clouds"', '"random table"'
    ),
    "huber: '### BEGIN SOLUTION' and": lambda n: edit(n, "huber", "    ### END SOLUTION", ""),
    "huber-hidden: '### BEGIN HIDDEN TESTS' and": lambda n: edit(
        n, "huber-hidden", "### END HIDDEN TESTS", ""
    ),
    "huber-hidden: a hidden test must record values": lambda n: edit(
        n, "huber-hidden", "residuals = ", "assert True\nresiduals = "
    ),
    "huber: the line `def name(…):` must stand before": lambda n: edit(
        n, "huber", "def huber", "huber = lambda"
    ),
    "huber: an answer must have the tag hide-input": lambda n: untag(n, "huber"),
    "huber-hidden: a hidden test must have the tag remove-cell": lambda n: untag(n, "huber-hidden"),
    "huber-visible: a graded cell must have points": lambda n: forget(n, "huber-visible", "points"),
    "huber-visible: metadata.nbgrader lacks task": lambda n: forget(n, "huber-visible", "task"),
    "huber-hidden: a hidden test must stand between its markers": lambda n: edit(
        n, "huber-hidden", "### BEGIN", "spare = 1\n### BEGIN"
    ),
    "why: a written answer must stand between": lambda n: edit(n, "why", "### BEGIN SOLUTION\n", ""),
    "the first code cell must be the set-up": lambda n: drop(n, "setup"),
}


@pytest.mark.parametrize("message", FAULTS)
def test_a_fault_is_named(message):
    notebook = build()
    FAULTS[message](notebook)
    assert any(problem.startswith(message) for problem in problems(notebook)), problems(notebook)
