"""Recorded values: what is accepted, what is stored, and that nothing is stored without a grader."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from dlbook_lib.teach import record, stream
from dlbook_lib.teach.recording import FOLDER, SEED, file_of, stream_seed


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A grader's folder."""
    monkeypatch.setenv(FOLDER, str(tmp_path))
    return tmp_path


def content(folder, name):
    with np.load(folder / file_of(name), allow_pickle=False) as stored:
        return json.loads(str(stored["content"])), {k: stored[k] for k in stored.files if k != "content"}


def test_a_stream_repeats_and_follows_its_name_and_the_seed(monkeypatch):
    first = torch.randn(5, generator=stream("huber"))
    assert torch.equal(first, torch.randn(5, generator=stream("huber")))
    assert not torch.equal(first, torch.randn(5, generator=stream("hinge")))
    monkeypatch.setenv(SEED, "7")
    assert not torch.equal(first, torch.randn(5, generator=stream("huber")))


def test_the_default_stream_is_that_of_seed_0(monkeypatch):
    before = stream_seed("huber")
    monkeypatch.setenv(SEED, "0")
    assert stream_seed("huber") == before == stream("huber").initial_seed()


def test_without_a_grader_nothing_is_stored(tmp_path, monkeypatch):
    monkeypatch.delenv(FOLDER, raising=False)
    monkeypatch.chdir(tmp_path)
    record("loss", torch.ones(3))
    assert not list(tmp_path.iterdir())


def test_nested_values_are_stored_as_plain_arrays(folder):
    weight = torch.nn.Parameter(torch.arange(3.0))
    record("all", [True, 2, (3.5, np.float32(4)), weight, torch.ones(2, dtype=torch.bfloat16)])
    meta, arrays = content(folder, "all")
    assert meta == {
        "name": "all",
        "value": [0, 1, [2, 3], 4, 5],
        "rule": {"kind": "tolerance", "tolerance": 1e-5},
    }
    assert arrays["array0"].dtype == bool
    assert arrays["array2"] == 3.5
    assert arrays["array4"].tolist() == [0, 1, 2]


def test_rules_are_stored(folder):
    record("labels", torch.tensor([0, 1]), accuracy=(torch.tensor([0, 1]), 0.9))
    record("loss", 0.3, between=(0.1, 0.5))
    assert content(folder, "labels")[0]["rule"] == {"kind": "accuracy", "labels": 1, "part": 0.9}
    assert content(folder, "loss")[0]["rule"] == {"kind": "between", "low": 0.1, "high": 0.5}


def test_a_name_is_recorded_once(folder):
    record("loss", 1)
    with pytest.raises(ValueError, match="name must be unique in a notebook, and 'loss' was recorded before"):
        record("loss", 2)


class Lazy:
    def __array__(self, *_, **__):
        raise AssertionError("never computed")


@pytest.mark.parametrize(
    "value", [None, "text", {"a": 1}, Lazy(), [1, object()], np.array([None]), (n for n in "ab"), 2**100]
)
def test_other_kinds_are_refused_by_name(value):
    with pytest.raises(TypeError, match="'loss' must be a number, a bool, a tensor, an array, or a list"):
        record("loss", value)


@pytest.mark.parametrize(
    ("rule", "error", "message"),
    [
        ({"tolerance": -1}, ValueError, "tolerance must be at least 0, got -1"),
        ({"accuracy": 0.9}, TypeError, r"accuracy must be a pair \(labels, least part\), got 0.9"),
        ({"accuracy": ([1], 90)}, ValueError, r"accuracy\[1\] must lie in \[0, 1\], got 90"),
        ({"between": (2, 1)}, ValueError, r"between\[1\] must be at least 2, got 1"),
        ({"between": (2,)}, ValueError, r"between must be a pair \(low, high\), got 1 elements"),
        ({"between": (0, 1), "accuracy": ([1], 1)}, ValueError, "must not be given together"),
    ],
)
def test_senseless_rules_are_refused(rule, error, message):
    with pytest.raises(error, match=message):
        record("loss", 1, **rule)


def test_the_import_is_light():
    code = "import sys, dlbook_lib.teach; print(*{'torch', 'nbgrader', 'nbformat'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not ran.stdout.split()
