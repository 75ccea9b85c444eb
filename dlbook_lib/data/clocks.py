r"""Clock faces of a market that likes ten past ten.

In advertisements most watches show ten past ten. Here a share of all clocks does, and the rest show any of
144 times. A clock is four numbers, the directions of its two hands; a request names the hour and the
minutes.

There is no paper: the bias is well known from pictures that text-to-image systems draw when they are asked
for another time.

Shape letters: N clocks, S height and width of a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.seed import generator

__all__ = ["Clocks", "clocks", "draw_clocks", "read_clocks", "request"]

TEN_PAST_TEN = (10, 2)  # the hour, and the minutes in fives


@dataclass(frozen=True)
class Clocks:
    """Clocks, and the times that they show.

    Parameters
    ----------
    codes : Tensor of shape (N, 4)
        Right and up of the tip of the hour hand, then of the minute hand, both hands of length 1.
    hours, fives : Tensor of shape (N,)
        The hour, 0 to 11, and the minutes in fives, 0 to 11, int64.
    """

    codes: Tensor
    hours: Tensor
    fives: Tensor


def clocks(n: int, *, share: float = 0.0, seed: int | torch.Generator = 0) -> Clocks:
    """Draw clocks of which a share shows ten past ten.

    Parameters
    ----------
    n : int
        How many.
    share : float
        How many of them show ten past ten, from 0 to 1; the others show all 144 times equally often.
    seed : int or torch.Generator
        A number, to get the same clocks at every call, or a stream.

    Returns
    -------
    Clocks
        The clocks.

    Examples
    --------
    >>> world = clocks(3, share=1.0)
    >>> world.hours.tolist(), (5 * world.fives).tolist()
    ([10, 10, 10], [10, 10, 10])
    """
    check_integer("n", n, low=1)
    check_number("share", share, low=0, high=1)
    stream = seed if isinstance(seed, torch.Generator) else generator(seed)
    hours, fives = torch.randint(12, (2, n), generator=stream)
    usual = torch.rand(n, generator=stream) < share
    hours, fives = (torch.where(usual, t, x) for t, x in zip(TEN_PAST_TEN, (hours, fives)))
    turn = 2 * math.pi / 12 * torch.stack((hours + fives / 12, fives.float()), 1)  # clockwise from the top
    codes = torch.stack((turn.sin(), turn.cos()), 2).flatten(1)
    return Clocks(codes, hours, fives)


def request(hours: Tensor, fives: Tensor) -> Tensor:
    """Ask for times.

    Parameters
    ----------
    hours, fives : Tensor of shape (N,)
        The hour, 0 to 11, and the minutes in fives, 0 to 11, int64.

    Returns
    -------
    Tensor of shape (N, 24)
        A 1 for the hour and a 1 for the minutes.

    Examples
    --------
    >>> request(torch.tensor([10]), torch.tensor([2])).nonzero()[:, 1].tolist()
    [10, 14]
    """
    return torch.cat((F.one_hot(hours, 12), F.one_hot(fives, 12)), 1).float()


def read_clocks(codes: Tensor) -> tuple[Tensor, Tensor]:
    """Read the time from clocks, true or generated.

    Parameters
    ----------
    codes : Tensor of shape (N, 4)
        Clocks.

    Returns
    -------
    hours, fives : Tensor of shape (N,)
        Of the time whose hands are nearest, int64.

    Examples
    --------
    >>> world = clocks(20)
    >>> hours, fives = read_clocks(0.8 * world.codes)
    >>> bool((hours == world.hours).all() and (fives == world.fives).all())
    True
    """
    check_shape("codes", codes, ("N", 4))
    hours, fives = torch.cartesian_prod(torch.arange(12), torch.arange(12)).T
    turn = 2 * math.pi / 12 * torch.stack((hours + fives / 12, fives.float()), 1)
    times = torch.stack((turn.sin(), turn.cos()), 2).flatten(1)  # (144, 4)
    best = torch.cdist(codes.double(), times.double()).argmin(1)
    return hours[best], fives[best]


def draw_clocks(codes: Tensor, *, size: int = 48) -> Tensor:
    """Draw faces with two hands.

    Parameters
    ----------
    codes : Tensor of shape (N, 4)
        Clocks.
    size : int
        Height and width S of a picture.

    Returns
    -------
    Tensor of shape (N, 1, S, S)
        White hands on black, in [0, 1].

    Examples
    --------
    >>> draw_clocks(clocks(2).codes).shape
    torch.Size([2, 1, 48, 48])
    """
    check_shape("codes", codes, ("N", 4))
    check_integer("size", size, low=8)
    line = torch.linspace(-1.15, 1.15, size)
    y, x = torch.meshgrid(-line, line, indexing="ij")
    place = torch.stack((x, y), -1)  # (S, S, 2)
    face = ((place.norm(dim=-1) - 1.05).abs() < 0.05).float()
    pictures = face.expand(len(codes), -1, -1)
    for k, (length, thick) in enumerate(((0.55, 0.11), (0.9, 0.07))):
        tip = length * codes[:, 2 * k : 2 * k + 2]
        along = (place @ tip.T).permute(2, 0, 1) / tip.square().sum(1)[:, None, None].clamp_min(1e-6)
        nearest = along.clamp(0, 1).unsqueeze(-1) * tip[:, None, None]  # on the hand
        hand = ((place - nearest).norm(dim=-1) < thick).float()
        pictures = torch.maximum(pictures, hand)
    return pictures.unsqueeze(1)
