"""What a chapter's first line prints, and that a claim which does not hold stops the notebook."""

import math
import random
import re

import numpy as np
import pytest
import torch

import dlbook_lib
from dlbook_lib import notebook
from dlbook_lib.device import DeviceChoice
from dlbook_lib.notebook import expect, setup


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch):
    """Let the CPU be chosen, whatever the machine has, and keep the environment as it is."""
    choice = DeviceChoice(torch.device("cpu"), torch.float32, "no CUDA GPU; no Apple GPU")
    monkeypatch.setattr(notebook, "pick_device", lambda: choice)
    monkeypatch.setenv("DLBOOK_PROFILE", "quick")
    monkeypatch.setenv("PYTHONHASHSEED", "random")


def test_set_up_says_what_the_chapter_runs_on(capsys):
    device = setup()
    assert device == torch.device("cpu")
    assert isinstance(device, torch.device)
    assert capsys.readouterr().out == (
        "Runs on cpu (no CUDA GPU; no Apple GPU); profile quick\n"
        f"torch {torch.__version__}, dlbook_lib {dlbook_lib.__version__}\n"
    )


def test_set_up_returns_the_device_that_it_names(capsys, monkeypatch):
    choice = DeviceChoice(torch.device("cuda"), torch.bfloat16, "Model 0, 24 GiB")
    monkeypatch.setattr(notebook, "pick_device", lambda: choice)
    monkeypatch.setenv("DLBOOK_PROFILE", "full")
    assert setup() == torch.device("cuda")
    assert capsys.readouterr().out.startswith("Runs on cuda (Model 0, 24 GiB); profile full\ntorch ")


def test_set_up_seeds():
    drawn = []
    for seed in ((), (0,), (1,)):
        setup(*seed)
        drawn.append((torch.rand(3).tolist(), random.random()))
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_set_up_names_a_bad_seed(capsys):
    with pytest.raises(ValueError, match=re.escape("seed must lie in [0, 4294967295], got -1")):
        setup(-1)
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    "value",
    [
        0.95,
        1,
        0.97,
        np.float64(0.95),
        np.float32(0.97),
        np.array([[1.0]]),
        np.int64(1),
        torch.tensor(0.97),
        torch.tensor([[1.0]], requires_grad=True),
        torch.tensor(0.97, dtype=torch.bfloat16),
    ],
)
def test_a_claim_that_holds_prints_the_same_for_every_number(capsys, value):
    assert expect(value, 0.95, 1, "test accuracy") is None
    assert capsys.readouterr().out == "test accuracy in [0.95, 1.00]: yes\n"


@pytest.mark.parametrize("value", [1, 3, torch.tensor(1), torch.tensor(3), np.uint8(3)])
def test_both_ends_belong_to_the_range(value):
    expect(value, 1, 3, "count")


@pytest.mark.parametrize("value", [math.nextafter(0.5, 0), math.nextafter(1.0, 2)])
def test_the_next_number_does_not(value):
    with pytest.raises(AssertionError):
        expect(value, 0.5, 1, "share")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.9, "0.9"),
        (-1, "-1"),
        (2, "2"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (np.float32("nan"), "nan"),
        (np.array([1.5]), "1.5"),
        (torch.tensor(0.25), "0.25"),
        (torch.tensor(math.nan), "nan"),
        (1 / 3, "0.333333"),
    ],
)
def test_a_claim_that_does_not_hold_stops_with_the_number(capsys, value, shown):
    message = f"expected test accuracy in [0.95, 1.00], got {shown}"
    with pytest.raises(AssertionError, match=f"^{re.escape(message)}$"):
        expect(value, 0.95, 1, "test accuracy")
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (0, 1, "[0, 1]"),
        (0.95, 1, "[0.95, 1.00]"),
        (0, 0.125, "[0.000, 0.125]"),
        (-0.5, 2.25, "[-0.50, 2.25]"),
        (0, 1e-6, "[0, 1e-06]"),
        (0.5, 2e7, "[0.5, 2e+07]"),
        (10, 10, "[10, 10]"),
        (2.3, 2.35, "[2.30, 2.35]"),
        (np.float64(0.5), np.int64(1), "[0.5, 1.0]"),
    ],
)
def test_both_ends_have_as_many_decimals(capsys, low, high, written):
    expect(low, low, high, "number")
    assert capsys.readouterr().out == f"number in {written}: yes\n"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 0, 1, 5), TypeError, "claim must be a string, got 5 (int)"),
        ((0, 0, 1, None), TypeError, "claim must be a string, got None (NoneType)"),
        (("0", 0, 1, "x"), TypeError, "value must be one number, got '0' (str)"),
        ((None, 0, 1, "x"), TypeError, "value must be one number, got None (NoneType)"),
        (([0.5], 0, 1, "x"), TypeError, "value must be one number, got [0.5] (list)"),
        ((1j, 0, 1, "x"), TypeError, "value must be one number, got 1j (complex)"),
        ((torch.zeros(2), 0, 1, "x"), TypeError, "value must be one number, got Tensor of shape (2,)"),
        ((np.zeros((2, 1)), 0, 1, "x"), TypeError, "value must be one number, got ndarray of shape (2, 1)"),
        ((torch.zeros(0), 0, 1, "x"), TypeError, "value must be one number, got Tensor of shape (0,)"),
        ((0, "0", 1, "x"), TypeError, "low must be a number, got '0' (str)"),
        ((0, 0, None, "x"), TypeError, "high must be a number, got None (NoneType)"),
        ((0, math.nan, 1, "x"), ValueError, "low must be finite, got nan"),
        ((0, 0, math.inf, "x"), ValueError, "high must be finite, got inf"),
        ((0.5, 1, 0, "x"), ValueError, "high must be at least 1, got 0"),
    ],
)
def test_bad_arguments_are_named(capsys, arguments, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        expect(*arguments)
    assert not capsys.readouterr().out
