"""Rows of tensors and of data sets, one by one and in batches."""

import re

import pytest
import torch
from torch.utils.data import Subset, TensorDataset

from dlbook_lib.device import DeviceChoice
from dlbook_lib.seed import generator
from dlbook_lib.train.batches import Rows
from dlbook_lib.train.distributed import Team

CPU = torch.device("cpu")
ALONE = Team(DeviceChoice(CPU, torch.float32, "asked for"))
X, Y = torch.arange(20.0).view(10, 2), torch.arange(10)


class Pairs(torch.utils.data.Dataset):
    """Rows of plain Python numbers, which become tensors when they are collected."""

    def __len__(self):
        return 10

    def __getitem__(self, row):
        return [2.0 * row, 2.0 * row + 1], row


SOURCES = {
    "tensors": (X, Y),
    "a list of tensors": [X, Y],
    "a data set": TensorDataset(X, Y),
    "part of one": Subset(TensorDataset(X.repeat(2, 1), Y.repeat(2)), range(10, 20)),
}


@pytest.mark.parametrize("name", SOURCES)
def test_rows_by_number(name):
    rows = Rows("train", SOURCES[name], CPU)
    x, y = rows[torch.tensor([7, 0, 7])]
    assert len(rows) == 10
    assert torch.equal(x, torch.tensor([[14.0, 15], [0, 1], [14, 15]]))
    assert torch.equal(y, torch.tensor([7, 0, 7]))


def test_plain_numbers_become_tensors():
    _, y = Rows("train", Pairs(), CPU)[torch.tensor([3, 4])]
    assert torch.equal(y, torch.tensor([3, 4]))
    assert y.dtype == torch.int64


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(
    ("size", "sizes"), [(1, [1] * 10), (4, [4, 4, 2]), (5, [5, 5]), (10, [10]), (99, [10])]
)
def test_batches_in_order(name, size, sizes):
    batches = list(Rows("train", SOURCES[name], CPU).batches(size, ALONE))
    assert [len(x) for x, _, _, _ in batches] == [rows for *_, rows in batches] == sizes
    assert [fraction for _, _, fraction, _ in batches] == [1.0] * len(sizes)
    assert torch.equal(torch.cat([x for x, *_ in batches]), X)
    assert torch.equal(torch.cat([y for _, y, *_ in batches]), Y)


@pytest.mark.parametrize("name", SOURCES)
def test_batches_in_random_order_keep_x_and_y_together(name):
    batches = list(Rows("train", SOURCES[name], CPU).batches(4, ALONE, generator(3)))
    y = torch.cat([y for _, y, *_ in batches])
    assert torch.equal(y, torch.randperm(10, generator=generator(3)))
    assert torch.equal(torch.cat([x for x, *_ in batches]), X[y])


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("world", [2, 3, 4])
def test_the_batches_of_a_team_are_those_of_one_process(name, world):
    rows = Rows("train", SOURCES[name], CPU)
    whole = list(rows.batches(4, ALONE, generator(3)))
    shares = [rows.batches(4, ALONE._replace(rank=rank, world=world), generator(3)) for rank in range(world)]
    for (_, y, _, size), parts in zip(whole, zip(*shares)):
        held = torch.cat([part for _, part, fraction, _ in parts if fraction])
        assert torch.equal(held, y)
        assert {count for *_, count in parts} == {size}
        assert sum(fraction for _, _, fraction, _ in parts) == pytest.approx(1)


def test_tensors_are_moved_once_and_data_sets_by_the_batch():
    meta = torch.device("meta")
    tensors, data = Rows("train", (X, Y), meta), Rows("train", TensorDataset(X, Y), meta)
    assert {t.device for t in tensors.pair} == {meta}
    for rows in (tensors, data):
        for x, y, *_ in rows.batches(4, ALONE):
            assert x.device == y.device == meta


class Endless(torch.utils.data.IterableDataset):
    def __iter__(self):
        return iter([])

    def __len__(self):
        return 5

    def __repr__(self):
        return "Endless()"


class Uncounted(torch.utils.data.Dataset):
    def __repr__(self):
        return "Uncounted()"


PAIR = "data must be a pair (x, y) of tensors or a Dataset with a length, got "


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        ((X, Y, Y), TypeError, None),
        ((X, [0] * 10), TypeError, None),
        (X, TypeError, PAIR + "Tensor of shape (10, 2)"),
        (None, TypeError, PAIR + "None (NoneType)"),
        (Endless(), TypeError, PAIR + "Endless()"),
        (Uncounted(), TypeError, PAIR + "Uncounted()"),
        ((X, Y[:9]), ValueError, "data must have as many x as y, got 10 and 9"),
        ((X[:0], Y[:0]), ValueError, "the number of rows in data must be at least 1, got 0"),
        (Subset(Pairs(), []), ValueError, "the number of rows in data must be at least 1, got 0"),
    ],
)
def test_errors(data, kind, message):
    pattern = rf"^{re.escape(message)}$" if message else rf"(?s)^{re.escape(PAIR)}.*\(tuple\)$"
    with pytest.raises(kind, match=pattern):
        Rows("data", data, CPU)
