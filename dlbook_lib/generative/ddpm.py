r"""DDPM: learn to see the noise, then take it out step by step.

After Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic Models" (2020): the loss is their eq. 14
(algorithm 1), the sampler their algorithm 2. Both take any network ``network(x, t)`` or ``network(x, t,
condition)``.

Differs from the paper: a short average of the weights in place of a long one, a learning rate that falls,
and a condition that is left out at random during training (Ho and Salimans, "Classifier-Free Diffusion
Guidance", 2022), for ``guidance``.

Shape letters: B batch, ... whatever one example has, N examples, T steps.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number
from dlbook_lib.generative.forward import jump
from dlbook_lib.generative.reverse import noise_of_start, predicted_start, reverse_mean, reverse_variance
from dlbook_lib.seed import generator as stream

__all__ = ["ancestral_sample", "call", "noise_loss", "train_denoiser"]


def call(network: Callable, x: Tensor, t: int | Tensor, condition: Tensor | None) -> Tensor:
    """Call a network with its condition, if there is one.

    Parameters
    ----------
    network : callable
        ``network(x, t)`` or ``network(x, t, condition)``.
    x : Tensor of shape (B, ...)
        Noised examples.
    t : int or Tensor of shape (B,)
        Their times.
    condition : Tensor of shape (B, ...) or None
        What is asked for.

    Returns
    -------
    Tensor of shape (B, ...)
        What the network predicts.

    Examples
    --------
    >>> call(lambda x, t: x + t, torch.zeros(1), 3, None)
    tensor([3.])
    """
    return network(x, t) if condition is None else network(x, t, condition)


def noise_loss(
    network: Callable,
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    bars: Tensor,
    *,
    condition: Tensor | None = None,
) -> Tensor:
    r"""Measure how well a network sees the noise, :math:`\lVert \epsilon - \epsilon_\theta(x_t, t) \rVert^2`.

    Parameters
    ----------
    network : callable
        ``network(x, t)`` or ``network(x, t, condition)``.
    x0 : Tensor of shape (B, ...)
        Clean examples.
    t : Tensor of shape (B,)
        Times, 1 to T.
    noise : Tensor of shape (B, ...)
        The noise that is put into them.
    bars : Tensor of shape (T + 1,)
        The schedule.
    condition : Tensor of shape (B, ...), optional
        What the examples are.

    Returns
    -------
    Tensor of shape ()
        The mean square over examples and coordinates; about 1 for a network that always says 0.

    Examples
    --------
    >>> x0, noise, t = torch.ones(1, 2), torch.full((1, 2), 3.0), torch.tensor([1])
    >>> noise_loss(lambda x, t: 0 * x, x0, t, noise, torch.tensor([1.0, 0.5]))
    tensor(9.)
    """
    return F.mse_loss(call(network, jump(x0, noise, t, bars), t, condition), noise)


def train_denoiser(
    network: nn.Module,
    x0: Tensor,
    bars: Tensor,
    *,
    steps: int,
    condition: Tensor | None = None,
    empty: Tensor | int = 0,
    drop: float = 0.0,
    batch_size: int = 256,
    lr: float = 1e-2,
    average: float = 0.99,
    loss: Callable = noise_loss,
    seed: int = 0,
) -> list[float]:
    """Train a network on noised examples, in place.

    The learning rate falls to 0 along half a cosine, which small networks thank with clean samples.

    Parameters
    ----------
    network : nn.Module
        ``network(x, t)`` or ``network(x, t, condition)``.
    x0 : Tensor of shape (N, ...)
        Clean examples.
    bars : Tensor of shape (T + 1,)
        The schedule.
    steps : int
        Number of batches.
    condition : Tensor of shape (N, ...), optional
        What the examples are.
    empty : Tensor or int
        The condition that says "none"; put in place of an example's own with probability ``drop``.
    drop : float
        How often, in [0, 1]: about 0.1 makes a network for guidance.
    batch_size : int
        Examples in a batch.
    lr : float
        Learning rate of Adam at first.
    average : float
        The weights at the end are a running average of those on the way, which forgets by this factor; 0 for
        the last ones alone.
    loss : callable
        Called as ``loss(network, x0, t, noise, bars, condition=condition)``.
    seed : int
        Of batches, times and noise.

    Returns
    -------
    list of float
        The loss of every batch.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> network = nn.Linear(2, 2)
    >>> losses = train_denoiser(lambda x, t: network(x), torch.zeros(8, 2), torch.tensor([1.0, 0.5]), steps=1)
    Traceback (most recent call last):
        ...
    AttributeError: 'function' object has no attribute 'parameters'
    """
    check_integer("steps", steps, low=1)
    check_number("drop", drop, low=0, high=1)
    check_number("average", average, low=0, high=1)
    draws, losses, mean = stream(seed), [], deepcopy(network)
    kept, now = ([weight.detach() for weight in which.parameters()] for which in (mean, network))
    optimizer = torch.optim.Adam(network.parameters(), lr=lr, betas=(0.9, 0.99), fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    network.train()
    for _ in range(steps):
        rows = torch.randint(len(x0), (batch_size,), generator=draws)
        t = torch.randint(1, len(bars), (batch_size,), generator=draws)
        noise = torch.randn(batch_size, *x0.shape[1:], generator=draws)
        asked = _asked(condition, rows, empty, drop, draws)
        value = loss(network, x0[rows], t.to(x0.device), noise.to(x0), bars, condition=asked)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
        losses.append(value.item())
        if average:
            torch._foreach_lerp_(kept, now, 1 - average)
    if average:
        network.load_state_dict(mean.state_dict())
    network.eval()
    return losses


def _asked(
    condition: Tensor | None, rows: Tensor, empty: Tensor | int, drop: float, draws: torch.Generator
) -> Tensor | None:
    """Pick the conditions of a batch, and leave some of them out."""
    if condition is None:
        return None
    asked = condition[rows].clone()
    if drop:
        asked[torch.rand(len(rows), generator=draws) < drop] = torch.as_tensor(empty, dtype=asked.dtype)
    return asked


def ancestral_sample(
    network: Callable,
    x: Tensor,
    bars: Tensor,
    *,
    condition: Tensor | None = None,
    variance: str = "beta",
    clip: float | None = None,
    generator: torch.Generator | None = None,
    keep: bool = False,
) -> Tensor:
    r"""Run noise back to data, :math:`x_{t-1} = \mu_t(x_t) + \sigma_t z`, from t = T to 1.

    Parameters
    ----------
    network : callable
        Predicts the noise.
    x : Tensor of shape (B, ...)
        Standard normal noise to begin with.
    bars : Tensor of shape (T + 1,)
        The schedule.
    condition : Tensor of shape (B, ...), optional
        What is asked for.
    variance : {"beta", "posterior"}
        As in :func:`~dlbook_lib.generative.reverse.reverse_variance`; none is added in the last step.
    clip : float, optional
        Cut the predicted clean examples to [-clip, clip], which keeps guidance from running away.
    generator : torch.Generator, optional
        Where the fresh noise comes from.
    keep : bool
        Return every place of the way.

    Returns
    -------
    Tensor of shape (B, ...) or (T + 1, B, ...)
        The samples, or the way there with the noise first.

    Examples
    --------
    >>> ancestral_sample(lambda x, t: x, torch.ones(3, 2), torch.tensor([1.0, 0.9, 0.5])).shape
    torch.Size([3, 2])
    """
    places = [x]
    for t in range(len(bars) - 1, 0, -1):
        with torch.no_grad():
            noise = call(network, x, t, condition)
        if clip is not None:
            start = predicted_start(x, noise, t, bars).clamp(-clip, clip)
            noise = noise_of_start(x, start, t, bars)
        x = reverse_mean(x, noise, t, bars)
        if t > 1:
            z = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device)
            x = x + reverse_variance(t, bars, x, kind=variance).sqrt() * z
        places.append(x)
    return torch.stack(places) if keep else x
