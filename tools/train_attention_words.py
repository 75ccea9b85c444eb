"""Train the attention heads of the explorer "Attention temperature": `python tools/train_attention_words.py`.

A grammar of about 150 words makes up sentences of at most ten words and knows, of each word, whom four
questions point to. Four heads of one attention layer each learn one of them. A head is never told where to
look: it must name the word it is asked for, and all it can say is the mean of the words' embeddings,
weighted by its attention. Pointing at the right word is the only way to name it.

Differs from Vaswani et al. (2017), arXiv:1706.03762, in what it leaves out: no value or output matrix (a
value is the embedding itself), no residual, learned positions, one answer for each head.
"""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

WEIGHTS = Path(__file__).resolve().parents[1] / "dlbook_lib" / "explorers" / "weights" / "attention_words.npz"
LENGTH, DIM, HEAD_WIDTH = 10, 32, 16
HEADS = ("pronoun to its noun", "verb to its subject", "adjective to its noun", "word to the one before")

LEXICON = {
    "she": "girl woman queen mother sister aunt grandmother witch",
    "he": "boy man king father brother uncle grandfather wizard",
    "it": "dog cat bird horse fish mouse fox bear cow ball book car house tree apple boat door lamp river "
    "bridge",
    "they": "dogs cats birds horses children men women girls boys friends books apples",
    "pronoun": "she her he him it they them",
    "takes object": "saw fed chased liked found lost took heard watched followed loved helped met pushed "
    "carried painted washed called bought",
    "no object": "slept ran sang laughed jumped fell swam cried smiled waited danced left",
    "copula": "was is were became",
    "adjective": "old young big small red blue green hungry tired happy sad quick slow brown white black "
    "kind brave cold warm loud quiet new little tall",
    "determiner": "the a this that every some",
    "joins": "and but because when while so before after",
    "place": "near in on under behind with",
    "adverb": "quickly slowly loudly softly again today there here very too not",
}
AGREES = {"her": "she", "him": "he", "them": "they"}  # every other pronoun is the name of its nouns
KIND = {word: kind for kind, words in LEXICON.items() for word in words.split()}
VOCABULARY = ["<pad>", "<unk>", *KIND]
INDEX = {word: index for index, word in enumerate(VOCABULARY)}
NOUNS = ("she", "he", "it", "they")
VERBS = ("takes object", "no object", "copula")


def main(seed: int = 0) -> None:
    """Train, measure, and write the weights."""
    torch.set_num_threads(1)
    model = train(seed)
    tokens, targets = examples(2000, random.Random(seed + 1000))
    for name, mass in zip(HEADS, mass_on_target(model, tokens, targets)):
        print(f"{name}: {mass:.3f} of the attention is on the right word")
    arrays = {name: value.detach().numpy().astype(np.float16) for name, value in model.named_parameters()}
    WEIGHTS.parent.mkdir(exist_ok=True)
    np.savez(WEIGHTS, vocabulary=np.array(VOCABULARY), **arrays)
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1000:.0f} kB")


class AttentionWords(nn.Module):
    """One layer of attention, four heads, words and learned positions in."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()

        def normal(*shape: int, scale: float) -> nn.Parameter:
            return nn.Parameter(scale * torch.randn(shape, generator=generator))

        self.words = normal(len(VOCABULARY), DIM, scale=0.5)
        self.positions = normal(LENGTH, DIM, scale=0.5)
        self.queries = normal(len(HEADS), DIM, HEAD_WIDTH, scale=DIM**-0.5)
        self.keys = normal(len(HEADS), DIM, HEAD_WIDTH, scale=DIM**-0.5)

    def attention(self, tokens: Tensor) -> Tensor:
        """Weights (B, head, query, key) of token indices (B, T); padding is never listened to."""
        x = (self.words[tokens] + self.positions)[:, None]  # (B, 1, T, D)
        scores = (x @ self.queries) @ (x @ self.keys).mT / math.sqrt(HEAD_WIDTH)
        return scores.masked_fill((tokens == 0)[:, None, None], -math.inf).softmax(dim=-1)

    def forward(self, tokens: Tensor) -> Tensor:
        """Scores (B, head, query, word) of every head's answer."""
        return self.attention(tokens) @ self.words[tokens][:, None] @ self.words.T


def train(seed: int, steps: int = 2500, decay: float = 0.1) -> AttentionWords:
    """Fit the heads' answers by cross-entropy; weight decay keeps the attention from saturating."""
    model = AttentionWords(torch.Generator().manual_seed(seed))
    tokens, targets = examples(20000, random.Random(seed))
    answers = answered(tokens, targets)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=steps)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        batch = torch.randint(len(tokens), (128,), generator=generator)
        logits = model(tokens[batch])
        loss = F.cross_entropy(logits.flatten(0, 2), answers[batch].flatten(), ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


def answered(tokens: Tensor, targets: Tensor) -> Tensor:
    """Words (B, head, query) that stand where the targets point; 0 where the query is padding."""
    words = tokens[:, None].expand_as(targets).gather(-1, targets)
    return words * (tokens != 0)[:, None]


def mass_on_target(model: AttentionWords, tokens: Tensor, targets: Tensor) -> list[float]:
    """Measure each head's mean attention on its target, over the words whose target is another word."""
    with torch.no_grad():
        mass = model.attention(tokens).gather(-1, targets[..., None])[..., 0]
    asked = (targets != torch.arange(LENGTH)) & (tokens != 0)[:, None]
    return [mass[:, head][asked[:, head]].mean().item() for head in range(len(HEADS))]


def examples(count: int, rng: random.Random) -> tuple[Tensor, Tensor]:
    """Make token indices (count, T) and the targets (count, head, T); one word in 25 is made unknown."""
    tokens = torch.zeros(count, LENGTH, dtype=torch.int64)
    targets = torch.arange(LENGTH).repeat(count, len(HEADS), 1)
    for row in range(count):
        words = [word if rng.random() > 0.04 else "<unk>" for word in sentence(rng)]
        tokens[row, : len(words)] = torch.tensor([INDEX[word] for word in words])
        targets[row, :, : len(words)] = torch.tensor(pointers(words))
    return tokens, targets


def pointers(words: list[str]) -> list[list[int]]:
    """Say whom each word points to under each of the four questions: itself, where there is nobody."""
    kinds = [KIND.get(word, "") for word in words]
    heads: list[list[int]] = [[], [], [], []]
    for i, (word, kind) in enumerate(zip(words, kinds)):
        agrees = [j for j in range(i) if kinds[j] == AGREES.get(word, word)]
        before = [j for j in range(i) if kinds[j] in (*NOUNS, "pronoun")]
        after = next((j for j in range(i + 1, len(words)) if kinds[j] != "adjective"), i)
        noun = after if kinds[after] in NOUNS else (before or [i])[-1]
        heads[0].append(agrees[-1] if kind == "pronoun" and agrees else i)
        heads[1].append(before[-1] if kind in VERBS and before else i)
        heads[2].append(noun if kind == "adjective" else i)
        heads[3].append(max(i - 1, 0))
    return heads


def sentence(rng: random.Random) -> list[str]:
    """Make up a sentence of one or two clauses and at most ten words."""
    while True:
        words = _clause(rng, _noun_phrase(rng))
        if rng.random() < 0.85:
            nouns = [KIND[word] for word in words if KIND[word] in NOUNS]
            subject = [rng.choice(nouns)] if rng.random() < 0.75 else _noun_phrase(rng)
            words += [_pick(rng, "joins"), *_clause(rng, subject)]
        if len(words) <= LENGTH:
            return words


def _clause(rng: random.Random, subject: list[str]) -> list[str]:
    """Put a predicate behind a subject."""
    shape = rng.choice(["object", "object", "alone", "is"])
    if shape == "object":
        thing = [rng.choice(["her", "him", "it", "them"])] if rng.random() < 0.2 else _noun_phrase(rng)
        words = [*subject, _pick(rng, "takes object"), *thing]
    elif shape == "alone":
        words = [*subject, _pick(rng, "no object")]
    else:
        degree = [rng.choice(["very", "too", "not"])] if rng.random() < 0.3 else []
        return [*subject, _pick(rng, "copula"), *degree, _pick(rng, "adjective")]
    if rng.random() < 0.25:
        words += [_pick(rng, "place"), *_noun_phrase(rng)]
    return [*words, _pick(rng, "adverb")] if rng.random() < 0.15 else words


def _noun_phrase(rng: random.Random) -> list[str]:
    """Put a determiner and up to two adjectives before a noun."""
    adjectives = [_pick(rng, "adjective") for _ in range(rng.choice([0, 0, 0, 1, 1, 2]))]
    return [_pick(rng, "determiner"), *adjectives, _pick(rng, rng.choice(NOUNS))]


def _pick(rng: random.Random, kind: str) -> str:
    return rng.choice(LEXICON[kind].split())


if __name__ == "__main__":
    main()
