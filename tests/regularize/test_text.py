"""Sentences written anew: what each operation may change, and what it never does."""

import random
from collections import Counter

import pytest

from dlbook_lib.regularize.text import drop_words, eda, mistype

SENTENCE = "the film was really good from start to end"
SYNONYMS = {"good": ["fine", "great"], "film": ["movie"], "fine": ["good"], "movie": ["film"]}


def times(function, count=300, **options):
    return [function(SENTENCE, rng=random.Random(seed), **options) for seed in range(count)]


def test_typing_errors_come_at_their_rate_and_lose_no_word():
    letters = sum(map(len, SENTENCE.split()))
    changed = 0
    for line in times(mistype, rate=0.1):
        assert len(line.split()) == len(SENTENCE.split())
        changed += line != SENTENCE
    assert changed / 300 > 0.8 * (1 - 0.9**letters)
    assert set(times(mistype, rate=0.0)) == {SENTENCE}


def test_dropped_words_leave_the_rest_in_order():
    lengths = []
    for line in times(drop_words, rate=0.3):
        words = iter(SENTENCE.split())
        assert all(word in words for word in line.split())  # a subsequence
        lengths.append(len(line.split()))
    assert sum(lengths) / 300 == pytest.approx(0.7 * 9, abs=0.3)


@pytest.mark.parametrize("operation", ["synonym", "insert", "swap", "delete"])
def test_each_operation_keeps_to_its_kind(operation):
    before = Counter(SENTENCE.split())
    for line in times(eda, synonyms=SYNONYMS, rate=0.2, operations=[operation]):
        after = Counter(line.split())
        gone, new = before - after, after - before
        if operation == "swap":
            assert after == before
        elif operation == "insert":
            assert not gone
            assert sum(new.values()) == 2
            assert set(new) <= {"fine", "great", "movie"}
        elif operation == "delete":
            assert not new
        else:
            assert set(gone) <= {"good", "film"}
            assert set(new) <= {"fine", "great", "movie"}


def test_it_repeats_itself_and_draws_all_four():
    lines = times(eda, synonyms=SYNONYMS)
    assert lines == times(eda, synonyms=SYNONYMS)
    assert len(set(lines)) > 20


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^rate must lie in \[0, 1\], got 2$"):
        mistype("a", 2, random.Random(0))
    with pytest.raises(ValueError, match=r"^operations must be one of 'synonym', 'insert', 'swap', 'delete'"):
        eda("a", synonyms={}, operations=["shout"], rng=random.Random(0))
