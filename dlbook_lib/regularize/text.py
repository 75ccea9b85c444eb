"""Sentences written anew: typing errors, synonyms, dropped, swapped and added words.

The four word operations are those of EDA (Wei and Zou 2019): synonym replacement, random insertion, random
swap, random deletion. Typing errors work on letters. Differs from EDA: synonyms come from a table that is
handed over, where the paper asks WordNet, and every draw comes from one ``random.Random``.
"""

from __future__ import annotations

import random
import string
from collections.abc import Mapping, Sequence

from dlbook_lib.checks import check_in, check_number, check_type

__all__ = ["WORD_OPERATIONS", "drop_words", "eda", "mistype"]

WORD_OPERATIONS = ("synonym", "insert", "swap", "delete")


def mistype(sentence: str, rate: float, rng: random.Random) -> str:
    """Make typing errors: swap, delete or insert letters.

    Parameters
    ----------
    sentence : str
        Words with spaces between.
    rate : float
        Chance of an error at each letter, in [0, 1]; the three kinds are equally likely.
    rng : random.Random
        The stream.

    Returns
    -------
    str
        As many words, none of them empty.

    Raises
    ------
    ValueError
        If ``rate`` lies outside [0, 1].

    Examples
    --------
    >>> mistype("a fine day", 0.0, random.Random(0))
    'a fine day'
    """
    check_type("sentence", sentence, str, "a string")
    check_number("rate", rate, low=0, high=1)
    return " ".join(_mistype_word(word, rate, rng) for word in sentence.split())


def _mistype_word(word: str, rate: float, rng: random.Random) -> str:
    letters = list(word)
    position = 0
    while position < len(letters):
        if rng.random() < rate:
            kind = rng.choice(("swap", "delete", "insert"))
            if kind == "swap" and position + 1 < len(letters):
                letters[position : position + 2] = letters[position + 1], letters[position]
            elif kind == "delete" and len(letters) > 1:
                del letters[position]
                continue
            elif kind == "insert":
                letters.insert(position, rng.choice(string.ascii_lowercase))
                position += 1
        position += 1
    return "".join(letters)


def drop_words(sentence: str, rate: float, rng: random.Random) -> str:
    """Leave each word out with a given chance; the last one left stays.

    Parameters
    ----------
    sentence : str
        Words with spaces between.
    rate : float
        In [0, 1].
    rng : random.Random
        The stream.

    Returns
    -------
    str
        At least one word where there was one.

    Raises
    ------
    ValueError
        If ``rate`` lies outside [0, 1].

    Examples
    --------
    >>> len(drop_words("one two three", 1.0, random.Random(0)).split())
    1
    """
    check_type("sentence", sentence, str, "a string")
    check_number("rate", rate, low=0, high=1)
    words = sentence.split()
    kept = [word for word in words if rng.random() >= rate]
    return " ".join(kept or ([rng.choice(words)] if words else []))


def eda(
    sentence: str,
    *,
    synonyms: Mapping[str, Sequence[str]],
    rate: float = 0.1,
    operations: Sequence[str] = WORD_OPERATIONS,
    rng: random.Random,
) -> str:
    r"""Apply one word operation, drawn at random, to a share of the words.

    The number of words it touches is :math:`\max(1, \operatorname{round}(\alpha \ell))` for a sentence of
    length :math:`\ell`; each word is deleted with probability :math:`\alpha` instead.

    Parameters
    ----------
    sentence : str
        Words with spaces between.
    synonyms : dict of str to sequence of str
        For some words, others that may stand in their place.
    rate : float
        :math:`\alpha`, in [0, 1].
    operations : sequence of {"synonym", "insert", "swap", "delete"}
        Among which to draw.
    rng : random.Random
        The stream.

    Returns
    -------
    str
        The new sentence; the old one where nothing could be done.

    Raises
    ------
    ValueError
        If ``rate`` lies outside [0, 1], or an operation is none of the four.

    Examples
    --------
    >>> eda("a good film", synonyms={"good": ["fine"]}, operations=["synonym"], rng=random.Random(0))
    'a fine film'
    """
    check_type("sentence", sentence, str, "a string")
    check_number("rate", rate, low=0, high=1)
    for name in operations:
        check_in("operations", name, WORD_OPERATIONS)
    operation = rng.choice(list(operations))
    if operation == "delete":
        return drop_words(sentence, rate, rng)
    words = sentence.split()
    known = [place for place, word in enumerate(words) if synonyms.get(word)]
    for _ in range(max(1, round(rate * len(words)))):
        if operation == "swap" and len(words) > 1:
            first, second = rng.sample(range(len(words)), 2)
            words[first], words[second] = words[second], words[first]
        elif operation == "insert" and known:
            source = sentence.split()[rng.choice(known)]
            words.insert(rng.randint(0, len(words)), rng.choice(synonyms[source]))
        elif operation == "synonym" and known:
            place = rng.choice(known)
            words[place] = rng.choice(synonyms.get(words[place]) or [words[place]])
    return " ".join(words)
