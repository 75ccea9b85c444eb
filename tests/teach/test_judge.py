"""Comparing recorded values: rules, shapes, and archives that are none."""

import io
import json
import zipfile

import numpy as np
import pytest
import torch

from dlbook_lib.teach import record
from dlbook_lib.teach.judge import judge, load, verdicts
from dlbook_lib.teach.recording import FOLDER, file_of


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """A function that records one value and returns its archive."""

    def archive(value, **rule):
        monkeypatch.setenv(FOLDER, str(tmp_path))
        path = tmp_path / file_of("value")
        path.unlink(missing_ok=True)
        record("value", value, **rule)
        return path.read_bytes()

    return archive


NAN = float("nan")


@pytest.mark.parametrize(
    ("expected", "rule", "value", "why"),
    [
        (1.0, {}, 1.0 + 1e-6, None),
        (1.0, {}, 1.1, "differs by up to 0.1"),
        (1, {}, 1.0, None),
        (True, {}, False, "differs by up to 1"),
        (torch.ones(2, 3), {}, np.ones((2, 3)), None),
        (torch.ones(2, 3), {}, torch.ones(3, 2), "has shape (3, 2) where the solution has (2, 3)"),
        ([1, torch.ones(2)], {}, [1, torch.ones(2)], None),
        ([1, torch.ones(2)], {}, [1], "has 1 parts where the solution has 2"),
        ([1, 2], {}, torch.tensor([1, 2]), "is one array where the solution has several, or the reverse"),
        ([NAN, 1.0], {}, [NAN, 1.0], None),
        (1.0, {}, NAN, "is infinite or not a number where the solution is a number, or the reverse"),
        (1.0, {"tolerance": 0.2}, 1.1, None),
        (1e6, {}, 1e6 + 1, None),
        (np.zeros(0), {}, torch.zeros(0), None),
        (1 + 2j, {}, 1 + 2j, None),
        (1 + 2j, {}, 1.0, "differs by up to 2"),
        ([0, 1, 1, 0], {"accuracy": ([0, 1, 1, 0], 0.75)}, [0, 1, 1, 1], None),
        ([0, 1, 1, 0], {"accuracy": ([0, 1, 1, 0], 0.7)}, [0, 1, 0], "has 3 parts where the solution has 4"),
        ([0, 1], {"accuracy": ([0, 1], 0.7)}, [0, 0], "50% of the labels are right, 70% needed"),
        (0.5, {"between": (0.4, 0.6)}, 0.41, None),
        (0.5, {"between": (0.4, 0.6)}, 0.7, "is not one number from 0.4 to 0.6"),
        (0.5, {"between": (0.4, 0.6)}, NAN, "is not one number from 0.4 to 0.6"),
    ],
)  # fmt: skip
def test_rules(recorded, expected, rule, value, why):
    assert verdicts({"f": recorded(expected, **rule)}, {"f": recorded(value)}) == {"f": why}


def test_the_rule_in_the_submission_does_not_count(recorded):
    mine = recorded(5.0, between=(0, 10))
    assert verdicts({"f": recorded(1.0)}, {"f": mine}) == {"f": "differs by up to 4"}


def test_it_runs_in_a_process_of_its_own(recorded):
    both = {"a": recorded(1.0), "b": recorded(2.0)}
    assert judge(both, {"a": recorded(1.0)}) == {"a": None, "b": "was not recorded"}


def test_an_archive_with_a_pickle_is_not_opened(recorded):
    buffer = io.BytesIO()
    content = {"name": "value", "value": 0, "rule": {}}
    np.savez(buffer, content=np.array(json.dumps(content)), array0=np.array([object()], dtype=object))
    found = verdicts({"f": recorded(1.0)}, {"f": buffer.getvalue()})
    assert "allow_pickle=False" in found["f"]


def test_a_bomb_is_not_unpacked(recorded):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("array0.npy", bytes(70 * 2**20))
    with pytest.raises(ValueError, match="unpacks to"):
        load(buffer.getvalue())


@pytest.mark.parametrize("damage", [b"", b"PK", b"\x93NUMPY", b"x" * 1000])
def test_what_is_no_archive_is_wrong(recorded, damage):
    assert verdicts({"f": recorded(1.0)}, {"f": damage})["f"].startswith("cannot be read: archive must be")
