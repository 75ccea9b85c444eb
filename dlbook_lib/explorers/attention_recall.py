r"""Recall by attention: two heads that look a letter up in what they have just read, alive in the page.

.. math:: x^{(1)} = x^{(0)} + g_1 \operatorname{Attn}_1(x^{(0)}), \qquad
    x^{(2)} = x^{(1)} + g_2 \operatorname{Attn}_2(x^{(1)}), \qquad p = \operatorname{softmax}(W x^{(2)} + b)

The gates :math:`g` are 1 in the trained network and 0 for a head that is silenced. The pair of heads is that
of Olsson et al., "In-context Learning and Induction Heads" (2022).

Differs from them: the text is letters and digits in turn, and the network, see ``_recall_network``, has two
heads in all.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Hover, Words
from dlbook_lib.explorers._recall_network import DIGITS, LENGTH, VOCABULARY, run_heads
from dlbook_lib.explorers._word_tables import word_table
from dlbook_lib.figures.theme import COLORS, SEQUENTIAL, frame

__all__ = ["attention_recall", "recall"]

GATES = {
    "both heads, as trained": [1.0, 1.0],
    "first head silent": [0.0, 1.0],
    "second head silent": [1.0, 0.0],
}
FIRST_DIGIT = len(VOCABULARY) - len(DIGITS)


def recall(words: Tensor, gates: Tensor, hover: Tensor) -> dict[str, Tensor]:
    """Read a text, and look at what both heads and the answer do at one place.

    Parameters
    ----------
    words : Tensor of shape (16,)
        Numbers of letters and digits, 0 where there is none, int64.
    gates : Tensor of shape (2,)
        1 for a head that is heard.
    hover : Tensor of shape (3,)
        Panel, row and column pointed at, int64.

    Returns
    -------
    dict
        What the panels and sentences show; NaN where there is no symbol and above the diagonal.
    """
    first, second, chances = run_heads(words, gates)
    there = words > 0
    seen = there[:, None] & there & (torch.ones(LENGTH, LENGTH, device=words.device).tril() > 0)
    query, key = hover[1], hover[2]
    row = chances[:, FIRST_DIGIT - 2 :].index_select(0, query.reshape(1))[0]  # digits only
    numbers = {
        "first": torch.where(seen, first, math.nan),
        "second": torch.where(seen, second, math.nan),
        "cell": torch.stack((key - 0.5, key + 0.5, query - 0.5, query + 0.5)),
        "digits": torch.where(_at(there, query), row, math.nan),
        "query": query,
        "answer": row.argmax() + 1,
        "sure": row.max(),
        "first_best": _at(first, query).argmax(),
        "second_best": _at(second, query).argmax(),
        "first_share": _at(first, query).max(),
        "second_share": _at(second, query).max(),
    }
    return numbers | _verdicts(words, chances, numbers, gates)


def _at(values: Tensor, index: Tensor) -> Tensor:
    return values.index_select(0, index.reshape(1)).squeeze(0)


def _verdicts(words: Tensor, chances: Tensor, numbers: dict[str, Tensor], gates: Tensor) -> dict[str, Tensor]:
    """Compare the answers with a dictionary kept by hand: the digit after the same letter, last time."""
    places = torch.arange(LENGTH, device=words.device)
    after = torch.cat((words[1:], words[:1] * 0))  # what follows each place
    letter = (words > 1) & (words < FIRST_DIGIT)
    earlier = (words[:, None] == words) & (places < places[:, None]) & (after >= FIRST_DIGIT)
    earlier = earlier & letter[:, None]
    asked = earlier.any(1)
    latest = torch.where(earlier, places, -1).amax(1).clamp_min(0)
    right = after.index_select(0, latest)
    answers = chances[:, FIRST_DIGIT - 2 :].argmax(1) + FIRST_DIGIT
    hits = (asked & (answers == right)).float().sum()
    query = numbers["query"]
    here, good = _at(asked, query), _at(answers == right, query)
    kind = torch.where(here, 3.0 + good.float(), 1.0 + _at(words > 0, query).float())
    top = numbers["digits"].nan_to_num(0.0).topk(2).values
    questions = asked.float().sum()
    silent = gates.sum() < 1.5
    return {
        "kind": torch.where((words > 0).any(), kind, 0.0),
        "right": (_at(right, query) - FIRST_DIGIT + 1).clamp_min(0),
        "questions": questions,
        "hits": hits,
        "fooled": ((hits < questions) & (questions >= 1) & ~silent).float(),
        "torn": (here & (top[0] - top[1] < 0.1) & (top[1] > 0.3) & ~silent).float(),
        "lucky": (silent & (questions >= 2) & (hits == questions)).float(),
    }


def draw(first, second, digits, cell, words):
    """Lay out the two attention matrices and the answer at the framed row."""
    return {
        "first": _matrix(first, cell, words, "First layer's head"),
        "second": _matrix(second, cell, words, "Second layer's head"),
        "digits": _answer(digits),
    }


def _matrix(z, cell, words, title):
    """Draw who listens to whom."""
    cells = dict(colorscale=SEQUENTIAL, zmin=0, zmax=1)
    across = dict(title="listens to")
    look = dict(title=title, height=300, aspect=1.0)
    return word_table(z, words, cell, number=".0%", across=across, cells=cells, **look)


def _answer(digits):
    """Draw the chance of each digit to come next."""
    bars = go.Bar(x=DIGITS, y=digits, marker_color=COLORS["model"])
    return frame(
        [bars],
        alt="",
        default="",
        title="What comes after the framed row's symbol?",
        height=200,
        xaxis=dict(type="category", title="digit"),
        yaxis=dict(range=[0, 1.02], tickformat=".0%"),
    )


attention_recall = Explorer(
    name="attention-recall",
    title="Recall by attention",
    compute=recall,
    draw=draw,
    look_for="The last symbol is a letter that was read before. In the second matrix, to which symbol does "
    "it listen: to its twin, or to the digit behind its twin? How could that digit know whom it belongs to?",
    controls={
        "words": Words(
            VOCABULARY, "a 3 f 7 c 1 b 5 c 1 f 7 h 2 a", length=LENGTH, label="Letters a–h and digits 1–8"
        ),
        "gates": Choice(GATES, label="Heads"),
        "hover": Hover(
            ("first", "second"),
            (1, 14, 1),
            sizes=dict.fromkeys(("first", "second"), (LENGTH, LENGTH)),
            label="Listener and heard",
        ),
    },
    presets={
        "as trained": {},
        "first head silent": {"gates": "first head silent"},
        "second head silent": {"gates": "second head silent"},
        "a digit looks at its letter": {"hover": [0, 7, 6]},
        "one letter, two digits": {"words": "a 3 b 5 a 6 c 1 a", "hover": [1, 8, 5]},
        "nothing to recall": {"words": "a 3 b 5 c 1 d 8 e", "hover": [1, 8, 7]},
    },
    says=Cases(
        "kind",
        [
            "There are no symbols yet: type letters a to h and digits 1 to 8 in turn.",
            "The framed row holds no symbol: point at one that does.",
            "Nothing is asked at “{words[query]}”: no such letter with a digit stands before it.",
            "At “{words[query]}” the network answers {answer:d} ({sure:.0%}), and {right:d} would be right.",
            "At “{words[query]}” the network answers {answer:d} ({sure:.0%}), which is right.",
        ],
    ),
    readouts=(
        "“{words[query]}” listens most to “{words[first_best]}” in the first layer ({first_share:.0%}) and "
        "to “{words[second_best]}” in the second ({second_share:.0%}).",
        "In the text {questions:d} letters came before with a digit; {hits:d} of them get the right answer.",
    ),
    challenges=(
        Challenge("With both heads, type a text in which at least one answer is wrong.", met="fooled"),
        Challenge("Make the framed letter hesitate between two digits, each above 30 %.", met="torn"),
        Challenge("Silence one head and find a text with two questions, all answered right.", met="lucky"),
    ),
)
