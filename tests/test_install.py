"""Installing on a machine where something is wrong: one sentence, no traceback, and a second run recovers."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def copy(tmp_path):
    """What `make install` needs, in a folder of its own."""
    for name in ("Makefile", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def installer(copy):
    """The installer's module, standing in the copy."""
    spec = importlib.util.spec_from_file_location("installer", copy / "tools" / "install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(folder, **environment):
    """Run `make install` and return its status and everything that it printed."""
    result = subprocess.run(
        ["make", "install"],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


def test_a_python_that_is_not_there_is_named(copy):
    status, said = make(copy, PYTHON="python3.99")
    assert status
    assert "install: there is no python3.99 here: install Python 3.10 to 3.13" in said


@pytest.mark.parametrize("version", [(2, 7), (3, 9), (3, 14)])
def test_a_wrong_python_is_refused(installer, monkeypatch, version):
    monkeypatch.setattr(installer.sys, "version_info", (*version, 0, "final", 0))
    with pytest.raises(
        installer.Problem,
        match=rf"^Python 3\.10 to 3\.13 is needed, and .+ is Python {version[0]}\.{version[1]}: run",
    ):
        installer.main()


def test_the_installer_can_be_read_by_an_old_python():
    """Nothing newer than Python 3.4 in its syntax, or the sentence could not be said."""
    import ast

    ast.parse((ROOT / "tools" / "install.py").read_text(), feature_version=(3, 4))


def test_a_full_disk_is_refused_before_anything_is_made(installer, monkeypatch):
    monkeypatch.setattr(installer.shutil, "disk_usage", lambda path: SimpleNamespace(free=10**9))
    with pytest.raises(
        installer.Problem, match=r"^1\.0 GB are free on this disk, and the book needs 4\.3 GB$"
    ):
        installer.main()
    assert not Path(installer.VENV).exists()


@pytest.mark.slow
def test_without_a_network_one_sentence_is_said_and_the_next_run_starts_afresh(copy):
    cut = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "PIP_CONFIG_FILE": os.devnull}
    cut |= {"PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    status, said = make(copy, **cut)
    assert status
    assert "install: pip cannot reach the package index: check the network and run the command again" in said
    assert "Traceback" not in said
    assert not (copy / ".venv" / ".installed-from").exists()

    (copy / ".venv" / "half-made").touch()
    make(copy, **cut)
    assert not (copy / ".venv" / "half-made").exists(), "the half-made environment was kept"


def test_a_finished_installation_is_left_alone(installer, monkeypatch):
    monkeypatch.setattr(installer, "make_venv", lambda: Path(installer.VENV).mkdir())
    asked = []
    monkeypatch.setattr(installer, "pip", lambda what, *arguments: asked.append(what))
    installer.main()
    first = len(asked)
    assert first >= 2
    installer.main()
    assert len(asked) == first

    (Path(installer.ROOT) / "constraints.txt").write_text("torch==2.13.0\npip==26.3\nsetuptools==84.2.1\n")
    installer.main()
    assert len(asked) > first, "changed pins were not installed"


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("ERROR: [Errno 28] No space left on device", "the disk became full"),
        ("WARNING: Retrying ... NewConnectionError('...')", "pip cannot reach the package index"),
        (
            "ERROR: No matching distribution found for torch==2.13.0",
            "pip finds no torch==2.13.0 for this machine",
        ),
        ("something else", "pip failed; what it said stands in .venv/install.log"),
    ],
)
def test_what_pip_says_becomes_a_sentence(installer, log, sentence):
    assert installer.explain(log).startswith(sentence)


@pytest.mark.parametrize(
    ("errors", "sentence"),
    [
        ("npm error code ENOSPC", "the disk is full"),
        ("npm error code ENOTFOUND", "npm cannot reach its registry"),
        ("npm error code EINTEGRITY", "a JavaScript package does not match its hash"),
        ("npm error something else", "npm could not install the site's JavaScript: npm error something else"),
    ],
)
def test_what_npm_says_becomes_a_sentence(monkeypatch, errors, sentence):
    from dlbook_lib.site import vendor

    monkeypatch.setattr(vendor, "MODULES", Path("/nowhere"))
    monkeypatch.setattr(vendor, "find_node", lambda: Path(sys.executable))
    monkeypatch.setattr(
        vendor.subprocess, "run", lambda *a, **k: SimpleNamespace(returncode=1, stderr=errors)
    )
    with pytest.raises(vendor.VendorError, match=f"^{sentence}"):
        vendor.install()


def test_a_missing_npm_is_said(monkeypatch):
    from dlbook_lib.site import vendor

    vendor.find_node.cache_clear()
    monkeypatch.setattr(vendor.shutil, "which", lambda *a, **k: None)
    with pytest.raises(
        vendor.VendorError, match=r"^no Node\.js 18 or newer with npm was found: run `make install` again$"
    ):
        vendor.find_node()


def test_a_missing_browser_is_said(monkeypatch):
    import browser

    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"^browser: there is no Chromium or Chrome here: install one"):
        browser.install()
