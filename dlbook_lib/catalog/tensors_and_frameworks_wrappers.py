"""What the notebook on writing one's own loss, metric, layer and loop builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/tensors-and-frameworks-wrappers")


def _random_scale(kind):
    """Start from a random scale: two fresh layers would be equal."""
    import torch  # only here: reading the catalogue needs no torch

    layer = kind(5)
    torch.nn.init.normal_(layer.alpha)
    return layer


ENTRIES = (
    _entry(
        name="huber",
        title="Huber loss of one residual",
        symbol="dlbook_lib.framework.huber.huber",
        anchor="huber",
        tiny=lambda huber: partial(huber, delta=0.5),
        inputs=normal((3, 4)),
        output_shape=(3, 4),
        paper="huber1964robust",
    ),
    _entry(
        name="huber-loss",
        title="Huber loss as a module with a configuration",
        symbol="dlbook_lib.framework.losses.HuberLoss",
        anchor="custom-loss",
        tiny=lambda loss: loss(delta=0.5, reduction="row").forward,
        inputs=normal((3, 4), (3, 4)),
        output_shape=(3,),
        batched=2,
        paper="huber1964robust",
    ),
    _entry(
        name="l1-regularizer",
        title="Custom l1 regularizer",
        symbol="dlbook_lib.framework.regularizers.L1Regularizer",
        anchor="custom-regularizer",
        tiny=lambda regularizer: regularizer(0.1),
        inputs=normal((3, 4)),
        output_shape=(),
        batched=0,
    ),
    _entry(
        name="streaming-mean",
        title="Metric that is kept up over batches",
        symbol="dlbook_lib.framework.metrics.StreamingMean",
        anchor="streaming-metric",
    ),
    _entry(
        name="custom-dense",
        title="Dense layer built by its first input",
        symbol="dlbook_lib.framework.dense.Dense",
        paper="glorot2010understanding",
        anchor="custom-dense",
        tiny=lambda dense: dense(3, activation="tanh").build(4),
        inputs=normal((2, 4)),
        output_shape=(2, 3),
    ),
    _entry(
        name="row-norm",
        title="Layer normalization by hand, ε in two places",
        symbol="dlbook_lib.framework.layer_norm.RowNorm",
        paper="ba2016layer",
        anchor="layernorm-exercise",
        inputs=normal((3, 5)),
        tiny=_random_scale,
        output_shape=(3, 5),
    ),
    _entry(
        name="fit",
        title="Training loop",
        symbol="dlbook_lib.train.loop.fit",
        anchor="fit-loop",
    ),
    _entry(
        name="save-and-load",
        title="Saving and loading with a registry of classes",
        symbol="dlbook_lib.framework.saving.Registry",
        anchor="saving",
    ),
)
