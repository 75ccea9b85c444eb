"""Print how long the book takes to build: cold, again with nothing changed, and with one chapter edited.

Builds into a copy of the repository, so that the present build stays as it is. What a chapter takes by itself
stands in the line of its notebook.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
EDITED = "chapters/vision/convolution.ipynb"
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__")


def steps() -> dict[str, list[str]]:
    """Read from the Makefile what `make book` runs once all is installed."""
    recipe = re.search(
        r"^book:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    commands = map(shlex.split, re.findall(r"\$\(VENV\)/(.+)", recipe[1]))
    return {
        words[2].rpartition(".")[2] if words[0] == "python" else words[0]: [str(BIN / words[0]), *words[1:]]
        for words in commands
    }


def run(copy: Path, *command: str) -> tuple[float, str]:
    """Run a step of `make book` in the copy; return its seconds and what it printed."""
    start = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(copy)}
    result = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(result.stdout + result.stderr)
    return time.perf_counter() - start, result.stdout


def edit(notebook: Path) -> None:
    """Change a sentence and a line of code."""
    content = nbformat.read(notebook, as_version=4)
    next(cell for cell in content.cells if cell.cell_type == "markdown").source += "\n\nOne more sentence."
    next(cell for cell in reversed(content.cells) if cell.cell_type == "code").source += "\nprint('edited')"
    nbformat.write(content, notebook)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT, symlinks=True)
        cold = 0.0
        for state in ("cold", "warm", "edited"):
            if state == "edited":
                edit(copy / EDITED)
            timed = {name: run(copy, *command) for name, command in steps().items()}
            total = sum(seconds for seconds, _ in timed.values())
            cold = cold or total
            parts = ", ".join(f"{name} {seconds:.1f} s" for name, (seconds, _) in timed.items())
            print(f"{state}: {total:.1f} s, {total / cold:.2f} of cold: {parts}", flush=True)
            for line in timed["execute"][1].splitlines():
                print(f"   {line}")


if __name__ == "__main__":
    main()
