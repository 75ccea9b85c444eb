r"""The smallest network that can denoise: time as waves, then a few dense layers with short cuts.

Time enters as sines and cosines of several frequencies, as in Vaswani et al., "Attention Is All You Need"
(2017, section 3.5), on which the embedding of Ho, Jain and Abbeel, "Denoising Diffusion Probabilistic
Models" (2020) is modelled.

Differs from the papers: the data are vectors, and the network has no convolution; it serves points in the
plane, digits of 8×8 pixels and small codes. Convolutional denoisers stand in ``unet``.

Shape letters: B batch, D length of a vector, E width of an embedding.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = ["MLPDenoiser", "TimeEmbedding", "fourier_features"]


def fourier_features(t: Tensor, dim: int, *, longest: float = 10_000.0) -> Tensor:
    r"""Write a time as sines and cosines of geometrically spaced frequencies.

    .. math:: \omega_i = \Lambda^{-i / (E/2 - 1)}, \qquad
        \phi(t) = (\sin \omega_0 t, \ldots, \cos \omega_0 t, \ldots)

    Parameters
    ----------
    t : Tensor of shape (B,)
        Times, whole or not.
    dim : int
        How many features E, an even number of at least 4.
    longest : float
        How much slower the slowest wave is than the fastest, :math:`\Lambda`.

    Returns
    -------
    Tensor of shape (B, E)
        The features, all in [-1, 1].

    Raises
    ------
    ValueError
        If ``dim`` is odd or too small, or ``t`` has another shape.

    Examples
    --------
    >>> fourier_features(torch.tensor([0.0]), 4)
    tensor([[0., 0., 1., 1.]])
    """
    check_shape("t", t, ("B",))
    check_integer("dim", dim, low=4)
    check_number("longest", longest, low=1)
    if dim % 2:
        raise ValueError(f"dim must be even, got {dim}")
    half = dim // 2
    rates = torch.exp(torch.arange(half, device=t.device) * (-math.log(longest) / (half - 1)))
    angle = t[:, None] * rates
    return torch.cat((angle.sin(), angle.cos()), dim=1)


class TimeEmbedding(nn.Module):
    """Turn a time into a vector that a network can add to its features.

    Parameters
    ----------
    dim : int
        Width E of the result.
    features : int
        How many sines and cosines.

    Examples
    --------
    >>> TimeEmbedding(16)(torch.tensor([1, 500])).shape
    torch.Size([2, 16])
    """

    def __init__(self, dim: int, *, features: int = 32) -> None:
        super().__init__()
        self.features = features
        self.inner = nn.Linear(features, dim)
        self.outer = nn.Linear(dim, dim)

    def forward(self, t: Tensor) -> Tensor:
        """Embed times.

        Parameters
        ----------
        t : Tensor of shape (B,)
            Times.

        Returns
        -------
        Tensor of shape (B, E)
            Their embeddings.
        """
        features = fourier_features(t.float(), self.features).to(self.inner.weight.dtype)
        return self.outer(F.silu(self.inner(features)))


class MLPDenoiser(nn.Module):
    r"""Predict the noise in a vector from the vector, the time and, if wanted, a condition.

    The vector is widened, and each of the layers adds its correction, whose units the embedding e of time
    and condition scales and shifts: :math:`h \leftarrow h + W_2\, \mathrm{silu}\bigl((1 + a(e)) \odot W_1\,
    \mathrm{silu}(h) + b(e)\bigr)`. The input itself, times a number that depends on e, is added to the
    answer: under much noise the noise is nearly all there is.

    Parameters
    ----------
    dim : int
        Length D of a vector.
    width : int
        Width of the layers.
    depth : int
        How many corrections there are.
    classes : int
        How many conditions there are, the one that says "none" included; 0 for a network without condition.
    condition_dim : int
        Length of a condition that is a vector, instead of a class; 0 for none.
    timed : bool
        Whether the network is told the time.
    sharp : float
        What the first weights are multiplied with before training. Above 1, hidden units change over
        shorter ways, which points in the plane need; 1 for pictures.

    Raises
    ------
    ValueError
        If a size is too small, or both kinds of condition are asked for.

    Examples
    --------
    >>> network = MLPDenoiser(2, classes=3)
    >>> network(torch.zeros(4, 2), torch.tensor([1, 2, 3, 4]), torch.tensor([0, 1, 2, 0])).shape
    torch.Size([4, 2])
    """

    def __init__(
        self,
        dim: int,
        *,
        width: int = 128,
        depth: int = 2,
        classes: int = 0,
        condition_dim: int = 0,
        timed: bool = True,
        sharp: float = 1.0,
    ) -> None:
        super().__init__()
        for name, value, low in (("dim", dim, 1), ("width", width, 1), ("depth", depth, 1)):
            check_integer(name, value, low=low)
        check_number("sharp", sharp, low=0)
        if classes and condition_dim:
            raise ValueError(f"classes must be 0 beside condition_dim={condition_dim}, got {classes}")
        self.dim = dim
        self.time = TimeEmbedding(width) if timed else None
        self.condition = nn.Embedding(classes, width) if classes else None
        if condition_dim:
            self.condition = nn.Linear(condition_dim, width)
        self.widen = nn.Linear(dim, width)
        with torch.no_grad():
            self.widen.weight *= sharp
        self.modulate = nn.Linear(width, 2 * depth * width)
        self.inner = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.outer = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.narrow = nn.Linear(width, dim)
        self.gain = nn.Linear(width, 1)

    def forward(self, x: Tensor, t: int | Tensor, condition: Tensor | None = None) -> Tensor:
        """Predict the noise.

        Parameters
        ----------
        x : Tensor of shape (B, D)
            Noised vectors.
        t : int or Tensor of shape (B,)
            Times.
        condition : Tensor of shape (B,) or (B, C), optional
            Classes, int64, or vectors.

        Returns
        -------
        Tensor of shape (B, D)
            The noise.
        """
        check_shape("x", x, ("B", self.dim))
        e = x.new_zeros(1, self.widen.out_features)
        if self.time is not None:
            times = t if isinstance(t, Tensor) else torch.full((len(x),), t, device=x.device)
            e = self.time(times.expand(len(x)))  # (B, E)
        if self.condition is not None:
            e = e + self.condition(condition)
        changes = self.modulate(F.silu(e)).chunk(2 * len(self.inner), dim=1)
        h = self.widen(x)
        for inner, outer, scale, shift in zip(self.inner, self.outer, changes[::2], changes[1::2]):
            h = h + outer(F.silu(inner(F.silu(h)) * (1 + scale) + shift))
        return self.narrow(F.silu(h)) + self.gain(F.silu(e)) * x
