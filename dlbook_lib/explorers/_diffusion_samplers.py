r"""Running a diffusion backwards where the score is known: a mixture of Gaussians in the plane.

Data from equal Gaussians at :math:`m_k`, all of standard deviation :math:`s`, are at time t a mixture again,
of Gaussians at :math:`\sqrt{\bar\alpha_t}\, m_k` with variance
:math:`v_t = \bar\alpha_t s^2 + 1 - \bar\alpha_t`; so the score, which networks have to learn, is exact.
Samplers: Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models" (2020, algorithm 2, with the smaller
variance); Song, Meng and Ermon, "Denoising Diffusion Implicit Models" (2021, eq. 12 and 16); the
probability-flow equation of Song et al., "Score-Based Generative Modeling through Stochastic Differential
Equations" (2021). Guidance: Ho and Salimans, "Classifier-Free Diffusion Guidance" (2022), with a weight of 1
for the class as it is, as in most software (the paper's w is one less).

Differs from them: the probability-flow equation is solved by Euler steps in :math:`\log\bar\alpha`, plainer
than the papers' solvers and worse at few steps; DDIM at :math:`\eta = 0` solves the same equation.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.generative import exact
from dlbook_lib.generative.ddim import ddim_step, fresh_deviation

__all__ = ["SAMPLERS", "clean_point", "mixture_score", "sampler_step"]

SAMPLERS = {"DDPM": 0.0, "DDIM": 1.0, "probability-flow ODE": 2.0}


def mixture_score(
    x: Tensor, bar: Tensor, centres: Tensor, spread: Tensor, member: Tensor, weight: Tensor
) -> Tensor:
    r"""Compute the score of a noised mixture, guided towards some of its Gaussians.

    With :math:`\hat m(x)` the centre that is expected behind x, among all Gaussians or among the class's,

    .. math::

        \nabla \log p_t(x) = \frac{\sqrt{\bar\alpha_t}\, \hat m(x) - x}{v_t}, \qquad
        \hat m = \hat m_\text{all} + w\, (\hat m_\text{class} - \hat m_\text{all}).

    Parameters
    ----------
    x : Tensor of shape (..., P, 2)
        Points.
    bar : Tensor, broadcastable to (..., 1, 1)
        Alpha-bar at their time.
    centres : Tensor of shape (K, 2)
        Where the Gaussians stand without noise.
    spread : Tensor
        Their standard deviation.
    member : Tensor of shape (K,)
        1 for the Gaussians of the class, 0 for the others.
    weight : Tensor
        Guidance weight: 0 for all, 1 for the class, more to exaggerate.

    Returns
    -------
    Tensor of shape (..., P, 2)
        The score.

    Examples
    --------
    >>> one, two = torch.ones(1), torch.tensor([[2.0, 0.0]])
    >>> mixture_score(torch.zeros(1, 2), torch.tensor(1.0), two, one, one, one)
    tensor([[2., 0.]])
    """
    free, bound = (exact.mixture_score(x, centres, spread=spread, bar=bar, member=m) for m in (None, member))
    return free + weight * (bound - free)


def clean_point(x: Tensor, noise: Tensor, bar: Tensor) -> Tensor:
    r"""Step to t = 0 at once.

    .. math:: \hat x_0 = (x - \sqrt{1 - \bar\alpha}\, \hat\epsilon) / \sqrt{\bar\alpha}

    Parameters
    ----------
    x, noise : Tensor of shape (..., 2)
        Points, and the noise predicted in them.
    bar : Tensor
        Alpha-bar at their time.

    Returns
    -------
    Tensor of shape (..., 2)
        The predicted points without noise.

    Examples
    --------
    >>> clean_point(torch.tensor([1.4]), torch.tensor([1.0]), torch.tensor(0.5))
    tensor([0.9799])
    """
    return ddim_step(x, noise, bar=bar, earlier=torch.ones_like(bar))


def sampler_step(
    x: Tensor, score: Tensor, bar: Tensor, earlier: Tensor, z: Tensor, sampler: Tensor, eta: Tensor
) -> Tensor:
    r"""Take one step back in time; where both times are the same, nothing moves.

    Parameters
    ----------
    x, score : Tensor of shape (..., P, 2)
        Points and the score at them.
    bar, earlier : Tensor, broadcastable to (..., 1, 1)
        Alpha-bar at their time and at the earlier one, which is larger.
    z : Tensor of shape (P, 2)
        Standard normal noise.
    sampler : Tensor
        A value of ``SAMPLERS``.
    eta : Tensor
        DDIM's share of fresh noise: 0 for none, 1 for as much as DDPM.

    Returns
    -------
    Tensor of shape (..., P, 2)
        The points at the earlier time.

    Examples
    --------
    >>> x, half, zero = torch.ones(1, 2), torch.tensor(0.5), torch.tensor(0.0)
    >>> sampler_step(x, -x, half, half, x, zero, zero)
    tensor([[1., 1.]])
    """
    left, ratio = (1 - bar).clamp_min(1e-8), bar / earlier
    noise = -(1 - bar).sqrt() * score
    ddpm = (x - (1 - ratio) / left.sqrt() * noise) / ratio.sqrt() + fresh_deviation(bar, earlier) * z
    ddim = ddim_step(x, noise, bar=bar, earlier=earlier, eta=eta, fresh=z)
    ode = x - 0.5 * ratio.log() * (x + score)
    return torch.where(sampler == 0, ddpm, torch.where(sampler == 1, ddim, ode))


# The rest serves the explorer.


def pair_distance(x: Tensor, y: Tensor) -> Tensor:
    """Average the distance of all pairs in each of some sets."""
    away = (x.unsqueeze(-2) - y.unsqueeze(-3)).square()
    return (away[..., 0] + away[..., 1]).sqrt().double().mean((-2, -1))  # the energy is a small difference


def blob_width(x: Tensor, centres: Tensor) -> Tensor:
    """Measure how far points lie from their nearest centres, as a root mean square."""
    away = (x.unsqueeze(-2) - centres).square()
    return (away[..., 0] + away[..., 1]).amin(-1).mean(-1).sqrt()


def extent(x: Tensor) -> Tensor:
    """Measure how far points lie from their mean, as a root mean square."""
    return (x - x.mean(-2, keepdim=True)).square().sum(-1).mean(-1).sqrt()


def trails_until(taken: Tensor, run: Tensor) -> Tensor:
    """Keep the way of points, shape (L, N, 2), up to a step, with a gap at its end."""
    gone = torch.arange(len(run) + 1)[:, None, None] <= taken
    return torch.where(gone, torch.cat((run, run[-1:])), float("nan"))
