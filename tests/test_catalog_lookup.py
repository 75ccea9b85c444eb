"""Finding things in the catalogue, from Python and from a terminal."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dlbook_lib import catalog
from dlbook_lib.catalog.__main__ import main


def test_find_looks_everywhere_in_either_case():
    def names(word):
        return [entry.name for entry in catalog.find(word)]

    assert names("LeNet5") == ["lenet-5", "lenet-5-original"]
    assert names("conv2d_loops") == ["conv-layer-loops"]  # symbol
    assert names("zeiler") == ["max-unpool"]  # paper
    assert "dilated-conv" in names("Dilated convolution")  # title
    assert set(names("unpooling")) == {"max-unpool", "avg-unpool"}  # anchor
    in_vision = [entry.name for entry in catalog.entries() if entry.chapter.startswith("vision/convolution")]
    assert names("vision/convolution") == in_vision
    assert names("no such thing") == []
    with pytest.raises(TypeError, match=r"^word must be a string, got 5 \(int\)$"):
        catalog.find(5)


def test_entry_by_name():
    assert catalog.entry("max-pool").symbol == "dlbook_lib.cnn.pooling.max_pool2d"
    near = "'lenet-5', 'lenet-5-original'"
    message = f"name must be one that python -m dlbook_lib.catalog lists, got 'lenet5' (near: {near})"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        catalog.entry("lenet5")
    message = "name must be one that python -m dlbook_lib.catalog lists, got 'zzz'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        catalog.entry("zzz")
    with pytest.raises(TypeError, match=r"^name must be a string, got None \(NoneType\)$"):
        catalog.entry(None)


def test_the_table_in_a_terminal(capsys):
    assert main(["pool"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["name", "file", "chapter", "parameters"]
    assert [line.split()[0] for line in lines[1:]] == [entry.name for entry in catalog.find("pool")]
    assert len({line.index("vision/") for line in lines[1:]}) == 1
    assert main(["read today"]) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith(" 61,706")
    assert main(["no such thing"]) == 1
    assert capsys.readouterr().out == "Nothing in the catalogue contains 'no such thing'.\n"


def test_reading_the_catalogue_imports_neither_torch_nor_a_model():
    code = """
import sys, dlbook_lib.catalog
dlbook_lib.catalog.find("x")
print("torch" in sys.modules, "dlbook_lib.cnn" in sys.modules)
"""
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert run.stdout.split() == ["False", "False"]
