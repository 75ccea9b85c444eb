r"""A loss of one's own as a module: what it computes, how it is reduced, and how it is built again.

A framework wants three things of a loss: a call on predictions and targets, a choice of how the numbers of
a batch become one, and a configuration from which an equal loss can be made.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from dlbook_lib.checks import check_in, check_shape
from dlbook_lib.framework.huber import check_threshold, huber

__all__ = ["REDUCTIONS", "HuberLoss"]

REDUCTIONS = ("mean", "sum", "row", "none")


class HuberLoss(nn.Module):
    r"""Huber's loss between predictions and targets.

    .. math:: L = \frac1N \sum_{n=1}^N h_\delta(\hat y_n - y_n)

    Parameters
    ----------
    delta : float
        Threshold, above 0.
    reduction : {"mean", "sum", "row", "none"}
        Mean or sum over all numbers, the mean of each row by itself, or no reduction.

    Raises
    ------
    TypeError
        If ``delta`` is not a number.
    ValueError
        If it is not above 0, or the reduction is unknown.

    Notes
    -----
    Built at :ref:`custom-loss`. ``"row"`` is what Keras calls no reduction: it averages over the last axes
    before it asks. ``"none"`` is torch's.

    Examples
    --------
    >>> import torch
    >>> loss = HuberLoss(delta=2)
    >>> loss(torch.tensor([[1.0, 5.0]]), torch.zeros(1, 2))
    tensor(4.2500)
    >>> HuberLoss(**loss.config())
    HuberLoss(delta=2, reduction='mean')
    """

    def __init__(self, *, delta: float = 1.0, reduction: str = "mean") -> None:
        super().__init__()
        check_threshold(delta)
        check_in("reduction", reduction, REDUCTIONS)
        self.delta, self.reduction = delta, reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Compare predictions with targets.

        Parameters
        ----------
        prediction : Tensor of shape (B, ...)
            What the model says.
        target : Tensor of the same shape
            What is right; no broadcasting, which would hide a forgotten axis.

        Returns
        -------
        Tensor
            One number, or one per row, or one per entry.

        Raises
        ------
        ValueError
            If the shapes differ.
        """
        check_shape("target", target, tuple(prediction.shape))
        values = huber(prediction - target, delta=self.delta)
        if self.reduction == "none":
            return values
        if self.reduction == "row":
            return values.flatten(1).mean(dim=1)
        return values.mean() if self.reduction == "mean" else values.sum()

    def config(self) -> dict[str, Any]:
        """Return what it takes to build an equal loss.

        Returns
        -------
        dict
            Arguments of the class, all of which JSON can hold.
        """
        return {"delta": self.delta, "reduction": self.reduction}

    def extra_repr(self) -> str:
        """Write the configuration, for ``repr``.

        Returns
        -------
        str
            Arguments of the class.
        """
        return ", ".join(f"{name}={value!r}" for name, value in self.config().items())
