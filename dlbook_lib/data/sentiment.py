"""A small world of film reviews: sentences drawn from a grammar, kind or unkind, with synonyms.

There is no text in the embedded packages that is short, labelled and free, so this one is made. Each sentence
says something of one thing with one telling word; in some the telling word is negated. Differs from real
reviews: every sentence is clear, and the vocabulary is closed.
"""

from __future__ import annotations

import random

from dlbook_lib.checks import check_integer

__all__ = ["SYNONYMS", "sentiment"]

KIND = ("wonderful", "great", "lovely", "superb", "delightful", "brilliant", "charming", "moving")
UNKIND = ("terrible", "awful", "dreadful", "boring", "clumsy", "tedious", "hopeless", "dull")
THINGS = ("film", "movie", "story", "plot", "acting", "script", "music", "ending", "cast", "dialogue")
OPENINGS = ("", "honestly", "i think", "in my view", "for once", "last night")
TAILS = ("", "from start to end", "all the way", "to my surprise", "as everyone says", "i must say")
INTENSIFIERS = ("", "really", "quite", "so", "rather", "truly")

SYNONYMS = {word: [other for other in group if other != word] for group in (KIND, UNKIND) for word in group}
SYNONYMS |= {"film": ["movie"], "movie": ["film"], "story": ["plot"], "plot": ["story"]}
SYNONYMS |= {"really": ["truly"], "truly": ["really"], "quite": ["rather"], "rather": ["quite"]}


def sentiment(count: int, *, seed: int = 0, negated: float = 0.0) -> tuple[list[str], list[int]]:
    """Write sentences about films, in turn unkind and kind.

    Parameters
    ----------
    count : int
        How many, at least 1.
    seed : int
        Of the draw.
    negated : float
        Share of the sentences that say it with "not" and the opposite word.

    Returns
    -------
    sentences : list of str
        In lower case, words with single spaces between.
    labels : list of int
        0 for unkind, 1 for kind.

    Raises
    ------
    ValueError
        If ``count`` is below 1.

    Examples
    --------
    >>> sentences, labels = sentiment(4)
    >>> labels
    [0, 1, 0, 1]
    """
    check_integer("count", count, low=1)
    rng = random.Random(seed)
    labels = [number % 2 for number in range(count)]
    return [_sentence(label, negated, rng) for label in labels], labels


def _sentence(label: int, negated: float, rng: random.Random) -> str:
    turned = rng.random() < negated
    telling = rng.choice(KIND if label != turned else UNKIND)
    parts = [
        rng.choice(OPENINGS),
        "the",
        rng.choice(THINGS),
        rng.choice(("was", "is", "seemed")),
        "not" if turned else "",
        rng.choice(INTENSIFIERS),
        telling,
        rng.choice(TAILS),
    ]
    return " ".join(part for part in parts if part)
