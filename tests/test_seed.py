"""The same seed gives the same numbers again, and another seed others."""

import os
import random
import re
import subprocess
import sys

import numpy as np
import pytest
import torch

from dlbook_lib.seed import generator, seed_everything

LARGEST = 2**32 - 1


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """Give the variable that is set here its old value back."""
    monkeypatch.setenv("PYTHONHASHSEED", "random")


def draw():
    """Draw from every stream that a notebook may use without naming one."""
    old = np.random.rand(3).tolist()  # noqa: NPY002
    return random.random(), old, torch.rand(3).tolist(), torch.randperm(50).tolist()


def test_every_stream_repeats_itself():
    seed_everything(7)
    first = draw()
    draw()
    seed_everything(7)
    assert draw() == first


def test_each_stream_depends_on_the_seed():
    seed_everything(1)
    first = draw()
    seed_everything(2)
    assert all(one != two for one, two in zip(first, draw()))


def test_without_an_argument_the_seed_is_zero():
    seed_everything()
    first = draw()
    seed_everything(0)
    assert draw() == first
    assert generator().initial_seed() == generator(0).initial_seed() == 0


def test_streams_are_those_of_the_libraries():
    seed_everything(5)
    assert random.random() == random.Random(5).random()
    assert np.array_equal(np.random.rand(3), np.random.RandomState(5).rand(3))  # noqa: NPY002
    assert torch.equal(torch.rand(3), torch.rand(3, generator=torch.Generator().manual_seed(5)))


def test_layers_start_from_the_same_weights():
    weights = []
    for _ in range(2):
        seed_everything(3)
        weights.append(torch.nn.Linear(4, 5).weight)
    assert torch.equal(*weights)


class Noise(torch.utils.data.Dataset):
    """Number i, and a random number drawn where the item is made."""

    def __len__(self):
        return 12

    def __getitem__(self, i):
        return torch.tensor([float(i), torch.rand(()).item(), random.random()])


@pytest.mark.parametrize("workers", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_a_data_loader_repeats_itself(workers):
    """torch seeds each worker, and Python's stream in it, with a number drawn from the global stream."""
    epochs = []
    for seed in (4, 4, 5):
        seed_everything(seed)
        loader = torch.utils.data.DataLoader(Noise(), batch_size=3, shuffle=True, num_workers=workers)
        epochs.append(torch.cat(list(loader)))
    assert torch.equal(epochs[0], epochs[1])
    assert not torch.equal(epochs[0][:, 0], epochs[2][:, 0])
    assert not set(epochs[0][:, 1].tolist()) & set(epochs[2][:, 1].tolist())


@pytest.mark.slow
def test_processes_started_later_hash_alike():
    command = [sys.executable, "-c", "print(hash('a word'))"]
    hashes = set()
    for seed in (11, 11, 12):
        seed_everything(seed)
        hashes.add(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert len(hashes) == 2


def test_the_hash_seed_is_set():
    seed_everything(9)
    assert os.environ["PYTHONHASHSEED"] == "9"


def test_a_generator_repeats_itself_and_leaves_the_global_stream_alone():
    torch.manual_seed(0)
    first = torch.rand(3)
    torch.manual_seed(0)
    drawn = [torch.rand(3, generator=generator(7)) for _ in range(2)]
    assert torch.equal(*drawn)
    assert torch.equal(torch.rand(3), first)
    assert not torch.equal(torch.rand(3, generator=generator(8)), drawn[0])


def test_a_generator_stands_on_its_device():
    assert generator(1).device == torch.device("cpu")
    assert isinstance(generator(1, torch.device("cpu")), torch.Generator)
    with pytest.raises(RuntimeError):
        generator(1, "meta")


@pytest.mark.parametrize("function", [seed_everything, generator])
@pytest.mark.parametrize("seed", [0, LARGEST, np.int64(5)])
def test_all_seeds_of_the_range_are_accepted(function, seed):
    function(seed)


@pytest.mark.parametrize("function", [seed_everything, generator])
@pytest.mark.parametrize(
    ("seed", "error", "message"),
    [
        (-1, ValueError, "seed must lie in [0, 4294967295], got -1"),
        (2**32, ValueError, "seed must lie in [0, 4294967295], got 4294967296"),
        (1.0, TypeError, "seed must be an integer, got 1.0 (float)"),
        (True, TypeError, "seed must be an integer, got True (bool)"),
        (None, TypeError, "seed must be an integer, got None (NoneType)"),
    ],
)
def test_bad_seeds_are_named(function, seed, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        function(seed)


def test_a_refused_seed_changes_nothing():
    seed_everything(1)
    first = draw()
    seed_everything(1)
    with pytest.raises(ValueError, match=r"^seed must lie"):
        seed_everything(-1)
    assert draw() == first
