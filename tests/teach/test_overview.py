"""The reader's overview, on Colab and elsewhere."""

import json
import sys
import types

import pytest
from submissions import CODE, released_example

from dlbook_lib.teach import progress


@pytest.fixture
def memory(monkeypatch):
    """The names of the notebook's session."""
    main = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    exec("import numpy as np", vars(main))
    for name in ("huber", "standardize"):
        exec(CODE[name], vars(main))
    main.standardize = lambda x: x
    exec("def nearest(x, centres):\n    raise NotImplementedError", vars(main))
    return main


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "example.ipynb"
    path.write_text(json.dumps(released_example()), encoding="utf-8")
    return path


SHOWN = """✓ right      Exercise 1: the Huber loss ★
✗ wrong      Exercise 2: mean 0, deviation 1 ★: column means are [1. 3.], not 0
· untouched  Exercise 3: the nearest centre ★★
✎ written    Exercise 4: why not squares? ★: a person reads this one

1 of 3 exercises are right.
"""


def test_by_path(memory, file, capsys):
    progress(file)
    assert capsys.readouterr().out == SHOWN


def test_in_jupyterlab(memory, file, capsys, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", f"somewhere/of/the/server/{file.name}")
    monkeypatch.chdir(file.parent)
    progress()
    assert capsys.readouterr().out == SHOWN


def test_in_vs_code(memory, file, capsys):
    memory.__vsc_ipynb_file__ = str(file)
    progress()
    assert capsys.readouterr().out == SHOWN


def test_on_colab(memory, capsys, monkeypatch):
    """Colab hands over the open notebook, whose sources are lists of lines."""
    notebook = released_example()
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    message = types.SimpleNamespace(
        blocking_request=lambda what: {"ipynb": notebook} if what == "get_ipynb" else None
    )
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    colab = types.ModuleType("google.colab")
    colab._message = message
    monkeypatch.setitem(sys.modules, "google.colab", colab)
    progress()
    assert capsys.readouterr().out == SHOWN


def test_what_was_not_run_is_said(memory, file, capsys):
    del memory.huber
    progress(file)
    assert "name 'huber' is not defined: run the cells above first" in capsys.readouterr().out


def test_the_tests_leave_the_session_as_it_was(memory, file):
    before = set(vars(memory))
    progress(file)
    assert set(vars(memory)) == before


@pytest.mark.parametrize("content", [None, "", "{}", '{"cells": []}', '{"cells": [1]}'])
def test_no_notebook(memory, tmp_path, content):
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ValueError, match="path must"):
        progress(path)
    with pytest.raises(ValueError, match="path must be given here"):
        progress()
