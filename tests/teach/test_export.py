"""Filling sheets: the right cell of the right row, and nothing else."""

import csv

import pytest

from dlbook_lib.teach.course import Course, CourseError
from dlbook_lib.teach.export import export

MOODLE = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Feedback comments
Participant 657,"Roe, Jane",jane@example.org,Submitted,,20.00,
Teilnehmer/in 658,Zoë Ö,Zoe@example.org,Submitted,,20.00,
Participant 659,Max Mustermann,max@example.org,Submitted,3,20.00,
"""
RESULTS = {"657": ("graded", 8.5), "658": ("review", 6.0), "659": ("tampered", 10.0), "660": ("graded", 1.0)}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Four students were graded, of 10 points."""
    made = Course(tmp_path / "hw1")
    monkeypatch.setattr(made, "students", lambda: list(RESULTS))
    monkeypatch.setattr(made, "scores", lambda: {s: (points, False) for s, (_, points) in RESULTS.items()})
    monkeypatch.setattr(made, "total", lambda: 10)
    monkeypatch.setattr(made, "result", lambda s: {"status": RESULTS[s][0], "reason": "why", "points": 0})
    return made


def filled(course, tmp_path, text, **options):
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(text, encoding="utf-8")
    asked = {"column": None, "scale": False, "written": False} | options
    left = export(course, sheet, tmp_path / "out.csv", **asked)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        return left, list(csv.DictReader(file))


def test_moodle(course, tmp_path):
    left, rows = filled(course, tmp_path, MOODLE)
    assert [row["Grade"] for row in rows] == ["8.5", "6", "3"]
    assert [row["Full name"] for row in rows] == ["Roe, Jane", "Zoë Ö", "Max Mustermann"]
    assert left == {"659": "tampered: why", "660": "not in the sheet"}


def test_points_can_be_converted(course, tmp_path):
    _, rows = filled(course, tmp_path, MOODLE, scale=True)
    assert rows[0]["Grade"] == "17"


CANVAS = "Student,ID,Section,HW (1) (901),HW 2 (902)\n    Points Possible,,,5,10\nRoe,657,A,,\n"


@pytest.mark.parametrize("column", ["HW (1) (901)", "HW (1)", "901"])
def test_canvas(course, tmp_path, column):
    _, rows = filled(course, tmp_path, CANVAS, column=column, scale=True)
    assert (rows[1]["HW (1) (901)"], rows[1]["HW 2 (902)"], rows[0]["HW (1) (901)"]) == ("4.25", "", "5")


@pytest.mark.parametrize("column", [None, "HW", "HW 3", "ID"])
def test_a_column_that_canvas_lacks_is_refused(course, tmp_path, column):
    with pytest.raises(
        CourseError, match=r"column must be one of Canvas's own, got .*: HW \(1\) \(901\), HW 2"
    ):
        filled(course, tmp_path, CANVAS, column=column)


def test_an_unknown_sheet_is_refused(course, tmp_path):
    with pytest.raises(CourseError, match="neither Canvas's export"):
        filled(course, tmp_path, "name,grade\n")


def test_written_answers_are_waited_for(course, tmp_path, monkeypatch):
    monkeypatch.setattr(course, "scores", lambda: {"657": (8.5, True)})
    assert filled(course, tmp_path, MOODLE)[0]["657"] == "a written answer waits for a person"
    assert "657" not in filled(course, tmp_path, MOODLE, written=True)[0]
