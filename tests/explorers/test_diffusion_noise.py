"""The way into noise: chain and jump have one law, the spectrum is a Fourier transform's, the bar matters."""

import math

import numpy as np
import pytest
import torch

from dlbook_lib.explore.text import fill
from dlbook_lib.explorers._diffusion_math import SCHEDULES, alpha_bars, power_spectrum, ring_means
from dlbook_lib.explorers._diffusion_paths import walk_to_jump
from dlbook_lib.explorers.diffusion_noise import diffusion_noise as explorer
from dlbook_lib.generative.schedules import cosine_schedule, linear_schedule, sigmoid_schedule

NOISE = explorer.controls["noise"].bank.double().numpy()
BLANK = explorer.controls["picture"].extremes()[0]
MAY_BE_BLANK = {"paths", "correlation"}


def schedule(name, first=1e-4, last=0.02, offset=0.008, reach=3.0):
    ends = (SCHEDULES[name], first, last, offset, reach)
    return [x.numpy() for x in alpha_bars(*(torch.tensor(end, dtype=torch.float64) for end in ends))]


def schedule_of(chosen):
    return schedule(*(chosen[name] for name in ("schedule", "beta_start", "beta_end", "offset", "reach")))


def states(count, seed=0):
    stream = torch.Generator().manual_seed(seed)
    return [{name: c.sample(stream) for name, c in explorer.controls.items()} for _ in range(count)]


def numbers(**chosen):
    return {name: value.double().numpy() for name, value in explorer.evaluate(chosen).items()}


def say(**chosen):
    return explorer.sentence(explorer.evaluate(chosen), chosen)


def standardised(chosen):
    pixels = explorer.controls["picture"].encode(chosen["picture"])[""][0].double().numpy()
    return (pixels - pixels.mean()) / pixels.std()


@pytest.mark.parametrize(("first", "last"), [(1e-4, 0.02), (1e-5, 0.1), (0.01, 1e-3)])
def test_linear_schedule_is_the_product_of_its_steps(first, last):
    alpha, bar = schedule("linear", first, last)
    product = 1.0
    for t in range(1000):
        step = 1 - (first + (last - first) * t / 999)
        product *= step
        assert alpha[t] == pytest.approx(step, abs=1e-8)
        assert bar[t] == pytest.approx(product, rel=1e-4)


def test_linear_schedule_ends_where_the_paper_ends():
    assert schedule("linear")[1][-1] == pytest.approx(4.036e-5, rel=1e-3)


@pytest.mark.parametrize(
    ("name", "ends", "shape"),
    [
        ("cosine", {}, lambda u: np.cos((u + 0.008) / 1.008 * np.pi / 2) ** 2),
        ("cosine", {"offset": 0.1}, lambda u: np.cos((u + 0.1) / 1.1 * np.pi / 2) ** 2),
        ("sigmoid", {}, lambda u: 1 / (1 + np.exp(6 * u - 3)) - 1 / (1 + np.exp(3))),
        ("sigmoid", {"reach": 5.0}, lambda u: 1 / (1 + np.exp(10 * u - 5)) - 1 / (1 + np.exp(5))),
    ],
)
def test_curved_schedules_follow_their_papers_and_cut_the_last_steps(name, ends, shape):
    alpha, bar = schedule(name, **ends)
    u = np.arange(1, 1001) / 1000
    assert bar[:990] == pytest.approx(shape(u)[:990] / shape(0), rel=1e-6)
    assert alpha.min() == pytest.approx(1e-3)
    assert np.all(np.diff(bar) < 0)
    assert bar[-1] < 1e-6


def test_schedules_are_those_of_the_library():
    """The explorer's take their ends as tensors, so that they can be moved in the page."""
    for name, follow in (
        ("linear", linear_schedule),
        ("cosine", cosine_schedule),
        ("sigmoid", sigmoid_schedule),
    ):
        assert schedule(name)[1] == pytest.approx(follow()[1:].numpy(), rel=1e-9)


def test_spectrum_is_that_of_the_fast_fourier_transform():
    for seed in range(5):
        x = torch.randn(32, 32, generator=torch.Generator().manual_seed(seed))
        spectrum = power_spectrum(x)
        assert torch.allclose(spectrum, torch.fft.fft2(x).abs().square() / 1024, atol=1e-4)
        assert spectrum.mean().item() == pytest.approx(x.square().mean().item(), rel=1e-5)


def test_rings_average_over_directions():
    power = torch.rand(32, 32, generator=torch.Generator().manual_seed(0))
    sums, counts = np.zeros(24), np.zeros(24)
    for i in range(32):
        for j in range(32):
            radius = round(math.hypot(min(i, 32 - i), min(j, 32 - j)))
            sums[radius] += power[i, j]
            counts[radius] += 1
    assert ring_means(power).numpy() == pytest.approx(sums[1:17] / counts[1:17], rel=1e-5)


@pytest.mark.parametrize("chosen", states(24))
def test_jump_spectrum_and_histogram_agree_with_numpy(chosen):
    alpha, bar = schedule_of(chosen)
    share = (alpha if chosen["printed"] else bar)[chosen["t"] - 1]
    x0 = standardised(chosen)
    seen = np.sqrt(share) * x0 + np.sqrt(1 - share) * NOISE[chosen["noise"]][:1024].reshape(32, 32)
    got = numbers(**chosen)
    assert got["xt"] == pytest.approx(seen, abs=1e-4)
    assert got["snr"] == pytest.approx(10 * np.log10(share / (1 - share)), abs=1e-2)
    assert got["correlation"] == pytest.approx(np.corrcoef(x0.ravel(), seen.ravel())[0, 1], abs=1e-4)
    power = np.abs(np.fft.fft2(x0)).ravel()[1:] ** 2 / 1024
    above = power * share > 1 - share
    assert got["standing"] == pytest.approx(above.mean(), abs=2.5 / 1023)
    assert got["carried"] == pytest.approx(power[above].sum() / power.sum(), abs=0.01)
    assert got["density"].sum() * 0.2 == pytest.approx(1, abs=1e-4)
    assert (got["density"] * np.linspace(-4, 4, 41)).sum() * 0.2 == pytest.approx(
        np.clip(seen, -4, 4).mean(), abs=1e-4
    )


@pytest.mark.parametrize("chosen", states(12, seed=1))
def test_paths_are_the_chain_walked_move_by_move(chosen):
    alpha, bar = schedule_of(chosen)
    moves = NOISE[chosen["noise"]][1024:].reshape(64, 40)
    _, row, column = chosen["pixel"]
    x = np.full(64, standardised(chosen)[row, column])
    paths, before = [x], 1.0
    for k in range(40):
        ratio = bar[25 * k + 24] / before
        assert ratio == pytest.approx(np.prod(alpha[25 * k : 25 * k + 25]), rel=1e-6)
        x, before = np.sqrt(ratio) * x + np.sqrt(1 - ratio) * moves[:, k], bar[25 * k + 24]
        paths.append(x)
    paths = np.stack(paths, 1)
    got = numbers(**chosen)
    assert got["paths"].reshape(6, 42)[:, :41] == pytest.approx(paths[:6], abs=1e-3)
    stop = round(float(got["stop"])) // 25
    assert abs(25 * stop - chosen["t"]) <= 24
    assert got["path_mean"] == pytest.approx(paths[:, stop].mean(), abs=1e-3)
    assert got["path_spread"] == pytest.approx(paths[:, stop].std(ddof=1), abs=1e-3)


@pytest.mark.parametrize("chosen", states(16, seed=2))
def test_a_chain_whose_noises_combine_into_the_jump_s_lands_on_it(chosen):
    alpha, bar = schedule_of(chosen)
    got, t = numbers(**chosen), chosen["t"]
    _, row, column = chosen["pixel"]
    epsilon = NOISE[chosen["noise"]][32 * row + column]
    x0 = standardised(chosen)[row, column]
    times = got["chain_times"].astype(int)
    assert times.tolist() == [min(25 * k, t) for k in range(41)]
    # Recover each move's noise from the drawn chain, and combine them as the product of alphas says.
    share = np.concatenate([[1.0], bar])[times]
    total = 0.0
    for k in range(1, 41):
        if times[k] == times[k - 1]:
            assert got["chain"][k] == got["chain"][k - 1]
            continue
        ratio = np.prod(alpha[times[k - 1] : times[k]])
        added = (
            got["chain"][k] - np.sqrt(ratio) * got["chain"][k - 1]
        )  # the square root of 1 - ratio, times z
        total += added * np.sqrt(share[-1] / share[k])
    assert total / np.sqrt(1 - share[-1]) == pytest.approx(epsilon, abs=2e-3)
    assert got["combined"] == pytest.approx(epsilon, abs=1e-5)
    landing = np.sqrt(bar[t - 1]) * x0 + np.sqrt(1 - bar[t - 1]) * epsilon
    assert got["chain_end"] == pytest.approx(landing, abs=1e-5)
    used = (alpha if chosen["printed"] else bar)[t - 1]
    jump = np.sqrt(used) * x0 + np.sqrt(1 - used) * epsilon
    assert got["jump"] == pytest.approx(jump, abs=1e-5)
    assert bool(got["missed"]) == (abs(jump - landing) > 1e-6)


def test_the_path_to_the_jump_is_said():
    def line(**chosen):
        return fill(explorer.readouts[-1], explorer.evaluate(chosen), chosen | {"t": chosen.get("t", 200)})

    assert line().endswith("less than 1e−06 apart. At another t, the same ε belongs to another path.")
    assert "the jump has forgotten all steps but the last" in line(printed=True, t=500)
    assert "less than" in line(printed=True, t=1)


def test_the_noises_of_the_chain_to_the_jump_are_a_chain_s_own():
    """They are linear in 1 + 24 independent normal numbers; their covariance is exactly the identity."""
    alpha_bar = alpha_bars(torch.tensor(0.0), torch.tensor(1e-4), torch.tensor(0.02))[1]
    t, zero = torch.tensor(600), torch.zeros((), dtype=torch.float64)
    ratio = torch.cat((torch.ones(1), alpha_bar))[torch.arange(0, 601, 25)]
    ratio = ratio[1:] / ratio[:-1]
    columns = []
    for unit in torch.eye(25):
        drawn = torch.cat((unit[1:], torch.zeros(16)))
        chain = walk_to_jump(zero, zero, unit[0].double(), alpha_bar, drawn, t)["chain"][:25]
        columns.append((chain[1:] - ratio.sqrt() * chain[:-1]) / (1 - ratio).sqrt())
    linear = torch.stack(columns, 1)
    assert torch.allclose(linear @ linear.T, torch.eye(24).double(), atol=1e-9)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_thousand_single_steps_and_the_jump_have_the_same_moments(name):
    alpha, bar = schedule(name)
    mean, variance = 2.0, 0.25
    for t in range(1000):
        mean, variance = np.sqrt(alpha[t]) * mean, alpha[t] * variance + 1 - alpha[t]
        assert mean == pytest.approx(np.sqrt(bar[t]) * 2, rel=1e-9)
        assert variance == pytest.approx(0.25 * bar[t] + 1 - bar[t], rel=1e-9)


def test_paths_and_jump_agree_in_law():
    inputs = explorer.inputs({"t": 400})
    for seed in range(5):
        inputs["noise"] = torch.randn(3584, generator=torch.Generator().manual_seed(seed))
        got = explorer.compute(**inputs)
        z = (got["path_mean"] - got["jump_mean"]) / got["jump_spread"] * 8
        assert abs(z) < 3.5
        assert 0.75 < got["path_spread"] / got["jump_spread"] < 1.25
        assert got["inside"] > 0.85


def test_without_the_bar_the_spread_is_that_of_one_step():
    alpha, bar = schedule("linear")
    assert (np.sqrt(bar[499]) * 2, 0.25 * bar[499] + 1 - bar[499]) == pytest.approx((0.561, 0.941), abs=1e-3)
    assert (np.sqrt(alpha[499]) * 2, 0.25 * alpha[499] + 1 - alpha[499]) == pytest.approx(
        (1.99, 0.258), abs=1e-3
    )
    got = numbers(printed=True, t=500)
    assert got["sigma"] == pytest.approx(np.sqrt(1 - alpha[499]), abs=1e-5)
    assert got["true_sigma"] == pytest.approx(np.sqrt(1 - bar[499]), abs=1e-5)
    assert got["inside"] < 0.3


def test_sentences():
    assert say().startswith("After 200 of 1000 steps, what is seen is 0.81 of the picture plus 0.58 of noise")
    assert "only noise of standard deviation" in say(picture=BLANK)
    assert "0.1002, where 500 steps in a row give 0.9599" in say(printed=True, t=500)
    assert "every frequency of the picture lies below the noise (−43.9 dB)" in say(t=1000)
    assert "no frequency of the picture has drowned yet" in say(t=1, beta_start=1e-5)
    assert "–" not in say(picture=BLANK, t=1000)


@pytest.mark.slow
def test_challenges_are_open_at_the_start_and_can_be_met():
    assert [explorer.evaluate()[c.met].item() for c in explorer.challenges] == [0, 0, 0]
    met = [t for t in range(1, 1001) if numbers(t=t)["equal"]]
    assert 259 in met
    assert len(met) < 15
    assert numbers(schedule="cosine", t=500)["late"]
    assert numbers(schedule="sigmoid", t=500)["late"]
    assert not numbers(schedule="cosine", t=501)["late"]
    assert [t for t in (1, 2, 3, 100, 500, 1000) if numbers(printed=True, t=t)["right"]] == [1]
    assert not numbers(t=1)["right"]


def test_no_linear_schedule_stays_late_and_ends_in_noise():
    for first in np.geomspace(1e-5, 1e-2, 7):
        for last in np.geomspace(1e-3, 0.1, 25):
            assert not numbers(t=500, beta_start=float(first), beta_end=float(last))["late"]


def test_presets_show_what_they_promise():
    first, outline, grass, end, bare = (explorer.evaluate(preset) for preset in explorer.presets.values())
    assert first["correlation"] > 0.99
    assert outline["standing"] < 0.05
    assert outline["carried"] > 0.7
    usual = explorer.evaluate({"t": 300})
    assert grass["carried"] < usual["carried"] - 0.2
    assert abs(end["correlation"]) < 0.1
    assert bare["kind"] == 2


@pytest.mark.parametrize("picture", [None, BLANK])
def test_every_extreme_gives_numbers(picture):
    for name, control in explorer.controls.items():
        for value in control.extremes():
            chosen = ({} if picture is None else {"picture": picture}) | {name: value}
            for key, output in explorer.evaluate(chosen).items():
                assert torch.isfinite(output).all() or key in MAY_BE_BLANK, (key, chosen)
            assert explorer.sentence(explorer.evaluate(chosen), chosen)
