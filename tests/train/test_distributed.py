"""One team of one process, and the same script under torchrun with two."""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import distributed as dist

from dlbook_lib.device import DeviceChoice
from dlbook_lib.train import distributed
from dlbook_lib.train.distributed import Team, join

CPU = DeviceChoice(torch.device("cpu"), torch.float32, "asked for")
SCRIPT = Path(__file__).with_name("two_processes.py")
TRAININGS = (
    "even",
    "the same model again",
    "uneven last batch",
    "one row in the last batch",
    "batches of one row",
    "dataset",
    "schedule",
    "patience",
)
slow = pytest.mark.slow  # torchrun and its two processes take about ten seconds, once for all of these


@pytest.fixture(scope="module")
def alone():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TQDM_DISABLE", "1")
        return runpy.run_path(str(SCRIPT))["runs"]()


@pytest.fixture(scope="module")
def torchrun(tmp_path_factory):
    """The folder in which each of two processes wrote what it found, and what both wrote on the terminal."""
    folder = tmp_path_factory.mktemp("torchrun")
    environment = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    with subprocess.Popen(
        [*command, str(SCRIPT), str(folder)],
        env=environment | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            output, errors = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.terminate()  # not kill(): torchrun ends its two processes first
            raise
    assert process.returncode == 0, errors
    return folder, output, errors


@pytest.fixture(scope="module")
def together(torchrun):
    return [json.loads((torchrun[0] / f"{rank}.json").read_text()) for rank in (0, 1)]


@slow
@pytest.mark.parametrize("name", TRAININGS)
def test_two_processes_give_the_losses_of_one(name, alone, together):
    for found in together:
        # Rounding only: over five seeds at most 9e-8 in a loss and 4e-7 in a sum of weights.
        assert found[name]["train"] == pytest.approx(alone[name]["train"], abs=5e-7)
        assert found[name]["validation"] == pytest.approx(alone[name]["validation"], abs=5e-7)
        assert found[name]["accuracy"] == pytest.approx(alone[name]["accuracy"], abs=1e-12)
        assert found[name]["state"] == pytest.approx(alone[name]["state"], abs=2e-6)


@slow
@pytest.mark.parametrize("name", [*TRAININGS, "buffers"])
def test_both_processes_end_with_the_same_weights_and_buffers(name, together):
    first, second = (found[name] for found in together)
    assert first == second


@slow
def test_the_patience_run_stopped_early(alone):
    assert len(alone["patience"]["train"]) == 3


@slow
def test_all_processes_stop_at_a_loss_that_is_not_finite(alone, together):
    first, second = (found["diverged"] for found in together)
    assert first == second == alone["diverged"]
    assert first.startswith("the loss became nan in epoch 1, step 1: ")


@slow
def test_an_interrupt_goes_on_upwards_where_others_wait(alone, together):
    assert alone["interrupted"] == "kept its history"
    assert [found["interrupted"] for found in together] == ["stopped", "stopped"]


@slow
def test_the_process_group_is_closed_when_the_script_ends(torchrun):
    assert [(torchrun[0] / f"exit-{rank}").read_text() for rank in (0, 1)] == ["False", "False"]


@slow
def test_the_history_says_how_many_processes(alone, together):
    assert alone["even"]["device"] == "cpu (asked for)"
    assert {found["even"]["device"] for found in together} == {"cpu (asked for), 2 processes"}


@slow
def test_one_process_alone_shows_the_bars(torchrun):
    _, output, errors = torchrun
    lines = [line for line in errors.splitlines() if line]
    assert all(line.startswith("Sequential: ") for line in lines)
    assert sum("  0%|" in line for line in lines) == len(TRAININGS) + 1  # "buffers" too
    assert output == ""


@pytest.mark.parametrize("world", [1, 2, 3, 5])
@pytest.mark.parametrize("count", [1, 2, 4, 5, 16])
def test_shares_are_the_batch(world, count):
    rows = torch.randperm(100)[:count]
    shares = [Team(CPU, rank, world).share(rows) for rank in range(world)]
    held = [mine for mine, fraction in shares if fraction]
    assert torch.equal(torch.cat(held), rows)
    assert max(map(len, held)) - min(map(len, held)) <= 1
    for mine, fraction in shares:
        assert fraction == pytest.approx((len(mine) if fraction else 0) / count)
        assert len(mine) >= 1
    assert sum(fraction for _, fraction in shares) == pytest.approx(1)


def test_a_process_without_rows_borrows_one_of_the_batch():
    mine, fraction = Team(CPU, rank=2, world=3).share(torch.tensor([8, 5]))
    assert mine.tolist() == [8]
    assert fraction == 0


def test_alone_no_group_is_opened_and_the_model_is_not_wrapped():
    team, model = join("cpu"), torch.nn.Linear(2, 2)
    assert team == Team(CPU, rank=0, world=1)
    assert team.wrap(model) is model
    assert not dist.is_initialized()


def test_a_group_that_the_caller_opened_is_used_and_left_open(monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "none")
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    try:
        registered = []
        monkeypatch.setattr(distributed.atexit, "register", registered.append)
        assert join("cpu") == Team(CPU, rank=0, world=1)
        assert registered == []
    finally:
        dist.destroy_process_group()


def test_a_script_may_close_the_group_before_it_ends(monkeypatch):
    registered = []
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "none")
    monkeypatch.setattr(dist, "init_process_group", lambda: None)
    monkeypatch.setattr(distributed.atexit, "register", registered.append)
    join("cpu")
    [leave] = registered
    leave()  # no group is open: nothing to do
    monkeypatch.undo()
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    leave()
    assert not dist.is_initialized()


def test_a_device_is_named_by_text_or_by_torch():
    assert join(torch.device("cpu")).choice == CPU
    message = "prefer must be one of None, 'cuda', 'mps', 'cpu', got 'gpu'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        join("gpu")


@pytest.fixture
def two_gpus(monkeypatch):
    """Two GPUs as torch counts them, and a list of those that were made the current one."""
    taken = []
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "none")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 2)
    monkeypatch.setattr(torch.accelerator, "set_device_index", taken.append)
    monkeypatch.setattr(dist, "init_process_group", lambda: None)
    monkeypatch.setattr(distributed, "pick_device", lambda prefer: CPU._replace(reason=f"after {taken}"))
    monkeypatch.setattr(distributed.atexit, "register", lambda function: None)
    return taken


def test_each_process_takes_a_gpu_of_its_own_before_it_tries_one(two_gpus):
    assert join().choice.reason == "after [1]"


def test_no_gpu_is_taken_for_the_cpu(two_gpus):
    join("cpu")
    assert two_gpus == []


def test_more_processes_than_gpus_are_refused(two_gpus, monkeypatch):
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    message = (
        '--nproc-per-node must be at most the number of GPUs, 2, got 3; device="cpu" trains without them'
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        join()
