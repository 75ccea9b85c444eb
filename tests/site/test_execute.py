"""A notebook runs again if and only if something that its outputs depend on has changed."""

import re

import nbformat
import pytest
from jupyter_cache import get_cache

from dlbook_lib.site import execute, vendor

SPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}
CODE = "from dlbook_lib.cnn import layers\n%matplotlib inline\nprint(1 + 1)"
FILES = {
    "constraints.txt": "torch==2.13.0\n",
    "_toc.yml": "format: jb-book\nroot: index\nchapters:\n  - file: chapters/first\n  - file: about\n",
    "about.md": "# About\n",
    "dlbook_lib/__init__.py": "",
    "dlbook_lib/cnn/__init__.py": "import dlbook_lib.seed\n",
    "dlbook_lib/cnn/layers.py": "def layer():\n    from dlbook_lib.checks import check_in\n",
    "dlbook_lib/cnn/pooling.py": "",
    "dlbook_lib/checks.py": "import torch\n",
    "dlbook_lib/seed.py": "",
    "dlbook_lib/figures.py": "",
}


def write(path, *cells):
    """Write a notebook: a string is code, one that begins with # is prose."""
    made = [
        (nbformat.v4.new_markdown_cell if text.startswith("#") else nbformat.v4.new_code_cell)(
            text, id=f"cell-{number}"
        )
        for number, text in enumerate(cells)
    ]
    path.parent.mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": SPEC}), path)
    return path


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of one notebook, and a library of a few lines."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    write(tmp_path / "chapters" / "first.ipynb", "# A title", "print('it ran')")
    monkeypatch.setattr(vendor, "ROOT", tmp_path)
    monkeypatch.setattr(execute, "ROOT", tmp_path)
    monkeypatch.setattr(execute, "CACHE", tmp_path / "_build" / ".jupyter_cache")
    return tmp_path


@pytest.fixture
def notebook(book):
    """A notebook that reaches three modules of the library."""
    return write(book / "chapters" / "first.ipynb", "# A title", CODE)


def test_the_notebooks_are_those_of_the_contents(book):
    write(book / "chapters" / "unlisted.ipynb", "1")
    assert execute.notebooks() == [book / "chapters" / "first.ipynb"]
    write(book / "index.ipynb", "1")
    assert execute.notebooks() == [book / "index.ipynb", book / "chapters" / "first.ipynb"]


def test_the_digest_repeats_itself(notebook):
    assert execute.inputs_digest(notebook) == execute.inputs_digest(notebook)


@pytest.mark.parametrize(
    "cells",
    [
        ("# A title", CODE + " "),
        ("# A title", CODE.replace("1 + 1", "1 + 2")),
        ("# A title", CODE, "print(3)"),
        ("# A title", CODE.replace("%matplotlib inline\n", "%matplotlib agg\n")),
        ("# A title", *CODE.splitlines()[::-1]),
    ],
)
def test_the_digest_depends_on_the_code(notebook, cells):
    before = execute.inputs_digest(notebook)
    assert execute.inputs_digest(write(notebook, *cells)) != before


@pytest.mark.parametrize("cells", [("# Another title", CODE), (CODE,), ("# A title", "# More", CODE)])
def test_the_digest_does_not_depend_on_prose(notebook, cells):
    before = execute.inputs_digest(notebook)
    assert execute.inputs_digest(write(notebook, *cells)) == before


@pytest.mark.parametrize(
    "name",
    [
        "constraints.txt",
        "dlbook_lib/__init__.py",
        "dlbook_lib/cnn/__init__.py",
        "dlbook_lib/cnn/layers.py",
        "dlbook_lib/checks.py",  # imported inside a function
        "dlbook_lib/seed.py",  # imported by the package
    ],
)
def test_the_digest_depends_on_what_is_reached(book, notebook, name):
    before = execute.inputs_digest(notebook)
    with (book / name).open("a") as file:
        file.write("# changed\n")
    assert execute.inputs_digest(notebook) != before


@pytest.mark.parametrize(
    "name", ["dlbook_lib/cnn/pooling.py", "dlbook_lib/figures.py", "about.md", "_toc.yml"]
)
def test_the_digest_does_not_depend_on_the_rest(book, notebook, name):
    before = execute.inputs_digest(notebook)
    with (book / name).open("a") as file:
        file.write("# changed\n")
    assert execute.inputs_digest(notebook) == before


@pytest.mark.parametrize(
    "line",
    [
        "import dlbook_lib.figures",
        "import dlbook_lib.figures as f",
        "from dlbook_lib import figures",
        "from dlbook_lib.figures import curves",
        "if True:\n    from dlbook_lib import figures as f",
        "%time\nimport os, dlbook_lib.figures",
        "!pip --version\nfrom dlbook_lib.figures import *",
    ],
)
def test_every_way_to_import_is_seen(book, line):
    path = write(book / "chapters" / "first.ipynb", line)
    before = execute.inputs_digest(path)
    (book / "dlbook_lib/figures.py").write_text("changed = True\n")
    assert execute.inputs_digest(path) != before


def test_a_circle_of_imports_ends(book):
    (book / "dlbook_lib/seed.py").write_text("import dlbook_lib.figures\n")
    (book / "dlbook_lib/figures.py").write_text("import dlbook_lib.seed\n")
    execute.inputs_digest(write(book / "chapters" / "first.ipynb", "import dlbook_lib.seed"))


def run(capsys):
    """Run what is outdated; return the status and what was said."""
    status = execute.main()
    said = capsys.readouterr()
    return status, re.sub(r"\d+\.\d s", "0.0 s", said.out), re.sub(r"\x1b\[[\d;]*m", "", said.err)


RAN = (0, "execute: [1/1] chapters/first.ipynb ran in 0.0 s\n", "")
UP_TO_DATE = (0, "execute: all 1 notebooks are up to date\n", "")


@pytest.mark.slow
def test_a_notebook_runs_once_until_something_changes(book, capsys):
    assert run(capsys) == RAN
    assert run(capsys) == UP_TO_DATE

    path = book / "chapters" / "first.ipynb"
    write(path, "# Another title", "print('it ran')")
    assert run(capsys) == UP_TO_DATE, "prose does not matter"

    cache = get_cache(execute.CACHE)
    (book / "constraints.txt").write_text("torch==2.14.0\n")
    assert execute.outdated(cache, path)
    assert not cache.list_cache_records(), "a result that no longer holds is dropped"
    assert run(capsys) == RAN
    assert not execute.outdated(cache, path)

    write(path, "# Another title", "print('it ran again')")
    assert execute.outdated(cache, path)


@pytest.mark.slow
def test_what_is_stored_is_what_was_printed_and_where(book, capsys, monkeypatch):
    monkeypatch.setenv("DLBOOK_PROFILE", "quick")
    code = "import os, pathlib\nprint(os.environ['OMP_NUM_THREADS'], os.environ['TQDM_DISABLE'])"
    path = write(book / "chapters" / "first.ipynb", code + "\nprint(pathlib.Path.cwd().name)")
    before = path.read_bytes()
    assert run(capsys) == RAN
    assert path.read_bytes() == before, "the notebook itself stays without outputs"
    cache = get_cache(execute.CACHE)
    (record,) = cache.list_cache_records()
    (cell,) = cache.get_cache_bundle(record.pk).nb.cells
    assert cell.outputs[0].text == "1 1\nchapters\n"
    times = {"execution_seconds", "processor_seconds"}
    assert set(record.data) == {*times, "inputs", "device", "profile", "versions", "finished"}
    assert record.data["processor_seconds"] > 0
    assert record.data["inputs"] == execute.inputs_digest(path)
    assert record.data["profile"] == "quick"
    assert record.data["versions"].startswith("Python 3.")


@pytest.mark.slow
def test_waiting_is_no_work(book, capsys):
    work = "import time\nstart = time.process_time()\nwhile time.process_time() < start + 1: pass"
    seconds = {}
    for code in (work, "import time\ntime.sleep(1)"):
        write(book / "chapters" / "first.ipynb", code)
        run(capsys)
        (record,) = (r for r in get_cache(execute.CACHE).list_cache_records() if r.pk not in seconds)
        seconds[record.pk] = record.data["processor_seconds"]
    works, waits = seconds.values()
    assert works - waits > 0.7


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("raise ValueError('this cell is broken')", "ValueError: this cell is broken"),
        ("import sys\nsys.exit('left')", "SystemExit: left"),
        ("print('unfinished'", "SyntaxError: "),
        ("import os\nos._exit(1)", "Kernel died"),
    ],
)
def test_a_notebook_that_fails_is_named_and_nothing_is_stored(book, capsys, code, error):
    path = write(book / "chapters" / "first.ipynb", "# A title", "print('it began')", code)
    status, out, err = run(capsys)
    assert status == 1
    assert out == "execute: [1/1] chapters/first.ipynb failed in 0.0 s\n"
    assert err.startswith("\nexecute: chapters/first.ipynb stopped at this cell:\n")
    assert error in err
    cache = get_cache(execute.CACHE)
    assert not cache.list_cache_records()
    assert execute.outdated(cache, path)


@pytest.mark.slow
def test_one_failure_does_not_stop_the_others(book, capsys):
    write(book / "index.ipynb", "1 / 0")
    status, out, err = run(capsys)
    assert status == 1
    assert sorted(line.split("] ")[1] for line in out.splitlines()) == [
        "chapters/first.ipynb ran in 0.0 s",
        "index.ipynb failed in 0.0 s",
    ]
    assert err.count("stopped at this cell") == err.count("execute: index.ipynb") == 1
    assert "ZeroDivisionError" in err
    write(book / "index.ipynb", "1 / 1")
    assert run(capsys)[1] == "execute: [1/1] index.ipynb ran in 0.0 s\n", "the other one ran already"


@pytest.mark.slow
def test_a_cell_that_takes_too_long_is_a_failure(book, capsys, monkeypatch):
    monkeypatch.setattr(execute, "CELL_TIMEOUT", 1)
    write(book / "chapters" / "first.ipynb", "import time\ntime.sleep(60)")
    status, out, err = run(capsys)
    assert (status, out) == (1, "execute: [1/1] chapters/first.ipynb failed in 0.0 s\n")
    assert "timed out while it was being executed, after 1 seconds" in err
