r"""Three parts of a data set that share no example: training, validation and test.

Every set of this package comes as a :class:`Split`. The dealing is stratified, so that each class takes
the same share of every part, and seeded, so that two chapters (or two students) speak of the same test set.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_number, check_shape
from dlbook_lib.seed import generator

__all__ = ["Split", "stratified_parts"]


class Split(NamedTuple):
    """The training, validation and test parts of a data set, each a pair ``(x, y)`` of tensors.

    Parameters
    ----------
    train, validation, test : tuple of two Tensors
        Inputs of shape (N, ...), and their N labels.

    Examples
    --------
    >>> pair = torch.zeros(5, 1, 8, 8), torch.zeros(5, dtype=torch.int64)
    >>> split = Split(pair, pair, pair)
    >>> split
    Split(train 5, validation 5, test 5; each x of shape (1, 8, 8))
    >>> x, y = split.train
    """

    train: tuple[Tensor, Tensor]
    validation: tuple[Tensor, Tensor]
    test: tuple[Tensor, Tensor]

    def __repr__(self) -> str:
        counts = ", ".join(f"{name} {len(y)}" for name, (_, y) in zip(self._fields, self))
        return f"Split({counts}; each x of shape {tuple(self.train[0].shape[1:])})"


def stratified_parts(y: Tensor, fractions: tuple[float, ...], *, seed: int = 0) -> list[Tensor]:
    r"""Deal the examples of each class to parts, so that every part has the classes in the same proportions.

    Of a class with :math:`n` members, the parts :math:`1` to :math:`k` together get

    .. math:: n_1 + \dots + n_k = \operatorname{round}\bigl(n \, (f_1 + \dots + f_k)\bigr),

    with :math:`f_k` the fraction of part :math:`k`; which members they are is drawn at random.

    Parameters
    ----------
    y : Tensor of shape (N,)
        The class of each example.
    fractions : tuple of float
        The share of each part; they sum to 1.
    seed : int
        Of the draw.

    Returns
    -------
    list of Tensor
        For each part the positions of its examples in ``y``, in increasing order. Together they hold
        every position once.

    Raises
    ------
    ValueError
        If ``y`` is not a vector, a fraction is negative, or the fractions do not sum to 1.

    Examples
    --------
    >>> y = torch.tensor([0, 1] * 10)
    >>> [y[rows].bincount().tolist() for rows in stratified_parts(y, (0.7, 0.3))]
    [[7, 7], [3, 3]]
    """
    check_shape("y", y, ("N",))
    for fraction in fractions:
        check_number("fractions", fraction, low=0)
    if not math.isclose(sum(fractions), 1):
        raise ValueError(f"fractions must sum to 1, got {fractions}")

    stream = generator(seed)
    upto = list(accumulate(fractions))[:-1]
    dealt = []
    for label in y.unique():
        members = (y == label).nonzero().flatten()
        members = members[torch.randperm(len(members), generator=stream)]
        dealt.append(members.tensor_split([round(len(members) * share) for share in upto]))
    return [torch.cat(part).sort().values for part in zip(*dealt)]
