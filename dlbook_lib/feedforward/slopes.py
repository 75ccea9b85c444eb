r"""The rectifier's family: one formula, four ways to choose the slope on the left.

.. math:: h(z) = \max(0, z) + \alpha \min(0, z)

Fixed at a small value it is the leaky rectifier (Maas, Hannun and Ng 2013); learned, one for each channel,
PReLU (He, Zhang, Ren and Sun 2015); drawn at random while training, RReLU (Xu, Wang, Chen and Li 2015); with
:math:`\alpha = 0` and :math:`-1` it is the rectifier and the absolute value.

Differs from the papers: Maas et al. use a slope of 0.01 and Xu et al. write the slope as a division by
:math:`a`; here :math:`\alpha` always multiplies. RReLU's test slope is the mean of the interval, as torch has
it; the paper divides by the mean of :math:`a`, which is a little less.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number

__all__ = ["PReLU", "RReLU", "generalized_relu", "leaky_relu"]


def generalized_relu(z: Tensor, alpha: float | Tensor) -> Tensor:
    r"""Keep what is positive, and multiply the rest by a slope.

    .. math:: h(z) = \max(0, z) + \alpha \min(0, z)

    Parameters
    ----------
    z : Tensor of any shape
        Pre-activations.
    alpha : float or Tensor
        Slope on the left; 0 is ReLU, -1 the absolute value, 1 the identity. A tensor is broadcast.

    Returns
    -------
    Tensor of the same shape
        Continuous, with a kink at 0 unless ``alpha`` is 1.

    Examples
    --------
    >>> generalized_relu(torch.tensor([-2.0, 3.0]), -1).tolist()
    [2.0, 3.0]
    """
    return torch.where(z > 0, z, alpha * z)


def leaky_relu(z: Tensor, *, alpha: float = 0.01) -> Tensor:
    r"""Rectify with a small slope left, so that no unit ever goes quite dead.

    .. math:: h(z) = \max(0, z) + \alpha \min(0, z)

    Parameters
    ----------
    z : Tensor of any shape
        Pre-activations.
    alpha : float
        The fixed slope on the left.

    Returns
    -------
    Tensor of the same shape
        As :func:`generalized_relu`.

    Examples
    --------
    >>> leaky_relu(torch.tensor([-2.0, 3.0]))
    tensor([-0.0200,  3.0000])
    """
    return generalized_relu(z, alpha)


class PReLU(nn.Module):
    r"""Learn the slope on the left, one for each channel.

    .. math:: h_c(z) = \max(0, z) + \alpha_c \min(0, z), \qquad
        \frac{\partial h_c}{\partial \alpha_c} = \min(0, z)

    Parameters
    ----------
    channels : int
        Number of channels C, the second axis of the input.
    start : float
        Where every slope starts.

    Raises
    ------
    ValueError
        If ``channels`` is not positive.

    Examples
    --------
    >>> PReLU(2)(torch.tensor([[-4.0, 4.0]])).tolist()
    [[-1.0, 4.0]]
    """

    def __init__(self, channels: int, *, start: float = 0.25) -> None:
        super().__init__()
        check_integer("channels", channels, low=1)
        check_number("start", start)
        self.alpha = nn.Parameter(torch.full((channels,), float(start)))

    def forward(self, z: Tensor) -> Tensor:
        """Bend what is negative.

        Parameters
        ----------
        z : Tensor of shape (B, C, ...)
            Pre-activations.

        Returns
        -------
        Tensor of the same shape
            Activations.
        """
        return generalized_relu(z, self.alpha.view(-1, *[1] * (z.ndim - 2)))


class RReLU(nn.Module):
    r"""Draw the slope on the left anew for every number while training.

    .. math:: h(z) = \max(0, z) + a \min(0, z), \qquad a \sim U(\ell, u)
        \;\text{ in training}, \qquad a = \tfrac{\ell + u}{2} \;\text{ at test}

    Parameters
    ----------
    low, high : float
        The interval :math:`\ell \le u`.

    Raises
    ------
    ValueError
        If ``high`` lies below ``low``.

    Examples
    --------
    >>> RReLU().eval()(torch.tensor([-1.0])).item()  # doctest: +ELLIPSIS
    -0.22916...
    """

    def __init__(self, *, low: float = 1 / 8, high: float = 1 / 3) -> None:
        super().__init__()
        check_number("low", low)
        check_number("high", high, low=low)
        self.low, self.high = low, high

    def forward(self, z: Tensor) -> Tensor:
        """Bend what is negative, by chance or by the mean.

        Parameters
        ----------
        z : Tensor of any shape
            Pre-activations.

        Returns
        -------
        Tensor of the same shape
            Activations.
        """
        if not self.training:
            return generalized_relu(z, (self.low + self.high) / 2)
        return generalized_relu(z, self.low + (self.high - self.low) * torch.rand_like(z))
