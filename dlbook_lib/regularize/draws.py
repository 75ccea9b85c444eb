"""Random numbers for regularizers: drawn where the generator lives, used where the data live."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from dlbook_lib.checks import check_number

__all__ = ["beta", "normal_like", "permutation", "uniform_like"]


def uniform_like(x: Tensor, shape: tuple[int, ...], generator: torch.Generator | None = None) -> Tensor:
    """Draw from [0, 1), on the device of a tensor.

    Parameters
    ----------
    x : Tensor
        Where the numbers are used; their type too if it is a floating one.
    shape : tuple of int
        How many numbers.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor
        Of the asked shape.
    """
    return _draw(torch.rand, x, shape, generator)


def normal_like(x: Tensor, shape: tuple[int, ...], generator: torch.Generator | None = None) -> Tensor:
    """Draw from the standard normal distribution, on the device of a tensor.

    Parameters
    ----------
    x : Tensor
        Where the numbers are used; their type too if it is a floating one.
    shape : tuple of int
        How many numbers.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor
        Of the asked shape.
    """
    return _draw(torch.randn, x, shape, generator)


def permutation(count: int, generator: torch.Generator | None = None) -> Tensor:
    """Shuffle the numbers below a count.

    Parameters
    ----------
    count : int
        How many.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (count,)
        Each number once, on the generator's device.
    """
    device = "cpu" if generator is None else generator.device
    return torch.randperm(count, generator=generator, device=device)


def beta(alpha: float, shape: tuple[int, ...], generator: torch.Generator | None = None) -> Tensor:
    r"""Draw from the symmetric distribution :math:`\mathrm{Beta}(\alpha, \alpha)` on [0, 1].

    torch's own sampler takes no generator; NumPy's does, and gets its seed from ours.

    Parameters
    ----------
    alpha : float
        Above 0: near 0 the draws crowd at the two ends, at 1 they are uniform, beyond they crowd in the
        middle.
    shape : tuple of int
        How many numbers.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor
        Of type float32, on the CPU.

    Raises
    ------
    ValueError
        If ``alpha`` is not above 0.
    """
    check_number("alpha", alpha, low=0)
    if alpha == 0:
        raise ValueError("alpha must be above 0, got 0")
    device = "cpu" if generator is None else generator.device
    seed = torch.randint(2**31, (), generator=generator, device=device).item()
    return torch.from_numpy(np.random.default_rng(seed).beta(alpha, alpha, size=shape)).float()


def _draw(draw, x: Tensor, shape: tuple[int, ...], generator: torch.Generator | None) -> Tensor:
    dtype = x.dtype if x.is_floating_point() else torch.float32
    device = x.device if generator is None else generator.device
    return draw(shape, generator=generator, device=device, dtype=dtype).to(x.device)
