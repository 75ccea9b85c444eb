"""What the chapter on regularization builds: dropout and noise."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/regularization-dropout")


def _seeded(function, **fixed):
    """Fix what is drawn, so that a call repeats itself."""

    def call(*inputs):
        import torch

        return function(*inputs, generator=torch.Generator().manual_seed(0), **fixed)

    return call


def _labelled(generator):
    """Draw logits and classes."""
    import torch

    return torch.randn((5, 4), generator=generator), torch.randint(4, (5,), generator=generator)


def _many(network):
    return network(3, (4, 6, 2))


def _stack(network):
    from torch import nn

    return network([nn.Linear(3, 3) for _ in range(4)])


ENTRIES = (
    _entry(
        name="dropout",
        title="Dropout",
        symbol="dlbook_lib.regularize.dropout.dropout",
        anchor="dropout",
        tiny=lambda dropout: _seeded(dropout, p=0.4),
        inputs=normal((3, 8)),
        output_shape=(3, 8),
        batched=0,
        paper="srivastava2014dropout",
        properties=("linear",),
    ),
    _entry(
        name="dropout-layer",
        title="Dropout as a layer",
        symbol="dlbook_lib.regularize.dropout.Dropout",
        anchor="dropout",
        paper="srivastava2014dropout",
    ),
    _entry(
        name="dropconnect",
        title="DropConnect",
        symbol="dlbook_lib.regularize.dropout.DropConnectLinear",
        anchor="dropconnect",
        tiny=lambda layer: layer(4, 3),
        inputs=normal((2, 4)),
        output_shape=(2, 3),
        paper="wan2013regularization",
    ),
    _entry(
        name="mc-dropout",
        title="Monte-Carlo dropout",
        symbol="dlbook_lib.regularize.dropout.mc_dropout",
        anchor="mc-dropout",
        paper="gal2016dropout",
    ),
    _entry(
        name="side-by-side",
        title="Several networks in one array",
        symbol="dlbook_lib.regularize.side_by_side.SideBySide",
        anchor="dropout-experiment",
        tiny=_many,
        inputs=normal((2, 3, 4)),
        output_shape=(2, 3, 2),
    ),
    _entry(
        name="spatial-dropout",
        title="Spatial dropout",
        symbol="dlbook_lib.regularize.dropout.spatial_dropout",
        anchor="spatial-dropout",
        tiny=lambda dropout: _seeded(dropout, p=0.4),
        inputs=normal((2, 6, 3, 3)),
        output_shape=(2, 6, 3, 3),
        batched=0,
        paper="tompson2015efficient",
        properties=("linear",),
    ),
    _entry(
        name="dropblock",
        title="DropBlock",
        symbol="dlbook_lib.regularize.dropblock.dropblock",
        anchor="dropblock",
        tiny=lambda dropblock: _seeded(dropblock, p=0.3, block_size=2),
        inputs=normal((2, 3, 6, 6)),
        output_shape=(2, 3, 6, 6),
        batched=0,
        paper="ghiasi2018dropblock",
        properties=("linear",),
    ),
    _entry(
        name="stochastic-depth",
        title="Stochastic depth",
        symbol="dlbook_lib.regularize.stochastic_depth.StochasticDepth",
        anchor="stochastic-depth",
        tiny=_stack,
        inputs=normal((2, 3)),
        output_shape=(2, 3),
        paper="huang2016deep",
    ),
    _entry(
        name="input-noise",
        title="Gaussian noise on the inputs",
        symbol="dlbook_lib.regularize.noise.add_noise",
        anchor="input-noise",
        tiny=lambda add_noise: _seeded(add_noise, std=0.1),
        inputs=normal((3, 5)),
        output_shape=(3, 5),
        batched=0,
        paper="bishop1995training",
    ),
    _entry(
        name="noise-variance",
        title="Variance that input noise gives to outputs",
        symbol="dlbook_lib.regularize.noise.noise_variance",
        anchor="input-noise",
        inputs=normal((3, 5), (5,)),
        output_shape=(3,),
        batched=0,
        paper="bishop1995training",
    ),
    _entry(
        name="weight-noise",
        title="Noise on the weights",
        symbol="dlbook_lib.regularize.noise.noisy_weights",
        anchor="weight-noise",
    ),
    _entry(
        name="sharpness",
        title="Sharpness of a minimum",
        symbol="dlbook_lib.regularize.noise.sharpness",
        anchor="weight-noise",
    ),
    _entry(
        name="label-smoothing",
        title="Label smoothing",
        symbol="dlbook_lib.regularize.labels.smooth_labels",
        anchor="label-smoothing",
        paper="szegedy2016rethinking",
    ),
    _entry(
        name="expected-relabelling",
        title="Expected loss under uniform relabelling",
        symbol="dlbook_lib.regularize.labels.relabelled_loss",
        anchor="label-smoothing",
        tiny=lambda loss: partial(loss, alpha=0.1),
        inputs=_labelled,
        batched=0,
    ),
    _entry(
        name="calibration-error",
        title="Expected calibration error",
        symbol="dlbook_lib.regularize.labels.calibration_error",
        anchor="label-smoothing",
        paper="guo2017calibration",
    ),
)
