"""The perceptron of the page against the library's rule and margin, and what its presets do."""

import pytest
import torch

from dlbook_lib.explorers.perceptron import ORDERS, STEPS, TARGETS, TURNED, hull_margin, perceptron
from dlbook_lib.feedforward.neuron import with_bias_input
from dlbook_lib.feedforward.perceptron import mistake_bound, perceptron_step, widest_margin


def play(steps, **values):
    """Show some examples; return the outputs of each."""
    state, history = dict(perceptron.state), []
    for _ in range(steps):
        outputs = perceptron.evaluate(values, state=state)
        state = {name: outputs[name] for name in state}
        history.append(outputs)
    return history


def examples(**values):
    return with_bias_input(torch.tensor(perceptron.values(values)["points"]).double())


@pytest.mark.parametrize("number", range(3))
def test_every_step_is_the_librarys(number):
    order = list(perceptron.controls["order"].options)[number]
    x, w = examples(), torch.zeros(3, dtype=torch.float64)
    for shown, outputs in zip(ORDERS[number].tolist(), play(40, order=order)):
        w = perceptron_step(w, x[shown], TARGETS[shown])
        assert torch.allclose(outputs["weight"].double(), w, atol=1e-4)
        assert torch.allclose(outputs["here"].double(), x[shown, 1:], atol=1e-6)


def test_every_pass_shows_every_point():
    for order in ORDERS.view(3, -1, 10):
        assert (order.sort(dim=1).values == torch.arange(10)).all()


def test_the_margin_is_the_librarys():
    stream = torch.Generator().manual_seed(0)
    separable = 0
    for _ in range(60):
        points = 4 * torch.rand(10, 2, generator=stream, dtype=torch.float64) - 2
        points = points + TURNED * torch.tensor([0.8, 0.4])
        x = with_bias_input(points)
        expected = widest_margin(x, TARGETS)[1]
        ours = hull_margin(TURNED * x).item()
        assert max(ours, 0) == pytest.approx(expected, abs=1e-9)
        separable += expected > 0
    assert 10 < separable < 50


def test_the_bound_is_the_librarys_and_holds():
    for values in ({}, {"points": perceptron.presets["a narrow street"]["points"]}):
        x = examples(**values)
        bound = mistake_bound(x, widest_margin(x, TARGETS)[1])
        last = play(STEPS, **values)[-1]
        assert last["bound"].item() == pytest.approx(bound, rel=1e-4)
        assert last["settled"] == 1
        assert 0 < last["mistakes"] <= bound


def test_exclusive_or_never_settles():
    values = perceptron.presets["XOR"]
    last = play(STEPS, **values)[-1]
    assert last["hopeless"] == 1
    assert last["settled"] == 0
    assert last["bound"].isnan()
    assert last["mistakes"] > 50


def test_the_curve_holds_what_was_counted():
    history = play(12)
    expected = torch.stack([outputs["mistakes"] for outputs in history]).clamp_min(0.5)
    assert torch.allclose(history[-1]["curve"][:12].float(), expected.float())
    assert history[-1]["curve"][12:].isnan().all()


def test_presets_and_challenges():
    start = play(1)[0]
    assert not any(start[challenge.met] for challenge in perceptron.challenges)
    assert "wrong, and the weights move" in perceptron.sentence(start)
    street = play(STEPS, **perceptron.presets["a narrow street"])[-1]
    assert street["long"] == 1
    assert street["bound"] > 3 * start["bound"]
    assert play(STEPS, order="one class, then the other")[-1]["settled"] == 1
