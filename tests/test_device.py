"""A GPU is taken only if it works; whatever is wrong with it becomes one line, and the CPU is taken."""

import re
import warnings
from collections import namedtuple
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from dlbook_lib import device
from dlbook_lib.device import DeviceChoice, move, pick_device

CPU = torch.device("cpu")
META = torch.device("meta")  # a second device that every machine has
PROBLEM = "the CUDA GPU failed a test product: "


class Probe:
    """A tensor of a GPU that may be broken; as there, an error comes up when the result is read."""

    def __init__(self, error):
        self.error = error

    def __matmul__(self, other):
        return self

    def sum(self):
        return self

    def item(self):
        if self.error is not None:
            raise self.error
        return 1.0


@pytest.fixture
def machine(monkeypatch):
    """Pretend that the machine has certain GPUs, which work or fail with an error."""

    def pretend(*, cuda=False, mps=False, free=20.0, total=24, bf16=True, error=None):
        probed = []

        def ones(*shape, device):
            probed.append(device)
            return Probe(error)

        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (int(free * 2**30), total * 2**30))
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: f"Model {number}")
        properties = SimpleNamespace(total_memory=total * 2**30)
        monkeypatch.setattr(torch.cuda, "get_device_properties", lambda number: properties)
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: bf16)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(device.torch, "ones", ones)
        return probed

    return pretend


def cpu(reason):
    return DeviceChoice(CPU, torch.float32, reason)


def test_without_a_gpu_the_cpu_is_taken(machine):
    probed = machine()
    assert pick_device() == cpu("no CUDA GPU; no Apple GPU")
    assert pick_device("cuda") == cpu("no CUDA GPU")
    assert pick_device("mps") == cpu("no Apple GPU")
    assert not probed


def test_the_cpu_can_be_asked_for(machine):
    probed = machine(cuda=True, mps=True)
    assert pick_device("cpu") == cpu("asked for")
    assert not probed


@pytest.mark.parametrize(("bf16", "dtype"), [(True, torch.bfloat16), (False, torch.float16)])
def test_a_working_gpu_is_taken_after_one_product(machine, bf16, dtype):
    probed = machine(cuda=True, mps=True, bf16=bf16)
    assert pick_device() == DeviceChoice(torch.device("cuda"), dtype, "Model 0, 24 GiB")
    assert probed == ["cuda"]


def test_emulated_bfloat16_does_not_count(machine, monkeypatch):
    machine(cuda=True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation)
    assert pick_device().dtype == torch.float16


def test_an_apple_gpu_is_taken_where_there_is_no_other(machine):
    apple = DeviceChoice(torch.device("mps"), torch.float32, "Apple GPU")
    probed = machine(mps=True)
    assert pick_device() == apple
    assert probed == ["mps"]
    machine(cuda=True, mps=True)
    assert pick_device("mps") == apple


def test_a_full_gpu_is_left_alone(machine):
    probed = machine(cuda=True, free=0.25)
    reason = "Model 0 has 0.2 GiB free, 0.5 GiB are needed"
    assert pick_device() == cpu(f"{reason}; no Apple GPU")
    assert pick_device("cuda") == cpu(reason)
    assert not probed, "the product would have taken memory"
    assert pick_device(memory=0.25).device.type == "cuda", "just enough"
    assert pick_device(memory=8) == cpu("Model 0 has 0.2 GiB free, 8 GiB are needed; no Apple GPU")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            RuntimeError("CUDA error: no kernel image\nCompile with TORCH_USE_CUDA_DSA"),
            "CUDA error: no kernel image",
        ),
        (AssertionError("Torch not compiled with CUDA enabled"), "Torch not compiled with CUDA enabled"),
        (torch.OutOfMemoryError("CUDA out of memory."), "CUDA out of memory."),
        (NotImplementedError("no matrix product here"), "no matrix product here"),
        (AssertionError(), "AssertionError"),
        (RuntimeError("\n"), "RuntimeError"),
    ],
)
def test_a_gpu_that_fails_costs_one_line(machine, error, line):
    machine(cuda=True, error=error)
    assert pick_device() == cpu(f"{PROBLEM}{line}; no Apple GPU")
    machine(mps=True, error=error)
    assert pick_device("mps") == cpu(f"the Apple GPU failed a test product: {line}")


def test_a_gpu_whose_memory_cannot_be_asked_costs_one_line(machine, monkeypatch):
    machine(cuda=True)

    def fail():
        raise RuntimeError("CUDA error: device busy")

    monkeypatch.setattr(torch.cuda, "mem_get_info", fail)
    assert pick_device("cuda") == cpu(f"{PROBLEM}CUDA error: device busy")


def test_the_apple_gpu_is_tried_after_a_broken_one(machine, monkeypatch):
    machine(cuda=True, mps=True, free=0.1)
    assert pick_device() == DeviceChoice(torch.device("mps"), torch.float32, "Apple GPU")


def test_an_error_in_the_program_is_not_hidden(machine):
    machine(cuda=True, error=TypeError("a mistake of ours"))
    with pytest.raises(TypeError, match=r"^a mistake of ours$"):
        pick_device()


def test_torch_does_not_warn_beside_the_reason(machine, monkeypatch):
    machine()

    def warn():
        warnings.warn("the driver is too old", stacklevel=1)
        return False

    monkeypatch.setattr(torch.cuda, "is_available", warn)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert pick_device().device == CPU


def test_a_choice_prints_as_one_line(machine):
    machine(cuda=True)
    assert str(pick_device()) == "cuda (Model 0, 24 GiB)"
    assert str(pick_device("cpu")) == "cpu (asked for)"


def test_the_cpu_works_on_this_machine():
    """Nothing is pretended here: what is chosen can multiply."""
    choice = pick_device()
    x = torch.ones(3, 3, device=choice.device, dtype=choice.dtype)
    assert (x @ x).sum().item() == 27


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (dict(prefer="gpu"), ValueError, "prefer must be one of None, 'cuda', 'mps', 'cpu', got 'gpu'"),
        (
            dict(prefer=CPU),
            ValueError,
            "prefer must be one of None, 'cuda', 'mps', 'cpu', got device(type='cpu')",
        ),
        (dict(memory=-1), ValueError, "memory must be at least 0, got -1"),
        (dict(memory=float("nan")), ValueError, "memory must be finite, got nan"),
        (dict(memory="1"), TypeError, "memory must be a number, got '1' (str)"),
        (dict(prefer="cpu", memory=-1), ValueError, "memory must be at least 0, got -1"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        pick_device(**arguments)


def test_every_tensor_of_a_batch_moves():
    array = np.zeros(2)
    batch = {"x": torch.zeros(2), "rest": [torch.ones(1), ("name", 3, None), array]}
    moved = move(batch, META)
    assert moved["x"].device == moved["rest"][0].device == META
    assert moved["rest"][1] == ("name", 3, None)
    assert moved["rest"][2] is array
    assert [type(part) for part in (moved, moved["rest"], moved["rest"][1])] == [dict, list, tuple]
    assert batch["x"].device == CPU, "the batch itself stays"


def test_values_arrive_unchanged():
    x = torch.arange(3)
    assert torch.equal(move((x,), CPU)[0], x)
    assert move("text", META) == "text"
    assert (move([], META), move((), META), move({}, META)) == ([], (), {})


def test_a_named_tuple_stays_one():
    """A data loader keeps the named tuples of its data set."""
    pair = namedtuple("Pair", ["x", "y"])
    loader = torch.utils.data.DataLoader([pair(torch.zeros(2), 1), pair(torch.ones(2), 2)], batch_size=2)
    moved = move(next(iter(loader)), META)
    assert type(moved) is pair
    assert moved.x.shape == (2, 2)
    assert moved.x.device == moved.y.device == META
