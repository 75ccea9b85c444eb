r"""RandAugment: draw N of fourteen operations, and apply each with one common magnitude M.

Cubuk, Zoph, Shlens and Le (2020, "RandAugment: practical automated data augmentation with a reduced search
space"). Its point is that two whole numbers replace a search. Differs from the authors' code: magnitudes run
from 0 (no change) to 10 for every operation, signs are drawn for all operations that have one, and
``equalize`` and ``autocontrast`` work on float tensors. On grey pictures ``color`` changes nothing.

Shape letters: B batch, C channels, H W height and width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_in, check_integer, check_number, check_shape
from dlbook_lib.regularize.augment import turning, warp
from dlbook_lib.regularize.draws import uniform_like

__all__ = ["OPERATIONS", "apply_operation", "rand_augment"]


def _gray(x: Tensor) -> Tensor:
    return x.mean(dim=1, keepdim=True)


def _blend(base: Tensor, x: Tensor, level: Tensor) -> Tensor:
    """Move away from a poorer picture (level above 0) or towards it (below): Pillow's enhancement."""
    return (base + (1 + 0.9 * level).view(-1, 1, 1, 1) * (x - base)).clamp(0, 1)


def _autocontrast(x: Tensor, level: Tensor) -> Tensor:
    low, high = x.amin(dim=(2, 3), keepdim=True), x.amax(dim=(2, 3), keepdim=True)
    return torch.where(high > low, (x - low) / (high - low).clamp_min(1e-6), x)


def _equalize(x: Tensor, level: Tensor) -> Tensor:
    """Spread the 256 levels of each channel so that all are used equally often."""
    B, C, H, W = x.shape
    bytes_ = (x * 255).round().long().clamp(0, 255).view(B * C, H * W)
    ones = torch.ones(B * C, H * W, device=x.device)
    below = torch.zeros(B * C, 256, device=x.device).scatter_add_(1, bytes_, ones).cumsum(1)
    first = below.gather(1, bytes_.amin(dim=1, keepdim=True))
    table = (below - first) / (H * W - first).clamp_min(1)
    flat = first == H * W  # one level only: nothing to spread
    return torch.where(flat, bytes_ / 255, table.gather(1, bytes_)).view(B, C, H, W).to(x.dtype)


def _posterize(x: Tensor, level: Tensor) -> Tensor:
    steps = 2 ** (8 - (4 * level.abs()).round()).view(-1, 1, 1, 1)  # from 8 bits down to 4
    return torch.where(steps == 256, x, (x * 255 / 256 * steps).floor() / steps)


def _solarize(x: Tensor, level: Tensor) -> Tensor:
    return torch.where(x > 1 - level.abs().view(-1, 1, 1, 1), 1 - x, x)


def _sharpness(x: Tensor, level: Tensor) -> Tensor:
    C = x.shape[1]
    kernel = x.new_tensor([[1.0, 1.0, 1.0], [1.0, 5.0, 1.0], [1.0, 1.0, 1.0]]) / 13
    smooth = F.conv2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), kernel.expand(C, 1, 3, 3), groups=C)
    return _blend(smooth, x, level)


def _shear(x: Tensor, level: Tensor, row: int) -> Tensor:
    matrix = torch.eye(2, dtype=x.dtype, device=x.device).repeat(len(x), 1, 1)
    matrix[:, row, 1 - row] = 0.3 * level
    return warp(x, matrix)


def _move(x: Tensor, level: Tensor, axis: int) -> Tensor:
    shift = torch.zeros(len(x), 2, dtype=x.dtype, device=x.device)
    shift[:, axis] = 0.3 * level * x.shape[3 - axis]
    return warp(x, torch.eye(2, dtype=x.dtype, device=x.device).expand(len(x), 2, 2), shift)


OPERATIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "identity": lambda x, level: x,
    "autocontrast": _autocontrast,
    "equalize": _equalize,
    "rotate": lambda x, level: warp(x, turning(30 * level)),
    "solarize": _solarize,
    "color": lambda x, level: _blend(_gray(x).expand_as(x), x, level),
    "posterize": _posterize,
    "contrast": lambda x, level: _blend(_gray(x).mean(dim=(2, 3), keepdim=True).expand_as(x), x, level),
    "brightness": lambda x, level: _blend(torch.zeros_like(x), x, level),
    "sharpness": _sharpness,
    "shear-x": lambda x, level: _shear(x, level, 0),
    "shear-y": lambda x, level: _shear(x, level, 1),
    "translate-x": lambda x, level: _move(x, level, 0),
    "translate-y": lambda x, level: _move(x, level, 1),
}


def apply_operation(x: Tensor, name: str, level: Tensor) -> Tensor:
    """Apply one of the fourteen to a batch.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures in [0, 1].
    name : str
        One of ``OPERATIONS``.
    level : Tensor of shape (B,)
        From -1 to 1: strength and direction; at 0 all but ``autocontrast`` and ``equalize`` change nothing.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        In [0, 1].

    Raises
    ------
    ValueError
        If a shape does not fit or there is no such operation.

    Examples
    --------
    >>> apply_operation(torch.full((1, 1, 2, 2), 0.9), "solarize", torch.tensor([0.5])).mean()
    tensor(0.1000)
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    check_shape("level", level, (len(x),))
    check_in("name", name, OPERATIONS)
    return OPERATIONS[name](x, level)


def rand_augment(
    x: Tensor,
    *,
    num_ops: int = 2,
    magnitude: float = 5.0,
    operations: Sequence[str] = tuple(OPERATIONS),
    generator: torch.Generator | None = None,
) -> Tensor:
    """Apply operations drawn uniformly, others for each picture, one after the other.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures in [0, 1].
    num_ops : int
        N, at least 0: how many for each picture.
    magnitude : float
        M, from 0 to 10, the same for all operations.
    operations : sequence of str
        Among which to draw; all fourteen by default.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        In [0, 1].

    Raises
    ------
    ValueError
        If ``x`` has another shape, or a number or a name is none of those allowed.

    Examples
    --------
    >>> rand_augment(torch.rand(3, 1, 8, 8), num_ops=2, magnitude=5).shape
    torch.Size([3, 1, 8, 8])
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    check_integer("num_ops", num_ops, low=0)
    check_number("magnitude", magnitude, low=0, high=10)
    for name in operations:
        check_in("operations", name, OPERATIONS)
    for _ in range(num_ops):
        drawn, coin = uniform_like(torch.empty(0), (2, len(x)), generator)  # on the CPU, which decides
        chosen = (drawn * len(operations)).long()
        level = (magnitude / 10 * torch.where(coin < 0.5, -1.0, 1.0)).to(x)
        x = x.clone()
        for number, name in enumerate(operations):
            rows = (chosen == number).nonzero().flatten()
            if len(rows):
                x[rows] = OPERATIONS[name](x[rows], level[rows])
    return x
