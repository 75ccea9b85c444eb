r"""DDIM: the network of DDPM, run back in a few large steps that need no fresh noise.

After Song, Meng and Ermon, "Denoising Diffusion Implicit Models" (2021, eq. 12 and 16). Their forward
process is not a Markov chain, since :math:`x_t` depends on :math:`x_{t+1}` and :math:`x_0`; yet every
:math:`x_t` given :math:`x_0` has the same law as in DDPM, which is all that the training sees.

Differs from the paper: predicted clean examples can be cut to the range of the data, as implementations of
DDPM do.

Shape letters: B batch, ... whatever one example has, T steps of the schedule.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number
from dlbook_lib.generative.ddpm import call
from dlbook_lib.generative.reverse import noise_of_start, predicted_start

__all__ = ["ddim_sample", "ddim_step", "fresh_deviation", "spaced_times"]


def spaced_times(longest: int, steps: int) -> list[int]:
    """Choose times from T down to 0, evenly.

    Parameters
    ----------
    longest : int
        The time T at which noise is pure.
    steps : int
        How many steps to take, from 1 to T.

    Returns
    -------
    list of int
        ``steps + 1`` times, the first T and the last 0.

    Examples
    --------
    >>> spaced_times(1000, 4)
    [1000, 750, 500, 250, 0]
    """
    check_integer("longest", longest, low=1)
    check_integer("steps", steps, low=1, high=longest)
    return [round(longest * (1 - i / steps)) for i in range(steps + 1)]


def fresh_deviation(bar: Tensor, earlier: Tensor) -> Tensor:
    r"""Compute the deviation of the step from t to s when the clean example is known; 0 where t = s.

    .. math:: \sqrt{\frac{1 - \bar\alpha_s}{1 - \bar\alpha_t}} \sqrt{1 - \frac{\bar\alpha_t}{\bar\alpha_s}}

    Parameters
    ----------
    bar, earlier : Tensor
        :math:`\bar\alpha_t` and :math:`\bar\alpha_s`, the second at least as large.

    Returns
    -------
    Tensor
        The root of the smaller of DDPM's two variances.

    Examples
    --------
    >>> fresh_deviation(torch.tensor(0.5), torch.tensor(0.8))
    tensor(0.3873)
    """
    return ((1 - earlier) / (1 - bar).clamp_min(1e-8) * (1 - bar / earlier)).sqrt()


def ddim_step(
    x: Tensor,
    noise: Tensor,
    *,
    bar: Tensor,
    earlier: Tensor,
    eta: float | Tensor = 0.0,
    fresh: Tensor | None = None,
) -> Tensor:
    r"""Step from one time to any earlier one.

    .. math::

        x_s = \sqrt{\bar\alpha_s}\, \hat x_0 + \sqrt{1 - \bar\alpha_s - \sigma^2}\; \hat\epsilon + \sigma z,
        \qquad \sigma = \eta \sqrt{\frac{1 - \bar\alpha_s}{1 - \bar\alpha_t}} \sqrt{1 -
        \frac{\bar\alpha_t}{\bar\alpha_s}}

    Parameters
    ----------
    x, noise : Tensor of shape (B, ...)
        Places at time t, and the noise that is predicted in them.
    bar, earlier : Tensor
        :math:`\bar\alpha_t` and :math:`\bar\alpha_s`, the second at least as large; one for all, or
        broadcastable to the places.
    eta : float or Tensor
        Share of fresh noise: 0 for none, 1 for as much as DDPM adds (of the smaller variance). A tensor, such
        as the control of an explorer, is taken as it is.
    fresh : Tensor of shape (B, ...), optional
        The standard normal z; needed where ``eta`` is above 0.

    Returns
    -------
    Tensor of shape (B, ...)
        Places at time s.

    Raises
    ------
    ValueError
        If ``eta`` leaves [0, 1], or ``fresh`` is missing.

    Examples
    --------
    >>> half, all_ = torch.tensor(0.5), torch.tensor(1.0)
    >>> ddim_step(torch.tensor([[1.4142]]), torch.tensor([[1.0]]), bar=half, earlier=all_)
    tensor([[1.0000]])
    """
    if not isinstance(eta, Tensor):
        check_number("eta", eta, low=0, high=1)
        if eta and fresh is None:
            raise ValueError(f"fresh must hold noise where eta is above 0, got None and eta={eta}")
    sigma = eta * fresh_deviation(bar, earlier)
    kept = (1 - earlier - sigma**2).clamp_min(0).sqrt()
    x = earlier.sqrt() * (x - (1 - bar).sqrt() * noise) / bar.sqrt() + kept * noise
    return x if fresh is None else x + sigma * fresh


def ddim_sample(
    network: Callable,
    x: Tensor,
    bars: Tensor,
    *,
    steps: int,
    eta: float = 0.0,
    clip: float | None = None,
    condition: Tensor | None = None,
    generator: torch.Generator | None = None,
    keep: bool = False,
) -> Tensor:
    r"""Run noise back to data in a few steps.

    Parameters
    ----------
    network : callable
        Predicts the noise.
    x : Tensor of shape (B, ...)
        Standard normal noise to begin with.
    bars : Tensor of shape (T + 1,)
        The schedule that the network was trained on.
    steps : int
        How many steps, 1 to T.
    eta : float
        Share of fresh noise, 0 to 1.
    clip : float, optional
        Cut the predicted clean examples to [-clip, clip]: at the first steps they are the prediction's
        error divided by the tiny :math:`\sqrt{\bar\alpha_t}`, and pixels are known to stay in a range.
    condition : Tensor of shape (B, ...), optional
        What is asked for.
    generator : torch.Generator, optional
        Where fresh noise comes from.
    keep : bool
        Return every place of the way.

    Returns
    -------
    Tensor of shape (B, ...) or (steps + 1, B, ...)
        The samples, or the way there with the noise first.

    Examples
    --------
    >>> ddim_sample(lambda x, t: x, torch.ones(3, 2), torch.tensor([1.0, 0.9, 0.5]), steps=2).shape
    torch.Size([3, 2])
    """
    times, places = spaced_times(len(bars) - 1, steps), [x]
    for t, s in pairwise(times):
        with torch.no_grad():
            noise = call(network, x, t, condition)
        if clip is not None:
            start = predicted_start(x, noise, t, bars).clamp(-clip, clip)
            noise = noise_of_start(x, start, t, bars)
        z = torch.randn(x.shape, generator=generator, dtype=x.dtype, device=x.device) if eta else None
        x = ddim_step(x, noise, bar=bars[t].to(x), earlier=bars[s].to(x), eta=eta, fresh=z)
        places.append(x)
    return torch.stack(places) if keep else x
