"""Mending submissions: which cell is which answer, what stays, what is noted."""

import json

import pytest
from example_exercises import build
from nbformat import from_dict
from submissions import Student, huber, kinds, released_example

from dlbook_lib.teach.cells import grade_id
from dlbook_lib.teach.repair import read_submission, repair

RELEASED = released_example()
KINDS = kinds(RELEASED, [])


@pytest.fixture
def mended(tmp_path):
    """A function that writes, reads and repairs a file."""

    def mend(data):
        path = tmp_path / "submission.ipynb"
        path.write_bytes(data)
        return repair(build(), from_dict(RELEASED), read_submission(path))

    return mend


def sources(repaired):
    return {grade_id(cell): cell.source.strip() for cell in repaired.notebook.cells if grade_id(cell)}


def own(repaired):
    return [
        cell.source for cell in repaired.notebook.cells if cell.cell_type == "code" and not grade_id(cell)
    ]


EQUAL = [
    "correct",
    "no-metadata",
    "colab-shaped",
    "retyped-at-the-end",
    "answer-copied",
    "tests-deleted",
    "two-answers",
]


@pytest.mark.parametrize("name", EQUAL)
def test_the_same_answers_and_tests_are_found(mended, name):
    repaired = mended(KINDS[name].files["example.ipynb"])
    right = mended(Student(RELEASED).bytes())
    assert sources(repaired) == sources(right)
    assert repaired.answered == 4


def test_tests_points_and_order_are_ours(mended):
    repaired = mended(KINDS["points-changed"].files["example.ipynb"])
    ours = [cell for cell in build().cells if grade_id(cell)]
    for cell, mine in zip(ours, [cell for cell in repaired.notebook.cells if grade_id(cell)]):
        assert grade_id(cell) == grade_id(mine)
        if cell.metadata.nbgrader.grade and not cell.metadata.nbgrader.solution:
            assert (cell.source, cell.metadata) == (mine.source, mine.metadata)
    assert repaired.points_changed


def test_cells_of_their_own_stay_before_the_cell_that_they_stood_before(mended):
    repaired = mended(KINDS["own-helper-cell"].files["example.ipynb"])
    names = [grade_id(cell) or cell.source[:8] for cell in repaired.notebook.cells]
    assert names[names.index("huber") - 1] == "def size"


def test_nothing_runs_before_the_set_up(mended):
    student = Student(RELEASED).add("import os", 0)
    code = [cell for cell in mended(student.bytes()).notebook.cells if cell.cell_type == "code"]
    assert [grade_id(code[0]), code[1].source] == ["setup", "import os"]


def test_an_untouched_copy_does_not_win(mended):
    student = Student(RELEASED)
    stub = next(
        cell for cell in RELEASED["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == "huber"
    )
    student.cells.append(stub)
    assert "np.where" in sources(mended(student.bytes()))["huber"]


def test_changed_tests_are_named(mended):
    repaired = mended(KINDS["tests-replaced"].files["example.ipynb"])
    assert repaired.changed == ["huber-visible", "standardize-visible", "nearest-visible"]
    assert own(repaired) == []


def test_another_layout_of_a_test_is_no_change(mended):
    student = Student(RELEASED)
    student.cell("huber-visible")["source"] = "# my comment\n" + student.cell("huber-visible")["source"]
    assert mended(student.bytes()).changed == []


def test_a_written_answer_keeps_its_place_without_metadata(mended):
    repaired = mended(KINDS["no-metadata"].files["example.ipynb"])
    assert sources(repaired)["why"] == "One outlier outweighs all others."


def test_a_missing_answer_is_noted(mended):
    student = Student(RELEASED)
    del student.cells[student.place("nearest")]
    assert "nearest: no answer was found" in mended(student.bytes()).notes


def test_a_newer_answer_elsewhere_does_not_replace_a_marked_one(mended):
    student = Student(RELEASED).add(huber("return None"))
    repaired = mended(student.bytes())
    assert "np.where" in sources(repaired)["huber"]
    assert own(repaired) == [huber("return None")]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no notebook, or only a part of one"),
        (b"\xff\xfe\x00", "no notebook, or only a part of one"),
        (b"[]", "no notebook, or only a part of one"),
        (b"{}", "holds no cells"),
        (b'{"cells": 5}', "no notebook, or only a part of one"),
        (b'{"cells": [1, null]}', "holds no cells"),
        (b'{"cells": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_notebook_is_refused_in_words(mended, data, why):
    with pytest.raises(ValueError, match=why):
        mended(data)


@pytest.mark.parametrize(
    "cell",
    [
        {"cell_type": "code", "source": None, "metadata": []},
        {"cell_type": "code", "source": [1, 2], "metadata": {"nbgrader": 3}},
        {"cell_type": "code", "source": "x" * 2_000_000},
        {"cell_type": "code", "source": "(" * 5000, "metadata": {"nbgrader": {"grade_id": ["huber"]}}},
        {"cell_type": 7, "source": {"a": 1}, "metadata": {"nbgrader": {"grade_id": "huber", "points": "x"}}},
        {"cell_type": "code", "source": "x" + ".a" * 50_000},
        {"cell_type": "code", "source": "-" * 50_000 + "1"},
    ],
    ids=range(7),
)
def test_odd_cells_do_no_harm(mended, cell):
    student = Student(RELEASED)
    student.cells.append(cell)
    assert "np.where" in sources(mended(json.dumps(student.notebook).encode()))["huber"]


def test_notebooks_of_the_third_format_are_read(mended):
    cells = [
        {"cell_type": "code", "input": cell["source"], "metadata": {}} for cell in Student(RELEASED).cells
    ]
    old = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()
    assert mended(old).answered >= 3
