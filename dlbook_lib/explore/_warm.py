"""Loaded where exports are forked from: torch's exporter loads most of itself at its first export."""

import torch

from dlbook_lib.explore import payload  # noqa: F401, the rest of what such a process needs
from dlbook_lib.explore.export import convert, task

__all__ = []

torch.set_num_threads(1)
convert("as it is", task(lambda x: {"y": x + 1}, {"x": torch.zeros(())}, ["y"]))
