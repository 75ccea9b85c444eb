r"""DropBlock: switch off contiguous squares of a feature map.

Ghiasi, Lin and Le (2018, "DropBlock: a regularization method for convolutional networks"). The centres of the
squares are drawn with a rate :math:`\gamma` chosen so that about a share p of the map is lost; as in the
paper's algorithm 1, each channel has a mask of its own. Differs from the paper: no schedule for p.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.regularize.draws import uniform_like

__all__ = ["block_rate", "dropblock"]


def block_rate(p: float, block_size: int, size: tuple[int, int]) -> float:
    r"""Choose how often a square is to begin, so that a share p of the map is switched off.

    .. math:: \gamma = \frac{p}{b^2} \cdot \frac{H W}{(H - b + 1)(W - b + 1)}

    The second factor is there because a square must fit. Overlaps are not counted, so that a little less
    than p is switched off.

    Parameters
    ----------
    p : float
        Share of the map, in [0, 1].
    block_size : int
        Side b of the square, at most that of the map.
    size : (int, int)
        Height and width H, W of the map.

    Returns
    -------
    float
        The rate at every place where a square can stand.

    Raises
    ------
    ValueError
        If ``p`` lies outside [0, 1] or the square does not fit.

    Examples
    --------
    >>> round(block_rate(0.1, 7, (14, 14)), 6)
    0.00625
    """
    check_number("p", p, low=0, high=1)
    H, W = size
    check_integer("block_size", block_size, low=1, high=min(H, W))
    return p / block_size**2 * (H * W) / ((H - block_size + 1) * (W - block_size + 1))


def dropblock(x: Tensor, p: float, *, block_size: int, generator: torch.Generator | None = None) -> Tensor:
    """Switch off squares, and enlarge what is left so that each map keeps its share of ones.

    With ``block_size=1`` this is dropout; with squares as large as the map it is spatial dropout.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Feature maps.
    p : float
        Share that is switched off, in [0, 1].
    block_size : int
        Side of the squares, at most that of the map.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        Multiplied by the number of all places over the number kept, in the whole batch.

    Raises
    ------
    ValueError
        If ``x`` has another shape, or ``p`` or ``block_size`` is out of range.

    Examples
    --------
    >>> dropblock(torch.ones(1, 1, 4, 4), 0.0, block_size=2).sum()
    tensor(16.)
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    B, C, H, W = x.shape
    rate = block_rate(p, block_size, (H, W))
    b = block_size
    corners = uniform_like(x, (B, C, H - b + 1, W - b + 1), generator) < rate
    around = F.pad(corners.to(x.dtype), (b - 1,) * 4)
    keep = 1 - F.max_pool2d(around, b, stride=1)  # a place is lost if a corner stands within b before it
    return x * keep * (keep.numel() / keep.sum().clamp_min(1))
