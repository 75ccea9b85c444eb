r"""Activation functions by their formulas, each held to PyTorch's by the tests.

Sigmoid and hyperbolic tangent are the old squashing functions; the rectifier is from Nair and Hinton (2010)
and Glorot, Bordes and Bengio (2011); ELU from Clevert, Unterthiner and Hochreiter (2016); GELU from Hendrycks
and Gimpel (2016); swish, of which SiLU is the case :math:`\beta = 1`, from Ramachandran, Zoph and Le (2017).
The relatives of the rectifier that differ in their slope on the left stand in
:mod:`dlbook_lib.feedforward.slopes`.

Differs from the papers: nothing but the guards against overflow, which each function names.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_number

__all__ = ["GALLERY", "elu", "gelu", "largest_slope", "relu", "sigmoid", "slope", "swish", "tanh"]


def sigmoid(z: Tensor) -> Tensor:
    r"""Squash a number between 0 and 1.

    .. math:: \sigma(z) = \frac{1}{1 + e^{-z}}, \qquad \sigma'(z) = \sigma(z)\,(1 - \sigma(z)) \le \tfrac14

    Below -80 the exponent is held at 80: :math:`e^{89}` would be infinite in float32, and its gradient NaN.

    Parameters
    ----------
    z : Tensor of any shape
        Pre-activations.

    Returns
    -------
    Tensor of the same shape
        Between 0 and 1; both ends are reached by rounding only.

    Examples
    --------
    >>> sigmoid(torch.tensor([-2.0, 0.0, 2.0]))
    tensor([0.1192, 0.5000, 0.8808])
    """
    return 1 / (1 + torch.exp(-z.clamp(min=-80)))


def tanh(z: Tensor) -> Tensor:
    r"""Squash a number between -1 and 1: the sigmoid stretched by two in both directions and centred.

    .. math:: \tanh z = 2\,\sigma(2z) - 1, \qquad \tanh' z = 1 - \tanh^2 z \le 1

    Parameters
    ----------
    z : Tensor of any shape
        Pre-activations.

    Returns
    -------
    Tensor of the same shape
        Odd in ``z``.

    Examples
    --------
    >>> tanh(torch.tensor([-2.0, 0.0, 2.0]))
    tensor([-0.9640,  0.0000,  0.9640])
    """
    return 2 * sigmoid(2 * z) - 1


def relu(z: Tensor) -> Tensor:
    r"""Rectify: let positive numbers through and set the others to zero.

    .. math:: \operatorname{relu}(z) = \max(0, z)

    Its slope is 1 on the right and 0 on the left; at 0, where there is none, this function and torch's say 0.

    Parameters
    ----------
    z : Tensor of any shape
        Pre-activations.

    Returns
    -------
    Tensor of the same shape
        Never negative.

    Examples
    --------
    >>> relu(torch.tensor([-2.0, 0.0, 2.0]))
    tensor([0., 0., 2.])
    """
    return torch.where(z > 0, z, torch.zeros_like(z))


def elu(z: Tensor, *, alpha: float = 1.0) -> Tensor:
    r"""Rectify with an exponential foot.

    .. math:: \operatorname{elu}(z) = z \;\text{ for } z > 0, \qquad \alpha\,(e^z - 1) \;\text{ for } z \le 0

    With :math:`\alpha = 1` the slope is continuous at 0.

    Parameters
    ----------
    z : Tensor of any shape
        Pre-activations.
    alpha : float
        How far below zero it reaches, at least 0.

    Returns
    -------
    Tensor of the same shape
        Above ``-alpha``.

    Raises
    ------
    ValueError
        If ``alpha`` is negative.

    Examples
    --------
    >>> elu(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.6321,  0.0000,  2.0000])
    """
    check_number("alpha", alpha, low=0)
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))


def swish(z: Tensor, *, beta: float | Tensor = 1.0) -> Tensor:
    r"""Gate a number by the sigmoid of itself; with :math:`\beta = 1` it is called SiLU.

    .. math:: \operatorname{swish}(z) = z\, \sigma(\beta z)

    :math:`\beta = 0` halves its input; as :math:`\beta \to \infty` it becomes the rectifier.

    Parameters
    ----------
    z : Tensor of any shape
        Pre-activations.
    beta : float or Tensor
        Sharpness of the gate; a tensor where it is learned.

    Returns
    -------
    Tensor of the same shape
        With a dip of depth 0.278 / beta on the left.

    Examples
    --------
    >>> swish(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.2689,  0.0000,  1.7616])
    """
    return z * sigmoid(beta * z)


def gelu(z: Tensor, *, approximate: str = "none") -> Tensor:
    r"""Multiply a number by the chance that a standard normal draw lies below it.

    .. math::
        \operatorname{gelu}(z) &= z\, \Phi(z) \\
        &\approx \frac z2 \Bigl(1 + \tanh \frac{z + 0.044715\, z^3}{\sqrt{\pi/2}} \Bigr)

    Parameters
    ----------
    z : Tensor of any shape
        Pre-activations.
    approximate : {"none", "tanh"}
        The normal distribution itself, or the formula on the right.

    Returns
    -------
    Tensor of the same shape
        The mean of ``z * m`` where the random mask ``m`` is 1 with probability :math:`\Phi(z)`.

    Raises
    ------
    ValueError
        If ``approximate`` is neither.

    Examples
    --------
    >>> gelu(torch.tensor([-1.0, 0.0, 2.0]))
    tensor([-0.1587,  0.0000,  1.9545])
    """
    check_in("approximate", approximate, ("none", "tanh"))
    if approximate == "tanh":
        return 0.5 * z * (1 + tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
    return z * 0.5 * (1 + torch.erf(z / math.sqrt(2)))


GALLERY: dict[str, Callable[[Tensor], Tensor]] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "ReLU": relu,
    "ELU": elu,
    "SiLU": swish,
    "GELU": gelu,
}


def slope(activation: Callable[[Tensor], Tensor], z: Tensor) -> Tensor:
    """Differentiate an activation at every place.

    Parameters
    ----------
    activation : callable
        Acts on each number by itself.
    z : Tensor of any shape
        Places.

    Returns
    -------
    Tensor of the same shape
        The derivatives, by autograd.

    Examples
    --------
    >>> slope(sigmoid, torch.tensor([0.0]))
    tensor([0.2500])
    """
    z = z.detach().requires_grad_()
    (slopes,) = torch.autograd.grad(activation(z).sum(), z)
    return slopes


def largest_slope(activation: Callable[[Tensor], Tensor], *, reach: float = 8.0) -> tuple[float, float]:
    """Find the steepest place of an activation on a fine grid.

    Parameters
    ----------
    activation : callable
        Acts on each number by itself.
    reach : float
        Looks from ``-reach`` to ``reach``.

    Returns
    -------
    slope : float
        The largest derivative, in float64.
    place : float
        Where it is first taken.

    Raises
    ------
    ValueError
        If ``reach`` is negative.

    Examples
    --------
    >>> largest_slope(sigmoid)
    (0.25, 0.0)
    """
    check_number("reach", reach, low=0)
    z = torch.linspace(-reach, reach, 160_001, dtype=torch.float64)
    z[80_000] = 0  # the middle of the grid, which rounding may miss
    slopes = slope(activation, z)
    best = int(slopes.argmax())
    return float(slopes[best]), float(z[best])
