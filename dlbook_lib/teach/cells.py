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

from dlbook_lib.teach.overview import HEADING

__all__ = [
    "BEGIN_HIDDEN",
    "BEGIN_SOLUTION",
    "END_HIDDEN",
    "END_SOLUTION",
    "OVERVIEW",
    "grade_id",
    "meta",
    "problems",
    "role",
    "title_of",
]

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
OVERVIEW = "# Which exercises are right so far?\nfrom dlbook_lib.teach import progress\n\nprogress()"
RECORDED = re.compile(r"""\brecord\(\s*f?["']([^"']+)["']""")
KEYS = {"grade", "grade_id", "locked", "schema_version", "solution", "task"}


def grade_id(cell: NotebookNode) -> str | None:
    """Return the name by which nbgrader knows a cell.

    Parameters
    ----------
    cell : NotebookNode
        Of any kind.

    Returns
    -------
    str or None
        None where it has none.
    """
    found = meta(cell).get("grade_id")
    return found if isinstance(found, str) and found else None


def meta(cell: NotebookNode) -> dict[str, Any]:
    """Return what nbgrader stores in a cell, whatever a student's file holds in its place.

    Parameters
    ----------
    cell : NotebookNode
        Of any kind.

    Returns
    -------
    dict
        Empty where there is nothing.
    """
    metadata = cell.get("metadata", {})
    found = metadata.get("nbgrader", {}) if isinstance(metadata, dict) else {}
    return found if isinstance(found, dict) else {}


def role(cell: NotebookNode) -> str:
    """Say what a cell of the solved notebook is for.

    Parameters
    ----------
    cell : NotebookNode
        Of the solved notebook.

    Returns
    -------
    str
        ``"answer"``, ``"visible"``, ``"hidden"`` or ``"written"``; ``"code"`` and ``"text"`` for others.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell
    >>> role(new_code_cell("x = 1"))
    'code'
    """
    if cell.cell_type != "code":
        return "written" if meta(cell).get("solution") else "text"
    if meta(cell).get("grade"):
        return "hidden" if BEGIN_HIDDEN in cell.source else "visible"
    return "answer" if meta(cell).get("solution") else "code"


def title_of(cell: NotebookNode) -> str | None:
    """Return the heading of an exercise.

    Parameters
    ----------
    cell : NotebookNode
        Of any kind.

    Returns
    -------
    str or None
        The text of its second-level heading, where it has one.
    """
    found = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
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
        ("recorded name", [name for cell in cells for name in RECORDED.findall(cell.source)]),
    ):
        counts = Counter(names).items()
        found += [f"the {what} {name!r} stands {count} times" for name, count in counts if count > 1]
    for place, cell in enumerate(cells):
        tests = [role(test) for test in cells[place + 1 : place + 3]]
        if role(cell) == "answer" and tests != ["visible", "hidden"]:
            found.append(f"{grade_id(cell)}: an answer must be followed by a visible and a hidden test")
    first = next((cell for cell in cells if cell.cell_type == "code"), None)
    if first is None or role(first) != "code" or not meta(first).get("locked"):
        found.append("the first code cell must be the set-up: locked, without points")
    return found


def _problems_of_cell(cell: NotebookNode) -> list[str]:
    """List the faults of one cell."""
    name, kind = grade_id(cell) or repr(cell.source[:40]), role(cell)
    found = []
    if "nbgrader" in cell.metadata:
        missing = KEYS - set(meta(cell))
        if missing:
            found.append(f"{name}: metadata.nbgrader lacks {', '.join(sorted(missing))}")
        if meta(cell).get("grade") and not meta(cell).get("points", 0) > 0:
            found.append(f"{name}: a graded cell must have points above 0")
        if bool(meta(cell).get("locked")) == (kind in ("answer", "written")):
            found.append(f"{name}: tests and the set-up are locked, answers are not")
    for begin, end in ((BEGIN_SOLUTION, END_SOLUTION), (BEGIN_HIDDEN, END_HIDDEN)):
        marks = re.findall(f"^ *({begin}|{end}) *$", cell.source, re.M)
        if marks not in ([], [begin, end]) or cell.source.count(begin) != len(marks) // 2:
            found.append(f"{name}: {begin!r} and {end!r} must stand once each, on lines of their own")
    tags = set(cell.metadata.get("tags", []))
    if kind == "answer":
        found += _problems_of_answer(cell, name, tags)
    elif kind == "hidden":
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
    elif kind == "written" and BEGIN_SOLUTION not in cell.source:
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
