"""Several processes that train one model together, started by torchrun, or one process on its own.

Data parallelism: every process holds the whole model and takes its share of the rows of each batch, and
the gradients are averaged before each step. Torch's DistributedDataParallel gives every process the same
weight in that average; here each counts by its rows, so that an uneven last batch changes nothing.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from dlbook_lib.device import DeviceChoice, pick_device

__all__ = ["Team", "join"]


class Team(NamedTuple):
    """The processes that train one model together, as one of them sees it.

    Parameters
    ----------
    choice : DeviceChoice
        Where this process computes.
    rank : int
        Its number, from 0.
    world : int
        How many there are.
    """

    choice: DeviceChoice
    rank: int = 0
    world: int = 1

    def __str__(self) -> str:
        return f"{self.choice}" + (f", {self.world} processes" if self.world > 1 else "")

    def share(self, rows: Tensor) -> tuple[Tensor, float]:
        """Take this process's part of a batch.

        Parameters
        ----------
        rows : Tensor of shape (B,)
            The rows of the whole batch, the same in every process.

        Returns
        -------
        tuple of Tensor and float
            The rows for this process and the fraction of the batch that they are. A process for which
            no row is left takes the first one with weight 0: it must compute with the others, or they
            would wait for its gradient.

        Examples
        --------
        >>> Team(pick_device("cpu"), rank=1, world=2).share(torch.tensor([7, 3, 8, 5, 9]))
        (tensor([5, 9]), 0.4)
        """
        if self.world == 1:
            return rows, 1.0
        mine = rows.tensor_split(self.world)[self.rank]
        return (mine if len(mine) else rows[:1]), len(mine) / len(rows)

    def total(self, values: Sequence[float]) -> list[float]:
        """Add up each number over all processes.

        Parameters
        ----------
        values : sequence of float
            This process's numbers.

        Returns
        -------
        list of float
            The sums, equal in every process to the last bit.

        Examples
        --------
        >>> Team(pick_device("cpu")).total([0.5, 2.0])
        [0.5, 2.0]
        """
        if self.world == 1:
            return list(values)
        sums = torch.tensor(values, dtype=torch.float64, device=self.choice.device)
        dist.all_reduce(sums)
        return sums.tolist()

    def wrap(self, model: nn.Module) -> nn.Module:
        """Make the model average its gradients over the processes, after giving all the first one's weights.

        Parameters
        ----------
        model : nn.Module
            On this process's device.

        Returns
        -------
        nn.Module
            What to call in training; it shares its parameters with ``model``.
        """
        return model if self.world == 1 else DistributedDataParallel(model)

    def agree(self, model: nn.Module) -> None:
        """Give every process the first one's buffers: each has seen other rows, so their means differ.

        Parameters
        ----------
        model : nn.Module
            The same model in every process.
        """
        if self.world > 1:
            for buffer in model.buffers():
                dist.broadcast(buffer, src=0)


def join(device: torch.device | str | None = None) -> Team:
    """Join the processes that torchrun has started.

    Where it has started none, the team is this process alone. A process group that exists already is used;
    one that is opened here serves until this process ends, since torch may hang where a group is closed and
    another one opened soon after.

    Parameters
    ----------
    device : torch.device or {"cuda", "mps", "cpu"}, optional
        Where to compute; the fastest device that works by default. Under torchrun each process on a
        machine takes a GPU of its own.

    Returns
    -------
    Team
        This process's view of it.

    Raises
    ------
    ValueError
        If ``device`` is not the name of a device, or more processes than GPUs were started.

    Examples
    --------
    >>> join("cpu").world
    1
    """
    prefer = None if device is None else str(device)
    torchrun = dist.is_available() and dist.is_torchelastic_launched()
    if torchrun and prefer != "cpu" and torch.accelerator.is_available():
        _take_own_gpu()
    choice = pick_device(prefer)
    if torchrun and not dist.is_initialized():
        dist.init_process_group()
        atexit.register(_leave)
    if dist.is_available() and dist.is_initialized():
        return Team(choice, dist.get_rank(), dist.get_world_size())
    return Team(choice)


def _leave() -> None:
    if dist.is_initialized():  # the script may have closed it
        dist.destroy_process_group()


def _take_own_gpu() -> None:
    """Make the GPU of this process's number the current one, as torchrun numbers processes on a machine."""
    processes, gpus = int(os.environ["LOCAL_WORLD_SIZE"]), torch.accelerator.device_count()
    if processes > gpus:
        raise ValueError(
            f"--nproc-per-node must be at most the number of GPUs, {gpus}, got {processes}; "
            'device="cpu" trains without them'
        )
    torch.accelerator.set_device_index(int(os.environ["LOCAL_RANK"]))
