"""What students hand in, from correct to hostile: ``KINDS`` with the status and points that each must get.

The exercises are those of ``example_exercises``: huber 3 points, standardize 3, nearest 4, and a written
answer for a person. Most kinds get huber wrong in a way of their own, and keep the 7 points of the others.
"""

import copy
import io
import json
import zipfile
from dataclasses import dataclass

from example_exercises import EXERCISES, build

CODE = {name: answer for name, _, answer, *_ in EXERCISES}
HUBER_RIGHT = "size = np.abs(r)\nreturn np.where(size <= delta, size**2 / 2, delta * (size - delta / 2))"
ZEROS = "return np.zeros_like(r)"
REACH_OUT = """import os, socket
for path in ("/tmp/dlbook-was-here", os.path.expanduser("~/../dlbook-was-here")):
    try:
        open(path, "w").write("here")
    except OSError:
        pass
try:
    socket.create_connection(("192.0.2.1", 80), timeout=0.2)
    r = r * 0
except OSError:
    pass
"""
READ_SOLUTION = """import glob
text = ""
for pattern in [*SECRETS, "/proc/[0-9]*/environ", "/proc/[0-9]*/cmdline"]:
    for path in glob.glob(pattern, recursive=True):
        try:
            text += open(path, errors="replace").read()
        except OSError:
            pass
if "BEGIN SOLUTION" in text or "BEGIN HIDDEN" in text:
    size = np.abs(r)
    return np.where(size <= delta, size**2 / 2, delta * (size - delta / 2))
return np.zeros_like(r)"""
WRITE_GRADEBOOK = """import sqlite3
for path in SECRETS:
    try:
        database = sqlite3.connect(path)
        database.execute("update grade set manual_score = 99")
        database.commit()
    except Exception:
        pass"""
STRIP_ASSERTS = """get_ipython().input_transformers_post.append(
    lambda lines: [line.replace("assert ", "bool and ") for line in lines]
)


"""
FORGE_MESSAGES = """import json, os, time
passed = {"end": 3, "error": None, "where": "", "printed": "", "records": {}}
for number in range(3, 64):
    for message in (passed, {"finished": True, "patched": []}):
        try:
            os.write(number, json.dumps(message).encode() + b"\\n")
        except OSError:
            pass
time.sleep(60)"""
PATCH_RECORD = """import dlbook_lib.teach

record = dlbook_lib.teach.record


def fake(name, value, *, accuracy=None, **rules):
    record(name, accuracy[0] if accuracy else value, accuracy=accuracy, **rules)


dlbook_lib.teach.record = fake


def nearest(x, centres):
    return np.array([1, 0]) if len(x) == 2 else np.zeros(len(x), int)"""
IGNORE_SIGNALS = """import signal
for number in range(1, 32):
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_IGN)
while True:
    pass"""
SWALLOW_INTERRUPTS = """while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""
FORK_BOMB = """import os
while True:
    try:
        os.fork()
    except OSError:
        pass"""
FILL_DISK = """for number in range(10**6):
    with open(f"{number}.bin", "wb") as file:
        file.write(bytes(10**6))"""
STDERR = """import sys, warnings
warnings.warn("careful")
print("hm", file=sys.stderr)
"""
LAZY = """class Lazy:
    shape = r.shape
    def __array__(self, *_, **__):
        return huber_now(r, delta)
return Lazy()"""
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
NO_CELL_OF_OURS = b'{"cells": [{"cell_type": "code", "source": "1"}]}'


@dataclass
class Kind:
    """One submission: files by name, and what the grader must say."""

    files: dict[str, bytes]
    status: str
    points: float
    late: bool = False


def indent(body):
    return "\n".join(f"    {line}" for line in body.splitlines())


def huber(body, before=""):
    """An answer cell."""
    return f'{before}def huber(r, delta):\n    """Return the loss of each residual."""\n{indent(body)}'


class Student:
    """A released notebook with answers in it."""

    def __init__(self, released, answer=None):
        self.notebook = json.loads(json.dumps(released))
        for cell in self.cells:
            cell["source"] = "".join(cell["source"])
        for name, code in CODE.items():
            marks = ("### BEGIN SOLUTION", "### END SOLUTION")
            self.cell(name)["source"] = "\n".join(
                line for line in code.splitlines() if not any(mark in line for mark in marks)
            )
        self.cell("why")["source"] = "One outlier outweighs all others."
        if answer is not None:
            self.cell("huber")["source"] = answer

    @property
    def cells(self):
        return self.notebook["cells"]

    def place(self, name):
        ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in self.cells]
        return ids.index(name)

    def cell(self, name):
        return self.cells[self.place(name)]

    def add(self, source, place=None):
        cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
        self.cells.insert(len(self.cells) if place is None else place, cell)
        return self

    def bytes(self):
        return json.dumps(self.notebook).encode()


def kinds(released, secrets):
    """Every kind, by name; ``secrets`` are paths of the grader that some try to read or write."""

    def with_huber(body, status="graded", points=7, before=""):
        return Kind({"example.ipynb": Student(released, huber(body, before)).bytes()}, status, points)

    def changed(change, status="graded", points=10, file="example.ipynb"):
        student = Student(released)
        change(student)
        return Kind({file: student.bytes()}, status, points)

    return {
        **honest(with_huber, changed),
        **misshapen(released, changed),
        **endless(with_huber),
        **hostile(with_huber, changed, secrets),
    }


def honest(with_huber, changed):
    """Right, wrong and unlucky."""
    later = Student.add
    return {
        "correct": changed(lambda s: None),
        "wrong": with_huber("return r**2 / 2"),
        "raises": with_huber("raise ValueError('no idea')"),
        "raises-markup": with_huber(f"raise ValueError({SCRIPT!r})"),
        "writes-markup": changed(
            lambda s: s.cell("why").update(
                source=f"Outliers.\n\n{SCRIPT}\n\n[x](javascript:1) [y]\n\n[y]: javascript:2"
            )
        ),
        "syntax-error": with_huber("return r +"),
        "not-a-number": with_huber("return r * np.nan"),
        "prints-to-stderr": with_huber(STDERR + HUBER_RIGHT, points=10),
        "forgets-the-edge-case": with_huber(f"assert r.size > 0, 'no residuals'\n{HUBER_RIGHT}", points=8),
        "hard-coded": with_huber("return np.array([0.125, 2.5])", "review"),
        "lazy-object": with_huber(
            LAZY, "review", before=huber(HUBER_RIGHT).replace("huber", "huber_now") + "\n\n\n"
        ),
        "own-helper-cell": changed(
            lambda s: (
                s.add("def size_of(r):\n    return np.abs(r)", s.place("huber")),
                s.cell("huber").update(source=huber(HUBER_RIGHT.replace("np.abs(r)", "size_of(r)"))),
            )
        ),
        "execution-order": changed(
            lambda s: (
                s.cell("huber").update(source=huber(HUBER_RIGHT.replace("np.abs(r)", "size_of(r)"))),
                later(s, "def size_of(r):\n    return np.abs(r)"),
            ),
            points=7,
        ),
        "deep-recursion": with_huber("return huber(r, delta)"),
        "deeper-recursion": with_huber(
            "import sys\nsys.setrecursionlimit(10**9)\nreturn huber(r, delta)", "crashed"
        ),
        "sys-exit": with_huber("import sys\nsys.exit(0)"),
    }


def misshapen(released, changed):
    """Files that editors, uploads and haste have changed."""

    def strip(student):
        for cell in student.cells:
            cell["metadata"] = {}
            cell.pop("id", None)

    def colab(student):
        student.notebook.update(nbformat_minor=0, metadata={"colab": {"provenance": []}})
        for number, cell in enumerate(student.cells):
            cell.pop("id", None)
            cell["metadata"]["id"] = f"x{number}"
            cell["source"] = [line + "\n" for line in cell["source"].split("\n")]

    def retype(student):
        code, place = student.cell("huber")["source"], student.place("huber")
        student.cells[place] = copy.deepcopy(released["cells"][place])
        student.add(code)

    def merge(student):
        student.cell("huber")["source"] += "\n\n\n" + student.cell("standardize")["source"]
        del student.cells[student.place("standardize")]

    def drop_tests(student):
        student.notebook["cells"] = [cell for cell in student.cells if "assert" not in cell["source"]]

    def two_versions(student):
        student.cells.insert(student.place("huber"), copy.deepcopy(student.cell("huber")))
        student.cells[student.place("huber")]["source"] = huber(ZEROS)

    def heavy(student):
        data = {"output_type": "stream", "name": "stdout", "text": "x" * (50 * 2**20)}
        student.cell("huber")["outputs"] = [data]

    def twice(student):
        student.cells.insert(student.place("huber"), copy.deepcopy(student.cell("huber")))

    right, stub = Student(released).bytes(), json.dumps(released).encode()
    wrong = Student(released, huber(ZEROS)).bytes()
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("my work/example.ipynb", right)
    return {
        "untouched": Kind({"example.ipynb": stub}, "graded", 0),
        "renamed-file": Kind({"Homework FINAL (2).ipynb": right}, "graded", 10),
        "unicode-names": Kind({"übung – 練習 📓.ipynb": right}, "graded", 10, late=True),
        "zipped": Kind({"work.zip": zipped.getvalue()}, "graded", 10),
        "with-the-untouched-file": Kind({"a.ipynb": right, "example.ipynb": stub}, "graded", 10),
        "two-versions-of-the-file": Kind({"v1.ipynb": wrong, "v2.ipynb": right}, "review", 10),
        "no-metadata": changed(strip),
        "colab-shaped": changed(colab),
        "retyped-at-the-end": changed(retype),
        "merged-cells": changed(merge),
        "answer-copied": changed(twice),
        "two-answers": changed(two_versions, "review"),
        "tests-deleted": changed(drop_tests),
        "50-megabytes": changed(heavy),
        "truncated": Kind({"example.ipynb": right[:2000]}, "unreadable", 0),
        "nested-deeply": Kind({"example.ipynb": b'{"cells": ' + b"[" * 200_000}, "unreadable", 0),
        "cells-are-no-list": Kind({"example.ipynb": b'{"cells": 5}'}, "unreadable", 0),
        "another-notebook": Kind({"diary.ipynb": NO_CELL_OF_OURS}, "unreadable", 0),
        "no-notebook": Kind({"essay.pdf": b"%PDF-1.7"}, "unreadable", 0),
    }


def endless(with_huber):
    """Answers that never end, or use up the machine."""
    return {
        "endless": with_huber("while True:\n    pass", "crashed"),
        "swallows-interrupts": with_huber(SWALLOW_INTERRUPTS, "crashed"),
        "ignores-signals": with_huber(IGNORE_SIGNALS, "crashed"),
        "prints-for-ever": with_huber("while True:\n    print('x' * 1000)", "crashed"),
        "takes-all-memory": with_huber("held = []\nwhile True:\n    held.append(bytearray(2**28))"),
        "fork-bomb": with_huber(FORK_BOMB, "crashed"),
        "fills-the-disk": with_huber(FILL_DISK, "crashed"),
        "os-exit": with_huber("import os\nos._exit(0)", "crashed"),
        "segmentation-fault": with_huber("import ctypes\nctypes.string_at(0)", "crashed"),
    }


def hostile(with_huber, changed, secrets):
    """Attempts to get points, or at the grader."""

    def relax(student):
        student.cell("huber")["source"] = huber(ZEROS)
        for cell in student.cells:
            if cell["metadata"].get("nbgrader", {}).get("grade"):
                cell["source"] = "assert True" if cell["cell_type"] == "code" else cell["source"]

    def enrich(student):
        student.cell("huber-visible")["metadata"]["nbgrader"]["points"] = 100

    def write_gradebook(student):
        student.add(WRITE_GRADEBOOK.replace("SECRETS", repr(secrets)))
        student.cell("huber")["source"] = huber(ZEROS)

    def labels_from_record(student):
        student.cell("nearest")["source"] = PATCH_RECORD

    return {
        "tests-replaced": changed(relax, "tampered", 7),
        "points-changed": changed(enrich, "tampered", 10),
        "allclose-patched": with_huber(ZEROS, "tampered", before="np.allclose = lambda *a, **k: True\n\n\n"),
        "builtins-patched": with_huber(
            ZEROS, "tampered", before="import builtins\nbuiltins.AssertionError = RuntimeError\n\n\n"
        ),
        "asserts-stripped": with_huber(ZEROS, "tampered", before=STRIP_ASSERTS),
        "record-patched": changed(labels_from_record, "tampered", 6),
        "messages-forged": with_huber(FORGE_MESSAGES, "crashed", 0),
        "gradebook-written": changed(write_gradebook, points=7),
        "solution-read": with_huber(READ_SOLUTION.replace("SECRETS", repr(secrets))),
        "reaches-out": with_huber(REACH_OUT + HUBER_RIGHT, points=10),
        "kills-its-parent": with_huber(f"import os\nos.kill(os.getppid(), 9)\n{HUBER_RIGHT}", points=10),
    }


def released_example():
    """The students' notebook, made without nbgrader: for tests that do not run the whole way."""
    cells = []
    for cell in build().cells:
        cell, text = copy.deepcopy(cell), cell.source
        if "BEGIN HIDDEN" in text:
            continue
        if "BEGIN SOLUTION" in text:
            head = text.split("### BEGIN SOLUTION")[0].rstrip(" ")
            cell.source = (
                f"{head}    raise NotImplementedError" if cell.cell_type == "code" else "*Your answer here.*"
            )
        cells.append(cell)
    notebook = build()
    notebook.cells = cells
    return json.loads(json.dumps(notebook))
