"""Every control: its values as JSON and as tensors, its ends, its random values, and what it refuses."""

import json
import math
import re

import pytest
import torch

from dlbook_lib.explore import Choice, Hover, LastMoved, Matrix, Noise, Picture, Points, Slider, Toggle, Words
from dlbook_lib.explore.arrays import pack, unpack
from dlbook_lib.explore.places import tokenize

VOCABULARY = ["<pad>", "<unk>", "the", "cat", "sat"]
PICTURES = {"grey": torch.full((1, 2, 3), 0.5), "ramp": torch.arange(6.0).view(1, 2, 3) / 6}
CONTROLS = {
    "slider": Slider(0.05, 20, 1, log=True, marks={0.05: "argmax"}),
    "integer": Slider(1, 4, 2, integer=True),
    "choice": Choice({"a": 1, "b": 2}, "b"),
    "toggle": Toggle(True),
    "matrix": Matrix([[1, 2, 3], [4, 5, 6]]),
    "resizable": Matrix([[1, 2], [3, 4]], largest=3, low=-2, high=9),
    "picture": Picture(PICTURES),
    "words": Words(VOCABULARY, "the cat", length=4),
    "points": Points([[0, 0], [1, 0.5]], panel="plane", x=(-1, 2), y=(-1, 1)),
    "hover": Hover(("in", "out"), (1, 0, 2), sizes={"in": (5, 4), "out": (2, 3)}),
    "noise": Noise(2, 3, draws=3),
    "last": LastMoved("a", "b", "c"),
}
every_control = pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)


@every_control
def test_every_value_that_the_gate_tries_is_json_and_has_one_shape(control):
    generator = torch.Generator().manual_seed(0)
    values = [control.start, *control.extremes(), *(control.sample(generator) for _ in range(50))]
    shapes = set()
    for value in values:
        control.check("value", value)
        assert json.loads(json.dumps(value)) == value
        tensors = control.encode(value)
        shapes.add(tuple((suffix, t.shape, t.dtype) for suffix, t in tensors.items()))
        assert all(t.isfinite().all() for t in tensors.values())
    assert len(shapes) == 1
    json.dumps(control.describe())


@pytest.mark.parametrize("name", sorted(set(CONTROLS) - {"toggle", "last", "choice"}))
def test_random_values_differ(name):
    generator = torch.Generator().manual_seed(0)
    drawn = {json.dumps(CONTROLS[name].sample(generator)) for _ in range(50)}
    assert len(drawn) >= 3


def test_a_log_slider_is_drawn_by_factors():
    generator = torch.Generator().manual_seed(0)
    drawn = torch.tensor([CONTROLS["slider"].sample(generator) for _ in range(4000)])
    middle = math.sqrt(0.05 * 20)
    assert (drawn < middle).float().mean() == pytest.approx(0.5, abs=0.03)


def test_what_compute_gets():
    assert CONTROLS["integer"].encode(3)[""].dtype == torch.int64
    assert CONTROLS["choice"].encode("b")[""].item() == 2
    assert CONTROLS["toggle"].encode(False)[""].dtype == torch.bool
    table = CONTROLS["resizable"].encode([[1, 2, 3]])
    assert table[""].tolist() == [[1, 2, 3], [0, 0, 0], [0, 0, 0]]
    assert table["_size"].tolist() == [1, 3]
    assert torch.equal(CONTROLS["picture"].encode({"example": "ramp"})[""], PICTURES["ramp"])
    own = torch.rand(1, 2, 3)
    assert torch.equal(CONTROLS["picture"].encode({"pixels": pack(own)["data"]})[""], own)
    assert CONTROLS["words"].encode("The dog, sat sat sat sat")[""].tolist() == [2, 1, 1, 4]
    assert CONTROLS["words"].encode("")[""].tolist() == [0, 0, 0, 0]
    assert torch.equal(CONTROLS["noise"].encode(2)[""], Noise(2, 3, draws=3).bank[2])


def test_a_text_is_cut_into_words_and_signs():
    assert tokenize("It's a CAT-nap: 3 naps_ÉTÉ!") == [
        *("it's", "a", "cat", "-", "nap", ":", "3", "naps", "_", "été", "!")
    ]


def test_arrays_come_back_from_the_page():
    array = torch.randn(2, 0, 3), torch.tensor(float("nan")), torch.randn(3, 2)
    for one in array:
        back = unpack(pack(one))
        assert back.shape == one.shape
        assert torch.equal(back.nan_to_num(7), one.nan_to_num(7))
    with pytest.raises(ValueError, match=re.escape("data must hold numbers for shape (3,), got 2")):
        unpack({"shape": [3], "data": pack(torch.zeros(2))["data"]})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Slider(0, 1, 2), "start must lie in [0, 1], got 2"),
        (lambda: Slider(1, 0, 1), "high must be at least 1, got 0"),
        (lambda: Slider(0, 1, 1, log=True), "low must be at least 1e-300, got 0"),
        (lambda: Slider(0, 1, 1, marks={2: "two"}), "marks must lie in [0, 1], got 2"),
        (lambda: Choice({}), "options must hold at least one label, got none"),
        (lambda: Choice({"a": 1}, "b"), "start must be one of 'a', got 'b'"),
        (
            lambda: Choice({"a": 1, "b": torch.ones(2)}),
            "options must hold values of one shape, got [(), (2,)]",
        ),
        (
            lambda: Matrix([[1, 2], [3]]),
            "start must have 1 to 2 rows of 1 to 2 numbers each, got [[1, 2], [3]]",
        ),
        (lambda: Matrix([[float("nan")]]), "start must be finite, got nan"),
        (
            lambda: Picture({"a": torch.zeros(2, 2)}),
            "examples must hold pictures of one shape (1, H, W) or (3, H, W), got [(2, 2)]",
        ),
        (lambda: Words(["a", "a"], "", length=2), "vocabulary must hold at least two words, each once"),
        (lambda: Points([[3, 0]], panel="p", x=(-1, 1), y=(-1, 1)), "start x must lie in [-1, 1], got 3.0"),
        (lambda: Hover(("a",), (0, 0, 0), sizes={}), "sizes must name the panels ['a'], got []"),
        (
            lambda: Hover(("a",), (0, 2, 0), sizes={"a": (2, 2)}),
            "start row must lie in [0, 1], got 2",
        ),
        (lambda: Noise(0), "shape must be at least 1, got 0"),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises((ValueError, TypeError)) as error:
        make()
    assert str(error.value) == message
