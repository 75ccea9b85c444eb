"""The repository as a whole: one address, one direction of imports, files that can be read in one sitting."""

import ast
import json
import re
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "dlbook_lib"
MODULES = sorted(LIBRARY.rglob("*.py"))
NOTEBOOKS = sorted([ROOT / "index.ipynb", *(ROOT / "chapters").rglob("*.ipynb")])
ADDRESS = yaml.safe_load((ROOT / "_config.yml").read_text())["repository"]["url"]

# A module imports only from groups to the left of its own.
ORDER = (
    "checks",
    "device",
    "seed",
    "profile",
    "figures",
    "autodiff",
    "optim",
    "framework",
    "feedforward",
    "layers",
    "learning",
    "cnn",
    "regularize",
    "generative",
    "data",
    "train",
    "notebook",
    "catalog",
    "explore",
    "explorers",
    "teach",
    "site",
)


def group(module: str) -> int:
    """Where a module stands in the order of imports."""
    return ORDER.index(module.split(".")[1])


def imported(path: Path) -> set[str]:
    """The modules of ours that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(
                f"{node.module}.{a.name}"
                for a in node.names
                if (LIBRARY.parent / _file(node.module, a)).exists()
            )
    return {name for name in names if name.startswith("dlbook_lib.")}


def _file(module: str, alias: ast.alias) -> str:
    return f"{module.replace('.', '/')}/{alias.name}.py"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_imports_go_one_way(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    if module == "dlbook_lib":
        assert not imported(path)
        return
    if path.name == "__main__.py":  # a program, which nothing imports
        return
    for name in imported(path):
        assert group(name) <= group(module), f"{module} imports {name}, which stands to its right"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_files_and_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node, clean=False) or ""
            lines = node.end_lineno - node.lineno + 1 - len(documented.splitlines())
            assert lines <= 40, f"{node.name} has {lines} lines of code"


def test_names_hold_no_chapter_numbers():
    numbered = re.compile(r"(^|[_/])(ch|chap|chapter|lecture|part)_?\d", re.I)
    for path in [*MODULES, *NOTEBOOKS]:
        assert not numbered.search(str(path.relative_to(ROOT)))
        if path.suffix == ".py":
            names = re.findall(r"^\s*(?:def|class) (\w+)", path.read_text(encoding="utf-8"), re.M)
            assert not [name for name in names if numbered.search(name)]


def test_importing_the_library_loads_nothing():
    import subprocess

    code = "import sys; before = set(sys.modules); import dlbook_lib; print(*set(sys.modules) - before)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert result.stdout.split() == ["dlbook_lib"]


def test_the_address_stands_in_one_place_and_is_repeated_exactly():
    assert re.search(f"^repository-code: {ADDRESS}$", (ROOT / "CITATION.cff").read_text(), re.M)
    assert ADDRESS in (ROOT / "pyproject.toml").read_text()
    colab = ADDRESS.replace("https://github.com", "https://colab.research.google.com/github")
    assert colab in (ROOT / "README.md").read_text()
    for path in NOTEBOOKS:
        code = "\n".join("".join(cell["source"]) for cell in json.loads(path.read_text())["cells"])
        for found in re.findall(r"git\+(\S+)", code):
            assert found == ADDRESS, f"{path.name} installs from {found}"


def test_every_version_stands_in_the_pins():
    pins = (ROOT / "constraints.txt").read_text()
    assert re.search(r"^torch==2\.13\.0$", pins, re.M)
    assert all(re.match(r"^[\w.-]+==[^\s;]+( ; .+)?$", line) for line in pins.splitlines() if line)


def test_versions_agree():
    import dlbook_lib

    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.M)[1]
    assert dlbook_lib.__version__ == version
    assert f"version: {version}" in (ROOT / "CITATION.cff").read_text()


def test_contributing_is_short_and_names_every_package():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    assert len(text.splitlines()) <= 125
    packages = {path.name for path in LIBRARY.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    modules = {path.stem for path in LIBRARY.glob("*.py")} - {"__init__"}
    for name in packages | modules:
        assert re.search(rf"^\s+{name}(\.py|/)?\s", text, re.M), f"CONTRIBUTING.md does not name {name}"
