r"""The small attention model behind the explorer of temperature: its words, and the scores of its four heads.

It is one layer of attention after Vaswani et al., "Attention Is All You Need" (2017), with learned positions,
trained by ``tools/train_attention_words.py`` on sentences of a grammar of 146 words. Each head learned to
name one word: a pronoun's noun, a verb's subject, an adjective's noun, the word before. Where there is no
such word, it names the word itself.

Differs from the paper: a value is the word's embedding itself, each head answers alone, and only scores are
computed here. The rules ("the nearest noun before that agrees") are the grammar's, not those of English.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

__all__ = ["HEADS", "LENGTH", "ROOT", "VOCABULARY", "head_scores"]

HEADS = {
    "pronoun → its noun": 0,
    "verb → its subject": 1,
    "adjective → its noun": 2,
    "word → the one before": 3,
}

with np.load(Path(__file__).with_name("weights") / "attention_words.npz") as _stored:
    VOCABULARY = _stored["vocabulary"].tolist()
    _WORDS, _POSITIONS, _QUERIES, _KEYS = (
        torch.from_numpy(_stored[name].astype(np.float32))
        for name in ("words", "positions", "queries", "keys")
    )

LENGTH = len(_POSITIONS)  # 10 words at most
ROOT = math.sqrt(_KEYS.shape[-1])  # of d_k = 16


def head_scores(words: Tensor, head: Tensor) -> Tensor:
    """Multiply every query of a head with every key.

    Parameters
    ----------
    words : Tensor of shape (10,)
        Their numbers in the vocabulary, int64.
    head : Tensor
        0 to 3.

    Returns
    -------
    Tensor of shape (10, 10)
        Queries by row, keys by column; neither scaled nor masked.

    Examples
    --------
    >>> words = [VOCABULARY.index(word) for word in "the dog ran because it was hungry".split()]
    >>> scores = head_scores(torch.tensor(words + [0, 0, 0]), torch.tensor(0.0))
    >>> scores[4, :7].argmax()  # "it" looks at word number 1, "dog"
    tensor(1)
    """
    table, places, queries, keys = (w.to(words.device) for w in (_WORDS, _POSITIONS, _QUERIES, _KEYS))
    x = table[words] + places
    which = head.long().reshape(1)
    return (x @ queries.index_select(0, which)[0]) @ (x @ keys.index_select(0, which)[0]).mT
