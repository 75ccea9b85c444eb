r"""A vector for every place: by sines and cosines, or learned, and added or set beside the content.

The sinusoids are those of Vaswani et al., "Attention Is All You Need" (2017), section 3.5; the learned
vectors those of Gehring et al., "Convolutional Sequence to Sequence Learning" (2017).

Differs from the papers: an odd width is allowed, whose last column is a sine without its cosine; and the
vectors may be concatenated, which the papers do not do.

Shape letters: B batch, T places, D model width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_in, check_integer, check_number, check_shape

__all__ = ["Positions", "sinusoidal_positions", "wavelengths"]


def wavelengths(dim: int, *, base: float = 10_000.0) -> Tensor:
    r"""Say after how many places each pair of columns comes back to where it was.

    .. math:: \lambda_k = 2 \pi \cdot 10000^{2k/d}, \qquad k = 0, \dots, \lceil d/2 \rceil - 1

    Parameters
    ----------
    dim : int
        Width :math:`d`.
    base : float
        In place of 10000, above 1.

    Returns
    -------
    Tensor of shape (ceil(D / 2),)
        From 2π up, in a geometric progression.

    Examples
    --------
    >>> wavelengths(128)[[0, 10]]
    tensor([ 6.2832, 26.4960])
    """
    check_integer("dim", dim, low=1)
    check_number("base", base, low=1)
    return 2 * torch.pi * base ** (torch.arange(0, dim, 2) / dim)


def sinusoidal_positions(T: int, dim: int, *, base: float = 10_000.0) -> Tensor:
    r"""Describe places by clocks that run at different speeds.

    .. math:: PE_{i,2k} = \sin\frac{i}{10000^{2k/d}}, \qquad PE_{i,2k+1} = \cos\frac{i}{10000^{2k/d}}

    Parameters
    ----------
    T : int
        How many places, from 0 on.
    dim : int
        Width :math:`d`; if it is odd, the last sine has no cosine.
    base : float
        In place of 10000, above 1.

    Returns
    -------
    Tensor of shape (T, D)
        Sines in even columns, cosines in odd ones; float32, computed in float64.

    Raises
    ------
    ValueError
        If a size is below 1 or ``base`` below 1.

    Notes
    -----
    Taught at :ref:`sinusoidal`.

    Examples
    --------
    >>> sinusoidal_positions(2, 4)
    tensor([[0.0000, 1.0000, 0.0000, 1.0000],
            [0.8415, 0.5403, 0.0100, 0.9999]])
    """
    check_integer("T", T, low=1)
    check_integer("dim", dim, low=1)
    check_number("base", base, low=1)
    speed = base ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    angle = torch.arange(T, dtype=torch.float64)[:, None] * speed
    return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)[:, :dim].float()


class Positions(nn.Module):
    r"""Tell every vector of a sequence where it stands.

    .. math:: x_i + p_i \quad\text{or}\quad [x_i, p_i]

    Parameters
    ----------
    context : int
        The longest sequence there is a vector for.
    dim : int
        Width of the position vectors; that of the content where they are added.
    kind : str
        ``"sinusoidal"`` for the table of :func:`sinusoidal_positions`, which is not trained, or
        ``"learned"`` for one parameter vector per place.
    how : str
        ``"add"`` or ``"concatenate"``.

    Raises
    ------
    ValueError
        If a size is below 1, or ``kind`` or ``how`` is none of these.

    Notes
    -----
    Taught at :ref:`positional-encoding`.

    Examples
    --------
    >>> Positions(10, 4, kind="learned", how="concatenate")(torch.zeros(2, 5, 3)).shape
    torch.Size([2, 5, 7])
    """

    def __init__(self, context: int, dim: int, *, kind: str = "sinusoidal", how: str = "add") -> None:
        super().__init__()
        check_integer("context", context, low=1)
        check_integer("dim", dim, low=1)
        check_in("kind", kind, ("sinusoidal", "learned"))
        check_in("how", how, ("add", "concatenate"))
        self.context, self.dim, self.how = context, dim, how
        if kind == "learned":
            self.table = nn.Parameter(0.5 * torch.randn(context, dim))
        else:
            self.register_buffer("table", sinusoidal_positions(context, dim), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Put the first vectors of the table to those of a sequence.

        Parameters
        ----------
        x : Tensor of shape (B, T, D)
            Content, at most ``context`` long.

        Returns
        -------
        Tensor of shape (B, T, D) or (B, T, D + dim)
            Content and place.

        Raises
        ------
        ValueError
            If the sequence is longer than the table.
        """
        check_shape("x", x, ("B", "T", self.dim if self.how == "add" else "D"))
        T = x.shape[1]
        check_integer("x.shape[1]", T, low=1, high=self.context)
        table = self.table[:T]
        if self.how == "add":
            return x + table
        return torch.cat((x, table.expand(len(x), -1, -1)), dim=-1)
