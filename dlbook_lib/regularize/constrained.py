r"""Balls instead of penalties: minimise a loss where :math:`R(w) \le C`.

For a convex loss and a norm :math:`R`, each budget :math:`C` that binds has a multiplier
:math:`\lambda^*(C)` for which the penalised problem has the same solution. Which one is known only once the
constrained problem is solved. The projection onto the L1 ball follows Duchi, Shalev-Shwartz, Singer and
Chandra (2008, "Efficient projections onto the l1-ball for learning in high dimensions"), figure 1.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.regularize.proximal import soft_threshold

__all__ = ["project_l1", "project_l2", "projected_descent"]


def project_l2(v: Tensor, radius: float) -> Tensor:
    r"""Find the point of the ball :math:`\lVert w \rVert_2 \le C` that is nearest.

    Parameters
    ----------
    v : Tensor of shape (D,)
        A point.
    radius : float
        :math:`C`, at least 0.

    Returns
    -------
    Tensor of shape (D,)
        The point itself where it lies inside; else shortened in its own direction.

    Raises
    ------
    ValueError
        If ``v`` is no vector or ``radius`` is negative.

    Examples
    --------
    >>> project_l2(torch.tensor([3.0, 4.0]), 1.0)
    tensor([0.6000, 0.8000])
    """
    check_shape("v", v, ("D",))
    check_number("radius", radius, low=0)
    return v * (radius / v.norm().clamp_min(1e-30)).clamp_max(1)


def project_l1(v: Tensor, radius: float) -> Tensor:
    r"""Find the point of the ball :math:`\lVert w \rVert_1 \le C` that is nearest.

    It is ``soft_threshold(v, t)`` with the one threshold that leaves a norm of :math:`C`.

    Parameters
    ----------
    v : Tensor of shape (D,)
        A point.
    radius : float
        :math:`C`, at least 0.

    Returns
    -------
    Tensor of shape (D,)
        The point itself where it lies inside.

    Raises
    ------
    ValueError
        If ``v`` is no vector or ``radius`` is negative.

    Examples
    --------
    >>> project_l1(torch.tensor([1.5, 1.0]), 1.0)
    tensor([0.7500, 0.2500])
    """
    check_shape("v", v, ("D",))
    check_number("radius", radius, low=0)
    sizes = v.abs().sort(descending=True).values
    rank = torch.arange(1, len(v) + 1, device=v.device)
    thresholds = (sizes.cumsum(0) - radius) / rank
    kept = (sizes > thresholds).sum().clamp_min(1)
    threshold = thresholds.gather(0, (kept - 1)[None]).clamp_min(0)
    return soft_threshold(v, threshold)


def projected_descent(
    gradient: Callable[[Tensor], Tensor],
    start: Tensor,
    project: Callable[[Tensor], Tensor],
    *,
    lr: float,
    steps: int,
) -> Tensor:
    r"""Take gradient steps, each followed by a return into the ball.

    .. math:: w \leftarrow \Pi\bigl(w - \eta \nabla L(w)\bigr)

    Parameters
    ----------
    gradient : callable
        From weights to :math:`\nabla L(w)`.
    start : Tensor of shape (D,)
        Where to begin.
    project : callable
        The projection :math:`\Pi`, from weights to weights.
    lr : float
        :math:`\eta`, at least 0.
    steps : int
        How many, at least 1.

    Returns
    -------
    Tensor of shape (steps + 1, D)
        The start and the weights after each step.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    check_number("lr", lr, low=0)
    check_integer("steps", steps, low=1)
    way = [start]
    for _ in range(steps):
        way.append(project(way[-1] - lr * gradient(way[-1])))
    return torch.stack(way)
