r"""A small stack of attention layers that labels every place of a sequence.

The network of the chapter's experiments, and nothing but attention: token vectors, layers of multi-head
attention whose answers are added to what they read, one linear map to the labels. Networks of this kind are
taken apart in Elhage et al., "A Mathematical Framework for Transformer Circuits" (2021).

Differs from a Transformer: no feed-forward layers and no normalization, so that whatever the network can do
must be done by its attention matrices. Positions come in six ways, one argument.

Shape letters: B batch, T places, D model width, H heads.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_in, check_integer, check_shape, check_type
from dlbook_lib.layers.masks import causal_mask
from dlbook_lib.layers.multihead import MultiHeadAttention
from dlbook_lib.layers.position import Positions
from dlbook_lib.layers.relative import RelativeBias, alibi_bias
from dlbook_lib.layers.rotary import rotate

__all__ = ["AttentionReader"]

POSITIONS = ("none", "sinusoidal", "learned", "rotary", "alibi", "t5")


class AttentionReader(nn.Module):
    r"""Read tokens, let them listen to each other a few times, and label each.

    .. math:: x^{(\ell)} = x^{(\ell-1)} + \operatorname{MHA}_\ell(x^{(\ell-1)}), \qquad
        \text{logits}_i = W x^{(L)}_i + b

    Parameters
    ----------
    vocab_size : int
        Number of tokens.
    num_classes : int
        Number of labels; ``vocab_size`` where labels are tokens.
    dim : int
        Model width.
    num_heads : int
        Heads of each layer.
    depth : int
        Number of layers.
    context : int
        Longest sequence that a table of positions serves.
    positions : str
        ``"none"``, ``"sinusoidal"``, ``"learned"``, ``"rotary"``, ``"alibi"`` or ``"t5"``.
    how : str
        Whether vectors of places are ``"add"``-ed, or ``"concatenate"``-d, each taking half of the width.
    causal : bool
        Whether a place listens to itself and the past only.

    Raises
    ------
    ValueError
        If a size does not fit, or a name is unknown.

    Notes
    -----
    Trained at :ref:`associative-recall`.

    Examples
    --------
    >>> reader = AttentionReader(12, 12, dim=16, num_heads=2, depth=2, context=20)
    >>> reader(torch.zeros(3, 20, dtype=torch.int64)).shape  # labels before places, as cross-entropy asks
    torch.Size([3, 12, 20])
    """

    def __init__(
        self,
        vocab_size: int,
        num_classes: int,
        *,
        dim: int = 32,
        num_heads: int = 2,
        depth: int = 1,
        context: int = 64,
        positions: str = "learned",
        how: str = "add",
        causal: bool = False,
    ) -> None:
        super().__init__()
        check_integer("vocab_size", vocab_size, low=1)
        check_integer("num_classes", num_classes, low=1)
        check_integer("depth", depth, low=1)
        check_in("positions", positions, POSITIONS)
        check_in("how", how, ("add", "concatenate"))
        check_type("causal", causal, bool, "True or False")
        self.positions, self.causal, self.num_heads = positions, causal, num_heads
        table = positions in ("sinusoidal", "learned")
        own = dim // 2 if table and how == "concatenate" else dim  # width of a token's vector
        self.tokens = nn.Embedding(vocab_size, own)
        self.place = Positions(context, dim - own or dim, kind=positions, how=how) if table else nn.Identity()
        self.bias = RelativeBias(num_heads) if positions == "t5" else None
        self.layers = nn.ModuleList(MultiHeadAttention(dim, num_heads=num_heads) for _ in range(depth))
        self.label = nn.Linear(dim, num_classes)

    def forward(self, tokens: Tensor) -> Tensor:
        """Label every place.

        Parameters
        ----------
        tokens : Tensor of shape (B, T)
            Numbers of the tokens, int64.

        Returns
        -------
        Tensor of shape (B, num_classes, T)
            Logits, with the labels along the second axis as ``cross_entropy`` asks.
        """
        return self.attend(tokens)[0]

    def attend(self, tokens: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Label every place, and hand out the attention matrices.

        Parameters
        ----------
        tokens : Tensor of shape (B, T)
            Numbers of the tokens, int64.

        Returns
        -------
        logits : Tensor of shape (B, num_classes, T)
            As from ``forward``.
        weights : list of Tensor, each of shape (B, H, T, T)
            One for every layer.
        """
        check_shape("tokens", tokens, ("B", "T"))
        x, maps = self.place(self.tokens(tokens)), []
        mask = self._mask(tokens.shape[1], x.device)
        turn = rotate if self.positions == "rotary" else None
        for layer in self.layers:
            answer, weights = layer.attend(x, mask=mask, turn=turn)
            x = x + answer
            maps.append(weights)
        return self.label(x).transpose(1, 2), maps

    def _mask(self, T: int, device: torch.device) -> Tensor | None:
        """Join the causal mask and the bias by distance into one table for the scores."""
        bias = None
        if self.positions == "alibi":
            bias = alibi_bias(self.num_heads, T).to(device)
        elif self.bias is not None:
            bias = self.bias(T, T)
        if not self.causal:
            return bias
        past = causal_mask(T, device=device)
        return past if bias is None else bias.masked_fill(~past, -torch.inf)
