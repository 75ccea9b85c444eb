"""Choosing the next word: the probabilities against NumPy, the draws against the probabilities."""

import math
import re

import numpy as np
import pytest
import torch

from dlbook_lib.explore import parity
from dlbook_lib.explore.landings import place
from dlbook_lib.explore.text import fill
from dlbook_lib.explorers.sampling_temperature import CANDIDATES, LOGITS, sample_words, sampling_temperature

STATES = parity.states(sampling_temperature, count=80, seed=3)
BABY = "“The baby was given a bottle of …”"
NAMES = CANDIDATES.split()


def run(**chosen):
    """Outputs and sentence of one state."""
    outputs = sampling_temperature.evaluate(chosen)
    return outputs, sampling_temperature.sentence(outputs, chosen)


def read(chosen):
    """The readouts of one state, spaces as a page shows them."""
    outputs, texts = run(**chosen)[0], sampling_temperature.texts(sampling_temperature.values(chosen))
    return [" ".join(fill(text, outputs, texts).split()) for text in sampling_temperature.readouts]


def reference(state):
    """Temperature, top-k and top-p in plain double precision, by sorting."""
    words = sampling_temperature.inputs(state)["words"].tolist()
    table = [0.0, -1.0, *LOGITS[state["context"]]]
    present = [place for place, word in enumerate(words) if word]
    heat = np.array([table[words[place]] for place in present]) / state["temperature"]
    before, after = np.full(10, np.nan), np.full(10, np.nan)
    if not present:
        return before, after, [], []
    p = np.exp(heat - heat.max())
    p /= p.sum()
    before[present], after[present] = p, 0.0
    order = sorted(range(len(p)), key=lambda i: (-heat[i], i))[: state["k"]]
    share = p[order] / p[order].sum()
    enough = np.cumsum(share) >= state["p"]  # the first word with which the part p is full
    count = int(np.argmax(enough)) + 1 if enough.any() and state["p"] < 1 else len(order)
    kept = [present[i] for i in order[:count]]
    after[kept] = p[order[:count]] / p[order[:count]].sum()
    return before, after, kept, [present[i] for i in order]


def test_probabilities_are_those_of_numpy():
    cut = 0
    for state in STATES:
        before, after, kept, _ = reference(state)
        outputs = sampling_temperature.evaluate(state)
        np.testing.assert_allclose(outputs["before"].numpy(), before, atol=2e-5)
        np.testing.assert_allclose(outputs["after"].numpy(), after, atol=2e-5)
        assert outputs["survivors"] == len(kept)
        assert outputs["lost"].item() == pytest.approx(np.nansum(before) - before[kept].sum(), abs=2e-5)
        cut += 1 < len(kept) < np.isfinite(before).sum()
    assert cut > 20  # the states do test the cuts


def test_the_lists_name_every_word_once_and_in_order():
    for state in STATES:
        before, _, kept, order = reference(state)
        outputs = sampling_temperature.evaluate(state)
        lists = {
            name: [int(outputs[f"{name}_{place}"]) for place in range(10)]
            for name in ("kept", "late", "beyond")
        }
        named = {name: [place for place in places if place >= 0] for name, places in lists.items()}
        assert named["kept"] == kept
        assert named["beyond"] == order[len(kept) :]
        present = np.flatnonzero(np.isfinite(before)).tolist()
        assert sorted(named["kept"] + named["late"] + named["beyond"]) == present
        assert all(places[: len(named[name])] == named[name] for name, places in lists.items())  # no gaps
        assert outputs["cut_k"] == len(named["late"])
        assert outputs["cut_p"] == len(named["beyond"])


def draw(seed, count=500, **chosen):
    """Draw with fresh noise."""
    inputs = sampling_temperature.inputs({"draws": count} | chosen)
    inputs["noise"] = torch.randn(500, generator=torch.Generator().manual_seed(seed))
    return sample_words(**inputs)


def test_draws_follow_the_probabilities():
    """χ² over five seeds; its 99.9 % point at 5 × 5 degrees of freedom is 52.6."""
    statistic = 0.0
    for seed in range(5):
        outputs = draw(seed, temperature=1.8, k=6)
        expected = 500 * outputs["after"][outputs["after"] > 0].double()
        observed = 500 * outputs["share"][outputs["after"] > 0].double()
        assert len(expected) == 6
        statistic += ((observed - expected) ** 2 / expected).sum().item()
        assert outputs["share"].sum().item() == pytest.approx(1)
    assert 8.0 < statistic < 52.6


def test_the_misfit_is_what_chance_gives():
    """Mean square over 40 seeds, at 50 and at 500 draws: within a quarter of (1 − Σp²)/n."""
    for count in (50, 500):
        outputs = [draw(seed, count, temperature=1.5) for seed in range(40)]
        squares = np.mean([o["misfit"].item() ** 2 for o in outputs])
        assert squares == pytest.approx(outputs[0]["chance"].item() ** 2, rel=0.4)
        p = outputs[0]["after"].double()
        assert outputs[0]["chance"].item() == pytest.approx(math.sqrt((1 - (p**2).sum()) / count), rel=1e-4)


def test_a_cut_word_is_never_drawn_and_counts_are_whole():
    for state in STATES:
        outputs = sampling_temperature.evaluate(state)
        share, after = outputs["share"].nan_to_num(), outputs["after"].nan_to_num()
        assert (share[after == 0] < 1e-9).all()
        counts = share * state["draws"]
        assert torch.allclose(counts, counts.round(), atol=1e-3)
        assert outputs["drawn"].item() == round(counts[int(outputs["best"])].item())
        if outputs["total"]:
            assert round(counts.sum().item()) == state["draws"]


def test_more_draws_only_add():
    few, many = draw(1, 40)["share"] * 40, draw(1, 400)["share"] * 400
    assert (many - few > -1e-3).all()


def test_extreme_noise_stays_within_the_words():
    inputs = sampling_temperature.inputs({"k": 4, "draws": 500})
    for end, word in ((-40.0, 0), (40.0, 3)):
        share = sample_words(**inputs | {"noise": torch.full((500,), end)})["share"]
        assert share[word] == 1


def test_limits_of_the_temperature():
    cold, _ = run(temperature=0.05)
    hot, _ = run(temperature=10.0)
    assert cold["after"][0] > 0.9999
    assert cold["share"][0] == 1
    assert hot["effective"] > 9.5
    effective = [run(temperature=t)[0]["effective"].item() for t in (0.05, 0.2, 0.7, 1.0, 2.0, 5.0, 10.0)]
    assert effective == sorted(effective)


def test_top_p_adapts_where_top_k_does_not():
    """The same p keeps many words where the model hesitates, and one where it is sure."""
    table, *_ = (label for label in LOGITS if "glass" in label)
    assert run(context=table, p=0.9)[0]["survivors"] >= 6
    assert run(context=BABY, p=0.9)[0]["survivors"] == 1
    assert run(context=table, k=4)[0]["survivors"] == run(context=BABY, k=4)[0]["survivors"] == 4
    warm = [run(temperature=t, p=0.9)[0]["survivors"].item() for t in (0.3, 0.7, 1.0, 1.8, 4.0)]
    assert warm == sorted(warm)
    assert warm[0] < warm[-1]


def test_top_p_acts_on_what_top_k_left():
    """Of two words kept by top-k, coffee holds e^0.8 / (1 + e^0.8) = 0.69, not its 0.55 among ten."""
    assert run(k=2, p=0.6)[0]["survivors"] == 1
    assert run(p=0.6)[0]["survivors"] == 2


def test_running_sums():
    for state in STATES:
        before, _, _, order = reference(state)
        running = sampling_temperature.evaluate(state)["running"]
        assert torch.isfinite(running).sum() == np.isfinite(before).sum()
        if order:
            expected = np.cumsum(before[order]) / before[order].sum()
            np.testing.assert_allclose(running[: len(order)].numpy(), expected, atol=2e-5)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (
            {},
            "At temperature 1 nothing is cut: 10 words share the probability, as evenly as 3.8",
        ),
        (
            {"k": 4},
            "At temperature 1 top-k cuts 6 of 10 words, with 8.6% of the probability. “coffee” now has 60%",
        ),
        ({"p": 0.9, "temperature": 0.7}, "At temperature 0.7 top-p cuts 8 of 10 words, with 8.6% of the"),
        ({"k": 6, "p": 0.8}, "top-k cuts 4 of 10 words and top-p 4 more, with 20.3% of the probability."),
        ({"temperature": 0.05}, "“coffee” has 100.00% of the probability: sampling is all but greedy."),
        ({"k": 1, "context": BABY}, "Only “milk” is left, so every draw is “milk”: this is greedy decoding."),
        ({"words": ""}, "There are no candidates: type some words."),
        ({"words": "lemonade"}, "Only “lemonade” is left"),
    ],
)
def test_the_sentence(chosen, sentence):
    assert sentence in run(**chosen)[1]


def test_readouts_say_which_words_are_cut_and_why():
    kept, late, beyond, _ = read({"k": 6, "p": 0.8})
    assert kept == "Kept, likeliest first: coffee tea"
    assert late == "Cut by top-k, ranks above 6: soup beer ink sand"
    assert beyond == "Cut by top-p, likelier ones holding 80% or more: cocoa milk water juice"
    assert read({})[1:3] == ["Top-k cuts nothing.", "Top-p cuts nothing."]


def test_no_text_has_gaps():
    for state in STATES:
        assert not re.search("–|nan|inf|“”", run(**state)[1]), state
        assert not re.search("–|nan|inf", " ".join(read(state))), state


def test_challenges():
    for preset in (sampling_temperature.start, *sampling_temperature.presets.values()):
        outputs = sampling_temperature.evaluate(preset)
        assert [outputs[name].item() for name in ("three", "even", "alone")] == [0, 0, 0]
    three, _ = run(p=0.85)
    assert (three["three"], three["survivors"]) == (1, 3)
    assert run(k=3)[0]["three"] == 0
    met = [t for t in np.geomspace(0.05, 10, 200).tolist() if run(temperature=t)[0]["even"]]
    assert met
    assert all(4.74 < run(temperature=t)[0]["effective"] < 5.26 for t in met)
    assert run(temperature=met[0], words="coffee tea water milk cocoa juice")[0]["even"] == 0
    assert run(temperature=0.1, draws=500)[0]["alone"] == 1
    assert run(temperature=0.1, draws=499)[0]["alone"] == 0
    assert run(k=1, draws=500)[0]["alone"] == 0
    assert run(words="tea", draws=500)[0]["alone"] == 0


def test_presets_keep_their_promise():
    outputs = {label: sampling_temperature.evaluate(v) for label, v in sampling_temperature.presets.items()}
    assert outputs["greedy"]["strongest"] > 0.9999
    assert outputs["cautious"]["survivors"] < outputs["adventurous, top-p 0.9"]["survivors"] < 10
    assert outputs["adventurous"]["effective"] > outputs["as is"]["effective"]
    assert outputs["top-k 4"]["lost"] > 0.05
    assert outputs["top-k 4 where the model is sure"]["lost"] < 0.02


def test_equal_logits_are_ranked_by_place():
    outputs, _ = run(words="tea tea tea tea", k=2)
    assert outputs["after"][:4].tolist() == [0.5, 0.5, 0, 0]
    assert math.isnan(outputs["after"][4])


def test_deleting_a_word_shares_its_part_in_proportion():
    whole, less = run()[0]["after"], run(words=" ".join(NAMES[1:]))[0]["after"]
    torch.testing.assert_close(less[:9], whole[1:] / whole[1:].sum())


def test_the_panels_show_what_they_say():
    outputs, _ = run(temperature=1.8, p=0.9, k=8)
    arrays = {name: value.numpy() for name, value in outputs.items()}
    figures = {name: place(panel, arrays) for name, panel in sampling_temperature.panels.items()}
    shown = {
        (panel, trace.get("name", "").split("{")[0]): trace["y"]
        for panel, figure in figures.items()
        for trace in figure["data"]
    }
    np.testing.assert_allclose(shown["cut", "before the cuts"], arrays["before"])
    np.testing.assert_allclose(shown["cut", "after"], arrays["after"])
    np.testing.assert_allclose(shown["draws", "part of "], arrays["share"])
    np.testing.assert_allclose(shown["draws", "probability"], arrays["after"])
    np.testing.assert_allclose(shown["running", "top-p"], 0.9, rtol=1e-6)
    across = {trace["name"]: trace["x"] for trace in figures["running"]["data"]}
    assert across["top-k"] == [8.5, 8.5]
    assert across["last one kept"] == [6.5, 6.5]
    assert ("draws", ("data", 0, "name")) in [
        (name, path) for name, panel in sampling_temperature.panels.items() for path, _ in panel.texts
    ]
