r"""Toy tasks on sequences of symbols, whose right attention pattern is known beforehand.

Associative recall is the task of Ba et al., "Using Fast Weights to Attend to the Recent Past" (2016),
section 4.1, and of Graves, Wayne and Danihelka's "Neural Turing Machines" (2014), section 4.3; recalling the
latest flag is close to the flip-flop language of Liu et al., "Exposing Attention Glitches with Flip-Flop
Language Modeling" (2023).

Differs from the papers: recall is asked for at every repeated letter, not once at the end, and every
generator returns a target for each place, -100 where nothing is asked, which ``cross_entropy`` passes over.

Shape letters: N sequences, T places.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer

__all__ = ["NOTHING", "associative_recall", "latest_flag", "remember_first", "reversal"]

NOTHING = -100  # a place at which no answer is asked


def reversal(
    count: int, *, T: int = 8, symbols: int = 8, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Hand the symbols back from the last place to the first.

    Parameters
    ----------
    count : int
        How many sequences.
    T : int
        Length; no symbol occurs twice, so at most ``symbols``.
    symbols : int
        Number of different symbols.
    generator : torch.Generator
        Draws them.

    Returns
    -------
    x, y : Tensor of shape (N, T)
        Symbols, and what stands at the mirrored place.

    Examples
    --------
    >>> x, y = reversal(1, generator=torch.Generator().manual_seed(0))
    >>> bool((x.flip(1) == y).all())
    True
    """
    check_integer("symbols", symbols, low=2)
    check_integer("T", T, low=2, high=symbols)
    x = torch.rand(count, symbols, generator=generator).argsort(1)[:, :T]
    return x, x.flip(1)


def remember_first(
    count: int, *, lag: int, symbols: int = 8, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Name the first symbol after many others have gone by.

    Parameters
    ----------
    count : int
        How many sequences.
    lag : int
        How many symbols stand between the first one and the question.
    symbols : int
        Number of different symbols; the number ``symbols`` itself is the question mark.
    generator : torch.Generator
        Draws them.

    Returns
    -------
    x : Tensor of shape (N, lag + 2)
        Symbols, with a question mark at the end.
    y : Tensor of shape (N,)
        The first one.

    Examples
    --------
    >>> x, y = remember_first(2, lag=3, generator=torch.Generator().manual_seed(0))
    >>> x.shape, bool((x[:, 0] == y).all()), x[:, -1].tolist()
    (torch.Size([2, 5]), True, [8, 8])
    """
    check_integer("lag", lag, low=0)
    x = torch.randint(symbols, (count, lag + 2), generator=generator)
    x[:, -1] = symbols
    return x, x[:, 0].clone()


def associative_recall(
    count: int, *, pairs: int = 8, letters: int = 8, digits: int = 8, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Learn a little dictionary while reading it, and answer from it at once.

    A sequence is letter, digit, letter, digit and so on. Each letter has one digit, drawn anew for every
    sequence; when a letter comes again, its digit is to be named before it is seen.

    Parameters
    ----------
    count : int
        How many sequences.
    pairs : int
        Letters with their digits in each.
    letters, digits : int
        How many of each there are; digits are numbered from ``letters`` on.
    generator : torch.Generator
        Draws them.

    Returns
    -------
    x : Tensor of shape (N, 2 * pairs)
        Letters at even places, digits at odd ones.
    y : Tensor of shape (N, 2 * pairs)
        At a letter that stood there before: its digit. Elsewhere: -100.

    Examples
    --------
    >>> x, y = associative_recall(1, pairs=4, letters=2, generator=torch.Generator().manual_seed(0))
    >>> x[0].tolist(), y[0].tolist()
    ([0, 5, 1, 5, 1, 5, 0, 5], [-100, -100, -100, -100, 5, -100, 5, -100])
    """
    check_integer("pairs", pairs, low=1)
    asked = torch.randint(letters, (count, pairs), generator=generator)
    meaning = letters + torch.randint(digits, (count, letters), generator=generator)
    x = torch.stack((asked, meaning.gather(1, asked)), dim=2).flatten(1)
    y = torch.full_like(x, NOTHING)
    earlier = (asked[:, :, None] == asked[:, None]).tril(-1).any(2)  # the letter stood there before
    y[:, ::2] = torch.where(earlier, x[:, 1::2], NOTHING)
    return x, y


def latest_flag(
    count: int, *, T: int, flags: int = 4, chance: float = 0.2, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Say at every place which flag was seen last.

    Parameters
    ----------
    count : int
        How many sequences.
    T : int
        Length.
    flags : int
        Number of different flags; the number ``flags`` itself is a blank.
    chance : float
        How often a place holds a flag; the first one always does.
    generator : torch.Generator
        Draws them.

    Returns
    -------
    x, y : Tensor of shape (N, T)
        Flags and blanks, and the latest flag up to there.

    Examples
    --------
    >>> x, y = latest_flag(1, T=8, chance=0.35, generator=torch.Generator().manual_seed(4))
    >>> x[0].tolist(), y[0].tolist()
    ([2, 4, 3, 1, 4, 4, 4, 4], [2, 2, 3, 1, 1, 1, 1, 1])
    """
    check_integer("T", T, low=1)
    check_integer("flags", flags, low=2)
    x = torch.randint(flags, (count, T), generator=generator)
    blank = torch.rand(count, T, generator=generator) >= chance
    blank[:, 0] = False
    x = torch.where(blank, flags, x)
    places = torch.where(blank, 0, torch.arange(T)).cummax(1).values
    return x, x.gather(1, places)
