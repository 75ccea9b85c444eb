"""The errata of the notes: whole, unique, shown by a passage, and set where their subject is taught."""

import re

import nbformat
import pytest

from dlbook_lib.site import errata

FILES = errata.files()
WHOLE = """
- id: tr:E-1
  grade: ★★
  where: Trento handouts, section 1
  says: two and two are five
  right: $2 + 2 = 4$
  source: arithmetic
  shown: sums
"""
FAULTS = {
    "no grade": (("  grade: ★★\n", ""), "entry 1 (tr:E-1) lacks grade"),
    "unknown grade": (("★★", "D"), "entry 1 (tr:E-1): grade must be one of 'A', '★★★'"),
    "unknown field": (("shown", "shows"), "each field must be one of 'id', 'grade'"),
    "unknown source": (("tr:E-1", "xy:E-1"), "id must be like rd:E-12"),
    "a number": (("arithmetic", "5"), "source must be a text, got 5"),
    "an empty field": (("arithmetic", ""), "source must be a text, got None"),
    "not shown": (("  shown: sums\n", ""), "lacks shown"),
    "a label": (("arithmetic", '"$$ x $$\\n(eq-x)="'), "no label"),
    "a colon": (("two and", "two: and"), "is not YAML (quote a text"),
    "no list": (("- id", "  id"), "must be a list of entries"),
}


def used_in(chapter):
    """The ids in the `{erratum}` directives of a chapter's notebooks."""
    found = []
    for path in errata.chapter_notebooks(chapter):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for names in re.findall(r"^[`:]{3,}\{erratum\} +(.+)$", cell.source, re.M):
                    found += names.split()
    return found


def written(folder, text):
    """A file of errata with this text, where the module looks for them."""
    file = folder / "chapters" / "errata" / "sums.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(errata, "ROOT", tmp_path)
    monkeypatch.setattr(errata, "CHAPTERS", tmp_path / "chapters")
    return tmp_path


every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


@every_file
def test_file_is_whole_and_belongs_to_a_chapter(file):
    assert errata.read(file)
    assert errata.chapter_notebooks(file.stem), f"{file.name} is named after no chapter"


def test_ids_are_unique():
    ids = [erratum.id for file in FILES for erratum in errata.read(file)]
    assert sorted(set(ids)) == sorted(ids)


@every_file
def test_the_passage_that_shows_it_exists(file):
    labels = {label for path in errata.chapter_notebooks(file.stem) for label in errata.passages(path)}
    shown = {erratum.id: erratum.shown for erratum in errata.read(file) if erratum.shown}
    assert not {name: label for name, label in shown.items() if label not in labels}


@every_file
def test_what_misleads_stands_in_its_chapter(file):
    used = used_in(file.stem)
    grave = {erratum.id for erratum in errata.read(file) if erratum.misleads}
    assert not grave - set(used), "these stand in no {erratum} directive of the chapter"


def test_every_directive_names_an_erratum_of_its_chapter_once():
    chapters = {path.stem for path in errata.CHAPTERS.glob("*/*.ipynb")}
    for chapter in chapters:
        file = errata.CHAPTERS / "errata" / f"{chapter}.yml"
        used = used_in(chapter)
        if used and not file.exists():  # a second notebook of a chapter, whose file bears the chapter's name
            assert any(chapter.startswith(f"{file.stem}-") for file in FILES), (
                f"{chapter} has no file of errata"
            )
            continue
        known = {erratum.id for erratum in errata.read(file)} if file.exists() else set()
        assert not set(used) - known
        assert len(set(used)) == len(used), "an erratum stands in two margins"


def test_a_whole_file_is_read(elsewhere):
    (found,) = errata.read(written(elsewhere, WHOLE))
    assert (found.id, found.chapter, found.misleads) == ("tr:E-1", "sums", True)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_is_refused_and_named(elsewhere, fault):
    (old, new), message = FAULTS[fault]
    assert old in WHOLE
    file = written(elsewhere, WHOLE.replace(old, new))
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        errata.read(file)
    assert "chapters/errata/sums.yml" in str(caught.value)


def test_a_chapter_is_its_notebook_and_those_named_after_it(elsewhere):
    part = elsewhere / "chapters" / "vision"
    part.mkdir(parents=True)
    for name in ("convolution", "convolution-backwards", "convolutional"):
        (part / f"{name}.ipynb").touch()
    assert [path.stem for path in errata.chapter_notebooks("convolution")] == [
        "convolution",
        "convolution-backwards",
    ]


def test_labels_stand_under_their_heading(tmp_path):
    text = "(first)=\n(also)=\n## One\n\nText.\n\n(within)=\nMore.\n\n(second)=\n\n## Two\n"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    found = errata.passages(tmp_path / "a.ipynb")
    assert found == {"first": "One", "also": "One", "within": "One", "second": "Two"}
