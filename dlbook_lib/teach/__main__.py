"""The command `dlbook`: release, collect, grade, export and feed back the exercises of a class."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from dlbook_lib.teach.box import Limits, has_box
from dlbook_lib.teach.course import Course, CourseError

ABOUT = """Exercises for a class: from the book's solved notebooks to grades in your LMS.

  dlbook list                                  what there is to hand out
  dlbook release hw1 convolution diffusion     make the students' notebooks, in hw1/release
  dlbook collect hw1 submissions.zip           unpack what Canvas or Moodle hands over
  dlbook grade hw1                             grade what is new; hw1/report.csv says how it went
  dlbook export hw1 canvas.csv --column "Homework 1"    fill the LMS's own sheet
  dlbook feedback hw1                          one page per student, in hw1/feedback
"""


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    shape = argparse.RawDescriptionHelpFormatter
    top = argparse.ArgumentParser(prog="dlbook", description=ABOUT, formatter_class=shape)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, does in COMMANDS.items():
        made = commands.add_parser(name, help=does, description=does)
        if name != "list":
            made.add_argument("folder", type=Path, help="the assignment's folder, for example hw1")
        if name in OPTIONS:
            OPTIONS[name](made.add_argument)
    return top


def release_options(add: Callable) -> None:
    """Describe `dlbook release`."""
    add("sources", nargs="*", help="chapters of the book, or solved notebooks; all of the book's by default")
    add(
        "--layout",
        choices=("folder", "branch"),
        default="folder",
        help="branch: at their paths in the repository",
    )
    add("--address", help="the public repository that the Colab badges lead to")
    add("--branch", default="student", help="the branch in it (default: student)")


def collect_options(add: Callable) -> None:
    """Describe `dlbook collect`."""
    add("archives", nargs="+", type=Path, help="zip files from Canvas or Moodle, or folders")


def grade_options(add: Callable) -> None:
    """Describe `dlbook grade`."""
    limits, processors = Limits(), os.cpu_count() or 2
    add("--seed", type=int, help="of the hidden inputs (default: drawn once, then kept)")
    add(
        "--jobs",
        type=int,
        default=max(1, processors - 1),
        help="students at a time (default: processors - 1)",
    )
    add("--again", action="store_true", help="grade everyone anew, with another seed")
    add("--cell-seconds", type=float, default=limits.cell_seconds, help="wall time of one cell (default: 60)")
    add("--seconds", type=float, default=limits.seconds, help="wall time of one notebook (default: 600)")
    add("--memory", type=float, default=limits.memory / 2**30, help="GiB per submission (default: 4)")


def export_options(add: Callable) -> None:
    """Describe `dlbook export`."""
    add("sheet", type=Path, help="the file that the LMS exported")
    add("--column", help='Canvas: "Homework 1", or its number')
    add("--output", type=Path, help="where to write (default: FOLDER/grades.csv)")
    add("--scale", action="store_true", help="convert to the points that the LMS says are possible")
    add("--without-written", action="store_true", help="do not wait for written answers")


COMMANDS = {
    "list": "List the book's exercises.",
    "release": "Make the students' notebooks, and try out that they can be graded.",
    "collect": "Unpack submissions; a student found again replaces their earlier files.",
    "grade": "Grade what is new or has changed.",
    "export": "Fill Canvas's exported grades or Moodle's grading worksheet.",
    "feedback": "Write one page per student.",
}
OPTIONS = {
    "release": release_options,
    "collect": collect_options,
    "grade": grade_options,
    "export": export_options,
}


def run_list(_) -> None:
    """Print the exercises by name."""
    from dlbook_lib.teach.release import find_sources

    for name, path in find_sources([]).items():
        print(f"{name:24} {path}")


def run_release(asked: argparse.Namespace) -> None:
    """Make a release and say what to do with it."""
    from dlbook_lib.teach.release import find_sources, release

    sources = find_sources(asked.sources)
    if not sources:
        raise CourseError("there is nothing to release: give solved notebooks by path")
    files = release(
        asked.folder,
        sources,
        layout=asked.layout,
        address=asked.address,
        branch=asked.branch,
        limits=Limits(),
    )
    course = Course(asked.folder)
    print(f"{len(files)} notebook(s), {course.total():g} points, in {course.release}")
    if asked.layout == "branch":
        print(
            f"To publish them, commit that folder's files as the branch {asked.branch!r} of the repository."
        )


def run_collect(asked: argparse.Namespace) -> None:
    """Unpack and say what came."""
    from dlbook_lib.teach.collect import collect

    found = collect(Course(asked.folder), asked.archives)
    print(f"{len(found)} student(s), {sum(len(handed.files) for handed in found.values())} notebook(s)")
    for student, handed in sorted(found.items()):
        for note in handed.notes:
            print(f"  {student} {handed.name}: {note}")


def run_grade(asked: argparse.Namespace) -> None:
    """Grade and count what came out."""
    from dlbook_lib.teach.grade import grade

    course = Course(asked.folder)
    if not has_box():
        print(
            "This machine makes no namespaces: submissions run with limits, but see the disk and the network."
        )
    memory = int(asked.memory * 2**30)
    limits = Limits(cell_seconds=asked.cell_seconds, seconds=asked.seconds, memory=memory)
    count, seed = grade(course, limits=limits, seed=asked.seed, jobs=asked.jobs, again=asked.again)
    states = Counter((course.result(student) or {})["status"] for student in course.students())
    print(f"graded {count} of {states.total()} with seed {seed}: {course.folder / 'report.csv'}")
    print("  " + ", ".join(f"{number} {status}" for status, number in sorted(states.items())))


def run_export(asked: argparse.Namespace) -> None:
    """Fill a sheet and list the rows that are left to a person."""
    from dlbook_lib.teach.export import export
    from dlbook_lib.teach.grade import write_report

    course = Course(asked.folder)
    target = asked.output or course.folder / "grades.csv"
    left = export(
        course,
        asked.sheet,
        target,
        column=asked.column,
        scale=asked.scale,
        written=asked.without_written,
    )
    write_report(course)
    print(f"{len(course.students()) - len(left)} score(s) in {target}")
    for student, why in sorted(left.items()):
        print(f"  left to you: {student}, {why}")


def run_feedback(asked: argparse.Namespace) -> None:
    """Write the pages."""
    from dlbook_lib.teach.feedback import write_feedback

    course = Course(asked.folder)
    print(f"{len(write_feedback(course))} page(s) in {course.feedback}")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; what the instructor can mend is one message, without a traceback."""
    asked = parser().parse_args(arguments)
    try:
        globals()[f"run_{asked.command}"](asked)
    except (CourseError, OSError) as error:
        print(f"dlbook {asked.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"dlbook {asked.command}: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
