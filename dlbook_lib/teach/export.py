"""Fills the sheet that the LMS itself exported, and changes nothing else in it.

A score is entered where there is one that needs no person: for submissions that are ``graded`` or to be
reviewed. Rows of other submissions, and of those whose written answer is still ungraded, stay as they were.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from dlbook_lib.teach.course import Course, CourseError

__all__ = ["export", "kind_of"]

CERTAIN = ("graded", "review")


def kind_of(header: list[str]) -> str:
    """Say which LMS a sheet comes from.

    Parameters
    ----------
    header : list of str
        Its first row.

    Returns
    -------
    {"canvas", "moodle"}
        By the columns that only one of them has.

    Raises
    ------
    CourseError
        If it is neither's.

    Examples
    --------
    >>> kind_of(["Student", "ID", "SIS User ID", "Homework 1 (901)"])
    'canvas'
    """
    if {"Student", "ID"} <= set(header):
        return "canvas"
    if {"Identifier", "Grade"} <= set(header):
        return "moodle"
    raise CourseError(
        "the sheet is neither Canvas's export (columns Student, ID) nor Moodle's grading worksheet "
        f"(columns Identifier, Grade): it has {', '.join(header[:6])}"
    )


def export(
    course: Course, sheet: Path, target: Path, *, column: str | None, scale: bool, written: bool
) -> dict[str, str]:
    """Fill a sheet.

    Parameters
    ----------
    course : Course
        After ``dlbook grade``.
    sheet, target : Path
        The LMS's file, and the one to write.
    column : str, optional
        Canvas's column, by its name or number; needed for Canvas.
    scale : bool
        Whether to convert to the points that the LMS says are possible.
    written : bool
        Whether to enter scores whose written answers nobody has graded yet.

    Returns
    -------
    dict of str
        For each student whose row was left alone, why.

    Raises
    ------
    CourseError
        If the sheet is not the LMS's, or the column is not in it.
    """
    students = set(course.students())
    with sheet.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    if not rows:
        raise CourseError(f"{sheet} is empty")
    header = rows[0]
    canvas = kind_of(header) == "canvas"
    place = _canvas_column(header, column) if canvas else header.index("Grade")
    who = header.index("ID" if canvas else "Identifier")
    scores, total = course.scores(), course.total()
    left: dict[str, str] = {}
    for row in rows[1:]:
        student = row[who].strip() if canvas else (re.findall(r"\d+$", row[who]) or [""])[0]
        if student not in students or len(row) <= place:
            continue
        result = course.result(student)
        points, waits = scores.get(student, (result["points"] if result else 0, False))
        if result is None or result["status"] not in CERTAIN:
            left[student] = "not graded yet" if result is None else f"{result['status']}: {result['reason']}"
        elif waits and not written:
            left[student] = "a written answer waits for a person"
        else:
            possible = _possible(rows, row, place, canvas) if scale else None
            row[place] = f"{points * possible / total if possible else points:.6g}"
        students.discard(student)
    left |= dict.fromkeys(sorted(students), "not in the sheet")
    with target.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return left


def _canvas_column(header: list[str], wanted: str | None) -> int:
    """Find an assignment's column: ``Homework 1 (901)``, ``Homework 1`` or ``901``."""
    offered = [name for name in header if re.search(r"\(\d+\)$", name)]
    fits = [
        name for name in offered if wanted in (name, name.rsplit(" (", 1)[0], name[:-1].rsplit("(", 1)[-1])
    ]
    if len(fits) != 1:
        raise CourseError(
            f"column must be one of Canvas's own, got {wanted!r}: {', '.join(offered) or 'none'} "
            "(a new column would become a new assignment)"
        )
    return header.index(fits[0])


def _possible(rows: list[list[str]], row: list[str], place: int, canvas: bool) -> float | None:
    """Return how many points the LMS says are possible."""
    if canvas:
        lines = [line for line in rows[1:4] if line and "Points Possible" in line[0]]
        text = lines[0][place] if lines else ""
    else:
        text = row[rows[0].index("Maximum Grade")] if "Maximum Grade" in rows[0] else ""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
