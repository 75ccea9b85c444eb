"""Runs the cells of one notebook in a process of its own, and goes on when that process has to be stopped.

A cell that runs too long, uses too much memory or ends the process costs only itself: everything that it left
behind is killed and the notebook runs again without that cell, so that the other exercises keep their points.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from dlbook_lib.teach.box import HOME, Limits, boxed_command, environment, has_box

__all__ = ["Ended", "Run", "family", "run_cells"]

START = 120  # seconds in which Python and IPython must be there
TICK = 0.1  # seconds between two looks at the processes
MESSAGES = 64 * 2**20  # bytes that a submission may send


@dataclass
class Ended:
    """What became of one cell.

    Parameters
    ----------
    error : str or None
        ``"ValueError: …"``, or why it was stopped; None where it ran to its end.
    where : str
        The end of the traceback.
    printed : str
        The beginning of what it printed.
    killed : bool
        Whether the process ended in it.
    records : tuple of str
        Files of the values that it recorded.
    """

    error: str | None = None
    where: str = ""
    printed: str = ""
    killed: bool = False
    records: tuple[str, ...] = ()


@dataclass
class Run:
    """What became of a notebook.

    Parameters
    ----------
    cells : dict of Ended
        By place; a cell that was never reached is missing.
    records : dict of bytes
        Recorded values, by file name.
    patched : list of str
        Functions that tests rely on and that the notebook replaced.
    whole : bool
        Whether the process that ran last reached the end.
    """

    cells: dict[int, Ended] = field(default_factory=dict)
    records: dict[str, bytes] = field(default_factory=dict)
    patched: list[str] = field(default_factory=list)
    whole: bool = False


def run_cells(
    cells: list[str],
    *,
    seed: int,
    limits: Limits,
    together: dict[int, list[int]] | None = None,
) -> Run:
    """Run the cells of a notebook, in a box where this machine has one.

    Parameters
    ----------
    cells : list of str
        Their code, the set-up first.
    seed : int
        What the random streams of the hidden tests follow from.
    limits : Limits
        Time, memory, disk and processes.
    together : dict of list of int, optional
        For a place, the later places that are left out too if its cell has to be stopped.

    Returns
    -------
    Run
        Always, whatever the cells do.
    """
    together = together or {}
    left_out: dict[int, Ended] = {}
    deadline = time.monotonic() + limits.seconds
    while True:
        sources = [None if place in left_out else source for place, source in enumerate(cells)]
        attempt = _Attempt(sources, seed, limits, deadline)
        run = attempt.run()
        if run.whole or not attempt.blamed or time.monotonic() > deadline:
            run.cells |= left_out if run.whole else left_out | attempt.blamed
            return run
        left_out |= attempt.blamed
        for place in attempt.blamed:
            reason = Ended("not run, because an earlier test of this exercise had to be stopped", killed=True)
            left_out |= {other: reason for other in together.get(place, []) if other not in left_out}


def family(pid: int) -> list[psutil.Process]:
    """List a process and everything that it started.

    Parameters
    ----------
    pid : int
        Of the process.

    Returns
    -------
    list of psutil.Process
        The process first; empty where it has ended.
    """
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    return []


class _Attempt:
    """One process, watched until it ends or has to be killed."""

    def __init__(self, cells: list[str | None], seed: int, limits: Limits, deadline: float) -> None:
        self.cells, self.limits, self.deadline = cells, limits, deadline
        self.result = Run()
        self.blamed: dict[int, Ended] = {}
        self.current: int | None = None
        self.disk_full = False
        self.folder = tempfile.mkdtemp(prefix="dlbook-")
        home = HOME if has_box() else self.folder
        command = [sys.executable, "-m", "dlbook_lib.teach.kernel"]
        if has_box():
            command = boxed_command(self.folder, limits, command)
        else:
            Path(self.folder, "records").mkdir()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(home, seed),
            cwd=self.folder,
            start_new_session=True,
        )
        self.cell_deadline = time.monotonic() + START

    def run(self) -> Run:
        """Send the job, read what is said, end every process."""
        hard = {"memory": self.limits.memory, "file_size": self.limits.disk}
        hard["processes"] = self.limits.processes if has_box() else None
        try:
            with contextlib.suppress(BrokenPipeError), self.process.stdin as stdin:
                stdin.write(json.dumps({"cells": self.cells, "limits": hard}).encode())
            why = self.watch() or "the process ended in this cell"
        finally:
            self.end()
        if not self.result.whole and self.current is not None:
            self.blamed = {self.current: Ended(why, killed=True)}
        return self.result

    def watch(self) -> str | None:
        """Read messages until the process ends; return why it must be stopped, or None if it ended."""
        stdout = self.process.stdout
        os.set_blocking(stdout.fileno(), False)
        waiting, received = b"", 0
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while not self.result.whole:
                if selector.select(TICK):
                    chunk = stdout.read(2**20)
                    if chunk == b"":
                        return None
                    received += len(chunk or b"")
                    *lines, waiting = (waiting + (chunk or b"")).split(b"\n")
                    for line in lines:
                        self.take(line)
                if received > MESSAGES:
                    return f"it recorded or printed more than {MESSAGES >> 20} MiB"
                stop = self.over_the_limit()
                if stop:
                    return stop
        return None

    def take(self, line: bytes) -> None:
        """Believe one message as far as it makes sense: cells can send messages too."""
        if self.disk_full:
            return
        try:
            said = json.loads(line)
            if "start" in said and 0 <= said["start"] < len(self.cells):
                self.current = int(said["start"])
                self.cell_deadline = time.monotonic() + self.limits.cell_seconds
            elif "end" in said and said["end"] == self.current:
                self.take_cell(said)
            elif said.get("finished") is True:
                self.result.patched = [str(name)[:100] for name in said["patched"]][:50]
                self.result.whole = True
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return

    def take_cell(self, said: dict[str, Any]) -> None:
        """Keep what became of a cell, and the values that it recorded."""
        values = {name: base64.b64decode(text) for name, text in said["records"].items()}
        error = said["error"] if said["error"] is None else str(said["error"])[:2000]
        self.disk_full = bool(error) and "[Errno 28]" in error  # later cells could not record
        where, printed = str(said["where"])[:5000], str(said["printed"])[:30_000]
        self.result.cells[self.current] = Ended(error, where, printed, records=tuple(values))
        self.result.records |= {
            name: value for name, value in values.items() if name not in self.result.records
        }

    def over_the_limit(self) -> str | None:
        """Say which limit is overrun, if any."""
        now = time.monotonic()
        if self.disk_full:
            return f"it wrote more than {self.limits.disk >> 20} MiB"
        if now > self.deadline:
            return f"the submission ran for more than {self.limits.seconds:g} s"
        if now > self.cell_deadline:
            return f"it did not end within {self.limits.cell_seconds:g} s"
        memory = threads = 0
        for process in family(self.process.pid):
            with contextlib.suppress(psutil.Error):
                memory += process.memory_info().rss
                threads += process.num_threads()
        if memory > self.limits.memory:
            return f"it used more than {self.limits.memory / 2**30:.2g} GiB of memory"
        if threads > 2 * self.limits.processes:
            return f"it started more than {self.limits.processes} processes"
        return None

    def end(self) -> None:
        """Kill everything, wait, and remove the folder; a namespace ends with its first process."""
        processes = family(self.process.pid)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        if not has_box():
            processes += [process for process in psutil.process_iter() if self.is_ours(process)]
        for process in processes:
            with contextlib.suppress(psutil.Error):
                process.kill()
        self.process.stdout.close()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def is_ours(self, process: psutil.Process) -> bool:
        """Recognize a process that left its group, by the home folder that it was given."""
        try:
            return process.environ().get("HOME") == self.folder
        except psutil.Error:
            return False
