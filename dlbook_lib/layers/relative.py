r"""Distance as a number added to the score: ALiBi's slopes, T5's buckets.

ALiBi is from Press, Smith and Lewis, "Train Short, Test Long: Attention with Linear Biases Enables Input
Length Extrapolation" (2022), section 3; the buckets are those of Raffel et al., "Exploring the Limits of
Transfer Learning with a Unified Text-to-Text Transformer" (2020), section 2.1; a plain table of clipped
distances is that of Shaw, Uszkoreit and Vaswani (2018), there of vectors, here of one number per head.

Differs from the papers: the biases stand alone, as tables (H, T, S) that any attention adds to its scores,
and ALiBi's distance is :math:`|i - j|`, so that it also serves without a causal mask.

Shape letters: H heads, T queries, S keys.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_in, check_integer, check_type

__all__ = ["RelativeBias", "alibi_bias", "alibi_slopes", "t5_bucket"]


def alibi_slopes(num_heads: int) -> Tensor:
    r"""Give every head its own reluctance to listen far.

    .. math:: s_h = 2^{-8h/H}, \qquad h = 1, \dots, H

    Parameters
    ----------
    num_heads : int
        Number of heads :math:`H`; the paper's series for powers of two, used here for any number.

    Returns
    -------
    Tensor of shape (H,)
        From the most short-sighted head to the most far-sighted one.

    Examples
    --------
    >>> alibi_slopes(8)[[0, 1, 7]]
    tensor([0.5000, 0.2500, 0.0039])
    """
    check_integer("num_heads", num_heads, low=1)
    return 2.0 ** (-8 * torch.arange(1, num_heads + 1) / num_heads)


def alibi_bias(num_heads: int, T: int, S: int | None = None) -> Tensor:
    r"""Lower every score by the distance of query and key, times the head's slope.

    .. math:: M_{hij} = -s_h\, \lvert i - j \rvert

    Parameters
    ----------
    num_heads : int
        Number of heads.
    T : int
        Number of queries.
    S : int, optional
        Number of keys; ``T`` by default.

    Returns
    -------
    Tensor of shape (H, T, S)
        To be added to scores; it has no parameters and is defined at any length.

    Notes
    -----
    Taught at :ref:`alibi`.

    Examples
    --------
    >>> alibi_bias(2, 3)[0]
    tensor([[-0.0000, -0.0625, -0.1250],
            [-0.0625, -0.0000, -0.0625],
            [-0.1250, -0.0625, -0.0000]])
    """
    check_integer("T", T, low=1)
    S = T if S is None else S
    check_integer("S", S, low=1)
    distance = (torch.arange(T)[:, None] - torch.arange(S)).abs()
    return -alibi_slopes(num_heads)[:, None, None] * distance


def t5_bucket(
    distance: Tensor, *, num_buckets: int = 32, max_distance: int = 128, bidirectional: bool = True
) -> Tensor:
    """Sort distances into buckets: near ones by themselves, far ones in logarithmic groups.

    Parameters
    ----------
    distance : Tensor of any shape
        Place of the key minus place of the query, int64.
    num_buckets : int
        How many there are; half of them for keys to the right if ``bidirectional``.
    max_distance : int
        From here on all share the last bucket.
    bidirectional : bool
        Whether keys to the right have buckets of their own; otherwise they all fall into bucket 0.

    Returns
    -------
    Tensor of the same shape
        Numbers from 0 to ``num_buckets - 1``.

    Raises
    ------
    ValueError
        If there are fewer than 4 buckets, or ``max_distance`` is not beyond those of single distances.

    Notes
    -----
    Taught at :ref:`relative-position`.

    Examples
    --------
    >>> t5_bucket(torch.tensor([0, -1, -7, -8, -20, -500, 1]))
    tensor([ 0,  1,  7,  8, 10, 15, 17])
    """
    check_integer("num_buckets", num_buckets, low=4)
    check_type("bidirectional", bidirectional, bool, "True or False")
    offset = 0
    if bidirectional:
        num_buckets //= 2
        offset = (distance > 0).long() * num_buckets
        distance = distance.abs()
    else:
        distance = (-distance).clamp_min(0)
    exact = num_buckets // 2
    check_integer("max_distance", max_distance, low=exact + 1)
    far = (distance.clamp_min(1) / exact).log() / math.log(max_distance / exact) * (num_buckets - exact)
    far = (exact + far.long()).clamp_max(num_buckets - 1)
    return offset + torch.where(distance < exact, distance, far)


class RelativeBias(nn.Module):
    r"""A learned number for every head and every bucket of distances.

    .. math:: M_{hij} = b_{h,\, \operatorname{bucket}(j - i)}

    Parameters
    ----------
    num_heads : int
        Number of heads.
    kind : str
        ``"t5"`` for 32 buckets that grow with distance up to 128, ``"table"`` for one number per distance,
        clipped at ``reach``.
    reach : int
        Of ``"table"``.

    Raises
    ------
    ValueError
        If ``kind`` is neither of the two, or a size is below 1.

    Examples
    --------
    >>> bias = RelativeBias(4)(6, 6)
    >>> bias.shape, bool((bias[:, 0, 1] == bias[:, 3, 4]).all())
    (torch.Size([4, 6, 6]), True)
    """

    def __init__(self, num_heads: int, *, kind: str = "t5", reach: int = 16) -> None:
        super().__init__()
        check_integer("num_heads", num_heads, low=1)
        check_integer("reach", reach, low=1)
        check_in("kind", kind, ("t5", "table"))
        self.kind, self.reach = kind, reach
        self.table = nn.Parameter(torch.randn(num_heads, 32 if kind == "t5" else 2 * reach + 1))

    def forward(self, T: int, S: int) -> Tensor:
        """Look up the bias of every query and key.

        Parameters
        ----------
        T, S : int
            Number of queries and of keys.

        Returns
        -------
        Tensor of shape (H, T, S)
            To be added to scores.
        """
        device = self.table.device
        distance = torch.arange(S, device=device) - torch.arange(T, device=device)[:, None]
        if self.kind == "t5":
            return self.table[:, t5_bucket(distance)]
        return self.table[:, distance.clamp(-self.reach, self.reach) + self.reach]
