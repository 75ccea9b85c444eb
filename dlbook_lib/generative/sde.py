r"""Diffusion in continuous time: one equation into the noise, and two ways back.

After Song, Sohl-Dickstein, Kingma, Kumar, Ermon and Poole, "Score-Based Generative Modeling through
Stochastic Differential Equations" (2021). The variance-preserving equation is :math:`dx = -\tfrac12
\beta(\tau)\, x\, d\tau + \sqrt{\beta(\tau)}\, dw`, and with the score it can be run back as an equation
with noise (Anderson 1982) or without (the probability flow).

Differs from the paper: only the variance-preserving equation, and only Euler's method.

Shape letters: B batch, D dimensions.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number

__all__ = ["backward_drift", "euler_maruyama", "solve_backwards", "vp_bar", "vp_rate"]


def vp_rate(time: float | Tensor, *, first: float = 0.1, last: float = 20.0) -> float | Tensor:
    r"""Give the rate of noising :math:`\beta(\tau)`, which grows in a straight line.

    Parameters
    ----------
    time : float or Tensor
        From 0, data, to 1, noise.
    first, last : float
        The ends of the line; the paper's by default.

    Returns
    -------
    float or Tensor
        The rate.

    Examples
    --------
    >>> round(vp_rate(0.5), 2)
    10.05
    """
    return first + (last - first) * time


def vp_bar(time: float | Tensor, *, first: float = 0.1, last: float = 20.0) -> Tensor:
    r"""Give the share of the signal's power that is left, :math:`\bar\alpha(\tau) = e^{-\int_0^\tau \beta}`.

    Parameters
    ----------
    time : float or Tensor
        From 0 to 1.
    first, last : float
        The ends of :func:`vp_rate`.

    Returns
    -------
    Tensor
        The share, in (0, 1].

    Examples
    --------
    >>> round(vp_bar(1.0).item(), 6)
    4.3e-05
    """
    time = torch.as_tensor(time)
    return torch.exp(-(first * time + (last - first) * time**2 / 2))


def euler_maruyama(
    x: Tensor, *, stop: float = 1.0, steps: int, generator: torch.Generator | None = None
) -> Tensor:
    r"""Run the equation into the noise, by small steps.

    .. math:: x \leftarrow x - \tfrac12 \beta(\tau)\, x\, \Delta + \sqrt{\beta(\tau) \Delta}\; z

    Parameters
    ----------
    x : Tensor of shape (B, D)
        Data.
    stop : float
        Time at which to stop, in [0, 1].
    steps : int
        How many steps lead there.
    generator : torch.Generator, optional
        Where the noise comes from.

    Returns
    -------
    Tensor of shape (B, D)
        Noised data. To first order in the step, a step is that of DDPM with :math:`\beta_t = \beta(\tau)
        \Delta`.

    Examples
    --------
    >>> euler_maruyama(torch.zeros(3, 2), steps=5).shape
    torch.Size([3, 2])
    """
    check_integer("steps", steps, low=1)
    check_number("stop", stop, low=0, high=1)
    step = stop / steps
    for i in range(steps):
        beta = vp_rate((i + 0.5) * step) * step
        x = x - 0.5 * beta * x + beta**0.5 * torch.randn(x.shape, generator=generator, dtype=x.dtype)
    return x


def backward_drift(x: Tensor, score: Tensor, rate: float, *, noisy: bool) -> Tensor:
    r"""Give the drift of the way back, in the direction of growing time.

    .. math:: f - g^2\, \nabla \log p = -\tfrac12 \beta x - \beta\, \nabla \log p, \qquad
        f - \tfrac12 g^2\, \nabla \log p \ \text{ without noise}

    Parameters
    ----------
    x, score : Tensor of shape (B, D)
        Points, and the score there.
    rate : float
        :math:`\beta(\tau)`.
    noisy : bool
        Whether noise is added on the way; without it, the score counts half.

    Returns
    -------
    Tensor of shape (B, D)
        The drift.

    Examples
    --------
    >>> one = torch.ones(1, 1)
    >>> backward_drift(one, -one, 2.0, noisy=False)  # pure noise stays as it is
    tensor([[0.]])
    """
    return -0.5 * rate * x - (1.0 if noisy else 0.5) * rate * score


def solve_backwards(
    x: Tensor,
    score: Callable,
    *,
    steps: int,
    noisy: bool,
    stop: float = 0.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    r"""Run noise back to data by Euler's steps.

    Parameters
    ----------
    x : Tensor of shape (B, D)
        Standard normal points, at time 1.
    score : callable
        ``score(x, bar)`` gives the score where the share of the signal is ``bar``.
    steps : int
        How many steps.
    noisy : bool
        The stochastic equation if true, the probability flow if not.
    stop : float
        Time at which to stop, in [0, 1).
    generator : torch.Generator, optional
        Where the noise comes from.

    Returns
    -------
    Tensor of shape (B, D)
        Points at time ``stop``; of both ways with the same law.

    Examples
    --------
    >>> solve_backwards(torch.zeros(3, 2), lambda x, bar: -x, steps=4, noisy=True).shape
    torch.Size([3, 2])
    """
    check_integer("steps", steps, low=1)
    check_number("stop", stop, low=0, high=1)
    step = (1 - stop) / steps
    for i in range(steps):
        time = 1 - (i + 0.5) * step
        rate = vp_rate(time)
        x = x - step * backward_drift(x, score(x, vp_bar(time).to(x)), rate, noisy=noisy)
        if noisy:
            x = x + (rate * step) ** 0.5 * torch.randn(x.shape, generator=generator, dtype=x.dtype)
    return x
