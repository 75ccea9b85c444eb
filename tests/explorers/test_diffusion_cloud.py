"""A cloud dissolves: jump, counts and spreads are NumPy's, and the law is that of the chain of steps."""

import math

import numpy as np
import pytest
import torch

from dlbook_lib.explorers.diffusion_cloud import diffusion_cloud as explorer
from dlbook_lib.explorers.diffusion_cloud import noise_cloud


def betas(schedule):
    """Give the 1000 steps of a schedule, from the papers' formulas."""
    part = np.arange(1001) / 1000
    fade = {
        "cosine": np.cos((part + 0.008) / 1.008 * math.pi / 2) ** 2,
        "sigmoid": 1 / (1 + math.exp(-3)) - 1 / (1 + np.exp(3 - 6 * part)),
    }
    if schedule == "linear":
        return np.linspace(1e-4, 0.02, 1000)
    return np.minimum(1 - fade[schedule][1:] / fade[schedule][:-1], 0.999)


def kept(schedule):
    return np.concatenate(([1.0], np.cumprod(1 - betas(schedule))))


def states(count, seed=0):
    stream = torch.Generator().manual_seed(seed)
    return [{name: c.sample(stream) for name, c in explorer.controls.items()} for _ in range(count)]


def by_hand(points, bar, noise):
    """Jump, and look for each copy's nearest faded point one by one."""
    faded, copies, stayed, own, other = math.sqrt(bar) * points, [], [], [], []
    for k in range(12):
        for z in noise[k]:
            copies.append(faded[k] + math.sqrt(1 - bar) * z)
            ways = [math.dist(copies[-1], place) for place in faded]
            own.append(ways.pop(k))
            other.append(min(ways))
            stayed.append(own[-1] <= other[-1])
    return np.array(copies), np.mean(stayed), np.mean(own), np.mean(other)


@pytest.mark.parametrize("chosen", [*states(20), {}, *explorer.presets.values()])
def test_outputs_are_those_of_numpy(chosen):
    given, got = explorer.inputs(chosen), explorer.evaluate(chosen)
    points, t = given["points"].double().numpy(), int(given["t"])
    bars = kept(chosen.get("schedule", "linear"))
    copies, stay, own, other = by_hand(points, bars[t], given["noise"].double().numpy())
    assert got["copies"].numpy() == pytest.approx(copies, abs=1e-5)
    assert got["faded"].numpy() == pytest.approx(math.sqrt(bars[t]) * points, abs=1e-5)
    assert [got[name].item() for name in ("stay", "own", "other")] == pytest.approx(
        [stay, own, other], abs=1e-5
    )
    assert (got["sizes"] == 7).double().mean().item() == pytest.approx(stay)
    assert [got["seen_x"].item(), got["seen_y"].item()] == pytest.approx(copies.std(0), abs=1e-5)
    for axis, name in enumerate(("spread_x", "spread_y")):
        law = np.sqrt(bars * points[:, axis].var() + 1 - bars)
        assert got[name].numpy() == pytest.approx(law[::20], abs=1e-5)
        assert got["formula"][axis].item() == pytest.approx(law[t], abs=1e-5)


@pytest.mark.parametrize("schedule", ["linear", "cosine", "sigmoid"])
def test_the_jump_has_the_law_of_the_chain(schedule):
    points = torch.tensor(explorer.presets["two blobs"]["points"])
    number = {"linear": 0.0, "cosine": 1.0, "sigmoid": 2.0}[schedule]
    for seed in range(5):
        stream = np.random.default_rng(seed)
        x = np.repeat(points.numpy()[:, None], 400, 1)
        for beta in betas(schedule)[:300]:
            x = math.sqrt(1 - beta) * x + math.sqrt(beta) * stream.normal(size=x.shape)
        noise = torch.randn(12, 20, 2, generator=torch.Generator().manual_seed(seed))
        got = noise_cloud(points, torch.tensor(300), torch.tensor(number), noise)
        assert x.mean(1) == pytest.approx(got["faded"].numpy(), abs=0.2)
        assert x.reshape(-1, 2).std(0) == pytest.approx(got["formula"].numpy(), rel=0.04)
        assert (x - x.mean(1, keepdims=True)).std() == pytest.approx(got["sigma"].item(), rel=0.03)
        # 240 copies only
        around = got["copies"].reshape(12, 20, 2) - got["faded"].unsqueeze(1)
        assert around.mean((0, 1)).numpy() == pytest.approx([0, 0], abs=0.2)
        assert around.square().mean().sqrt().item() == pytest.approx(got["sigma"].item(), rel=0.12)
        assert got["seen_x"].item() == pytest.approx(got["formula"][0].item(), rel=0.12)


def test_nothing_is_lost_at_the_start_and_all_but_chance_at_the_end():
    for schedule in ("linear", "cosine", "sigmoid"):
        for noise in range(4):
            chosen = {"schedule": schedule, "noise": noise}
            first, last = (explorer.evaluate(chosen | {"t": t}) for t in (0, 1000))
            assert (first["stay"].item(), first["own"].item()) == (1, 0)
            assert last["stay"].item() == pytest.approx(1 / 12, abs=0.05)
            assert last["formula"].tolist() == pytest.approx([1, 1], abs=1e-3)


@pytest.mark.slow
def test_the_challenge_is_open_at_the_start_and_can_be_met_with_every_noise_and_schedule():
    (challenge,) = explorer.challenges
    for shape in ({}, *explorer.presets.values()):
        assert not explorer.evaluate(shape)[challenge.met]
        for schedule in ("linear", "cosine", "sigmoid"):
            for noise in range(4):
                chosen = shape | {"schedule": schedule, "noise": noise}
                met = [explorer.evaluate(chosen | {"t": t}) for t in range(0, 701)]
                met = [got["stay"].item() for got in met if got[challenge.met]]
                assert met
                assert all(abs(240 * stay - 120) < 3.1 for stay in met)


def test_presets_show_what_they_promise():
    blobs, cross, line = (explorer.evaluate(preset) for preset in explorer.presets.values())
    assert line["spread_y"][0] == 0
    assert line["spread_x"][0] > 1.5
    assert cross["spread_x"].numpy() == pytest.approx(cross["spread_y"].numpy(), abs=1e-5)
    assert blobs["stay"] < explorer.evaluate()["stay"]  # close neighbours are confused first
    assert all(abs(place) <= 3 for p in explorer.presets.values() for xy in p["points"] for place in xy)


def test_sentences():
    say = lambda **chosen: explorer.sentence(explorer.evaluate(chosen), chosen)  # noqa: E731
    stay, own, other = (explorer.evaluate({"t": 200})[name].item() for name in ("stay", "own", "other"))
    assert f"After 200 steps, {stay:.0%} of 240 copies still lie nearest" in say(t=200)
    assert f"on average {own:.2f} from it, and {other:.2f} from the nearest other" in say(t=200)
    assert say(t=0).startswith(
        "At t = 0 every copy stands on the point it came from; the nearest other is 1.04"
    )
    assert "blind guessing among twelve would find 8%" in say(t=1000)
    assert say(points=[[1.0, 1.0]] * 12).startswith("All twelve points stand at one place")


def test_every_extreme_gives_numbers():
    for name, control in explorer.controls.items():
        for value in control.extremes():
            for t in (0, 1, 1000):
                outputs = explorer.evaluate({"t": t} | {name: value})
                assert all(torch.isfinite(output).all() for output in outputs.values())
