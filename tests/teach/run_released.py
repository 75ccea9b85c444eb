"""Run what `dlbook release` made beside Colab's versions, untouched and with solutions pasted in.

python tests/teach/run_released.py FOLDER
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from dlbook_lib.teach.cells import BEGIN_SOLUTION, END_SOLUTION, OVERVIEW, grade_id, role


def errors(notebook):
    """What each visible test raises."""
    ran = NotebookClient(notebook, timeout=120, allow_errors=True, kernel_name="python3").execute()
    return {
        grade_id(cell) or f"cell {place}": output.ename
        for place, cell in enumerate(ran.cells)
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "error" and cell.source != OVERVIEW
    }


def check(released, solved):
    """Raise unless stubs fail and solutions pass."""
    notebook = nbformat.read(released, as_version=4)
    tests = {grade_id(cell) for cell in notebook.cells if role(cell) == "visible"}
    assert errors(notebook) == dict.fromkeys(tests, "NotImplementedError")
    solutions = {grade_id(cell): cell.source for cell in nbformat.read(solved, as_version=4).cells}
    notebook = nbformat.read(released, as_version=4)
    for cell in notebook.cells:
        if role(cell) == "answer":
            lines = solutions[grade_id(cell)].splitlines()
            cell.source = "\n".join(
                line for line in lines if line.strip() not in (BEGIN_SOLUTION, END_SOLUTION)
            )
    assert errors(notebook) == {}
    print(f"{released.name}: {len(tests)} stubs fail, {len(tests)} solutions pass")


if __name__ == "__main__":
    folder = Path(sys.argv[1]).resolve()
    for path in sorted((folder / "release").rglob("*.ipynb")):
        check(path, folder / "course" / "source" / folder.name / path.name)
