r"""The other two corners of the triangle: a variational autoencoder and an adversarial pair, both tiny.

After Kingma and Welling, "Auto-Encoding Variational Bayes" (2014), and Goodfellow et al., "Generative
Adversarial Nets" (2014, with the generator's loss that does not saturate). They serve comparisons with
diffusion, on points in the plane.

Differs from the papers: dense networks of two hidden layers, nothing else; the chapters on autoencoders and
on adversarial networks build them with care.

Shape letters: B batch, D dimensions, Z latent dimensions.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number
from dlbook_lib.seed import generator

__all__ = ["SmallVAE", "dense", "train_adversaries", "train_vae"]


def dense(inputs: int, outputs: int, *, width: int = 64) -> nn.Sequential:
    """Stack two hidden layers.

    Parameters
    ----------
    inputs, outputs : int
        Sizes at the ends.
    width : int
        Of the hidden layers.

    Returns
    -------
    nn.Sequential
        The network.

    Examples
    --------
    >>> dense(2, 3)(torch.zeros(4, 2)).shape
    torch.Size([4, 3])
    """
    check_integer("width", width, low=1)
    return nn.Sequential(
        nn.Linear(inputs, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, outputs)
    )


class SmallVAE(nn.Module):
    """Encode vectors as Gaussians in a small space, and decode points of that space in one shot.

    Parameters
    ----------
    dim : int
        Length D of a vector.
    latent : int
        Length Z of a code.
    width : int
        Of the hidden layers.

    Examples
    --------
    >>> mean, log_variance, decoded = SmallVAE(2)(torch.zeros(4, 2))
    >>> mean.shape, log_variance.shape, decoded.shape
    (torch.Size([4, 2]), torch.Size([4, 2]), torch.Size([4, 2]))
    """

    def __init__(self, dim: int, *, latent: int = 2, width: int = 64) -> None:
        super().__init__()
        self.latent = latent
        self.encoder, self.decoder = dense(dim, 2 * latent, width=width), dense(latent, dim, width=width)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode, and decode the mean.

        Parameters
        ----------
        x : Tensor of shape (B, D)
            Data.

        Returns
        -------
        tuple of three Tensors
            Mean and log variance of the codes, (B, Z), and the decoded means, (B, D).
        """
        mean, log_variance = self.encoder(x).chunk(2, dim=1)
        return mean, log_variance, self.decoder(mean)

    def sample(self, z: Tensor) -> Tensor:
        """Decode standard normal codes, in one shot.

        Parameters
        ----------
        z : Tensor of shape (B, Z)
            Codes.

        Returns
        -------
        Tensor of shape (B, D)
            Samples: the means of the decoder's Gaussians.
        """
        return self.decoder(z)


def train_vae(
    network: SmallVAE, x: Tensor, *, steps: int, noise: float = 0.2, batch_size: int = 256, seed: int = 0
) -> list[float]:
    r"""Maximise the evidence bound, with a decoder of fixed deviation.

    Parameters
    ----------
    network : SmallVAE
        Trained in place.
    x : Tensor of shape (N, D)
        Data.
    steps : int
        Number of batches.
    noise : float
        Standard deviation of the decoder's Gaussian.
    batch_size : int
        Examples in a batch.
    seed : int
        Of batches and draws.

    Returns
    -------
    list of float
        The loss of every batch, constants left out.

    Examples
    --------
    >>> len(train_vae(SmallVAE(2), torch.zeros(8, 2), steps=2))
    2
    """
    check_number("noise", noise, low=1e-6)
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3, fused=True)
    draws, losses = generator(seed), []
    for _ in range(steps):
        batch = x[torch.randint(len(x), (batch_size,), generator=draws)]
        mean, log_variance = network.encoder(batch).chunk(2, dim=1)
        z = mean + (log_variance / 2).exp() * torch.randn(mean.shape, generator=draws)
        away = (network.decoder(z) - batch).square().sum(1) / (2 * noise**2)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)
        loss = (away + kl).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def train_adversaries(
    maker: nn.Module,
    judge: nn.Module,
    x: Tensor,
    *,
    steps: int,
    latent: int,
    batch_size: int = 256,
    seed: int = 0,
) -> list[float]:
    """Let a generator and a critic learn against each other.

    Parameters
    ----------
    maker : nn.Module
        From standard normal codes (B, Z) to samples (B, D).
    judge : nn.Module
        From vectors (B, D) to a logit (B, 1), high for real ones.
    x : Tensor of shape (N, D)
        Data.
    steps : int
        Number of pairs of steps, the critic's first.
    latent : int
        Length Z of a code.
    batch_size : int
        Examples in a batch.
    seed : int
        Of batches and codes.

    Returns
    -------
    list of float
        The critic's loss; 2 log 2 where it can tell nothing.

    Examples
    --------
    >>> len(train_adversaries(dense(2, 2), dense(2, 1), torch.zeros(8, 2), steps=2, latent=2))
    2
    """
    check_integer("latent", latent, low=1)
    rates = dict(lr=1e-3, betas=(0.5, 0.9), fused=True)
    makers, judges = (torch.optim.Adam(network.parameters(), **rates) for network in (maker, judge))
    draws, losses = generator(seed), []
    for _ in range(steps):
        real = x[torch.randint(len(x), (batch_size,), generator=draws)]
        fake = maker(torch.randn(batch_size, latent, generator=draws))
        loss = F.softplus(-judge(real)).mean() + F.softplus(judge(fake.detach())).mean()
        judges.zero_grad()
        loss.backward()
        judges.step()
        makers.zero_grad()
        F.softplus(-judge(fake)).mean().backward()
        makers.step()
        losses.append(loss.item())
    return losses
