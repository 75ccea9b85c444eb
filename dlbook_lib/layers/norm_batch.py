r"""Batch normalization: moments over the batch while training, remembered ones afterwards.

After Ioffe and Szegedy (2015), "Batch Normalization: Accelerating Deep Network Training by Reducing Internal
Covariate Shift", algorithms 1 and 2.

Differs from the paper: the population moments are running averages, updated after every batch as in torch,
where algorithm 2 takes them once over several batches at the end.

Shape letters: B batch, C channels (of a dense layer: units), and any axes of places after them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number
from dlbook_lib.layers.norm import scale_and_shift, standardize

__all__ = ["BatchNorm", "batch_norm", "batch_norm_loops"]


def batch_norm_loops(x: Tensor, gamma: Tensor, beta: Tensor, *, eps: float = 1e-5) -> Tensor:
    r"""Normalize a batch channel by channel, in plain loops: the rung that shows what is averaged.

    .. math:: \mu_c = \frac1m \sum_{b, p} x_{bcp}, \qquad \sigma_c^2 = \frac1m \sum_{b, p} (x_{bcp} - \mu_c)^2

    Parameters
    ----------
    x : Tensor of shape (B, C, ...)
        Activations; m is the number of values in a channel, over the batch and all places.
    gamma, beta : Tensor of shape (C,)
        Scale and shift.
    eps : float
        Inside the root.

    Returns
    -------
    Tensor of shape (B, C, ...)
        As :func:`batch_norm` returns it.

    Examples
    --------
    >>> one, zero = torch.ones(1), torch.zeros(1)
    >>> batch_norm_loops(torch.tensor([[1.0], [3.0]]), one, zero, eps=0.0).tolist()
    [[-1.0], [1.0]]
    """
    channels = []
    for c in range(x.shape[1]):
        values = x[:, c]
        mean = values.sum() / values.numel()
        variance = ((values - mean) ** 2).sum() / values.numel()
        channels.append(gamma[c] * (values - mean) / torch.sqrt(variance + eps) + beta[c])
    return torch.stack(channels, dim=1)


def batch_norm(
    x: Tensor, gamma: Tensor | None = None, beta: Tensor | None = None, *, eps: float = 1e-5
) -> Tensor:
    r"""Normalize each channel by the moments of the batch, then scale and shift it.

    .. math:: y_{bcp} = \gamma_c\, \frac{x_{bcp} - \mu_c}{\sqrt{\sigma_c^2 + \epsilon}} + \beta_c

    Parameters
    ----------
    x : Tensor of shape (B, C, ...)
        Activations.
    gamma, beta : Tensor of shape (C,), optional
        Scale and shift; 1 and 0 by default.
    eps : float
        Inside the root.

    Returns
    -------
    Tensor of shape (B, C, ...)
        Of the same size in every channel, whatever came in.

    Raises
    ------
    ValueError
        If a channel has a single value: it would become 0, whatever it was.

    Examples
    --------
    >>> batch_norm(torch.tensor([[1.0], [3.0]]), eps=0.0).tolist()
    [[-1.0], [1.0]]
    """
    values = x.numel() // x.shape[1]
    check_integer("values of a channel", values, low=2)
    return scale_and_shift(standardize(x, _all_but_channels(x), eps=eps), gamma, beta)


class BatchNorm(nn.Module):
    r"""The layer: learns γ and β, and remembers mean and variance for the day when there is no batch.

    .. math:: r \leftarrow (1 - \alpha)\, r + \alpha\, s

    for each remembered r and the same moment s of the batch. The variance that normalizes divides by m, the
    one that is remembered by m − 1.

    Parameters
    ----------
    channels : int
        C.
    momentum : float
        The α above, the share of the present batch, as torch counts it: from 0 to 1.
    eps : float
        Inside the root.
    affine : bool
        Whether to learn γ and β.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> layer = BatchNorm(1)
    >>> layer(torch.tensor([[1.0], [3.0]])).detach().round(decimals=2).flatten().tolist()
    [-1.0, 1.0]
    >>> layer.running_mean, layer.running_var  # 0.1 × 2 and 0.9 × 1 + 0.1 × 2
    (tensor([0.2000]), tensor([1.1000]))
    """

    def __init__(
        self, channels: int, *, momentum: float = 0.1, eps: float = 1e-5, affine: bool = True
    ) -> None:
        super().__init__()
        check_integer("channels", channels, low=1)
        check_number("momentum", momentum, low=0, high=1)
        self.momentum, self.eps = momentum, eps
        self.gamma = nn.Parameter(torch.ones(channels)) if affine else None
        self.beta = nn.Parameter(torch.zeros(channels)) if affine else None
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize by the batch while training, by the memory otherwise.

        Parameters
        ----------
        x : Tensor of shape (B, C, ...)
            Activations.

        Returns
        -------
        Tensor of shape (B, C, ...)
            Normalized.

        Raises
        ------
        ValueError
            If a channel has a single value while training.
        """
        if self.training:
            y = batch_norm(x, self.gamma, self.beta, eps=self.eps)
            self.remember(x)
            return y
        factor = torch.rsqrt(self.running_var + self.eps)
        normalized = scale_and_shift(x, factor, -self.running_mean * factor)
        return scale_and_shift(normalized, self.gamma, self.beta)

    @torch.no_grad()
    def remember(self, x: Tensor) -> None:
        """Move the remembered moments towards those of a batch.

        Parameters
        ----------
        x : Tensor of shape (B, C, ...)
            Activations, at least two values in a channel.
        """
        dims = _all_but_channels(x)
        self.running_mean.lerp_(x.mean(dims), self.momentum)
        self.running_var.lerp_(x.var(dims, unbiased=True), self.momentum)


def _all_but_channels(x: Tensor) -> tuple[int, ...]:
    return (0, *range(2, x.dim()))
