r"""The table of everything that the book builds.

One :class:`~dlbook_lib.catalog.schema.Entry` gives a system its general tests (``tests/test_catalog.py``
runs every entry through all of them) and its row in the book's index. The entries of a chapter stand in the
file of this folder that bears its name. Read them in a terminal, all or those in which a word stands::

    python -m dlbook_lib.catalog
    python -m dlbook_lib.catalog pool
"""

from __future__ import annotations

import difflib
import re

from dlbook_lib.catalog import (
    attention,
    backpropagation,
    backpropagation_autograd,
    convolution,
    convolution_lenet,
    convolution_pooling,
    diffusion,
    diffusion_conditioning,
    diffusion_samplers,
    feedforward_networks,
    feedforward_networks_activations,
    feedforward_networks_depth,
    introduction,
    introduction_history,
    learning_from_data,
    learning_from_data_biases,
    learning_from_data_problems,
    normalization,
    normalization_family,
    optimization,
    optimization_adam,
    optimization_momentum,
    regularization,
    regularization_data,
    regularization_dropout,
    regularization_sharing,
    tensors_and_frameworks,
    tensors_and_frameworks_wrappers,
)
from dlbook_lib.catalog.schema import Entry, Published
from dlbook_lib.checks import check_type

__all__ = ["Entry", "Published", "entries", "entry", "find"]

_CHAPTERS = (
    introduction,
    introduction_history,
    learning_from_data,
    learning_from_data_problems,
    learning_from_data_biases,
    tensors_and_frameworks,
    tensors_and_frameworks_wrappers,
    feedforward_networks,
    feedforward_networks_activations,
    feedforward_networks_depth,
    backpropagation,
    backpropagation_autograd,
    optimization,
    optimization_momentum,
    optimization_adam,
    normalization,
    normalization_family,
    regularization,
    regularization_dropout,
    regularization_data,
    regularization_sharing,
    convolution,
    convolution_pooling,
    convolution_lenet,
    attention,
    diffusion,
    diffusion_samplers,
    diffusion_conditioning,
)


def entries() -> tuple[Entry, ...]:
    """List everything that the book builds, in the order in which it is taught.

    Returns
    -------
    tuple of Entry
        The whole table.

    Examples
    --------
    >>> entries()[0].name
    'neuron'
    """
    return tuple(item for chapter in _CHAPTERS for item in chapter.ENTRIES)


def find(word: str) -> tuple[Entry, ...]:
    """Look for a word in names, titles, symbols, chapters, anchors and papers.

    Parameters
    ----------
    word : str
        A word of theirs or its first letters, in upper or lower case.

    Returns
    -------
    tuple of Entry
        Those in which it stands; none if it stands nowhere.

    Raises
    ------
    TypeError
        If ``word`` is not a string.

    Examples
    --------
    >>> [found.name for found in find("read today")]
    ['lenet-5']
    """
    check_type("word", word, str, "a string")

    start = re.compile(rf"(?<![a-z]){re.escape(word)}", re.IGNORECASE)  # "lenet" is no word of "MobileNets"

    def text(item: Entry) -> str:
        return " ".join((item.name, item.title, item.symbol, item.chapter, item.anchor, item.paper))

    return tuple(item for item in entries() if start.search(text(item)))


def entry(name: str) -> Entry:
    """Take one entry by its name.

    Parameters
    ----------
    name : str
        As :func:`find` shows it.

    Returns
    -------
    Entry
        The one of that name.

    Raises
    ------
    TypeError
        If ``name`` is not a string.
    ValueError
        If there is none; the message names those that are spelled alike.

    Examples
    --------
    >>> entry("lenet-5").test
    'tests/cnn/test_lenet.py'
    """
    check_type("name", name, str, "a string")
    table = {item.name: item for item in entries()}
    if name not in table:
        near = difflib.get_close_matches(name, table, cutoff=0.5)
        hint = f" (near: {', '.join(map(repr, near))})" if near else ""
        raise ValueError(f"name must be one that python -m dlbook_lib.catalog lists, got {name!r}{hint}")
    return table[name]
