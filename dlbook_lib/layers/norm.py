r"""One cube of numbers and the ways to cut it: which cells share a mean and a deviation.

Wu and He ("Group Normalization", 2018, figure 2) draw the activations of a layer as a cube with the axes N
(examples), C (channels) and F (places: time, or height and width unrolled). Every normalization subtracts a
mean and divides by a deviation; they differ in the set of cells over which both are taken.

Differs from the paper: layer normalization stands here twice, over all of an example (``"layer"``, as in
that figure) and over the channels of each place (``"token"``, as in transformers), and RMSNorm as the latter
without a mean. The operators with their parameters stand in ``norm_batch`` to ``norm_rms``.

Shape letters: N examples, C channels, F places, G groups.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_integer, check_number

__all__ = [
    "NORMS",
    "normalize",
    "parameter_count",
    "scale_and_shift",
    "shared_cells",
    "standardize",
    "statistic_count",
]

NORMS = ("batch", "layer", "instance", "group", "token", "rms")


def standardize(x: Tensor, dims: Sequence[int], *, eps: float = 1e-5, center: bool = True) -> Tensor:
    r"""Subtract the mean over some axes and divide by the deviation over the same.

    .. math:: \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}

    Parameters
    ----------
    x : Tensor
        Of any shape.
    dims : sequence of int
        The axes over which the moments are taken; cells that differ in these alone share them.
    eps : float
        Stands inside the root, above 0, so that a constant input gives zeros.
    center : bool
        Whether to subtract the mean; without it σ² is the mean square.

    Returns
    -------
    Tensor
        Of the same shape, with mean 0 and variance :math:`\sigma^2 / (\sigma^2 + \epsilon)`.

    Raises
    ------
    ValueError
        If ``eps`` is negative.

    Notes
    -----
    The variance is the biased one, a mean of squares: it divides by the number of cells.

    Examples
    --------
    >>> standardize(torch.tensor([1.0, 3.0]), (0,), eps=0.0).tolist()
    [-1.0, 1.0]
    """
    check_number("eps", eps, low=0)
    dims = tuple(dims)
    if center:
        x = x - x.mean(dims, keepdim=True)
    return x / torch.sqrt(x.square().mean(dims, keepdim=True) + eps)


def scale_and_shift(x: Tensor, gamma: Tensor | None, beta: Tensor | None, *, axis: int = 1) -> Tensor:
    r"""Give every channel back a scale and a place of its own: the learned half of a normalization.

    .. math:: y = \gamma\, \hat x + \beta

    Parameters
    ----------
    x : Tensor
        Normalized, with the channels on ``axis``.
    gamma, beta : Tensor of shape (C,), optional
        Scale and shift; left out where None.
    axis : int
        Where the channels stand.

    Returns
    -------
    Tensor
        Of the shape of ``x``.

    Examples
    --------
    >>> scale_and_shift(torch.ones(1, 2), torch.tensor([2.0, 3.0]), torch.tensor([0.0, 1.0])).tolist()
    [[2.0, 4.0]]
    """
    shape = [1] * x.dim()
    shape[axis] = -1
    if gamma is not None:
        x = x * gamma.view(shape)
    return x if beta is None else x + beta.view(shape)


def normalize(x: Tensor, kind: str, *, groups: int = 1, eps: float = 1e-5) -> Tensor:
    """Normalize by any of the six ways, without parameters.

    Parameters
    ----------
    x : Tensor of shape (N, C, ...)
        Activations.
    kind : str
        One of ``NORMS``.
    groups : int
        For ``"group"``: in how many groups the channels are cut; must divide C.
    eps : float
        Inside the root.

    Returns
    -------
    Tensor of shape (N, C, ...)
        Normalized.

    Raises
    ------
    ValueError
        If ``kind`` is none of them, or ``groups`` does not divide C.

    Examples
    --------
    >>> x = torch.randn(4, 6, 5, 5)
    >>> bool(torch.allclose(normalize(x, "group"), normalize(x, "layer"), atol=1e-6))
    True
    """
    check_in("kind", kind, NORMS)
    if kind == "group":
        check_groups(groups, x.shape[1])
        cut = x.unflatten(1, (groups, -1))
        return standardize(cut, range(2, cut.dim()), eps=eps).flatten(1, 2)
    places = tuple(range(2, x.dim()))
    dims = {"batch": (0, *places), "layer": (1, *places), "instance": places}.get(kind, (1,))
    return standardize(x, dims, eps=eps, center=kind != "rms")


def check_groups(groups: int, channels: int) -> None:
    """Raise unless a number of groups divides the channels."""
    check_integer("groups", groups, low=1)
    if channels % groups:
        raise ValueError(f"groups must divide the channels, got {groups} for {channels}")


def shared_cells(kind: str, shape: Sequence[int], cell: Sequence[int], *, groups: int = 1) -> Tensor:
    """Mark the cells whose moments one cell shares.

    Parameters
    ----------
    kind : str
        One of ``NORMS``.
    shape : sequence of int
        Of the activations: (N, C, F).
    cell : sequence of int
        Which example, channel and place.
    groups : int
        For ``"group"``.

    Returns
    -------
    Tensor of shape (N, C, F)
        True at the cells of the set, the cell itself among them.

    Raises
    ------
    ValueError
        If ``kind`` is none of them, or ``groups`` does not divide C.

    Examples
    --------
    >>> int(shared_cells("batch", (10, 3, 100), (0, 1, 5)).sum())
    1000
    """
    check_in("kind", kind, NORMS)
    N, C, F = shape
    check_groups(groups, C)
    n, c, f = torch.arange(N)[:, None, None], torch.arange(C)[:, None], torch.arange(F)
    same_n, same_c, same_f = n == cell[0], c == cell[1], f == cell[2]
    anywhere = torch.ones(N, C, F, dtype=torch.bool)
    near = c // (C // groups) == cell[1] // (C // groups)
    marked = {"batch": same_c, "layer": same_n, "instance": same_n & same_c, "group": same_n & near}
    return marked.get(kind, same_n & same_f) & anywhere


def statistic_count(kind: str, shape: Sequence[int], *, groups: int = 1) -> int:
    """Count how many means (or mean squares) a normalization takes.

    Parameters
    ----------
    kind : str
        One of ``NORMS``.
    shape : sequence of int
        (N, C, ...).
    groups : int
        For ``"group"``.

    Returns
    -------
    int
        One for each set of cells.

    Raises
    ------
    ValueError
        If ``kind`` is none of them, or ``groups`` does not divide C.

    Examples
    --------
    >>> [statistic_count(kind, (10, 3, 100, 100)) for kind in ("batch", "layer", "instance")]
    [3, 10, 30]
    """
    check_in("kind", kind, NORMS)
    N, C, *places = shape
    check_groups(groups, C)
    counts = {"batch": C, "layer": N, "instance": N * C, "group": N * groups}
    return counts.get(kind, N * math.prod(places))


def parameter_count(kind: str, shape: Sequence[int]) -> int:
    """Count what a normalization learns, with the habits of torch's layers.

    Parameters
    ----------
    kind : str
        One of ``NORMS``.
    shape : sequence of int
        (N, C, ...).

    Returns
    -------
    int
        A scale and a shift for each channel; for ``"layer"`` for each cell of an example; a scale alone for
        ``"rms"``; nothing for ``"instance"``.

    Raises
    ------
    ValueError
        If ``kind`` is none of them.

    Examples
    --------
    >>> {kind: parameter_count(kind, (2, 6, 4, 4)) for kind in NORMS}
    {'batch': 12, 'layer': 192, 'instance': 0, 'group': 12, 'token': 12, 'rms': 6}
    """
    check_in("kind", kind, NORMS)
    C = shape[1]
    return {"layer": 2 * math.prod(shape[1:]), "instance": 0, "rms": C}.get(kind, 2 * C)
