r"""Scaled dot-product attention: every query takes a weighted mean of the values.

The operator of Vaswani et al., "Attention Is All You Need" (2017), eq. 1, climbed in two rungs: plain loops,
in which the sums of the formula can be read, and two matrix products.

Differs from the paper: a temperature divides the scores besides the root, 1 unless it is asked for, and the
weights are returned with the output, to be looked at.

Shape letters: B batch, T queries, S keys, K width of queries and keys, V width of values.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.checks import check_number, check_shape, check_type

__all__ = ["attend_loops", "attention", "attention_scores"]


def attend_loops(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    r"""Compute attention by the sums of its formula, one number at a time.

    .. math:: z_i = \sum_j \alpha_{ij} v_j, \qquad
        \alpha_{ij} = \frac{e^{s_{ij}}}{\sum_{j'} e^{s_{ij'}}}, \qquad
        s_{ij} = \frac{q_i^\top k_j}{\sqrt{d_k}}

    Parameters
    ----------
    q : Tensor of shape (T, K)
        Queries.
    k : Tensor of shape (S, K)
        Keys.
    v : Tensor of shape (S, V)
        Values.

    Returns
    -------
    Tensor of shape (T, V)
        One mean of values for each query.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> q, k, v = torch.zeros(1, 2), torch.ones(3, 2), torch.tensor([[0.0], [3.0], [6.0]])
    >>> attend_loops(q, k, v)  # equal scores: the plain mean
    tensor([[3.]])
    """
    check_shape("q", q, ("T", "K"))
    (T, K), S = q.shape, len(k)
    check_shape("k", k, ("S", K))
    check_shape("v", v, (S, "V"))
    rows = []
    for i in range(T):
        scores = [sum(q[i, c] * k[j, c] for c in range(K)) / math.sqrt(K) for j in range(S)]
        parts = [score.exp() for score in scores]
        total = sum(parts)
        rows.append(sum(part / total * v[j] for j, part in enumerate(parts)))
    return torch.stack(rows)


def attention_scores(q: Tensor, k: Tensor, *, temperature: float = 1.0) -> Tensor:
    r"""Compare every query with every key, before any softmax.

    .. math:: S = \frac{Q K^\top}{T \sqrt{d_k}}

    Parameters
    ----------
    q : Tensor of shape (..., T, K)
        Queries.
    k : Tensor of shape (..., S, K)
        Keys.
    temperature : float
        A further divisor, positive; no standard Transformer has one.

    Returns
    -------
    Tensor of shape (..., T, S)
        Queries by row, keys by column.

    Raises
    ------
    ValueError
        If the widths differ, or ``temperature`` is not positive.

    Examples
    --------
    >>> attention_scores(torch.ones(1, 4), torch.ones(2, 4))
    tensor([[2., 2.]])
    """
    check_number("temperature", temperature, low=1e-6)
    _check_last("k", k, q.shape[-1], "q")
    return q @ k.mT / (temperature * math.sqrt(q.shape[-1]))


def attention(
    q: Tensor, k: Tensor, v: Tensor, *, mask: Tensor | None = None, temperature: float = 1.0
) -> tuple[Tensor, Tensor]:
    r"""Let every query take the mean of the values, weighted by how well it fits their keys.

    .. math:: \operatorname{Attn}(Q, K, V) = A V, \qquad
        A = \operatorname{softmax}_j\Bigl(\frac{Q K^\top}{T \sqrt{d_k}} + M\Bigr)

    The softmax runs over the keys :math:`j`: each row of :math:`A` sums to 1. The number of queries and the
    number of keys are free, and so is the width of a value.

    Parameters
    ----------
    q : Tensor of shape (..., T, K)
        Queries.
    k : Tensor of shape (..., S, K)
        Keys.
    v : Tensor of shape (..., S, V)
        Values.
    mask : Tensor of shape broadcastable to (..., T, S), optional
        Of bool: whether query ``i`` may listen to key ``j``. Of floats: :math:`M` itself, which is added to
        the scores. A row that may listen to nothing becomes NaN: a mean of no values.
    temperature : float
        Divides the scores besides the root of the width; 1 by default.

    Returns
    -------
    output : Tensor of shape (..., T, V)
        The means.
    weights : Tensor of shape (..., T, S)
        The matrix :math:`A`.

    Raises
    ------
    TypeError
        If ``mask`` is neither of bool nor of floats.
    ValueError
        If the shapes do not fit, or ``temperature`` is not positive.

    Notes
    -----
    Taught at :ref:`attention-operator`.

    Examples
    --------
    >>> x = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> output, weights = attention(9 * x, 9 * x, x)
    >>> weights.round(decimals=3)
    tensor([[1., 0.],
            [0., 1.]])
    """
    _check_rows("v", v, k.shape[-2])
    scores = attention_scores(q, k, temperature=temperature)
    if mask is not None:
        check_type("mask", mask, Tensor, "a torch.Tensor")
        if mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -math.inf)
        elif mask.is_floating_point():
            scores = scores + mask
        else:
            raise TypeError(f"mask must be of bool or of floats, got {mask.dtype}")
    weights = scores.softmax(dim=-1)
    return weights @ v, weights


def _check_last(name: str, value: Tensor, width: int, other: str) -> None:
    """Compare the last axes of two tensors."""
    if value.shape[-1] != width:
        raise ValueError(f"{name} must be as wide as {other}, {width}, got {value.shape[-1]}")


def _check_rows(name: str, value: Tensor, rows: int) -> None:
    """Hold the number of values to the number of keys."""
    if value.shape[-2] != rows:
        raise ValueError(f"{name} must have as many rows as k, {rows}, got {value.shape[-2]}")
