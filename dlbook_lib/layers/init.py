r"""How large random weights must be for signals and gradients to keep their size from layer to layer.

For :math:`y = W x` with independent weights of mean 0 and inputs of mean square :math:`q`, every output has
variance :math:`n_{\mathrm{in}} \operatorname{Var}(w)\, q`, and on the way back every gradient is multiplied
by :math:`n_{\mathrm{out}} \operatorname{Var}(w)`. Glorot and Bengio (2010, "Understanding the difficulty of
training deep feedforward neural networks", eq. 12 and 16) settle between the two; He, Zhang, Ren and Sun
(2015, "Delving Deep into Rectifiers", eq. 10 and 15) follow the signal through the ReLU, which halves its
mean square.

Differs from the papers: :func:`gain` finds the factor for any activation by numerical integration instead
of one derivation for each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_integer, check_number, check_type

__all__ = ["fans", "gain", "glorot_", "glorot_std", "he_", "he_std"]


def fans(shape: Sequence[int]) -> tuple[int, int]:
    r"""Count the inputs that reach one output of a layer, and the outputs that one input reaches.

    Parameters
    ----------
    shape : sequence of int
        Of a weight: (O, C) of a dense layer, (O, C, Kh, Kw) of a convolution, any number of kernel axes.

    Returns
    -------
    fan_in : int
        C times the places of the kernel.
    fan_out : int
        O times the places of the kernel.

    Raises
    ------
    ValueError
        If there are fewer than two axes.

    Examples
    --------
    >>> fans((16, 3, 5, 5))
    (75, 400)
    """
    check_integer("len(shape)", len(shape), low=2)
    places = math.prod(shape[2:])
    return shape[1] * places, shape[0] * places


def glorot_std(fan_in: int, fan_out: int) -> float:
    r"""Compute the standard deviation that is a compromise between the ways forward and back.

    .. math:: \sigma = \sqrt{\frac{2}{n_{\mathrm{in}} + n_{\mathrm{out}}}}

    Parameters
    ----------
    fan_in, fan_out : int
        Of the layer, at least 1.

    Returns
    -------
    float
        Between the two that would serve one way alone.

    Raises
    ------
    ValueError
        If a fan is below 1.

    Examples
    --------
    >>> glorot_std(30, 20)
    0.2
    """
    check_integer("fan_in", fan_in, low=1)
    check_integer("fan_out", fan_out, low=1)
    return math.sqrt(2 / (fan_in + fan_out))


def he_std(fan_in: int, *, negative_slope: float = 0.0) -> float:
    r"""Compute the standard deviation that keeps the mean square through a layer and the ReLU after it.

    .. math:: \sigma = \sqrt{\frac{2}{(1 + a^2)\, n_{\mathrm{in}}}}

    Parameters
    ----------
    fan_in : int
        Of the layer, at least 1.
    negative_slope : float
        The slope :math:`a` of a leaky ReLU on its left side; 0 for the ReLU, 1 for no activation at all.

    Returns
    -------
    float
        :math:`\sqrt 2` times what a layer without activation needs, for the ReLU.

    Raises
    ------
    ValueError
        If ``fan_in`` is below 1.

    Examples
    --------
    >>> he_std(200), he_std(100, negative_slope=1.0)
    (0.1, 0.1)
    """
    check_integer("fan_in", fan_in, low=1)
    check_number("negative_slope", negative_slope)
    return math.sqrt(2 / ((1 + negative_slope**2) * fan_in))


def gain(activation: Callable[[Tensor], Tensor]) -> float:
    r"""Find the factor by which weights must be larger because of the activation in front of them.

    With :math:`z \sim \mathcal N(0, 1)` before the activation, weights of standard deviation
    :math:`g / \sqrt{n_{\mathrm{in}}}` bring the next layer to variance 1 again if

    .. math:: g = \frac{1}{\sqrt{\mathbb E[f(z)^2]}}.

    Parameters
    ----------
    activation : callable
        The function f, applied to each entry of a tensor.

    Returns
    -------
    float
        :math:`\sqrt 2` for the ReLU, 1 for the identity, about 1.59 for tanh.

    Raises
    ------
    TypeError
        If ``activation`` cannot be called.

    Notes
    -----
    The number that torch keeps for tanh, 5/3, is larger than this one: it was chosen by hand.

    Examples
    --------
    >>> round(gain(torch.relu), 4), round(gain(torch.tanh), 2)
    (1.4142, 1.59)
    """
    check_type("activation", activation, Callable, "a function of a tensor")
    z = torch.linspace(-12, 12, 24_001, dtype=torch.float64)
    density = torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return 1 / math.sqrt(torch.trapezoid(activation(z) ** 2 * density, z).item())


def glorot_(
    weight: Tensor, *, gain: float = 1.0, uniform: bool = False, generator: torch.Generator | None = None
) -> Tensor:
    r"""Fill a weight with random numbers of standard deviation ``gain`` times :func:`glorot_std`.

    Parameters
    ----------
    weight : Tensor of shape (O, C, ...)
        Filled in place.
    gain : float
        A further factor, above 0.
    uniform : bool
        Draw from the interval :math:`\pm\sqrt 3\,\sigma`, which has standard deviation σ, not from the
        normal distribution.
    generator : torch.Generator, optional
        The random stream; the global one by default.

    Returns
    -------
    Tensor of shape (O, C, ...)
        The same tensor.

    Raises
    ------
    ValueError
        If ``weight`` has fewer than two axes, or ``gain`` is not positive.

    Examples
    --------
    >>> weight = glorot_(torch.empty(400, 600), generator=torch.Generator().manual_seed(0))
    >>> round(weight.std().item() / glorot_std(600, 400), 2)
    1.0
    """
    return _fill(weight, gain * glorot_std(*fans(weight.shape)), uniform, generator)


def he_(
    weight: Tensor,
    *,
    mode: str = "forward",
    negative_slope: float = 0.0,
    uniform: bool = False,
    generator: torch.Generator | None = None,
) -> Tensor:
    r"""Fill a weight with random numbers of standard deviation :func:`he_std`.

    Parameters
    ----------
    weight : Tensor of shape (O, C, ...)
        Filled in place.
    mode : {"forward", "backward"}
        Whether to keep the size of signals, by the fan-in, or of gradients, by the fan-out.
    negative_slope : float
        Of the leaky ReLU that follows; 0 for the ReLU.
    uniform : bool
        Draw from the interval :math:`\pm\sqrt 3\,\sigma` instead of the normal distribution.
    generator : torch.Generator, optional
        The random stream; the global one by default.

    Returns
    -------
    Tensor of shape (O, C, ...)
        The same tensor.

    Raises
    ------
    ValueError
        If ``weight`` has fewer than two axes, or ``mode`` is neither.

    Examples
    --------
    >>> he_(torch.empty(3, 2)).shape
    torch.Size([3, 2])
    """
    check_in("mode", mode, ("forward", "backward"))
    fan = fans(weight.shape)[mode == "backward"]
    return _fill(weight, he_std(fan, negative_slope=negative_slope), uniform, generator)


def _fill(weight: Tensor, std: float, uniform: bool, generator: torch.Generator | None) -> Tensor:
    check_number("gain", std, low=math.ulp(0.0))
    with torch.no_grad():
        if uniform:
            bound = math.sqrt(3) * std
            return weight.uniform_(-bound, bound, generator=generator)
        return weight.normal_(0, std, generator=generator)
