"""Makes the students' notebooks from the solved ones, and refuses to if they could not be graded.

The solved notebook is run three times: as it is, to see that its tests pass; as a submission, to see that it
earns every point; and with untouched stubs, to see that every visible test fails.
"""

from __future__ import annotations

import json
import shutil
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

import dlbook_lib
from dlbook_lib.teach.box import Limits
from dlbook_lib.teach.cells import (
    BEGIN_HIDDEN,
    BEGIN_SOLUTION,
    END_HIDDEN,
    END_SOLUTION,
    OVERVIEW,
    grade_id,
    problems,
    role,
)
from dlbook_lib.teach.course import Course, CourseError
from dlbook_lib.teach.judge import load
from dlbook_lib.teach.marking import mark, recorded_by_solution, run_notebook
from dlbook_lib.teach.repair import Repaired

__all__ = ["faults", "find_sources", "leaks", "release", "repository"]

COLAB = "https://colab.research.google.com"
BADGE = "[![Open in Colab]({colab}/assets/colab-badge.svg)]({colab}/github/{path})"
README = """# Exercises: {name}

Open a notebook on Colab by its badge, or download it. Write an answer in place of each
`raise NotImplementedError`, run the test under it, and hand in the file.

{list}
"""


def repository() -> Path | None:
    """Find the book's repository.

    Returns
    -------
    Path or None
        None where only the package is installed.
    """
    root = Path(dlbook_lib.__file__).resolve().parents[1]
    return root if (root / "_toc.yml").exists() else None


def find_sources(wanted: list[str]) -> dict[str, Path]:
    """Find solved notebooks by path or, in the repository, by chapter.

    Parameters
    ----------
    wanted : list of str
        Paths or names; all of the book's where it is empty.

    Returns
    -------
    dict of Path
        By name.

    Raises
    ------
    CourseError
        If one is not there.
    """
    root = repository()
    book = {path.stem: path for path in sorted(root.glob("chapters/*/exercises/*.ipynb"))} if root else {}
    found = {}
    for name in wanted or book:
        path = Path(name)
        if path.suffix == ".ipynb" and path.is_file():
            found[path.stem] = path.resolve()
        elif name in book:
            found[name] = book[name]
        else:
            known = f": the book has {', '.join(book)}" if book else "; outside the repository, give paths"
            raise CourseError(f"there are no exercises {name!r}{known}")
    return found


def release(
    folder: Path, sources: dict[str, Path], *, layout: str, address: str | None, branch: str, limits: Limits
) -> list[Path]:
    """Make an assignment's folder with the notebooks that students get.

    Parameters
    ----------
    folder : Path
        Its name is the assignment's.
    sources : dict of Path
        Solved notebooks by name.
    layout : {"folder", "branch"}
        All files side by side, or at their paths in the repository.
    address : str, optional
        The public repository, for the badges; the book's by default.
    branch : str
        Where the students' notebooks will stand in it.
    limits : Limits
        For the trial runs.

    Returns
    -------
    list of Path
        The files to hand out.

    Raises
    ------
    CourseError
        If a notebook could not be graded as it is; the message lists why.
    """
    course = Course(folder)
    solved = {name: nbformat.read(path, as_version=4) for name, path in sources.items()}
    found = {name: problems(notebook) for name, notebook in solved.items()}
    _refuse(found)
    course.folder.mkdir(parents=True, exist_ok=True)
    facts = {"notebooks": {name: str(path) for name, path in sources.items()}}
    (course.folder / "assignment.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    course.generate(sources)
    made = {n: nbformat.read(pair["released"], as_version=4) for n, pair in course.notebooks().items()}
    _refuse(
        {name: faults(solved[name], made[name], limits) + leaks(solved[name], made[name]) for name in made}
    )
    shutil.rmtree(course.release, ignore_errors=True)
    files = {name: _place(path, layout) for name, path in sources.items()}
    for name, notebook in made.items():
        _for_students(notebook, _badge(address or _address(), branch, _place(sources[name], "branch")))
        target = course.release / files[name]
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
    lines = "\n".join(f"- [{name}]({path.as_posix()})" for name, path in files.items())
    (course.release / "README.md").write_text(README.format(name=course.name, list=lines), encoding="utf-8")
    return [course.release / path for path in files.values()]


def faults(solved: NotebookNode, released: NotebookNode, limits: Limits) -> list[str]:
    """Run a notebook solved and unsolved, and list what is wrong with its tests.

    Parameters
    ----------
    solved, released : NotebookNode
        The same exercises.
    limits : Limits
        For each run.

    Returns
    -------
    list of str
        Empty if all is well.
    """
    code = [cell for cell in solved.cells if cell.cell_type == "code"]
    run = run_notebook(solved, seed=1, limits=limits, rules=True)
    found = []
    for i, cell in enumerate(code):
        error = run.cells[i].error if i in run.cells else "it was not reached"
        if error:
            found.append(f"{grade_id(cell) or f'code cell {i + 1}'} fails in the solved notebook: {error}")
    if found:
        return found
    expected = recorded_by_solution(solved, run)
    for name, values in expected.items():
        if all(_is_guessable(data) for data in values.values()):
            found.append(f"{name} records only true and false, which can be guessed")
    for entry in mark(Repaired(solved), run_notebook(solved, seed=1, limits=limits), expected).exercises:
        if entry["points"] < entry["of"] and not entry["written"]:
            found.append(f"{entry['name']}: the solution itself earns {entry['points']}: {entry['details']}")
    stubs = run_notebook(released, seed=1, limits=limits)
    for i, cell in enumerate(cell for cell in released.cells if cell.cell_type == "code"):
        if role(cell) == "visible" and cell.source.strip() and i in stubs.cells and not stubs.cells[i].error:
            found.append(f"{grade_id(cell)} passes with the untouched stub")
    return found


def leaks(solved: NotebookNode, released: NotebookNode) -> list[str]:
    """Search the students' notebook for lines of solutions and hidden tests.

    Parameters
    ----------
    solved, released : NotebookNode
        The same exercises.

    Returns
    -------
    list of str
        Empty if there are none.
    """
    secret, public = set(), set()
    for cell in solved.cells:
        inside = False
        for line in cell.source.splitlines():
            inside = (inside or BEGIN_SOLUTION in line or BEGIN_HIDDEN in line) and not (
                END_SOLUTION in line or END_HIDDEN in line
            )
            (secret if inside else public).add(line.strip())
    shown = {line.strip() for cell in released.cells for line in cell.source.splitlines()}
    return [f"the students' notebook shows {line!r}" for line in sorted(secret & shown - public) if line]


def _is_guessable(archive: bytes) -> bool:
    """Say whether a recorded value is a single bool."""
    value = load(archive)[1]
    return not isinstance(value, list) and value.dtype == bool and value.size == 1


def _refuse(found: dict[str, list[str]]) -> None:
    lines = [f"{name}: {problem}" for name, listed in found.items() for problem in listed]
    if lines:
        raise CourseError("nothing was released:\n  " + "\n  ".join(lines))


def _place(path: Path, layout: str) -> Path:
    """Return where a notebook stands in the release."""
    root = repository()
    inside = layout == "branch" and root and path.is_relative_to(root)
    return path.relative_to(root) if inside else Path(path.name)


def _address() -> str | None:
    """Return the public repository that the installed package names."""
    try:
        urls = dict(url.split(", ") for url in metadata("dlbook-lib").get_all("Project-URL", []))
    except PackageNotFoundError:
        return None
    return urls.get("Repository")


def _badge(address: str | None, branch: str, path: Path) -> str | None:
    if not address:
        return None
    repo = address.removeprefix("https://github.com/").strip("/").removesuffix(".git")
    return BADGE.format(colab=COLAB, path=f"{repo}/blob/{branch}/{path.as_posix()}")


def _for_students(notebook: NotebookNode, badge: str | None) -> None:
    """Drop what only the book's page needs and the emptied hidden tests; add badge and overview."""
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "code" or cell.source.strip()]
    for cell in notebook.cells:
        cell.metadata.pop("mystnb", None)
        cell.metadata.pop("tags", None)
    notebook.cells.append(new_code_cell(OVERVIEW, id="overview"))
    if badge:
        notebook.cells.insert(0, new_markdown_cell(badge, id="open-in-colab"))
