r"""Classes in the plane that no straight line separates: two moons, rings and spirals.

Two spirals are an old test of neural networks (Lang and Witbrock, "Learning to tell two spirals apart",
1988); the moons and rings follow scikit-learn's ``make_moons`` and ``make_circles``.

Differs from scikit-learn: positions along a curve are drawn at random instead of spaced evenly, so the points
are independent samples of one distribution; and the classes take turns, so that any slice is balanced.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number
from dlbook_lib.seed import generator

__all__ = ["rings", "spirals", "two_moons"]


def two_moons(n: int = 200, *, noise: float = 0.1, seed: int | torch.Generator = 0) -> tuple[Tensor, Tensor]:
    r"""Draw points from two half circles, each reaching into the other.

    With an angle :math:`t` uniform in :math:`[0, \pi]`, class 0 lies on :math:`(\cos t, \sin t)` and
    class 1 on :math:`(1 - \cos t, \tfrac12 - \sin t)`; Gaussian noise is then added to both coordinates.

    Parameters
    ----------
    n : int
        Number of points N.
    noise : float
        Standard deviation of the noise.
    seed : int or torch.Generator
        A number, to get the same points at every call, or a stream, to get new ones.

    Returns
    -------
    x : Tensor of shape (N, 2)
        The points, float32.
    y : Tensor of shape (N,)
        Their classes, 0, 1, 0, 1, ... as int64.

    Raises
    ------
    ValueError
        If ``n`` is not positive or ``noise`` is negative.

    Examples
    --------
    >>> x, y = two_moons(4, noise=0.05)
    >>> x.shape, y
    (torch.Size([4, 2]), tensor([0, 1, 0, 1]))
    """
    y, u, stream = _begin(n, 2, seed)
    t = math.pi * u
    upper = torch.stack((t.cos(), t.sin()), dim=1)
    lower = torch.stack((1 - t.cos(), 0.5 - t.sin()), dim=1)
    return _blur(torch.where(y[:, None] == 0, upper, lower), noise, stream), y


def rings(
    n: int = 200, *, inner: float = 0.5, noise: float = 0.05, seed: int | torch.Generator = 0
) -> tuple[Tensor, Tensor]:
    r"""Draw points from two circles with the same centre.

    With an angle :math:`t` uniform in :math:`[0, 2\pi]`, class 0 lies on :math:`(\cos t, \sin t)` and
    class 1 on ``inner`` times that; Gaussian noise is then added to both coordinates.

    Parameters
    ----------
    n : int
        Number of points N.
    inner : float
        Radius of the inner circle, from 0 to 1; the outer one has radius 1.
    noise : float
        Standard deviation of the noise.
    seed : int or torch.Generator
        A number, to get the same points at every call, or a stream, to get new ones.

    Returns
    -------
    x : Tensor of shape (N, 2)
        The points, float32.
    y : Tensor of shape (N,)
        Their classes, 0, 1, 0, 1, ... as int64.

    Raises
    ------
    ValueError
        If ``n`` is not positive, ``inner`` is outside [0, 1] or ``noise`` is negative.

    Examples
    --------
    >>> x, y = rings(100, noise=0)
    >>> x[y == 1].norm(dim=1).mean()
    tensor(0.5000)
    """
    check_number("inner", inner, low=0, high=1)
    y, u, stream = _begin(n, 2, seed)
    t = 2 * math.pi * u
    radius = torch.tensor([1.0, inner])[y]
    return _blur(_polar(radius, t), noise, stream), y


def spirals(
    n: int = 300,
    *,
    classes: int = 3,
    turns: float = 0.75,
    noise: float = 0.02,
    seed: int | torch.Generator = 0,
) -> tuple[Tensor, Tensor]:
    r"""Draw points from spiral arms that wind around the origin, one arm for each class.

    Arm :math:`k` of :math:`K` is, at the radius :math:`r`, at the angle

    .. math:: t = 2\pi \, (k / K + \text{turns} \cdot r), \qquad r = \sqrt{u},

    with :math:`u` uniform in :math:`[0, 1]`, which spreads the points almost evenly along the arm where
    :math:`u` itself would crowd them at the centre; Gaussian noise is then added to both coordinates.

    Parameters
    ----------
    n : int
        Number of points N.
    classes : int
        Number of arms K, at least 2.
    turns : float
        How often an arm goes round on its way from the centre to radius 1; negative for clockwise.
    noise : float
        Standard deviation of the noise.
    seed : int or torch.Generator
        A number, to get the same points at every call, or a stream, to get new ones.

    Returns
    -------
    x : Tensor of shape (N, 2)
        The points, float32.
    y : Tensor of shape (N,)
        Their classes, 0, 1, ..., K - 1, 0, 1, ... as int64.

    Raises
    ------
    ValueError
        If ``n`` is not positive, ``classes`` is below 2, ``turns`` is not finite or ``noise`` is negative.

    Examples
    --------
    >>> x, y = spirals(90, classes=3)
    >>> y.bincount()
    tensor([30, 30, 30])
    """
    check_integer("classes", classes, low=2)
    check_number("turns", turns)
    y, u, stream = _begin(n, classes, seed)
    r = u.sqrt()
    t = 2 * math.pi * (y / classes + turns * r)
    return _blur(_polar(r, t), noise, stream), y


def _begin(n: int, classes: int, seed: int | torch.Generator) -> tuple[Tensor, Tensor, torch.Generator]:
    """Give n labels in turn, n uniform numbers, and the stream for what else is drawn."""
    check_integer("n", n, low=1)
    stream = seed if isinstance(seed, torch.Generator) else generator(seed)
    return torch.arange(n) % classes, torch.rand(n, generator=stream), stream


def _polar(radius: Tensor, angle: Tensor) -> Tensor:
    return torch.stack((radius * angle.cos(), radius * angle.sin()), dim=1)


def _blur(x: Tensor, noise: float, stream: torch.Generator) -> Tensor:
    check_number("noise", noise, low=0)
    return x + noise * torch.randn(x.shape, generator=stream)
