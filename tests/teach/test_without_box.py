"""Where there are no namespaces, the limits hold all the same."""

import csv

import nbformat
import pytest
from canvas import number_of, write_zip
from example_exercises import build
from submissions import kinds, released_example

from dlbook_lib.teach import box
from dlbook_lib.teach.__main__ import main
from dlbook_lib.teach.box import Limits
from dlbook_lib.teach.course import Course
from dlbook_lib.teach.grade import grade

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
SOME = ["correct", "endless", "os-exit", "kills-its-parent", "allclose-patched", "untouched"]
LIMITS = Limits(cell_seconds=5, seconds=60, memory=2**30, disk=2**24)


def test_nobody_harms_another(tmp_path, monkeypatch):
    """A submission that kills the process that grades it loses its own points only."""
    box.has_box.cache_clear()
    monkeypatch.setenv(box.BOX, "no")
    nbformat.write(build(), tmp_path / "example.ipynb")
    course = Course(tmp_path / "hw1")
    assert main(["release", str(course.folder), str(tmp_path / "example.ipynb")]) == 0
    every = kinds(released_example(), [])
    write_zip(tmp_path / "all.zip", {name: every[name] for name in SOME})
    assert main(["collect", str(course.folder), str(tmp_path / "all.zip")]) == 0
    grade(course, limits=LIMITS)
    with (course.folder / "report.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    for place, name in enumerate(SOME):
        row = rows[number_of(place)]
        expected = ("crashed", 0) if name == "kills-its-parent" else (every[name].status, every[name].points)
        assert (row["status"], float(row["points"])) == expected
        assert row["boxed"] in ("False", "")
    box.has_box.cache_clear()
