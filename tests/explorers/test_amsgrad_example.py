"""Reddi's example: both ways written out in plain numbers, and who ends where."""

import pytest
import torch

from dlbook_lib.explorers.amsgrad_example import STEPS, amsgrad_example
from dlbook_lib.optim.adam import adam, amsgrad


def written_out(large, beta2, keep):
    """Adam without a first mean, or AMSGrad, as a loop over floats."""
    w = v = top = 0.0
    way = [w]
    for t in range(1, STEPS + 1):
        g = large if t % 3 == 1 else -1.0
        v = beta2 * v + (1 - beta2) * g * g
        top = max(top, v)
        w = min(1.0, max(-1.0, w - 0.5 / t**0.5 * g / ((top if keep else v) ** 0.5 + 1e-8)))
        way.append(w)
    return torch.tensor(way)


@pytest.mark.parametrize(("large", "beta2"), [(3.0, 0.1), (5.0, 0.5), (2.5, 0.9), (8.0, 0.0)])
def test_both_ways_are_the_formulas(large, beta2):
    out = amsgrad_example.evaluate({"large": large, "beta2": beta2})
    assert torch.allclose(out["adam_way"].float(), written_out(large, beta2, False), atol=1e-4)
    assert torch.allclose(out["amsgrad_way"].float(), written_out(large, beta2, True), atol=1e-4)


def test_both_ways_are_those_of_the_librarys_rules():
    out = amsgrad_example.evaluate({"large": 4.0, "beta2": 0.3})
    for rule, way in ((adam, out["adam_way"]), (amsgrad, out["amsgrad_way"])):
        w, state = torch.zeros(1).double(), ()
        for t in range(1, STEPS + 1):
            g = torch.full_like(w, 4.0 if t % 3 == 1 else -1.0)
            w, state = rule(w, g, state, lr=0.5 / t**0.5, beta1=0.0, beta2=0.3, correct=False)
            w = w.clamp(-1, 1)
            assert w.item() == pytest.approx(way[t].item(), abs=1e-4)


def test_the_papers_example_and_its_cure():
    out = amsgrad_example.evaluate(amsgrad_example.presets["the paper's example"])
    assert out["adam_end"] > 0.85
    assert out["amsgrad_end"] < -0.85
    assert out["drift"] > 0
    assert "the wrong way" in amsgrad_example.sentence(out)
    cured = amsgrad_example.evaluate(amsgrad_example.presets["a long memory"])
    assert cured["adam_end"] < -0.5
    assert cured["cured"]


def test_below_two_the_other_end_is_best():
    out = amsgrad_example.evaluate({"large": 1.5, "beta2": 0.2})
    assert out["best"] == 1
    assert "1 is best" in amsgrad_example.sentence(out)


def test_the_challenges_can_be_met_and_not_both_at_once():
    met = [
        amsgrad_example.evaluate(values)
        for values in ({"large": 3.0, "beta2": 0.1}, {"large": 3.0, "beta2": 0.99})
    ]
    assert [bool(out["cured"]) for out in met] == [False, True]
    assert amsgrad_example.evaluate({"large": 8.0, "beta2": 0.015})["wrong"]
    assert not any(amsgrad_example.evaluate()[challenge.met] for challenge in amsgrad_example.challenges)
