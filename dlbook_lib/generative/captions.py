r"""Three ways to turn a caption into one vector, and what each of them cannot say.

A bag of words adds up the vectors of its words, as in Mikolov et al., "Efficient Estimation of Word
Representations in Vector Space" (2013), and must give "red circle left of blue square" and "blue square
left of red circle" the same vector. An encoder that knows places, or one that reads in order (Cho et al.
2014, the gated recurrent unit), need not.

Differs from the encoders of text-to-image systems: these are trained together with the denoiser, from
nothing, on a hundred or so captions.

Shape letters: B batch, L words of a caption, D width of the result.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["BagOfWords", "CaptionedDenoiser", "PlacedWords", "RecurrentWords"]


class BagOfWords(nn.Module):
    """Add up the vectors of the words; word 0 stands for no word.

    Parameters
    ----------
    vocab_size : int
        Number of words, the empty one included.
    dim : int
        Width D of the vectors.

    Examples
    --------
    >>> encode = BagOfWords(9, dim=4)
    >>> bool((encode(torch.tensor([[1, 2, 0]])) - encode(torch.tensor([[2, 1, 0]]))).abs().max() < 1e-6)
    True
    """

    def __init__(self, vocab_size: int, *, dim: int) -> None:
        super().__init__()
        check_integer("vocab_size", vocab_size, low=2)
        self.words = nn.Embedding(vocab_size, dim)

    def forward(self, tokens: Tensor) -> Tensor:
        """Encode captions.

        Parameters
        ----------
        tokens : Tensor of shape (B, L)
            Numbers of words, int64.

        Returns
        -------
        Tensor of shape (B, D)
            The sum of their vectors, over the root of L.
        """
        check_shape("tokens", tokens, ("B", "L"))
        there = (tokens > 0).unsqueeze(-1)
        return (self.words(tokens) * there).sum(1) / tokens.shape[1] ** 0.5


class PlacedWords(nn.Module):
    """Give each place of the caption a table of vectors of its own, and add up what the words find there.

    Parameters
    ----------
    vocab_size : int
        Number of words, the empty one included.
    length : int
        Number of places L.
    dim : int
        Width D of the vectors.

    Examples
    --------
    >>> PlacedWords(9, length=3, dim=4)(torch.tensor([[1, 2, 0]])).shape
    torch.Size([1, 4])
    """

    def __init__(self, vocab_size: int, *, length: int, dim: int) -> None:
        super().__init__()
        check_integer("vocab_size", vocab_size, low=2)
        check_integer("length", length, low=1)
        self.length, self.vocab_size = length, vocab_size
        self.words = nn.Embedding(length * vocab_size, dim)

    def forward(self, tokens: Tensor) -> Tensor:
        """Encode captions.

        Parameters
        ----------
        tokens : Tensor of shape (B, L)
            Numbers of words, int64.

        Returns
        -------
        Tensor of shape (B, D)
            The sum of their vectors, over the root of L.
        """
        check_shape("tokens", tokens, ("B", self.length))
        place = torch.arange(self.length, device=tokens.device) * self.vocab_size
        there = (tokens > 0).unsqueeze(-1)
        return (self.words(tokens + place) * there).sum(1) / self.length**0.5


class RecurrentWords(nn.Module):
    """Read the words one after the other with a gated recurrent unit.

    Parameters
    ----------
    vocab_size : int
        Number of words, the empty one included.
    dim : int
        Width D of the vectors and of the state.

    Examples
    --------
    >>> RecurrentWords(9, dim=4)(torch.tensor([[1, 2, 0]])).shape
    torch.Size([1, 4])
    """

    def __init__(self, vocab_size: int, *, dim: int) -> None:
        super().__init__()
        check_integer("vocab_size", vocab_size, low=2)
        self.words = nn.Embedding(vocab_size, dim)
        self.read = nn.GRU(dim, dim, batch_first=True)

    def forward(self, tokens: Tensor) -> Tensor:
        """Encode captions.

        Parameters
        ----------
        tokens : Tensor of shape (B, L)
            Numbers of words, int64.

        Returns
        -------
        Tensor of shape (B, D)
            The state after the last word.
        """
        check_shape("tokens", tokens, ("B", "L"))
        return self.read(self.words(tokens))[1][0]


class CaptionedDenoiser(nn.Module):
    """Let an encoder of captions steer a denoiser; both are trained as one.

    Parameters
    ----------
    encoder : nn.Module
        From words (B, L) to vectors (B, D).
    denoiser : nn.Module
        Called as ``denoiser(x, t, vectors)``.

    Examples
    --------
    >>> from dlbook_lib.generative.denoiser import MLPDenoiser
    >>> network = CaptionedDenoiser(BagOfWords(9, dim=4), MLPDenoiser(2, condition_dim=4))
    >>> network(torch.zeros(1, 2), 5, torch.tensor([[1, 2, 0]])).shape
    torch.Size([1, 2])
    """

    def __init__(self, encoder: nn.Module, denoiser: nn.Module) -> None:
        super().__init__()
        self.encoder, self.denoiser = encoder, denoiser

    def forward(self, x: Tensor, t: int | Tensor, tokens: Tensor) -> Tensor:
        """Predict the noise under captions.

        Parameters
        ----------
        x : Tensor of shape (B, ...)
            Noised examples.
        t : int or Tensor of shape (B,)
            Times.
        tokens : Tensor of shape (B, L)
            Captions, int64.

        Returns
        -------
        Tensor of shape (B, ...)
            The noise.
        """
        return self.denoiser(x, t, self.encoder(tokens))
