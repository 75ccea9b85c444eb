"""The walk over a graph: torch's autograd on the same expressions, and what each step shows."""

import math

import pytest
import torch

from dlbook_lib.explorers._graph_expressions import BOXES, EXPRESSIONS, INPUTS, PATHS, STEPS, tables
from dlbook_lib.explorers.computation_graph import computation_graph as explorer

FORMULAS = (
    lambda x, w, b, y: (torch.tanh(w * x + b) - y) ** 2,
    lambda x, w, b, y: (x * torch.tanh(w * x + b) - y) ** 2,
    lambda x, w, b, y: (torch.tanh(w * x) + torch.tanh(b * x) - y) ** 2,
    lambda x, w, b, y: torch.log(1 + torch.exp(-y * (w * x + b))),
)


def choose(k, seed=0, **more):
    draw = 3 * torch.rand(4, generator=torch.Generator().manual_seed(seed)) - 1.5
    return dict(zip(INPUTS, draw.tolist())) | {"expression": EXPRESSIONS[k].title} | more


def autograd(k, chosen):
    leaves = [torch.tensor(chosen[name], dtype=torch.float64, requires_grad=True) for name in INPUTS]
    loss = FORMULAS[k](*leaves)
    loss.backward()
    return loss.item(), [leaf.grad.item() for leaf in leaves]


@pytest.mark.parametrize("k", range(4))
@pytest.mark.parametrize("seed", range(4))
def test_loss_and_slopes_are_those_of_autograd(k, seed):
    chosen = choose(k, seed)
    outputs = explorer.evaluate(chosen)
    loss, slopes = autograd(k, chosen)
    assert outputs["loss"].item() == pytest.approx(loss, rel=1e-5, abs=1e-6)
    assert outputs["gradients"][:4].tolist() == pytest.approx(slopes, rel=1e-4, abs=1e-5)
    last = len(EXPRESSIONS[k].letters) - 1
    assert outputs["gradients"][last] == 1
    assert outputs["values"][last].item() == pytest.approx(loss, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("k", range(4))
def test_the_paths_of_every_input_add_up_to_its_slope(k):
    chosen = choose(k, 7)
    _, slopes = autograd(k, chosen)
    for which, name in enumerate(INPUTS):
        outputs = explorer.evaluate(chosen | {"which": name})
        paths = [explorer.evaluate(chosen | {"which": name, "path": p}) for p in ("the first", "the second")]
        total = sum(out["product"].item() for out in paths if out["traced"] == 1)
        assert total == pytest.approx(slopes[which], rel=1e-4, abs=1e-5)
        assert outputs["traced"] == 0
        assert outputs["ways"] == sum(out["traced"].item() == 1 for out in paths)


@pytest.mark.parametrize("k", range(4))
def test_values_appear_on_the_way_down_and_slopes_on_the_way_up(k):
    computed = len(EXPRESSIONS[k].computed)
    shown = []
    for step in range(2 * STEPS + 2):
        outputs = explorer.evaluate(choose(k, step=step))
        shown.append(
            (outputs["value_x"].isfinite().sum().item(), outputs["gradient_x"].isfinite().sum().item())
        )
    assert [values for values, _ in shown] == [4 + min(step, computed) for step in range(2 * STEPS + 2)]
    slopes = [count for _, count in shown]
    assert slopes[: STEPS + 1] == [0] * (STEPS + 1)
    assert slopes[STEPS + 1] == 1
    assert slopes == sorted(slopes)
    assert slopes[-1] == 4 + computed


def test_a_value_that_is_used_twice_collects_one_slope_after_the_other():
    """After a·x has handed on, x holds a times its slope; at the end it holds both shares."""
    chosen = choose(1, 3)
    x, w, b, y = (chosen[name] for name in INPUTS)
    a = math.tanh(w * x + b)
    halfway = explorer.evaluate(chosen | {"step": STEPS + 4})
    assert halfway["gradients"][0].item() == pytest.approx(2 * (a * x - y) * a, rel=1e-4)
    end = explorer.evaluate(chosen)
    assert end["gradients"][0].item() == pytest.approx(autograd(1, chosen)[1][0], rel=1e-4)


def test_a_smaller_nudge_measures_better():
    gaps = [explorer.evaluate(choose(0, 2, nudge=nudge))["gap"].item() for nudge in (1.0, 0.3, 0.1, 0.03)]
    assert gaps == sorted(gaps, reverse=True)
    chosen = choose(2, 2, which="b", nudge=0.01)
    outputs = explorer.evaluate(chosen)
    assert outputs["measured"].item() == pytest.approx(outputs["gradient"].item(), abs=0.03)
    assert outputs["chord"][0].tolist() == pytest.approx([chosen["b"], chosen["b"] + 0.01], abs=1e-6)


def test_the_curve_goes_through_the_point():
    chosen = choose(3, 1, x=0.5, which="x")
    outputs = explorer.evaluate(chosen)
    assert outputs["curve"][50].item() == pytest.approx(outputs["loss"].item(), abs=1e-5)  # -2 + 50 · 0.05


@pytest.mark.parametrize("k", range(4))
def test_boxes_do_not_overlap_and_arrows_point_down(k):
    places = EXPRESSIONS[k].places
    assert set(places) == set(EXPRESSIONS[k].letters)
    for a, (x, row) in places.items():
        assert all(abs(x - u) > 0.29 for b, (u, other) in places.items() if a != b and other == row)
    letters = EXPRESSIONS[k].letters
    assert all(places[letters[a]][1] < places[letters[b]][1] for a, b in EXPRESSIONS[k].arrows)
    assert len(letters) <= BOXES
    assert PATHS[k].shape == (4, 3, len(PATHS[k, 0, 0]))


def test_the_partial_gradients_end_at_the_whole():
    inputs = [torch.tensor(v) for v in (0.3, -0.8, 1.1, 0.4)]
    found = tables(inputs)
    for k, expression in enumerate(EXPRESSIONS):
        done = len(expression.computed)
        for later in range(done, STEPS + 1):
            assert torch.equal(
                found["gradients"][k, later].nan_to_num(9.0), found["gradients"][k, done].nan_to_num(9.0)
            )


def test_the_sentences_and_the_challenges():
    assert explorer.sentence(explorer.evaluate(), {}).startswith(
        "L = 0.2571. The slope of L along x is −0.53"
    )
    for step, words in (
        (0, "on the way down"),
        (STEPS, "all values are known"),
        (STEPS + 2, "on the way up"),
    ):
        assert words in explorer.sentence(explorer.evaluate({"step": step}), {"step": step})
    start = explorer.evaluate()
    assert (start["stuck"], start["cancels"]) == (0, 0)
    saturated = explorer.presets["a saturated neuron"]
    assert explorer.evaluate(saturated)["stuck"] == 1
    found = [
        explorer.evaluate({"expression": EXPRESSIONS[2].title, "x": 0.5, "w": w, "b": -w + shift, "y": -1.0})
        for w in (0.7, 0.9) for shift in (0.0, 0.02)
    ]  # fmt: skip
    assert any(out["cancels"] == 1 for out in found)
