"""The explorers of the library, exported before the pages are built.

    python -m dlbook_lib.site.exports

writes them into ``_build/explorers``, several at a time; one is exported again only if a module that it
reaches or a pinned version has changed. An explorer that a notebook declares itself, around a network that it
trained, is written there while the notebook runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from dlbook_lib import explorers
from dlbook_lib.site.reached import reached
from dlbook_lib.site.vendor import ROOT

FOLDER = ROOT / "_build" / "explorers"
MANIFEST = FOLDER / "manifest.json"


def manifest() -> dict[str, dict[str, Any]]:
    """Read what was exported: name -> digest, file, still, title, look_for, sentence."""
    return json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.exists() else {}


def digest(name: str) -> str:
    """Hash everything that an explorer's files depend on: the modules and weights it reaches, the pins."""
    hashed = hashlib.sha256((ROOT / "constraints.txt").read_bytes())
    module = f"dlbook_lib.explorers.{name.replace('-', '_')}"
    weights = (ROOT / "dlbook_lib" / "explorers" / "weights").glob("*")
    for file in sorted([*reached({module, "dlbook_lib.explore.payload"}, ROOT), *weights]):
        if file.is_file():
            hashed.update(file.read_bytes())
    return hashed.hexdigest()


def export_one(name: str, folder: Path) -> dict[str, Any]:
    """Export an explorer, in processes of their own; return its line of the manifest."""
    import torch  # here and below: needed only where something is due

    from dlbook_lib.explore.export import apart, export

    torch.set_num_threads(1)
    return apart(entry, name, export(explorers.load(name)), folder)


def entry(name: str, model: bytes, folder: Path) -> dict[str, Any]:
    """Write the files of an explorer whose model is made; return its line of the manifest."""
    import torch

    from dlbook_lib.explore.payload import write_files

    torch.set_num_threads(1)
    explorer = explorers.load(name)
    file = write_files(explorer, model, folder)
    return {
        "file": file.name,
        "still": json.loads(file.read_bytes())["still"],
        "title": explorer.title,
        "look_for": explorer.look_for,
        "sentence": explorer.sentence(explorer.evaluate()),
    }


def main() -> int:
    """Export what is outdated, and say one line about each."""
    old, now = manifest(), {name: digest(name) for name in explorers.names()}
    entries = {name: old[name] for name in now if old.get(name, {}).get("digest") == now[name]}
    due = [name for name in now if name not in entries]
    failures = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {pool.submit(export_one, name, FOLDER): name for name in due}
        for count, job in enumerate(as_completed(jobs), start=1):
            name = jobs[job]
            try:
                entries[name] = job.result() | {"digest": now[name]}
                print(f"explorers: [{count}/{len(due)}] {name} exported", flush=True)
            except Exception as error:  # the others are still wanted
                failures.append(f"{name}: {error}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(dict(sorted(entries.items())), indent=1)
    if not MANIFEST.exists() or MANIFEST.read_text(encoding="utf-8") != text:
        MANIFEST.write_text(text, encoding="utf-8")
    if not due:
        print(f"explorers: all {len(now)} are up to date")
    for failure in failures:
        print(f"explorers: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
