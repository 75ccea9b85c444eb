r"""AdaBound: Adam's rates between two bounds that close on one rate, that of plain SGD.

Luo, Xiong, Liu and Sun ("Adaptive gradient methods with dynamic bound of learning rate", 2019, algorithm 2)
clip the rate of each coordinate,

.. math::
    \eta_t = \operatorname{clip}\!\left(\frac{\alpha}{\sqrt{v_t}},\, \eta_l(t),\, \eta_u(t)\right), \qquad
    \eta_l(t) = \eta_* - \frac{\eta_*}{(1 - \beta_2)\, t + 1}, \qquad
    \eta_u(t) = \eta_* + \frac{\eta_*}{(1 - \beta_2)\, t},

with :math:`\eta_* = 0.1`: at first nothing is cut, at last everything is :math:`\eta_*`. Differs from the
paper: no factor :math:`1 / \sqrt t` and no projection, which serve its proof, and the speed at which the
bounds close may be set apart from :math:`\beta_2`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.optim.settings import Number, State, check_rule, memory

__all__ = ["adabound", "coordinate_rates", "rate_bounds"]


def rate_bounds(
    t: Tensor | float, *, final_lr: Number = 0.1, speed: Number = 1e-3
) -> tuple[Tensor | float, Tensor | float]:
    r"""Say between which two rates AdaBound keeps every coordinate at a step.

    Parameters
    ----------
    t : Tensor or float
        The step, from 1.
    final_lr : float or Tensor
        :math:`\eta_*`, where both bounds end.
    speed : float or Tensor
        :math:`\gamma`, in the paper :math:`1 - \beta_2`.

    Returns
    -------
    lower, upper : Tensor or float
        :math:`\eta_l` and :math:`\eta_u`.

    Examples
    --------
    >>> rate_bounds(1000)
    (0.05, 0.2)
    """
    return final_lr * (1 - 1 / (speed * t + 1)), final_lr * (1 + 1 / (speed * t))


def adabound(
    w: Tensor,
    g: Tensor,
    state: State = (),
    *,
    lr: Number,
    final_lr: Number = 0.1,
    speed: Number = 1e-3,
    beta1: Number = 0.9,
    beta2: Number = 0.999,
    eps: Number = 1e-8,
) -> tuple[Tensor, State]:
    r"""Step along the mean gradient, each coordinate at a rate kept between the bounds.

    .. math:: w \leftarrow w - \operatorname{clip}\!\left(
        \frac{\alpha}{\sqrt v + \epsilon},\, \eta_l(t),\, \eta_u(t)\right) \odot m

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape.
    state : tuple of Tensor
        :math:`(m, v, t)`.
    lr : float or Tensor
        Adam's learning rate :math:`\alpha`, at least 0.
    final_lr : float or Tensor
        :math:`\eta_*`, at least 0: the rate of SGD that it becomes.
    speed : float or Tensor
        :math:`\gamma`, at least 0: how fast the bounds close.
    beta1, beta2 : float or Tensor
        :math:`\beta_1` and :math:`\beta_2`, in [0, 1).
    eps : float or Tensor
        :math:`\epsilon`, at least 0.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(m, v, t)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> g = torch.tensor([0.1, 1.0, 1000.0])
    >>> w, state = adabound(torch.zeros(3), g, lr=1e-3, speed=1.0)
    >>> coordinate_rates(state, lr=1e-3, speed=1.0)  # Adam's 0.3162, 0.0316, 0.00003 between 0.05 and 0.2
    tensor([0.2000, 0.0500, 0.0500])
    """
    check_rule(w, g, lr=lr, final_lr=final_lr, speed=speed, beta1=beta1, beta2=beta2, eps=eps)
    m, v, t = memory(state, w, "m v t")
    state = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g, t + 1
    rates = coordinate_rates(state, lr=lr, final_lr=final_lr, speed=speed, eps=eps)
    return w - rates * state[0], state


def coordinate_rates(
    state: State,
    *,
    lr: Number,
    final_lr: Number = 0.1,
    speed: Number = 1e-3,
    eps: Number = 1e-8,
) -> Tensor:
    r"""Say at which rate AdaBound moves each coordinate, from what it remembers.

    Parameters
    ----------
    state : tuple of Tensor
        :math:`(m, v, t)` after at least one step.
    lr, final_lr, speed, eps : float or Tensor
        As in :func:`adabound`.

    Returns
    -------
    Tensor
        Of the shape of the weights.

    Raises
    ------
    ValueError
        If ``state`` holds no step.

    Examples
    --------
    >>> state = torch.zeros(1), torch.tensor([1.0]), torch.tensor(1e9)
    >>> coordinate_rates(state, lr=1e-3)
    tensor([0.1000])
    """
    if len(state) != 3:
        raise ValueError(f"state must hold m, v, t, got {len(state)} tensors")
    _, v, t = state
    lower, upper = rate_bounds(t, final_lr=final_lr, speed=speed)
    return torch.minimum(torch.maximum(lr / (v.sqrt() + eps), lower), upper)
