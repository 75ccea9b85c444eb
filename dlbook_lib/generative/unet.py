r"""A small U-Net: down to a coarse map, up again, with short cuts across and attention at the bottom.

The U is that of Ronneberger, Fischer and Brox, "U-Net: Convolutional Networks for Biomedical Image
Segmentation" (2015); time inputs and attention inside follow Ho, Jain and Abbeel, "Denoising Diffusion
Probabilistic Models" (2020), the words' input by cross-attention Rombach et al., "High-Resolution Image
Synthesis with Latent Diffusion Models" (2022).

Differs from the papers: two resolutions, one block on each, and the short cuts can be cut for an experiment.

Shape letters: B batch, C channels in the data, H W height and width (even), F features, E width of the
embedding, N words, D width of a word.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape
from dlbook_lib.generative.denoiser import TimeEmbedding

__all__ = ["ImageAttention", "ResidualBlock", "SmallUNet"]


class ResidualBlock(nn.Module):
    """Two convolutions around a short cut; the embedding of time shifts the features in between.

    Parameters
    ----------
    in_channels, out_channels : int
        Features before and after; multiples of 4.
    embedding : int
        Width E of the embedding.

    Examples
    --------
    >>> ResidualBlock(4, 8, embedding=16)(torch.zeros(2, 4, 6, 6), torch.zeros(2, 16)).shape
    torch.Size([2, 8, 6, 6])
    """

    def __init__(self, in_channels: int, out_channels: int, *, embedding: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(4, in_channels), nn.GroupNorm(4, out_channels)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.shift = nn.Linear(embedding, out_channels)
        self.short = nn.Conv2d(in_channels, out_channels, 1) if in_channels != out_channels else nn.Identity()

    def forward(self, x: Tensor, e: Tensor) -> Tensor:
        """Add the block's correction.

        Parameters
        ----------
        x : Tensor of shape (B, F, H, W)
            Features.
        e : Tensor of shape (B, E)
            Embeddings of the time.

        Returns
        -------
        Tensor of shape (B, F, H, W)
            Features.
        """
        h = self.conv1(F.silu(self.norm1(x))) + self.shift(F.silu(e))[:, :, None, None]
        return self.short(x) + self.conv2(F.silu(self.norm2(h)))


class ImageAttention(nn.Module):
    """Let every place of a map attend to all places, and then to the words of a caption.

    Parameters
    ----------
    channels : int
        Features F, a multiple of 4.
    context_dim : int
        Width D of a word; 0 for no words.

    Examples
    --------
    >>> ImageAttention(8, context_dim=5)(torch.zeros(2, 8, 3, 3), torch.zeros(2, 7, 5)).shape
    torch.Size([2, 8, 3, 3])
    """

    def __init__(self, channels: int, *, context_dim: int = 0) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(4, channels)
        self.places = nn.MultiheadAttention(channels, 4, batch_first=True)
        self.words = None
        if context_dim:
            self.words = nn.MultiheadAttention(
                channels, 4, kdim=context_dim, vdim=context_dim, batch_first=True
            )

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """Add what the other places and the words say.

        Parameters
        ----------
        x : Tensor of shape (B, F, H, W)
            Features.
        context : Tensor of shape (B, N, D), optional
            Words.

        Returns
        -------
        Tensor of shape (B, F, H, W)
            Features.
        """
        _, _, H, W = x.shape
        h = self.norm(x).flatten(2).transpose(1, 2)  # (B, HW, F)
        out = self.places(h, h, h, need_weights=False)[0]
        if self.words is not None:
            out = out + self.words(h + out, context, context, need_weights=False)[0]
        return x + out.transpose(1, 2).unflatten(2, (H, W))


class SmallUNet(nn.Module):
    """Predict the noise in a picture from the picture, the time and, if wanted, a class or a caption.

    Parameters
    ----------
    channels : int
        Channels C of the data.
    width : int
        Features F at full size, a multiple of 4; twice as many at half size.
    classes : int
        How many classes there are, "none" included; 0 for no classes.
    context_dim : int
        Width of a caption's words, which the attention reads; 0 for no captions.
    skips : bool
        Whether the way up sees the features of the way down.

    Raises
    ------
    ValueError
        If ``width`` is no multiple of 4, or a picture has an odd side.

    Examples
    --------
    >>> network = SmallUNet(1, width=8, classes=11)
    >>> network(torch.zeros(2, 1, 8, 8), torch.tensor([3, 70]), torch.tensor([4, 10])).shape
    torch.Size([2, 1, 8, 8])
    """

    def __init__(
        self, channels: int, *, width: int = 16, classes: int = 0, context_dim: int = 0, skips: bool = True
    ) -> None:
        super().__init__()
        check_integer("width", width, low=4)
        if width % 4:
            raise ValueError(f"width must be a multiple of 4, got {width}")
        E = 4 * width
        self.channels, self.skips, self.captioned = channels, skips, context_dim > 0
        self.time = TimeEmbedding(E)
        self.label = nn.Embedding(classes, E) if classes else None
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.down = ResidualBlock(width, width, embedding=E)
        self.halve = nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)
        self.middle1 = ResidualBlock(2 * width, 2 * width, embedding=E)
        self.attention = ImageAttention(2 * width, context_dim=context_dim)
        self.middle2 = ResidualBlock(2 * width, 2 * width, embedding=E)
        self.enlarge = nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1)
        self.up = ResidualBlock(2 * width if skips else width, width, embedding=E)
        self.norm = nn.GroupNorm(4, width)
        self.last = nn.Conv2d(width, channels, 3, padding=1)

    def forward(self, x: Tensor, t: int | Tensor, condition: Tensor | None = None) -> Tensor:
        """Predict the noise.

        Parameters
        ----------
        x : Tensor of shape (B, C, H, W)
            Noised pictures.
        t : int or Tensor of shape (B,)
            Times.
        condition : Tensor of shape (B,) or (B, N, D), optional
            Classes, int64, or the words of captions.

        Returns
        -------
        Tensor of shape (B, C, H, W)
            The noise.
        """
        check_shape("x", x, ("B", self.channels, "H", "W"))
        if x.shape[2] % 2 or x.shape[3] % 2:
            raise ValueError(f"x must have an even height and width, got {tuple(x.shape)}")
        times = t if isinstance(t, Tensor) else torch.full((len(x),), t, device=x.device)
        e = self.time(times.expand(len(x)))
        if self.label is not None:
            e = e + self.label(condition)
        fine = self.down(self.first(x), e)  # (B, F, H, W)
        h = self.middle1(self.halve(fine), e)  # (B, 2F, H/2, W/2)
        h = self.middle2(self.attention(h, condition if self.captioned else None), e)
        h = self.enlarge(h)
        h = self.up(torch.cat((h, fine), dim=1) if self.skips else h, e)
        return self.last(F.silu(self.norm(h)))
