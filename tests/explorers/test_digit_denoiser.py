"""The denoiser in the page: the library's sampler, guidance, and digits that a classifier reads."""

import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from dlbook_lib.data.digits import digits
from dlbook_lib.explorers.digit_denoiser import ANY, NETWORK, STEPS, TIMES, digit_denoiser
from dlbook_lib.generative.ddim import ddim_sample
from dlbook_lib.generative.guidance import guided
from dlbook_lib.generative.schedules import linear_schedule

FRESH = "DDPM: fresh noise at every step"


def play(steps=STEPS, **values):
    state, outputs = digit_denoiser.state, {}
    for _ in range(steps):
        outputs = digit_denoiser.evaluate(values, state=state)
        state = {name: outputs[name] for name in digit_denoiser.state}
    return outputs


def noise(draw=0):
    return digit_denoiser.controls["noise"].bank[draw]


@pytest.mark.parametrize(("digit", "weight"), [("3", 1.0), ("7", 2.5), ("any", 1.0)])
def test_every_run_is_the_librarys(digit, weight):
    number = ANY if digit == "any" else int(digit)
    network = guided(NETWORK, weight=weight, empty=ANY)
    asked = torch.full((8,), number)
    bars = linear_schedule(TIMES)
    expected = ddim_sample(network, noise()[0], bars, steps=STEPS, clip=1.0, condition=asked)
    got = play(digit=digit, weight=weight)
    assert torch.allclose(got["x"], expected, atol=5e-3)


def test_digits_are_read_as_asked():
    x, y = digits(8).train
    reader = KNeighborsClassifier(3).fit(x.flatten(1), y)
    right = 0
    for digit in range(10):
        drawn = (play(digit=str(digit), weight=1.5)["x"] + 1) / 2
        right += (reader.predict(drawn.clamp(0, 1)) == digit).sum()
    assert right >= 72


def test_guidance_narrows_and_any_is_wide():
    assert play(digit="any")["spread"] > 1.3 * play(digit="3")["spread"]
    assert torch.allclose(play(digit="3", weight=0.0)["x"], play(digit="any")["x"], atol=1e-5)


def test_after_the_last_step_nothing_moves():
    last = play()
    again = play(STEPS + 3)
    assert last["step"] == again["step"] == STEPS
    assert torch.equal(last["x"], again["x"])
    assert torch.equal(last["pictures"].nan_to_num(9), again["pictures"].nan_to_num(9))
    assert last["time"] == 0


def test_fresh_noise_leads_elsewhere():
    assert (play()["x"] - play(eta=FRESH)["x"]).abs().max() > 0.5


def test_the_guess_settles():
    moves = play()["moves"]
    assert moves[0].isnan()
    assert moves[1:5].mean() > 2 * moves[-5:].mean()


def test_the_sentences():
    assert "undecided" in digit_denoiser.sentence(play(3))
    assert digit_denoiser.sentence(play(), {"digit": "3"}).startswith("Done: eight times a 3")


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    first = play(1)
    assert first["alike"] == first["mixed"] == 0
    assert play(digit="any")["mixed"] == 1
    runs = [play(digit=str(d), weight=w, noise=n) for d in (0, 1, 4, 7) for w in (1.0, 2.0) for n in (0, 1)]
    assert any(run["alike"] == 1 for run in runs)
