"""The cells of an exercise notebook, and the rules of their form.

A notebook of exercises follows nbgrader's format: every cell that is more than text carries six keys under
``metadata.nbgrader``. Its exercises are runs of cells, statement, answer, visible test, hidden test, or a
statement and a written answer.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from nbformat import NotebookNode

__all__ = [
    "BEGIN_HIDDEN",
    "BEGIN_SOLUTION",
    "END_HIDDEN",
    "END_SOLUTION",
    "grade_id",
    "is_answer",
    "is_graded",
    "is_hidden",
    "is_test",
    "is_written",
    "problems",
    "title_of",
]

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
KEYS = {"grade", "grade_id", "locked", "schema_version", "solution", "task"}


def _meta(cell: NotebookNode) -> dict[str, Any]:
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def grade_id(cell: NotebookNode) -> str | None:
    """Return the name by which nbgrader knows a cell, or None."""
    found = _meta(cell).get("grade_id")
    return found if isinstance(found, str) else None


def is_answer(cell: NotebookNode) -> bool:
    """Say whether the student writes code here."""
    return cell.cell_type == "code" and bool(_meta(cell).get("solution"))


def is_written(cell: NotebookNode) -> bool:
    """Say whether the student writes text here, which a person grades."""
    return cell.cell_type == "markdown" and bool(_meta(cell).get("solution"))


def is_test(cell: NotebookNode) -> bool:
    """Say whether a code cell gives points."""
    return cell.cell_type == "code" and bool(_meta(cell).get("grade"))


def is_graded(cell: NotebookNode) -> bool:
    """Say whether a cell has points."""
    return bool(_meta(cell).get("grade"))


def is_hidden(cell: NotebookNode) -> bool:
    """Say whether a cell of the solved notebook is a hidden test."""
    return is_test(cell) and BEGIN_HIDDEN in cell.source


def title_of(cell: NotebookNode) -> str | None:
    """Return the heading of a markdown cell, or None."""
    found = re.search(r"^#{2,3} +(.+)$", cell.source, re.M) if cell.cell_type == "markdown" else None
    return found and found[1].strip()


def problems(notebook: NotebookNode) -> list[str]:
    """List what keeps a solved notebook from being released.

    Parameters
    ----------
    notebook : NotebookNode
        Solved, as it stands in ``exercises/``.

    Returns
    -------
    list of str
        One sentence for each fault, empty where there is none.
    """
    cells = notebook.cells
    found = [problem for cell in cells for problem in _problems_of_cell(cell)]
    for what, names in (
        ("grade_id", [grade_id(cell) for cell in cells if grade_id(cell)]),
        ("title", [title_of(cell) for cell in cells if title_of(cell)]),
    ):
        repeated = [name for name, count in Counter(names).items() if count > 1]
        found += [f"the {what} {name!r} stands {Counter(names)[name]} times" for name in repeated]
    for place, cell in enumerate(cells):
        if is_answer(cell):
            tests = [follower for follower in cells[place + 1 : place + 3] if is_test(follower)]
            if [is_hidden(test) for test in tests] != [False, True]:
                found.append(f"{grade_id(cell)}: an answer must be followed by a visible and a hidden test")
    graded = next((cell for cell in cells if cell.cell_type == "code"), None)
    if graded is None or not _meta(graded).get("locked") or is_test(graded):
        found.append("the first code cell must be the set-up: locked, without points")
    return found


def _problems_of_cell(cell: NotebookNode) -> list[str]:
    """List the faults of one cell."""
    name = grade_id(cell) or repr(cell.source[:40])
    found = []
    if "nbgrader" in cell.metadata:
        missing = KEYS - set(_meta(cell))
        if missing:
            found.append(f"{name}: metadata.nbgrader lacks {', '.join(sorted(missing))}")
        if is_graded(cell) and not _meta(cell).get("points", 0) > 0:
            found.append(f"{name}: a graded cell must have points above 0")
        if is_test(cell) != bool(_meta(cell).get("locked")) and is_graded(cell):
            found.append(f"{name}: a test is locked, a written answer is not")
    for begin, end in ((BEGIN_SOLUTION, END_SOLUTION), (BEGIN_HIDDEN, END_HIDDEN)):
        marks = re.findall(f"^ *({begin}|{end}) *$", cell.source, re.M)
        if marks not in ([], [begin, end]) or cell.source.count(begin) != len(marks) // 2:
            found.append(f"{name}: {begin!r} and {end!r} must stand once each, on lines of their own")
    tags = set(cell.metadata.get("tags", []))
    if is_answer(cell):
        found += _problems_of_answer(cell, name, tags)
    elif is_hidden(cell):
        if "remove-cell" not in tags:
            found.append(f"{name}: a hidden test must have the tag remove-cell")
        if re.search(r"^\s*assert\b|\braise\b", cell.source, re.M):
            found.append(f"{name}: a hidden test must record values, never assert")
        if "record(" not in cell.source:
            found.append(f"{name}: a hidden test must record a value")
        outside = re.sub(f"{BEGIN_HIDDEN}.*{END_HIDDEN}", "", cell.source, flags=re.S)
        if outside.strip():
            found.append(
                f"{name}: a hidden test must stand between its markers, {outside.strip()!r} does not"
            )
    elif is_written(cell) and BEGIN_SOLUTION not in cell.source:
        found.append(f"{name}: a written answer must stand between the solution's markers")
    return found


def _problems_of_answer(cell: NotebookNode, name: str, tags: set[str]) -> list[str]:
    """List the faults of a solved answer."""
    found = []
    if BEGIN_SOLUTION not in cell.source:
        found.append(f"{name}: an answer must stand between the solution's markers")
    elif not re.search(r"^(def|class) \w+", cell.source.split(BEGIN_SOLUTION)[0], re.M):
        found.append(f"{name}: the line `def name(…):` must stand before {BEGIN_SOLUTION!r}")
    if "hide-input" not in tags or "code_prompt_show" not in cell.metadata.get("mystnb", {}):
        found.append(f"{name}: an answer must have the tag hide-input, and mystnb.code_prompt_show")
    return found
