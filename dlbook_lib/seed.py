"""Reproducible randomness: one call that seeds everything, and generators for whatever samples.

A seed makes a run repeat on the same machine with the same versions. Across devices, or across releases
of torch, the same seed may give other numbers; the book therefore states ranges, not digits.
"""

from __future__ import annotations

import os
import random

import numpy as np
import torch

from dlbook_lib.checks import check_integer

__all__ = ["generator", "seed_everything"]


def seed_everything(seed: int = 0) -> None:
    """Seed Python, NumPy and torch (every device), so that a notebook repeats itself.

    Parameters
    ----------
    seed : int
        From 0 to 2³² - 1, the range that NumPy accepts.

    Raises
    ------
    ValueError
        If ``seed`` lies outside that range.

    Examples
    --------
    >>> seed_everything(0); first = torch.rand(1)
    >>> seed_everything(0); bool(first == torch.rand(1))
    True
    """
    check_integer("seed", seed, low=0, high=2**32 - 1)
    seed = int(seed)  # torch takes no NumPy integer
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  (third-party code draws from NumPy's global state)
    torch.manual_seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)  # for processes started from here


def generator(seed: int = 0, device: torch.device | str = "cpu") -> torch.Generator:
    """Make a random stream of its own, independent of the global one.

    Parameters
    ----------
    seed : int
        From 0 to 2³² - 1.
    device : torch.device or str
        Where the numbers will be drawn.

    Returns
    -------
    torch.Generator
        Freshly seeded.

    Raises
    ------
    ValueError
        If ``seed`` lies outside its range.

    Examples
    --------
    >>> first, again = (torch.rand(3, generator=generator(7)) for _ in range(2))
    >>> torch.equal(first, again)
    True
    """
    check_integer("seed", seed, low=0, high=2**32 - 1)
    return torch.Generator(device=device).manual_seed(int(seed))
