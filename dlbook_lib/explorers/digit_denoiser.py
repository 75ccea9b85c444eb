r"""A trained denoiser draws digits while you watch: one press, one step out of the noise.

The network is :class:`~dlbook_lib.generative.denoiser.MLPDenoiser`, trained by
``tools/train_digit_denoiser.py`` on digits of 8×8 pixels with the loss of Ho, Jain and Abbeel, "Denoising
Diffusion Probabilistic Models" (2020). It is run back in 20 large steps, by the formula of Song, Meng and
Ermon, "Denoising Diffusion Implicit Models" (2021, eq. 12): :math:`\eta = 1` adds as much fresh noise as
DDPM does, :math:`\eta = 0` adds none. Guidance: Ho and Salimans, "Classifier-Free Diffusion Guidance"
(2022), a weight of 1 for the digit as it is.

Differs from the papers: predicted digits are cut to the range of ink, without which guidance runs away in
so few steps. The state is eight digits in the making and the count of steps; all noise is stored.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import torch
from torch import Tensor, nn
from torch.func import functional_call

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Noise, Slider
from dlbook_lib.explorers._diffusion_math import at
from dlbook_lib.explorers._diffusion_panels import curve, dot, lines
from dlbook_lib.explorers._diffusion_samplers import clean_point
from dlbook_lib.figures.theme import COLORS, GRAY, frame
from dlbook_lib.generative.ddim import ddim_step
from dlbook_lib.generative.denoiser import MLPDenoiser
from dlbook_lib.generative.schedules import linear_schedule

__all__ = ["denoise_digits", "digit_denoiser"]

COUNT, STEPS, TIMES, ANY = 8, 20, 200, 10
_BARS = linear_schedule(TIMES)
_AT = torch.tensor([round(TIMES * (1 - k / STEPS)) for k in range(STEPS + 1)])
_BAR = _BARS[_AT].float()


def _network() -> MLPDenoiser:
    """Load the trained network, whose weights are stored as 16-bit numbers."""
    with np.load(Path(__file__).with_name("weights") / "digit_denoiser.npz") as stored:
        vector = torch.from_numpy(stored["parameters"].astype(np.float32))
    network = MLPDenoiser(64, width=78, depth=2, classes=ANY + 1).eval().requires_grad_(False)
    nn.utils.vector_to_parameters(vector, network.parameters())
    return network


NETWORK = _network()


def denoise_digits(
    x: Tensor,
    last: Tensor,
    moves: Tensor,
    step: Tensor,
    digit: Tensor,
    weight: Tensor,
    eta: Tensor,
    noise: Tensor,
) -> dict[str, Tensor]:
    """Take one step out of the noise with eight digits; after the last step nothing moves.

    Parameters
    ----------
    x : Tensor of shape (8, 64)
        The digits in the making, ink at 1 and paper at -1; ignored before the first step.
    last : Tensor of shape (8, 64)
        The clean digits that were predicted one step ago.
    moves : Tensor of shape (20,)
        How far that prediction moved in each step so far, NaN where it has not been made.
    step : Tensor
        Steps taken, 0 to 20.
    digit : Tensor
        0 to 9, or 10 for any.
    weight : Tensor
        Guidance weight.
    eta : Tensor
        Share of fresh noise.
    noise : Tensor of shape (21, 8, 64)
        Standard normal: the beginning, then the fresh noise of each step.

    Returns
    -------
    dict
        The state one step further, and what the panels and sentences show.
    """
    done = step >= STEPS
    now = step.round().long().clamp(max=STEPS - 1)
    bar, earlier = at(_BAR.to(x.device), now), at(_BAR.to(x.device), now + 1)
    x = torch.where(step < 1, noise[0], x)
    guess = _guess(x, at(_AT.to(x.device), now), bar, digit, weight)
    left = (x - bar.sqrt() * guess) / (1 - bar).sqrt()
    following = ddim_step(x, left, bar=bar, earlier=earlier, eta=eta, fresh=at(noise, now + 1))
    following, guess = torch.where(done, x, following), torch.where(done, last, guess)
    moved = (guess - torch.where(step < 1, guess, last)).square().mean().sqrt()
    place = (torch.arange(STEPS, device=x.device) == now) & (now > 0) & ~done
    moves = torch.where(place, moved, torch.where(step < 1, math.nan, moves))
    taken = (step + 1).clamp(max=STEPS)
    state = {"x": following, "last": guess, "moves": moves, "step": taken}
    return state | _shown(following, guess, taken, digit)


def _shown(x: Tensor, guess: Tensor, taken: Tensor, digit: Tensor) -> dict[str, Tensor]:
    """Lay out the digits, choose the sentence and judge the challenges."""
    finished = (taken >= STEPS).float()
    reached = taken.round().long()
    spread = (guess - guess.mean(0)).square().mean().sqrt()
    asked = digit < ANY
    return {
        "time": at(_AT.to(x.device), reached),
        "pictures": _tile(x, guess),
        "here": taken.expand(1),
        "high": torch.where(finished > 0.5, 0.0, math.nan).expand(1),
        "sigma": (1 - at(_BAR.to(x.device), reached)).clamp_min(0).sqrt(),
        "spread": spread,
        "grey": (guess.abs() < 0.5).float().mean(),
        "kind": finished + (finished > 0.5) * asked,
        "alike": ((finished > 0.5) & (spread < 0.22) & asked).float(),
        "mixed": ((finished > 0.5) & (spread > 0.42)).float(),
    }


def _guess(x: Tensor, t: Tensor, bar: Tensor, digit: Tensor, weight: Tensor) -> Tensor:
    """Predict the clean digits, guided."""
    asked = digit.round().long().expand(COUNT)
    both = torch.cat((torch.full_like(asked, ANY), asked))
    # In float64: at first an error of the noise is divided by 0.006, and torch and the page must agree.
    weights = {name: value.to(x.device).double() for name, value in NETWORK.named_parameters()}
    given = x.double().repeat(2, 1), t.expand(2 * COUNT), both
    without, with_digit = functional_call(NETWORK, weights, given).chunk(2)
    seen = without + weight.double() * (with_digit - without)
    return clean_point(x.double(), seen, bar.double()).clamp(-1, 1).float()


def _tile(x: Tensor, guess: Tensor) -> Tensor:
    """Lay eight digits out in two rows, and their guesses in two rows below, with gaps between: (38, 35)."""
    pictures = torch.stack((x, guess)).reshape(2, 2, 4, 8, 8)
    spaced = torch.nn.functional.pad(pictures, (0, 1, 0, 1), value=math.nan)
    halves = spaced.permute(0, 1, 3, 2, 4).reshape(2, 18, 36)[:, :-1, :-1]  # each (17, 35)
    return torch.nn.functional.pad(halves, (0, 0, 0, 4), value=math.nan).reshape(42, 35)[:-4]


def _pictures(z, title: str) -> go.Figure:
    """Draw small grey pictures, white ink on black."""
    cells = go.Heatmap(z=z, zmin=-1.5, zmax=1.5, colorscale=GRAY, showscale=False, hoverinfo="skip")
    edge = dict(visible=False, constrain="domain")
    return frame(
        [cells],
        alt=title,
        default="",
        title=title,
        height=320,
        aspect=38 / 35,
        xaxis=edge | dict(range=[-0.5, 34.5]),
        yaxis=edge | dict(range=[37.5, -0.5], scaleanchor="x"),
    )


def draw(pictures, moves, here, high) -> dict[str, go.Figure]:
    """Lay out the digits in the making, below them what the network thinks they are, and how that changes."""
    traces = [
        curve(list(range(1, STEPS + 1)), moves, "change of the guess", COLORS["model"]),
        dot(here, high, name="done"),
    ]
    span = dict(range=[0, STEPS + 0.5]), dict(range=[0, 0.6])
    return {
        "pictures": _pictures(pictures, "At t = {time:d}; below, the guesses"),
        "moves": lines(traces, "How far the guess moves in a step", "step", *span, legend=False),
    }


_DIGITS = {"any": float(ANY)} | {str(k): float(k) for k in range(10)}

digit_denoiser = Explorer(
    name="digit-denoiser",
    title="A denoiser at work",
    compute=denoise_digits,
    draw=draw,
    state={
        "x": torch.zeros(COUNT, 64),
        "last": torch.zeros(COUNT, 64),
        "moves": torch.full((STEPS,), math.nan),
        "step": torch.tensor(0.0),
    },
    controls={
        "digit": Choice(_DIGITS, "3", label="Digit"),
        "weight": Slider(0, 6, 1, step=0.1, marks={0: "not asked for", 1: "as it is"}, label="Guidance"),
        "eta": Choice({"DDIM: no fresh noise": 0.0, "DDPM: fresh noise at every step": 1.0}, label="Sampler"),
        "noise": Noise(STEPS + 1, COUNT, 64, draws=2, seed=2, label="noise"),
    },
    presets={
        "any digit": {"digit": "any"},
        "fresh noise": {"eta": "DDPM: fresh noise at every step"},
        "strong guidance": {"weight": 4},
        "not asked for": {"weight": 0},
    },
    says=Cases(
        "kind",
        (
            "After step {step:d} of 20, at t = {time:d}, noise of standard deviation {sigma:.2f} is left, "
            "and the network is undecided about {grey:.0%} of the pixels below it.",
            "Done: eight digits of the network's own choice, whose pixels differ from their mean by "
            "{spread:.2f} on average.",
            "Done: eight times a {digit}, whose pixels differ from their mean by {spread:.2f} on average.",
        ),
    ),
    challenges=(
        Challenge("Draw eight of one digit that differ by less than 0.22.", met="alike"),
        Challenge("Draw eight digits that differ by more than 0.42.", met="mixed"),
    ),
    look_for="Press Play and watch the lower eight, the network's guesses: at which step do you know each "
    "digit, and how much noise is there still above? Then raise the guidance and start again from the same "
    "noise.",
)
