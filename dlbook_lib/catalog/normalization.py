"""What the chapter on normalization builds: starting weights, and batch normalization."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/normalization")


def _stirred(layer):
    """Draw the parameters, which would all start at 1 or 0."""
    from torch import nn  # only here: reading the catalogue needs no torch

    for parameter in layer.parameters():
        nn.init.normal_(parameter)
    return layer


def _after_a_layer(shift):
    """Put a layer with parameters in front of one that has none."""
    from torch import nn

    return nn.Sequential(nn.Linear(4, 3), shift(3))


ENTRIES = (
    _entry(
        name="signals-through-depth",
        title="Signals at every depth of an untrained network",
        symbol="dlbook_lib.layers.signals.layer_signals",
        anchor="glorot-init",
        inputs=normal((2, 4), (3, 4, 4)),
        output_shape=((2, 4), (2, 4), (2, 4), (2, 4)),
        paper="glorot2010understanding",
    ),
    _entry(
        name="glorot-initialization",
        title="Glorot initialization",
        symbol="dlbook_lib.layers.init.glorot_",
        anchor="glorot-init",
        paper="glorot2010understanding",
    ),
    _entry(
        name="he-initialization",
        title="He initialization",
        symbol="dlbook_lib.layers.init.he_",
        anchor="he-init",
        paper="he2015delving",
    ),
    _entry(
        name="gain",
        title="Gain of an activation",
        symbol="dlbook_lib.layers.init.gain",
        anchor="he-init",
        paper="he2015delving",
    ),
    _entry(
        name="batch-norm-loops",
        title="Batch normalization in plain loops",
        symbol="dlbook_lib.layers.norm_batch.batch_norm_loops",
        anchor="batchnorm",
        inputs=normal((4, 3, 2), (3,), (3,)),
        output_shape=(4, 3, 2),
        batched=0,
        paper="ioffe2015batch",
    ),
    _entry(
        name="batch-norm",
        title="Batch normalization by the moments of the batch",
        symbol="dlbook_lib.layers.norm_batch.batch_norm",
        anchor="batchnorm",
        inputs=normal((4, 3, 2, 2), (3,), (3,)),
        output_shape=(4, 3, 2, 2),
        batched=0,
        paper="ioffe2015batch",
    ),
    _entry(
        name="batch-norm-layer",
        title="Batch normalization with running statistics",
        symbol="dlbook_lib.layers.norm_batch.BatchNorm",
        anchor="batchnorm-eval",
        tiny=lambda BatchNorm: _stirred(BatchNorm(3)),
        inputs=normal((4, 3, 2, 2)),
        output_shape=(4, 3, 2, 2),
        paper="ioffe2015batch",
    ),
    _entry(
        name="injected-shift",
        title="Shift injected after a normalization",
        symbol="dlbook_lib.layers.norm_shift.InjectedShift",
        anchor="covariate-shift",
        tiny=_after_a_layer,
        inputs=normal((2, 4)),
        output_shape=(2, 3),
        paper="santurkar2018does",
    ),
)
