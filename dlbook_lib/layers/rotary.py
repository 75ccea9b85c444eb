r"""Rotary positions: queries and keys are turned by angles that grow with their place.

After Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding" (2021), section 3.2. A
vector is read as pairs of numbers, and pair :math:`k` at place :math:`m` is turned by :math:`m \theta_k`,
:math:`\theta_k = 10000^{-2k/d}`. A query at :math:`m` and a key at :math:`n` then meet at the angle that
their contents have, plus :math:`(n - m) \theta_k`: only the distance is left.

Differs from the paper: both layouts in use are offered. ``interleaved`` pairs neighbours (0, 1), (2, 3), …,
as the paper does; ``half-split`` pairs column :math:`k` with :math:`k + d/2`, as GPT-NeoX and Llama's
port in the transformers library do. They differ by a permutation of the columns, so weights trained with
one are useless with the other until their rows are permuted.

Shape letters: T places, K head width, R = K / 2 pairs.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_in, check_integer, check_number

__all__ = ["half_split_order", "rotary_angles", "rotate"]

LAYOUTS = ("interleaved", "half-split")


def rotary_angles(positions: Tensor, dim: int, *, base: float = 10_000.0) -> Tensor:
    r"""List by how much each pair is turned at each place.

    .. math:: m\, \theta_k, \qquad \theta_k = 10000^{-2k/d}, \qquad k = 0, \dots, d/2 - 1

    Parameters
    ----------
    positions : Tensor of shape (T,)
        Places :math:`m`; they need not be whole numbers.
    dim : int
        Head width :math:`d`, even.
    base : float
        In place of 10000, above 1.

    Returns
    -------
    Tensor of shape (T, R)
        In radians, float64: at place 100,000 a float32 angle would be off in its second decimal.

    Raises
    ------
    ValueError
        If ``dim`` is odd.

    Examples
    --------
    >>> rotary_angles(torch.tensor([0, 1, 2]), 4)
    tensor([[0.0000, 0.0000],
            [1.0000, 0.0100],
            [2.0000, 0.0200]], dtype=torch.float64)
    """
    check_integer("dim", dim, low=2)
    check_number("base", base, low=1)
    if dim % 2:
        raise ValueError(f"dim must be even, or one number has no partner, got {dim}")
    theta = base ** (-torch.arange(0, dim, 2, dtype=torch.float64, device=positions.device) / dim)
    return positions[:, None] * theta


def rotate(
    x: Tensor,
    positions: Tensor | None = None,
    *,
    base: float = 10_000.0,
    layout: str = "interleaved",
) -> Tensor:
    r"""Turn queries or keys by their places.

    .. math:: \begin{pmatrix} x'_{a} \\ x'_{b} \end{pmatrix} =
        \begin{pmatrix} \cos m\theta_k & -\sin m\theta_k \\ \sin m\theta_k & \cos m\theta_k \end{pmatrix}
        \begin{pmatrix} x_{a} \\ x_{b} \end{pmatrix}

    for each pair of columns :math:`(a, b)`: :math:`(2k, 2k+1)` or :math:`(k, k + d/2)`.

    Parameters
    ----------
    x : Tensor of shape (..., T, K)
        One vector per place; an even width.
    positions : Tensor of shape (T,), optional
        The places; 0, 1, 2 and so on by default.
    base : float
        In place of 10000, above 1.
    layout : str
        ``"interleaved"`` or ``"half-split"``.

    Returns
    -------
    Tensor of shape (..., T, K)
        Every vector as long as it was.

    Raises
    ------
    ValueError
        If the width is odd, or ``layout`` is neither of the two.

    Notes
    -----
    Taught at :ref:`rope`.

    Examples
    --------
    >>> q, k = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, -1.0]])
    >>> for m, n in ((3, 1), (103, 101)):
    ...     score = rotate(q, torch.tensor([m])) @ rotate(k, torch.tensor([n])).mT
    ...     print(round(score.item(), 4))
    -6.7812
    -6.7812
    """
    check_in("layout", layout, LAYOUTS)
    if positions is None:
        positions = torch.arange(x.shape[-2], device=x.device)
    angles = rotary_angles(positions, x.shape[-1], base=base)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)  # (T, R)
    if layout == "interleaved":
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)
    a, b = x.chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)


def half_split_order(dim: int) -> Tensor:
    """List the columns in the order that turns the interleaved layout into the half-split one.

    Parameters
    ----------
    dim : int
        Head width, even.

    Returns
    -------
    Tensor of shape (K,)
        First all even columns, then all odd ones: ``rotate(x)[..., order]`` equals
        ``rotate(x[..., order], layout="half-split")``.

    Raises
    ------
    ValueError
        If ``dim`` is odd.

    Examples
    --------
    >>> half_split_order(6)
    tensor([0, 2, 4, 1, 3, 5])
    """
    check_integer("dim", dim, low=2)
    if dim % 2:
        raise ValueError(f"dim must be even, or one number has no partner, got {dim}")
    return torch.arange(dim).view(-1, 2).T.flatten()
