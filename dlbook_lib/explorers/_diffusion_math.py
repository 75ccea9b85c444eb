r"""The mathematics of the diffusion explorers: schedules of noise, and the power of a picture's waves.

The schedules are those of :mod:`~dlbook_lib.generative.schedules`. Where a reader moves their
ends, they follow as tensors, and as sums of logarithms, since ONNX has no running product.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.generative.schedules import cosine_share, sigmoid_share

__all__ = ["SCHEDULES", "SIZE", "STEPS", "alpha_bars", "power_spectrum", "ring_means"]

SCHEDULES = {"linear": 0.0, "cosine": 1.0, "sigmoid": 2.0}
SIZE, STEPS = 32, 1000

_ANGLE = torch.outer(torch.arange(SIZE), torch.arange(SIZE)).double() * (2 * math.pi / SIZE)
_COS, _SIN = _ANGLE.cos().float(), _ANGLE.sin().float()
_WAVES = torch.fft.fftfreq(SIZE, d=1 / SIZE)  # waves across the picture: 0, 1, ..., -1
_RING = (_WAVES[:, None] ** 2 + _WAVES**2).sqrt().round().flatten()
_IN_RING = torch.arange(1, SIZE // 2 + 1)[:, None].eq(_RING).float()
_IN_RING /= _IN_RING.sum(1, keepdim=True)


def _log_steps(fade: Tensor) -> Tensor:
    """Turn the signal's share at 0, 1, ..., T into log alpha of each step, no beta above 0.999."""
    return (fade[1:] / fade[:-1]).clamp_min(1e-3).log()


_PART = torch.linspace(0, 1, STEPS + 1, dtype=torch.float64)
OFFSET, REACH = torch.tensor(0.008, dtype=torch.float64), torch.tensor(3.0, dtype=torch.float64)


def alpha_bars(
    schedule: Tensor, beta_start: Tensor, beta_end: Tensor, offset: Tensor = OFFSET, reach: Tensor = REACH
) -> tuple[Tensor, Tensor]:
    r"""Follow a schedule: what each step keeps of the signal's power, and what all steps so far keep.

    Parameters
    ----------
    schedule : Tensor
        0 for linear, 1 for cosine, 2 for sigmoid.
    beta_start, beta_end : Tensor
        First and last :math:`\beta` of the linear schedule, in (0, 1).
    offset : Tensor
        Where on its quarter wave the cosine schedule starts, as a share of it.
    reach : Tensor
        The sigmoid schedule runs from minus this to this.

    Returns
    -------
    alpha, alpha_bar : Tensor of shape (1000,)
        For t = 1, ..., 1000, in float64, because :math:`1 - \bar\alpha_1` may be as small as 1e-5.

    Examples
    --------
    >>> alpha_bars(torch.tensor(0.0), torch.tensor(1e-4), torch.tensor(0.02))[1][-1].float()
    tensor(4.0358e-05)
    """
    first, last = beta_start.double(), beta_end.double()
    linear = (1 - (first + (last - first) * torch.arange(STEPS).double() / (STEPS - 1))).log()
    cosine = _log_steps(cosine_share(_PART, offset.double()))
    sigmoid = _log_steps(sigmoid_share(_PART, reach.double()))
    curved = torch.where(schedule == SCHEDULES["cosine"], cosine, sigmoid)
    log_alpha = torch.where(schedule == SCHEDULES["linear"], linear, curved)
    return log_alpha.exp(), log_alpha.cumsum(0).exp()


def power_spectrum(x: Tensor) -> Tensor:
    r"""Measure the power of every wave in a picture, white noise of variance v having v everywhere.

    .. math:: P_{kl} = \frac1{N^2} \Bigl|\sum_{ij} x_{ij}\, e^{-2\pi i (ki + lj)/N}\Bigr|^2,

    as products with the matrices of cosines C and sines S: CxC - SxS and CxS + SxC.

    Parameters
    ----------
    x : Tensor of shape (32, 32)
        A picture.

    Returns
    -------
    Tensor of shape (32, 32)
        Its mean is that of the squared pixels.

    Examples
    --------
    >>> power_spectrum(torch.ones(32, 32))[0, :2].round()
    tensor([1024., 0.])
    """
    rows_cos, rows_sin = _COS @ x, _SIN @ x
    real = rows_cos @ _COS - rows_sin @ _SIN
    imaginary = rows_cos @ _SIN + rows_sin @ _COS
    return (real**2 + imaginary**2) / x.numel()


def ring_means(power: Tensor) -> Tensor:
    """Average a spectrum over waves of about equal frequency, whatever their direction.

    Parameters
    ----------
    power : Tensor of shape (32, 32)
        The power of every wave.

    Returns
    -------
    Tensor of shape (16,)
        For 1, 2, ..., 16 waves across the picture, rounded; the corners beyond are left out.

    Examples
    --------
    >>> ring_means(torch.ones(32, 32))[:3].allclose(torch.ones(3))
    True
    """
    return (_IN_RING @ power.reshape(-1, 1)).squeeze(1)


# The rest serves the explorers.


def at(values: Tensor, index: Tensor) -> Tensor:
    """Take the entry, or row, that a 0-d tensor names."""
    return values.index_select(0, index.reshape(1)).squeeze(0)


def spread(x: Tensor) -> Tensor:
    """Measure the standard deviation."""
    return (x - x.mean()).square().mean().sqrt()


def standardise(x: Tensor) -> tuple[Tensor, Tensor]:
    """Scale to mean 0 and variance 1; a blank picture becomes 0."""
    scale = spread(x)
    blank = scale < 1e-3
    return torch.where(blank, 0.0, (x - x.mean()) / scale.clamp_min(1e-3)), blank
