"""Train the two heads of the explorer "Recall by attention": `python tools/train_attention_recall.py`.

Two layers of one head each read letters and digits in turn and must name, at every letter that they have
seen before, the digit that followed it then. The network is the library's AttentionReader; what it is asked
is `associative_recall` of dlbook_lib.data.sequence_tasks.

Differs from the training in the chapter in its length only, and in weight decay, which keeps the weights
small enough for half precision.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from dlbook_lib.data.sequence_tasks import NOTHING, associative_recall
from dlbook_lib.layers.reader import AttentionReader

WEIGHTS = (
    Path(__file__).resolve().parents[1] / "dlbook_lib" / "explorers" / "weights" / "attention_recall.npz"
)
LENGTH = 16


def main(seed: int = 0) -> None:
    """Train, measure, and write the weights."""
    torch.set_num_threads(1)
    reader = train(seed)
    print("right {:.4f}, first head {:.3f}, second head {:.3f}".format(*measure(reader)))
    arrays = {name: value.numpy().astype(np.float16) for name, value in reader.state_dict().items()}
    np.savez(WEIGHTS, **arrays)
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size / 1000:.0f} kB")


def build() -> AttentionReader:
    """Make the network, untrained."""
    return AttentionReader(16, 16, dim=32, num_heads=1, depth=2, context=LENGTH, causal=True)


def train(seed: int, steps: int = 1500) -> AttentionReader:
    """Fit the answers by cross-entropy."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    reader = build()
    optimizer = torch.optim.AdamW(reader.parameters(), lr=3e-3, weight_decay=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for _ in range(steps):
        x, y = associative_recall(64, generator=generator)
        loss = F.cross_entropy(reader(x), y, ignore_index=NOTHING)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return reader


@torch.no_grad()
def measure(reader: AttentionReader, seed: int = 1000) -> tuple[float, float, float]:
    """Count right answers, and weigh what each head does where it is needed.

    The first head should let every digit look at the letter before it, the second every known letter at the
    digits that followed it earlier.
    """
    x, y = associative_recall(1000, generator=torch.Generator().manual_seed(seed))
    logits, (first, second) = reader.attend(x)
    asked = y != NOTHING
    digits = torch.arange(1, LENGTH, 2)
    before = first[:, 0, digits, digits - 1].mean()
    same = x[:, :, None] == x[:, None]
    follows = torch.zeros_like(same)
    follows[..., 1:] = same[..., :-1]  # query i, key j: the symbol before j is that at i
    mass = (second[:, 0] * follows.tril()).sum(-1)[asked].mean()
    right = (logits.argmax(1) == y)[asked].float().mean()
    return right.item(), before.item(), mass.item()


if __name__ == "__main__":
    main()
