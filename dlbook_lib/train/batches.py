"""A data set cut into batches that lie on the device which computes.

Two tensors (x, y) are moved there once and each batch is one indexing operation, with no data loader in
between; for a small network a loader costs more than the network. A torch Dataset is read row by row.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import Dataset, IterableDataset, default_collate

from dlbook_lib.checks import check_integer, check_type
from dlbook_lib.device import move
from dlbook_lib.train.distributed import Team

__all__ = ["Rows"]


class Rows:
    """The rows of a data set, which come by number and in batches.

    Parameters
    ----------
    name : str
        The argument that held the data, for the errors.
    data : tuple of two Tensors of shapes (N, ...) and (N, ...), or Dataset
        Inputs ``x`` and targets ``y``, or a torch Dataset of such pairs that has a length.
    device : torch.device
        Where the batches should lie.

    Raises
    ------
    TypeError
        If ``data`` is neither.
    ValueError
        If it is empty, or ``x`` and ``y`` differ in length.

    Examples
    --------
    >>> rows = Rows("train", (torch.zeros(5, 2), torch.arange(5)), torch.device("cpu"))
    >>> rows[torch.tensor([3, 1])][1]
    tensor([3, 1])
    """

    def __init__(self, name: str, data: tuple[Tensor, Tensor] | Dataset, device: torch.device) -> None:
        if isinstance(data, tuple | list) and len(data) == 2 and all(isinstance(t, Tensor) for t in data):
            x, y = data
            if len(x) != len(y):
                raise ValueError(f"{name} must have as many x as y, got {len(x)} and {len(y)}")
            self.pair = (x.to(device), y.to(device))
        else:
            countable = hasattr(data, "__len__") and not isinstance(data, IterableDataset)
            described = "a pair (x, y) of tensors or a Dataset with a length"
            check_type(name, data, Dataset if countable else (), described)
            self.pair = None
        self.data, self.device = data, device
        self.count = len(data) if self.pair is None else len(self.pair[0])
        check_integer(f"the number of rows in {name}", self.count, low=1)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Collect rows, given by a tensor of shape (B,), into one batch."""
        if self.pair is not None:
            x, y = self.pair
            return x[rows], y[rows]
        x, y = move(default_collate([self.data[row] for row in rows.tolist()]), self.device)
        return x, y

    def batches(
        self, size: int, team: Team, shuffle: torch.Generator | None = None
    ) -> Iterator[tuple[Tensor, Tensor, float, int]]:
        """Go through all rows once.

        Parameters
        ----------
        size : int
            Rows in a batch over all processes of the team; the last batch has what is left.
        team : Team
            Says which rows of each batch this process takes.
        shuffle : torch.Generator, optional
            Draws the order; without it, the rows come as they stand.

        Yields
        ------
        tuple of Tensor, Tensor, float and int
            ``x`` and ``y`` of this process, the fraction of the batch that they are, and the number of
            rows in the whole batch.
        """
        order = torch.arange(len(self)) if shuffle is None else torch.randperm(len(self), generator=shuffle)
        if self.pair is not None:
            order = order.to(self.device)
        for rows in order.split(size):
            mine, fraction = team.share(rows)
            yield *self[mine], fraction, len(rows)
