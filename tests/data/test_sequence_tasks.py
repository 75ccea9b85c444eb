"""Toy sequences: each target recomputed by a plain loop."""

import pytest
import torch

from dlbook_lib.data.sequence_tasks import NOTHING, associative_recall, latest_flag, remember_first, reversal


def stream(seed=0):
    return torch.Generator().manual_seed(seed)


def test_reversal_mirrors_distinct_symbols():
    x, y = reversal(50, T=6, symbols=9, generator=stream())
    for row, back in zip(x.tolist(), y.tolist()):
        assert row[::-1] == back
        assert len(set(row)) == 6
    with pytest.raises(ValueError, match=r"^T must lie in \[2, 8\], got 9"):
        reversal(1, T=9, generator=stream())


def test_the_first_symbol_is_asked_for():
    x, y = remember_first(50, lag=4, generator=stream())
    assert x.shape == (50, 6)
    assert torch.equal(x[:, 0], y)
    assert (x[:, -1] == 8).all()
    assert (x[:, :-1] < 8).all()


def test_recall_answers_from_what_was_read():
    x, y = associative_recall(100, generator=stream())
    for row, targets in zip(x.tolist(), y.tolist()):
        known = {}
        for letter, digit, target, nothing in zip(row[::2], row[1::2], targets[::2], targets[1::2]):
            assert target == known.get(letter, NOTHING)
            assert nothing == NOTHING
            known[letter] = digit
        assert all(letter < 8 <= digit < 16 for letter, digit in known.items())


def test_latest_flag_by_a_loop():
    x, y = latest_flag(100, T=20, generator=stream())
    for row, targets in zip(x.tolist(), y.tolist()):
        last = row[0]
        assert last < 4
        for symbol, target in zip(row, targets):
            last = symbol if symbol < 4 else last
            assert target == last
    assert 0.15 < (x < 4).float().mean() < 0.3


def test_they_repeat():
    for draw in (reversal, associative_recall):
        assert all(
            torch.equal(a, b) for a, b in zip(draw(5, generator=stream(3)), draw(5, generator=stream(3)))
        )
