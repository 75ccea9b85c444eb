# ruff: noqa: E402 (one line has to stand before the imports)
"""Grades one student's files, in a process of its own: a file that breaks the reader breaks only this.

python -m dlbook_lib.teach.worker < job.json
"""

from __future__ import annotations

import base64
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.modules.setdefault("rfc3987_syntax", None)  # or jsonschema spends a second on web addresses
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from dlbook_lib.teach.box import Limits, has_box
from dlbook_lib.teach.kernel import limit
from dlbook_lib.teach.marking import Mark, harmless, mark, run_notebook
from dlbook_lib.teach.repair import Repaired, read_submission, repair

__all__ = ["grade_files", "job_for", "status_of"]


def job_for(
    files: list[Path], notebooks: dict[str, dict[str, Any]], *, seed: int, limits: Limits
) -> dict[str, Any]:
    """Describe one student's grading in plain values.

    Parameters
    ----------
    files : list of Path
        What the student handed in.
    notebooks : dict
        For each notebook of the assignment ``solved`` and ``released``, paths, and ``expected``, the
        solution's recorded values.
    seed : int
        The grader's.
    limits : Limits
        What the submission may use.

    Returns
    -------
    dict
        For :func:`grade_files`, after a way through JSON.
    """
    plain = {}
    for name, notebook in notebooks.items():
        values = {
            test: {file: base64.b64encode(data).decode() for file, data in stored.items()}
            for test, stored in notebook["expected"].items()
        }
        paths = {key: str(notebook[key]) for key in ("solved", "released")}
        plain[name] = paths | {"expected": values}
    return {"files": list(map(str, files)), "notebooks": plain, "seed": seed, "limits": asdict(limits)}


def grade_files(job: dict[str, Any]) -> dict[str, Any]:
    """Grade one student.

    Parameters
    ----------
    job : dict
        As :func:`job_for` describes it.

    Returns
    -------
    dict
        ``status``, ``points``, ``reason`` (for the student too), ``details`` (for the instructor alone),
        ``exercises``, ``notebooks`` (what was run) and more.
    """
    began = time.monotonic()
    sources = {
        name: [nbformat.read(notebook[key], as_version=4) for key in ("solved", "released")]
        for name, notebook in job["notebooks"].items()
    }
    chosen, notes, several = _choose([Path(file) for file in job["files"]], sources)
    marks: dict[str, Mark] = {}
    for name, repaired in chosen.items():
        coded = job["notebooks"][name]["expected"]
        expected = {t: {f: base64.b64decode(d) for f, d in stored.items()} for t, stored in coded.items()}
        run = run_notebook(repaired.notebook, seed=job["seed"], limits=Limits(**job["limits"]))
        marks[name] = mark(repaired, run, expected)
        notes += repaired.notes
    status, reason = status_of(marks, chosen, several, notes)
    for given in marks.values():
        given.notebook.cells.insert(0, _summary(status, reason, given))
    exercises = [entry | {"notebook": name} for name, given in marks.items() for entry in given.exercises]
    graded = [entry for entry in exercises if not entry["written"]]
    full = sum(entry["points"] == entry["of"] for entry in graded)
    reasons = ([f"{full} of {len(graded)} exercises have all their points"] if graded else []) + [reason]
    details = [
        f"{e['name']} {e['points']:g}/{e['of']:g}: {', '.join(e['details']) or e['said']}" for e in graded
    ]
    return {
        "status": status,
        "reason": "; ".join(filter(None, reasons)),
        "details": "; ".join(line for line, e in zip(details, graded) if e["points"] < e["of"]),
        "points": sum(entry["points"] for entry in exercises),
        "exercises": exercises,
        "notebooks": {name: given.notebook for name, given in marks.items()},
        "boxed": has_box(),
        "seconds": round(time.monotonic() - began, 2),
    }


def _choose(
    files: list[Path], sources: dict[str, list[NotebookNode]]
) -> tuple[dict[str, Repaired], list[str], list[str]]:
    """Find each notebook of the assignment among a student's files, by what is in them and not by name."""
    candidates: dict[str, list[tuple[int, str, Repaired]]] = {}
    notes = []
    for file in sorted(files):
        try:
            submitted = read_submission(file)
        except (OSError, ValueError) as error:
            notes.append(f"{file.name}: {error}")
            continue
        fits = {name: repair(*pair, submitted) for name, pair in sources.items()}
        name = max(fits, key=lambda name: (fits[name].fits, name == file.stem))
        if fits[name].fits:
            candidates.setdefault(name, []).append((fits[name].answered, file.name, fits[name]))
        else:
            notes.append(f"{file.name}: none of its cells belongs to the exercises")
    chosen, several = {}, []
    for name, found in candidates.items():
        *others, (_, file, chosen[name]) = sorted(found, key=lambda candidate: candidate[:2])
        if any(answered for answered, _, _ in others):
            several.append(f"{len(found)} files with answers; {file} was graded")
    notes += [f"{name}: no file was handed in" for name in sources if name not in chosen and chosen]
    return chosen, notes, several


def status_of(
    marks: dict[str, Mark], chosen: dict[str, Repaired], several: list[str], notes: list[str]
) -> tuple[str, str]:
    """Say what a person has to know about a submission, gravest first.

    Parameters
    ----------
    marks : dict of Mark
        By notebook.
    chosen : dict of Repaired
        By notebook.
    several : list of str
        Where a student handed in more than one version.
    notes : list of str
        What was mended, and which files could not be read.

    Returns
    -------
    status : str
        ``"unreadable"``, ``"tampered"``, ``"crashed"``, ``"review"`` or ``"graded"``.
    reason : str
        In sentences; empty if there is nothing to say.
    """
    given = marks.values()
    tampered = [f"replaced {name}" for each in given for name in each.patched]
    tampered += [f"{name}: its test was changed, and fails" for each in given for name in each.failed_changed]
    tampered += ["the points in the file were changed" for each in chosen.values() if each.points_changed]
    crashed = [text for each in given for text in each.killed]
    review = [f"{name} is not vouched for by the hidden test" for each in given for name in each.unvouched]
    review += [
        f"{name}: several different answers, the last was graded"
        for each in chosen.values()
        for name in each.doubtful
    ] + several
    found = {"tampered": tampered, "crashed": crashed, "review": review}
    status = next((name for name, why in found.items() if why), "graded" if marks else "unreadable")
    reasons = [text for why in found.values() for text in why] + notes
    return status, "; ".join(dict.fromkeys(reasons))


def _summary(status: str, reason: str, mark: Mark) -> NotebookNode:
    """Write what was found on top of a notebook, for the student and for the person who grades by hand."""
    lines = ["| exercise | points | what was found |", "|---|---|---|"]
    for entry in mark.exercises:
        said = entry["said"].replace("|", "\\|").replace("\n", " ")
        points = "by hand," if entry["written"] else f"{entry['points']:g}"
        lines.append(f"| {entry['title']} | {points} of {entry['of']:g} | {said} |")
    text = "\n".join(lines)
    return new_markdown_cell(harmless(f"**Status: {status}.** {reason}\n\n{text}"), id="what-was-found")


if __name__ == "__main__":
    job = json.load(sys.stdin)
    limit(memory=max(job["limits"]["memory"], 4 * 2**30), file_size=None, processes=None)
    json.dump(grade_files(job), sys.stdout)
