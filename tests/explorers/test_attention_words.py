"""The small attention model: its grammar, its training, and where its heads point."""

import importlib.util
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from dlbook_lib.explorers._attention_words import HEADS, LENGTH, ROOT, VOCABULARY, head_scores

REPOSITORY = Path(__file__).resolve().parents[2]
SENTENCE = "the girl fed the old dog because it was hungry"


@pytest.fixture(scope="module")
def training():
    """The script that trains the heads."""
    path = REPOSITORY / "tools" / "train_attention_words.py"
    spec = importlib.util.spec_from_file_location("train_attention_words", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def stored(training):
    """The trained model as a module, with the weights of the page."""
    model = training.AttentionWords(torch.Generator().manual_seed(0))
    arrays = np.load(training.WEIGHTS)
    model.load_state_dict({name: torch.from_numpy(arrays[name].astype("f4")) for name in model.state_dict()})
    return model


# Five models (seeds 0 to 4) put 0.850-0.856, 0.910-0.919, 0.849-0.861 and 0.938-0.943 of the attention on the
# right word of 2000 new sentences.
BOUNDS = (0.83, 0.89, 0.83, 0.92)


def test_each_head_points_at_its_word(training, stored):
    tokens, targets = training.examples(1000, random.Random(12345))
    masses = training.mass_on_target(stored, tokens, targets)
    assert all(mass > bound for mass, bound in zip(masses, BOUNDS)), masses
    untrained = training.AttentionWords(torch.Generator().manual_seed(1))
    assert max(training.mass_on_target(untrained, tokens, targets)) < 0.3
    others = training.mass_on_target(stored, tokens, targets.roll(1, dims=1))  # another head's question
    assert max(others) < 0.3


@pytest.mark.slow
def test_training_a_little_already_points(training):
    torch.set_num_threads(1)
    tokens, targets = training.examples(500, random.Random(5))
    masses = training.mass_on_target(training.train(0, steps=150), tokens, targets)
    assert min(masses) > 0.3


def test_the_grammar_says_whom_a_word_points_to(training):
    words = SENTENCE.split()
    pronoun, verb, adjective, before = training.pointers(words)
    assert pronoun == [0, 1, 2, 3, 4, 5, 6, 5, 8, 9]
    assert verb == [0, 1, 1, 3, 4, 5, 6, 7, 7, 9]
    assert adjective == [0, 1, 2, 3, 5, 5, 6, 7, 8, 7]
    assert before == [0, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    words = ["every", "big", "black", "cat", "saw", "her", "and", "<unk>", "ran"]
    assert [row[5] for row in training.pointers(words)] == [5, 5, 5, 4]
    assert training.pointers(words)[2][1:3] == [3, 3]
    assert training.pointers(words)[1][8] == 5


def test_sentences_stay_in_the_vocabulary(training):
    rng = random.Random(3)
    sentences = [training.sentence(rng) for _ in range(300)]
    assert {word for words in sentences for word in words} <= set(VOCABULARY)
    assert max(map(len, sentences)) == LENGTH
    assert len({tuple(words) for words in sentences}) > 290
    assert VOCABULARY == training.VOCABULARY
    assert len(HEADS) == len(training.HEADS)
    assert training.WEIGHTS.stat().st_size < 60_000


def test_scores_are_those_of_the_trained_model(training, stored):
    words = torch.zeros(1, LENGTH, dtype=torch.int64)
    words[0] = torch.tensor([training.INDEX[word] for word in SENTENCE.split()])
    for head in range(len(HEADS)):
        weights = (head_scores(words[0], torch.tensor(float(head))) / ROOT).softmax(1)
        torch.testing.assert_close(weights, stored.attention(words)[0, head].detach())
    assert head_scores(torch.zeros(10).long(), torch.tensor(0.0)).isfinite().all()
