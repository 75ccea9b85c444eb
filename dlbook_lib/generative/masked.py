r"""Masked diffusion: hide symbols at random, learn to fill them in, and write by unveiling.

After Sahoo et al., "Simple and Effective Masked Diffusion Language Models" (2024, MDLM), and Austin et al.
(2021). At time :math:`\tau` each symbol is hidden with probability :math:`\tau`; the bound is then a mean
of ordinary cross-entropies, each divided by its :math:`\tau`.

Differs from the papers: the network is told no time (it can count the masks), and is one layer of attention
with a dense layer.

Shape letters: B batch, L length of a text, K symbols without the mask, D width.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["MaskPredictor", "hide", "masked_bound", "unveil"]


def hide(tokens: Tensor, chance: Tensor, dice: Tensor, *, mask: int) -> Tensor:
    """Replace symbols by the mask where a die falls below their text's chance.

    Parameters
    ----------
    tokens : Tensor of shape (B, L)
        Texts, int64.
    chance : Tensor of shape (B,)
        How likely each text's symbols are to be hidden.
    dice : Tensor of shape (B, L)
        Uniform numbers in [0, 1).
    mask : int
        The number of the mask.

    Returns
    -------
    Tensor of shape (B, L)
        The texts with holes.

    Examples
    --------
    >>> hide(torch.tensor([[1, 2]]), torch.tensor([0.5]), torch.tensor([[0.4, 0.6]]), mask=9)
    tensor([[9, 2]])
    """
    check_shape("tokens", tokens, ("B", "L"))
    check_shape("dice", dice, tuple(tokens.shape))
    return torch.where(dice < chance[:, None], torch.full_like(tokens, mask), tokens)


def masked_bound(network: Callable, tokens: Tensor, chance: Tensor, dice: Tensor, *, mask: int) -> Tensor:
    r"""Bound the negative log likelihood of texts by how well their holes are filled.

    .. math:: -\log p(x) \le \mathbb E_{\tau \sim U(0, 1]}\, \frac1\tau
        \sum_{\ell \text{ hidden}} -\log p_\theta(x_\ell \mid x_\tau)

    Parameters
    ----------
    network : callable
        From texts with holes, (B, L), to logits (B, L, K).
    tokens : Tensor of shape (B, L)
        Texts, int64.
    chance : Tensor of shape (B,)
        The times :math:`\tau`, in (0, 1].
    dice : Tensor of shape (B, L)
        Uniform numbers.
    mask : int
        The number of the mask.

    Returns
    -------
    Tensor of shape (B,)
        One unbiased estimate of the bound for each text, in nats.

    Examples
    --------
    >>> even = lambda holes: torch.zeros(*holes.shape, 2)  # every hole costs log 2
    >>> masked_bound(even, torch.tensor([[0, 1]]), torch.ones(1), torch.zeros(1, 2), mask=2)
    tensor([1.3863])
    """
    holes = hide(tokens, chance, dice, mask=mask)
    logits = network(holes)
    cost = F.cross_entropy(logits.transpose(1, 2), tokens, reduction="none")
    return (cost * (holes == mask)).sum(1) / chance


class MaskPredictor(nn.Module):
    """Guess the symbol behind every mask from all symbols that are seen.

    Parameters
    ----------
    symbols : int
        How many symbols there are without the mask, K; the mask is number K.
    length : int
        Length L of a text.
    dim : int
        Width of the network.
    heads : int
        Number of heads, which must divide ``dim``.

    Examples
    --------
    >>> MaskPredictor(5, length=4)(torch.tensor([[0, 5, 5, 2]])).shape
    torch.Size([1, 4, 5])
    """

    def __init__(self, symbols: int, *, length: int, dim: int = 64, heads: int = 4) -> None:
        super().__init__()
        check_integer("symbols", symbols, low=2)
        check_integer("length", length, low=1)
        self.length = length
        self.letters = nn.Embedding(symbols + 1, dim)
        self.places = nn.Parameter(0.1 * torch.randn(length, dim))
        self.norm = nn.LayerNorm(dim)
        self.attention = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.dense = nn.Sequential(
            nn.LayerNorm(dim), nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim)
        )
        self.answer = nn.Linear(dim, symbols)

    def forward(self, holes: Tensor) -> Tensor:
        """Guess all symbols.

        Parameters
        ----------
        holes : Tensor of shape (B, L)
            Texts with masks, int64.

        Returns
        -------
        Tensor of shape (B, L, K)
            Logits of the symbols.
        """
        check_shape("holes", holes, ("B", self.length))
        h = self.letters(holes) + self.places
        n = self.norm(h)
        h = h + self.attention(n, n, n, need_weights=False)[0]
        return self.answer(h + self.dense(h))


def unveil(
    network: Callable,
    holes: Tensor,
    *,
    mask: int,
    steps: int,
    generator: torch.Generator | None = None,
    keep: bool = False,
) -> Tensor:
    """Write texts by filling some of their holes at each step, in random order.

    Parameters
    ----------
    network : callable
        From texts with holes to logits.
    holes : Tensor of shape (B, L)
        Texts to complete; all masks to write from nothing.
    mask : int
        The number of the mask.
    steps : int
        In how many steps; with fewer steps than holes, holes that are filled together do not know of each
        other.
    generator : torch.Generator, optional
        Where the draws come from.
    keep : bool
        Return the texts after every step.

    Returns
    -------
    Tensor of shape (B, L) or (steps + 1, B, L)
        The texts.

    Examples
    --------
    >>> even = lambda holes: torch.zeros(*holes.shape, 2)
    >>> bool((unveil(even, torch.full((3, 4), 2), mask=2, steps=2) < 2).all())
    True
    """
    check_integer("steps", steps, low=1)
    texts, stages = holes.clone(), [holes]
    for step in range(steps):
        with torch.no_grad():
            chances = network(texts).softmax(-1)
        drawn = torch.multinomial(chances.flatten(0, 1), 1, generator=generator).view_as(texts)
        share = 1 / (steps - step)  # of the holes that are left
        dice = torch.rand(texts.shape, generator=generator)
        filled = (texts == mask) & (dice < share)
        texts = torch.where(filled, drawn, texts)
        stages.append(texts)
    return torch.stack(stages) if keep else texts
