r"""Entropy: how many yes-or-no answers a message is worth, and the codes that come within one of it.

Entropy is Shannon's ("A Mathematical Theory of Communication", 1948), the shortest code of whole symbols is
Huffman's ("A Method for the Construction of Minimum-Redundancy Codes", 1952). The same sum of
:math:`-p \log p` returns in the losses of classifiers and of generative models.

Differs from the papers: only binary codes; the code words are assigned in order of their length, which is
easier to read than a tree and has the same lengths.

Shape letters: K symbols.
"""

from __future__ import annotations

import heapq
import math

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = ["code_words", "entropy", "huffman_lengths"]


def entropy(p: Tensor, *, base: float = 2.0) -> Tensor:
    r"""Measure how uncertain a distribution is.

    .. math:: H(p) = -\sum_{k=1}^{K} p_k \log p_k, \qquad 0 \log 0 = 0

    Parameters
    ----------
    p : Tensor of shape (K,)
        Probabilities.
    base : float
        Of the logarithm: 2 gives bits, ``math.e`` gives nats.

    Returns
    -------
    Tensor of shape ()
        From 0, when one symbol is certain, to log K, when all are equally likely.

    Raises
    ------
    ValueError
        If ``p`` is no distribution, or ``base`` is not above 1.

    Examples
    --------
    >>> entropy(torch.tensor([0.5, 0.25, 0.25]))
    tensor(1.5000)
    """
    _check_distribution(p)
    check_number("base", base, low=1 + 1e-9)
    return torch.special.entr(p).sum() / math.log(base)


def huffman_lengths(p: Tensor) -> Tensor:
    r"""Find the lengths of the code words that make the average message shortest.

    The two least likely symbols differ in their last bit only, so they can be merged into one, and the same
    holds for what is left. Each merge adds a bit to all symbols in it. The mean length
    :math:`L = \sum_k p_k \ell_k` then obeys :math:`H(p) \le L < H(p) + 1`.

    Parameters
    ----------
    p : Tensor of shape (K,)
        Probabilities; symbols that never occur get a word too.

    Returns
    -------
    Tensor of shape (K,)
        Whole numbers, int64: bits of each word; 0 for the only symbol of an alphabet.

    Raises
    ------
    ValueError
        If ``p`` is no distribution.

    Examples
    --------
    >>> huffman_lengths(torch.tensor([0.5, 0.1, 0.25, 0.15]))
    tensor([1, 3, 2, 3])
    """
    _check_distribution(p)
    lengths = torch.zeros(len(p), dtype=torch.int64)
    heap = [(float(chance), k, [k]) for k, chance in enumerate(p)]  # k breaks ties
    heapq.heapify(heap)
    for number in range(len(p), 2 * len(p) - 1):
        (rare, _, some), (next_, _, others) = heapq.heappop(heap), heapq.heappop(heap)
        merged = some + others
        lengths[merged] += 1
        heapq.heappush(heap, (rare + next_, number, merged))
    return lengths


def code_words(lengths: Tensor) -> list[str]:
    r"""Give every symbol a word of its length, none of which begins another.

    Words are counted up in order of their length, with a 0 appended where it grows. They fit if and only if
    :math:`\sum_k 2^{-\ell_k} \le 1` (Kraft's inequality).

    Parameters
    ----------
    lengths : Tensor of shape (K,)
        Bits of each word, at least 1.

    Returns
    -------
    list of K str
        Words of "0" and "1".

    Raises
    ------
    ValueError
        If there are no such words.

    Examples
    --------
    >>> code_words(torch.tensor([1, 3, 2, 3]))
    ['0', '110', '10', '111']
    """
    check_shape("lengths", lengths, ("K",))
    check_integer("lengths.min()", int(lengths.min()), low=1)
    check_number("sum of 2 ** -lengths", float((0.5 ** lengths.double()).sum()), high=1)
    words, count, before = [""] * len(lengths), 0, 0
    for k in torch.argsort(lengths, stable=True).tolist():
        length = int(lengths[k])
        count <<= length - before
        words[k] = f"{count:0{length}b}"
        count, before = count + 1, length
    return words


def _check_distribution(p: Tensor) -> None:
    check_shape("p", p, ("K",))
    check_number("p.min()", float(p.min()), low=0)
    if abs(float(p.sum()) - 1) > 1e-4:
        raise ValueError(f"p must sum to 1, got {float(p.sum()):g}")
