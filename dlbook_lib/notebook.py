"""The two calls that every chapter makes: ``setup()`` in its first cell, ``expect()`` for what it claims."""

from __future__ import annotations

import math
from typing import Any

import torch

import dlbook_lib
from dlbook_lib.checks import check_number, check_type
from dlbook_lib.device import pick_device
from dlbook_lib.profile import current_profile
from dlbook_lib.seed import seed_everything

__all__ = ["expect", "setup"]


def setup(seed: int = 0) -> torch.device:
    """Seed everything, choose a device and say in two lines what the chapter runs on.

    Parameters
    ----------
    seed : int
        From 0 to 2³² - 1.

    Returns
    -------
    torch.device
        Where the chapter's models and data go.

    Raises
    ------
    ValueError
        If ``seed`` lies outside its range.

    Examples
    --------
    >>> device = setup()  # doctest: +ELLIPSIS
    Runs on ... profile ... torch ...
    """
    seed_everything(seed)
    choice = pick_device()
    versions = f"torch {torch.__version__}, dlbook_lib {dlbook_lib.__version__}"
    print(f"Runs on {choice}; profile {current_profile()}\n{versions}")
    return choice.device


def expect(value: Any, low: float, high: float, claim: str) -> None:
    """State a claim about a measured number, and stop the notebook where it does not hold.

    What is printed does not depend on the number, so that it stands the same on every machine where the
    claim holds.

    Parameters
    ----------
    value : float or Tensor of one element
        The number that was measured.
    low, high : float
        The range that it must lie in, both ends included.
    claim : str
        What the number is, in words: ``"test accuracy"``.

    Raises
    ------
    AssertionError
        If the number lies outside the range, or is not a number; the message gives it.
    TypeError
        If ``claim`` is not a string, or an argument is not one number.
    ValueError
        If the range is empty.

    Examples
    --------
    >>> expect(0.973, 0.95, 1, "test accuracy")
    test accuracy in [0.95, 1.00]: yes
    """
    check_type("claim", claim, str, "a string")
    check_number("low", low)
    check_number("high", high, low=low)
    if hasattr(value, "item") and math.prod(value.shape) == 1:  # a torch or NumPy scalar
        value = value.item()
    check_type("value", value, (int, float), "one number")
    if not low <= value <= high:
        raise AssertionError(f"expected {claim} in {_interval(low, high)}, got {value:g}")
    print(f"{claim} in {_interval(low, high)}: yes")


def _interval(low: float, high: float) -> str:
    """Write a range with as many decimals at one end as at the other."""
    short = [f"{bound:g}" for bound in (low, high)]
    if any("e" in bound for bound in short):
        return f"[{', '.join(short)}]"
    decimals = max(len(bound.partition(".")[2]) for bound in short)
    return f"[{low:.{decimals}f}, {high:.{decimals}f}]"
