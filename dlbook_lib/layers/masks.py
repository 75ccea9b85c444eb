r"""Masks: which query may listen to which key, as tables of bool, True where it may.

A mask acts before the softmax. What is hidden gets the score :math:`-\infty` and so the weight 0, and the
rest shares 1. The causal mask is that of the decoder in Vaswani et al., "Attention Is All You Need" (2017),
section 3.2.3; the window is that of Beltagy, Peters and Cohan, "Longformer" (2020).

Differs from them: masks say what may be seen and not what is hidden, as torch's own attention takes them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape, check_type

__all__ = ["causal_mask", "multiply_mask", "padding_mask", "window_mask"]


def causal_mask(T: int, *, own: bool = True, device: torch.device | str | None = None) -> Tensor:
    r"""Let every place listen to itself and to the past.

    .. math:: M_{ij} = 0 \text{ for } j \le i, \qquad M_{ij} = -\infty \text{ for } j > i

    Parameters
    ----------
    T : int
        Length of the sequence.
    own : bool
        Whether a place may listen to itself. Without that, the first place can listen to nothing.
    device : torch.device or str, optional
        Where the table is made.

    Returns
    -------
    Tensor of shape (T, T)
        Of bool: True on and below the diagonal.

    Raises
    ------
    ValueError
        If ``T`` is below 1.

    Notes
    -----
    Taught at :ref:`causal-mask`.

    Examples
    --------
    >>> causal_mask(3).int()
    tensor([[1, 0, 0],
            [1, 1, 0],
            [1, 1, 1]], dtype=torch.int32)
    """
    check_integer("T", T, low=1)
    check_type("own", own, bool, "True or False")
    return torch.ones(T, T, dtype=torch.bool, device=device).tril(0 if own else -1)


def padding_mask(lengths: Tensor, T: int) -> Tensor:
    """Hide what only fills up the shorter sequences of a batch.

    Parameters
    ----------
    lengths : Tensor of shape (B,)
        How many places of each sequence are real, int64.
    T : int
        Length to which all were filled up.

    Returns
    -------
    Tensor of shape (B, 1, 1, T)
        Of bool; broadcasts over heads and queries.

    Raises
    ------
    ValueError
        If ``lengths`` has another shape, or ``T`` is below 1.

    Examples
    --------
    >>> padding_mask(torch.tensor([1, 3]), 3)[:, 0, 0].int()
    tensor([[1, 0, 0],
            [1, 1, 1]], dtype=torch.int32)
    """
    check_shape("lengths", lengths, ("B",))
    check_integer("T", T, low=1)
    return (torch.arange(T, device=lengths.device) < lengths[:, None])[:, None, None]


def window_mask(T: int, *, reach: int, device: torch.device | str | None = None) -> Tensor:
    """Let every place listen to its neighbourhood.

    Parameters
    ----------
    T : int
        Length of the sequence.
    reach : int
        How many places to either side.
    device : torch.device or str, optional
        Where the table is made.

    Returns
    -------
    Tensor of shape (T, T)
        Of bool: a band around the diagonal.

    Raises
    ------
    ValueError
        If ``T`` is below 1 or ``reach`` below 0.

    Examples
    --------
    >>> window_mask(4, reach=1).sum(1)
    tensor([2, 3, 3, 2])
    """
    check_integer("T", T, low=1)
    check_integer("reach", reach, low=0)
    places = torch.arange(T, device=device)
    return (places[:, None] - places).abs() <= reach


def multiply_mask(scores: Tensor, mask: Tensor) -> Tensor:
    r"""Mask by a product in place of :math:`-\infty`: the mistake, kept to be looked at.

    .. math:: \operatorname{softmax}(S \odot M)

    A score of 0 is not a weight of 0: :math:`e^0 = 1`, so that what should be hidden is heard.

    Parameters
    ----------
    scores : Tensor of shape (..., T, S)
        Before the softmax.
    mask : Tensor of shape (T, S)
        Of bool.

    Returns
    -------
    Tensor of shape (..., T, S)
        Weights that leak.

    Examples
    --------
    >>> leaky = multiply_mask(torch.zeros(2, 2), causal_mask(2))
    >>> leaky[0]  # the first place hears the second
    tensor([0.5000, 0.5000])
    """
    return (scores * mask).softmax(dim=-1)
