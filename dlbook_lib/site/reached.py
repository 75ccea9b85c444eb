"""Which modules of ours a piece of code reaches by imports: what a stored result depends on.

Read from the source, without importing anything, so that asking whether something is due costs little.
"""

from __future__ import annotations

import ast
import functools
from pathlib import Path


@functools.cache
def imports(python: str) -> frozenset[str]:
    """Name the modules of ours that a piece of Python imports, wherever in it."""
    try:
        tree = ast.parse(python)
    except SyntaxError:  # who runs it will say where
        return frozenset()
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(name for name in names if name.split(".")[0] == "dlbook_lib")


def reached(names: frozenset[str] | set[str], root: Path) -> set[Path]:
    """Follow imports from module to module and return the files.

    Parameters
    ----------
    names : set of str
        Modules, or what is imported from one: ``dlbook_lib.cnn.lenet.LeNet5`` reaches ``lenet.py`` and the
        two packages around it.
    root : Path
        The folder that holds ``dlbook_lib``.

    Returns
    -------
    set of Path
        Every file that runs when they are imported.
    """
    files: set[Path] = set()
    seen: set[str] = set()
    queue = list(names)
    while queue:
        name = queue.pop()
        if name in seen:
            continue
        seen.add(name)
        package, _, _ = name.rpartition(".")
        if package:
            queue.append(package)  # it runs before what is in it
        stem = root.joinpath(*name.split("."))
        for file in (stem.with_suffix(".py"), stem / "__init__.py"):
            if file.exists():
                files.add(file)
                queue.extend(imports(file.read_text(encoding="utf-8")))
    return files
