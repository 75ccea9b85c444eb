"""Beside what Colab has installed, the library changes nothing.

``colab-packages.txt`` is a copy of the versions that Colab publishes for its GPU runtime. They are set
before pip as an environment's installed packages (their names and versions, which is all that pip looks
at), and pip itself says what installing the library there would do.
"""

import json
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FACTS = (ROOT / "tests" / "colab-packages.txt").read_text()
COLAB = dict(re.findall(r"^([\w-]+)==(\S+)$", FACTS, re.M))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The library, built as pip would build it from the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)
    return next(folder.glob("dlbook_lib-*.whl"))


def would_install(wheel, folder, installed):
    """What pip would install for the library, in an environment that has the given packages."""
    venv.create(folder, with_pip=False)
    packages = next((folder / "lib").glob("python*")) / "site-packages"
    for name, version in installed.items():
        info = packages / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"]
    command += ["--dry-run", "--quiet", "--no-index", "--report", "-", str(wheel)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        return result.stderr
    return {item["metadata"]["name"] for item in json.loads(result.stdout)["install"]}


@pytest.mark.slow
def test_colab_keeps_every_version_it_has(wheel, tmp_path):
    assert would_install(wheel, tmp_path, COLAB) == {"dlbook-lib"}


@pytest.mark.slow
def test_the_dry_run_would_notice_a_change(wheel, tmp_path):
    """With a torch older than the library accepts, pip must want another one."""
    assert "torch" in would_install(wheel, tmp_path, COLAB | {"torch": "2.5.0"})


def test_colab_is_new_enough_for_every_range():
    """The lower bounds in pyproject.toml lie at or below what Colab has."""
    from packaging.requirements import Requirement

    text = (ROOT / "pyproject.toml").read_text()
    block = re.search(r"^dependencies = \[(.+?)^\]", text, re.M | re.S)[1]
    for requirement in map(Requirement, re.findall(r'"(.+?)"', block)):
        assert requirement.name in COLAB, f"Colab does not have {requirement.name}"
        assert requirement.specifier.contains(COLAB[requirement.name])
