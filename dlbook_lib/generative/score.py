r"""The score: which way the log density rises, learned by guessing noise.

Vincent, "A Connection Between Score Matching and Denoising Autoencoders" (2011), showed that pointing back
at the clean example is, up to a constant, the same as matching the score of the noised density. What the
best guess of the clean example has to do with the score is Tweedie's formula (Robbins 1956; Efron,
"Tweedie's Formula and Selection Bias", 2011).

Differs from the papers: noise is added without fading ("variance exploding") in the two losses; the link to
DDPM's fading noise is :func:`score_of_noise`.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from dlbook_lib.checks import check_number, check_shape
from dlbook_lib.generative.forward import coefficient

__all__ = ["denoising_score_loss", "explicit_score_loss", "score_of_noise", "tweedie"]


def score_of_noise(noise: Tensor, t: int | Tensor, bars: Tensor) -> Tensor:
    r"""Turn a noise prediction into a score, :math:`s = -\hat\epsilon / \sqrt{1 - \bar\alpha_t}`.

    Parameters
    ----------
    noise : Tensor of shape (B, ...)
        Predicted noise.
    t : int or Tensor of shape (B,)
        The time, 1 to T.
    bars : Tensor of shape (T + 1,)
        The schedule.

    Returns
    -------
    Tensor of shape (B, ...)
        The score.

    Examples
    --------
    >>> import torch
    >>> score_of_noise(torch.tensor([[1.0]]), 1, torch.tensor([1.0, 0.75]))
    tensor([[-2.]])
    """
    return -noise / coefficient(1 - bars, t, noise).sqrt()


def tweedie(x: Tensor, score: Tensor, *, sigma: float, scale: float = 1.0) -> Tensor:
    r"""Find the mean of what lay below the noise.

    .. math:: \mathbb E[x_0 \mid x] = \frac{x + \sigma^2\, \nabla \log p(x)}{a} \qquad
        \text{for } x = a\, x_0 + \sigma \epsilon

    Parameters
    ----------
    x : Tensor
        What was seen.
    score : Tensor of the same shape
        The score of the noised density there.
    sigma : float
        Standard deviation of the noise.
    scale : float
        How much of the signal is left, a; 1 where noise is simply added.

    Returns
    -------
    Tensor
        The mean of the clean example, given ``x``.

    Examples
    --------
    >>> import torch
    >>> tweedie(torch.tensor(2.0), torch.tensor(-1.0), sigma=1.0)  # of N(0, 1) under N(0, 1): half of x
    tensor(1.)
    """
    check_shape("score", score, tuple(x.shape))
    check_number("sigma", sigma, low=0)
    return (x + sigma**2 * score) / scale


def denoising_score_loss(score: Callable, x0: Tensor, noise: Tensor, *, sigma: float) -> Tensor:
    r"""Ask the score at a noised example to point back to the clean one.

    .. math:: \tfrac12 \lVert s(x_0 + \sigma \epsilon) + \epsilon / \sigma \rVert^2

    Parameters
    ----------
    score : callable
        From points of shape (B, D) to scores of that shape.
    x0, noise : Tensor of shape (B, D)
        Clean examples, and standard normal numbers.
    sigma : float
        Standard deviation of the noise.

    Returns
    -------
    Tensor of shape ()
        The mean over the batch.

    Examples
    --------
    >>> import torch
    >>> denoising_score_loss(lambda x: -x, torch.zeros(1, 1), torch.ones(1, 1), sigma=1.0)
    tensor(0.)
    """
    check_number("sigma", sigma, low=1e-9)
    return 0.5 * (score(x0 + sigma * noise) + noise / sigma).square().sum(1).mean()


def explicit_score_loss(score: Callable, x: Tensor, truth: Tensor) -> Tensor:
    r"""Compare a score with the true one, where that is known.

    .. math:: \tfrac12 \lVert s(x) - \nabla \log p(x) \rVert^2

    Parameters
    ----------
    score : callable
        From points of shape (B, D) to scores of that shape.
    x, truth : Tensor of shape (B, D)
        Noised points, and the true scores there.

    Returns
    -------
    Tensor of shape ()
        The mean over the batch.

    Examples
    --------
    >>> import torch
    >>> explicit_score_loss(lambda x: -x, torch.ones(1, 2), torch.zeros(1, 2))
    tensor(1.)
    """
    check_shape("truth", truth, tuple(x.shape))
    return 0.5 * (score(x) - truth).square().sum(1).mean()
