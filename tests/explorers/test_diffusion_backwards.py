"""The way back: an exact score, samplers that agree where they must, distances that shrink with the steps."""

import itertools
import math

import numpy as np
import pytest
import torch

from dlbook_lib.explorers._diffusion_samplers import mixture_score, sampler_step
from dlbook_lib.explorers.diffusion_backwards import COUNTS
from dlbook_lib.explorers.diffusion_backwards import diffusion_backwards as explorer

BARS = np.concatenate(([1.0], np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))))
ALL, CIRCLES = torch.ones(8), torch.tensor([1.0] * 4 + [0.0] * 4)
RING = torch.tensor(explorer.controls["centres"].start)
TWO = explorer.presets["two blobs"]["centres"]


def number(value):
    return torch.tensor(float(value), dtype=torch.float64)


def states(count, seed=0):
    stream = torch.Generator().manual_seed(seed)
    return [{name: c.sample(stream) for name, c in explorer.controls.items()} for _ in range(count)]


def log_density(x, bar, centres, spread):
    variance = bar * spread**2 + 1 - bar
    away = ((x[:, None] - math.sqrt(bar) * centres) ** 2).sum(-1)
    return np.log(np.exp(-away / (2 * variance)).mean(1) / (2 * math.pi * variance))


def numpy_score(x, bar, centres, spread):
    variance = bar * spread**2 + 1 - bar
    away = x[:, None] - math.sqrt(bar) * centres
    fit = -(away**2).sum(-1) / (2 * variance)
    share = np.exp(fit - fit.max(1, keepdims=True))
    share /= share.sum(1, keepdims=True)
    return -(share[..., None] * away).sum(1) / variance


def simulate(chosen, steps):
    """Run one sampler in NumPy, in float64, written from the papers once more."""
    noise = explorer.controls["noise"].bank[chosen["noise"]].double().numpy()
    centres = np.array(chosen["centres"])
    members = {"everything": slice(0, 8), "circles": slice(0, 4), "squares": slice(4, 8)}[chosen["target"]]
    x, seen = noise[0], [noise[0]]
    for k in range(steps):
        bar, earlier = (BARS[round(1000 * (1 - j / steps))] for j in (k, k + 1))
        free = numpy_score(x, bar, centres, chosen["spread"])
        bound = numpy_score(x, bar, centres[members], chosen["spread"])
        score = free + chosen["weight"] * (bound - free)
        eps = -math.sqrt(1 - bar) * score
        clean = (x - math.sqrt(1 - bar) * eps) / math.sqrt(bar)
        alpha = bar / earlier
        beta = 1 - alpha
        deviation = math.sqrt((1 - earlier) / (1 - bar) * beta)
        if chosen["sampler"] == "DDPM":  # the posterior given the clean point, Ho et al. eq. 6 and 7
            mean = math.sqrt(earlier) * beta / (1 - bar) * clean
            mean = mean + math.sqrt(alpha) * (1 - earlier) / (1 - bar) * x
            x = mean + deviation * noise[k + 1]
        elif chosen["sampler"] == "DDIM":
            sigma = chosen["eta"] * deviation
            x = (
                math.sqrt(earlier) * clean
                + math.sqrt(max(1 - earlier - sigma**2, 0)) * eps
                + sigma * noise[k + 1]
            )
        else:
            x = x + 0.5 * math.log(earlier / bar) * (x + score)
        seen.append(x)
    return seen


@pytest.mark.parametrize("bar", [1e-4, 0.3, 0.9, 0.999])
def test_score_is_the_gradient_of_the_log_density(bar):
    stream = np.random.default_rng(0)
    centres, x, h = stream.normal(size=(8, 2)), stream.normal(size=(30, 2)), 1e-5
    got = mixture_score(
        torch.tensor(x), number(bar), torch.tensor(centres), number(0.4), ALL.double(), number(0)
    )
    for axis in range(2):
        shift = h * np.eye(2)[axis]
        up, down = (log_density(x + way * shift, bar, centres, 0.4) for way in (1, -1))
        assert got[:, axis].numpy() == pytest.approx((up - down) / (2 * h), abs=1e-4)


def test_guidance_moves_from_all_to_the_class_and_beyond():
    x = torch.randn(50, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    centres, bar, spread = RING.double(), number(0.4), number(0.2)
    free, bound, twice = (
        mixture_score(x, bar, centres, spread, CIRCLES.double(), number(w)) for w in (0, 1, 2)
    )
    assert bound.numpy() == pytest.approx(numpy_score(x.numpy(), 0.4, centres[:4].numpy(), 0.2), abs=1e-6)
    assert torch.allclose(twice, 2 * bound - free)


@pytest.mark.parametrize("chosen", states(16))
def test_run_agrees_with_a_simulation_in_numpy(chosen):
    steps = int(chosen["count"])
    places = simulate(chosen, steps)
    got = explorer.evaluate(chosen)
    taken = math.floor(np.float32(chosen["progress"]) * steps + 0.5)
    assert got["taken"] == taken
    assert got["time"] == round(1000 * (1 - taken / steps))
    assert got["here"].numpy() == pytest.approx(places[taken], abs=2e-2)
    trail = got["trails"].numpy().reshape(5, 52, 2)
    assert trail[:, : taken + 1] == pytest.approx(np.stack(places, 1)[:5, : taken + 1], abs=2e-2)
    assert np.isnan(trail[:, taken + 1 :]).all()


@pytest.mark.parametrize("chosen", states(8, seed=3))
def test_distance_and_widths_are_what_their_definitions_say(chosen):
    got = explorer.evaluate(chosen)
    first, among = {"everything": (0, 8), "circles": (0, 4), "squares": (4, 4)}[chosen["target"]]
    centres, x = np.array(chosen["centres"]), simulate(chosen, int(chosen["count"]))[-1]
    stream = torch.Generator().manual_seed(11)
    torch.randint(1 << 20, (128,), generator=stream)
    z = torch.randn(2, 128, 2, generator=stream)[0].numpy()
    true = centres[first + np.arange(128) % among] + chosen["spread"] * z

    def far(a, b):
        return np.mean([np.hypot(*(p - q)) for p in a for q in b])

    def width(a):
        return np.sqrt(np.mean([min(((p - c) ** 2).sum() for c in centres) for p in a]))

    energy = 2 * far(x, true) - far(x, x) - far(true, true)
    assert got["energy_now"].item() == pytest.approx(max(energy, 1e-4), rel=2e-2, abs=2e-3)
    assert got["width_now"].item() == pytest.approx(width(x) / width(true), rel=2e-2)
    ratio = np.sqrt(x.var(0).sum() / true.var(0).sum())
    assert got["extent_now"].item() == pytest.approx(ratio, rel=1e-2)


@pytest.mark.parametrize("count", [str(n) for n in COUNTS])
def test_ddim_with_all_its_noise_is_ddpm(count):
    one = explorer.evaluate({"sampler": "DDPM", "count": count})
    other = explorer.evaluate({"sampler": "DDIM", "eta": 1, "count": count})
    assert torch.allclose(one["here"], other["here"], atol=1e-3)
    assert explorer.evaluate({"sampler": "DDIM", "eta": 0.9, "count": count})["apart"] > 0.1


@pytest.mark.slow
def test_without_noise_ddim_tends_to_the_probability_flow():
    x0 = torch.randn(200, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    gaps = []
    for steps in (50, 100, 200, 400, 800):
        ends = []
        for sampler in (1, 2):
            x = x0
            for k in range(steps):
                u, v = (number(math.exp(-10 * (1 - j / steps) ** 2 - 1e-3)) for j in (k, k + 1))
                score = mixture_score(x, u, RING.double(), number(0.4), ALL.double(), number(0))
                x = sampler_step(x, score, u, v, x0, number(sampler), number(0))
            ends.append(x)
        gaps.append((ends[0] - ends[1]).square().mean().sqrt().item())
    assert gaps[-1] < 0.01
    assert all(later < 0.65 * earlier for earlier, later in itertools.pairwise(gaps))


@pytest.mark.slow
@pytest.mark.parametrize(("sampler", "eta"), [(0, 0), (1, 0), (1, 0.5), (2, 0)])
def test_many_steps_give_the_moments_of_the_mixture(sampler, eta):
    centres = torch.tensor([[1.5, 0.0], [-0.5, 1.0]], dtype=torch.float64)
    mean, spread = centres.mean(0), 0.5
    inner = (centres - mean).T @ (centres - mean) / 2 + spread**2 * torch.eye(2)
    for seed in range(5):
        stream = torch.Generator().manual_seed(seed)
        x = torch.randn(4000, 2, generator=stream, dtype=torch.float64)
        for t in range(1000, 0, -2):
            bar, earlier = number(BARS[t]), number(BARS[t - 2])
            score = mixture_score(x, bar, centres, number(spread), torch.ones(2), number(0))
            z = torch.randn(4000, 2, generator=stream, dtype=torch.float64)
            x = sampler_step(x, score, bar, earlier, z, number(sampler), number(eta))
        assert x.mean(0).numpy() == pytest.approx(mean.numpy(), abs=0.07)
        assert torch.cov(x.T).numpy() == pytest.approx(inner.numpy(), abs=0.08)


def test_more_steps_come_nearer():
    for draw in (0, 1):
        for sampler in explorer.controls["sampler"].options:
            energy = explorer.evaluate({"sampler": sampler, "noise": draw})["energy"]
            assert energy[0] > 2 * energy[2:].max()
    few = {s: explorer.evaluate({"sampler": s})["width"] for s in explorer.controls["sampler"].options}
    assert few["probability-flow ODE"][1] > few["DDIM"][1] + 0.3


@pytest.mark.parametrize("chosen", states(12, seed=7))
def test_three_ways_to_predict_are_one(chosen):
    got = explorer.evaluate(chosen)["agreement"]
    assert got < 1e-3 * max(1.0, explorer.evaluate(chosen)["here"].abs().max().item())


def test_arrows_show_what_was_chosen():
    shown = [
        explorer.evaluate({"predicts": p, "progress": 0.5})["arrows"].reshape(121, 6, 2)
        for p in explorer.controls["predicts"].options
    ]
    score, noise, clean, velocity = (a[:, 1] - a[:, 0] for a in shown)
    grid = shown[0][:, 0].double()
    own = numpy_score(grid.numpy(), BARS[500], RING.double().numpy(), 0.2)
    ways = torch.nn.functional.cosine_similarity(score.double(), torch.tensor(own), dim=1)
    large = np.hypot(*own.T) > 0.05
    assert ways[large].min() > 0.999
    turned = torch.nn.functional.cosine_similarity(score, noise, dim=1)
    assert turned[large].max() < -0.999
    assert torch.stack((score, noise, clean, velocity)).norm(dim=-1).max() < 0.5
    assert not torch.allclose(clean, velocity, atol=0.05)


def test_sentences():
    say = lambda **chosen: explorer.sentence(explorer.evaluate(chosen), chosen)  # noqa: E731
    assert say(progress=0).startswith("At t = 1000 every point is pure noise")
    assert say(progress=0.5).startswith(
        "After 10 of 20 steps of DDPM, at t = 500, noise of standard deviation 0.96"
    )
    assert say(count="5").startswith("DDPM with 5 steps ends at a distance of 0.0")
    assert say(target="squares", weight=3).startswith(
        "Guided with a weight of 3.0 towards squares, DDPM with 20"
    )
    assert "Guided" not in say(target="squares")
    assert "Guided" not in say(weight=3)


def test_challenges_are_open_at_the_start_and_can_be_met():
    assert [explorer.evaluate()[c.met].item() for c in explorer.challenges] == [0, 0, 0]
    assert explorer.evaluate({"sampler": "DDIM", "count": "10"})["quick"]
    assert not explorer.evaluate({"sampler": "DDIM", "count": "20"})["quick"]
    assert explorer.evaluate({"sampler": "DDIM", "eta": 1})["same"]
    assert not explorer.evaluate({"sampler": "DDIM", "eta": 0.95})["same"]
    assert not explorer.evaluate({"sampler": "DDIM", "eta": 1, "progress": 0})["same"]
    assert explorer.evaluate({"sampler": "DDIM", "target": "circles", "weight": 6, "count": "50"})["narrow"]
    assert not explorer.evaluate({"sampler": "DDIM", "weight": 6, "count": "50"})["narrow"]


def test_presets_show_what_they_promise():
    half, five, calm, two, guided = (explorer.evaluate(preset) for preset in explorer.presets.values())
    assert (half["taken"], half["time"]) == (10, 500)
    assert five["energy_now"] > 2 * explorer.evaluate()["energy_now"]
    assert calm["apart"] > 1
    assert two["here"][:, 0].abs().mean() > two["here"][:, 1].abs().mean()
    assert guided["extent_now"] < 0.85
    ended = explorer.evaluate({"centres": TWO})["here"]
    assert ((ended[:, 0].abs() - 1.5).abs() < 1).float().mean() > 0.95


@pytest.mark.slow
def test_every_extreme_gives_numbers():
    for name, control in explorer.controls.items():
        for value in control.extremes():
            for rest in ({}, {"target": "squares", "weight": 6, "progress": 0.3}):
                outputs = explorer.evaluate(rest | {name: value})
                for key, output in outputs.items():
                    assert torch.isfinite(output).all() or key in {"trails", "arrows"}, (key, name, value)
                assert explorer.sentence(outputs, rest | {name: value})
