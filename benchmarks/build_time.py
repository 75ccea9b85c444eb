"""Print how long the book takes to build: each notebook, cold, and again with nothing changed.

Builds into a copy of the repository, so that the present build stays as it is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
JUPYTER_BOOK = Path(sys.executable).with_name("jupyter-book")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "_build", "__pycache__")


def run(copy: Path, *command: str) -> tuple[float, str]:
    """Run a step of `make book` in the copy; return its seconds and what it printed."""
    start = time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(copy)}
    result = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(result.stdout + result.stderr)
    return time.perf_counter() - start, result.stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "book"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT, symlinks=True)
        totals = {}
        for state in ("cold", "warm"):
            execute, said = run(copy, sys.executable, "-m", "dlbook_lib.site.execute")
            build, _ = run(copy, str(JUPYTER_BOOK), "build", ".", "-n", "-W", "--keep-going")
            totals[state] = execute + build
            print(f"{state}: notebooks {execute:6.1f} s, pages {build:6.1f} s")
            for line in said.splitlines():
                print(f"   {line}")
        print(f"warm / cold: {totals['warm'] / totals['cold']:.2f}")


if __name__ == "__main__":
    main()
