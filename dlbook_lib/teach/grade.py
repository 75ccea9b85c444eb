"""Grades a class: every student in a process of their own, several at a time, and only what is new.

The seed is drawn when an assignment is graded for the first time, and kept, so that all submissions meet the
same hidden inputs; ``again`` draws another one.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import os
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import nbformat
import psutil
from tqdm import tqdm

from dlbook_lib.teach.box import BOX, Limits, has_box
from dlbook_lib.teach.course import Course, CourseError
from dlbook_lib.teach.marking import recorded_by_solution, run_notebook
from dlbook_lib.teach.run import family
from dlbook_lib.teach.worker import job_for

__all__ = ["COLUMNS", "grade", "write_report"]

COLUMNS = ("student", "name", "status", "points", "of", "late", "reason", "details", "seconds", "boxed")
OVERHEAD = 120  # seconds that reading, repairing and comparing may take beside the run


def grade(
    course: Course, *, limits: Limits, seed: int | None = None, jobs: int = 2, again: bool = False
) -> tuple[int, int]:
    """Grade everything that was collected and not graded yet, or has changed since.

    Parameters
    ----------
    course : Course
        After ``dlbook collect``.
    limits : Limits
        For each submission.
    seed : int, optional
        Of the hidden inputs; drawn by default.
    jobs : int
        How many students at a time.
    again : bool
        Whether to grade all of them.

    Returns
    -------
    graded, seed : int
        How many submissions were graded now, and with which seed.
    """
    students = course.students()
    course.results.mkdir(exist_ok=True)
    kept = course.results / "seed.txt"
    if seed is None:
        seed = int(kept.read_text()) if kept.exists() and not again else secrets.randbelow(10**6)
    kept.write_text(f"{seed}\n")
    digests = _digests(course, students, seed)
    new = [s for s in digests if again or _is_new(course.result(s), digests[s], limits)]
    if new:
        notebooks = _with_expected(course, seed, limits)
        pool = ThreadPoolExecutor(jobs)
        try:
            work = {pool.submit(_grade_one, course, s, notebooks, seed, limits): s for s in new}
            for done in tqdm(as_completed(work), total=len(work), desc="grading", unit="student"):
                student = work[done]
                _store(course, student, done.result() | {"digest": digests[student], "limits": str(limits)})
        finally:
            pool.shutdown(cancel_futures=True)
    write_report(course)
    return len(new), seed


def write_report(course: Course) -> Path:
    """Write what is known about every student into ``report.csv``.

    Parameters
    ----------
    course : Course
        After grading.

    Returns
    -------
    Path
        The file; its points hold what a person has graded by hand so far.
    """
    collected = course.collected()
    scores, total, path = course.scores(), course.total(), course.folder / "report.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for student in course.students():
            result, facts = course.result(student) or {}, collected.get(student, {})
            points, waits = scores.get(student, (result.get("points", 0), False))
            waiting = ["a written answer waits for a person"] if waits else []
            reason = "; ".join([result.get("reason") or "", *facts.get("notes", []), *waiting]).strip("; ")
            row = {"student": student, "of": f"{total:g}", "points": f"{points:g}", "reason": reason}
            writer.writerow(result | facts | row)
    return path


def _is_new(result: dict[str, Any] | None, digest: str, limits: Limits) -> bool:
    """Say whether a submission has to be graded: also if it was stopped, and the limits are others now."""
    if result is None or result["digest"] != digest:
        return True
    return result["status"] == "crashed" and result["limits"] != str(limits)


def _store(course: Course, student: str, result: dict[str, Any]) -> None:
    """Enter a result in nbgrader's gradebook and keep it."""
    if result["notebooks"]:
        try:
            name = course.collected().get(student, {}).get("name", student)
            course.enter(student, name, result["notebooks"])
        except CourseError as error:  # one student's must not end the others'
            result["reason"] += f"; {error}"
    path = course.results / f"{student}.json"
    path.with_suffix(".part").write_text(json.dumps(result, indent=1), encoding="utf-8")
    path.with_suffix(".part").replace(path)


def _digests(course: Course, students: list[str], seed: int) -> dict[str, str]:
    """Hash what each student's result depends on; what they have in common is read once."""
    common = hashlib.sha256(str(seed).encode())
    for pair in course.notebooks().values():
        common.update(pair["solved"].name.encode() + pair["solved"].read_bytes())
    digests = {}
    for student in students:
        digest = common.copy()
        for path in sorted((course.submitted / student).iterdir()):
            digest.update(path.name.encode() + path.read_bytes())
        digests[student] = digest.hexdigest()
    return digests


def _with_expected(course: Course, seed: int, limits: Limits) -> dict[str, dict[str, Any]]:
    """Run each solved notebook once with the seed."""
    notebooks = {}
    for name, pair in course.notebooks().items():
        solved = nbformat.read(pair["solved"], as_version=4)
        run = run_notebook(solved, seed=seed, limits=limits, rules=True)
        failed = [ended.error for ended in run.cells.values() if ended.error]
        if failed or not run.whole:
            raise CourseError(f"the solved notebook {name} fails with seed {seed}: {failed}")
        notebooks[name] = pair | {"expected": recorded_by_solution(solved, run)}
    return notebooks


def _grade_one(
    course: Course, student: str, notebooks: dict[str, dict[str, Any]], seed: int, limits: Limits
) -> dict[str, Any]:
    """Grade one student in a worker process, and give a result even if that process ends badly."""
    files = sorted((course.submitted / student).iterdir())
    job = json.dumps(job_for(files, notebooks, seed=seed, limits=limits)).encode()
    worker = subprocess.Popen(
        [sys.executable, "-m", "dlbook_lib.teach.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {BOX: "yes" if has_box() else "no"},
    )
    try:
        said, complaint = worker.communicate(job, timeout=len(notebooks) * limits.seconds + OVERHEAD)
        return json.loads(said)
    except (subprocess.TimeoutExpired, ValueError):
        last = (
            complaint.decode(errors="replace").strip().splitlines()[-1:] if worker.poll() else ["no answer"]
        )
        reason = f"the process that graded it ended: {' '.join(last)}"
        return {"status": "crashed", "reason": reason, "points": 0, "exercises": [], "notebooks": {}}
    finally:
        _kill(worker)


def _kill(worker: subprocess.Popen) -> None:
    """End a worker and what it started."""
    for process in family(worker.pid):
        with contextlib.suppress(psutil.Error):
            process.kill()
    worker.wait()
