"""What the catalogue knows of each thing that the book builds.

Nothing is imported until an entry is built: a system is named by its dotted path, and the small functions
that build it get it handed over. So a table of entries costs nothing to read.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["Entry", "Published", "normal"]


@dataclass(frozen=True)
class Published:
    """The size at which a system was published, to be compared with ours on the meta device.

    Parameters
    ----------
    build : callable
        Takes the entry's class or function and returns the module at that size.
    parameters : int
        How many parameters it must have, exactly.
    source : str
        Where the number comes from.
    """

    build: Callable[[Any], Any]
    parameters: int
    source: str


@dataclass(frozen=True)
class Entry:
    """One thing that the book builds, with what it takes to build it small and to test it.

    Parameters
    ----------
    name : str
        Unique, in lower case with hyphens.
    title : str
        As a reader would call it.
    symbol : str
        Dotted path of the class or function.
    chapter, anchor : str
        Where it is taught: the chapter's path without its suffix, and the label in it.
    tiny : callable, optional
        Takes the class or function and returns a module, or a function of tensors alone, at a size that
        runs in milliseconds; None, the default, for a function that needs nothing fixed.
    inputs : callable, optional
        Takes a ``torch.Generator`` and returns the tuple of tensors to call it with; None, the default, for
        a rule about plain numbers, which the tests of tensors pass over.
    output_shape : tuple
        Of the tensor that comes out, or a tuple of shapes if several do.
    batched : int
        How many of the inputs, from the left, have a batch as their first axis, and with them the
        outputs; 0 where there is no batch, or where the result is a sum over it.
    paper : str
        BibTeX key in ``assets/references.bib``; empty for what is older than the field.
    published : Published, optional
        The size of the paper.
    properties : tuple of str
        Names of the property tests that it must pass besides the general ones.
    """

    name: str
    title: str
    symbol: str
    chapter: str
    anchor: str
    tiny: Callable[[Any], Any] | None = None
    inputs: Callable[[Any], tuple] | None = None
    output_shape: tuple = ()
    batched: int = 1
    paper: str = ""
    published: Published | None = None
    properties: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Path of the source file in the repository."""
        return self.symbol.rpartition(".")[0].replace(".", "/") + ".py"

    @property
    def test(self) -> str:
        """Path of its own test file: the tests mirror the library."""
        *folders, module, _ = self.symbol.split(".")
        return "/".join(["tests", *folders[1:], f"test_{module}.py"])

    def load(self) -> Any:
        """Import the class or function.

        Returns
        -------
        type or function
            That of ``symbol``.
        """
        module, _, attribute = self.symbol.rpartition(".")
        return getattr(importlib.import_module(module), attribute)

    def build(self) -> Any:
        """Build the system at its tiny size.

        Returns
        -------
        Module or function
            To be called with what ``inputs`` draws.
        """
        system = self.load()
        return self.tiny(system) if self.tiny else system


def normal(*shapes: tuple[int, ...]) -> Callable[[Any], tuple]:
    """Draw inputs from the standard normal distribution, one tensor for each shape.

    Parameters
    ----------
    *shapes : tuple of int
        Shapes of the tensors.

    Returns
    -------
    callable
        From a ``torch.Generator`` to the tuple of tensors, for :class:`Entry`.

    Examples
    --------
    >>> import torch
    >>> [x.shape for x in normal((2, 3), (4,))(torch.Generator())]
    [torch.Size([2, 3]), torch.Size([4])]
    """

    def draw(generator):
        import torch  # only here: reading the catalogue needs no torch

        return tuple(torch.randn(shape, generator=generator) for shape in shapes)

    return draw
