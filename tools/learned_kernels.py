"""Print the two kernels of LeNet-5 that the convolution explorer shows: `python tools/learned_kernels.py`.

The modern LeNet-5 of chapters/vision/convolution-lenet.ipynb with its data, epochs and learning rate (quick),
on the CPU with one thread. It starts from seed 0 anew, so its first weights are not those of the notebook,
which has drawn other numbers before. Other versions of torch may end at other kernels; the explorer keeps
those of torch 2.13.
"""

from __future__ import annotations

import torch

from dlbook_lib.cnn.lenet import LeNet5
from dlbook_lib.data.digits import digits
from dlbook_lib.seed import seed_everything
from dlbook_lib.train.loop import fit

SHOWN = {"learned: brighter below": 5, "learned: darker to the right": 3}  # their number in C1

if __name__ == "__main__":
    torch.set_num_threads(1)
    seed_everything(0)
    network = LeNet5()
    split = digits(32)
    train, validation = ((1.275 * x - 0.1, y) for x, y in (split.train, split.validation))
    fit(network, train, validation, epochs=12, lr=5e-3)
    kernels = network.cpu().c1.weight.detach()[:, 0]
    for name, number in SHOWN.items():
        print(name, [[round(weight, 2) for weight in row] for row in kernels[number].tolist()])
