"""Trainings for test_distributed.py, in one process and in two: ``torchrun two_processes.py FOLDER``."""

import atexit
import contextlib
import json
import os
import sys
from pathlib import Path

import torch
from torch import distributed as dist
from torch import nn
from torch.utils.data import TensorDataset

from dlbook_lib.train.history import DivergedError
from dlbook_lib.train.loop import fit

RANK = int(os.environ.get("RANK", "0"))


def points(count):
    x = torch.randn(count, 4, generator=torch.Generator().manual_seed(count))
    return x, (x.sum(dim=1) + x[:, 0] * x[:, 1] > 0).long()


def network(*layers):
    """Weights differ between processes, as they do where nobody seeds: fit must make them equal."""
    torch.manual_seed(RANK)
    return nn.Sequential(nn.Linear(4, 8), *layers, nn.Tanh(), nn.Linear(8, 2))


def train(model, rows, batch_size, *, dataset=False, opposite=False, seed=0, **settings):
    data, validation = points(rows), points(33)
    if opposite:  # the better the model learns, the worse it does here
        validation = (validation[0], 1 - validation[1])
    if dataset:
        data, validation = TensorDataset(*data), TensorDataset(*validation)
    settings = {"epochs": 4, "lr": 0.3, "optimizer": torch.optim.SGD} | settings
    history = fit(model, data, validation, batch_size=batch_size, device="cpu", seed=seed, **settings)
    return {
        "train": history.train_loss,
        "validation": history.validation_loss,
        "accuracy": history.metrics["accuracy"],
        "device": history.device,
        "state": [value.double().sum().item() for value in model.state_dict().values()],
    }


def diverge():
    """One row is infinite, so one process alone sees a loss that is not finite: both must stop there."""
    x, y = points(16)
    x[0] = float("inf")
    try:
        fit(network(), (x, y), epochs=2, batch_size=16, device="cpu", progress=False)
    except DivergedError as error:
        return str(error)


def interrupt():
    """Where others wait for this process, it may not go on as if nothing had happened."""

    def loss(logits, y):
        raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        fit(network(), points(8), epochs=1, device="cpu", progress=False, loss=loss)
        return "kept its history"
    return "stopped"


def runs():
    momentum = {"optimizer": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9), "lr": 0.1}
    model = network()
    return {
        "even": train(model, 64, 16),
        "the same model again": train(model, 37, 16),
        "uneven last batch": train(network(), 37, 8),
        "one row in the last batch": train(network(), 65, 16, **momentum),
        "batches of one row": train(network(), 9, 1, epochs=2),
        "dataset": train(network(), 37, 8, dataset=True, seed=3),
        "schedule": train(network(), 37, 8, schedule=lambda t: 1 - t),
        "buffers": train(network(nn.BatchNorm1d(8)), 64, 16),
        "patience": train(network(), 37, 8, opposite=True, patience=2),
        "diverged": diverge(),
        "interrupted": interrupt(),
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    # Registered before fit opens a group, so it is called after fit has closed it.
    atexit.register(lambda: (folder / f"exit-{RANK}").write_text(str(dist.is_initialized())))
    (folder / f"{RANK}.json").write_text(json.dumps(runs()))
