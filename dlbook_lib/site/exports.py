"""The files of one explorer of the library, made in processes that load nothing but what that needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from dlbook_lib import explorers
from dlbook_lib.explore.export import apart, export
from dlbook_lib.explore.payload import write_files


def export_one(name: str, folder: Path) -> dict[str, Any]:
    """Export an explorer, in processes of their own; return its line of the manifest."""
    return apart(entry, name, export(explorers.load(name)), folder)


def entry(name: str, model: bytes, folder: Path) -> dict[str, Any]:
    """Write the files of an explorer whose model is made; return its line of the manifest."""
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
