r"""Choosing the next word: temperature, top-k and top-p change the probabilities, and draws follow them.

The logits :math:`s_j` of ten words become :math:`p_j \propto e^{s_j / T}`. Top-k (Fan, Lewis and Dauphin,
"Hierarchical Neural Story Generation", 2018) keeps the k likeliest; top-p (Holtzman et al., "The Curious Case
of Neural Text Degeneration", 2020) the smallest set of likeliest words that hold at least the part p. What is
kept is scaled up to sum to 1.

Differs from them: all three act, in this order, top-p on what top-k has already scaled up. The logits are
made up for this page; no model was asked. A draw is the word at which the running sum of the probabilities
passes a uniform number; these are stored normal numbers sent through the normal distribution function, so
that moving a control changes the probabilities and not the luck.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Noise, Slider, Words
from dlbook_lib.explorers._sampling_panels import COUNT, draw_sampling
from dlbook_lib.explorers._temperature import effective_number, tempered

__all__ = ["sample_words", "sampling_temperature"]

MOST = 500  # draws
CANDIDATES = "coffee tea cocoa milk water juice soup beer ink sand"
LOGITS = {
    "“In the morning I drink a cup of …”": [4.0, 3.2, 1.9, 1.6, 1.4, 0.9, 0.2, -0.6, -2.0, -2.5],
    "“On the table stands a glass of …”": [0.6, 1.0, 0.5, 1.7, 2.0, 1.9, 0.0, 1.5, -0.8, -1.0],
    "“The baby was given a bottle of …”": [-1.5, 1.2, 0.4, 6.0, 2.6, 1.8, 0.0, -2.0, -2.2, -3.0],
}
_UNKNOWN = -1.0  # the logit of any other word
_TABLE = torch.tensor([[0.0, _UNKNOWN, *row] for row in LOGITS.values()])
_PLACES = torch.arange(COUNT)


def sample_words(
    context: Tensor, words: Tensor, temperature: Tensor, k: Tensor, p: Tensor, draws: Tensor, noise: Tensor
) -> dict[str, Tensor]:
    """Turn logits into probabilities, cut them, and draw.

    Parameters
    ----------
    context : Tensor
        Which row of logits, 0 to 2.
    words : Tensor of shape (10,)
        Candidates by number: 0 for none, 1 for a word without a logit of its own, int64.
    temperature : Tensor
        Positive.
    k : Tensor
        How many words top-k keeps, 1 to 10, int64.
    p : Tensor
        What part top-p keeps, above 0; 1 keeps all.
    draws : Tensor
        How many draws are counted, 1 to 500, int64.
    noise : Tensor of shape (500,)
        Standard normal.

    Returns
    -------
    dict
        What the panels and sentences show; NaN where there is no word.
    """
    there, places = words > 0, _PLACES.to(words.device)
    logits = _TABLE.to(words.device).index_select(0, context.long().reshape(1))[0][words]
    before = tempered(logits, there, temperature)
    rank = _ranks(logits, there)
    top = before * (rank < k)
    scaled = top / top.sum().clamp_min(1e-30)
    likelier = rank[:, None] > rank
    ahead = (scaled * likelier).sum(1)  # what the likelier words hold
    kept = there & (rank < k) & ((ahead < p) | (p >= 1))
    after = before * kept / (before * kept).sum().clamp_min(1e-30)
    counts = _count(after, kept, draws, noise)
    numbers = {
        "before": torch.where(there, before, math.nan),
        "after": torch.where(there, after, math.nan),
        "share": torch.where(there, counts / draws, math.nan),
        "running": _by_rank(scaled, rank).cumsum(0) + torch.where(there.sum() > places, 0.0, math.nan),
        "edge_k": torch.stack((k, k)) + 0.5,
        "edge_p": torch.stack((p, p)),
        "left": torch.cat((kept.sum().reshape(1), kept.sum().reshape(1))) + 0.5,
    }
    drawn = _drawn(before, after, kept, counts, draws)
    return numbers | drawn | _fates(there, kept, rank, k) | _verdicts(there, kept, k, drawn, draws)


def _ranks(logits: Tensor, there: Tensor) -> Tensor:
    """Count the words that come before each one: larger logits, and equal ones further left."""
    places = _PLACES.to(logits.device)
    larger = (logits > logits[:, None]) | ((logits == logits[:, None]) & (places < places[:, None]))
    return torch.where(there, (larger & there).sum(1), COUNT + places)


def _by_rank(values: Tensor, rank: Tensor) -> Tensor:
    """Put the values of the words in the order of their ranks, 0 where there is no word."""
    return torch.where(rank == _PLACES.to(rank.device)[:, None], values, 0).sum(1)


def _count(after: Tensor, kept: Tensor, draws: Tensor, noise: Tensor) -> Tensor:
    """Count how often each word is drawn, each draw by one uniform number."""
    places = _PLACES.to(after.device)
    uniform = 0.5 * (1 + torch.erf(noise / math.sqrt(2)))
    last = torch.where(kept, places, 0).max()
    drawn = (uniform[:, None] >= after.cumsum(0)).sum(1).minimum(last)
    counted = torch.arange(MOST, device=after.device) < draws
    return ((drawn[:, None] == places) & counted[:, None] & kept.any()).sum(0)


def _drawn(before: Tensor, after: Tensor, kept: Tensor, counts: Tensor, draws: Tensor) -> dict[str, Tensor]:
    """Describe the likeliest word, what was cut, and how far the draws are from their probabilities."""
    best = after.argmax()
    return {
        "best": best,
        "strongest": after.max(),
        "effective": effective_number(after),
        "lost": torch.where(kept, 0.0, before).sum(),
        "drawn": counts.index_select(0, best.reshape(1))[0],
        "misfit": (counts / draws - after).square().sum().sqrt(),
        "chance": ((1 - after.square().sum()).clamp_min(0) / draws).sqrt(),
    }


def _fates(there: Tensor, kept: Tensor, rank: Tensor, k: Tensor) -> dict[str, Tensor]:
    """List the words kept, beyond top-k and beyond top-p by place, likeliest first, then −1."""
    fates = {  # and the rank of the first one
        "kept": (kept, 0 * k),
        "late": (there & (rank >= k), k),
        "beyond": (there & ~kept & (rank < k), kept.sum()),
    }
    ordinals = _PLACES.to(rank.device) + 1
    lists = {
        name: _by_rank(torch.where(fate, ordinals, 0), rank - first) - 1
        for name, (fate, first) in fates.items()
    }
    return {f"{name}_{place}": values[place] for name, values in lists.items() for place in range(COUNT)}


def _verdicts(
    there: Tensor, kept: Tensor, k: Tensor, drawn: dict[str, Tensor], draws: Tensor
) -> dict[str, Tensor]:
    """Count the words, choose the sentences, judge the challenges."""
    total, left = there.sum(), kept.sum()
    cut_k = (total - k).clamp_min(0)
    cut_p = total - left - cut_k
    plain = 3.0 + (cut_k > 0) + 2 * (cut_p > 0)
    kind = torch.where(left == 1, 1.0, torch.where(drawn["strongest"] >= 0.995, 2.0, plain))
    even = (left == COUNT) & ((drawn["effective"] / 5 - 1).abs() <= 0.05)
    alone = (left == total) & (total >= 2) & (draws == MOST) & (drawn["drawn"] == MOST)
    return {
        "total": total,
        "survivors": left,
        "cut_k": cut_k,
        "cut_p": cut_p,
        "any_late": cut_k.clamp_max(1),
        "any_beyond": cut_p.clamp_max(1),
        "kind": torch.where(total > 0, kind, 0.0),
        "three": ((left == 3) & (cut_k == 0) & (total == COUNT)).float(),
        "even": even.float(),
        "alone": alone.float(),
    }


def _listed(name: str) -> str:
    """Write a list of words: an index of −1 leaves its place empty."""
    return " ".join(f"{{words[{name}_{place}]}}" for place in range(COUNT))


_BEST = " “{words[best]}” now has {strongest:.0%}; draws that fell on it: {drawn:d} of {draws:d}."

sampling_temperature = Explorer(
    name="sampling-temperature",
    title="Temperature, top-k and top-p",
    compute=sample_words,
    draw=draw_sampling,
    look_for=(
        "Move the temperature down, then up. Which words gain? Then set top-p to 0.9 and move the "
        "temperature again: predict whether a warmer model keeps more words or fewer."
    ),
    controls={
        "context": Choice({text: place for place, text in enumerate(LOGITS)}, label="Text so far"),
        "temperature": Slider(
            0.05,
            10.0,
            1.0,
            log=True,
            marks={0.05: "greedy", 1.0: "as is", 10.0: "nearly even"},
            label="Temperature",
        ),
        "k": Slider(1, COUNT, COUNT, integer=True, marks={1: "greedy", COUNT: "off"}, label="Top-k"),
        "p": Slider(0.05, 1.0, 1.0, step=0.01, marks={1.0: "off"}, label="Top-p"),
        "draws": Slider(1, MOST, 100, integer=True, label="Draws"),
        "noise": Noise(MOST, draws=4, seed=11, label="New draws"),
        "words": Words(
            ["<pad>", "<unk>", *CANDIDATES.split()],
            CANDIDATES,
            length=COUNT,
            label="Candidates: delete some",
        ),
    },
    presets={
        "as is": {},
        "greedy": {"temperature": 0.05},
        "cautious": {"temperature": 0.7, "p": 0.9},
        "adventurous": {"temperature": 1.8},
        "adventurous, top-p 0.9": {"temperature": 1.8, "p": 0.9},
        "top-k 4": {"k": 4},
        "top-k 4 where the model is sure": {"k": 4, "context": "“The baby was given a bottle of …”"},
    },
    says=Cases(
        "kind",
        [
            "There are no candidates: type some words.",
            "Only “{words[best]}” is left, so every draw is “{words[best]}”: this is greedy decoding.",
            "At temperature {temperature} “{words[best]}” has {strongest:.2%} of the probability: "
            "sampling is all but greedy.",
            "At temperature {temperature} nothing is cut: {total:d} words share the probability, "
            "as evenly as {effective:.1f} equal ones would." + _BEST,
            "At temperature {temperature} top-k cuts {cut_k:d} of {total:d} words, with {lost:.1%} of the "
            "probability." + _BEST,
            "At temperature {temperature} top-p cuts {cut_p:d} of {total:d} words, with {lost:.1%} of the "
            "probability." + _BEST,
            "At temperature {temperature} top-k cuts {cut_k:d} of {total:d} words and top-p {cut_p:d} more, "
            "with {lost:.1%} of the probability." + _BEST,
        ],
    ),
    readouts=(
        "Kept, likeliest first: " + _listed("kept"),
        Cases(
            "any_late",
            ["Top-k cuts nothing.", "Cut by top-k, ranks above {k:d}: " + _listed("late")],
        ),
        Cases(
            "any_beyond",
            [
                "Top-p cuts nothing.",
                "Cut by top-p, likelier ones holding {p:.0%} or more: " + _listed("beyond"),
            ],
        ),
        "Parts of the draws less their probabilities: the root of the summed squares is {misfit:.3f}; chance "
        "gives about √((1 − Σp²)/n) = {chance:.3f}.",
    ),
    challenges=(
        Challenge("Leave exactly three of the ten words, by top-p alone.", met="three"),
        Challenge("Cut nothing, and make the ten words as even as five equal ones.", met="even"),
        Challenge("Cut nothing, and let all of 500 draws be one word.", met="alone"),
    ),
)
