"""Writes one page per student and notebook: what was run, points per exercise, and why.

nbgrader makes the pages from its gradebook, so that what a person wrote in the formgrader stands there too.
Hidden tests are named on them, never shown.
"""

from __future__ import annotations

import html
import shutil
from pathlib import Path

from dlbook_lib.teach.course import Course, CourseError

__all__ = ["write_feedback"]

PAGE = "<!doctype html><html lang=en><meta charset=utf-8><title>{name}</title><h1>{name}</h1><p>{text}</p>\n"


def write_feedback(course: Course) -> list[Path]:
    """Write the pages of everyone who was graded.

    Parameters
    ----------
    course : Course
        After ``dlbook grade``.

    Returns
    -------
    list of Path
        ``feedback/<student>/<notebook>.html``.

    Raises
    ------
    CourseError
        If nbgrader cannot make them.
    """
    results = {student: course.result(student) for student in course.students()}
    entered = [student for student, result in results.items() if result and result["notebooks"]]
    api = course.api()
    pages = []
    for student in entered:
        done = api.generate_feedback(course.name, student, force=True)
        if not done["success"]:
            raise CourseError(f"nbgrader could not write the feedback of {student}:\n{done['log']}")
        for page in sorted((course.course / "feedback" / student / course.name).glob("*.html")):
            target = course.feedback / student / page.name
            target.parent.mkdir(parents=True, exist_ok=True)
            pages.append(Path(shutil.copyfile(page, target)))
    for student, result in results.items():
        if result and student not in entered:
            target = course.feedback / student / f"{course.name}.html"
            target.parent.mkdir(parents=True, exist_ok=True)
            text = html.escape(f"{result['status']}: {result['reason']}")
            target.write_text(PAGE.format(name=html.escape(course.name), text=text), encoding="utf-8")
            pages.append(target)
    return pages
