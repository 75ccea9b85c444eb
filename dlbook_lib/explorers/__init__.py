"""The book's explorers, one declared in each file.

A file's name is the explorer's, with underscores; importing it declares the explorer. Files that begin with
an underscore hold mathematics that several of them share.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from dlbook_lib.checks import check_in

if TYPE_CHECKING:  # torch comes with the first explorer that is loaded, not with their names
    from dlbook_lib.explore.explorer import Explorer

__all__ = ["load", "names"]


def names() -> list[str]:
    """Name all explorers of the book.

    Returns
    -------
    list of str
        In alphabetical order.
    """
    files = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(file.replace("_", "-") for file in files if not file.startswith("_"))


def load(name: str) -> Explorer:
    """Return an explorer by its name.

    Parameters
    ----------
    name : str
        One of :func:`names`.

    Returns
    -------
    Explorer
        The explorer.

    Raises
    ------
    ValueError
        If there is none of this name.
    """
    check_in("name", name, names())
    file = name.replace("-", "_")
    return getattr(importlib.import_module(f"{__name__}.{file}"), file)
