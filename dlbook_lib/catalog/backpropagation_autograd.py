"""What the notebook on automatic differentiation builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/backpropagation-autograd")


def _two_segments(checkpointed):
    """Build a chain of four layers with parameters, cut in two."""
    from torch import nn

    class Chain(nn.Sequential):
        def forward(self, x):
            return checkpointed(list(self), x, 2)

    return Chain(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 4), nn.Tanh())


ENTRIES = (
    _entry(
        name="scalar-tape",
        title="Reverse mode on a tape of numbers",
        symbol="dlbook_lib.autodiff.scalar.Value",
        anchor="autograd-tape",
        paper="linnainmaa1976taylor",
    ),
    _entry(
        name="array-tape",
        title="Reverse mode on a tape of arrays",
        symbol="dlbook_lib.autodiff.tape.Array",
        anchor="autograd-tape",
    ),
    _entry(
        name="taped-cross-entropy",
        title="Softmax and cross-entropy on the tape",
        symbol="dlbook_lib.autodiff.operations.softmax_cross_entropy",
        anchor="autograd-tape",
    ),
    _entry(
        name="checkpointing",
        title="Gradient checkpointing",
        symbol="dlbook_lib.autodiff.checkpointing.checkpointed",
        anchor="checkpointing",
        tiny=_two_segments,
        inputs=normal((3, 6)),
        output_shape=(3, 4),
        paper="chen2016training",
    ),
    _entry(
        name="activation-memory",
        title="Bytes that autograd keeps",
        symbol="dlbook_lib.autodiff.checkpointing.ActivationMemory",
        anchor="checkpointing",
    ),
    _entry(
        name="gradient-clipping",
        title="Gradient clipping by length",
        symbol="dlbook_lib.autodiff.clipping.clip_gradients",
        anchor="exploding-gradient",
        paper="pascanu2013difficulty",
    ),
)
