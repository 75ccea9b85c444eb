"""Bring the notebooks into the form that git keeps: `make notebooks`.

Runs every notebook whose stored result is out of date (as `make book` does), writes the outputs of cells
tagged ``nbval-check-output`` into the file, where the tests compare them, and removes all other outputs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from nbconvert.preprocessors import CoalesceStreamsPreprocessor

from dlbook_lib.site import execute

KEPT = "nbval-check-output"


def tidy(path: Path) -> bool:
    """Rewrite one notebook; say whether it changed."""
    before = path.read_text(encoding="utf-8")
    _, ran = get_cache(execute.CACHE).merge_match_into_notebook(nbformat.read(path, as_version=4))
    ran, _ = CoalesceStreamsPreprocessor().preprocess(ran, {})  # a busy kernel hands one print over in parts
    notebook = nbformat.read(path, as_version=4)
    for cell, result in zip(notebook.cells, ran.cells):
        if cell.cell_type == "code":
            kept = KEPT in cell.metadata.get("tags", [])  # nbval compares only cells that have a number
            cell.execution_count = result.execution_count if kept else None
            cell.outputs = result.outputs if kept else []
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.write(notebook, path)
    return path.read_text(encoding="utf-8") != before


if __name__ == "__main__":
    status = execute.main()
    if status == 0:
        changed = [path.name for path in execute.notebooks() if tidy(path)]
        print(f"notebooks: {', '.join(changed) if changed else 'nothing'} changed")
    sys.exit(status)
