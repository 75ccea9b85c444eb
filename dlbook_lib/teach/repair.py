"""Turns what a student handed in into a notebook that can be graded: their answers, our tests.

Editors and copy-and-paste do much to a notebook: metadata go, cells are doubled, moved, deleted or retyped.
Answers are found by their ``grade_id``, and else by the function or class that they define; everything else
comes from the solved notebook. What else the student wrote, helper functions for example, stays before the
cell that it stood before.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from dlbook_lib.teach.cells import OVERVIEW, grade_id, meta, role

__all__ = ["Repaired", "read_submission", "repair"]

LARGEST_FILE = 100 * 2**20  # bytes
LARGEST_CELL = 10**6  # characters
MOST_CELLS = 2000
IDLE = ("", "Module(body=[], type_ignores=[])", ast.dump(ast.parse(OVERVIEW)))


@dataclass
class Repaired:
    """A submission that can be graded.

    Parameters
    ----------
    notebook : NotebookNode
        The solved notebook's cells with the student's answers and own cells in place.
    notes : list of str
        What was mended, in sentences.
    changed : list of str
        Tests whose code the student had changed.
    points_changed : bool
        Whether the file claimed other points.
    doubtful : list of str
        Answers of which the file held more than one version.
    fits : int
        How many of the notebook's cells the file holds.
    answered : int
        How many answers are not the untouched stub.
    """

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    points_changed: bool = False
    doubtful: list[str] = field(default_factory=list)
    fits: int = 0
    answered: int = 0


def read_submission(path: Path) -> NotebookNode:
    """Read a notebook file of any origin, without its outputs.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    NotebookNode
        Its cells, with string sources and dictionary metadata.

    Raises
    ------
    ValueError
        If it is no notebook; the message says why in words that a student understands.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"the file is larger than {LARGEST_FILE >> 20} MiB")
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
        sheets = [content, *content.get("worksheets", [])]
        raw = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    except (RecursionError, MemoryError):
        raise ValueError("the file is no notebook: it is nested too deeply, or too large") from None
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"the file is no notebook, or only a part of one: {error}") from None
    cells = list(_plain_cells(raw[:MOST_CELLS]))
    if not cells:
        raise ValueError("the file holds no cells")
    return new_notebook(cells=cells)


def _plain_cells(raw: list) -> Iterator[NotebookNode]:
    """Yield the cells that make sense."""
    for item in raw:
        if not isinstance(item, dict):
            continue
        source = item.get("source", item.get("input", ""))
        source = "".join(map(str, source)) if isinstance(source, list) else str(source)
        make = new_code_cell if item.get("cell_type") == "code" else new_markdown_cell
        cell = make(source if len(source) <= LARGEST_CELL else "")
        if isinstance(item.get("metadata"), dict):
            cell.metadata = from_dict({"nbgrader": item["metadata"].get("nbgrader", {})})
        yield cell


def repair(solved: NotebookNode, released: NotebookNode, submitted: NotebookNode) -> Repaired:
    """Put a student's answers into the solved notebook, in place of the solutions.

    Parameters
    ----------
    solved : NotebookNode
        With all tests.
    released : NotebookNode
        As students got it.
    submitted : NotebookNode
        As :func:`read_submission` gives it.

    Returns
    -------
    Repaired
        And what had to be mended.
    """
    mender = _Mender(solved, released, submitted)
    mender.find_answers()
    mender.find_written()
    mender.look_at_tests()
    mender.out.notebook = new_notebook(cells=mender.assembled(), metadata=solved.metadata)
    mender.out.fits, mender.out.answered = len(set(mender.place.values())), len(mender.answers)
    return mender.out


def _canonical(source: str) -> str:
    """Return code without its layout and comments, or text without its white space."""
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "".join(source.split())


def _defined(source: str) -> set[str]:
    """Return the functions and classes that a cell defines, also where IPython's own syntax stands beside."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
    try:
        body = ast.parse("\n".join(lines)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = {node.name for node in body if isinstance(node, kinds)}
    for node in body:
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


class _Mender:
    """The submitted cells, and which of ours each stands for."""

    def __init__(self, solved: NotebookNode, released: NotebookNode, submitted: NotebookNode) -> None:
        self.solved, self.own = solved.cells, submitted.cells
        self.stubs = {grade_id(cell): cell for cell in released.cells if grade_id(cell)}
        self.texts = [_canonical(cell.source) for cell in self.own]
        self.out = Repaired(new_notebook())
        self.answers: dict[str, str] = {}
        self.idle = {
            i for i, text in enumerate(self.texts) if text in IDLE or self.own[i].cell_type != "code"
        }
        ours = {_canonical(cell.source): grade_id(cell) for cell in released.cells if cell.source.strip()}
        self.place: dict[int, str] = {}
        for i, (cell, text) in enumerate(zip(self.own, self.texts)):
            name = grade_id(cell)
            if name in self.stubs:
                self.place[i] = name
            elif text in ours:
                self.place[i] = ours[text] or text

    def find_answers(self) -> None:
        """Choose a cell for each answer: the last that bears its id, else the last that defines it."""
        for name in (grade_id(cell) for cell in self.solved if role(cell) == "answer"):
            stub = self.stubs[name].source
            written = [
                i for i in range(len(self.own)) if i not in self.idle and self.texts[i] != _canonical(stub)
            ]
            marked = [i for i in written if grade_id(self.own[i]) == name]
            named = [i for i in written if _defined(stub) & _defined(self.own[i].source)]
            if len({self.texts[i] for i in marked}) > 1:
                self.out.doubtful.append(name)
            elif named and not marked:
                self.out.notes.append(f"{name}: the answer was found by the name that it defines")
            elif not marked and name not in self.place.values():
                self.out.notes.append(f"{name}: no answer was found")
            chosen = (marked or named or [None])[-1]
            for i in [i for i, place in self.place.items() if place == name and i != chosen]:
                if i in written:
                    del self.place[i]  # an earlier version, which stays as a cell of the student's own
            if chosen is not None:
                self.answers[name] = self.own[chosen].source
                self.place.setdefault(chosen, name)

    def find_written(self) -> None:
        """Choose the student's text for each written answer: by its id, else what follows its statement."""
        for statement, cell in zip(self.solved, self.solved[1:]):
            if role(cell) != "written":
                continue
            found = [i for i, own in enumerate(self.own) if grade_id(own) == grade_id(cell)]
            if not found and _canonical(statement.source) in self.texts[:-1]:
                follower = self.texts.index(_canonical(statement.source)) + 1
                found = [follower] if self.own[follower].cell_type == "markdown" else []
            if found and self.texts[found[-1]] != _canonical(self.stubs[grade_id(cell)].source):
                self.answers[grade_id(cell)] = self.own[found[-1]].source

    def look_at_tests(self) -> None:
        """Note which tests were deleted or changed, and whether points were."""
        for cell in self.solved:
            name = grade_id(cell)
            copies = [own for own in self.own if name and grade_id(own) == name]
            if any(
                "points" in meta(own) and meta(own)["points"] != meta(cell).get("points") for own in copies
            ):
                self.out.points_changed = True
            if role(cell) != "visible":
                continue
            if any(_canonical(own.source) != _canonical(cell.source) for own in copies):
                self.out.changed.append(name)
                self.out.notes.append(f"{name}: the test was changed, and restored")
            elif name not in self.place.values():
                self.out.notes.append(f"{name}: the test was missing, and restored")

    def assembled(self) -> list[NotebookNode]:
        """Merge our cells and the student's: each of theirs stays before the cell that it stood before."""
        before: dict[str, list[NotebookNode]] = {}
        waiting: list[NotebookNode] = []
        for i, cell in enumerate(self.own):
            if i in self.place:
                before.setdefault(self.place[i], []).extend(waiting)
                waiting = []
            elif i not in self.idle:
                waiting.append(new_code_cell(cell.source))
        merged: list[NotebookNode] = []
        held: list[NotebookNode] | None = []  # nothing runs before the set-up
        for cell in self.solved:
            ours, name = from_dict(cell), grade_id(cell)
            if role(cell) in ("answer", "written"):
                ours.source = self.answers.get(name, self.stubs[name].source)
                ours.metadata = self.stubs[name].metadata  # with the checksum of the untouched cell
            extra = before.get(name or _canonical(cell.source), [])
            if held is None:
                merged += [*extra, ours]
                continue
            held += extra
            merged.append(ours)
            if cell.cell_type == "code":
                merged, held = merged + held, None
        return merged + waiting
