"""One pixel on its way into noise, move by move: many paths, and the one whose noise is that of a jump."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.explorers._diffusion_math import STEPS, at, spread

__all__ = []  # serves diffusion_noise only

MOVE, PATHS, SHOWN = 25, 64, 6  # steps in a move, paths that are counted and that are drawn
_MOVES = STEPS // MOVE


def walk_to_jump(
    start: Tensor, jump: Tensor, epsilon: Tensor, alpha_bar: Tensor, drawn: Tensor, t: Tensor
) -> dict[str, Tensor]:
    """Walk one pixel move by move with noises that combine into the jump's, and compare where both end."""
    times = torch.arange(0, STEPS + 1, MOVE).minimum(t)  # after t it stands still
    bar = torch.cat((torch.ones(1), alpha_bar)).index_select(0, times)
    ratio = bar[1:] / bar[:-1]
    share = (1 - ratio).clamp_min(0).sqrt() * (bar[-1] / bar[1:]).sqrt() / (1 - bar[-1]).sqrt()  # of length 1
    free = drawn.double()
    noises = free + share * (epsilon - (share * free).sum())
    places = [start]
    for keep, z in zip(ratio, noises):
        places.append(keep.sqrt() * places[-1] + (1 - keep).clamp_min(0).sqrt() * z)
    apart = (places[-1] - jump).abs()
    return {
        "chain": torch.stack(places),
        "chain_times": times,
        "chain_end": places[-1],
        "combined": (share * noises).sum(),
        "apart": apart.clamp_min(1e-6),
        "missed": (apart > 1e-6).float(),
    }


def walk_paths(
    start: Tensor, jump: Tensor, alpha_bar: Tensor, kept: Tensor, moves: Tensor, t: Tensor
) -> dict[str, Tensor]:
    """Walk one pixel 64 times: divided by the root of alpha-bar, the chain is a sum of independent moves."""
    bar = alpha_bar[MOVE - 1 :: MOVE]
    variance = (1 - bar) / bar
    added = (variance - torch.cat((torch.zeros(1), variance[:-1]))).clamp_min(0)
    walk = bar.sqrt() * (start + (added.sqrt() * moves.double()).cumsum(1))
    paths = torch.cat((start.expand(PATHS, 1), walk), 1)  # (64, 41)
    share = torch.cat((torch.ones(1), kept[MOVE - 1 :: MOVE]))
    mean, sigma = share.sqrt() * start, (1 - share).sqrt()

    stop = torch.div(t + MOVE // 2, MOVE, rounding_mode="floor").clamp(1, _MOVES)  # the nearest place of rest
    there = paths.index_select(1, stop.reshape(1)).squeeze(1)
    inside = ((there - at(mean, stop)).abs() <= 2 * at(sigma, stop)).double().mean()
    gap = torch.full((SHOWN, 1), math.nan)
    return {
        "paths": torch.cat((paths[:SHOWN], gap), 1).flatten(),
        "band_mean": mean,
        "band_low": mean - 2 * sigma,
        "band_high": mean + 2 * sigma,
        "stop": stop * MOVE,
        "path_mean": there.mean(),
        "path_spread": spread(there) * math.sqrt(PATHS / (PATHS - 1)),
        "jump_mean": at(mean, stop),
        "jump_spread": at(sigma, stop),
        "inside": inside,
        "jump": jump.expand(1),
        "jump_at": t.expand(1),
    }
