r"""The small network behind the explorer of recall: two layers of one head each, run step by step.

It is the library's :class:`~dlbook_lib.layers.reader.AttentionReader`, trained by
``tools/train_attention_recall.py`` on letters and digits in turn: at a letter that came before, it names the
digit that followed. The two heads found what Olsson et al., "In-context Learning and Induction Heads"
(2022), call a previous-token head and an induction head.

Differs from the library's ``attend`` in one point: either layer's answer can be held back.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dlbook_lib.layers.masks import causal_mask
from dlbook_lib.layers.reader import AttentionReader

__all__ = ["DIGITS", "LENGTH", "LETTERS", "VOCABULARY", "run_heads"]

LETTERS, DIGITS = ["a", "b", "c", "d", "e", "f", "g", "h"], ["1", "2", "3", "4", "5", "6", "7", "8"]
VOCABULARY = ["<pad>", "<unk>", *LETTERS, *DIGITS]
LENGTH = 16


def _load() -> AttentionReader:
    """Read the weights of the page, without touching the reader's random numbers."""
    with torch.random.fork_rng(devices=[]):
        reader = AttentionReader(16, 16, dim=32, num_heads=1, depth=2, context=LENGTH, causal=True)
    with np.load(Path(__file__).with_name("weights") / "attention_recall.npz") as stored:
        reader.load_state_dict({name: torch.from_numpy(stored[name].astype("f4")) for name in stored.files})
    return reader.eval().requires_grad_(False)


_READER = _load()


def run_heads(words: Tensor, gates: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Read up to 16 symbols, with the answers of the two heads let through or held back.

    Parameters
    ----------
    words : Tensor of shape (16,)
        Numbers in ``VOCABULARY``, int64; 0 where there is none. An unknown one reads as a blank.
    gates : Tensor of shape (2,)
        1 to let a layer's answer through, 0 to hold it back.

    Returns
    -------
    first, second : Tensor of shape (16, 16)
        Attention matrices, queries by row.
    chances : Tensor of shape (16, 16)
        At each place, the chance of each letter and digit to come next.

    Examples
    --------
    >>> text = "a 3 b 5 a".split()
    >>> words = torch.tensor([VOCABULARY.index(word) for word in text] + [0] * 11)
    >>> chances = run_heads(words, torch.ones(2))[2]
    >>> VOCABULARY[2 + int(chances[4].argmax())]
    '3'
    """
    reader = _READER if words.device.type == "cpu" else _READER.to(words.device)
    known = (words > 1)[:, None]
    x = reader.tokens((words - 2).clamp_min(0)) * known
    x, mask, maps = reader.place(x[None]), causal_mask(LENGTH, device=words.device), []
    for number, layer in enumerate(reader.layers):
        answer, weights = layer.attend(x, mask=mask)
        x = x + gates[number] * answer
        maps.append(weights[0, 0])
    return maps[0], maps[1], reader.label(x)[0].softmax(-1)
