"""One assignment's folder, and nbgrader's course inside it.

::

    hw1/
      assignment.json   which notebooks, and where they come from
      release/          what students get
      submitted/        one folder per student, by `dlbook collect`
      results/          one file per student, by `dlbook grade`
      report.csv        all of them
      feedback/         one page per student, by `dlbook feedback`
      course/           nbgrader's: source, release, autograded, gradebook.db; its formgrader opens here

nbgrader makes the release, keeps the gradebook and, in its formgrader, lets a person grade what is written.
Its own execution is left out: the cells come to it with the outputs that our grader judged.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

__all__ = ["Course", "CourseError"]

CONFIG = '''"""Settings of this course for nbgrader: `jupyter lab` in this folder opens its formgrader."""
from pathlib import Path

c = get_config()
c.CourseDirectory.root = str(Path(__file__).parent)
c.CourseDirectory.course_id = "course"
'''
STUBS = {"code_stub": {"python": "raise NotImplementedError"}, "text_stub": "*Your answer here.*"}


class CourseError(Exception):
    """Something that the instructor can mend; the message is a sentence."""


class Course:
    """An assignment's folder.

    Parameters
    ----------
    folder : Path
        Its name is the assignment's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.name = self.folder.name
        self.course = self.folder / "course"
        self.database = f"sqlite:///{self.course / 'gradebook.db'}"
        self.release = self.folder / "release"
        self.submitted = self.folder / "submitted"
        self.results = self.folder / "results"
        self.feedback = self.folder / "feedback"

    @property
    def facts(self) -> dict[str, Any]:
        """What ``dlbook release`` wrote down."""
        path = self.folder / "assignment.json"
        if not path.exists():
            raise CourseError(f"{self.folder} holds no assignment: run `dlbook release` first")
        return json.loads(path.read_text(encoding="utf-8"))

    def notebooks(self) -> dict[str, dict[str, Path]]:
        """List the assignment's notebooks.

        Returns
        -------
        dict of dict of Path
            For each name ``solved`` and ``released``.
        """
        sides = {"solved": "source", "released": "release"}
        return {
            name: {key: self.course / side / self.name / f"{name}.ipynb" for key, side in sides.items()}
            for name in self.facts["notebooks"]
        }

    def students(self) -> list[str]:
        """List who handed in, by the LMS's number.

        Returns
        -------
        list of str
            In order.
        """
        if self.facts and not self.submitted.is_dir():
            raise CourseError(f"{self.folder} holds no submissions: run `dlbook collect` first")
        return sorted(path.name for path in self.submitted.iterdir() if path.is_dir())

    def result(self, student: str) -> dict[str, Any] | None:
        """Read a student's result.

        Parameters
        ----------
        student : str
            The LMS's number.

        Returns
        -------
        dict or None
            None before `dlbook grade`.
        """
        path = self.results / f"{student}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def api(self, **preprocessors: list) -> Any:
        """Open nbgrader on the inner course.

        Parameters
        ----------
        **preprocessors : list
            Settings of its ``Autograde``.

        Returns
        -------
        NbGraderAPI
            From the extra ``teach``.
        """
        try:
            from nbgrader.apps import NbGraderAPI
            from traitlets.config import Config
        except ImportError:
            raise CourseError("nbgrader is missing: pip install 'dlbook-lib[teach]'") from None
        tools = str(Path(sys.executable).parent)  # nbgrader calls alembic, which stands beside this Python
        if tools not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
        config = Config()
        config.CourseDirectory.root = str(self.course)
        config.CourseDirectory.course_id = "course"
        config.ClearSolutions.update(STUBS)
        config.Autograde.update(preprocessors)
        config.NbGrader.logfile = ""
        return NbGraderAPI(config=config)

    def generate(self, sources: dict[str, Path]) -> None:
        """Let nbgrader make the students' version of the solved notebooks.

        Parameters
        ----------
        sources : dict of Path
            The solved notebooks by name.
        """
        source = self.course / "source" / self.name
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir(parents=True)
        for name, path in sources.items():
            shutil.copyfile(path, source / f"{name}.ipynb")
        (self.course / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
        done = self.api().generate_assignment(self.name, force=True, create=True)
        if not done["success"]:
            raise CourseError(f"nbgrader could not make the release:\n{done['log'] or done['error']}")

    def total(self) -> float:
        """Add up the points of the assignment.

        Returns
        -------
        float
            Written answers included.
        """
        cells = [
            cell
            for pair in self.notebooks().values()
            for cell in json.loads(pair["solved"].read_text(encoding="utf-8"))["cells"]
        ]
        return sum(cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in cells)

    def scores(self) -> dict[str, tuple[float, bool]]:
        """Read nbgrader's gradebook, with what a person graded in its formgrader.

        Returns
        -------
        dict of (float, bool)
            For each student the points, and whether a written answer still waits for a person.
        """
        from nbgrader.api import Gradebook, MissingEntry

        with Gradebook(self.database, "course") as gradebook:
            try:
                entries = gradebook.find_assignment(self.name).submissions
            except MissingEntry:
                return {}
            return {entry.student_id: (entry.score, entry.needs_manual_grade) for entry in entries}

    def collected(self) -> dict[str, dict[str, Any]]:
        """Read what ``dlbook collect`` found out about each student.

        Returns
        -------
        dict of dict
            ``name``, ``late`` and ``notes``.
        """
        path = self.submitted / "collected.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def enter(self, student: str, name: str, notebooks: dict[str, dict]) -> None:
        """Enter a student's judged notebooks in nbgrader's gradebook.

        Parameters
        ----------
        student : str
            The LMS's number.
        name : str
            What the LMS calls them.
        notebooks : dict of dict
            What was run, with the outputs that our grader judged.
        """
        from nbgrader.api import Gradebook
        from nbgrader.preprocessors import SaveAutoGrades

        folder = self.course / "submitted" / student / self.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for notebook, content in notebooks.items():
            (folder / f"{notebook}.ipynb").write_text(json.dumps(content), encoding="utf-8")
        api = self.api(sanitize_preprocessors=[], autograde_preprocessors=[SaveAutoGrades])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbgrader's own, about its database
            done = api.autograde(self.name, student, force=True, create=True)
        if not done["success"]:
            raise CourseError(f"nbgrader could not enter {student}:\n{done['log'] or done['error']}")
        with Gradebook(self.database, "course") as gradebook:
            gradebook.update_or_create_student(student, last_name=name)
