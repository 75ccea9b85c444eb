"""Runs the cells handed to it on standard input, and says on standard output what became of each.

The grader starts one such process per submission, in a box where it can (:mod:`dlbook_lib.teach.box`). It is
an IPython shell without a Jupyter server: it opens no port that another submission could reach, and when a
cell has to be stopped the whole process is killed and started again without that cell. Nothing that it says
is trusted, since the cells run in this very process: what counts are the recorded values, compared elsewhere.

    python -m dlbook_lib.teach.kernel < job.json
"""

from __future__ import annotations

import base64
import builtins
import contextlib
import json
import math
import os
import sys
import time
import traceback
from pathlib import Path
from typing import IO, Any

from dlbook_lib.teach import recording

__all__ = ["main"]

KEPT_OUTPUT = 20_000  # characters of what a cell prints
COMPARING = ("all", "allclose", "any", "array_equal", "equal", "isclose", "isfinite", "isnan")


def limit(memory: int, file_size: int, processes: int) -> None:
    """Set hard limits on this process, which no cell can raise again."""
    import resource

    wanted = {"DATA": memory, "FSIZE": file_size, "NPROC": processes, "CORE": 0}
    for name, value in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is not None and value is not None:
            with contextlib.suppress(ValueError, OSError):  # stricter already
                resource.setrlimit(kind, (value, value))


class Printed:
    """What a cell prints, on either stream, also from C code: one file, emptied before each cell."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("w+b", buffering=0)

    def start(self) -> None:
        """Empty the file and let both streams write into it."""
        self.file.truncate(0)
        self.file.seek(0)
        for number in (1, 2):
            os.dup2(self.file.fileno(), number)
        for name in ("stdout", "stderr"):
            stream = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)

    def read(self) -> str:
        """Return the beginning of what was printed."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        self.file.seek(0)
        return self.file.read(KEPT_OUTPUT).decode("utf-8", errors="replace")


def comparing_functions() -> dict[str, Any]:
    """Collect what a test relies on, by name, to see later whether it is still the same."""
    found = {f"builtins.{name}": thing for name, thing in vars(builtins).items() if name[0] != "_"}
    found |= {f"math.{name}": thing for name, thing in vars(math).items()}
    for name in ("torch", "numpy"):
        module = sys.modules.get(name)
        found |= {f"{name}.{f}": getattr(module, f) for f in COMPARING if hasattr(module, f)}
        testing = vars(sys.modules.get(f"{name}.testing", object)).items()
        found |= {f"{name}.testing.{f}": thing for f, thing in testing if f.startswith("assert")}
    for name in ("record", "stream"):
        found[f"dlbook_lib.teach.{name}"] = getattr(sys.modules["dlbook_lib.teach"], name)
    return found


class Kernel:
    """One shell, and the channel to the grader.

    Parameters
    ----------
    job : dict
        ``cells``: what to run, in order, None for a cell to leave out; ``limits``.
    channel : text file
        Where each message goes, as a line of JSON.
    """

    def __init__(self, job: dict[str, Any], channel: IO[str]) -> None:
        from IPython.core.interactiveshell import InteractiveShell

        self.cells, self.channel = job["cells"], channel
        self.records = Path(os.environ[recording.FOLDER])
        self.sent: set[str] = set()
        self.printed = Printed(Path("printed.txt"))
        self.shell = InteractiveShell.instance()
        self.shell.showtraceback = self.shell.showsyntaxerror = lambda *_, **__: None
        self.trusted: dict[str, Any] = {}
        limit(**job["limits"])

    def say(self, **message: Any) -> None:
        """Send one message."""
        self.channel.write(json.dumps(message) + "\n")
        self.channel.flush()

    def run(self) -> None:
        """Run every cell, then say which of the functions that tests rely on are no longer themselves."""
        for place, source in enumerate(self.cells):
            if source is not None:
                self.say(start=place)
                self.say(end=place, **self.run_cell(source))
            if place == 0:  # the set-up, which imports what the tests use
                self.trusted = comparing_functions()
        now = comparing_functions()
        patched = [name for name, thing in self.trusted.items() if now.get(name, thing) is not thing]
        if not isinstance(self.attempt("assert False"), AssertionError):
            patched.append("assert")
        self.say(finished=True, patched=patched)

    def run_cell(self, source: str) -> dict[str, Any]:
        """Run one cell and describe what happened."""
        began = time.monotonic()
        self.printed.start()
        error = self.attempt(source)
        said: dict[str, Any] = {"error": None, "where": ""}
        if error is not None:
            said["error"] = describe(error)
            with contextlib.suppress(Exception):
                lines = traceback.format_exception(type(error), error, error.__traceback__, limit=-4)
                said["where"] = "".join(lines)[-4000:]
        said["printed"] = self.printed.read()
        said["seconds"] = round(time.monotonic() - began, 3)
        said["records"] = dict(self.new_records())
        return said

    def attempt(self, source: str) -> BaseException | None:
        """Run code in the shell and return what it raised."""
        try:
            result = self.shell.run_cell(source, store_history=False)
            return result.error_before_exec or result.error_in_exec
        except BaseException as error:  # the shell itself was tampered with, or its output file is full
            return error

    def new_records(self):
        """Yield the recorded values that were not sent before."""
        for path in sorted(self.records.glob("*.npz")):
            if path.name not in self.sent and path.is_file():
                self.sent.add(path.name)
                yield path.name, base64.b64encode(path.read_bytes()).decode()


def describe(error: BaseException) -> str:
    """Say what was raised in at most a few lines, whatever the error's own methods do."""
    try:
        text = str(error)[:1000]
    except BaseException:
        text = "(its message could not be read)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def main() -> None:
    """Read the job, run it, leave at once: no clean-up that a cell registered is waited for."""
    job = json.load(sys.stdin)
    channel = os.fdopen(os.dup(1), "w", encoding="ascii")
    try:
        Kernel(job, channel).run()
    finally:
        channel.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
