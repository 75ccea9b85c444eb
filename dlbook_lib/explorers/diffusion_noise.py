r"""The way into noise: what a thousand small steps do to a picture, and the one jump that gives the same law.

The chain is that of Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models" (2020, eq. 2 and 4): with
:math:`\alpha_t = 1 - \beta_t` and :math:`\bar\alpha_t = \alpha_1 \cdots \alpha_t`, a step is
:math:`x_t = \sqrt{\alpha_t}\, x_{t-1} + \sqrt{1 - \alpha_t}\, z_t` and the jump to any step is
:math:`x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon`.
That noise hides fine detail first follows Rissanen, Heinonen and Solin, "Generative Modelling with Inverse
Heat Dissipation" (2023).

Differs from them: a picture is scaled to mean 0 and variance 1 instead of to [-1, 1], so that
:math:`\bar\alpha_t / (1 - \bar\alpha_t)` is exactly the ratio of its power to that of the noise.

What is drawn from the stored noise: one :math:`\epsilon` for the whole noised picture, the same for every t,
so that moving t shows one noise growing; and, from other numbers, 64 paths of one pixel, each a chain of 40
exact moves of 25 steps. One more path is drawn from those that use the jump's own noise: its moves' noises,
combined as the chain combines them, are :math:`\epsilon`, and so it lands exactly where the jump does. The
jumps to different t share one noise and are no path: every t has a path of its own that lands there.
"""

from __future__ import annotations

import math

import plotly.graph_objects as go
import torch
from torch import Tensor

from dlbook_lib.data.digits import digits
from dlbook_lib.data.photographs import photograph
from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Hover, Noise, Picture, Slider, Toggle
from dlbook_lib.explorers._diffusion_math import (
    SCHEDULES,
    SIZE,
    STEPS,
    alpha_bars,
    at,
    power_spectrum,
    ring_means,
    spread,
    standardise,
)
from dlbook_lib.explorers._diffusion_panels import curve, image, lines, over_time, pixel_path
from dlbook_lib.explorers._diffusion_paths import MOVE, PATHS, walk_paths, walk_to_jump
from dlbook_lib.figures.theme import COLORS

__all__ = ["diffusion_noise", "noise_picture"]

_PIXELS, _MOVES = SIZE * SIZE, STEPS // MOVE
_TIMES = list(range(0, STEPS + 1, MOVE))
_CENTRES = torch.linspace(-4, 4, 41)


def noise_picture(
    picture, t, schedule, beta_start, beta_end, offset, reach, pixel, noise, printed
) -> dict[str, Tensor]:
    """Noise a picture up to step t, once by the jump and once, for one pixel, step by step.

    Parameters
    ----------
    picture : Tensor of shape (1, 32, 32)
        Grey values in [0, 1].
    t : Tensor
        Steps taken, 1 to 1000, int64.
    schedule, beta_start, beta_end, offset, reach : Tensor
        As in :func:`alpha_bars`.
    pixel : Tensor of shape (3,)
        Which panel, row and column, int64.
    noise : Tensor of shape (3584,)
        Standard normal: 1024 numbers for the picture, 64 × 40 for the paths.
    printed : Tensor
        Whether the jump uses alpha where alpha-bar belongs, bool.

    Returns
    -------
    dict
        What the panels and sentences show.
    """
    alpha, alpha_bar = alpha_bars(schedule, beta_start, beta_end, offset, reach)
    kept = torch.where(printed, alpha, alpha_bar)
    now = at(kept, t - 1)
    x0, blank = standardise(picture[0])
    noisy = (now.sqrt() * x0 + (1 - now).sqrt() * noise[:_PIXELS].reshape(SIZE, SIZE)).float()
    decibel = 10 * torch.log10(kept / (1 - kept))
    numbers = {
        "kept_now": now,
        "signal": now.sqrt(),
        "sigma": (1 - now).sqrt(),
        "true_sigma": (1 - at(alpha_bar, t - 1)).sqrt(),
        "last": alpha_bar[-1],
        "snr": at(decibel, t - 1),
        "correlation": torch.where(blank, math.nan, (x0 * (noisy - noisy.mean())).mean() / spread(noisy)),
        "here": torch.stack((t, t)).double(),
        "box": torch.stack((pixel[2] - 0.5, pixel[2] + 0.5, pixel[1] - 0.5, pixel[1] + 0.5)),
    }
    numbers |= {"x0": x0, "xt": noisy, "snr_shown": numbers["snr"].clamp(-60, 50).expand(1)}
    numbers |= {
        "kept": _thinned(kept),
        "decibel": _thinned(decibel).clamp(-60, 50),
        "kept_shown": now.expand(1),
    }
    numbers |= _histogram(noisy) | _spectrum(x0, noisy, now.float())
    moves = noise[_PIXELS:].reshape(PATHS, _MOVES)
    place = pixel[1] * SIZE + pixel[2]
    start, epsilon = at(x0.flatten(), place).double(), at(noise, place).double()
    jump = now.sqrt() * start + (1 - now).sqrt() * epsilon
    numbers |= walk_paths(start, jump, alpha_bar, kept, moves, t)
    numbers |= walk_to_jump(start, jump, epsilon, alpha_bar, moves[-1], t)
    return numbers | _verdicts(numbers, blank, printed, alpha_bar[499])


def _thinned(values: Tensor) -> Tensor:
    """Take what is drawn of a value per step: the first step and every 25th."""
    return torch.cat((values[:1], values[MOVE - 1 :: MOVE]))


def _histogram(x: Tensor) -> dict[str, Tensor]:
    """Count pixel values, each shared between the two nearest bars, as a density."""
    width = 0.2
    away = (x.reshape(-1, 1).clamp(-4, 4) - _CENTRES).abs()
    density = (1 - away / width).relu().mean(0) / width
    return {"density": density, "tallest": density.max()}


def _spectrum(x0: Tensor, noisy: Tensor, kept: Tensor) -> dict[str, Tensor]:
    """Compare the arriving picture with the noise, wave by wave and in rings of about equal frequency."""
    clean = power_spectrum(x0)
    above = (clean * kept > 1 - kept).float().flatten()[1:]  # without the mean
    power = clean.flatten()[1:]
    return {
        "standing": above.mean(),
        "carried": (above * power).sum() / power.sum().clamp_min(1e-6),
        "picture_rings": (kept * ring_means(clean)).clamp_min(1e-5),
        "noisy_rings": ring_means(power_spectrum(noisy)).clamp_min(1e-5),
        "noise_level": (1 - kept).clamp_min(1e-5).expand(2),
    }


def _verdicts(
    numbers: dict[str, Tensor], blank: Tensor, printed: Tensor, middle: Tensor
) -> dict[str, Tensor]:
    """Choose the sentence and judge the challenges."""
    standing = numbers["standing"]
    plain = 3.0 * (standing < 0.0005) + 4.0 * (standing > 0.9995)
    kind = torch.where(blank, 1.0, torch.where(printed, 2.0, plain))
    equal = (numbers["snr"].abs() < 0.2) & ~printed & ~blank
    late = (middle.sqrt() > 0.65) & (numbers["last"] < 1e-3) & (numbers["here"][0] == 500) & ~printed & ~blank
    right = printed & ((numbers["sigma"] - numbers["true_sigma"]).abs() < 1e-4)
    return {"kind": kind, "equal": equal.float(), "late": late.float(), "right": right.float()}


def _pictures() -> dict[str, Tensor]:
    """Choose a figure on a plain ground, two scenes, and a texture whose power lies in fine detail."""
    x, y = digits(SIZE).train
    grass = photograph("grass")[:, :96, :96]
    return {
        "photographer": photograph("camera", size=SIZE),
        "cat": photograph("chelsea", gray=True, size=SIZE),
        "digit": x[y == 5][1],
        "grass": torch.nn.functional.avg_pool2d(grass, 3),
    }


def draw(
    x0, xt, box, paths, band_mean, band_low, band_high, chain_times, chain, jump, jump_at, here, kept,
    decibel, snr_shown, kept_shown, density, picture_rings, noisy_rings, noise_level,
):  # fmt: skip
    """Lay out seven panels, neighbours of one height."""
    bell = torch.exp(-(_CENTRES**2) / 2) / math.sqrt(2 * math.pi)
    bars = go.Bar(
        x=_CENTRES.tolist(), y=density, name="pixels", marker_color=COLORS["data"], hoverinfo="skip"
    )
    rings = list(range(1, SIZE // 2 + 1))
    spectra = [
        curve(rings, picture_rings, "x₀, faded", COLORS["data"]),
        curve([1, SIZE // 2], noise_level, "noise", COLORS["noise"], dash="8px,4px"),
        curve(rings, noisy_rings, "xₜ, as seen", COLORS["model"], dash="2px,3px"),
    ]
    power = dict(type="log", range=[-3.5, 2.5], dtick=1, exponentformat="power")
    return {
        "picture": image(x0, box, "The picture, x₀", SIZE),
        "noised": image(xt, box, "After {t:d} steps, xₜ", SIZE),
        "path": pixel_path(
            _TIMES, paths, band_mean, band_low, band_high, chain_times, chain, jump, jump_at, here
        ),
        "spectrum": lines(spectra, "Power by frequency", "waves across", dict(range=[1, 16]), power),
        "kept": over_time(
            [1, *_TIMES[1:]], kept, kept_shown, jump_at, "Share of the picture's power kept", (0, 1.03), 0.5
        ),
        "ratio": over_time(
            [1, *_TIMES[1:]], decibel, snr_shown, jump_at, "Signal to noise, in dB", (-62, 52), 0
        ),
        "values": lines(
            [bars, curve(_CENTRES.tolist(), bell.tolist(), "normal law", COLORS["noise"])],
            "Pixel values, up to {tallest:.2f}",
            "value",
            dict(range=[-4, 4]),
            dict(range=[0, 0.8]),
        ),
    }


_SAYS = Cases(
    "kind",
    (
        "After {t:d} of 1000 steps, what is seen is {signal:.2f} of the picture plus {sigma:.2f} of noise "
        "({snr:+.1f} dB). {standing:.0%} of the picture's frequencies still stand above the noise; they "
        "carry {carried:.0%} of its power.",
        "The picture is blank: there is nothing for the noise to hide, and after {t:d} steps only noise of "
        "standard deviation {sigma:.2f} is seen.",
        "With α where ᾱ belongs, the formula remembers only the last step: at t = {t:d} its noise has "
        "standard deviation {sigma:.4f}, where {t:d} steps in a row give {true_sigma:.4f}. Of 64 paths "
        "walked step by step, {inside:.0%} stand in its band at t = {stop:d}.",
        "After {t:d} of 1000 steps, every frequency of the picture lies below the noise ({snr:+.1f} dB): "
        "what is seen correlates with the picture at {correlation:.2f}.",
        "After {t:d} of 1000 steps, no frequency of the picture has drowned yet: the noise has a standard "
        "deviation of only {sigma:.3f} ({snr:+.1f} dB).",
    ),
)

_SAME = (
    "Walked to t = {t:d} with noises that combine into the jump's own, ε = {combined:+.3f}, the pixel (thick "
    "line) ends at {chain_end:+.3f}; the jump (diamond) lands at {jump[0]:+.3f}: "
)

diffusion_noise = Explorer(
    name="diffusion-noise",
    title="From a picture to noise",
    compute=noise_picture,
    draw=draw,
    controls={
        "picture": Picture(_pictures(), label="Picture"),
        "t": Slider(1, STEPS, 200, integer=True, marks={1: "picture", STEPS: "noise"}, label="step t"),
        "schedule": Choice(SCHEDULES, label="schedule"),
        "beta_start": Slider(1e-5, 1e-2, 1e-4, log=True, label="first β (linear schedule)"),
        "beta_end": Slider(1e-3, 0.1, 0.02, log=True, label="last β (linear schedule)"),
        "offset": Slider(1e-3, 0.2, 0.008, log=True, label="offset s (cosine schedule)"),
        "reach": Slider(1, 8, 3, label="reach, −k to k (sigmoid schedule)"),
        "noise": Noise(_PIXELS + PATHS * _MOVES, seed=4, label="noise"),
        "printed": Toggle(label="leave out the bar: α for ᾱ"),
        "pixel": Hover(
            ("picture", "noised"),
            (0, 9, 12),
            sizes={"picture": (SIZE, SIZE), "noised": (SIZE, SIZE)},
            label="pixel that is followed",
        ),
    },
    presets={
        "the first step": {"t": 1},
        "outline only": {"t": 450},
        "fine texture drowns at once": {"picture": {"example": "grass"}, "t": 300},
        "the end": {"t": STEPS},
        "without the bar": {"printed": True, "t": 500},
    },
    says=_SAYS,
    readouts=(
        "ᾱ at the last step is {last:.1e}. Correlation of what is seen with the picture: {correlation:.2f}; "
        "the formula promises √{kept_now:.3f} = {signal:.2f}.",
        "At t = {stop:d}, 64 paths of the framed pixel have mean {path_mean:+.2f} and standard deviation "
        "{path_spread:.2f}; the jump has {jump_mean:+.2f} and {jump_spread:.2f}.",
        Cases(
            "missed",
            [
                _SAME + "less than {apart:.0e} apart. At another t, the same ε belongs to another path.",
                _SAME + "{apart:.3f} apart, because the jump has forgotten all steps but the last.",
            ],
        ),
    ),
    challenges=(
        Challenge("Find the step at which picture and noise are equally strong (0 dB).", met="equal"),
        Challenge(
            "At t = 500 keep the picture's weight above 0.65, with a schedule that still ends in noise "
            "(ᾱ below 0.001 at t = 1000). Can the linear one do it?",
            met="late",
        ),
        Challenge(
            "Leave out the bar, and find a step at which the formula is right all the same.", met="right"
        ),
    ),
    look_for="Before you move t: at which of the 1000 steps will you lose the picture, and which goes first, "
    "its outline or its texture?",
)
