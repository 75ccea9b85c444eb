r"""A layer that puts back the shift which batch normalization is said to remove.

After the experiment of Santurkar, Tsipras, Ilyas and Madry (2018), "How Does Batch Normalization Help
Optimization?", section 2.1: noise of nonzero mean and nonunit deviation, drawn anew at each step, is added
after every normalization while training. If batch normalization helped by keeping distributions still, this
should undo the help.

Differs from the paper: one scale and one shift for each channel and step, common to the whole batch, where
the paper draws around these for every example too; so nothing here averages out over the batch.

Shape letters: B batch, C channels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number

__all__ = ["InjectedShift", "injected_shift"]


def injected_shift(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    r"""Move and stretch the channels of a batch.

    .. math:: y_{bc} = s_c\, x_{bc} + m_c

    Parameters
    ----------
    x : Tensor of shape (B, C, ...)
        Activations.
    scale, shift : Tensor of shape (C,)
        This step's s and m.

    Returns
    -------
    Tensor of shape (B, C, ...)
        With other moments than ``x``.

    Examples
    --------
    >>> injected_shift(torch.ones(1, 2), torch.tensor([2.0, 1.0]), torch.tensor([0.0, 5.0])).tolist()
    [[2.0, 6.0]]
    """
    shape = (-1, *[1] * (x.dim() - 2))
    return x * scale.view(shape) + shift.view(shape)


class InjectedShift(nn.Module):
    r"""Draw a scale and a shift for every channel at every training step; do nothing afterwards.

    .. math:: m_c \sim \mathcal U(-a, a), \qquad s_c \sim \mathcal U(1, 1 + a)

    Parameters
    ----------
    channels : int
        C.
    size : float
        The a above, at least 0.
    seed : int
        Of the layer's own random stream.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> layer = InjectedShift(3, size=1.0)
    >>> torch.equal(layer(torch.zeros(4, 3)), layer(torch.zeros(4, 3)))
    False
    >>> layer.eval()(torch.ones(1, 3)).tolist()
    [[1.0, 1.0, 1.0]]
    """

    def __init__(self, channels: int, *, size: float = 0.5, seed: int = 0) -> None:
        super().__init__()
        check_integer("channels", channels, low=1)
        check_number("size", size, low=0)
        self.channels, self.size = channels, size
        self.stream = torch.Generator().manual_seed(seed)

    def forward(self, x: Tensor) -> Tensor:
        """Shift while training.

        Parameters
        ----------
        x : Tensor of shape (B, C, ...)
            Activations.

        Returns
        -------
        Tensor of shape (B, C, ...)
            The same in evaluation.
        """
        if not self.training:
            return x
        scale, shift = torch.rand(2, self.channels, generator=self.stream).to(x)
        return injected_shift(x, 1 + self.size * scale, self.size * (2 * shift - 1))
