"""Proximal and subgradient steps against loops and the exact minimum: only the first land on zero."""

import itertools

import pytest
import torch

from dlbook_lib.explorers._penalty_math import NO_BUDGET, regularized_minimum, turned_bowl
from dlbook_lib.explorers.proximal_step import CENTRE, LASSO, START, soft_threshold
from dlbook_lib.explorers.proximal_step import proximal_step as explorer


def play(steps, **chosen):
    """Return the outputs after some steps."""
    outputs = explorer.evaluate(chosen)
    for _ in range(steps - 1):
        outputs = explorer.evaluate(chosen, state={name: outputs[name] for name in explorer.state})
    return outputs


def settings(seed):
    draw = torch.rand(4, generator=torch.Generator().manual_seed(seed)).tolist()
    return dict(
        rate=0.05 + 0.4 * draw[0],
        strength=0.2 + 2 * draw[1],
        condition=1 + 4 * draw[2],
        angle=180 * draw[3] - 90,
    )


def objective(chosen):
    """Write loss and penalty for autograd, with the curvatures 2 and 2 / condition."""
    angle = torch.deg2rad(torch.tensor(chosen["angle"], dtype=torch.float64))
    flat, steep = torch.stack([angle.cos(), angle.sin()]), torch.stack([-angle.sin(), angle.cos()])

    def loss(w):
        away = w - CENTRE.double()
        return (away * flat).sum() ** 2 / chosen["condition"] + (away * steep).sum() ** 2

    return loss, lambda w: chosen["strength"] * w.abs().sum()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("fading", [False, True])
def test_steps_are_those_of_autograd_and_of_a_search(seed, fading):
    chosen = settings(seed)
    loss, penalty = objective(chosen)
    w, u = START.double(), START.double()
    grid = torch.linspace(-3, 3, 600_001, dtype=torch.float64)
    for step in range(1, 6):
        here = w.clone().requires_grad_()
        (slope,) = torch.autograd.grad(loss(here), here)
        v = w - chosen["rate"] * slope
        cost = chosen["rate"] * chosen["strength"]
        w = torch.stack(
            [grid[(0.5 * (grid - x) ** 2 + cost * grid.abs()).argmin()] for x in v]
        )  # the proximal map
        here = u.clone().requires_grad_()
        (slope,) = torch.autograd.grad(loss(here) + penalty(here), here)
        u = u - chosen["rate"] / (step**0.5 if fading else 1) * slope
    outputs = play(5, **chosen, fading=fading)
    torch.testing.assert_close(outputs["w"].double(), w, atol=1e-4, rtol=0)
    torch.testing.assert_close(outputs["u"].double(), u, atol=1e-5, rtol=0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_the_proximal_way_ends_at_the_exact_minimum(seed):
    chosen = settings(seed)
    outputs = play(250, **chosen)
    bowl = turned_bowl(CENTRE, torch.tensor(chosen["condition"]), torch.tensor(chosen["angle"]))
    best = regularized_minimum(bowl, LASSO, torch.tensor([chosen["strength"]]), torch.tensor([NO_BUDGET]))[0]
    torch.testing.assert_close(outputs["w"].double(), best, atol=2e-5, rtol=0)
    torch.testing.assert_close(outputs["best"].double(), best, atol=1e-5, rtol=0)
    assert ((outputs["w"] == 0) == (best == 0)).all()
    assert outputs["distance"] < 5e-5


@pytest.mark.slow
def test_the_subgradient_way_never_lands():
    outputs = explorer.evaluate({})
    for _ in range(200):
        outputs = explorer.evaluate({}, state={name: outputs[name] for name in explorer.state})
        assert (outputs["u"] != 0).all()
    assert outputs["w"][1] == 0
    size = play(300)["subgradient"][:, 1].abs()
    assert size.max() <= 2 * 0.15 * 1.5  # it jumps to and fro within two shrinkings of 0
    assert size.max() > 0.02


def test_soft_threshold_solves_its_problem():
    grid = torch.linspace(-4, 4, 80_001, dtype=torch.float64)
    for v, threshold in itertools.product((-2.0, -0.5, 0.0, 0.3, 1.7), (0.0, 0.5, 1.0)):
        best = grid[(0.5 * (grid - v) ** 2 + threshold * grid.abs()).argmin()]
        found = soft_threshold(torch.tensor(v, dtype=torch.float64), torch.tensor(threshold))
        assert found.item() == pytest.approx(best.item(), abs=1e-4)
    assert not soft_threshold(torch.tensor([-0.2, 0.2]), torch.tensor(0.5)).signbit().any()
    outputs = play(3)
    line = torch.arange(-50, 51) / 20
    torch.testing.assert_close(
        outputs["shrunk"], soft_threshold(line, torch.tensor(0.225)), atol=1e-6, rtol=0
    )
    assert outputs["shrinks"].tolist() == pytest.approx(
        [outputs["reached"][1].item(), outputs["w"][1].item()]
    )


def test_trails_remember_the_last_81_places():
    outputs = play(3)
    assert outputs["proximal"].isnan().all(-1).sum() == 77
    assert outputs["proximal"][77].tolist() == START.tolist()
    torch.testing.assert_close(outputs["proximal"][-1], outputs["w"])
    torch.testing.assert_close(outputs["subgradient"][-1], outputs["u"])
    assert (outputs["steps"][-1], outputs["steps"][77], outputs["count"]) == (3, 0, 3)
    outputs = play(100)
    assert outputs["proximal"].isfinite().all()
    assert outputs["steps_range"].tolist() == [20, 100]
    assert outputs["proximal_size"][-1].isnan()


@pytest.mark.parametrize(
    ("steps", "chosen", "words"),
    [
        (
            1,
            {},
            "Step 1: the proximal way stands at (−0.363, 1.779), with no weight at 0; the",
        ),
        (60, {}, ", 0.000), with w₂ at exactly 0; the subgradient way at ("),
        (60, {"strength": 4.0}, "at (0.000, 0.000), with both weights at exactly 0; the"),
    ],
)
def test_the_sentence(steps, chosen, words):
    assert words in explorer.sentence(play(steps, **chosen), chosen)


@pytest.mark.slow
def test_the_challenges_can_be_met_and_are_not_at_the_start():
    def met(steps, **chosen):
        outputs = play(steps, **chosen)
        return {challenge.met for challenge in explorer.challenges if outputs[challenge.met] == 1}

    assert met(1) == set()
    assert met(60) == {"landed"}
    outputs, close = play(1, rate=0.3, fading=True), 0
    for _ in range(200):
        state = {name: outputs[name] for name in explorer.state}
        outputs = explorer.evaluate({"rate": 0.3, "fading": True}, state=state)
        close += outputs["close"].item()
    assert close > 0
    assert "both_landed" in met(60, strength=4.0)
    assert met(80, strength=0.3) == set()  # there both ways end near the best weights, none of which is 0


@pytest.mark.slow
def test_presets_show_what_they_promise():
    large = play(100, **explorer.presets["large steps"])
    falling = play(100, **explorer.presets["falling steps"])
    assert large["w"][1] == falling["w"][1] == 0
    worst = [(o["subgradient"] - o["best"]).norm(dim=-1).max() for o in (large, falling)]
    assert worst[1] < worst[0] / 2
    none = play(120, **explorer.presets["no zero to land on"])
    assert (none["best"] != 0).all()
    assert none["other_distance"] < 1e-3


def test_every_extreme_has_a_picture():
    blank = {"proximal", "subgradient", "levels", "proximal_size", "subgradient_size"}
    for values in itertools.product(*(control.extremes() for control in explorer.controls.values())):
        outputs = play(2, **dict(zip(explorer.controls, values)))
        for name, value in outputs.items():
            assert value.isfinite().all() or name in blank, (name, values)
