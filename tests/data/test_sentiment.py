"""The little world of reviews: balanced, repeatable, and told apart by its words."""

import pytest

from dlbook_lib.data.sentiment import KIND, SYNONYMS, UNKIND, sentiment


def test_classes_take_turns_and_seeds_repeat():
    lines, labels = sentiment(40, seed=3)
    assert labels == [0, 1] * 20
    assert sentiment(40, seed=3) == (lines, labels)
    assert sentiment(40, seed=4)[0] != lines


def test_the_telling_word_tells_unless_it_is_negated():
    lines, labels = sentiment(500, negated=0.3)
    for line, label in zip(lines, labels):
        words = line.split()
        kind = any(word in KIND for word in words)
        assert kind != any(word in UNKIND for word in words)
        assert (kind != ("not" in words)) == bool(label)


def test_synonyms_keep_the_class():
    for group in (KIND, UNKIND):
        for word in group:
            assert set(SYNONYMS[word]) == set(group) - {word}


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^count must be at least 1, got 0$"):
        sentiment(0)
