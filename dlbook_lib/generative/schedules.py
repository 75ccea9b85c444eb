r"""How fast a diffusion forgets: the share of the signal that is left after each step.

A chain of T steps is described in this book by one tensor, ``bars``: entry t is

.. math:: \bar\alpha_t = \prod_{s=1}^{t} (1 - \beta_s), \qquad \bar\alpha_0 = 1,

so that it has T + 1 entries and ``bars[t]`` is what the formulas call :math:`\bar\alpha_t`. The linear
schedule is that of Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models" (2020); the cosine that
of Nichol and Dhariwal, "Improved Denoising Diffusion Probabilistic Models" (2021, eq. 17); the sigmoid that
of Jabri, Fleet and Chen, "Scalable Adaptive Computation for Iterative Generation" (2022).

Differs from the papers: the linear schedule's ends are stretched by 1000 / T, so that short chains end in
noise too, and the sigmoid, too, is cut so that no :math:`\beta_t` exceeds 0.999, as the cosine is.
Everything is kept in float64, because :math:`1 - \bar\alpha_1` may be as small as 1e-5.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = [
    "alpha_bars",
    "betas_of",
    "cosine_schedule",
    "cosine_share",
    "linear_schedule",
    "prior_kl",
    "sigmoid_schedule",
    "sigmoid_share",
    "signal_to_noise",
]


def alpha_bars(betas: Tensor) -> Tensor:
    r"""Multiply up what each step keeps: :math:`\bar\alpha_t = \prod_{s \le t} (1 - \beta_s)`.

    Parameters
    ----------
    betas : Tensor of shape (T,)
        Variance of the noise that each step adds, in (0, 1).

    Returns
    -------
    Tensor of shape (T + 1,)
        The shares of the signal's power for t = 0, ..., T, in the type of ``betas``.

    Raises
    ------
    ValueError
        If ``betas`` has another shape, or leaves (0, 1).

    Examples
    --------
    >>> alpha_bars(torch.tensor([0.5, 0.5]))
    tensor([1.0000, 0.5000, 0.2500])
    """
    check_shape("betas", betas, ("T",))
    if not betas.is_meta and not ((betas > 0) & (betas < 1)).all():
        raise ValueError(f"betas must lie in (0, 1), got {betas.min():.3g} to {betas.max():.3g}")
    return torch.cat((betas.new_ones(1), (1 - betas).cumprod(0)))


def linear_schedule(steps: int = 1000, *, first: float | None = None, last: float | None = None) -> Tensor:
    r"""Let the variance :math:`\beta_t` of the added noise grow in a straight line.

    Parameters
    ----------
    steps : int
        Number of steps T, at least 2.
    first, last : float, optional
        The ends of the line; by default 1e-4 and 0.02, both times 1000 / T, as in the paper at T = 1000.

    Returns
    -------
    Tensor of shape (T + 1,)
        ``bars``, in float64.

    Raises
    ------
    ValueError
        If ``steps`` is too small, or an end leaves (0, 1).

    Examples
    --------
    >>> linear_schedule()[-1].float()
    tensor(4.0358e-05)
    """
    check_integer("steps", steps, low=2)
    first = 0.1 / steps if first is None else first
    last = min(20 / steps, 0.999) if last is None else last
    check_number("first", first, low=0, high=1)
    check_number("last", last, low=0, high=1)
    return alpha_bars(torch.linspace(first, last, steps, dtype=torch.float64))


def cosine_schedule(steps: int = 1000, *, offset: float = 0.008) -> Tensor:
    r"""Let the signal's share fall like the square of a cosine.

    .. math:: \bar\alpha_t = \frac{f(t)}{f(0)}, \qquad
        f(t) = \cos^2\Bigl(\frac{t/T + s}{1 + s} \cdot \frac{\pi}{2}\Bigr),

    with no :math:`\beta_t` above 0.999.

    Parameters
    ----------
    steps : int
        Number of steps T, at least 2.
    offset : float
        The paper's s, which keeps the first steps from being too small.

    Returns
    -------
    Tensor of shape (T + 1,)
        ``bars``, in float64.

    Raises
    ------
    ValueError
        If ``steps`` is too small or ``offset`` negative.

    Examples
    --------
    >>> cosine_schedule()[500].float()
    tensor(0.4938)
    """
    check_integer("steps", steps, low=2)
    check_number("offset", offset, low=0)
    return _follow(cosine_share(_line(steps), offset))


def sigmoid_schedule(steps: int = 1000, *, reach: float = 3.0) -> Tensor:
    r"""Let the signal's share fall along a logistic curve.

    .. math:: \bar\alpha_t = \frac{f(t)}{f(0)}, \qquad
        f(t) = \mathrm{sigmoid}\bigl(r\, (1 - 2t/T)\bigr) - \mathrm{sigmoid}(-r),

    with no :math:`\beta_t` above 0.999.

    Parameters
    ----------
    steps : int
        Number of steps T, at least 2.
    reach : float
        The curve runs from r down to -r; the paper's from 3.

    Returns
    -------
    Tensor of shape (T + 1,)
        ``bars``, in float64.

    Raises
    ------
    ValueError
        If ``steps`` is too small or ``reach`` not positive.

    Examples
    --------
    >>> sigmoid_schedule()[500].float()
    tensor(0.5000)
    """
    check_integer("steps", steps, low=2)
    check_number("reach", reach, low=1e-3)
    return _follow(sigmoid_share(_line(steps), reach))


def cosine_share(time: Tensor, offset: float | Tensor) -> Tensor:
    r"""Evaluate the cosine schedule's f, up to a factor.

    Parameters
    ----------
    time : Tensor of shape (T + 1,)
        Values of t / T, from 0 to 1.
    offset : float or Tensor
        The paper's s.

    Returns
    -------
    Tensor of shape (T + 1,)
        Values of f; no check is made, so that the page of an explorer can follow.

    Examples
    --------
    >>> cosine_share(torch.tensor([0.0, 0.5]), 0.0)
    tensor([1.0000, 0.5000])
    """
    return ((time + offset) / (1 + offset) * math.pi / 2).cos().square()


def sigmoid_share(time: Tensor, reach: float | Tensor) -> Tensor:
    r"""Evaluate the sigmoid schedule's f, up to a factor.

    Parameters
    ----------
    time : Tensor of shape (T + 1,)
        Values of t / T, from 0 to 1.
    reach : float or Tensor
        The r of :func:`sigmoid_schedule`.

    Returns
    -------
    Tensor of shape (T + 1,)
        Values of f; no check is made, so that the page of an explorer can follow.

    Examples
    --------
    >>> sigmoid_share(torch.tensor([0.0, 0.5, 1.0]), 3.0)
    tensor([0.9051, 0.4526, 0.0000])
    """
    curve = torch.sigmoid(reach * (1 - 2 * time))
    return curve - curve[-1]


def _line(steps: int) -> Tensor:
    """Run from 0 to 1 in T steps."""
    return torch.linspace(0, 1, steps + 1, dtype=torch.float64)


def _follow(share: Tensor) -> Tensor:
    """Turn f at 0, ..., T into ``bars``, no step adding less than 1e-8 or more than 0.999."""
    return alpha_bars((1 - share[1:] / share[:-1]).clamp(1e-8, 0.999))


def betas_of(bars: Tensor) -> Tensor:
    r"""Recover the steps: :math:`\beta_t = 1 - \bar\alpha_t / \bar\alpha_{t-1}`.

    Parameters
    ----------
    bars : Tensor of shape (T + 1,)
        A schedule.

    Returns
    -------
    Tensor of shape (T,)
        Variance of the noise that steps 1, ..., T add.

    Examples
    --------
    >>> betas_of(torch.tensor([1.0, 0.5, 0.25]))
    tensor([0.5000, 0.5000])
    """
    check_shape("bars", bars, ("T",))
    return 1 - bars[1:] / bars[:-1]


def signal_to_noise(bars: Tensor) -> Tensor:
    r"""Compare the power of the signal with that of the noise, :math:`\bar\alpha_t / (1 - \bar\alpha_t)`.

    Parameters
    ----------
    bars : Tensor
        Shares of the signal's power.

    Returns
    -------
    Tensor
        The ratio for data of variance 1; infinite where nothing is noised.

    Examples
    --------
    >>> signal_to_noise(torch.tensor([1.0, 0.5, 0.2]))
    tensor([   inf, 1.0000, 0.2500])
    """
    return bars / (1 - bars)


def prior_kl(x0: Tensor, bar: Tensor) -> Tensor:
    r"""Measure how far a noised example still is from pure noise.

    .. math::
        &\mathrm{KL}\bigl(\mathcal N(\sqrt{\bar\alpha} x_0, (1 - \bar\alpha) I)
        \,\|\, \mathcal N(0, I)\bigr) \\
        &\quad = \tfrac12 \bigl(\bar\alpha \lVert x_0 \rVert^2 - D \bar\alpha - D \log(1 - \bar\alpha)\bigr)

    Parameters
    ----------
    x0 : Tensor of shape (B, D)
        Examples without noise.
    bar : Tensor of shape ()
        The share of their power that is left.

    Returns
    -------
    Tensor of shape (B,)
        The divergence in nats.

    Examples
    --------
    >>> prior_kl(torch.ones(1, 2), torch.tensor(0.0))
    tensor([0.])
    """
    check_shape("x0", x0, ("B", "D"))
    D = x0.shape[1]
    return 0.5 * (bar * x0.square().sum(1) - D * bar - D * torch.log1p(-bar))
