"""Run the book's notebooks, several at a time, each on one thread, and keep what they printed.

The outputs go into a jupyter-cache, from which myst-nb takes them when the pages are built. A notebook
runs again only if its own code, a module of ``dlbook_lib`` that it reaches by imports, or a pinned version
has changed. Progress is one line per notebook, and a bar over all cells at a terminal.

    python -m dlbook_lib.site.execute
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import nbformat
import psutil
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from sphinx_external_toc.parsing import parse_toc_yaml
from tqdm import tqdm

from dlbook_lib.site.exports import FOLDER
from dlbook_lib.site.reached import imports, reached
from dlbook_lib.site.vendor import ROOT

CACHE = ROOT / "_build" / ".jupyter_cache"
CELL_TIMEOUT = 600  # seconds
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")}
RECORDED = ("torch", "numpy", "plotly")  # versions that the Freshness page shows


@dataclass(frozen=True)
class Run:
    """One finished execution."""

    path: Path
    seconds: float
    error: str | None


def notebooks() -> list[Path]:
    """List the notebooks that stand in the table of contents, in reading order."""
    toc = parse_toc_yaml(ROOT / "_toc.yml")
    found = (ROOT / f"{document}.ipynb" for document in toc)
    return [path for path in found if path.exists()]


def inputs_digest(path: Path) -> str:
    """Hash everything that a notebook's outputs depend on: its code, our modules it reaches, the pins."""
    digest = hashlib.sha256((ROOT / "constraints.txt").read_bytes())
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    code = "\n".join(map(TransformerManager().transform_cell, cells))  # turns %magics into plain Python
    digest.update(code.encode())
    for module in sorted(reached(imports(code), ROOT)):
        digest.update(module.read_bytes())
    return digest.hexdigest()


def outdated(cache, path: Path) -> bool:
    """Say whether a notebook must run, dropping a stored result that no longer holds."""
    try:
        record = cache.match_cache_notebook(nbformat.read(path, as_version=4))
    except KeyError:
        return True
    if record.data.get("inputs") == inputs_digest(path):
        return False
    cache.remove_cache(record.pk)
    return True


def execute(paths: list[Path], *, workers: int | None = None) -> list[Run]:
    """Run notebooks in parallel and store the outputs of those that succeed.

    Parameters
    ----------
    paths : list of Path
        What to run.
    workers : int, optional
        How many at a time; one per core by default.

    Returns
    -------
    list of Run
        In the order in which they finished.
    """
    cache = get_cache(CACHE)
    lock = threading.Lock()
    cells = {
        path: sum(c.cell_type == "code" for c in nbformat.read(path, as_version=4).cells) for path in paths
    }
    digests = {path: inputs_digest(path) for path in paths}  # not in threads: Python 3.11 cannot parse in two
    longest_first = sorted(paths, key=cells.get, reverse=True)  # as far as one knows before
    runs = []
    with (
        tqdm(total=sum(cells.values()), unit="cell", disable=not sys.stderr.isatty(), leave=False) as bar,
        ThreadPoolExecutor(workers or os.cpu_count()) as pool,
    ):
        for job in as_completed(
            [pool.submit(_run, path, digests[path], cache, lock, bar) for path in longest_first]
        ):
            run = job.result()
            runs.append(run)
            state = "failed" if run.error else "ran"
            name = run.path.relative_to(ROOT)
            tqdm.write(
                f"execute: [{len(runs)}/{len(paths)}] {name} {state} in {run.seconds:.1f} s", file=sys.stdout
            )
            sys.stdout.flush()
    return runs


def _run(path: Path, digest: str, cache, lock: threading.Lock, bar: tqdm) -> Run:
    from dlbook_lib.explore import hosts  # torch, needed only where something runs

    notebook = nbformat.read(path, as_version=4)
    worked = [0.0]

    def count(**_) -> None:
        bar.update()
        worked[0] = max(worked[0], _processor_seconds(client))

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        extra_arguments=["--IPKernelApp.log_level=40"],  # errors only
        record_timing=False,  # it would write into the cells, which the cache compares
        shutdown_kernel="immediate",  # all is said by then; a farewell takes a second
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=count,
    )
    as_a_page_shows_it = {"TQDM_DISABLE": "1", hosts.FOLDER: str(FOLDER)}
    start = time.perf_counter()
    try:
        client.execute(env=os.environ | ONE_THREAD | as_a_page_shows_it)
    except (CellExecutionError, CellTimeoutError, RuntimeError) as error:  # a dead kernel is a RuntimeError
        return Run(path, time.perf_counter() - start, str(error))
    seconds = time.perf_counter() - start
    times = {"execution_seconds": seconds, "processor_seconds": worked[0]}
    record = {**times, "inputs": digest, **_circumstances()}
    with lock:  # the cache is one SQLite file
        cache.cache_notebook_bundle(CacheBundleIn(notebook, str(path), data=record), overwrite=True)
    return Run(path, seconds, None)


def _processor_seconds(client: NotebookClient) -> float:
    """Say how long a notebook's kernel has kept a core busy: a busy machine does not make this longer."""
    try:
        times = psutil.Process(client.km.provisioner.pid).cpu_times()
    except psutil.NoSuchProcess:  # the cell ended its own kernel
        return 0.0
    return times.user + times.system


def _circumstances() -> dict[str, str]:
    """Say on what and with which versions a notebook ran."""
    from dlbook_lib.device import pick_device  # torch, as above
    from dlbook_lib.profile import current_profile

    choice = pick_device()
    machine = f"{platform.machine()}, 1 thread" if choice.device.type == "cpu" else choice.reason
    return {
        "device": f"{choice.device.type} ({machine})",
        "profile": current_profile(),
        "versions": ", ".join(
            ["Python " + platform.python_version(), *(f"{p} {version(p)}" for p in RECORDED)]
        ),
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


def main() -> int:
    """Run what is outdated; print one line per notebook and the error of each that failed."""
    cache = get_cache(CACHE)
    listed = notebooks()
    due = [path for path in listed if outdated(cache, path)]
    if not due:
        print(f"execute: all {len(listed)} notebooks are up to date")
        return 0
    failed = [run for run in execute(due) if run.error]
    for run in failed:
        print(f"\nexecute: {run.path.relative_to(ROOT)} stopped at this cell:\n{run.error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
