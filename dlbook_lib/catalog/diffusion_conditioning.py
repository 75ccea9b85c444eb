"""What the notebook on pictures on request builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog._diffusion_draws import captioned, timed, tokens
from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="generative/diffusion-conditioning")
_IN = "dlbook_lib.generative."

ENTRIES = (
    _entry(
        name="diffusion-unet",
        title="Small U-Net with attention",
        symbol=_IN + "unet.SmallUNet",
        anchor="diffusion-unet",
        tiny=lambda network: network(1, width=4, classes=3),
        inputs=timed((2, 1, 4, 4), classes=3),
        output_shape=(2, 1, 4, 4),
        batched=3,
        paper="ronneberger2015unet",
    ),
    _entry(
        name="diffusion-block",
        title="Residual block that hears the time",
        symbol=_IN + "unet.ResidualBlock",
        anchor="diffusion-unet",
        tiny=lambda block: block(4, 8, embedding=6),
        inputs=normal((2, 4, 4, 4), (2, 6)),
        output_shape=(2, 8, 4, 4),
        batched=2,
        paper="ho2020denoising",
    ),
    _entry(
        name="image-attention",
        title="Attention over places and words",
        symbol=_IN + "unet.ImageAttention",
        anchor="diffusion-unet",
        tiny=lambda layer: layer(8, context_dim=5),
        inputs=normal((2, 8, 3, 3), (2, 4, 5)),
        output_shape=(2, 8, 3, 3),
        batched=2,
        paper="rombach2022high",
    ),
    _entry(
        name="captioned-denoiser",
        title="Denoiser steered by captions",
        symbol=_IN + "captions.CaptionedDenoiser",
        anchor="text-conditioning",
        tiny=captioned,
        inputs=timed((2, 3), words=(6, 9)),
        output_shape=(2, 3),
        batched=3,
    ),
    _entry(
        name="bag-of-words",
        title="Captions as bags of words",
        symbol=_IN + "captions.BagOfWords",
        anchor="text-conditioning",
        tiny=lambda encoder: encoder(9, dim=4),
        inputs=tokens(6, 9),
        output_shape=(2, 4),
        paper="mikolov2013efficient",
    ),
    _entry(
        name="placed-words",
        title="Captions by word and place",
        symbol=_IN + "captions.PlacedWords",
        anchor="text-conditioning",
        tiny=lambda encoder: encoder(9, length=6, dim=4),
        inputs=tokens(6, 9),
        output_shape=(2, 4),
    ),
    _entry(
        name="recurrent-words",
        title="Captions read in order",
        symbol=_IN + "captions.RecurrentWords",
        anchor="text-conditioning",
        tiny=lambda encoder: encoder(9, dim=4),
        inputs=tokens(6, 9),
        output_shape=(2, 4),
        paper="cho2014learning",
    ),
    _entry(
        name="latent-autoencoder",
        title="Autoencoder of latent diffusion",
        symbol=_IN + "latent.SmallAutoencoder",
        anchor="latent-diffusion",
        tiny=lambda network: network(1, code_channels=2, width=4),
        inputs=normal((2, 1, 8, 8)),
        output_shape=(2, 1, 8, 8),
        paper="rombach2022high",
    ),
)
