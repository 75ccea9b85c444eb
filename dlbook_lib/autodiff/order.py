"""The order of a tape: everything that a result was made of, parts before what was made of them.

Both tapes of this package, of numbers and of arrays, number their values as they come about, so that their
order is the order of the numbers.
"""

from __future__ import annotations

from typing import Any

__all__ = ["in_order"]


def in_order(result: Any) -> list[Any]:
    """List everything that a result was made of, itself last, in the order in which it came about.

    Parameters
    ----------
    result : Value or Array
        What was computed: it has a ``number``, and ``parts``, pairs of which the first is a part.

    Returns
    -------
    list of Value or Array
        Parts always stand before what was made of them.

    Examples
    --------
    >>> from dlbook_lib.autodiff.scalar import Value
    >>> x = Value(2.0)
    >>> [value.data for value in in_order(x * x + x)]
    [2.0, 4.0, 6.0]
    """
    found, waiting = {result.number: result}, [result]
    while waiting:
        for part, _ in waiting.pop().parts:
            if part.number not in found:
                found[part.number] = part
                waiting.append(part)
    return [found[number] for number in sorted(found)]
