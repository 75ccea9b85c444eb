r"""RMSNorm: layer normalization that does not bother to subtract the mean.

After Zhang and Sennrich (2019), "Root Mean Square Layer Normalization", eq. 4.

Differs from the paper: an epsilon inside the root, as in torch; no partial RMSNorm.

Shape letters: D width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer
from dlbook_lib.layers.norm import standardize

__all__ = ["RMSNorm", "rms_norm"]


def rms_norm(x: Tensor, gamma: Tensor | None = None, *, eps: float = 1e-5) -> Tensor:
    r"""Divide every vector by its root mean square.

    .. math:: y_i = \gamma_i\, \frac{x_i}{\sqrt{\frac1D \sum_{j=1}^D x_j^2 + \epsilon}}

    Parameters
    ----------
    x : Tensor of shape (..., D)
        Vectors on the last axis.
    gamma : Tensor of shape (D,), optional
        The scale; 1 by default.
    eps : float
        Inside the root.

    Returns
    -------
    Tensor of shape (..., D)
        The same for ``a * x`` as for ``x`` if a > 0, but not for ``x + b``.

    Examples
    --------
    >>> rms_norm(torch.tensor([3.0, 4.0, 0.0, 0.0]), eps=0.0)  # root mean square 2.5
    tensor([1.2000, 1.6000, 0.0000, 0.0000])
    """
    y = standardize(x, (-1,), eps=eps, center=False)
    return y if gamma is None else y * gamma


class RMSNorm(nn.Module):
    """The layer: one scale for each entry, and no shift.

    Parameters
    ----------
    dim : int
        D.
    eps : float
        Inside the root.

    Raises
    ------
    ValueError
        If ``dim`` is below 1.

    Examples
    --------
    >>> sum(p.numel() for p in RMSNorm(6).parameters())
    6
    """

    def __init__(self, dim: int, *, eps: float = 1e-5) -> None:
        super().__init__()
        check_integer("dim", dim, low=1)
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize.

        Parameters
        ----------
        x : Tensor of shape (..., D)
            Vectors.

        Returns
        -------
        Tensor of shape (..., D)
            Of root mean square 1 before the scale.
        """
        return rms_norm(x, self.gamma, eps=self.eps)
