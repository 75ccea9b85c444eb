"""Train the network of the explorer "A denoiser at work": `python tools/train_digit_denoiser.py`.

It is the small network of `dlbook_lib.generative.denoiser` on the 8×8 digits of scikit-learn, told the
digit in nine cases of ten, so that it can be guided (Ho and Salimans 2022). About two minutes on one
thread; 142 kB as 16-bit numbers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from dlbook_lib.data.digits import digits
from dlbook_lib.generative.ddpm import train_denoiser
from dlbook_lib.generative.denoiser import MLPDenoiser
from dlbook_lib.generative.schedules import linear_schedule

WEIGHTS = Path(__file__).resolve().parents[1] / "dlbook_lib" / "explorers" / "weights" / "digit_denoiser.npz"
WIDTH, DEPTH, TIMES, ANY = 78, 2, 200, 10


def main(steps: int = 12_000, seed: int = 0) -> None:
    """Train, say the loss, and write the weights."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    split = digits(8)
    x = torch.cat((split.train[0], split.validation[0])).flatten(1) * 2 - 1
    y = torch.cat((split.train[1], split.validation[1]))
    network = MLPDenoiser(64, width=WIDTH, depth=DEPTH, classes=ANY + 1)
    bars = linear_schedule(TIMES)
    losses = train_denoiser(
        network, x, bars, steps=steps, condition=y, empty=ANY, drop=0.1, lr=6e-3, average=0.999
    )
    print(f"loss of the last 500 batches: {sum(losses[-500:]) / 500:.4f}")
    vector = nn.utils.parameters_to_vector(network.parameters()).detach().numpy().astype(np.float16)
    np.savez(WEIGHTS, parameters=vector)
    print(f"{WEIGHTS.name}: {len(vector):,} numbers, {WEIGHTS.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
