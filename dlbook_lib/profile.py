"""Two sizes of every experiment: *quick* for a CPU and every test, *full* for a GPU.

The same notebook cell runs at both. ``DLBOOK_PROFILE=quick`` or ``full`` overrides the choice.
"""

from __future__ import annotations

import os
from typing import TypeVar

from dlbook_lib.checks import check_in
from dlbook_lib.device import pick_device

__all__ = ["budget", "current_profile"]

Size = TypeVar("Size")


def current_profile() -> str:
    """Say which profile is in force.

    Returns
    -------
    str
        ``"full"`` where there is a GPU that works, ``"quick"`` elsewhere, unless the environment
        variable ``DLBOOK_PROFILE`` names one of them.

    Raises
    ------
    ValueError
        If ``DLBOOK_PROFILE`` names anything else.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, DLBOOK_PROFILE="quick"):
    ...     current_profile()
    'quick'
    """
    chosen = os.environ.get("DLBOOK_PROFILE")
    if chosen is not None:
        check_in("DLBOOK_PROFILE", chosen, ("quick", "full"))
        return chosen
    return "quick" if pick_device().device.type == "cpu" else "full"


def budget(*, quick: Size, full: Size) -> Size:
    """Choose between two sizes of the same experiment.

    Parameters
    ----------
    quick : object
        The size that a CPU finishes in seconds: epochs, samples, widths.
    full : object
        The size that the field would use.

    Returns
    -------
    object
        ``quick`` or ``full``, after :func:`current_profile`.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict(os.environ, DLBOOK_PROFILE="full"):
    ...     budget(quick=2, full=20)
    20
    """
    return quick if current_profile() == "quick" else full
