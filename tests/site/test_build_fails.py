"""`make book` fails where a page is broken, and says which page and why."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from dlbook_lib.site.vendor import MODULES, ROOT

pytestmark = pytest.mark.slow

BUILD = re.search(r"^\t@\$\(VENV\)/(jupyter-book build .+)$", (ROOT / "Makefile").read_text(), re.M)[1]

CLEAN = r"""# A page

(a-label)=
## A section

A formula $\frac{a}{b}$, and one with a number:

$$ y = \operatorname{softmax}(x) $$ (eq-softmax)

See {eq}`eq-softmax`, [](#a-label), {ref}`a-label`, {doc}`index`, {cite:p}`lecun1998gradient`,
{cite:t}`dumoulin2016guide` and {py:obj}`dlbook_lib.seed.generator`.

```{erratum} tr:E-1 rd:E-2
```

Here two remarks stand in the margin.
"""
LIBRARY = "# The library\n\n```{library} dlbook_lib.seed\n```\n"
ERRATA = "(a-passage)=\n# Errata\n\n```{errata}\n```\n"
ERRATA_FILE = r"""
- id: tr:E-1
  grade: ★★★
  where: handouts, section 1
  says: a *sum* of $n$ terms
  right: a mean, $\frac{1}{n} \sum_i x_i$
  source: "{cite:t}`dumoulin2016guide`, eq. 1"
  shown: a-passage
- {id: rd:E-2, grade: B, where: Chapter 2, says: a sum, right: a mean, source: us, shown: a-passage}
- {id: ift:E3, grade: C, where: Section 3, says: a word, right: another word, source: here}
"""
BIBLIOGRAPHY = "# Bibliography\n\n```{bibliography}\n```\n"
FAULTS = {
    "label": ("See [](#no-such-label).", "'myst' cross-reference target not found: 'no-such-label'"),
    "reference": ("See {ref}`no-such-label`.", "undefined label: 'no-such-label'"),
    "equation": ("See {eq}`eq-nowhere`.", "equation not found: eq-nowhere"),
    "citation": ("See {cite:p}`nobody2099`.", 'could not find bibtex key "nobody2099"'),
    "code": ("See {py:obj}`dlbook_lib.nothing`.", "py:obj reference target not found: dlbook_lib.nothing"),
    "link": ("See [there](nowhere.md).", "nowhere.md"),
    "picture": ("![A picture](nowhere.png)", "image file not readable: nowhere.png"),
    "formula": (r"Then $\undefinedmacro$.", r"Undefined control sequence \undefinedmacro"),
    "displayed": (r"$$ \frac{a}{b $$", "Missing close brace"),
    "erratum": (
        "```{erratum} tr:E-0\n```",
        "there is no erratum 'tr:E-0' (looked in chapters/errata/sums.yml)",
    ),
    "directive": ("```{nothing}\n```", "Unknown directive type: 'nothing'"),
}
PAGES = {"page.md": CLEAN, "errata.md": ERRATA, "library.md": LIBRARY, "bibliography.md": BIBLIOGRAPHY}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """What every small book needs: the settings, the site's machinery, three pages without a fault."""
    folder = tmp_path_factory.mktemp("book")
    for name in ("_config.yml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    leave = shutil.ignore_patterns("__pycache__", MODULES.name)
    for name in ("assets", "dlbook_lib"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    (folder / "assets" / MODULES.name).symlink_to(MODULES)
    (folder / "index.md").write_text("# A small book\n\nIt has a few pages.\n")
    chapters = "".join(f"  - file: {name.partition('.')[0]}\n" for name in PAGES)
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{chapters}")
    for name, text in PAGES.items():
        (folder / name).write_text(text)
    (folder / "chapters" / "errata").mkdir(parents=True)
    (folder / "chapters" / "errata" / "sums.yml").write_text(ERRATA_FILE)
    return folder


@pytest.fixture
def book(template, tmp_path):
    """A small book of the test's own."""
    return shutil.copytree(template, tmp_path / "book", symlinks=True)


@pytest.fixture(scope="module")
def faulty(template, tmp_path_factory):
    """What was said of a book with a page for each fault."""
    folder = shutil.copytree(template, tmp_path_factory.mktemp("faulty") / "book", symlinks=True)
    for name, (fault, _) in FAULTS.items():
        (folder / f"{name}.md").write_text(page_with(fault))
        with (folder / "_toc.yml").open("a") as toc:
            toc.write(f"  - file: {name}\n")
    status, said = build(folder)
    assert status
    return said


def page_with(fault):
    """A page with a fault in its fifth line."""
    return f"# A page\n\nIt begins well.\n\n{fault}\n"


def build(book):
    """Build it as `make book` does; return the status and what was said."""
    program, *arguments = shlex.split(BUILD)
    environment = os.environ | {"PYTHONPATH": str(book), "COLUMNS": "1000"}
    result = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments],
        cwd=book,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, re.sub(r"\x1b\[[\d;]*m", "", result.stdout + result.stderr)


def warnings(said):
    return [line for line in said.splitlines() if "WARNING" in line or "ERROR" in line]


def test_a_book_without_faults_is_built(book):
    status, said = build(book)
    assert (status, warnings(said)) == (0, [])
    page = (book / "_build" / "html" / "page.html").read_text(encoding="utf-8")
    assert "<mjx-container" in page
    (note,) = re.findall(r'<aside class="margin dlbook-errata sidebar">.*?</aside>', page, re.S)
    assert note.index("handouts, section 1") < note.index("Chapter 2")  # as the directive names them
    assert "Dumoulin" in note
    listed = (book / "_build" / "html" / "errata.html").read_text(encoding="utf-8")
    assert listed.index("Chapter 2") < listed.index("handouts, section 1") < listed.index("Section 3")
    assert listed.count('href="#a-passage"') == 2
    for grade in ("wrong if implemented", "misleading", "wording or attribution"):
        assert listed.count(grade) == 1


def test_pages_are_read_again_when_errata_change(book):
    assert build(book)[0] == 0
    file = book / "chapters" / "errata" / "sums.yml"
    file.write_text(ERRATA_FILE.replace("handouts, section 1", "handouts, section 99"))
    assert build(book)[0] == 0
    for page in ("page", "errata"):
        assert "section 99" in (book / "_build" / "html" / f"{page}.html").read_text(encoding="utf-8")
    more = "- {id: ift:E4, grade: C, where: Section 4, says: a word, right: another, source: here}"
    (file.parent / "more.yml").write_text(more)
    assert build(book)[0] == 0
    assert "Section 4" in (book / "_build" / "html" / "errata.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_where_it_is(faulty, name):
    (line,) = (line for line in warnings(faulty) if f"/{name}.md:" in line)
    assert f"/{name}.md:5: WARNING: " in line
    assert FAULTS[name][1] in line


def test_nothing_else_is_found(faulty):
    assert len(warnings(faulty)) == len(FAULTS)


@pytest.mark.parametrize("name", ["formula", "code"])  # found by different parts of Sphinx
def test_one_fault_stops_the_build(book, name):
    fault, message = FAULTS[name]
    (book / "page.md").write_text(page_with(fault))
    status, said = build(book)
    assert status
    (line,) = warnings(said)
    assert message in line


def test_a_cell_that_fails_stops_the_build(book):
    cell = nbformat.v4.new_code_cell("raise ValueError('this cell is broken')")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A page"), cell])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    (book / "page.md").unlink()
    nbformat.write(notebook, book / "page.ipynb")
    status, said = build(book)
    assert status
    assert "this cell is broken" in said
    assert any(str(book / "page.ipynb") in line for line in warnings(said))
