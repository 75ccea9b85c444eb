"""What the notebook on diffusion builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog._diffusion_draws import bars, positive, timed, times
from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="generative/diffusion")
_IN = "dlbook_lib.generative."

ENTRIES = (
    _entry(
        name="diffusion-step",
        title="One step into the noise",
        symbol=_IN + "forward.noising_step",
        anchor="forward-diffusion",
        tiny=lambda noising_step: partial(noising_step, beta=0.3),
        inputs=normal((4, 3), (4, 3)),
        output_shape=(4, 3),
        batched=2,
        paper="ho2020denoising",
    ),
    _entry(
        name="diffusion-walk",
        title="Many steps into the noise",
        symbol=_IN + "forward.walk",
        anchor="forward-diffusion",
        paper="ho2020denoising",
    ),
    _entry(
        name="diffusion-jump",
        title="Jump to any time of a diffusion",
        symbol=_IN + "forward.jump",
        anchor="closed-form-noising",
        tiny=lambda jump: partial(jump, bars=bars()),
        inputs=timed((4, 3), (4, 3)),
        output_shape=(4, 3),
        batched=3,
        paper="ho2020denoising",
    ),
    _entry(
        name="linear-schedule",
        title="Linear noise schedule",
        symbol=_IN + "schedules.linear_schedule",
        anchor="noise-schedule",
        paper="ho2020denoising",
    ),
    _entry(
        name="cosine-schedule",
        title="Cosine noise schedule",
        symbol=_IN + "schedules.cosine_schedule",
        anchor="noise-schedule",
        paper="nichol2021improved",
    ),
    _entry(
        name="diffusion-posterior",
        title="The step back when the clean example is known",
        symbol=_IN + "reverse.posterior",
        anchor="reverse-diffusion",
        tiny=lambda posterior: lambda x0, x, t: posterior(x0, x, t + 1, bars(11))[0],
        inputs=timed((4, 3), (4, 3)),
        output_shape=(4, 3),
        batched=3,
        paper="ho2020denoising",
    ),
    _entry(
        name="diffusion-reverse-mean",
        title="Mean of the step back, through the noise",
        symbol=_IN + "reverse.reverse_mean",
        anchor="reverse-diffusion",
        tiny=lambda reverse_mean: partial(reverse_mean, bars=bars()),
        inputs=timed((4, 3), (4, 3)),
        output_shape=(4, 3),
        batched=3,
        paper="ho2020denoising",
    ),
    _entry(
        name="exact-denoiser",
        title="Exact noise prediction for mixtures of Gaussians",
        symbol=_IN + "exact.exact_noise",
        anchor="reverse-diffusion",
    ),
    _entry(
        name="gaussian-kl",
        title="Divergence of two Gaussians",
        symbol="dlbook_lib.learning.density.gaussian_kl",
        anchor="diffusion-elbo",
        inputs=positive,
        output_shape=(4, 3),
        batched=4,
    ),
    _entry(
        name="diffusion-bound",
        title="Variational bound of a diffusion, term by term",
        symbol=_IN + "elbo.bound_terms",
        anchor="diffusion-elbo",
        paper="ho2020denoising",
    ),
    _entry(
        name="gaussian-diffusion-bound",
        title="Variational bound of a diffusion of Gaussian data, exactly",
        symbol=_IN + "elbo.gaussian_bound",
        anchor="diffusion-elbo",
        paper="ho2020denoising",
    ),
    _entry(
        name="hierarchical-bound",
        title="Evidence bound of a hierarchical autoencoder",
        symbol=_IN + "elbo.hierarchical_bound",
        anchor="diffusion-as-hvae",
        paper="kingma2021variational",
    ),
    _entry(
        name="ddpm-loss",
        title="Noise-prediction loss",
        symbol=_IN + "ddpm.noise_loss",
        anchor="ddpm",
        paper="ho2020denoising",
    ),
    _entry(
        name="ddpm-sampler",
        title="Ancestral sampling",
        symbol=_IN + "ddpm.ancestral_sample",
        anchor="ddpm",
        paper="ho2020denoising",
    ),
    _entry(
        name="mlp-denoiser",
        title="Small dense denoiser",
        symbol=_IN + "denoiser.MLPDenoiser",
        anchor="ddpm",
        tiny=lambda network: network(3, width=8, classes=4),
        inputs=timed((4, 3), classes=4),
        output_shape=(4, 3),
        batched=3,
        paper="ho2020denoising",
    ),
    _entry(
        name="little-book-drift",
        title="The additive form of a step back",
        symbol=_IN + "reverse.drift_of_noise",
        anchor="ddpm",
        tiny=lambda drift_of_noise: partial(drift_of_noise, bars=bars()),
        inputs=timed((4, 3), (4, 3)),
        output_shape=(4, 3),
        batched=3,
        paper="fleuret2023little",
    ),
    _entry(
        name="time-features",
        title="Time as sines and cosines",
        symbol=_IN + "denoiser.fourier_features",
        anchor="time-embedding",
        tiny=lambda fourier_features: partial(fourier_features, dim=8),
        inputs=times,
        output_shape=(4, 8),
        paper="vaswani2017attention",
    ),
    _entry(
        name="time-embedding",
        title="Time embedding",
        symbol=_IN + "denoiser.TimeEmbedding",
        anchor="time-embedding",
        tiny=lambda layer: layer(6),
        inputs=times,
        output_shape=(4, 6),
        paper="ho2020denoising",
    ),
)
