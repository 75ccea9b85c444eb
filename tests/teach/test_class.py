"""A whole class, with the commands of the guide: every kind of submission gets its status and its points."""

import csv
import json
import re
from pathlib import Path

import nbformat
import pytest
from canvas import COLUMN, number_of, write_sheet, write_zip
from example_exercises import build
from submissions import kinds, released_example

from dlbook_lib.teach.__main__ import main
from dlbook_lib.teach.box import Limits, has_box
from dlbook_lib.teach.course import Course
from dlbook_lib.teach.grade import grade

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_box(), reason="no namespaces here: hostile submissions would reach the disk"),
    pytest.mark.filterwarnings("ignore"),  # nbgrader's own
]
NAMES = list(kinds(released_example(), []))
LIMITS = Limits(cell_seconds=5, seconds=60, memory=2**30, disk=2**24, processes=60)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A folder in which every kind of submission was released for, collected and graded."""
    folder = tmp_path_factory.mktemp("class")
    nbformat.write(build(), folder / "example.ipynb")
    assert main(["release", str(folder / "hw1"), str(folder / "example.ipynb")]) == 0
    course = Course(folder / "hw1")
    released = json.loads((course.release / "example.ipynb").read_text(encoding="utf-8"))
    secrets = [f"{folder}/**/*.ipynb", f"{folder}/hw1/course/gradebook.db"]
    secrets.append(str(Path(__file__).parents[2] / "chapters/*/exercises/*.ipynb"))
    students = kinds(released, secrets)
    assert list(students) == NAMES
    write_zip(folder / "submissions.zip", students)
    write_sheet(folder / "canvas.csv", NAMES)
    assert main(["collect", str(course.folder), str(folder / "submissions.zip")]) == 0
    assert grade(course, limits=LIMITS, jobs=2, seed=5) == (len(NAMES), 5)
    course.expected = students
    return course


def report(course):
    with (course.folder / "report.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_gets_its_status_and_points(course, name):
    row, expected = report(course)[number_of(NAMES.index(name))], course.expected[name]
    assert (row["status"], float(row["points"])) == (expected.status, expected.points), row["reason"]
    assert row["reason"]
    assert bool(row["late"] == "True") == expected.late


def test_nobody_was_lost(course):
    assert list(report(course)) == sorted(number_of(place) for place in range(len(NAMES)))


def test_nothing_was_written_outside(course):
    assert not list(Path("/tmp").glob("dlbook-was-here")) + list(Path.home().parent.glob("dlbook-was-here"))


def test_the_gradebook_agrees_and_waits_for_a_person(course):
    scores = course.scores()
    for place, name in enumerate(NAMES):
        result = course.result(number_of(place))
        if result["notebooks"]:
            points, waits = scores[number_of(place)]
            assert (points, waits) == (result["points"], name != "untouched")


def test_a_second_run_grades_only_what_is_new(course):
    assert grade(course, limits=LIMITS)[0] == 0
    file = next((course.submitted / number_of(0)).iterdir())
    file.write_bytes(file.read_bytes() + b"\n")
    assert grade(course, limits=LIMITS) == (1, 5)


def test_the_sheet_is_filled_and_otherwise_unchanged(course, capsys):
    sheet, filled = course.folder.parent / "canvas.csv", course.folder / "grades.csv"
    asked = ["export", str(course.folder), str(sheet), "--column", "Homework 1", "--without-written"]
    assert main(asked) == 0
    said = capsys.readouterr().out
    before, after = (
        list(csv.reader(path.open(encoding="utf-8-sig", newline=""))) for path in (sheet, filled)
    )
    place = before[0].index(COLUMN)
    for old, new in zip(before, after):
        assert old[:place] + old[place + 1 :] == new[:place] + new[place + 1 :]
    grades = {row[1]: row[place] for row in after}
    for number, row in report(course).items():
        if row["status"] in ("graded", "review"):
            assert float(grades[number]) == float(row["points"])
        else:
            assert grades[number] == ""
            assert f"left to you: {number}, {row['status']}" in said
    assert after[2][0] == "Correct, Jr."
    assert float(grades[number_of(0)]) == 10


def test_without_the_flag_written_answers_are_waited_for(course, capsys):
    sheet = course.folder.parent / "canvas.csv"
    assert main(["export", str(course.folder), str(sheet), "--column", "901"]) == 0
    assert "left to you: 1041, a written answer waits for a person" in capsys.readouterr().out


def test_feedback_tells_points_and_reason_but_no_hidden_test(course):
    assert main(["feedback", str(course.folder)]) == 0
    hidden = [cell.source for cell in build().cells if "BEGIN HIDDEN" in cell.source]
    hidden = {line.strip() for source in hidden for line in source.splitlines() if line.strip()}
    for place, name in enumerate(NAMES):
        (page,) = (course.feedback / number_of(place)).glob("*.html")
        text = re.sub("<[^>]+>", "", page.read_text(encoding="utf-8"))
        assert course.expected[name].status in text
        assert not re.search("<script>alert|<img src=x|href=.javascript", page.read_text(encoding="utf-8"))
        assert not [line for line in hidden if line in text]
    correct = (course.feedback / number_of(0) / "example.html").read_text(encoding="utf-8")
    assert "3 of 3 recorded values agree" in correct


def test_a_written_answer_graded_by_a_person_counts(course):
    """What the formgrader stores is what the report and the sheet show."""
    from nbgrader.api import Gradebook

    with Gradebook(course.database, "course") as gradebook:
        entry = gradebook.find_grade("why", "example", course.name, "1041")
        entry.manual_score, entry.needs_manual_grade = 2, False
        gradebook.db.commit()
    sheet = course.folder.parent / "canvas.csv"
    assert main(["export", str(course.folder), str(sheet), "--column", COLUMN]) == 0
    assert report(course)["1041"]["points"] == "12"
    with (course.folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        assert {row["ID"]: row[COLUMN] for row in csv.DictReader(file)}["1041"] == "12"


def test_a_new_version_replaces_the_old_one(course, tmp_path):
    write_zip(tmp_path / "later.zip", {"correct": course.expected["untouched"]})
    assert main(["collect", str(course.folder), str(tmp_path / "later.zip")]) == 0
    assert grade(course, limits=LIMITS)[0] == 1
    assert course.result("1041")["points"] == 0
