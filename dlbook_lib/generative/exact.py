r"""Data for which no network is needed: the noise in a mixture of Gaussians is known exactly.

If the data have the law :math:`\sum_k \pi_k\, \mathcal N(m_k, s^2 I)`, then at time t they have the law
:math:`\sum_k \pi_k\, \mathcal N(\sqrt{\bar\alpha_t}\, m_k, v_t I)` with :math:`v_t = \bar\alpha_t s^2 + 1 -
\bar\alpha_t`. Score and expected noise follow in closed form. One Gaussian is the mixture with K = 1; for
it a whole reverse chain stays Gaussian, and its moments are a recursion.

There is no paper: the formulas are Bayes' rule. They are the yardstick for everything that is learned here.

Shape letters: B points, D dimensions, K Gaussians, T steps.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.generative.schedules import betas_of

__all__ = [
    "exact_noise",
    "gaussian_ring",
    "mixture_log_density",
    "mixture_score",
    "reverse_moments",
    "sample_mixture",
]


def gaussian_ring(count: int = 8, *, radius: float = 2.0) -> Tensor:
    """Place centres evenly on a circle.

    Parameters
    ----------
    count : int
        How many, K.
    radius : float
        Of the circle.

    Returns
    -------
    Tensor of shape (K, 2)
        The centres, the first one to the right.

    Examples
    --------
    >>> gaussian_ring(4, radius=1.0).round(decimals=3).abs().sum()
    tensor(4.)
    """
    check_integer("count", count, low=1)
    check_number("radius", radius, low=0)
    angle = torch.arange(count) * (2 * math.pi / count)
    return radius * torch.stack((angle.cos(), angle.sin()), dim=1)


def sample_mixture(
    n: int, centres: Tensor, *, spread: float, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Draw points from equally likely Gaussians.

    Parameters
    ----------
    n : int
        How many points, N.
    centres : Tensor of shape (K, D)
        Means of the Gaussians.
    spread : float
        Standard deviation s of each.
    generator : torch.Generator, optional
        Where the numbers come from.

    Returns
    -------
    x : Tensor of shape (N, D)
        The points.
    y : Tensor of shape (N,)
        The Gaussian of each, int64.

    Examples
    --------
    >>> x, y = sample_mixture(5, torch.tensor([[0.0], [9.0]]), spread=0.1)
    >>> bool(((x[:, 0] > 4) == (y == 1)).all())
    True
    """
    check_shape("centres", centres, ("K", "D"))
    K, D = centres.shape
    y = torch.randint(K, (n,), generator=generator)
    return centres[y] + spread * torch.randn(n, D, generator=generator), y


def _away(x: Tensor, centres: Tensor, spread: float, bar: Tensor) -> tuple[Tensor, Tensor]:
    """Subtract every faded centre from every point: (B, K, D), and the common variance."""
    variance = bar * spread**2 + 1 - bar
    return x[:, None] - bar.sqrt() * centres.to(x), variance


def mixture_log_density(x: Tensor, centres: Tensor, *, spread: float, bar: Tensor | float = 1.0) -> Tensor:
    r"""Compute the log density of the noised mixture.

    Parameters
    ----------
    x : Tensor of shape (B, D)
        Points.
    centres : Tensor of shape (K, D)
        Means of the Gaussians without noise.
    spread : float
        Their standard deviation s.
    bar : Tensor of shape () or float
        :math:`\bar\alpha_t`; 1, the default, for the data themselves.

    Returns
    -------
    Tensor of shape (B,)
        :math:`\log p_t(x)`.

    Examples
    --------
    >>> mixture_log_density(torch.zeros(1, 1), torch.zeros(1, 1), spread=1.0).exp()
    tensor([0.3989])
    """
    check_shape("x", x, ("B", "D"))
    away, variance = _away(x, centres, spread, torch.as_tensor(bar, dtype=x.dtype, device=x.device))
    K, D = centres.shape
    fit = -away.square().sum(-1) / (2 * variance)
    return torch.logsumexp(fit, 1) - math.log(K) - D / 2 * torch.log(2 * math.pi * variance)


def mixture_score(
    x: Tensor,
    centres: Tensor,
    *,
    spread: float | Tensor,
    bar: Tensor | float = 1.0,
    member: Tensor | None = None,
) -> Tensor:
    r"""Compute the score of the noised mixture, the gradient of its log density.

    With :math:`\hat m(x)` the centre that is expected behind x,

    .. math:: \nabla \log p_t(x) = \frac{\sqrt{\bar\alpha_t}\, \hat m(x) - x}{v_t} .

    Parameters
    ----------
    x : Tensor of shape (..., D)
        Points.
    centres : Tensor of shape (K, D)
        Means of the Gaussians without noise.
    spread : float or Tensor
        Their standard deviation s.
    bar : Tensor or float
        :math:`\bar\alpha_t`, one for all or broadcastable to (..., 1); 1, the default, for the data
        themselves.
    member : Tensor of shape (K,), optional
        1 for the Gaussians that belong to the mixture, 0 for the others; by default all belong.

    Returns
    -------
    Tensor of shape (..., D)
        The score.

    Raises
    ------
    ValueError
        If the centres have another number of dimensions than the points.

    Examples
    --------
    >>> mixture_score(torch.ones(1, 1), torch.zeros(1, 1), spread=2.0)
    tensor([[-0.2500]])
    """
    check_shape("centres", centres, ("K", x.shape[-1]))
    centres, bar = centres.to(x), torch.as_tensor(bar, dtype=x.dtype, device=x.device)
    variance = bar * spread**2 + 1 - bar
    # The squared distances without |x|², which softmax would cancel: (..., K).
    fit = (bar.sqrt() * F.linear(x, centres) - bar / 2 * centres.square().sum(-1)) / variance
    if member is not None:
        fit = fit - 1e9 * (1 - member)
    expected = torch.softmax(fit, -1) @ centres
    return (bar.sqrt() * expected - x) / variance


def exact_noise(centres: Tensor, bars: Tensor, *, spread: float):
    r"""Make the best noise predictor there is.

    .. math:: \hat\epsilon = -\sqrt{1 - \bar\alpha_t}\, \nabla \log p_t

    Parameters
    ----------
    centres : Tensor of shape (K, D)
        Means of the Gaussians.
    bars : Tensor of shape (T + 1,)
        The schedule.
    spread : float
        Standard deviation of each.

    Returns
    -------
    callable
        ``predict(x, t)`` with ``x`` of shape (B, D) and one time, or times that are all the same; it stands
        in for a network.

    Examples
    --------
    >>> predict = exact_noise(torch.zeros(1, 1), torch.tensor([1.0, 0.5]), spread=1.0)
    >>> predict(torch.ones(1, 1), 1)
    tensor([[0.7071]])
    """
    check_shape("centres", centres, ("K", "D"))

    def predict(x: Tensor, t: int | Tensor) -> Tensor:
        time = int(t.flatten()[0]) if isinstance(t, Tensor) else t
        bar = bars[time].to(x)
        return -(1 - bars[time]).sqrt().to(x) * mixture_score(x, centres, spread=spread, bar=bar)

    return predict


def reverse_moments(
    bars: Tensor, *, mean: float, spread: float, without_bar: bool = False, last_noise: bool = False
) -> tuple[Tensor, Tensor]:
    r"""Follow mean and standard deviation of a reverse chain whose data are one Gaussian.

    The best noise prediction is linear in x, so each step of
    :func:`~dlbook_lib.generative.reverse.reverse_mean`, with noise of variance :math:`\beta_t`, takes a
    Gaussian to a Gaussian.

    Parameters
    ----------
    bars : Tensor of shape (T + 1,)
        The schedule.
    mean, spread : float
        Of the data.
    without_bar : bool
        Divide by :math:`\sqrt{1 - \alpha_t}` instead of :math:`\sqrt{1 - \bar\alpha_t}`, as some notes
        print it.
    last_noise : bool
        Add noise in the last step, t = 1, too; the paper adds none.

    Returns
    -------
    means, deviations : Tensor of shape (T + 1,)
        Of :math:`x_0, \ldots, x_T`, in float64.

    Examples
    --------
    >>> from dlbook_lib.generative.schedules import linear_schedule
    >>> means, deviations = reverse_moments(linear_schedule(), mean=2.0, spread=0.5)
    >>> f"{means[0]:.3f} {deviations[0]:.4f}"
    '2.000 0.5008'
    """
    check_number("spread", spread, low=0)
    bars = bars.double()
    betas = torch.cat((bars.new_zeros(1), betas_of(bars)))
    means, deviations = torch.zeros_like(bars), torch.ones_like(bars)
    m, v = 0.0, 1.0
    for t in range(len(bars) - 1, 0, -1):
        bar, beta = bars[t].item(), betas[t].item()
        slope = math.sqrt(1 - bar) / (bar * spread**2 + 1 - bar)  # of the predicted noise in x
        below = math.sqrt(beta if without_bar else 1 - bar)
        factor = (1 - beta / below * slope) / math.sqrt(1 - beta)
        m = factor * m + beta / below * slope * math.sqrt(bar) * mean / math.sqrt(1 - beta)
        v = factor**2 * v + (beta if t > 1 or last_noise else 0.0)
        means[t - 1], deviations[t - 1] = m, math.sqrt(v)
    return means, deviations
