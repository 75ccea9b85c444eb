r"""Losses of two weights, small enough to see whole: value, closed-form gradient, where the minima are.

A quadratic bowl of any condition number, the valleys of Rosenbrock ("An automatic method for finding the
greatest or least value of a function", 1960) and Beale ("On an iterative method for finding a local minimum
of a function of more than one variable", 1958), a saddle, a double well, and Himmelblau's function, which
has four minima of the same depth, here tilted so that one is deepest ("Applied nonlinear programming",
1972). Differs from the originals in nothing but that tilt.

Every function takes weights of shape (..., 2) and is made of plain arithmetic, so that it can be exported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from dlbook_lib.checks import check_in
from dlbook_lib.optim.settings import Number

__all__ = ["SURFACES", "Surface", "hessian", "quadratic", "quadratic_gradient", "surface_named"]


@dataclass(frozen=True)
class Surface:
    """A loss of two weights, and what one should know of it.

    Parameters
    ----------
    name : str
        What it is called in figures.
    value : callable
        From weights of shape (..., 2) to losses of shape (...).
    gradient : callable
        From weights of shape (..., 2) to gradients of that shape, in closed form.
    minimisers : tuple of (float, float)
        The lowest places; empty where there is no minimum.
    start : (float, float)
        A place from which descent is worth watching.
    window : ((float, float), (float, float))
        What to draw: the ranges of the two weights.
    lr : float
        A rate at which plain gradient descent from ``start`` does not blow up.
    """

    name: str
    value: Callable[[Tensor], Tensor]
    gradient: Callable[[Tensor], Tensor]
    minimisers: tuple[tuple[float, float], ...]
    start: tuple[float, float]
    window: tuple[tuple[float, float], tuple[float, float]]
    lr: float


def quadratic(w: Tensor, *, condition: Number = 10.0, angle: Number = 0.0) -> Tensor:
    r"""Return the height of a bowl whose curvatures are 1 and :math:`\kappa`.

    .. math:: L(w) = \tfrac12 \bigl(u_1^2 + \kappa\, u_2^2\bigr), \qquad
        u = \begin{pmatrix} \cos\varphi & \sin\varphi \\ -\sin\varphi & \cos\varphi \end{pmatrix} w

    Parameters
    ----------
    w : Tensor of shape (..., 2)
        Weights.
    condition : float or Tensor
        :math:`\kappa`, the larger curvature over the smaller.
    angle : float or Tensor
        :math:`\varphi`, in radians: how far the valley is turned from the first axis.

    Returns
    -------
    Tensor of shape (...)
        The loss.

    Examples
    --------
    >>> quadratic(torch.tensor([3.0, 1.0]), condition=100.0)
    tensor(54.5000)
    """
    along, across = _turn(w, angle)
    return (along * along + condition * across * across) / 2


def quadratic_gradient(w: Tensor, *, condition: Number = 10.0, angle: Number = 0.0) -> Tensor:
    r"""Return the gradient of :func:`quadratic`.

    Parameters
    ----------
    w : Tensor of shape (..., 2)
        Weights.
    condition, angle : float or Tensor
        As in :func:`quadratic`.

    Returns
    -------
    Tensor of shape (..., 2)
        The gradient.

    Examples
    --------
    >>> quadratic_gradient(torch.tensor([3.0, 1.0]), condition=100.0)
    tensor([  3., 100.])
    """
    along, across = _turn(w, angle)
    cos, sin = _cos_sin(w, angle)
    across = condition * across
    return torch.stack([cos * along - sin * across, sin * along + cos * across], dim=-1)


def hessian(surface: Surface, w: Tensor) -> Tensor:
    """Return the second derivatives of a surface at one place, by differentiating its gradient.

    Parameters
    ----------
    surface : Surface
        The loss.
    w : Tensor of shape (2,)
        Where.

    Returns
    -------
    Tensor of shape (2, 2)
        The Hessian.

    Examples
    --------
    >>> hessian(surface_named("saddle"), torch.tensor([0.3, 0.1])).diagonal()
    tensor([ 2., -2.])
    """
    return torch.autograd.functional.jacobian(surface.gradient, w)


def surface_named(name: str) -> Surface:
    """Take one of the six surfaces by its name.

    Parameters
    ----------
    name : {"quadratic", "rosenbrock", "beale", "saddle", "double-well", "four-minima"}
        Its key in ``SURFACES``.

    Returns
    -------
    Surface
        The loss and what belongs to it.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> surface_named("rosenbrock").minimisers
    ((1.0, 1.0),)
    """
    check_in("name", name, tuple(SURFACES))
    return SURFACES[name]


def _cos_sin(w: Tensor, angle: Number) -> tuple[Tensor, Tensor]:
    angle = torch.as_tensor(angle, dtype=w.dtype, device=w.device)
    return angle.cos(), angle.sin()


def _turn(w: Tensor, angle: Number) -> tuple[Tensor, Tensor]:
    (x, y), (cos, sin) = w.unbind(-1), _cos_sin(w, angle)
    return cos * x + sin * y, cos * y - sin * x


def _ravine(w: Tensor) -> Tensor:
    return quadratic(w, condition=100.0)


def _ravine_gradient(w: Tensor) -> Tensor:
    return quadratic_gradient(w, condition=100.0)


def _rosenbrock(w: Tensor) -> Tensor:
    x, y = w.unbind(-1)
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _rosenbrock_gradient(w: Tensor) -> Tensor:
    x, y = w.unbind(-1)
    off = y - x**2
    return torch.stack([-2 * (1 - x) - 400 * x * off, 200 * off], dim=-1)


_BEALE = ((1.5, 1), (2.25, 2), (2.625, 3))  # (constant, power) of the three terms


def _beale(w: Tensor) -> Tensor:
    x, y = w.unbind(-1)
    return sum((c - x + x * y**p) ** 2 for c, p in _BEALE)


def _beale_gradient(w: Tensor) -> Tensor:
    x, y = w.unbind(-1)
    terms = [(c - x + x * y**p, y**p - 1, p * x * y ** (p - 1)) for c, p in _BEALE]
    return torch.stack([2 * sum(f * a for f, a, _ in terms), 2 * sum(f * b for f, _, b in terms)], dim=-1)


def _saddle(w: Tensor) -> Tensor:
    x, y = w.unbind(-1)
    return x**2 - y**2


def _saddle_gradient(w: Tensor) -> Tensor:
    x, y = w.unbind(-1)
    return torch.stack([2 * x, -2 * y], dim=-1)


def _double_well(w: Tensor) -> Tensor:
    x, y = w.unbind(-1)
    return (x**2 - 1) ** 2 + 3 * x / 10 + y**2 / 2  # an exported 0.3 has 32 bits


def _double_well_gradient(w: Tensor) -> Tensor:
    x, y = w.unbind(-1)
    return torch.stack([(40 * x * (x**2 - 1) + 3) / 10, y], dim=-1)


def _four_minima(w: Tensor) -> Tensor:
    x, y = w.unbind(-1)
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2 + ((x - 3) ** 2 + (y - 2) ** 2) / 4


def _four_minima_gradient(w: Tensor) -> Tensor:
    x, y = w.unbind(-1)
    first, second = x**2 + y - 11, x + y**2 - 7
    return torch.stack(
        [4 * x * first + 2 * second + (x - 3) / 2, 2 * first + 4 * y * second + (y - 2) / 2], dim=-1
    )


SURFACES = {
    "quadratic": Surface(
        "quadratic, κ = 100",
        _ravine,
        _ravine_gradient,
        ((0.0, 0.0),),
        (-4.0, 0.6),
        ((-5.0, 5.0), (-2.0, 2.0)),
        0.015,
    ),
    "rosenbrock": Surface(
        "Rosenbrock",
        _rosenbrock,
        _rosenbrock_gradient,
        ((1.0, 1.0),),
        (-1.2, 1.0),
        ((-2.0, 2.0), (-1.0, 3.0)),
        0.001,
    ),
    "beale": Surface(
        "Beale", _beale, _beale_gradient, ((3.0, 0.5),), (1.0, 1.5), ((-1.0, 4.5), (-2.0, 2.0)), 0.003
    ),
    "saddle": Surface("saddle", _saddle, _saddle_gradient, (), (1.0, 1e-4), ((-1.5, 1.5), (-1.5, 1.5)), 0.05),
    "double-well": Surface(
        "double well",
        _double_well,
        _double_well_gradient,
        ((-1.0355787, 0.0),),
        (1.6, 1.0),
        ((-1.8, 1.8), (-1.5, 1.5)),
        0.05,
    ),
    "four-minima": Surface(
        "four minima",
        _four_minima,
        _four_minima_gradient,
        ((3.0, 2.0),),
        (-0.5, -0.5),
        ((-5.0, 5.0), (-5.0, 5.0)),
        0.005,
    ),
}
