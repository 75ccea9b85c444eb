r"""Latent diffusion: squeeze a picture into a small code first, and diffuse there.

After Rombach, Blattmann, Lorenz, Esser and Ommer, "High-Resolution Image Synthesis with Latent Diffusion
Models" (2022).

Differs from the paper: the autoencoder is trained on squared errors alone, without adversary and perceptual
loss, and halves twice, where the paper compares none to five halvings.

Shape letters: B batch, C channels of the data, H W height and width (multiples of 4), Z channels of a code.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.seed import generator

__all__ = ["SmallAutoencoder", "compression", "standardise", "train_autoencoder"]


class SmallAutoencoder(nn.Module):
    """Encode pictures into maps of a quarter of their height and width, and decode them again.

    Parameters
    ----------
    channels : int
        Channels C of a picture.
    code_channels : int
        Channels Z of a code.
    width : int
        Features inside.

    Examples
    --------
    >>> network = SmallAutoencoder(1, code_channels=4)
    >>> code = network.encode(torch.zeros(2, 1, 16, 16))
    >>> code.shape, network.decode(code).shape
    (torch.Size([2, 4, 4, 4]), torch.Size([2, 1, 16, 16]))
    """

    def __init__(self, channels: int, *, code_channels: int = 4, width: int = 16) -> None:
        super().__init__()
        check_integer("code_channels", code_channels, low=1)
        self.channels = channels
        self.encoder = nn.Sequential(
            nn.Conv2d(channels, width, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(2 * width, code_channels, 1),
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(code_channels, 2 * width, 3, padding=1),
            nn.SiLU(),
            nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1),
            nn.SiLU(),
            nn.ConvTranspose2d(width, channels, 4, stride=2, padding=1),
        )

    def encode(self, x: Tensor) -> Tensor:
        """Squeeze pictures into codes.

        Parameters
        ----------
        x : Tensor of shape (B, C, H, W)
            Pictures.

        Returns
        -------
        Tensor of shape (B, Z, H/4, W/4)
            Their codes.
        """
        check_shape("x", x, ("B", self.channels, "H", "W"))
        return self.encoder(x)

    def decode(self, code: Tensor) -> Tensor:
        """Unfold codes into pictures.

        Parameters
        ----------
        code : Tensor of shape (B, Z, H/4, W/4)
            Codes.

        Returns
        -------
        Tensor of shape (B, C, H, W)
            Pictures.
        """
        return self.decoder(code)

    def forward(self, x: Tensor) -> Tensor:
        """Encode and decode.

        Parameters
        ----------
        x : Tensor of shape (B, C, H, W)
            Pictures.

        Returns
        -------
        Tensor of shape (B, C, H, W)
            What comes back.
        """
        return self.decode(self.encode(x))


def train_autoencoder(
    network: nn.Module, x: Tensor, *, steps: int, batch_size: int = 64, lr: float = 5e-3, seed: int = 0
) -> list[float]:
    """Train an autoencoder on squared errors, in place.

    Parameters
    ----------
    network : nn.Module
        From pictures to pictures.
    x : Tensor of shape (N, C, H, W)
        Pictures.
    steps : int
        Number of batches.
    batch_size : int
        Pictures in a batch.
    lr : float
        Learning rate at first; it falls to 0 along half a cosine.
    seed : int
        Of the batches.

    Returns
    -------
    list of float
        The loss of every batch.

    Examples
    --------
    >>> len(train_autoencoder(SmallAutoencoder(1, width=4), torch.zeros(8, 1, 8, 8), steps=2))
    2
    """
    check_integer("steps", steps, low=1)
    check_number("lr", lr, low=0)
    optimizer = torch.optim.Adam(network.parameters(), lr=lr, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    draws, losses = generator(seed), []
    for _ in range(steps):
        batch = x[torch.randint(len(x), (batch_size,), generator=draws)]
        loss = F.mse_loss(network(batch), batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def standardise(codes: Tensor) -> tuple[Tensor, float, float]:
    """Scale codes to mean 0 and variance 1, for which the noise schedules are made.

    Parameters
    ----------
    codes : Tensor of shape (N, ...)
        Codes of the training data.

    Returns
    -------
    scaled : Tensor of shape (N, ...)
        The codes with the mean taken away and divided by the deviation.
    mean, deviation : float
        What undoes it.

    Examples
    --------
    >>> standardise(torch.tensor([1.0, 3.0]))
    (tensor([-1.,  1.]), 2.0, 1.0)
    """
    mean, deviation = codes.mean().item(), codes.std(unbiased=False).item()
    return (codes - mean) / deviation, mean, deviation


def compression(picture: tuple[int, ...], code: tuple[int, ...]) -> float:
    """Count how many numbers of a picture one number of its code stands for.

    Parameters
    ----------
    picture, code : tuple of int
        Their shapes.

    Returns
    -------
    float
        The ratio.

    Examples
    --------
    >>> compression((3, 512, 512), (4, 64, 64))
    48.0
    """
    return math.prod(picture) / math.prod(code)
