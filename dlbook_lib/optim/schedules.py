r"""Learning rates that depend on the step.

Every schedule maps the number of a step, from 0, to a rate. The cosine and its warm restarts are from
Loshchilov and Hutter ("SGDR: stochastic gradient descent with warm restarts", 2017, eq. 5); the linear
warm-up was made popular by Goyal et al. ("Accurate, large minibatch SGD", 2017). Differs from
``torch.optim.lr_scheduler``: plain functions of the step, without an object that counts, so any step can be
asked for in any order.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.checks import check_number

__all__ = ["cosine", "inverse_root", "step_decay", "warm_restarts", "warm_up"]

Number = float | Tensor
_RESTARTS = 24  # more than any length that doubles can use


def cosine(step: Number, *, steps: Number, high: Number, low: Number = 0.0) -> Tensor:
    r"""Fall from one rate to another along half a cosine, and stay there.

    .. math:: \eta_t = \eta_{\min} + \tfrac12 (\eta_0 - \eta_{\min}) \Bigl(1 + \cos\frac{\pi t}{T}\Bigr)

    Parameters
    ----------
    step : float or Tensor
        :math:`t`, from 0.
    steps : float or Tensor
        :math:`T`, where the lower rate is reached, above 0.
    high, low : float or Tensor
        :math:`\eta_0` and :math:`\eta_{\min}`.

    Returns
    -------
    Tensor
        The rate, of the shape of ``step``.

    Raises
    ------
    ValueError
        If ``steps`` is negative.

    Examples
    --------
    >>> cosine(torch.tensor([0, 5, 10]), steps=10, high=0.2)
    tensor([0.2000, 0.1000, 0.0000])
    """
    _check(steps=steps, high=high, low=low)
    share = (_number(step) / steps).clamp(0, 1)
    return low + (high - low) * (1 + torch.cos(math.pi * share)) / 2


def warm_restarts(
    step: Number, *, period: Number, high: Number, low: Number = 0.0, multiplier: Number = 1.0
) -> Tensor:
    r"""Fall along a cosine again and again, each time over a longer period.

    Parameters
    ----------
    step : float or Tensor
        :math:`t`, from 0.
    period : float or Tensor
        :math:`T_0`, the length of the first cycle, above 0.
    high, low : float or Tensor
        The rate at the beginning of a cycle and the one it falls to.
    multiplier : float or Tensor
        How much longer each cycle is than the one before, at least 1. After 24 cycles of growing length the
        rate stays low.

    Returns
    -------
    Tensor
        The rate, of the shape of ``step``.

    Raises
    ------
    ValueError
        If ``period`` is negative or ``multiplier`` below 1.

    Examples
    --------
    >>> warm_restarts(torch.tensor([0, 2, 4, 8, 12]), period=4, high=0.2, multiplier=2)
    tensor([0.2000, 0.1000, 0.2000, 0.1000, 0.2000])
    """
    _check(period=period, high=high, low=low)
    if not isinstance(multiplier, Tensor):
        check_number("multiplier", multiplier, low=1)
        if multiplier == 1:
            return cosine(torch.remainder(_number(step), period), steps=period, high=high, low=low)
    inside = _number(step)
    length = torch.zeros_like(inside) + period
    for _ in range(_RESTARTS):
        over = inside >= length
        inside = torch.where(over, inside - length, inside)
        length = torch.where(over, length * multiplier, length)
    return cosine(inside / length, steps=1.0, high=high, low=low)


def step_decay(step: Number, *, every: Number, high: Number, factor: Number = 0.1) -> Tensor:
    r"""Multiply the rate by a factor every so many steps.

    .. math:: \eta_t = \eta_0\, \gamma^{\lfloor t / s \rfloor}

    Parameters
    ----------
    step : float or Tensor
        :math:`t`, from 0.
    every : float or Tensor
        :math:`s`, above 0.
    high : float or Tensor
        :math:`\eta_0`.
    factor : float or Tensor
        :math:`\gamma`.

    Returns
    -------
    Tensor
        The rate, of the shape of ``step``.

    Raises
    ------
    ValueError
        If a number is negative.

    Examples
    --------
    >>> step_decay(torch.tensor([0, 9, 10, 25]), every=10, high=1.0, factor=0.5)
    tensor([1.0000, 1.0000, 0.5000, 0.2500])
    """
    _check(every=every, high=high, factor=factor)
    return high * factor ** torch.floor(_number(step) / every)


def inverse_root(step: Number, *, high: Number, steps: Number = 1.0) -> Tensor:
    r"""Fall as one over the root of the step.

    .. math:: \eta_t = \frac{\eta_0}{\sqrt{1 + t / s}}

    Parameters
    ----------
    step : float or Tensor
        :math:`t`, from 0.
    high : float or Tensor
        :math:`\eta_0`.
    steps : float or Tensor
        :math:`s`, above 0: the scale on which it begins to fall.

    Returns
    -------
    Tensor
        The rate, of the shape of ``step``.

    Raises
    ------
    ValueError
        If a number is negative.

    Examples
    --------
    >>> inverse_root(torch.tensor([0.0, 3.0, 8.0]), high=0.6)
    tensor([0.6000, 0.3000, 0.2000])
    """
    _check(steps=steps, high=high)
    return high / torch.sqrt(1 + _number(step) / steps)


def warm_up(step: Number, rate: Number, *, steps: Number) -> Tensor:
    r"""Rise in a straight line to what another schedule says.

    .. math:: \eta_t \leftarrow \eta_t \cdot \min\Bigl(1, \frac{t + 1}{w}\Bigr)

    Parameters
    ----------
    step : float or Tensor
        :math:`t`, from 0.
    rate : float or Tensor
        :math:`\eta_t` of the schedule at that step.
    steps : float or Tensor
        :math:`w`, how many steps the rise takes; at 0 nothing changes.

    Returns
    -------
    Tensor
        The rate, of the shape of ``step``.

    Raises
    ------
    ValueError
        If ``steps`` is negative.

    Examples
    --------
    >>> warm_up(torch.tensor([0, 1, 2, 3]), 0.4, steps=4)
    tensor([0.1000, 0.2000, 0.3000, 0.4000])
    """
    _check(steps=steps)
    steps = torch.as_tensor(steps).clamp(min=1)
    return rate * ((_number(step) + 1) / steps).clamp(max=1)


def _number(step: Number) -> Tensor:
    step = torch.as_tensor(step)
    return step if step.is_floating_point() else step.to(torch.get_default_dtype())


def _check(**settings: Number) -> None:
    for name, value in settings.items():
        if not isinstance(value, Tensor):
            check_number(name, value, low=0)
