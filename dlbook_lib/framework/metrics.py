r"""A metric that is kept up over batches: two numbers of state, and the right mean at the end.

The mean of the batches' means is the mean of the data only if all batches are equally large. A metric keeps
the total and the weight instead, and divides once.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_shape, check_type

__all__ = ["StreamingMean"]


class StreamingMean:
    r"""The weighted mean of a score over everything seen since the last reset.

    .. math:: \bar\ell = \frac{\sum_n w_n \ell_n}{\sum_n w_n}

    Parameters
    ----------
    score : callable
        ``score(prediction, target)`` gives one number :math:`\ell_n` for each row.

    Raises
    ------
    TypeError
        If ``score`` cannot be called.

    Notes
    -----
    Built at :ref:`streaming-metric`. The state is two Python floats, that is double precision: sums over
    many batches do not drift as they would in float32.

    Examples
    --------
    >>> error = StreamingMean(lambda prediction, target: (prediction - target).abs())
    >>> error.update(torch.tensor([1.0, 2.0, 3.0]), torch.zeros(3))
    >>> error.update(torch.tensor([10.0]), torch.zeros(1))
    >>> error.result()
    4.0
    """

    def __init__(self, score: Callable[[Tensor, Tensor], Tensor]) -> None:
        check_type("score", score, Callable, "a function of (prediction, target)")
        self.score = score
        self.reset()

    def update(self, prediction: Tensor, target: Tensor, weight: Tensor | None = None) -> None:
        """Take in one batch.

        Parameters
        ----------
        prediction, target : Tensor of shape (B, ...)
            A batch.
        weight : Tensor of shape (B,), optional
            How much each row counts; equally by default.

        Raises
        ------
        ValueError
            If the score is not one number per row, a weight is negative, or there are not as many weights.
        """
        rows = len(prediction)
        values = self.score(prediction, target).detach().cpu().double()
        check_shape("score(prediction, target)", values, (rows,))
        weights = torch.ones(rows).double() if weight is None else weight.detach().cpu().double()
        check_shape("weight", weights, (rows,))
        if (weights < 0).any():
            raise ValueError(f"weight must be at least 0, got {weights.min().item():g}")
        self.total += (weights * values).sum().item()
        self.weight += weights.sum().item()

    def result(self) -> float:
        """Return the mean so far.

        Returns
        -------
        float
            Of all rows since the last reset.

        Raises
        ------
        ValueError
            If nothing that counts was seen.
        """
        if self.weight == 0:
            raise ValueError("result must come after an update with a weight above 0, got total weight 0")
        return self.total / self.weight

    def reset(self) -> None:
        """Forget everything, as at the start of an epoch."""
        self.total = self.weight = 0.0
