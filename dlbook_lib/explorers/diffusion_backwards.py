r"""The way back out of noise, in a plane where the exact score stands in for the network.

128 points of noise run back to a mixture of eight Gaussians, by DDPM, DDIM or the probability-flow equation
(papers and formulas: ``_diffusion_samplers.py``), along the linear schedule of Ho, Jain and Abbeel (2020), in
5, 10, 20 or 50 steps that share the 1000 times evenly. All four runs start from the same stored noise and use
the same stored noise in their k-th steps; so does a DDPM beside the chosen run, with which it is compared.

The distance to the truth is the energy distance of Székely and Rizzo, "Energy statistics" (2013), to 128 true
points dealt evenly to the Gaussians; what 128 other true points, dealt at random, have is given beside it.

Differs from the papers: there is no network, hence no error but that of the steps.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch._higher_order_ops.scan import scan

from dlbook_lib.explore import Cases, Challenge, Choice, Explorer, Noise, Points, Slider
from dlbook_lib.explorers._diffusion_math import STEPS, at
from dlbook_lib.explorers._diffusion_plane import arrow_field, over_counts, sample_plane
from dlbook_lib.explorers._diffusion_samplers import (
    SAMPLERS,
    blob_width,
    clean_point,
    extent,
    mixture_score,
    pair_distance,
    sampler_step,
    trails_until,
)
from dlbook_lib.generative.schedules import linear_schedule

__all__ = ["diffusion_backwards", "run_backwards"]

COUNTS, POINTS, TRAILS, REACH = (5, 10, 20, 50), 128, 5, 3.4
_MOST = COUNTS[-1]
_BAR = linear_schedule().float()
# After its last step a run stands still at t = 0: (51, 4).
_TIMES = torch.tensor([[round(STEPS * (1 - min(i / n, 1))) for n in COUNTS] for i in range(_MOST + 1)])
_MEMBERS = torch.tensor([[1.0] * 8, [1.0] * 4 + [0.0] * 4, [0.0] * 4 + [1.0] * 4])
_FIRST, _AMONG = torch.tensor([0, 0, 4]), torch.tensor([8, 4, 4])
_STREAM = torch.Generator().manual_seed(11)
_DEALT = torch.stack((torch.arange(POINTS), torch.randint(1 << 20, (POINTS,), generator=_STREAM)))
_TRUE_NOISE = torch.randn(2, POINTS, 2, generator=_STREAM)
_LINE = torch.linspace(-3, 3, 11)
_GRID = torch.cartesian_prod(_LINE, _LINE)
_CELLS = torch.linspace(-REACH, REACH, 36)
_PLANE = torch.cartesian_prod(_CELLS, _CELLS).reshape(36, 36, 2).transpose(0, 1).reshape(-1, 2)


def run_backwards(
    centres: Tensor,
    spread: Tensor,
    sampler: Tensor,
    eta: Tensor,
    count: Tensor,
    progress: Tensor,
    target: Tensor,
    weight: Tensor,
    predicts: Tensor,
    noise: Tensor,
) -> dict[str, Tensor]:
    """Run noise back to data with the exact score, and measure how far from the truth it ends.

    Parameters
    ----------
    centres : Tensor of shape (8, 2)
        Where the Gaussians stand; the first four are the class of circles, the others that of squares.
    spread : Tensor
        Their standard deviation.
    sampler, eta : Tensor
        As in :func:`~dlbook_lib.explorers._diffusion_samplers.sampler_step`.
    count : Tensor
        Which number of steps: 0 to 3 for 5, 10, 20 and 50.
    progress : Tensor
        How much of the run is shown, from 0 to 1.
    target : Tensor
        0 for all Gaussians, 1 for circles, 2 for squares.
    weight : Tensor
        Guidance weight; without effect on all Gaussians.
    predicts : Tensor
        What the arrows show: 0 score, 1 noise, 2 clean point, 3 velocity.
    noise : Tensor of shape (51, 128, 2)
        Standard normal: the points at first, then the noise of each step.

    Returns
    -------
    dict
        What the panels and sentences show.
    """
    which, kind = count.round().long(), target.round().long()
    chosen = which.reshape(1)
    times = torch.cat((_TIMES, _TIMES.index_select(1, chosen)), 1)  # the fifth run is DDPM
    bars = _BAR[times].unsqueeze(-1).unsqueeze(-1)  # (51, 5, 1, 1)
    field = centres, spread, at(_MEMBERS, kind), weight
    walk = _walk(bars, noise, field, sampler, eta)

    total = at(torch.tensor(COUNTS), which)
    taken = torch.floor(progress * total + 0.5).long()
    run, own = (each.index_select(1, chosen).squeeze(1) for each in (walk, bars))  # run: (51, 128, 2)
    bar = at(own, taken).squeeze()
    before = (taken - 1).clamp_min(0)
    pair = at(run, before), at(own, before).squeeze(), at(own, before + 1).squeeze(), at(noise, before + 1)
    ended = _measure(walk[-1], centres, spread, kind)
    results = {
        "here": at(run, taken),
        "spots": centres.clone(),
        "trails": trails_until(taken, run[:, :TRAILS]).transpose(0, 1).reshape(-1, 2),
        "density": _density(bar, centres, spread, field[2]),
        "arrows": _arrows(bar, field, predicts),
        "agreement": _disagreement(pair, field, sampler, eta).clamp_min(1e-5),
        "taken": taken,
        "total": total,
        "time": at(times.index_select(1, chosen), taken).squeeze(),
        "sigma": (1 - bar).sqrt(),
        "apart": (at(walk[-1], which) - walk[-1, 4]).abs().max().clamp_min(1e-3),
    }
    return results | ended | _verdicts(results, ended, which, kind, sampler, weight)


def _walk(bars: Tensor, noise: Tensor, field: tuple, sampler: Tensor, eta: Tensor) -> Tensor:
    """Run all counts of steps, and DDPM with the chosen one, side by side: (51, 5, 128, 2)."""
    methods = torch.cat((sampler.expand(4), torch.zeros(1))).reshape(5, 1, 1)

    def step(x, given):
        bar, earlier, z = given
        x = sampler_step(x, mixture_score(x, bar, *field), bar, earlier, z, methods, eta)
        return x, x.clone()

    start = noise[:1].repeat(5, 1, 1)
    given = bars[:-1].clone(), bars[1:].clone(), noise[1:].clone()  # scan refuses views
    if torch.compiler.is_exporting():  # one loop in the page's model; in torch it would be compiled first
        return torch.cat((start.unsqueeze(0), scan(step, start, given)[1]))
    places = [start]
    for now in zip(*given):
        places.append(step(places[-1], now)[0])
    return torch.stack(places)


def _measure(x: Tensor, centres: Tensor, spread: Tensor, kind: Tensor) -> dict[str, Tensor]:
    """Compare where the first four runs ended with true points, and those with others."""
    owner = at(_FIRST, kind) + torch.remainder(_DEALT, at(_AMONG, kind))
    true = centres[owner] + spread * _TRUE_NOISE  # (2, 128, 2)
    x = torch.cat((x[:4], true[1:]))
    far = pair_distance(x, true[:1].expand(5, POINTS, 2))
    energy = 2 * far - pair_distance(x, x) - pair_distance(true[:1], true[:1])
    ends = torch.cat((x, true[:1]))
    width, wide = blob_width(ends, centres), extent(ends)
    return {
        "energy": energy[:4].clamp_min(1e-4),
        "floor": energy[4:].clamp_min(1e-4).expand(2),
        "width": width[:4] / width[5],
        "extent": wide[:4] / wide[5],
    }


def _density(bar: Tensor, centres: Tensor, spread: Tensor, member: Tensor) -> Tensor:
    """Draw the density that the present time should have, as a share of its highest value."""
    variance = bar * spread**2 + 1 - bar
    away = (_PLANE.unsqueeze(1) - bar.sqrt() * centres).square()
    height = (torch.exp(-(away[..., 0] + away[..., 1]) / (2 * variance)) * member).sum(-1)
    return (height / height.max().clamp_min(1e-30)).reshape(36, 36)


def _arrows(bar: Tensor, field: tuple, predicts: Tensor) -> Tensor:
    """Draw what a network would predict, as arrows no longer than a cell: (11 * 11 * 6, 2)."""
    score = mixture_score(_GRID, bar, *field)
    noise = -(1 - bar).sqrt() * score
    clean = clean_point(_GRID, noise, bar)
    velocity = bar.sqrt() * noise - (1 - bar).sqrt() * clean
    shown = torch.where(predicts == 2, clean - _GRID, velocity)
    shown = torch.where(predicts == 0, score, torch.where(predicts == 1, noise, shown))
    reach = 0.5 * shown / (1 + shown.square().sum(-1, keepdim=True).sqrt())
    side = torch.stack((-reach[:, 1], reach[:, 0]), -1)
    tip = _GRID + reach
    barbs = [tip - 0.35 * reach + 0.2 * side, tip, tip - 0.35 * reach - 0.2 * side]
    return torch.stack((_GRID, tip, *barbs, torch.full_like(tip, math.nan)), 1).reshape(-1, 2)


def _disagreement(pair: tuple, field: tuple, sampler: Tensor, eta: Tensor) -> Tensor:
    """Step from the noise, the clean point and the velocity; measure how far the three results differ."""
    x, bar, earlier, z = pair
    signal, sigma = bar.sqrt(), (1 - bar).sqrt()
    noise = -sigma * mixture_score(x, bar, *field)
    clean = clean_point(x, noise, bar)
    velocity = signal * noise - sigma * clean
    same = torch.stack((noise, (x - signal * clean) / sigma, sigma * x + signal * velocity))
    ends = sampler_step(x, -same / sigma, bar, earlier, z, sampler, eta)
    return (ends.amax(0) - ends.amin(0)).max()


def _verdicts(
    results: dict, ended: dict, which: Tensor, kind: Tensor, sampler: Tensor, weight: Tensor
) -> dict:
    """Pick out the chosen run, its sentence and the challenges."""
    taken, total = results["taken"], results["total"]
    guided = (kind > 0) & ((weight - 1).abs() > 1e-3)
    done = torch.where(guided, 3.0, 2.0)
    energy, width, wide = (at(ended[name], which) for name in ("energy", "width", "extent"))
    finished = taken == total
    quick = finished & (total <= 10) & (energy < 0.02) & ~guided
    same = finished & (sampler == 1) & (results["apart"] < 1e-2)
    narrow = finished & (kind > 0) & (total == 50) & (wide < 0.6)
    return {
        "kind": torch.where(taken == 0, 0.0, torch.where(finished, done, 1.0)),
        "energy_now": energy.expand(1),
        "width_now": width.expand(1),
        "total_now": total.expand(1),
        "extent_now": wide,
        "quick": quick.float(),
        "same": same.float(),
        "narrow": narrow.float(),
    }


def draw(here, spots, trails, density, arrows, energy, floor, energy_now, total_now, width, width_now):
    """Lay out four panels."""
    return {
        "samples": sample_plane(density, here, spots, _CELLS.tolist(), "Points at t = {time:d}"),
        "field": arrow_field(arrows, trails, spots, REACH, "What the network would say"),
        "distance": over_counts(
            COUNTS,
            energy,
            total_now,
            energy_now,
            "Distance to the truth",
            (-2.5, 0.5),
            (floor, "true points"),
        ),
        "width": over_counts(
            COUNTS, width, total_now, width_now, "Width of a blob over the true one", (-1, 1)
        ),
    }


_ANGLES = [(k + 0.5) * math.pi / 4 for k in range(8)]
_RING = [[round(2 * math.cos(a), 3), round(2 * math.sin(a), 3)] for a in _ANGLES]
_TWO = [[-1.5, 0.0]] * 4 + [[1.5, 0.0]] * 4
_NAMES = [f"{shape} {k}" for shape in ("circle", "square") for k in range(1, 5)]

diffusion_backwards = Explorer(
    name="diffusion-backwards",
    title="Back out of noise",
    compute=run_backwards,
    draw=draw,
    controls={
        "progress": Slider(0, 1, 1, step=0.02, marks={0: "noise", 1: "data"}, label="how far back"),
        "sampler": Choice(SAMPLERS, label="sampler"),
        "count": Choice({str(n): k for k, n in enumerate(COUNTS)}, "20", label="steps"),
        "eta": Slider(0, 1, 0, step=0.05, label="η (DDIM only)"),
        "target": Choice({"everything": 0, "circles": 1, "squares": 2}, label="draw"),
        "weight": Slider(0, 6, 1, step=0.1, marks={1: "as it is"}, label="guidance (classes only)"),
        "predicts": Choice(
            {"score": 0, "noise ε": 1, "clean point x₀": 2, "velocity v": 3}, label="arrows show"
        ),
        "spread": Slider(0.1, 0.6, 0.2, step=0.02, label="width of the Gaussians"),
        "noise": Noise(_MOST + 1, POINTS, 2, draws=2, seed=4, label="noise"),
        "centres": Points(_RING, panel="samples", x=(-3, 3), y=(-3, 3), names=_NAMES, label="Gaussian"),
    },
    presets={
        "half way": {"progress": 0.5},
        "five steps": {"count": "5"},
        "no fresh noise": {"sampler": "DDIM"},
        "two blobs": {"centres": _TWO, "progress": 0.7},
        "circles, guided": {"target": "circles", "weight": 4, "count": "50"},
    },
    says=Cases(
        "kind",
        (
            "At t = 1000 every point is pure noise: none shows yet where it belongs.",
            "After {taken:d} of {count} steps of {sampler}, at t = {time:d}, noise of standard deviation "
            "{sigma:.2f} is still to be removed.",
            "{sampler} with {count} steps ends at a distance of {energy_now[0]:.3f} from the truth "
            "(other true points: {floor[0]:.3f}), and its blobs are {width_now[0]:.2f} times as wide as "
            "the true ones.",
            "Guided with a weight of {weight:.1f} towards {target}, {sampler} with {count} steps fills "
            "{extent_now:.2f} of the extent of the class and ends at a distance of {energy_now[0]:.3f} from "
            "it (other true points: {floor[0]:.3f}).",
        ),
    ),
    readouts=(
        "Predicting ε, x₀ or v is the same: the three next steps differ by less than {agreement:.5f}.",
        "From the same noise, the point farthest from where DDPM takes it is {apart:.2f} away at the end.",
    ),
    challenges=(
        Challenge("In at most 10 steps, end at a distance below 0.02 from everything.", met="quick"),
        Challenge("Make DDIM take every point where DDPM takes it.", met="same"),
        Challenge("Guide 50 steps until a class keeps less than 0.6 of its extent.", met="narrow"),
    ),
    look_for="Before you choose: which sampler will need fewer steps, the one that adds fresh noise at every "
    "step or one that adds none?",
)
