"""Loss against penalty: what the page shows and says of the solution, and the notes' two numbers."""

import itertools
import math

import numpy as np
import pytest
import torch

from dlbook_lib.explore.text import fill
from dlbook_lib.explorers._penalty_math import turned_bowl
from dlbook_lib.explorers._penalty_panels import STRENGTHS
from dlbook_lib.explorers.regularization_geometry import KINDS
from dlbook_lib.explorers.regularization_geometry import regularization_geometry as explorer


def look(**chosen):
    outputs = explorer.evaluate(chosen)
    return outputs, explorer.sentence(outputs, chosen)


def read(number, chosen):
    return fill(explorer.readouts[number], explorer.evaluate(chosen), explorer.texts(explorer.values(chosen)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_two_pulls_cancel(kind):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        chosen = dict(
            penalty=kind, q=rng.uniform(1.1, 4), mix=rng.random(), strength=10 ** rng.uniform(-1.5, 0.5),
            budget=rng.uniform(0.1, 2), moved=seed % 2, condition=30 ** rng.random(),
            angle=rng.uniform(-90, 90), centre=[rng.uniform(-2.5, 2.5, 2).tolist()],
        )  # fmt: skip
        outputs, _ = look(**chosen)
        loss, penalty = (outputs[name][1] - outputs[name][0] for name in ("loss_pull", "penalty_pull"))
        torch.testing.assert_close(loss, -penalty, atol=2e-5, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_from_lambda_to_c_and_back(kind):
    tried = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        others = dict(
            penalty=kind, q=rng.uniform(1.2, 4), mix=rng.random(), condition=30 ** rng.random(),
            angle=rng.uniform(-90, 90), centre=[rng.uniform(-2.5, 2.5, 2).tolist()],
        )  # fmt: skip
        there, _ = look(**others, strength=0.3 * 10 ** rng.uniform(-0.5, 0.5), moved=1)
        if not 0.05 < there["size"] < 4:
            continue
        tried += 1
        torch.testing.assert_close(there["budget"], there["size"])
        back, _ = look(**others, budget=there["budget"].item(), moved=0)
        torch.testing.assert_close(back["strength"], there["strength"], rtol=1e-3, atol=0)
        torch.testing.assert_close(back["w"], there["w"], rtol=0, atol=1e-4)
        assert (back["duality"] == 0) & (there["duality"] == 0)
    assert tried >= 10


@pytest.mark.parametrize(
    ("kind", "strength", "w", "loss"),
    [("L1 norm", 1.5, (0.75, 0.25), 1.125), ("L2 norm", 1.6056, (0.8321, 0.5547), 0.6444)],
)
def test_the_notes_case(kind, strength, w, loss):
    outputs, _ = look(penalty=kind)
    assert outputs["used"].item() == pytest.approx(strength, abs=5e-5)
    assert outputs["strength"].item() == pytest.approx(outputs["used"].item())
    assert outputs["w"].tolist() == pytest.approx(w, abs=5e-5)
    assert outputs["loss"].item() == pytest.approx(loss, abs=5e-5)
    assert outputs["unit_strength"].item() == pytest.approx(strength, abs=5e-5)


def test_the_notes_claim_that_a_penalty_bounds_the_weights():
    chosen = dict(penalty="L2 norm", strength=0.1, moved=1)
    assert explorer.evaluate(chosen)["size"].item() == pytest.approx(math.hypot(1.5, 1) - 0.05, abs=1e-4)
    assert read(1, chosen).endswith(
        "does not bound the weights by 1: here R(w) = 1.7528. That takes λ ≥ 1.6056."
    )
    assert "does not bound" in read(1, dict(penalty="L2 norm", strength=1.6, moved=1))
    assert "because λ ≥ 1.6056" in read(1, dict(penalty="L2 norm", strength=1.61, moved=1))
    assert "any λ" in read(1, dict(centre=[[0.3, 0.2]]))
    assert "jump" in read(1, dict(penalty="Lq norm", q=0.6))


def test_zeros_are_exact_and_begin_where_theory_says():
    for strength, zeros in ((1.99, (0, 0)), (2.01, (0, 1)), (2.99, (0, 1)), (3.01, (1, 1))):
        outputs, _ = look(strength=strength, moved=1)
        assert ((outputs["w"] == 0).tolist()) == [bool(zero) for zero in zeros]
    edge = 2 * math.hypot(1.5, 1)
    assert (look(penalty="L2 norm", strength=edge * 1.0001, moved=1)[0]["w"] == 0).all()
    assert (look(penalty="L2 norm", strength=edge * 0.9999, moved=1)[0]["w"] != 0).all()
    for strength in (0.01, 3.0, 30.0):
        assert (look(penalty="squared L2", strength=strength, moved=1)[0]["w"] != 0).all()
        assert look(penalty="L2 norm", centre=[[1.5, 0.0]], strength=strength, moved=1)[0]["w"][1] == 0


@pytest.mark.slow
def test_a_ball_that_is_not_convex_may_have_no_lambda():
    chosen = dict(penalty="Lq norm", q=0.5, budget=1.8, condition=10.0, angle=-40.0)
    outputs, _ = look(**chosen)
    assert outputs["duality"] == 1
    w = outputs["w"]
    for strength in np.geomspace(0.01, 30, 100).tolist():  # no λ leads there
        assert (look(**chosen | dict(strength=strength, moved=1))[0]["w"] - w).abs().max() > 0.05
    assert "no penalty does what this one does" in read(0, chosen)


def test_curves_lie_where_they_should():
    bowl = turned_bowl(torch.tensor([0.5, -1.0]), torch.tensor(9.0), torch.tensor(-20.0))
    chosen = dict(
        centre=[[0.5, -1.0]], condition=9.0, angle=-20.0, penalty="elastic net", mix=0.3, budget=0.6
    )
    outputs, _ = look(**chosen)
    heights = bowl.height(outputs["level"].double())
    torch.testing.assert_close(heights, outputs["loss"].double().expand(97), rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(
        bowl.height(outputs["levels"].double())[98:195], torch.ones(97).double(), rtol=1e-4, atol=0
    )
    size = 0.3 * outputs["ball"].abs().sum(-1) + 0.7 * outputs["ball"].square().sum(-1)
    torch.testing.assert_close(size, torch.full((97,), 0.6), rtol=1e-4, atol=0)
    loss, penalty, both = outputs["curves"]
    torch.testing.assert_close(loss + penalty, both)
    assert both.min() >= outputs["spot"][1] - 1e-5
    line = torch.arange(-55, 56) / 20
    assert abs(line[both.argmin()] - outputs["w"][1]) <= 0.0251
    beliefs = look(**chosen, belief=True)[0]["curves"]
    assert beliefs.amax(-1).tolist() == pytest.approx([1, 1, 1])
    ratio = beliefs[0] * beliefs[1] / beliefs[2]  # prior times likelihood, but for a factor
    torch.testing.assert_close(ratio, ratio[60].expand(111), rtol=1e-3, atol=0)


def test_a_kink_shows_all_its_pulls():
    outputs, _ = look(strength=2.5, moved=1)
    pulls = (outputs["pulls"] - outputs["w"]) / 0.4
    torch.testing.assert_close(pulls[:, 0], torch.full((97,), -2.5))
    assert (pulls[:, 1].min().item(), pulls[:, 1].max().item()) == pytest.approx((-2.5, 2.5))
    assert (outputs["lowest_slope"].item(), outputs["highest_slope"].item()) == pytest.approx((-2.5, 2.5))
    assert look()[0]["pulls"].isnan().all()
    round_, _ = look(penalty="L2 norm", strength=5.0, moved=1)
    assert (round_["pulls"].norm(dim=-1) / 0.4).tolist() == pytest.approx([5.0] * 97, rel=1e-5)
    quartic, _ = look(penalty="Lq norm", q=4.0, strength=9.0, moved=1)
    dual = (quartic["pulls"] / 0.4).abs().pow(4 / 3).sum(-1).pow(3 / 4)
    assert dual.tolist() == pytest.approx([9.0] * 97, rel=1e-4)


START = "The loss alone would choose (1.50, 1.00), of size 2.50."


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (
            {},
            "With λ = 1.500 the L1 norm penalty leaves w = (0.75, 0.25), of size R(w) = 1.00; neither "
            f"weight is 0. {START}",
        ),
        ({"budget": 0.4}, f" w = (0.40, 0.00), of size R(w) = 0.40: w₂ is exactly 0. {START}"),
        (
            {"strength": 0.5, "moved": 1, "condition": 10.0},
            f"w = (0.00, 0.75), of size R(w) = 0.75: w₁ is exactly 0. {START}",
        ),
        (
            {"strength": 20.0, "moved": 1},
            f"the L1 norm penalty leaves nothing: both weights are exactly 0. {START}",
        ),
        ({"budget": 3.0}, "(1.50, 1.00), of size 2.50: nothing is pushed aside, and λ = 0."),
    ],
)
def test_the_sentence(chosen, sentence):
    assert look(**chosen)[1].endswith(sentence)


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    def met(**chosen):
        outputs, _ = look(**chosen)
        return [challenge.met for challenge in explorer.challenges if outputs[challenge.met] == 1]

    assert met() == []
    assert met(strength=2.02, moved=1) == ["at_threshold"]
    assert met(strength=1.99, moved=1) == met(strength=2.2, moved=1) == []
    turned = dict(condition=10.0, strength=0.5, moved=1)
    assert met(**turned) == ["other_zero"]
    assert met(**turned, centre=[[0.5, 1.0]]) == []  # then w₁ is the smaller one anyway
    assert met(penalty="L2 norm", strength=3.7, moved=1) == ["nothing_left"]
    assert met(penalty="L1 norm", strength=3.7, moved=1) == []


def test_presets_show_what_they_promise():
    shown = {label: explorer.evaluate(values) for label, values in explorer.presets.items()}
    assert shown["L1, a tighter diamond"]["w"][1] == 0
    w = shown["L2: same direction, shorter"]["w"]
    assert w[1] / w[0] == pytest.approx(1 / 1.5, abs=1e-5)
    assert shown["λ = 0.1 bounds nothing"]["claim"] == 0
    valley = shown["weight decay in a valley"]
    assert valley["w"][1] / valley["w"][0] != pytest.approx(1 / 1.5, abs=0.01)
    assert (valley["w"] != 0).all()
    assert valley["stopped"].isfinite().all()
    assert shown["q < 1: spikes"]["kink"] == 2
    laplace = shown["a Laplace prior"]
    assert laplace["w"][1] == 0
    assert laplace["curves"][1].argmax() == 55


@pytest.mark.slow
def test_every_extreme_has_a_picture():
    names = [name for name in explorer.controls if name not in ("descent", "belief", "angle", "mix")]
    may_be_blank = {"pulls", "stopped", "fan", "levels", "bound"}
    for values in itertools.product(*(explorer.controls[name].extremes() for name in names)):
        outputs = explorer.evaluate(dict(zip(names, values)))
        for name, value in outputs.items():
            assert value.isfinite().all() or name in may_be_blank, (name, dict(zip(names, values)))
    outputs = explorer.evaluate({"centre": [[0.0, 0.0]], "belief": True})
    assert outputs["w"].tolist() == [0, 0]
    assert "holds the loss's own minimum" in explorer.sentence(outputs, {"centre": [[0.0, 0.0]]})


def test_gradient_descent_is_shown_on_demand():
    assert look()[0]["stopped"].isnan().all()
    assert look(descent=True)[0]["stopped"].isfinite().all()


@pytest.mark.parametrize(
    ("penalty", "first"), [("L1 norm", 1.5), ("L2 norm", 1.6056), ("squared L2", 0.8028)]
)
def test_the_size_panel_goes_from_strength_to_budget(penalty, first):
    """On its curve lie the solutions of the slider of λ; it falls, and meets 1 at the claim's λ."""
    outputs = explorer.evaluate({"penalty": penalty})
    sizes = outputs["sizes"]
    for k in (0, 20, 40):
        alone = explorer.evaluate({"penalty": penalty, "strength": STRENGTHS[k].item(), "moved": 1})
        assert alone["size"].item() == pytest.approx(sizes[k].item(), abs=2e-3)
        assert alone["size_now"].tolist() == pytest.approx([STRENGTHS[k].item(), alone["size"].item()])
    assert (sizes.diff() < 1e-4).all()
    assert outputs["bound"].tolist() == pytest.approx([first] * 2, abs=2e-4)
    assert (sizes[first * 0.99 > STRENGTHS] > 1).all()
    assert (sizes[first * 1.01 < STRENGTHS] < 1).all()
    assert explorer.evaluate({"penalty": "Lq norm"})["bound"].isnan().all()


def test_no_range_of_an_axis_moves_with_the_sliders_of_c_and_lambda():
    for penalty in ("L1 norm", "squared L2", "elastic net"):
        ranges = [
            {name: outputs[name].tolist() for name in ("path_range", "size_range", "section_range")}
            for outputs in (
                explorer.evaluate({"penalty": penalty, "budget": budget}) for budget in (0.05, 0.4, 1.0, 4.0)
            )
        ]
        assert all(found == ranges[0] for found in ranges)
        outputs = explorer.evaluate({"penalty": penalty, "budget": 0.05})
        assert outputs["spot"][1] < outputs["section_range"][1]
