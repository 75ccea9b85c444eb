"""Unpacking what Canvas and Moodle hand over, and refusing what is no submission."""

import zipfile

import pytest

from dlbook_lib.teach.collect import collect, sort_name
from dlbook_lib.teach.course import Course, CourseError


@pytest.fixture
def course(tmp_path):
    """An assignment that was released."""
    (tmp_path / "hw1").mkdir()
    (tmp_path / "hw1" / "assignment.json").write_text('{"notebooks": {}}')
    return Course(tmp_path / "hw1")


def archive(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in entries:
            opened.writestr(name, data)
    return path


def handed_in(course):
    return {
        student: sorted(p.name for p in (course.submitted / student).iterdir())
        for student in course.students()
    }


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("doejane_1041_88123_homework.ipynb", ("1041", "doejane", False, "homework.ipynb")),
        ("doejane_LATE_1041_88123_my_home_work-2.ipynb", ("1041", "doejane", True, "my_home_work-2.ipynb")),
        ("submissions/doe_jane_1041_88123_a.ipynb", ("1041", "doe_jane", False, "a.ipynb")),
        ("Jane Doe_657_assignsubmission_file_hw.ipynb", ("657", "Jane Doe", False, "hw.ipynb")),
        ("Jane Doe_657_assignsubmission_file_/hw.ipynb", ("657", "Jane Doe", False, "hw.ipynb")),
        ("Jane Doe_657_assignsubmission_file/hw.ipynb", ("657", "Jane Doe", False, "hw.ipynb")),
        (
            "Course/Zoë Ö_657_assignsubmission_file_/a/hw_1_2_3.ipynb",
            ("657", "Zoë Ö", False, "hw_1_2_3.ipynb"),
        ),
        ("jane@example.org/hw.ipynb", ("jane@example.org", "jane@example.org", False, "hw.ipynb")),
        ("hw.ipynb", ("hw", "hw", False, "hw.ipynb")),
    ],
)
def test_names(path, parts):
    assert sort_name(path) == parts


def test_a_canvas_archive(course, tmp_path):
    entries = [
        ("doejane_1041_1_hw.ipynb", b"1"),
        ("doejane_1041_2_hw.ipynb", b"2"),
        ("roerichard_LATE_1042_3_übung.ipynb", b"3"),
        ("roerichard_LATE_1042_4_essay.pdf", b"4"),
        ("__MACOSX/._doejane_1041_1_hw.ipynb", b"5"),
    ]
    found = collect(course, [archive(tmp_path / "a.zip", entries)])
    assert handed_in(course) == {"1041": ["2-hw.ipynb", "hw.ipynb"], "1042": ["übung.ipynb"]}
    assert (found["1042"].late, found["1041"].late) == (True, False)
    assert found["1042"].notes == ["essay.pdf: left out, because it is no notebook"]


def test_a_student_found_again_replaces_the_files(course, tmp_path):
    collect(course, [archive(tmp_path / "a.zip", [("doe_1_1_old.ipynb", b""), ("roe_2_2_hw.ipynb", b"")])])
    collect(course, [archive(tmp_path / "b.zip", [("doe_1_3_new.ipynb", b"")])])
    assert handed_in(course) == {"1": ["new.ipynb"], "2": ["hw.ipynb"]}
    assert set(course.collected()) == {"1", "2"}


def test_a_path_out_of_the_folder_is_refused(course, tmp_path):
    entries = [
        ("../../evil_1_1_x.ipynb", b"x"),
        ("/etc/evil_2_1_x.ipynb", b"x"),
        ("..\\evil_3_1_x.ipynb", b"x"),
    ]
    found = collect(course, [archive(tmp_path / "a.zip", entries)])
    assert all("refused, because its path is" in handed.notes[0] for handed in found.values())
    assert not list(tmp_path.parent.rglob("*evil*"))
    assert set(handed_in(course)) == {"1", "2", "3"}


def test_file_names_cannot_leave_the_folder(course, tmp_path):
    folder = tmp_path / "in" / "jane"
    folder.mkdir(parents=True)
    (folder / "..\\..:hw?.ipynb").write_bytes(b"x")
    collect(course, [tmp_path / "in"])
    assert handed_in(course) == {"jane": ["_.._hw_.ipynb"]}


def test_a_bomb_is_refused_and_the_rest_kept(course, tmp_path, monkeypatch):
    monkeypatch.setattr("dlbook_lib.teach.collect.LARGEST", 2**20)
    entries = [("doe_1_1_big.ipynb", bytes(2**21)), ("roe_2_2_hw.ipynb", b"x")]
    found = collect(course, [archive(tmp_path / "a.zip", entries)])
    assert found["1"].notes == [
        "big.ipynb: refused, because it is larger than 1 MiB",
        "no notebook was handed in",
    ]
    assert handed_in(course)["2"] == ["hw.ipynb"]


def test_many_files_of_one_student_are_refused(course, tmp_path, monkeypatch):
    monkeypatch.setattr("dlbook_lib.teach.collect.MOST_OF_ONE", 2**20)
    entries = [(f"doe_1_{n}_{n}.ipynb", bytes(2**19)) for n in range(4)]
    found = collect(course, [archive(tmp_path / "a.zip", entries)])
    assert (len(found["1"].files), len(found["1"].notes)) == (2, 2)


def test_a_zip_of_a_student_is_opened_once(course, tmp_path):
    inner = archive(
        tmp_path / "inner.zip", [("week/hw.ipynb", b"x"), ("deeper.zip", b"PK"), ("../up.ipynb", b"")]
    )
    damaged = [("roe_2_2_work.zip", b"PK no zip")]
    found = collect(
        course, [archive(tmp_path / "a.zip", [("doe_1_1_work.zip", inner.read_bytes()), *damaged])]
    )
    assert handed_in(course) == {"1": ["hw.ipynb"], "2": []}
    assert "File is not a zip file" in found["2"].notes[0]


def test_what_is_no_archive_is_refused(course, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"x")
    with pytest.raises(CourseError, match=r"a\.zip is no zip file"):
        collect(course, [tmp_path / "a.zip"])


def test_without_a_release_nothing_is_collected(tmp_path):
    with pytest.raises(CourseError, match="run `dlbook release` first"):
        collect(Course(tmp_path / "none"), [])
