r"""Flow matching: learn the velocity of straight lines from noise to data, and follow it.

After Lipman, Chen, Ben-Hamu, Nickel and Le, "Flow Matching for Generative Modeling" (2023), and Liu, Gong
and Liu, "Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified Flow" (2023), whose
straight lines these are.

Differs from the papers: the line ends in the data exactly, without the little noise that the first keeps
there.

Shape letters: B batch, ... whatever one example has.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_integer
from dlbook_lib.generative.ddpm import call

__all__ = ["flow_loss", "flow_sample", "flow_training_loss"]

_CLOCK = 1000  # networks are told 1000 times the time, the range that their time features resolve


def flow_loss(
    network: Callable, x0: Tensor, x1: Tensor, time: Tensor, *, condition: Tensor | None = None
) -> Tensor:
    r"""Ask for the velocity of the straight line from noise to example.

    .. math:: \lVert v_\theta(x_\tau, \tau) - (x_1 - x_0) \rVert^2, \qquad
        x_\tau = (1 - \tau)\, x_0 + \tau\, x_1

    Parameters
    ----------
    network : callable
        ``network(x, t)`` or with a condition; t is 1000 times the time.
    x0, x1 : Tensor of shape (B, ...)
        Noise, and examples; beware that elsewhere in diffusion the index 0 is the data's.
    time : Tensor of shape (B,)
        Times from 0, noise, to 1, data.
    condition : Tensor of shape (B, ...), optional
        What the examples are.

    Returns
    -------
    Tensor of shape ()
        The mean square over examples and coordinates.

    Examples
    --------
    >>> flow_loss(lambda x, t: 0 * x, torch.zeros(1, 2), torch.ones(1, 2), torch.tensor([0.5]))
    tensor(1.)
    """
    tau = time.reshape(-1, *[1] * (x1.dim() - 1))
    x = (1 - tau) * x0 + tau * x1
    return F.mse_loss(call(network, x, _CLOCK * time, condition), x1 - x0)


def flow_training_loss(
    network: Callable, x0: Tensor, t: Tensor, noise: Tensor, bars: Tensor, *, condition: Tensor | None = None
) -> Tensor:
    """Offer :func:`flow_loss` to ``train_denoiser``, whose whole times t become t / T.

    Parameters
    ----------
    network : callable
        Predicts the velocity.
    x0 : Tensor of shape (B, ...)
        Examples.
    t : Tensor of shape (B,)
        Times, 1 to T.
    noise : Tensor of shape (B, ...)
        Noise.
    bars : Tensor of shape (T + 1,)
        Only its length is used.
    condition : Tensor of shape (B, ...), optional
        What the examples are.

    Returns
    -------
    Tensor of shape ()
        The loss.

    Examples
    --------
    >>> one, t = torch.ones(1, 2), torch.tensor([1])
    >>> flow_training_loss(lambda x, t: 0 * x, one, t, 0 * one, torch.tensor([1.0, 0.5]))
    tensor(1.)
    """
    time = (t - 0.5) / (len(bars) - 1)
    return flow_loss(network, noise, x0, time.to(x0), condition=condition)


def flow_sample(
    network: Callable, x: Tensor, *, steps: int, condition: Tensor | None = None, keep: bool = False
) -> Tensor:
    r"""Follow the velocity from noise to data by Euler's steps.

    .. math:: x \leftarrow x + v_\theta(x, \tau)\, \Delta

    Parameters
    ----------
    network : callable
        Predicts the velocity.
    x : Tensor of shape (B, ...)
        Standard normal noise to begin with.
    steps : int
        How many steps.
    condition : Tensor of shape (B, ...), optional
        What is asked for.
    keep : bool
        Return every place of the way.

    Returns
    -------
    Tensor of shape (B, ...) or (steps + 1, B, ...)
        The samples, or the way there with the noise first.

    Examples
    --------
    >>> flow_sample(lambda x, t: torch.ones_like(x), torch.zeros(1, 2), steps=4)
    tensor([[1., 1.]])
    """
    check_integer("steps", steps, low=1)
    places = [x]
    for i in range(steps):
        time = torch.full((len(x),), _CLOCK * i / steps, dtype=x.dtype, device=x.device)
        with torch.no_grad():
            x = x + call(network, x, time, condition) / steps
        places.append(x)
    return torch.stack(places) if keep else x
