r"""The bound behind diffusion: three kinds of terms, added up in closed form or by drawing.

After Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models" (2020, eq. 5):

.. math::

    &-\log p(x_0) \\
    &\quad \le \underbrace{\mathrm{KL}(q(x_T | x_0) \| p(x_T))}_{\text{prior}}
    \underbrace{-\, \mathbb E \log p(x_0 | x_1)}_{\text{reconstruction}} \\
    &\quad + \sum_{t=2}^T \mathbb E\,
    \underbrace{\mathrm{KL}(q(x_{t-1} | x_t, x_0) \| p(x_{t-1} | x_t))}_{\text{step } t}

A diffusion is a hierarchical variational autoencoder whose encoder is fixed and as wide as its data; for
it, and for any other such model, :func:`hierarchical_bound` draws the same quantity without knowing the
three terms.

Differs from the paper: the reconstruction is a plain Gaussian density instead of one over 256 grey levels.

Shape letters: B batch, D dimensions, T steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_integer, check_number, check_shape
from dlbook_lib.generative.forward import jump
from dlbook_lib.generative.reverse import posterior, reverse_mean, reverse_variance
from dlbook_lib.generative.schedules import betas_of, prior_kl
from dlbook_lib.learning.density import gaussian_kl

__all__ = ["bound_terms", "gaussian_bound", "hierarchical_bound", "noise_weights"]


def noise_weights(bars: Tensor) -> Tensor:
    r"""Find what the squared error of the noise is multiplied with in the bound.

    .. math:: \frac{\beta_t}{2 \alpha_t (1 - \bar\alpha_t)} \quad \text{where } \sigma_t^2 = \beta_t;

    the simple loss replaces all of them by one and the same number.

    Parameters
    ----------
    bars : Tensor of shape (T + 1,)
        The schedule.

    Returns
    -------
    Tensor of shape (T,)
        The weights for t = 1, ..., T.

    Examples
    --------
    >>> noise_weights(torch.tensor([1.0, 0.5, 0.25]))
    tensor([1.0000, 0.6667])
    """
    betas = betas_of(bars)
    return betas / (2 * (1 - betas) * (1 - bars[1:]))


def bound_terms(
    network: Callable, x0: Tensor, bars: Tensor, *, draws: int = 1, generator: torch.Generator | None = None
) -> dict[str, Tensor]:
    r"""Measure every term of the bound for a network, with :math:`\sigma_t^2 = \beta_t`.

    Parameters
    ----------
    network : callable
        Predicts the noise.
    x0 : Tensor of shape (B, D)
        Examples.
    bars : Tensor of shape (T + 1,)
        The schedule.
    draws : int
        Noises for each example and time.
    generator : torch.Generator, optional
        Where they come from.

    Returns
    -------
    dict of str to Tensor
        ``"prior"`` and ``"reconstruction"`` of shape (), ``"steps"`` of shape (T - 1,) for t = 2, ..., T:
        nats per example, whose sum bounds :math:`-\log p`.

    Examples
    --------
    >>> terms = bound_terms(lambda x, t: x, torch.zeros(4, 1), torch.tensor([1.0, 0.5, 0.1]))
    >>> list(terms), terms["steps"].shape
    (['prior', 'steps', 'reconstruction'], torch.Size([1]))
    """
    check_shape("x0", x0, ("B", "D"))
    check_integer("draws", draws, low=1)
    x0 = x0.repeat(draws, 1)
    D, steps, reconstruction = x0.shape[1], [], torch.zeros(())
    for t in range(1, len(bars)):
        noise = torch.randn(x0.shape, generator=generator, dtype=x0.dtype, device=x0.device)
        x = jump(x0, noise, t, bars)
        with torch.no_grad():
            mean = reverse_mean(x, network(x, t), t, bars)
        variance = reverse_variance(t, bars, x)
        if t == 1:
            away = (x0 - mean).square().sum(1)
            reconstruction = (away / (2 * variance) + D / 2 * torch.log(2 * math.pi * variance)).mean()
        else:
            steps.append(gaussian_kl(*posterior(x0, x, t, bars), mean, variance).sum(1).mean())
    prior = prior_kl(x0, bars[-1].to(x0)).mean()
    return {"prior": prior, "steps": torch.stack(steps), "reconstruction": reconstruction}


def gaussian_bound(
    x0: float, bars: Tensor, *, mean: float, spread: float, variance: str = "beta", prior: str = "standard"
) -> dict[str, Tensor]:
    r"""Add up the bound without drawing, for data from one Gaussian and the best noise prediction.

    Given :math:`x_t`, the step back has then the mean :math:`\mu_t(x_t)` and exactly the variance
    :math:`\beta_t v_{t-1} / v_t`, :math:`v_t = \bar\alpha_t s^2 + 1 - \bar\alpha_t`. With it, and with
    :math:`\mathcal N(\sqrt{\bar\alpha_T} m, v_T)` as the prior, the bound is no bound but :math:`-\log
    p(x_0)` itself.

    Parameters
    ----------
    x0 : float
        One example, in one dimension.
    bars : Tensor of shape (T + 1,)
        The schedule.
    mean, spread : float
        Of the data.
    variance : {"beta", "exact"}
        What the reverse steps use.
    prior : {"standard", "exact"}
        What the chain starts from.

    Returns
    -------
    dict of str to Tensor
        As for :func:`bound_terms`, in float64.

    Examples
    --------
    >>> from dlbook_lib.generative.schedules import linear_schedule
    >>> terms = gaussian_bound(2.0, linear_schedule(), mean=2.0, spread=0.5, variance="exact", prior="exact")
    >>> round(sum(term.sum().item() for term in terms.values()), 6)  # -log N(2; 2, 0.25)
    0.225791
    """
    check_in("variance", variance, ("beta", "exact"))
    check_in("prior", prior, ("standard", "exact"))
    check_number("spread", spread, low=1e-9)
    bars = bars.double()
    b, e = bars[1:], bars[:-1]  # alpha-bar at t and at t - 1
    beta, v = 1 - b / e, bars * spread**2 + 1 - bars
    slope = (1 - b).sqrt() / v[1:]  # of the predicted noise in x
    factor = (1 - beta / (1 - b).sqrt() * slope) / (1 - beta).sqrt()
    shift = beta / (1 - b).sqrt() * slope * b.sqrt() * mean / (1 - beta).sqrt()
    width = beta if variance == "beta" else beta * v[:-1] / v[1:]

    # posterior mean less model mean is a + c x_t, with x_t ~ N(sqrt(b) x0, 1 - b)
    a = e.sqrt() * beta / (1 - b) * x0 - shift
    c = (1 - beta).sqrt() * (1 - e) / (1 - b) - factor
    gap = (a + c * b.sqrt() * x0).square() + c.square() * (1 - b)
    tilde = (1 - e) / (1 - b) * beta
    zero = torch.zeros_like(gap)
    kl = gaussian_kl(gap[1:].sqrt(), tilde[1:], zero[1:], width[1:])
    # at t = 1 the posterior is the point x0, and what is left is -log p(x0 | x1)
    last = 0.5 * (gap[0] / width[0] + torch.log(2 * math.pi * width[0]))
    m_T, v_T = (zero[0], zero[0] + 1) if prior == "standard" else (b[-1].sqrt() * mean, v[-1])
    return {"prior": gaussian_kl(b[-1].sqrt() * x0, 1 - b[-1], m_T, v_T), "steps": kl, "reconstruction": last}


def hierarchical_bound(
    x0: Tensor,
    encoders: list[Callable],
    decoders: list[Callable],
    *,
    generator: torch.Generator | None = None,
) -> Tensor:
    r"""Draw the evidence bound of a variational autoencoder with any number of levels.

    .. math:: \mathrm{ELBO} = \log p(z_T) + \sum_{t=1}^T \log \frac{p(z_{t-1} \mid z_t)}{q(z_t \mid z_{t-1})},
        \qquad z_0 = x, \qquad z_t \sim q(\cdot \mid z_{t-1})

    Parameters
    ----------
    x0 : Tensor of shape (B, D)
        Examples.
    encoders, decoders : list of callable
        One for each level, from the data up: an encoder takes :math:`z_{t-1}`, a decoder :math:`z_t`; each
        returns mean and variance of the Gaussian on its other side.
    generator : torch.Generator, optional
        Where the draws come from.

    Returns
    -------
    Tensor of shape (B,)
        One unbiased estimate for each example, with a standard Gaussian at the top.

    Raises
    ------
    ValueError
        If there are not as many decoders as encoders.

    Examples
    --------
    >>> same = lambda z: (torch.zeros_like(z), torch.ones_like(z))
    >>> hierarchical_bound(torch.zeros(1, 1), [same], [same])  # x is independent of z: log N(0; 0, 1)
    tensor([-0.9189])
    """
    check_integer("len(decoders)", len(decoders), low=len(encoders), high=len(encoders))

    def log_density(z: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
        fit = (z - mean).square() / variance + torch.log(2 * math.pi * torch.as_tensor(variance).to(z))
        return -0.5 * fit.expand_as(z).sum(1)

    z, total = x0, torch.zeros(len(x0), dtype=x0.dtype, device=x0.device)
    for encode, decode in zip(encoders, decoders):
        mean, variance = encode(z)
        variance = torch.as_tensor(variance).to(z)
        draw = torch.randn(mean.shape, generator=generator, dtype=z.dtype, device=z.device)
        above = mean + variance.sqrt() * draw
        total = total + log_density(z, *decode(above)) - log_density(above, mean, variance)
        z = above
    return total + log_density(z, torch.zeros_like(z), torch.ones_like(z))
