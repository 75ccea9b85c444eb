"""What the notebook on the samplers of diffusion, and its relatives, builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog._diffusion_draws import bars, chances, posterior_of_symbols, timed, tokens
from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="generative/diffusion-samplers")
_IN = "dlbook_lib.generative."

ENTRIES = (
    _entry(
        name="score-of-noise",
        title="Score from predicted noise",
        symbol=_IN + "score.score_of_noise",
        anchor="score-matching",
        tiny=lambda score_of_noise: partial(score_of_noise, bars=bars()),
        inputs=timed((4, 3)),
        output_shape=(4, 3),
        batched=2,
        paper="song2021scorebased",
    ),
    _entry(
        name="tweedie",
        title="Tweedie's formula",
        symbol=_IN + "score.tweedie",
        anchor="score-matching",
        tiny=lambda tweedie: partial(tweedie, sigma=0.5),
        inputs=normal((4, 3), (4, 3)),
        output_shape=(4, 3),
        batched=2,
        paper="efron2011tweedie",
    ),
    _entry(
        name="denoising-score-loss",
        title="Denoising score matching",
        symbol=_IN + "score.denoising_score_loss",
        anchor="score-matching",
        paper="vincent2011connection",
    ),
    _entry(
        name="diffusion-sde",
        title="Diffusion as a stochastic differential equation",
        symbol=_IN + "sde.euler_maruyama",
        anchor="sde",
        paper="song2021scorebased",
    ),
    _entry(
        name="reverse-sde",
        title="The way back, with noise or as a flow",
        symbol=_IN + "sde.solve_backwards",
        anchor="sde",
        paper="song2021scorebased",
    ),
    _entry(
        name="ddim-step",
        title="One large step back without fresh noise",
        symbol=_IN + "ddim.ddim_step",
        anchor="ddim",
        tiny=lambda ddim_step: partial(ddim_step, bar=bars()[8].float(), earlier=bars()[4].float()),
        inputs=normal((4, 3), (4, 3)),
        output_shape=(4, 3),
        batched=2,
        paper="song2021denoising",
        properties=("linear",),
    ),
    _entry(
        name="ddim",
        title="DDIM sampler",
        symbol=_IN + "ddim.ddim_sample",
        anchor="ddim",
        paper="song2021denoising",
    ),
    _entry(
        name="guidance",
        title="Classifier-free guidance",
        symbol=_IN + "guidance.guide",
        anchor="guidance",
        tiny=lambda guide: partial(guide, weight=3.0),
        inputs=normal((4, 3), (4, 3)),
        output_shape=(4, 3),
        batched=2,
        paper="ho2022classifier",
    ),
    _entry(
        name="flow-matching",
        title="Flow-matching loss",
        symbol=_IN + "flow_matching.flow_loss",
        anchor="flow-matching",
        paper="lipman2023flow",
    ),
    _entry(
        name="flow-sampler",
        title="Sampling by following a flow",
        symbol=_IN + "flow_matching.flow_sample",
        anchor="flow-matching",
        paper="liu2023flow",
    ),
    _entry(
        name="discrete-transitions",
        title="Transition matrices of a discrete diffusion",
        symbol=_IN + "discrete.cumulative",
        anchor="discrete-diffusion",
        inputs=normal((3, 4, 4)),
        output_shape=(4, 4, 4),
        batched=0,
        paper="austin2021structured",
    ),
    _entry(
        name="discrete-posterior",
        title="The step back of a discrete diffusion",
        symbol=_IN + "discrete.discrete_posterior",
        anchor="discrete-diffusion",
        tiny=posterior_of_symbols,
        inputs=chances,
        output_shape=(4, 3),
        batched=2,
        paper="austin2021structured",
    ),
    _entry(
        name="mask-predictor",
        title="Network of a masked diffusion",
        symbol=_IN + "masked.MaskPredictor",
        anchor="discrete-diffusion",
        tiny=lambda network: network(5, length=4, dim=8, heads=2),
        inputs=tokens(4, 6),
        output_shape=(2, 4, 5),
        paper="sahoo2024simple",
    ),
    _entry(
        name="masked-bound",
        title="Bound of a masked diffusion",
        symbol=_IN + "masked.masked_bound",
        anchor="discrete-diffusion",
        paper="sahoo2024simple",
    ),
    _entry(
        name="small-vae",
        title="Tiny variational autoencoder, for comparison",
        symbol=_IN + "rivals.SmallVAE",
        anchor="trilemma",
        tiny=lambda network: network(2, width=8),
        inputs=normal((4, 2)),
        output_shape=((4, 2), (4, 2), (4, 2)),
        paper="kingma2014auto",
    ),
    _entry(
        name="frechet-distance",
        title="Fréchet distance of two sets of features",
        symbol=_IN + "distances.frechet_distance",
        anchor="trilemma",
        paper="heusel2017gans",
    ),
)
