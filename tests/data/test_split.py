import re

import pytest
import torch

from dlbook_lib.data.split import Split, stratified_parts


def test_parts_hold_every_position_once():
    y = torch.randint(5, (203,), generator=torch.Generator().manual_seed(0))
    parts = stratified_parts(y, (0.5, 0.3, 0.2))
    assert sorted(torch.cat(parts).tolist()) == list(range(203))
    for part in parts:
        assert part.tolist() == sorted(part.tolist())


def test_each_class_is_dealt_by_the_fractions():
    # By hand: of 7 members 0.5 · 7 = 3.5 rounds to 4 (even), then 0.75 · 7 = 5.25 to 5, so 4, 1, 2;
    # of 20 members 10, 5, 5.
    y = torch.tensor([3] * 7 + [1] * 20)
    counts = [y[part].bincount(minlength=4).tolist() for part in stratified_parts(y, (0.5, 0.25, 0.25))]
    assert counts == [[0, 10, 0, 4], [0, 5, 0, 1], [0, 5, 0, 2]]


def test_draw_is_random_and_repeats_with_its_seed():
    y = torch.zeros(100, dtype=torch.int64)
    first, again, other = (stratified_parts(y, (0.5, 0.5), seed=seed)[0] for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first, torch.arange(50))


def test_dealing_leaves_the_global_stream_alone():
    before = torch.get_rng_state()
    stratified_parts(torch.zeros(10, dtype=torch.int64), (0.5, 0.5))
    assert torch.equal(before, torch.get_rng_state())


def test_split_says_what_it_holds():
    parts = [(torch.zeros(n, 3, 4, 5), torch.zeros(n)) for n in (7, 2, 1)]
    assert repr(Split(*parts)) == "Split(train 7, validation 2, test 1; each x of shape (3, 4, 5))"


@pytest.mark.parametrize(
    ("y", "fractions", "message"),
    [
        (torch.zeros(2, 3), (0.5, 0.5), "y must have shape (N,), got (2, 3)"),
        (torch.zeros(4), (1.5, -0.5), "fractions must be at least 0, got -0.5"),
        (torch.zeros(4), (0.5, 0.25), "fractions must sum to 1, got (0.5, 0.25)"),
    ],
)
def test_errors(y, fractions, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        stratified_parts(y, fractions)
