r"""Layer normalization: every example by its own moments, in training and afterwards alike.

After Ba, Kiros and Hinton (2016), "Layer Normalization", eq. 3. The statistics are taken over the last axes:
all of (C, H, W) for a picture, the channels alone for a token of a sequence.

Differs from the paper: the epsilon inside the root, as in torch.

Shape letters: B batch, T time, C channels, H W height and width.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer
from dlbook_lib.layers.norm import standardize

__all__ = ["LayerNorm", "layer_norm"]


def layer_norm(
    x: Tensor,
    shape: Sequence[int],
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    *,
    eps: float = 1e-5,
) -> Tensor:
    r"""Normalize over the last axes, then scale and shift every place of these by its own parameters.

    Parameters
    ----------
    x : Tensor of shape (..., D1, D2, ...)
        Activations: (B, C, H, W) with ``shape`` (C, H, W), or (B, T, C) with ``shape`` (C,).
    shape : sequence of int
        Lengths of the axes that share their moments.
    gamma, beta : Tensor of that shape, optional
        Scale and shift; 1 and 0 by default.
    eps : float
        Inside the root.

    Returns
    -------
    Tensor of shape (..., D1, D2, ...)
        Normalized; no example has looked at another.

    Raises
    ------
    ValueError
        If the last axes of ``x`` have other lengths.

    Examples
    --------
    >>> layer_norm(torch.tensor([[1.0, 3.0], [10.0, 30.0]]), (2,), eps=0.0).tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """
    shape = tuple(shape)
    check_integer("len(shape)", len(shape), low=1)
    if tuple(x.shape[-len(shape) :]) != shape:
        raise ValueError(f"x must end in the axes {shape}, got shape {tuple(x.shape)}")
    y = standardize(x, range(-len(shape), 0), eps=eps)
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


class LayerNorm(nn.Module):
    """The layer, with its learned scale and shift.

    Parameters
    ----------
    *shape : int
        Lengths of the last axes, which share their moments: ``LayerNorm(64)`` for tokens of width 64,
        ``LayerNorm(6, 4, 4)`` for whole feature maps.
    eps : float
        Inside the root.

    Raises
    ------
    ValueError
        If there is no axis, or a length is below 1.

    Examples
    --------
    >>> [sum(p.numel() for p in LayerNorm(*shape).parameters()) for shape in ((6, 4, 4), (6,))]
    [192, 12]
    """

    def __init__(self, *shape: int, eps: float = 1e-5) -> None:
        super().__init__()
        check_integer("len(shape)", len(shape), low=1)
        for length in shape:
            check_integer("shape", length, low=1)
        self.shape, self.eps = shape, eps
        self.gamma, self.beta = nn.Parameter(torch.ones(shape)), nn.Parameter(torch.zeros(shape))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize.

        Parameters
        ----------
        x : Tensor of shape (..., D1, D2, ...)
            Activations.

        Returns
        -------
        Tensor of shape (..., D1, D2, ...)
            Normalized, scaled, shifted.
        """
        return layer_norm(x, self.shape, self.gamma, self.beta, eps=self.eps)
