"""From a run to points: which tests of which exercise hold, and what the whole submission's status is.

A visible test asserts, in the submission's own process, where an assertion can be made to pass. Its points
therefore count only where the values that the hidden test recorded vouch for it: at least half of them must
be right. A hidden test is right if all its values are.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from dlbook_lib.teach.box import Limits
from dlbook_lib.teach.cells import grade_id, meta, role, title_of
from dlbook_lib.teach.judge import judge, load
from dlbook_lib.teach.repair import Repaired
from dlbook_lib.teach.run import Ended, Run, run_cells

__all__ = ["Expected", "Mark", "harmless", "mark", "recorded_by_solution", "run_notebook", "without_rules"]

Expected = dict[str, dict[str, bytes]]  # a hidden test -> its recorded values, by file name
UNVOUCHED = "it passes in the submission's own process, but fewer than half of the recorded values are right"


@dataclass
class Mark:
    """Points of one notebook.

    Parameters
    ----------
    exercises : list of dict
        ``title``, ``points``, ``of``, ``said`` (what the student reads), ``details`` (what the instructor
        reads), ``written`` (whether a person has to grade it).
    killed, unvouched : list of str
        Tests and cells that had to be stopped; visible tests that nothing vouches for.
    patched : list of str
        Functions that the submission replaced.
    failed_changed : list of str
        Tests that the student had changed, and that fail as they should be.
    notebook : NotebookNode
        What was run, with outputs, and without the hidden tests' code.
    """

    exercises: list[dict[str, Any]] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    unvouched: list[str] = field(default_factory=list)
    patched: list[str] = field(default_factory=list)
    failed_changed: list[str] = field(default_factory=list)
    notebook: NotebookNode | None = None


def without_rules(source: str) -> str:
    """Take the rules out of a hidden test's calls of ``record``.

    Parameters
    ----------
    source : str
        Code of a hidden test.

    Returns
    -------
    str
        The same calls with name and value only.

    Examples
    --------
    >>> without_rules('record("labels", predict(x), accuracy=(labels_of(x), 0.9))')
    "record('labels', predict(x))"
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", getattr(node.func, "attr", "")) == "record"
        ):
            node.keywords = [word for word in node.keywords if word.arg in ("name", "value")]
    return ast.unparse(tree)


def run_notebook(notebook: NotebookNode, *, seed: int, limits: Limits, rules: bool = False) -> Run:
    """Run a repaired notebook, or the solved one.

    Parameters
    ----------
    notebook : NotebookNode
        With all tests.
    seed : int
        The grader's.
    limits : Limits
        What it may use.
    rules : bool
        Whether the hidden tests keep their rules: for the solved notebook only.

    Returns
    -------
    Run
        Places are those of the notebook's code cells.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    strip = (lambda cell: role(cell) == "hidden") if not rules else (lambda cell: False)
    sources = [without_rules(cell.source) if strip(cell) else cell.source for cell in code]
    together = {i: [i + 1] for i in range(len(code) - 1) if role(code[i + 1]) == "hidden"}
    return run_cells(sources, seed=seed, limits=limits, together=together)


def recorded_by_solution(solved: NotebookNode, run: Run) -> Expected:
    """Sort the solution's recorded values by hidden test.

    Parameters
    ----------
    solved : NotebookNode
        The solved notebook.
    run : Run
        What :func:`run_notebook` gave for it, with rules.

    Returns
    -------
    dict of dict of bytes
        For each hidden test, its values by file name.
    """
    code = [cell for cell in solved.cells if cell.cell_type == "code"]
    return {
        grade_id(cell): {name: run.records[name] for name in run.cells[i].records}
        for i, cell in enumerate(code)
        if role(cell) == "hidden" and i in run.cells
    }


def mark(repaired: Repaired, run: Run, expected: Expected) -> Mark:
    """Give points.

    Parameters
    ----------
    repaired : Repaired
        The notebook that was run.
    run : Run
        What became of it.
    expected : dict
        From the solution's run with the same seed.

    Returns
    -------
    Mark
        Points and what to say about them.
    """
    all_expected = {name: data for values in expected.values() for name, data in values.items()}
    return _Marker(repaired, run, expected, judge(all_expected, run.records)).whole()


class _Marker:
    """Goes through the cells once, exercise by exercise."""

    def __init__(self, repaired: Repaired, run: Run, expected: Expected, verdicts: dict) -> None:
        self.repaired, self.run, self.expected, self.verdicts = repaired, run, expected, verdicts
        self.out = Mark(patched=run.patched)
        self.title = self.name = ""
        self.visible: tuple[NotebookNode, NotebookNode, Ended] | None = None

    def whole(self) -> Mark:
        """Mark every exercise and write down the notebook that was run."""
        shown, place = [], 0
        for cell in self.repaired.notebook.cells:
            if role(cell) == "text":
                self.title = title_of(cell) or self.title
            if cell.cell_type != "code":
                shown.append(cell)
                if role(cell) == "written":
                    cell.source = harmless(cell.source)
                    self.add(cell, 0, "A person reads and grades this answer.", [], written=True)
                continue
            ended = self.run.cells.get(place, Ended("it was not reached", killed=True))
            place += 1
            if ended.killed:
                self.out.killed.append(f"{grade_id(cell) or 'a cell of their own'}: {ended.error}")
            if role(cell) == "answer":
                self.name = grade_id(cell)
            copy = _with_outputs(cell, ended)
            shown.append(copy)
            if role(cell) == "visible":
                self.visible = (cell, copy, ended)
            elif role(cell) == "hidden":
                self.mark_exercise(cell, copy, ended)
        self.out.notebook = self.repaired.notebook.copy()
        self.out.notebook.cells = shown
        return self.out

    def mark_exercise(self, hidden: NotebookNode, copy: NotebookNode, ended: Ended) -> None:
        """Give the points of a visible and a hidden test."""
        files = self.expected.get(grade_id(hidden), {})
        wrong = {load(files[f])[0]["name"]: self.verdicts[f] for f in files if self.verdicts[f] is not None}
        right, count = len(files) - len(wrong), len(files)
        cell, visible_copy, visible = self.visible
        passed, vouched = visible.error is None, 2 * right >= count > 0
        said = [] if passed else [f"The visible test fails: {visible.error}"]
        if passed and not vouched:
            said.append(f"The visible test does not count: {UNVOUCHED}.")
            self.out.unvouched.append(grade_id(cell))
            _fail(visible_copy, UNVOUCHED)
        if not passed and grade_id(cell) in self.repaired.changed:
            self.out.failed_changed.append(grade_id(cell))
        summary = f"{right} of {count} recorded values agree with the solution's"
        said.append(f"Hidden test: {summary}{f'; it stopped at {ended.error}' if ended.error else ''}.")
        copy.source, copy.outputs = "# Hidden test", []
        if right == count > 0:
            copy.outputs = [new_output("stream", name="stdout", text=summary)]
        else:
            _fail(copy, summary)
        points = meta(cell)["points"] * (passed and vouched) + meta(hidden)["points"] * (right == count > 0)
        self.add(cell, points, " ".join(said), [f"{name}: {why}" for name, why in wrong.items()], hidden)

    def add(self, cell, points, said, details, *others, written=False) -> None:
        """Enter one exercise."""
        of = sum(meta(graded)["points"] for graded in (cell, *others))
        entry = {
            "name": grade_id(cell) if written else self.name,
            "title": self.title,
            "points": points,
            "of": of,
        }
        self.out.exercises.append(entry | {"said": said, "details": details, "written": written})


def harmless(text: str) -> str:
    """Put spaces into a student's text, so that it holds no tag and no link that a page would follow.

    Parameters
    ----------
    text : str
        Markdown.

    Returns
    -------
    str
        The same to read, formulas included.

    Examples
    --------
    >>> harmless("1 < 2 <script> [x](javascript:1)")
    '1 < 2 < script> [x] (javascript:1)'
    """
    return re.sub(r"<(?=\S)", "< ", text).replace("](", "] (").replace("]:", "] :")


def _with_outputs(cell: NotebookNode, ended: Ended) -> NotebookNode:
    """Copy a cell with what it printed and raised."""
    outputs = [new_output("stream", name="stdout", text=ended.printed)] if ended.printed else []
    copy = new_code_cell(cell.source, metadata=cell.metadata, outputs=outputs, id=cell.get("id", None))
    if ended.error:
        _fail(copy, ended.error, ended.where)
    return copy


def _fail(cell: NotebookNode, why: str, where: str = "") -> None:
    """Give a cell an error for output, by which nbgrader knows that its test failed."""
    kind, _, text = why.partition(": ")
    cell.outputs.append(new_output("error", ename=kind, evalue=text, traceback=[where or why]))
