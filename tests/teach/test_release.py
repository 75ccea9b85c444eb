"""What a release refuses, and what students get."""

import nbformat
import pytest
from example_exercises import build
from nbformat import from_dict
from submissions import released_example

from dlbook_lib.teach.__main__ import main
from dlbook_lib.teach.box import Limits
from dlbook_lib.teach.cells import grade_id
from dlbook_lib.teach.course import CourseError
from dlbook_lib.teach.release import faults, find_sources, leaks, release
from dlbook_lib.teach.repair import read_submission

LIMITS = Limits(cell_seconds=10, seconds=60, memory=2**30)


@pytest.fixture
def pair():
    """The solved and the students' notebook."""
    return build(), from_dict(released_example())


def edit(notebook, name, old, new):
    cell = next(cell for cell in notebook.cells if grade_id(cell) == name)
    assert old in cell.source
    cell.source = cell.source.replace(old, new)


@pytest.mark.slow
def test_the_example_is_without_fault(pair):
    assert faults(*pair, LIMITS) == []


BOOL = 'record("is an array", isinstance(standardize(np.ones((2, 2))), np.ndarray))'
VALUE = 'record("random table", standardize(draw.standard_normal((6, 3)) * 4 + 2))'
FAULTS = {
    "huber-visible fails in the solved notebook: AssertionError: for": ("huber", "size**2 / 2", "size**2"),
    "huber-hidden fails in the solved notebook: Type": ("huber-hidden", "huber(residuals, 1.0)", "huber()"),
    "nearest-hidden fails in the solved notebook: ValueError: name must": (
        "nearest-hidden", '"clouds"', '"random table"'
    ),
    "huber: the solution itself earns": (
        "huber-hidden", "draw.standard_normal((4, 5))", "np.random.rand(4, 5)"
    ),
    "standardize-hidden records only true and false": ("standardize-hidden", VALUE, BOOL),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("message", FAULTS)
def test_a_faulty_test_is_named(pair, message):
    edit(pair[0], *FAULTS[message])
    assert any(fault.startswith(message) for fault in faults(*pair, LIMITS))


@pytest.mark.slow
def test_a_test_that_passes_with_the_stub_is_named(pair):
    for notebook in pair:
        next(
            cell for cell in notebook.cells if grade_id(cell) == "huber-visible"
        ).source = "assert callable(huber)"
    assert faults(*pair, LIMITS) == ["huber-visible passes with the untouched stub"]


def test_a_leak_is_named(pair):
    assert leaks(*pair) == []
    pair[1].cells[0].source += "\nsize = np.abs(r)"
    assert leaks(*pair) == ["the students' notebook shows 'size = np.abs(r)'"]


@pytest.mark.slow
def test_students_get_a_plain_notebook(tmp_path):
    nbformat.write(build(), tmp_path / "example.ipynb")
    address = "https://github.com/me/my-book"
    sources = {"example": tmp_path / "example.ipynb"}
    (file,) = release(
        tmp_path / "hw1", sources, layout="branch", address=address, branch="autumn", limits=LIMITS
    )
    made = nbformat.read(file, as_version=4)
    nbformat.validate(made)
    assert "colab.research.google.com/github/me/my-book/blob/autumn/example.ipynb" in made.cells[0].source
    assert made.cells[-1].source.endswith("progress()")
    text = file.read_text(encoding="utf-8")
    for word in ("SOLUTION", "HIDDEN", "record(", "hide-input", "mystnb", "np.where", "outweighs"):
        assert word not in text
    answers = [cell for cell in made.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    assert [cell.source.splitlines()[-1].strip() for cell in answers] == ["raise NotImplementedError"] * 3 + [
        "*Your answer here.*"
    ]
    assert [cell.source for cell in read_submission(file).cells] == [cell.source for cell in made.cells]


def test_a_notebook_of_another_form_is_refused(tmp_path, capsys):
    notebook = build()
    del notebook.cells[-1].metadata["nbgrader"]["points"]
    nbformat.write(notebook, tmp_path / "example.ipynb")
    assert main(["release", str(tmp_path / "hw1"), str(tmp_path / "example.ipynb")]) == 1
    said = capsys.readouterr().err
    assert said == (
        "dlbook release: nothing was released:\n  example: why: a graded cell must have points above 0\n"
    )
    assert not (tmp_path / "hw1").exists()


def test_unknown_exercises_are_refused(tmp_path):
    with pytest.raises(CourseError, match="there are no exercises 'astrology'"):
        find_sources(["astrology"])


@pytest.mark.slow
def test_the_books_exercises_can_be_released(tmp_path):
    """Solutions pass, stubs fail, nothing leaks: release() refuses otherwise, and names the notebook."""
    sources = find_sources([])
    assert sources
    files = release(
        tmp_path / "hw", sources, layout="folder", address=None, branch="student", limits=Limits()
    )
    assert sorted(file.stem for file in files) == sorted(sources)
