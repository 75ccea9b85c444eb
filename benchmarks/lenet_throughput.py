"""Print what `fit` costs beyond a plain torch loop, training LeNet-5: the ratio of images per second.

Both train the same network on the same digits in the same order, one thread, in turns.
"""

import statistics
import time

import torch
import torch.nn.functional as F

from dlbook_lib.cnn.lenet import LeNet5
from dlbook_lib.data.digits import digits
from dlbook_lib.seed import seed_everything
from dlbook_lib.train.loop import fit

EPOCHS, BATCH, ROUNDS = 2, 64, 7


def plain(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x)).split(BATCH):
            loss = F.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def ours(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor) -> None:
    fit(model, (x, y), epochs=EPOCHS, batch_size=BATCH, device="cpu", progress=False)


def main() -> None:
    torch.set_num_threads(1)
    x, y = digits(32).train
    times = {"plain torch": [], "dlbook_lib fit": []}
    for _ in range(ROUNDS):
        for name, train in zip(times, (plain, ours)):
            seed_everything(0)
            model = LeNet5()
            start = time.perf_counter()
            train(model, x, y)
            times[name].append(time.perf_counter() - start)
    speed = {name: EPOCHS * len(x) / statistics.median(seconds) for name, seconds in times.items()}
    for name, images in speed.items():
        print(f"{name:<16}{images:8.0f} images per second")
    print(f"ratio           {speed['dlbook_lib fit'] / speed['plain torch']:8.3f}")


if __name__ == "__main__":
    main()
