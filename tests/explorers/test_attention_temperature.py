"""Attention's temperature: the trained heads point where they should, and every number is what it says."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dlbook_lib import explorers
from dlbook_lib.explore import parity
from dlbook_lib.explore.landings import place
from dlbook_lib.explore.text import fill
from dlbook_lib.explorers import _temperature as tempering
from dlbook_lib.explorers._attention_words import HEADS, LENGTH
from dlbook_lib.explorers.attention_temperature import MASKS, attention_temperature

STATES = parity.states(attention_temperature, count=60, seed=7)
ZEROS = ("half", "split", "undone", "recast")


def run(**chosen):
    """Outputs and sentence of one state, at the temperature of the training unless another is given."""
    chosen = {"temperature": 1.0} | chosen
    outputs = attention_temperature.evaluate(chosen)
    return outputs, attention_temperature.sentence(outputs, chosen)


@pytest.fixture(scope="module")
def stored():
    """The arrays of the trained model, in double precision."""
    arrays = np.load(Path(explorers.__file__).parent / "weights" / "attention_words.npz")
    return {name: torch.from_numpy(arrays[name].astype("f8")) for name in arrays if name != "vocabulary"}


def test_the_weights_are_torch_attention(stored):
    """Every state, against the model itself and scaled_dot_product_attention in double precision."""
    for state in STATES:
        inputs = attention_temperature.inputs(state)
        words, head = inputs["words"], int(inputs["head"])
        x = stored["words"][words] + stored["positions"]
        q, k = x @ stored["queries"][head], x @ stored["keys"][head]
        there = words > 0
        seen = there[:, None] & there & (inputs["mask"] > 0)
        root = math.sqrt(state["width"]) if state["divide"] else 1.0
        expected = F.scaled_dot_product_attention(
            q, k, torch.eye(LENGTH).double(), attn_mask=seen, scale=1 / (root * state["temperature"])
        )
        outputs = attention_temperature.evaluate(state)
        weights, scores = outputs["weights"].double(), outputs["scores"].double()
        assert torch.equal(weights.isfinite(), seen)
        assert torch.equal(scores.isfinite(), there[:, None] & there)
        assert (weights - expected)[seen].abs().amax().item() < 2e-4 if seen.any() else True
        assert torch.allclose(weights.nan_to_num().sum(1), there.double(), atol=1e-5)
        torch.testing.assert_close(
            scores.nan_to_num(), torch.where(scores.isnan(), 0.0, q @ k.T), rtol=1e-4, atol=1e-4
        )


def test_numbers_of_the_framed_row():
    for state in STATES:
        outputs = attention_temperature.evaluate(state)
        row = outputs["weights"].numpy().astype(float)[state["hover"][1]]
        p = row[np.isfinite(row)]
        if not len(p):
            assert all(outputs[name].isnan().all() for name in ("bits", "effective", "effective_path"))
            continue
        positive = p[p > 0]
        bits = -(positive * np.log2(positive)).sum()
        assert outputs["bits"].item() == pytest.approx(bits, abs=1e-4)
        assert outputs["effective"][0].item() == pytest.approx(2**bits, abs=1e-3)
        jacobian = np.linalg.norm(np.diag(p) - np.outer(p, p))
        assert outputs["jacobian"][0].item() == pytest.approx(jacobian, abs=1e-5)
        assert outputs["visible"] == len(p)
        assert outputs["strongest"].item() == pytest.approx(p.max())
        assert outputs["rest"].item() == pytest.approx(1 - p.max(), abs=1e-5)


def test_jacobian_norm_is_that_of_autograd():
    generator = torch.Generator().manual_seed(0)
    for spread in (0.1, 1.0, 5.0, 30.0):
        z = spread * torch.randn(7, generator=generator, dtype=torch.float64)
        matrix = torch.autograd.functional.jacobian(lambda z: z.softmax(0), z)
        norm = tempering.jacobian_norm(z.softmax(0).float())
        assert norm.item() == pytest.approx(matrix.norm().item(), rel=1e-4)
    two = torch.tensor([0.5, 0.5, 0, 0])
    assert tempering.jacobian_norm(two) == 0.5


def test_the_curves_pass_through_the_marker_and_are_monotone():
    grid = tempering.GRID
    for temperature in grid[::13].tolist():
        outputs, _ = run(
            temperature=min(max(temperature, 0.05), 20.0), head="adjective → its noun", hover=[2, 9, 7]
        )
        place = (grid - temperature).abs().argmin()
        for path in ("effective", "jacobian"):
            here = outputs[path][0].item()
            assert outputs[f"{path}_path"][place].item() == pytest.approx(here, rel=1e-3, abs=1e-3)
    path = outputs["effective_path"]
    assert (path.diff() > -1e-5).all()
    assert path[0] < 1.001
    assert path[-1] > 9.5
    assert outputs["jacobian_path"][0] < 1e-3
    assert outputs["jacobian_path"].max() > 0.3  # somewhere between, two keys compete


def test_a_root_is_a_temperature():
    """Dividing by 4 at temperature 1 is not dividing at temperature 4."""
    divided, _ = run()
    plain, _ = run(divide=False, temperature=4.0)
    torch.testing.assert_close(divided["weights"], plain["weights"])
    assert plain["undone"] == 1
    assert run(divide=False, temperature=4.6)[0]["undone"] == 0
    narrow, _ = run(width=4.0, temperature=2.0)
    torch.testing.assert_close(divided["weights"], narrow["weights"])
    assert narrow["recast"] == 1
    assert run(width=5.0, temperature=2.0)[0]["recast"] == 0
    torch.testing.assert_close(run(width=1.0)[0]["weights"], run(divide=False)[0]["weights"])
    assert run(divide=False, width=256.0)[0]["root"] == 1


def test_the_bars_by_query_are_the_entropies_of_the_rows():
    for state in STATES:
        outputs = attention_temperature.evaluate(state)
        rows = outputs["weights"].double().numpy()
        both = np.stack([outputs["keys"].numpy(), outputs["framed_keys"].numpy()])
        for query, row in enumerate(rows):
            p = row[np.isfinite(row)]
            framed = int(query == outputs["query"])
            assert np.isnan(both[1 - framed, query])
            if not len(p):
                assert np.isnan(both[framed, query])
                continue
            nats = -(p[p > 0] * np.log(p[p > 0])).sum()
            assert both[framed, query] == pytest.approx(np.exp(nats), rel=1e-4)


def test_the_second_temperature_moves_its_own_bars_only():
    for other in (0.05, 0.7, 20.0):
        outputs, alone = run(temperature=0.7, other=other)[0], run(temperature=other)[0]
        torch.testing.assert_close(outputs["row_other"], alone["row_now"])
        assert outputs["effective"][1] == pytest.approx(alone["effective"][0].item())
        torch.testing.assert_close(outputs["weights"], run(temperature=0.7)[0]["weights"])


def test_challenges_are_out_of_reach_at_first_and_reachable():
    for preset in (attention_temperature.start, *attention_temperature.presets.values()):
        outputs = attention_temperature.evaluate(preset)
        assert [outputs[name].item() for name in ZEROS] == [0, 0, 0, 0]
    temperatures = [0.05 * 400 ** (step / 300) for step in range(301)]
    met = {name: [] for name in ZEROS}
    for temperature in temperatures:
        outputs, _ = run(temperature=temperature, divide=False)
        for name in ZEROS:
            met[name] += [temperature] if outputs[name] else []
    assert all(met[name] for name in ZEROS[:3])
    assert not met["recast"]  # needs the division
    ends = (met["half"][0], met["half"][-1])
    effective = [run(temperature=t, divide=False)[0]["effective"][0].item() for t in ends]
    assert 4.74 <= effective[0] <= effective[1] <= 5.26
    strongest = [run(temperature=t, divide=False)[0]["strongest"].item() for t in met["split"]]
    assert all(0.479 <= share <= 0.521 for share in strongest)
    assert 3.6 < min(met["undone"]) <= 4 <= max(met["undone"]) < 4.4


def test_challenges_need_something_to_choose_from():
    for words in ("", "dog", "the dog", "the dog slept"):
        for temperature in (0.05, 0.5, 1.0, 4.0, 20.0):
            outputs, _ = run(words=words, temperature=temperature, divide=False, hover=[2, 0, 0])
            assert outputs["half"] == 0
            assert outputs["split"] == 0 or len(words.split()) >= 3
            assert outputs["undone"] == 0 or len(words.split()) >= 2


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (
            {},
            "At temperature 1 “it” gives 91% of its attention to “dog” and listens, in effect, to 1.4 of",
        ),
        ({"temperature": 0.05}, "At temperature 0.05 “it” listens to “dog” alone: the rest of the 10 words"),
        (
            {"temperature": 20.0},
            "At temperature 20 “it” spreads its attention over all 10 words it can see: each",
        ),
        ({"words": ""}, "There are no words yet: type a few."),
        ({"words": "a dog ran"}, "The framed row holds no word: point at one that does."),
        ({"words": "dog", "hover": [0, 0, 3]}, "“dog” can see no word but itself, so its weight is 1"),
        (
            {"mask": "causal: itself and earlier words", "hover": [1, 0, 0]},
            "“the” can see no word but itself",
        ),
        ({"mask": "window: two words either side"}, "1.3 of the 5 words it can see."),
        ({"divide": False}, "At temperature 1 “it” listens to “dog” alone"),
    ],
)
def test_the_sentence(chosen, sentence):
    assert sentence in run(**chosen)[1]


def test_every_state_is_a_sentence_without_gaps():
    for state in STATES:
        outputs = attention_temperature.evaluate(state)
        text = attention_temperature.sentence(outputs, state)
        assert not re.search("–|“”", text), (state, text)
        readouts = [
            fill(r, outputs, attention_temperature.texts(state)) for r in attention_temperature.readouts
        ]
        assert not re.search("nan|inf|“”", " ".join(readouts)), (state, readouts)
        for name, value in outputs.items():
            assert not value.isinf().any(), name


def test_the_arithmetic_of_the_framed_cell():
    for state in STATES:
        o = {
            name: value.double()
            for name, value in attention_temperature.evaluate(state).items()
            if not value.dim()
        }
        _, query, key = state["hover"]
        assert (o["query"], o["key"]) == (query, key)
        if o["cell_kind"] < 2:
            continue
        assert o["heat"].item() == pytest.approx(
            o["score"].item() / o["root"].item() / state["temperature"], rel=1e-5
        )
        assert o["part"].item() == pytest.approx(math.exp(o["heat"] - o["top"]), rel=1e-3, abs=1e-6)
        assert o["weight"].item() == pytest.approx((o["part"] / o["total"]).item(), rel=1e-4, abs=1e-30)
    masked = run(mask="causal: itself and earlier words", hover=[0, 1, 2])[0]
    padded = run(words="a dog", hover=[0, 1, 2])[0]
    assert (masked["cell_kind"], padded["cell_kind"]) == (1, 0)


def test_masks():
    causal, window = MASKS["causal: itself and earlier words"], MASKS["window: two words either side"]
    assert torch.equal(causal, torch.ones(10, 10).tril())
    assert window[0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert window[5].tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 0, 0]


def test_unknown_words_are_counted_and_read():
    outputs, _ = run(words="zorb xylo ran")
    assert outputs["unknown"] == 2
    assert outputs["weights"][:3, :3].isfinite().all()


def test_presets_keep_their_promise():
    outputs = {label: attention_temperature.evaluate(v) for label, v in attention_temperature.presets.items()}
    assert outputs["as trained"]["weights"][7, 5] > 0.85  # it -> dog
    assert outputs["argmax"]["effective"][0] < 1.001
    assert outputs["uniform"]["effective"][0] > 9.8
    assert outputs["d_k taken for 256"]["effective"][0] > 3 > 2 > outputs["as trained"]["effective"][0]
    assert outputs["√d_k forgotten"]["jacobian"][0] < 1e-3 < 0.1 < outputs["as trained"]["jacobian"][0]
    verb = outputs["a verb asks for its subject, causal mask"]
    assert verb["weight"] > 0.85
    assert verb["weights"].triu(1).nan_to_num().sum() == 0
    assert outputs["an adjective asks for its noun"]["weight"] > 0.75
    assert outputs["unknown words"]["unknown"] == 3
    assert outputs["unknown words"]["weight"] > 0.75


def test_the_panels_show_what_they_say():
    """The frame around row 7, column 5, in all matrices; two temperatures side by side; the marker."""
    outputs, _ = run(divide=False, temperature=3.0)
    arrays = {name: value.numpy() for name, value in outputs.items()}
    figures = {name: place(panel, arrays) for name, panel in attention_temperature.panels.items()}
    for name in ("scores", "scaled", "weights"):
        (box,) = figures[name]["layout"]["shapes"]
        assert [box[side] for side in ("x0", "x1", "y0", "y1")] == [4.5, 5.5, 6.5, 7.5]
        np.testing.assert_allclose(figures[name]["data"][0]["z"], arrays[name])
    now, one = (trace["y"] for trace in figures["row"]["data"])
    np.testing.assert_allclose(now, arrays["weights"][7])
    np.testing.assert_allclose(one, run(divide=False)[0]["weights"][7])
    for name in ("effective", "jacobian"):
        line, marker = figures[name]["data"]
        assert list(marker["x"]) == [3.0, 1.0]
        assert np.interp(np.log(3.0), np.log(line["x"]), line["y"]) == pytest.approx(marker["y"][0], abs=0.02)
    assert [control for _, control in attention_temperature.panels["row"].words] == ["words"]


def test_every_head_is_shown_and_the_chosen_one_agrees_with_its_matrix():
    explorer = attention_temperature
    for number, head in enumerate(HEADS):
        outputs = explorer.evaluate({"head": head, "temperature": 0.7})
        row = int(outputs["query"])
        assert torch.allclose(outputs["heads"][number], outputs["weights"][row], atol=1e-6, equal_nan=True)
        assert torch.allclose(outputs["heads"].nansum(1), torch.ones(4), atol=1e-5)
