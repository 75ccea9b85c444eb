r"""What attention costs beside recurrence: operations, memory, and steps that must wait for each other.

Counted as two operations for each multiplication with its addition, one layer, forward, matrix products
only. Vaswani et al., "Attention Is All You Need" (2017), table 1, compare the same layers by their order of
growth.

Differs from the paper: numbers, not orders, and the four projections of attention are counted too.
"""

from __future__ import annotations

from typing import NamedTuple

from dlbook_lib.checks import check_in, check_integer

__all__ = ["SequenceCost", "sequence_cost"]


class SequenceCost(NamedTuple):
    """Operations, serial steps, and numbers in the attention matrix.

    Parameters
    ----------
    operations : int
        Multiplications and additions.
    depth : int
        Matrix products that must wait for one another.
    memory : int
        Numbers that stand between the layer's input and output, for one head.
    """

    operations: int
    depth: int
    memory: int


def sequence_cost(kind: str, T: int, dim: int) -> SequenceCost:
    r"""Count one layer over a sequence.

    .. math:: \text{attention: } 4 T^2 d + 8 T d^2, \qquad \text{recurrence: } 4 T d^2, \qquad
        \text{linear attention: } 4 T d^2 + 8 T d^2

    Parameters
    ----------
    kind : str
        ``"attention"``, ``"recurrence"`` or ``"linear attention"`` (one head, its feature map not counted).
    T : int
        Length of the sequence.
    dim : int
        Width :math:`d`.

    Returns
    -------
    SequenceCost
        Operations, depth and memory.

    Raises
    ------
    ValueError
        If ``kind`` is none of these, or a size is below 1.

    Notes
    -----
    Taught at :ref:`attention-cost`.

    Examples
    --------
    >>> sequence_cost("attention", 128, 512).operations, sequence_cost("recurrence", 128, 512).operations
    (301989888, 134217728)
    """
    check_in("kind", kind, ("attention", "recurrence", "linear attention"))
    check_integer("T", T, low=1)
    check_integer("dim", dim, low=1)
    if kind == "recurrence":
        return SequenceCost(4 * T * dim**2, T, T * dim)
    if kind == "attention":
        return SequenceCost(4 * T**2 * dim + 8 * T * dim**2, 4, T**2)
    return SequenceCost(12 * T * dim**2, 4, dim**2)
