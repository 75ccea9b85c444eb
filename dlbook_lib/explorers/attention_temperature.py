r"""Temperature in attention, on the heads of a small trained model: from the argmax to a plain average.

A query's weights over keys, where :math:`m_j` is 0 for a key that it may see and :math:`-\infty` else, are

.. math:: w = \operatorname{softmax}\Bigl(\frac{q K^\top}{T \sqrt{d_k}} + m\Bigr),

after Vaswani et al., "Attention Is All You Need" (2017, eq. 1). A trained model uses :math:`T = 1`; the root
of :math:`d_k`, the width of a head, is a temperature that they fixed once and for all.

Differs from them: :math:`T` is free, :math:`d_k` may be assumed to be what it is not, and the heads are
those of the small model in ``_attention_words``.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Hover, Slider, Toggle, Words
from dlbook_lib.explorers._attention_panels import draw_attention
from dlbook_lib.explorers._attention_words import HEADS, LENGTH, ROOT, VOCABULARY, head_scores
from dlbook_lib.explorers._temperature import (
    COLDEST,
    GRID,
    HOTTEST,
    effective_number,
    entropy,
    jacobian_norm,
    tempered,
)

__all__ = ["attend", "attention_temperature"]

_NEAR = (torch.arange(LENGTH)[:, None] - torch.arange(LENGTH)).abs() <= 2
MASKS = {
    "none: every word": torch.ones(LENGTH, LENGTH),
    "causal: itself and earlier words": torch.ones(LENGTH, LENGTH).tril(),
    "window: two words either side": _NEAR.float(),
}


def attend(
    words: Tensor,
    head: Tensor,
    temperature: Tensor,
    other: Tensor,
    divide: Tensor,
    width: Tensor,
    mask: Tensor,
    hover: Tensor,
) -> dict[str, Tensor]:
    """Follow one head from its scores to its weights, every query at two temperatures, and one over all.

    Parameters
    ----------
    words : Tensor of shape (10,)
        Numbers of the words, 0 where there is none, int64.
    head : Tensor
        Which head, 0 to 3.
    temperature, other : Tensor
        From 0.05 to 20; the second one is shown beside the first.
    divide : Tensor
        Whether scores are divided by the square root of the head's width, bool.
    width : Tensor
        The width that is assumed; that of the trained heads is 16.
    mask : Tensor of shape (10, 10)
        1 where a query, by row, may see a key, by column.
    hover : Tensor of shape (3,)
        Panel, row and column pointed at, int64.

    Returns
    -------
    dict
        What the panels and sentences show; NaN where there is no word and where a key is masked.
    """
    scores = head_scores(words, head)
    there = words > 0
    pairs = there[:, None] & there
    seen = pairs & (mask > 0.5)
    root = torch.where(divide, width.sqrt(), 1.0)
    weights = tempered(scores, seen, root * temperature)
    trained = tempered(scores, seen, ROOT)
    query, key = hover[1], hover[2]
    row, row_seen = _at(scores, query), _at(seen, query)
    numbers = {
        "scores": torch.where(pairs, scores, math.nan),
        "scaled": torch.where(seen, scores / (root * temperature), math.nan),
        "weights": torch.where(seen, weights, math.nan),
        "cell": torch.stack((key - 0.5, key + 0.5, query - 0.5, query + 0.5)),
        "root": root,
        "now": torch.stack((temperature, other)),
        "query": query,
        "unknown": (words == 1).sum(),
    }
    every = torch.stack([_at(head_scores(words, torch.tensor(n)), query) for n in HEADS.values()])
    numbers["heads"] = torch.where(row_seen, tempered(every, row_seen, root * temperature), math.nan)
    numbers |= _row(row, row_seen, root, numbers["now"]) | _listening(weights, seen, query)
    numbers |= _arithmetic(row / (root * temperature), row_seen, _at(pairs, query), key)
    numbers |= {"score": _at(row, key), "weight": _at(_at(weights, query), key)}
    same = ((weights - trained).abs().max() <= 0.02) & (there.sum() >= 2)
    recast = same & divide & ((temperature - 2).abs() < 0.01)
    verdicts = {"undone": (same & ~divide).float(), "recast": recast.float()}
    return numbers | _verdicts(numbers, there, query) | verdicts


def _at(values: Tensor, index: Tensor) -> Tensor:
    return values.index_select(0, index.reshape(1)).squeeze(0)


def _listening(weights: Tensor, seen: Tensor, query: Tensor) -> dict[str, Tensor]:
    """Count the keys that every query listens to, in effect, the hovered one apart from the others."""
    counts = torch.where(seen.any(1), effective_number(weights), math.nan)
    mine = torch.arange(LENGTH, device=weights.device) == query
    return {"framed_keys": torch.where(mine, counts, math.nan), "keys": torch.where(mine, math.nan, counts)}


def _row(row: Tensor, seen: Tensor, root: Tensor, temperatures: Tensor) -> dict[str, Tensor]:
    """Describe the hovered query's weights at two temperatures, and over all of them."""
    both = tempered(row, seen, root * temperatures[:, None])  # (2, T)
    now = both[0]
    visible = seen.sum()
    blank = torch.where(visible > 0, 0.0, math.nan)  # added: NaN where the row has no word
    places = torch.arange(LENGTH, device=row.device)
    path = tempered(row, seen, root * GRID.to(row.device)[:, None])  # (53, T)
    return {
        "row_now": torch.where(seen, now, math.nan),
        "row_other": torch.where(seen, both[1], math.nan),
        "effective_path": effective_number(path) + blank,
        "jacobian_path": jacobian_norm(path) + blank,
        "effective": effective_number(both) + blank,
        "jacobian": jacobian_norm(both) + blank,
        "bits": entropy(now) / math.log(2) + blank,
        "best": now.argmax(),
        "strongest": now.max() + blank,
        "weakest": torch.where(seen, now, 2.0).min(),
        "rest": torch.where(places == now.argmax(), 0.0, now).sum() + blank,
        "visible": visible,
    }


def _arithmetic(heat: Tensor, seen: Tensor, pairs: Tensor, key: Tensor) -> dict[str, Tensor]:
    """Spell out the softmax of the hovered cell: minus the largest, exponential, sum."""
    top = torch.where(seen.any(), torch.where(seen, heat, -torch.inf).max(), 0.0)
    parts = torch.where(seen, (heat - top).clamp_max(0).exp(), 0.0)
    return {
        "heat": _at(heat, key),
        "top": top,
        "below": _at(heat, key) - top,
        "part": _at(parts, key),
        "total": parts.sum(),
        "key": key,
        "cell_kind": _at(pairs, key).float() + _at(seen, key).float(),  # no word, masked, seen
    }


def _verdicts(numbers: dict[str, Tensor], there: Tensor, query: Tensor) -> dict[str, Tensor]:
    """Choose the sentence and judge the challenges."""
    visible, effective, strongest = numbers["visible"], numbers["effective"][0], numbers["strongest"]
    plain = 3.0 + (strongest >= 0.995) + 2.0 * (effective >= 0.98 * visible)
    kind = torch.where(visible == 1, 2.0, plain)
    kind = torch.where(_at(there, query), kind, there.any().float())
    half = ((effective / visible - 0.5).abs() <= 0.025) & (visible >= 4)
    split = ((strongest - 0.5).abs() <= 0.02) & (visible >= 3)
    return {"kind": kind, "half": half.float(), "split": split.float()}


attention_temperature = Explorer(
    name="attention-temperature",
    title="Temperature in attention",
    compute=attend,
    draw=draw_attention,
    look_for=(
        "The head was trained at temperature 1; here it is 2. Which words lose when it goes back to 1, "
        "and can any temperature make a word other than “dog” the first choice of “it”? Which rows of the "
        "matrix listen to most words?"
    ),
    controls={
        "words": Words(
            VOCABULARY,
            "the girl fed the old dog because it was hungry",
            length=LENGTH,
            label="Up to ten words",
        ),
        "head": Choice(HEADS, label="Head"),
        "temperature": Slider(
            COLDEST,
            HOTTEST,
            2.0,
            log=True,
            marks={COLDEST: "argmax", 1.0: "as trained", HOTTEST: "nearly uniform"},
            label="Temperature",
        ),
        "other": Slider(
            COLDEST,
            HOTTEST,
            1.0,
            log=True,
            marks={COLDEST: "argmax", 1.0: "as trained", HOTTEST: "nearly uniform"},
            label="Compare with temperature",
        ),
        "divide": Toggle(True, label="divide by √d_k"),
        "width": Slider(
            1.0,
            256.0,
            ROOT**2,
            log=True,
            marks={1.0: "√d_k = 1: off", ROOT**2: "as trained"},
            label="Width d_k that is assumed",
        ),
        "mask": Choice(MASKS, label="Mask"),
        "hover": Hover(
            ("scores", "scaled", "weights"),
            (2, 7, 5),
            sizes=dict.fromkeys(("scores", "scaled", "weights"), (LENGTH, LENGTH)),
            label="Query and key",
        ),
    },
    presets={
        "as trained": {"temperature": 1.0},
        "argmax": {"temperature": COLDEST},
        "uniform": {"temperature": HOTTEST},
        "√d_k forgotten": {"divide": False, "temperature": 1.0},
        "d_k taken for 256": {"width": 256.0, "temperature": 1.0},
        "a verb asks for its subject, causal mask": {
            "head": "verb → its subject",
            "mask": "causal: itself and earlier words",
            "temperature": 1.0,
            "hover": [2, 8, 7],
        },
        "an adjective asks for its noun": {
            "head": "adjective → its noun",
            "temperature": 1.0,
            "hover": [2, 9, 7],
        },
        "unknown words": {
            "words": "the wug fed a zorb because it snored",
            "head": "word → the one before",
            "temperature": 1.0,
            "hover": [2, 4, 3],
        },
    },
    says=Cases(
        "kind",
        [
            "There are no words yet: type a few.",
            "The framed row holds no word: point at one that does.",
            "“{words[query]}” can see no word but itself, so its weight is 1 at every temperature.",
            "At temperature {temperature} “{words[query]}” gives {strongest:.0%} of its attention to "
            "“{words[best]}” and listens, in effect, to {effective[0]:.1f} of the {visible:d} words "
            "it can see.",
            "At temperature {temperature} “{words[query]}” listens to “{words[best]}” alone: "
            "the rest of the {visible:d} words it can see share {rest:.1e} of its attention.",
            "At temperature {temperature} “{words[query]}” spreads its attention over all {visible:d} words "
            "it can see: each gets between {weakest:.1%} and {strongest:.1%}.",
        ],
    ),
    readouts=(
        "Framed row: entropy H {bits:.2f} bits; effective number of keys, e to the H in nats, "
        "{effective[0]:.2f}; the softmax's Jacobian, diag(w) − ww⊤, has norm {jacobian[0]:.2g}. At "
        "temperature {other}: {effective[1]:.2f} keys, norm {jacobian[1]:.2g}.",
        Cases(
            "cell_kind",
            [
                "Framed cell: no pair of words stands there.",
                "Framed cell, “{words[query]}” → “{words[key]}”: masked, so that the score {score:.2f} "
                "becomes −∞, and e^−∞ is 0.",
                "Framed cell, “{words[query]}” → “{words[key]}”: {score:.2f} ÷ {root:.3g} ÷ {temperature} "
                "= {heat:.2f}; minus the row's largest, {top:.2f}, is {below:.2f}; "
                "e^({below:.2f}) = {part:.3g}; ÷ {total:.4g}, the row's sum, is {weight:.3g}.",
            ],
        ),
        Cases(
            "unknown",
            [
                "The model knows every word here.",
                "One word here is unknown to the model, which reads it as a blank.",
                "{unknown:d} words here are unknown to the model, which reads all of them as the same blank.",
            ],
        ),
    ),
    challenges=(
        Challenge(
            "Make a query listen to exactly half of the keys that it can see (at least four).", met="half"
        ),
        Challenge("Find a temperature at which the strongest of three or more keys gets 50 %.", met="split"),
        Challenge(
            "Switch off the division by √d_k and bring the trained weights back by temperature alone.",
            met="undone",
        ),
        Challenge(
            "Divide by √d_k, leave the temperature at 2, and bring the trained weights back by d_k alone.",
            met="recast",
        ),
    ),
)
