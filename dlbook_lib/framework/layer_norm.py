r"""Layer normalization by hand, with ε at two places: under the root, or added to the standard deviation.

Ba, Kiros and Hinton, "Layer Normalization" (2016), eq. 4: each row is shifted and scaled to mean 0 and
variance 1, and then given a scale and a shift that are learned. Where the small ε stands, which keeps a
constant row from dividing by zero, is not in the paper; frameworks put it under the root.

Differs from the paper: ε, and both places for it. The chapter on normalization has the layer that is used.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_in, check_integer, check_number

__all__ = ["PLACES", "RowNorm", "standardize"]

PLACES = ("root", "deviation")


def standardize(x: Tensor, *, epsilon: float = 1e-3, place: str = "root") -> Tensor:
    r"""Shift and scale each row to mean 0 and, up to ε, variance 1.

    .. math:: \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} \quad\text{("root")}, \qquad
        \frac{x - \mu}{\sigma + \epsilon} \quad\text{("deviation")}

    Parameters
    ----------
    x : Tensor of shape (..., D)
        Rows along the last axis; :math:`\mu` and :math:`\sigma^2` are its mean and its variance, the mean
        of squares (divided by D).
    epsilon : float
        :math:`\epsilon`, at least 0.
    place : {"root", "deviation"}
        Where it is added.

    Returns
    -------
    Tensor of shape (..., D)
        With ``"deviation"`` a constant row gives 0, but its gradient is not a number: the root's slope at 0
        is infinite.

    Raises
    ------
    ValueError
        If ``epsilon`` is below 0 or ``place`` is neither.

    Notes
    -----
    Taught at :ref:`layernorm-exercise`.

    Examples
    --------
    >>> standardize(torch.tensor([-0.001, 0.001]), place="deviation")
    tensor([-0.5000,  0.5000])
    >>> standardize(torch.tensor([-0.001, 0.001]))
    tensor([-0.0316,  0.0316])
    """
    check_number("epsilon", epsilon, low=0)
    check_in("place", place, PLACES)
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = centred.square().mean(dim=-1, keepdim=True)
    below = (variance + epsilon).sqrt() if place == "root" else variance.sqrt() + epsilon
    return centred / below


class RowNorm(nn.Module):
    r"""Standardized rows with a learned scale and shift.

    .. math:: Y = \alpha \otimes \operatorname{standardize}(X) + \beta

    Parameters
    ----------
    dim : int
        Length D of a row, at least 1.
    epsilon : float
        :math:`\epsilon`, at least 0.
    place : {"root", "deviation"}
        Where it is added.

    Raises
    ------
    TypeError
        If ``dim`` is not an integer.
    ValueError
        If an argument is out of range.

    Notes
    -----
    Built at :ref:`layernorm-exercise`. With ``"root"`` it is ``nn.LayerNorm(dim, eps=epsilon)``.

    Examples
    --------
    >>> RowNorm(4)(torch.zeros(2, 4)).shape
    torch.Size([2, 4])
    """

    def __init__(self, dim: int, *, epsilon: float = 1e-3, place: str = "root") -> None:
        super().__init__()
        check_integer("dim", dim, low=1)
        check_number("epsilon", epsilon, low=0)
        check_in("place", place, PLACES)
        self.epsilon, self.place = epsilon, place
        self.alpha = nn.Parameter(torch.ones(dim))
        self.beta = nn.Parameter(torch.zeros(dim))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize each row.

        Parameters
        ----------
        x : Tensor of shape (..., D)
            Rows.

        Returns
        -------
        Tensor of shape (..., D)
            No row depends on another.

        Raises
        ------
        ValueError
            If a row has another length.
        """
        if x.shape[-1] != len(self.alpha):
            raise ValueError(f"x must have {len(self.alpha)} numbers per row, got {x.shape[-1]}")
        return self.alpha * standardize(x, epsilon=self.epsilon, place=self.place) + self.beta
