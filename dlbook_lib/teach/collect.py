"""Unpacks what an LMS hands over: one folder per student, whatever the files are called.

Canvas names each file ``roejane_LATE_1041_88123_homework-1.ipynb`` (name, whether late, the student's number,
the submission's number, the file's name); Moodle ``Jane Roe_657717_assignsubmission_file_homework.ipynb``, or
a folder of that name. A folder of folders, one per student, is taken as it is. No name in an archive is ever
used as a path.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from dlbook_lib.teach.course import Course, CourseError

__all__ = ["Handed", "collect", "sort_name"]

CANVAS = re.compile(r"^(?P<name>.+?)_(?P<late>LATE_)?(?P<student>\d+)_(?P<submission>\d+)_(?P<file>.+)$")
MOODLE = re.compile(r"^(?P<name>[^/]+?)_(?P<student>\d+)_assignsubmission_file_?/?(?P<file>.*)$")
LARGEST = 100 * 2**20  # bytes of one file
LARGEST_ARCHIVE = 4 * 2**30
MOST_FILES = 20_000
MOST_OF_ONE = 300 * 2**20  # bytes of one student


@dataclass
class Handed:
    """What one student handed in.

    Parameters
    ----------
    name : str
        As the LMS writes it.
    folder : Path
        Where the files are written.
    late : bool
        Whether the LMS says so.
    files : list of str
        Notebooks that were written.
    notes : list of str
        What was left out, and why.
    size : int
        Bytes so far.
    """

    name: str
    folder: Path
    late: bool = False
    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    size: int = 0

    def keep(self, file: str, data: bytes) -> None:
        """Write a notebook, under a name that is free.

        Parameters
        ----------
        file : str
            What the student called it.
        data : bytes
            Its content.
        """
        self.size += len(data)
        if self.size > MOST_OF_ONE:
            self.notes.append(
                f"{file}: refused, because it is more than {MOST_OF_ONE >> 20} MiB with the others"
            )
            return
        safe = re.sub(r'[\x00-\x1f/\\:*?"<>|]', "_", file).strip(". ")[-150:] or "notebook.ipynb"
        safe = f"{len(self.files) + 1}-{safe}" if (self.folder / safe).exists() else safe
        (self.folder / safe).write_bytes(data)
        self.files.append(safe)


def sort_name(path: str) -> tuple[str, str, bool, str]:
    """Read who handed in a file from its name in the archive.

    Parameters
    ----------
    path : str
        With slashes.

    Returns
    -------
    student, name : str
        The LMS's number, and the name that it gives.
    late : bool
        Whether Canvas marked it.
    file : str
        The file's own name.

    Examples
    --------
    >>> sort_name("roejane_LATE_1041_88123_homework-1.ipynb")
    ('1041', 'roejane', True, 'homework-1.ipynb')
    >>> sort_name("Jane Roe_657717_assignsubmission_file_/week 1/homework.ipynb")
    ('657717', 'Jane Roe', False, 'homework.ipynb')
    """
    parts = PurePosixPath(path).parts
    for start in range(len(parts)):
        moodle = MOODLE.match("/".join(parts[start:]))
        if moodle:
            file = PurePosixPath(moodle["file"]).name or parts[-1]
            return moodle["student"], moodle["name"], False, file
    canvas = CANVAS.match(parts[-1])
    if canvas:
        return canvas["student"], canvas["name"], bool(canvas["late"]), canvas["file"]
    owner = parts[-2] if len(parts) > 1 else PurePosixPath(path).stem
    return re.sub(r"[^\w.@-]", "_", owner).strip(".") or "unnamed", owner, False, parts[-1]


def collect(course: Course, archives: list[Path]) -> dict[str, Handed]:
    """Put submissions into the assignment's folder; a student found again replaces the earlier files.

    Parameters
    ----------
    course : Course
        After ``dlbook release``.
    archives : list of Path
        Zip files, or folders.

    Returns
    -------
    dict of Handed
        By student.

    Raises
    ------
    CourseError
        If an archive is none, or unpacks to too much.
    """
    course.facts  # noqa: B018 (there is an assignment)
    found: dict[str, Handed] = {}
    for archive in archives:
        for path, data, problem in _entries(archive):
            student, name, late, file = sort_name(path)
            if student not in found:
                found[student] = Handed(name, course.submitted / student)
                shutil.rmtree(found[student].folder, ignore_errors=True)
                found[student].folder.mkdir(parents=True)
            handed = found[student]
            handed.late = handed.late or late
            if problem:
                handed.notes.append(f"{file}: {problem}")
            else:
                _take(handed, file, data)
    known = course.collected()
    for student, handed in found.items():
        if not handed.files:
            handed.notes.append("no notebook was handed in")
        known[student] = {"name": handed.name, "late": handed.late, "notes": handed.notes}
    record = course.submitted / "collected.json"
    record.write_text(json.dumps(known, indent=1, ensure_ascii=False), encoding="utf-8")
    return found


def _take(handed: Handed, file: str, data: bytes) -> None:
    """Keep a notebook, open a student's own zip file, leave out the rest."""
    if file.lower().endswith(".ipynb"):
        handed.keep(file, data)
    elif file.lower().endswith(".zip"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                for path, content, problem in _unpacked(inner):
                    if problem:
                        handed.notes.append(f"{path}: {problem}")
                    elif path.lower().endswith(".ipynb"):
                        handed.keep(PurePosixPath(path).name, content)
        except (zipfile.BadZipFile, CourseError) as error:
            handed.notes.append(f"{file}: {error}")
    else:
        handed.notes.append(f"{file}: left out, because it is no notebook")


def _entries(archive: Path) -> Iterator[tuple[str, bytes, str | None]]:
    """Yield every file of an archive or folder, with what keeps it from being read."""
    if archive.is_dir():
        for path in sorted(path for path in archive.rglob("*") if path.is_file() and not path.is_symlink()):
            large = path.stat().st_size > LARGEST
            name = path.relative_to(archive).as_posix()
            yield name, b"" if large else path.read_bytes(), _too_large() if large else None
        return
    try:
        with zipfile.ZipFile(archive) as opened:
            yield from _unpacked(opened)
    except (OSError, zipfile.BadZipFile) as error:
        raise CourseError(f"{archive} is no zip file: {error}") from None


def _unpacked(opened: zipfile.ZipFile) -> Iterator[tuple[str, bytes, str | None]]:
    """Yield a zip file's entries, unpacked within limits."""
    entries = [
        entry for entry in opened.infolist() if not entry.is_dir() and "__MACOSX" not in entry.filename
    ]
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_ARCHIVE:
        raise CourseError(f"the archive holds more than {MOST_FILES} files or {LARGEST_ARCHIVE >> 30} GiB")
    for entry in entries:
        name = _decoded(entry).replace("\\", "/")
        if name.startswith("/") or ".." in PurePosixPath(name).parts:
            yield PurePosixPath(name).name or "unnamed", b"", f"refused, because its path is {name!r}"
        elif entry.file_size > LARGEST:
            yield name, b"", _too_large()
        else:
            try:
                with opened.open(entry) as file:
                    data = file.read(LARGEST + 1)
                yield name, data[:LARGEST], None if len(data) <= LARGEST else _too_large()
            except Exception as error:  # damaged, encrypted or lying about its size
                yield name, b"", f"cannot be unpacked: {error}"


def _too_large() -> str:
    return f"refused, because it is larger than {LARGEST >> 20} MiB"


def _decoded(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name, also where it is UTF-8 that does not say so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename
