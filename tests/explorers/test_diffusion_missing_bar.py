"""One bar lost: the exact moments are those of the recursion and of a simulation, and 0.5 becomes 0.175."""

import math

import numpy as np
import pytest
import torch

from dlbook_lib.explorers.diffusion_missing_bar import diffusion_missing_bar as explorer
from dlbook_lib.explorers.diffusion_missing_bar import reverse_moments

BETA = np.linspace(1e-4, 0.02, 1000)
ALPHA, BAR = 1 - BETA, np.cumprod(1 - BETA)
EARLIER = np.concatenate(([1.0], BAR[:-1]))


def states(count, seed=0):
    stream = torch.Generator().manual_seed(seed)
    return [{name: c.sample(stream) for name, c in explorer.controls.items()} for _ in range(count)]


def step_back(x, i, mean, spread, printed, smaller):
    """Take the paper's step from t = i + 1; return the mean of the result and its standard deviation."""
    variance = BAR[i] * spread**2 + 1 - BAR[i]
    noise = math.sqrt(1 - BAR[i]) * (x - math.sqrt(BAR[i]) * mean) / variance
    divisor = math.sqrt(1 - (ALPHA if printed else BAR)[i])
    added = BETA[i] * (1 - EARLIER[i]) / (1 - BAR[i]) if smaller else BETA[i]
    return (x - BETA[i] / divisor * noise) / math.sqrt(ALPHA[i]), math.sqrt(added) * (i > 0)


def recursion(mean, spread, printed, smaller):
    """Follow mean and variance step by step, from what a step does to 0 and to 1."""
    m, v, seen = 0.0, 1.0, [(0.0, 1.0)]
    for i in reversed(range(1000)):
        shift, deviation = step_back(0.0, i, mean, spread, printed, smaller)
        factor = step_back(1.0, i, mean, spread, printed, smaller)[0] - shift
        m, v = factor * m + shift, factor**2 * v + deviation**2
        seen.append((m, math.sqrt(v)))
    return np.array(seen[::-1]).T


@pytest.mark.parametrize("chosen", states(24))
def test_moments_are_those_of_the_recursion(chosen):
    asked = [chosen[name] for name in ("mean", "spread", "printed", "smaller")]
    means, deviations = recursion(*asked)
    got = [x.numpy() for x in reverse_moments(*map(torch.tensor, asked))]
    assert got[0] == pytest.approx(means, abs=1e-6)
    assert got[1] == pytest.approx(deviations, abs=1e-6)
    outputs = explorer.evaluate(chosen)
    assert outputs["low"].numpy() == pytest.approx((means - 2 * deviations)[::20], abs=1e-5)
    assert outputs["width"].item() == pytest.approx(deviations[chosen["t"]], abs=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("printed", "spread"), [(False, 0.5006), (True, 0.1746)])
def test_simulated_chains_have_the_spread(printed, spread):
    for seed in range(5):
        stream = np.random.default_rng(seed)
        x = stream.normal(size=20_000)
        for i in reversed(range(1000)):
            centre, deviation = step_back(x, i, 2.0, 0.5, printed, False)
            x = centre + deviation * stream.normal(size=x.size)
        assert x.std() == pytest.approx(spread, rel=0.025)
        assert x.mean() == pytest.approx(2, abs=0.02)
        sharp = explorer.evaluate({"printed": printed})["sharp"].item()
        assert (abs(x - 2) < 0.5).mean() == pytest.approx(sharp, abs=0.015)


@pytest.mark.parametrize("chosen", states(8, seed=2))
def test_the_truth_is_the_forward_chain(chosen):
    mean, variance = chosen["mean"], chosen["spread"] ** 2
    for i in range(chosen["t"]):
        mean, variance = math.sqrt(ALPHA[i]) * mean, ALPHA[i] * variance + BETA[i]
    got = explorer.evaluate(chosen)
    assert got["true_centre"].item() == pytest.approx(mean, abs=1e-5)
    assert got["true_width"].item() == pytest.approx(math.sqrt(variance), abs=1e-5)
    x = np.linspace(-4, 6, 241)
    bell = np.exp(-((x - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)
    assert got["true_law"].numpy() == pytest.approx(bell, abs=1e-4)


def test_with_the_bar_the_chain_undoes_the_forward_one_at_every_t():
    for spread in (0.1, 0.5, 1.5):
        got = explorer.evaluate({"printed": False, "spread": spread})
        assert got["low"].numpy() == pytest.approx(got["true_low"].numpy(), abs=0.03)
        assert got["high"].numpy() == pytest.approx(got["true_high"].numpy(), abs=0.03)


def test_sentences():
    say = lambda **chosen: explorer.sentence(explorer.evaluate(chosen), chosen)  # noqa: E731
    assert "a standard deviation of 0.175 instead of 0.500" in say()
    assert "99.6% of its samples" in say()
    assert say(printed=False).startswith(
        "With the bar, the sampler ends at mean 2.00 and standard deviation 0.501"
    )
    assert "noise of the smaller variance" in say(printed=False, smaller=True, spread=0.1)


def test_challenges_are_open_at_the_start_and_can_be_met():
    assert [explorer.evaluate()[c.met].item() for c in explorer.challenges] == [0, 0]
    for preset in explorer.presets.values():
        assert [explorer.evaluate(preset)[c.met].item() for c in explorer.challenges] == [0, 0]
    assert explorer.evaluate({"spread": 1.5})["lost"]
    assert not explorer.evaluate({"spread": 1.5, "printed": False})["lost"]
    assert explorer.evaluate({"spread": 0.1, "printed": False, "smaller": True})["lean"]
    assert not explorer.evaluate({"spread": 0.1, "printed": False})["lean"]


def test_presets_show_what_they_promise():
    right, half, wide, narrow = (explorer.evaluate(preset) for preset in explorer.presets.values())
    assert right["ratio"].item() == pytest.approx(1, abs=0.005)
    assert half["width"] < 0.6 * half["true_width"]
    assert wide["ratio"] < explorer.evaluate()["ratio"]
    assert narrow["kind"] == 2


def test_every_extreme_gives_numbers():
    for name, control in explorer.controls.items():
        for value in control.extremes():
            for printed in (True, False):
                outputs = explorer.evaluate({"printed": printed} | {name: value})
                assert all(torch.isfinite(output).all() for output in outputs.values())
