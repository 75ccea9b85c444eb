r"""Into the noise: one small step, many of them, and the jump that has the same law.

After Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models" (2020, eq. 2 and 4).

Differs from the paper: the noise is an argument wherever it is drawn, so that a step can be repeated.

Shape letters: B batch, ... whatever one example has, T number of steps.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape
from dlbook_lib.generative.schedules import betas_of

__all__ = ["coefficient", "jump", "noising_step", "walk"]


def coefficient(values: Tensor, t: int | Tensor, x: Tensor) -> Tensor:
    """Take entry t of a schedule for every example of a batch, ready to be multiplied with it.

    Parameters
    ----------
    values : Tensor of shape (T + 1,)
        A number for each time.
    t : int or Tensor of shape (B,)
        One time for all, or one for each example.
    x : Tensor of shape (B, ...)
        What will be multiplied; only its shape, type and device are used.

    Returns
    -------
    Tensor of shape (B, 1, ...) or ()
        The numbers in the type of ``x``.

    Examples
    --------
    >>> coefficient(torch.tensor([1.0, 0.5]), torch.tensor([1, 0]), torch.zeros(2, 3)).shape
    torch.Size([2, 1])
    """
    picked = values.to(x.device)[t].to(x.dtype)
    return picked.reshape(-1, *[1] * (x.dim() - 1)) if picked.dim() else picked


def noising_step(x: Tensor, noise: Tensor, *, beta: float | Tensor) -> Tensor:
    r"""Take one step into the noise, :math:`x_t = \sqrt{1 - \beta_t}\, x_{t-1} + \sqrt{\beta_t}\, z`.

    Parameters
    ----------
    x : Tensor
        Where the chain stands.
    noise : Tensor
        Standard normal numbers of the same shape.
    beta : float or Tensor
        Variance of what is added, in [0, 1].

    Returns
    -------
    Tensor
        The next place: if the variance of ``x`` is 1, it stays 1.

    Examples
    --------
    >>> noising_step(torch.tensor([2.0]), torch.tensor([1.0]), beta=0.75)
    tensor([1.8660])
    """
    return (1 - beta) ** 0.5 * x + beta**0.5 * noise


def jump(x0: Tensor, noise: Tensor, t: int | Tensor, bars: Tensor) -> Tensor:
    r"""Jump to any time at once.

    .. math:: x_t = \sqrt{\bar\alpha_t}\, x_0 + \sqrt{1 - \bar\alpha_t}\, \epsilon

    Parameters
    ----------
    x0 : Tensor of shape (B, ...)
        Examples without noise.
    noise : Tensor of the same shape
        Standard normal numbers.
    t : int or Tensor of shape (B,)
        Where to: one time for all, or one for each.
    bars : Tensor of shape (T + 1,)
        The schedule.

    Returns
    -------
    Tensor of shape (B, ...)
        The noised examples.

    Raises
    ------
    ValueError
        If the noise has another shape.

    Examples
    --------
    >>> bars = torch.tensor([1.0, 0.64])
    >>> jump(torch.tensor([[1.0]]), torch.tensor([[1.0]]), 1, bars)
    tensor([[1.4000]])
    """
    check_shape("noise", noise, tuple(x0.shape))
    bar = coefficient(bars, t, x0)
    left = coefficient(1 - bars, t, x0)
    return bar.sqrt() * x0 + left.sqrt() * noise


def walk(x0: Tensor, t: int, bars: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Take t steps into the noise, one after the other.

    Parameters
    ----------
    x0 : Tensor of shape (B, ...)
        Examples without noise.
    t : int
        How many steps.
    bars : Tensor of shape (T + 1,)
        The schedule.
    generator : torch.Generator, optional
        Where the noise comes from.

    Returns
    -------
    Tensor of shape (B, ...)
        Where the chain stands after t steps; in law what :func:`jump` gives.

    Raises
    ------
    ValueError
        If the chain has fewer steps.

    Examples
    --------
    >>> walk(torch.zeros(4, 2), 3, torch.tensor([1.0, 0.9, 0.8, 0.7])).shape
    torch.Size([4, 2])
    """
    check_integer("t", t, low=0, high=len(bars) - 1)
    x = x0
    for beta in betas_of(bars)[:t].tolist():
        noise = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
        x = noising_step(x, noise, beta=beta)
    return x
