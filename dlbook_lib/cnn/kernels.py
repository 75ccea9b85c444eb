r"""Small kernels with a name: what one convolution can do to a picture.

====================  ====  =================================================================
name                  sum   response to a cross-correlation
====================  ====  =================================================================
``identity``          1     the picture itself
``box``               1     mean of 3 × 3 pixels
``box-5``             1     mean of 5 × 5 pixels
``binomial``          1     mean that weighs the centre most, the 3-pixel likeness of a Gaussian
``binomial-5``        1     the same over 5 pixels
``sharpen``           1     the picture plus its difference from its four neighbours
``emboss``            1     the picture plus its slope towards the lower right
``prewitt-x``         0     slope along a row, averaged over three rows: bright at *vertical* edges
``prewitt-y``         0     slope down a column: bright at *horizontal* edges
``sobel-x``           0     as ``prewitt-x``, with the middle row counted twice
``sobel-y``           0     as ``prewitt-y``, with the middle column counted twice
``laplacian``         0     sum of four neighbours minus four times the pixel: second derivative
``laplacian-8``       0     the same with the diagonals
====================  ====  =================================================================

Weights that sum to 1 keep a constant picture as it is, weights that sum to 0 turn it black. Signs and
orientation are those of a cross-correlation with rows counted downwards: on a picture that grows brighter
to the right by 1 per pixel, ``prewitt-x`` answers +6, and a true convolution -6.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch import Tensor

from dlbook_lib.checks import check_in

__all__ = ["KERNELS", "kernel"]

_SLOPE = torch.tensor([-1.0, 0.0, 1.0])
_EVEN = torch.ones(3)
_PEAK = torch.tensor([1.0, 2.0, 1.0])  # Pascal's triangle, third row
_PEAK_5 = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0])  # and fifth

KERNELS: Mapping[str, Tensor] = MappingProxyType(
    {
        "identity": torch.tensor([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]),
        "box": torch.ones(3, 3) / 9,
        "box-5": torch.ones(5, 5) / 25,
        "binomial": torch.outer(_PEAK, _PEAK) / 16,
        "binomial-5": torch.outer(_PEAK_5, _PEAK_5) / 256,
        "sharpen": torch.tensor([[0.0, -1.0, 0.0], [-1.0, 5.0, -1.0], [0.0, -1.0, 0.0]]),
        "emboss": torch.tensor([[-2.0, -1.0, 0.0], [-1.0, 1.0, 1.0], [0.0, 1.0, 2.0]]),
        "prewitt-x": torch.outer(_EVEN, _SLOPE),
        "prewitt-y": torch.outer(_SLOPE, _EVEN),
        "sobel-x": torch.outer(_PEAK, _SLOPE),
        "sobel-y": torch.outer(_SLOPE, _PEAK),
        "laplacian": torch.tensor([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]]),
        "laplacian-8": torch.tensor([[1.0, 1.0, 1.0], [1.0, -8.0, 1.0], [1.0, 1.0, 1.0]]),
    }
)
"""Name to weights, in the order of the table above; to be read, not written to."""


def kernel(name: str) -> Tensor:
    """Take a kernel by its name, as a copy that may be changed.

    Parameters
    ----------
    name : str
        One of the names in the table at the head of this file.

    Returns
    -------
    Tensor of shape (3, 3) or (5, 5)
        Its weights, in single precision.

    Raises
    ------
    ValueError
        If no kernel has that name; the message lists those there are.

    Examples
    --------
    >>> kernel("sobel-x")
    tensor([[-1.,  0.,  1.],
            [-2.,  0.,  2.],
            [-1.,  0.,  1.]])
    """
    check_in("name", name, tuple(KERNELS))
    return KERNELS[name].clone()
