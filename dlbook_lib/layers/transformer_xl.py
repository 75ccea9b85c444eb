r"""Transformer-XL's attention: content and place are scored apart, and place is a distance.

After Dai et al., "Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context" (2019), section
3.3. Multiply out the score of two vectors that are content plus place, replace the key's place by the
distance, and give the query's place, which then says nothing more, a learned vector of its own: four terms.

Differs from the paper: one segment without memory, and both directions of distance, hidden or not by a mask.

Shape letters: B batch, T places, D model width, H heads, K = D / H head width.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape
from dlbook_lib.layers.attention import attention
from dlbook_lib.layers.position import sinusoidal_positions

__all__ = ["TransformerXLAttention", "distance_vectors"]


def distance_vectors(T: int, dim: int) -> Tensor:
    """Describe the distances from ``-(T - 1)`` to ``T - 1`` by sines and cosines.

    Parameters
    ----------
    T : int
        Length of the sequence.
    dim : int
        Width, even.

    Returns
    -------
    Tensor of shape (2 T - 1, D)
        Row ``T - 1`` is distance 0; rows at equal distance from it share cosines and have opposite sines.

    Examples
    --------
    >>> distance_vectors(2, 2)
    tensor([[-0.8415,  0.5403],
            [ 0.0000,  1.0000],
            [ 0.8415,  0.5403]])
    """
    forward = sinusoidal_positions(T, dim)
    mirror = torch.tensor([-1.0, 1.0]).repeat(dim // 2)  # sin(-a) = -sin a, cos(-a) = cos a
    return torch.cat((forward[1:].flip(0) * mirror, forward))


class TransformerXLAttention(nn.Module):
    r"""Self-attention whose scores know distances only.

    .. math:: s_{ij} = \frac1{\sqrt{d_k}} \bigl( q_i^\top k_j + q_i^\top r_{i-j}
        + u^\top k_j + w^\top r_{i-j} \bigr), \qquad r_{i-j} = W_R R_{i-j}

    The four terms: content with content, content with distance, a liking for certain contents, a liking for
    certain distances.

    Parameters
    ----------
    dim : int
        Model width :math:`D`, even and a multiple of ``num_heads``.
    num_heads : int
        Number of heads :math:`H`.

    Raises
    ------
    ValueError
        If ``dim`` is odd or not a multiple of ``num_heads``.

    Notes
    -----
    Taught at :ref:`relative-position`. Differs from Dai et al. (2019): no memory of earlier segments.

    Examples
    --------
    >>> layer = TransformerXLAttention(16, num_heads=4)
    >>> layer(torch.zeros(2, 5, 16)).shape, layer.terms(torch.zeros(2, 5, 16)).shape
    (torch.Size([2, 5, 16]), torch.Size([4, 2, 4, 5, 5]))
    """

    def __init__(self, dim: int, *, num_heads: int) -> None:
        super().__init__()
        check_integer("dim", dim, low=2)
        check_integer("num_heads", num_heads, low=1)
        if dim % num_heads or dim % 2:
            raise ValueError(f"dim must be even and a multiple of num_heads, {num_heads}, got {dim}")
        self.dim, self.num_heads = dim, num_heads
        self.query, self.key, self.value, self.place = (nn.Linear(dim, dim, bias=False) for _ in range(4))
        self.out = nn.Linear(dim, dim)
        self.any_content = nn.Parameter(0.1 * torch.randn(num_heads, 1, dim // num_heads))  # u
        self.any_place = nn.Parameter(0.1 * torch.randn(num_heads, 1, dim // num_heads))  # w, v in the paper

    def terms(self, x: Tensor) -> Tensor:
        """Compute the four parts of every score.

        Parameters
        ----------
        x : Tensor of shape (B, T, D)
            One vector per place, without any position in it.

        Returns
        -------
        Tensor of shape (4, B, H, T, T)
            In the order of the formula, divided by the root.
        """
        check_shape("x", x, ("B", "T", self.dim))
        B, T, _ = x.shape
        q, k = self._split(self.query(x)), self._split(self.key(x))  # (B, H, T, K)
        r = self._split(self.place(distance_vectors(T, self.dim).to(x)))  # (H, 2 T - 1, K)
        index = torch.arange(T, device=x.device)
        index = (index[:, None] - index + T - 1).expand(B, self.num_heads, T, T)  # row of r for i - j
        by_content = (q @ r.mT).gather(-1, index)
        by_place = (self.any_place @ r.mT).expand(B, -1, T, -1).gather(-1, index)
        liking = (self.any_content @ k.mT).expand(-1, -1, T, -1)
        return torch.stack((q @ k.mT, by_content, liking, by_place)) / math.sqrt(q.shape[-1])

    def forward(self, x: Tensor, *, mask: Tensor | None = None) -> Tensor:
        """Mix information along the sequence.

        Parameters
        ----------
        x : Tensor of shape (B, T, D)
            One vector per place.
        mask : Tensor of shape (T, T), optional
            Of bool, True where a query may listen.

        Returns
        -------
        Tensor of shape (B, T, D)
            One answer per place.
        """
        scores = self.terms(x).sum(0)
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        nothing = scores.new_zeros(*scores.shape[:-1], 1)  # queries and keys are in the scores already
        mixed, _ = attention(nothing, nothing, self._split(self.value(x)), mask=scores)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        """Share the width among the heads: (..., T, D) to (..., H, T, K)."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(-3, -2)
