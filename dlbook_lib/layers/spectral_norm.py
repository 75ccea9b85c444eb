r"""Spectral normalization: a weight divided by the most that it can stretch a vector.

After Miyato, Kataoka, Koyama and Yoshida (2018), "Spectral Normalization for Generative Adversarial
Networks", eq. 7 and 8, algorithm 1: one step of power iteration for each training step, from where the last
one ended. The largest stretch of a convolution is another number than that of its kernel laid out as a
matrix; :func:`conv_operator_norm` computes it as Sedghi, Gupta and Long (2019, "The Singular Values of
Convolutional Layers") do.

Differs from the papers: of the two vectors, v is carried on, as in torch; in the paper it is u.

Shape letters: B batch, C channels in, O channels out.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["SpectralNormLinear", "conv_operator_norm", "power_iteration", "spectral_norm"]

_SMALL = 1e-12  # keeps a zero vector from dividing by zero, as torch does


def power_iteration(weight: Tensor, v: Tensor, *, steps: int = 1) -> tuple[Tensor, Tensor, Tensor]:
    r"""Estimate the largest singular value by multiplying there and back.

    .. math:: u \leftarrow \frac{W v}{\lVert W v \rVert}, \qquad
        v \leftarrow \frac{W^\top u}{\lVert W^\top u \rVert}, \qquad \sigma \approx u^\top W v

    Parameters
    ----------
    weight : Tensor of shape (O, C)
        The matrix.
    v : Tensor of shape (C,)
        Where to start: any vector that is not orthogonal to the answer.
    steps : int
        How often to go there and back, at least 1.

    Returns
    -------
    sigma : Tensor of shape ()
        The estimate, never above the true value; its gradient flows to ``weight``.
    u : Tensor of shape (O,)
        The direction in which it comes out.
    v : Tensor of shape (C,)
        The direction that is stretched most; the next call may start here.

    Raises
    ------
    ValueError
        If the shapes do not fit, or ``steps`` is below 1.

    Examples
    --------
    >>> matrix = torch.diag(torch.tensor([3.0, 1.0]))
    >>> round(power_iteration(matrix, torch.tensor([1.0, 1.0]), steps=10)[0].item(), 4)
    3.0
    """
    check_shape("weight", weight, ("O", "C"))
    check_shape("v", v, (weight.shape[1],))
    check_integer("steps", steps, low=1)
    with torch.no_grad():
        for _ in range(steps):
            u = F.normalize(weight @ v, dim=0, eps=_SMALL)
            v = F.normalize(weight.T @ u, dim=0, eps=_SMALL)
    return u @ weight @ v, u, v


def spectral_norm(weight: Tensor, v: Tensor, *, steps: int = 1) -> Tensor:
    r"""Divide a weight by the estimate of its largest singular value.

    .. math:: \widetilde W = \frac{W}{\sigma(W)}

    Parameters
    ----------
    weight : Tensor of shape (O, C, ...)
        A kernel is laid out as a matrix of O rows.
    v : Tensor of shape (C * ...,)
        Where power iteration starts: one entry for each column.
    steps : int
        Of power iteration.

    Returns
    -------
    Tensor of shape (O, C, ...)
        With largest singular value 1 once the iteration has converged, above 1 before.

    Raises
    ------
    ValueError
        If the shapes do not fit, or ``steps`` is below 1.

    Examples
    --------
    >>> spectral_norm(torch.diag(torch.tensor([4.0, 2.0])), torch.ones(2), steps=20).tolist()
    [[1.0, 0.0], [0.0, 0.5]]
    """
    sigma, _, _ = power_iteration(weight.flatten(1), v, steps=steps)
    return weight / sigma


def conv_operator_norm(weight: Tensor, size: int) -> Tensor:
    r"""Compute the most that a convolution can stretch an image, wrapped around at its edges.

    The Fourier transform turns the layer into one small matrix :math:`\hat K(\omega)` of O by C numbers for
    each frequency ω, and

    .. math:: \lVert K * \cdot \rVert = \max_\omega \sigma\bigl(\hat K(\omega)\bigr).

    Parameters
    ----------
    weight : Tensor of shape (O, C, Kh, Kw)
        The kernel.
    size : int
        Height and width of the image, at least those of the kernel.

    Returns
    -------
    Tensor of shape ()
        The norm of the linear map from images to feature maps.

    Raises
    ------
    ValueError
        If ``weight`` has another number of axes, or the image is smaller than the kernel.

    Examples
    --------
    >>> conv_operator_norm(torch.ones(1, 1, 3, 3), 16).item()  # a constant image grows nine times
    9.0
    """
    check_shape("weight", weight, ("O", "C", "Kh", "Kw"))
    check_integer("size", size, low=max(weight.shape[2:]))
    spectrum = torch.fft.fft2(weight, s=(size, size)).permute(2, 3, 0, 1)  # (size, size, O, C)
    return torch.linalg.matrix_norm(spectrum, ord=2).max()


class SpectralNormLinear(nn.Module):
    """A dense layer that stretches no vector, its σ followed by one power step for each training step.

    Parameters
    ----------
    in_features, out_features : int
        C and O.
    warm_up : int
        Steps of power iteration at the start, at least 1.

    Raises
    ------
    ValueError
        If a number is below 1.

    Examples
    --------
    >>> layer = SpectralNormLinear(8, 4, warm_up=100)
    >>> round(torch.linalg.matrix_norm(layer.normalized(), ord=2).item(), 3)
    1.0
    """

    def __init__(self, in_features: int, out_features: int, *, warm_up: int = 15) -> None:
        super().__init__()
        check_integer("in_features", in_features, low=1)
        check_integer("out_features", out_features, low=1)
        bound = in_features**-0.5  # as nn.Linear draws it
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(out_features))
        _, u, v = power_iteration(self.weight, torch.randn(in_features), steps=warm_up)
        self.register_buffer("u", u)
        self.register_buffer("v", v)

    def normalized(self) -> Tensor:
        """Return the weight over its σ, after a power step if training.

        Returns
        -------
        Tensor of shape (O, C)
            The weight that the layer uses.
        """
        if self.training:
            _, u, v = power_iteration(self.weight, self.v)
            self.u.copy_(u)
            self.v.copy_(v)
        return self.weight / (self.u.clone() @ self.weight @ self.v.clone())

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Parameters
        ----------
        x : Tensor of shape (B, C)
            Inputs.

        Returns
        -------
        Tensor of shape (B, O)
            Outputs.
        """
        return F.linear(x, self.normalized(), self.bias)
