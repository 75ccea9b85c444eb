"""Print the catalogue, or the part of it in which a word stands."""

from __future__ import annotations

import argparse

from dlbook_lib.catalog import Entry, find

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Print one line for each entry found; return 0, or 1 if there is none.

    Parameters
    ----------
    arguments : list of str, optional
        The words after the command; by default those of the terminal.

    Returns
    -------
    int
        For the shell.

    Examples
    --------
    >>> main(["read today"])
    name     file                     chapter                             parameters
    lenet-5  dlbook_lib/cnn/lenet.py  vision/convolution-lenet#lenet-5        61,706
    0
    """
    parser = argparse.ArgumentParser(prog="python -m dlbook_lib.catalog", description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="show only entries in which this stands")
    word = parser.parse_args(arguments).word
    found = find(word)
    if not found:
        print(f"Nothing in the catalogue contains {word!r}.")
        return 1
    rows = [("name", "file", "chapter", "parameters"), *map(_row, found)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for *texts, parameters in rows:
        print("  ".join(text.ljust(width) for text, width in zip(texts, widths)), f"{parameters:>12}")
    return 0


def _row(item: Entry) -> tuple[str, str, str, str]:
    parameters = f"{item.published.parameters:,}" if item.published else ""
    return item.name, item.file, f"{item.chapter}#{item.anchor}", parameters


if __name__ == "__main__":
    raise SystemExit(main())
