r"""Multi-head attention: several attentions side by side, each with projections of its own.

After Vaswani et al., "Attention Is All You Need" (2017), section 3.2.2. Every head projects the whole
embedding; what is split among the heads is the width of the projection, not the embedding.

Differs from the paper: projections have biases, as in most code (the paper writes none); dropout falls on
the attention matrix, as in the paper's code; queries and keys may be turned by their places (see
:mod:`dlbook_lib.layers.rotary`) on the way.

Shape letters: B batch, T queries, S keys, D model width, H heads, K = D / H head width.
"""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.layers.attention import attention

__all__ = ["MultiHeadAttention"]


class MultiHeadAttention(nn.Module):
    r"""Several heads that each read the whole embedding and answer with a part of it.

    .. math:: \operatorname{head}_h = \operatorname{Attn}(X W^Q_h,\, C W^K_h,\, C W^V_h), \qquad
        Y = [\operatorname{head}_1, \dots, \operatorname{head}_H]\, W^O

    with :math:`C = X` in self-attention, and :math:`C` another sequence in cross-attention. All heads
    together have :math:`4 D^2 + 4 D` parameters, however many they are.

    Parameters
    ----------
    dim : int
        Model width :math:`D`, a multiple of ``num_heads``.
    num_heads : int
        Number of heads :math:`H`.
    context_dim : int, optional
        Width of the sequence that keys and values are made of; ``dim`` by default.
    bias : bool
        Whether the four projections add a bias.
    dropout : float
        In training, the part of the attention matrix that is set to zero; what stays is enlarged by
        :math:`1 / (1 - p)`.

    Raises
    ------
    ValueError
        If ``dim`` is not a positive multiple of ``num_heads``, or ``dropout`` lies outside [0, 1).

    Notes
    -----
    Built up in the chapter at :ref:`multi-head`; used on two sequences at :ref:`cross-attention`.
    Differs from Vaswani et al. (2017): biases, and rotary places where they are asked for.

    Examples
    --------
    >>> import torch
    >>> layer = MultiHeadAttention(16, num_heads=4)
    >>> layer(torch.zeros(2, 10, 16)).shape
    torch.Size([2, 10, 16])
    >>> sum(parameter.numel() for parameter in layer.parameters())
    1088
    """

    def __init__(
        self,
        dim: int,
        *,
        num_heads: int,
        context_dim: int | None = None,
        bias: bool = True,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_integer("dim", dim, low=1)
        check_integer("num_heads", num_heads, low=1)
        check_number("dropout", dropout, low=0, high=0.999)
        if dim % num_heads:
            raise ValueError(f"dim must be a multiple of num_heads, {num_heads}, got {dim}")
        context_dim = dim if context_dim is None else context_dim
        check_integer("context_dim", context_dim, low=1)
        self.dim, self.context_dim, self.num_heads, self.dropout = dim, context_dim, num_heads, dropout
        self.query = nn.Linear(dim, dim, bias=bias)
        self.key = nn.Linear(context_dim, dim, bias=bias)
        self.value = nn.Linear(context_dim, dim, bias=bias)
        self.out = nn.Linear(dim, dim, bias=bias)

    def forward(
        self,
        x: Tensor,
        context: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        turn: Callable[[Tensor], Tensor] | None = None,
    ) -> Tensor:
        """Mix information along the sequence, or bring it over from another one.

        Parameters
        ----------
        x : Tensor of shape (B, T, D)
            What queries are made of.
        context : Tensor of shape (B, S, context_dim), optional
            What keys and values are made of; ``x`` itself by default.
        mask : Tensor of shape broadcastable to (B, H, T, S), optional
            Of bool, True where a query may listen; or of floats, added to the scores.
        turn : callable, optional
            Applied to queries and to keys, each of shape (B, H, T or S, K), before they meet.

        Returns
        -------
        Tensor of shape (B, T, D)
            One answer per query.
        """
        return self.attend(x, context, mask=mask, turn=turn)[0]

    def attend(
        self,
        x: Tensor,
        context: Tensor | None = None,
        *,
        mask: Tensor | None = None,
        turn: Callable[[Tensor], Tensor] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Do what ``forward`` does, and hand out the attention matrices as well.

        Parameters
        ----------
        x : Tensor of shape (B, T, D)
            What queries are made of.
        context : Tensor of shape (B, S, context_dim), optional
            What keys and values are made of; ``x`` itself by default.
        mask : Tensor of shape broadcastable to (B, H, T, S), optional
            Of bool, True where a query may listen; or of floats, added to the scores.
        turn : callable, optional
            Applied to queries and to keys before they meet.

        Returns
        -------
        output : Tensor of shape (B, T, D)
            One answer per query.
        weights : Tensor of shape (B, H, T, S)
            Before dropout; each row sums to 1.
        """
        check_shape("x", x, ("B", "T", self.dim))
        context = x if context is None else context
        check_shape("context", context, (len(x), "S", self.context_dim))
        q, k, v = self._split(self.query(x)), self._split(self.key(context)), self._split(self.value(context))
        if turn is not None:
            q, k = turn(q), turn(k)
        mixed, weights = attention(q, k, v, mask=mask)  # (B, H, T, K), (B, H, T, S)
        if self.training and self.dropout:
            mixed = F.dropout(weights, self.dropout) @ v
        return self.out(mixed.transpose(1, 2).flatten(2)), weights

    def _split(self, x: Tensor) -> Tensor:
        """Share the projected width among the heads: (B, T, D) to (B, H, T, K)."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
