r"""A quadratic loss of two weights and a penalty: the best weights, to many digits and with exact zeros.

The loss is a bowl around the free minimum, in the notes' case :math:`(w_1 - a)^2 + (w_2 - b)^2`, and the
penalty is

.. math:: R(w) = \alpha \lVert w \rVert_q + \beta \lVert w \rVert_2^2.

This covers the L1 and L2 norms, the squared L2 norm of weight decay and of ridge (Hoerl and Kennard 1970),
the lasso (Tibshirani 1996), bridge norms (Frank and Friedman 1993) and the elastic net (Zou and Hastie
2005). Along a fixed direction :math:`d` the best length has a closed form, for the penalised problem and
inside a ball :math:`R(w) \le C` alike, so that only a search over an angle is left. It starts from a compass
that holds both axes exactly: a weight that is 0 is 0 and not small.

Unlike the papers, ours takes norms unsquared where the notes do. With :math:`\lVert w \rVert_2` the ball of
radius 1 belongs to :math:`\lambda = 1.6056` at the notes' centre, with :math:`\lVert w \rVert_1` to 1.5; for
any smaller strength the weights are larger than 1, whatever constant is subtracted from the penalty.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_shape

__all__ = ["Bowl", "Penalty", "regularized_minimum", "turned_bowl"]

WIDE = 2.75  # the plane's half width
NO_BUDGET = 1e9
POLAR = torch.arange(240, dtype=torch.float64) * (2 * math.pi / 240)
COMPASS = torch.stack([POLAR.cos(), POLAR.sin()], dim=-1)
COMPASS[COMPASS.abs() < 1e-9] = 0.0  # cos(π/2) is not 0 in floating point
FAN = torch.tensor([0, 0.25, -0.25, 0.5, -0.5, 0.75, -0.75, 1, -1], dtype=torch.float64)


class Bowl(NamedTuple):
    r"""The loss :math:`(w - c)^\top A (w - c)` of two weights.

    Parameters
    ----------
    matrix : Tensor of shape (2, 2)
        :math:`A`, symmetric and positive definite, float64.
    centre : Tensor of shape (2,)
        :math:`c`, float64.
    """

    matrix: Tensor
    centre: Tensor

    def height(self, w: Tensor) -> Tensor:
        """Return the loss.

        Parameters
        ----------
        w : Tensor of shape (..., 2)
            Weights.

        Returns
        -------
        Tensor of shape (...)
            The loss.
        """
        return _dot(w - self.centre, self.turn(w - self.centre))

    def turn(self, w: Tensor) -> Tensor:
        """Multiply by the matrix, entry by entry.

        Parameters
        ----------
        w : Tensor of shape (..., 2)
            Weights.

        Returns
        -------
        Tensor of shape (..., 2)
            The products.
        """
        (a, b), (_, d) = self.matrix
        return torch.stack([a * w[..., 0] + b * w[..., 1], b * w[..., 0] + d * w[..., 1]], dim=-1)

    def gradient(self, w: Tensor) -> Tensor:
        """Return the loss's gradient.

        Parameters
        ----------
        w : Tensor of shape (..., 2)
            Weights.

        Returns
        -------
        Tensor of shape (..., 2)
            The gradient.
        """
        return 2 * self.turn(w - self.centre)


class Penalty(NamedTuple):
    r"""The penalty :math:`\alpha \lVert w \rVert_q + \beta \lVert w \rVert_2^2` of two weights.

    Parameters
    ----------
    q : Tensor of shape ()
        Exponent of the norm, above 0; at least 1 for a convex penalty.
    norm : Tensor of shape ()
        :math:`\alpha`, at least 0.
    square : Tensor of shape ()
        :math:`\beta`, at least 0; one of the two is positive.
    """

    q: Tensor
    norm: Tensor
    square: Tensor

    def size(self, w: Tensor) -> Tensor:
        """Return the penalty.

        Parameters
        ----------
        w : Tensor of shape (..., 2)
            Weights.

        Returns
        -------
        Tensor of shape (...)
            The penalty.
        """
        return self.norm * self.length(w) + self.square * _dot(w, w)

    def length(self, w: Tensor) -> Tensor:
        """Return the q-norm alone.

        Parameters
        ----------
        w : Tensor of shape (..., 2)
            Weights.

        Returns
        -------
        Tensor of shape (...)
            The norm.
        """
        return w.abs().pow(self.q).sum(-1).pow(1 / self.q)

    def reach(self, d: Tensor, budget: Tensor) -> Tensor:
        """Return how far a direction goes before the penalty exceeds a budget.

        Parameters
        ----------
        d : Tensor of shape (..., 2)
            Directions, not 0.
        budget : Tensor
            At least 0, of a shape that broadcasts.

        Returns
        -------
        Tensor of shape (...)
            Multiples of the direction.
        """
        a, b = self.norm * self.length(d), self.square * _dot(d, d)
        return 2 * budget / (a + (a * a + 4 * b * budget).sqrt())

    def slope(self, w: Tensor) -> Tensor:
        """Return the gradient; at a kink the one in the middle of all subgradients.

        Parameters
        ----------
        w : Tensor of shape (..., 2)
            Weights.

        Returns
        -------
        Tensor of shape (..., 2)
            The gradient.
        """
        share = w.abs() / self.length(w).clamp_min(1e-30)[..., None]
        bend = torch.where(w == 0, 0.0, share.clamp_min(1e-12).pow(self.q - 1) * w.sign())
        return self.norm * bend + 2 * self.square * w


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1]


def turned_bowl(centre: Tensor, condition: Tensor, angle: Tensor) -> Bowl:
    r"""Make a bowl whose flattest direction stands at an angle.

    Parameters
    ----------
    centre : Tensor of shape (2,)
        Where the loss is 0.
    condition : Tensor of shape ()
        How many times as curved the steepest direction is, at least 1; its curvature is 2.
    angle : Tensor of shape ()
        Of the flattest direction, in degrees from the first axis.

    Returns
    -------
    Bowl
        In float64, with matrix :math:`I - (1 - 1/\kappa)\, e e^\top`.

    Raises
    ------
    ValueError
        If ``centre`` has another shape.

    Examples
    --------
    >>> turned_bowl(torch.tensor([1.5, 1.0]), torch.tensor(4.0), torch.tensor(0.0)).matrix.tolist()
    [[0.25, 0.0], [0.0, 1.0]]
    """
    check_shape("centre", centre, (2,))
    radians = angle.double() * (math.pi / 180)
    flat = torch.stack([radians.cos(), radians.sin()])
    matrix = torch.eye(2, dtype=torch.float64) - (1 - 1 / condition.double()) * flat[:, None] * flat[None, :]
    return Bowl(matrix, centre.double())


def regularized_minimum(
    bowl: Bowl, penalty: Penalty, strength: Tensor, budget: Tensor, *, rounds: int = 9
) -> Tensor:
    r"""Minimise the loss plus a penalty inside a ball.

    In direction :math:`d`, with :math:`w = r d`, the objective is, but for a constant,

    .. math::
        r^2 (d^\top A d + \lambda \beta \lVert d \rVert_2^2)
        - 2 r (d^\top A c - \tfrac12 \lambda \alpha \lVert d \rVert_q).

    The best :math:`r` is the second bracket over the first, cut off at 0 and at the rim of the ball. What is
    left, as a function of the angle, has one valley for every convex penalty; for :math:`q < 1` there may be
    several, and the deepest of those that 240 directions tell apart is taken.

    Parameters
    ----------
    bowl : Bowl
        The loss, float64.
    penalty : Penalty
        :math:`R`, float64.
    strength : Tensor of shape (B,)
        :math:`\lambda \ge 0`; 0 leaves the ball alone.
    budget : Tensor of shape (B,)
        :math:`C > 0`; ``NO_BUDGET`` leaves the penalty alone.
    rounds : int
        How often the search narrows the angle, to a quarter each time; the first is 1.5 degrees wide.

    Returns
    -------
    Tensor of shape (B, 2)
        The weights; zeros are exact.

    Examples
    --------
    >>> bowl = turned_bowl(torch.tensor([1.5, 1.0]), torch.tensor(1.0), torch.tensor(0.0))
    >>> lasso = Penalty(*torch.tensor([1.0, 1.0, 0.0], dtype=torch.float64))
    >>> w = regularized_minimum(bowl, lasso, torch.tensor([1.5, 2.5]), torch.full((2,), NO_BUDGET))
    >>> [[round(x, 5) for x in row] for row in w.tolist()]
    [[0.75, 0.25], [0.25, 0.0]]
    """
    strength, budget = strength.double()[:, None], budget.double()[:, None]
    scale = _dot(bowl.centre, bowl.turn(bowl.centre)) + 1e-30

    def length(d: Tensor) -> tuple[Tensor, Tensor]:
        a, b = penalty.norm * penalty.length(d), penalty.square * _dot(d, d)
        stiff = _dot(d, bowl.turn(d)) + strength * b
        pull = _dot(d, bowl.turn(bowl.centre)) - strength * a / 2
        r = torch.minimum((pull / stiff).clamp_min(0), penalty.reach(d, budget))
        return r, r * (r * stiff - 2 * pull)

    # Ties go to the first direction of the compass, and to the middle of the fan, where the axes stand.
    order = 1e-12 * scale * torch.linspace(0, 1, 240, dtype=torch.float64)
    d, step = COMPASS[(length(COMPASS)[1] + order).argmin(-1)], 2 * math.pi / 240
    order = 1e-13 * scale * (FAN != 0)
    for _ in range(rounds):
        fan = step * FAN
        across = torch.stack([-d[:, 1], d[:, 0]], dim=-1)
        rays = d[:, None] + fan[:, None] * across[:, None]
        d = d + fan[(length(rays)[1] + order).argmin(-1), None] * across
        step = step / 4
    return length(d[:, None])[0] * d
