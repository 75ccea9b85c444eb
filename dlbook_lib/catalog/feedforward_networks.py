"""What the chapter on feedforward networks builds: layers, output units and losses."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, Published, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/feedforward-networks")


def _chances(generator):
    """Probabilities and targets of two classes."""
    import torch

    return torch.rand(5, generator=generator), torch.rand(5, generator=generator)


def _classes(generator):
    """Logits and sparse labels."""
    import torch

    return torch.randn(5, 4, generator=generator), torch.randint(4, (5,), generator=generator)


def _row(generator):
    """One row of probabilities."""
    import torch

    return (torch.randn(5, 3, generator=generator).softmax(dim=1),)


ENTRIES = (
    _entry(
        name="composition",
        title="Composition of maps",
        symbol="dlbook_lib.feedforward.mlp.compose",
        anchor="feedforward-composition",
        tiny=lambda compose: compose(lambda x: 2 * x, lambda x: x + 1),
        inputs=normal((5, 3)),
        output_shape=(5, 3),
    ),
    _entry(
        name="fully-connected",
        title="Fully connected layer",
        symbol="dlbook_lib.feedforward.mlp.FullyConnected",
        anchor="fully-connected",
        tiny=lambda FullyConnected: FullyConnected(6, 4),
        inputs=normal((5, 6)),
        output_shape=(5, 4),
    ),
    _entry(
        name="collapse",
        title="Layers without activation as one matrix",
        symbol="dlbook_lib.feedforward.mlp.collapse",
        anchor="feedforward-composition",
    ),
    _entry(
        name="multilayer-perceptron",
        title="Multi-layer perceptron",
        symbol="dlbook_lib.feedforward.mlp.MLP",
        anchor="feedforward-mlp",
        tiny=lambda MLP: MLP((6, 8, 4)),
        inputs=normal((5, 6)),
        output_shape=(5, 4),
    ),
    _entry(
        name="mnist-network",
        title="The 784-100-100-10 network for MNIST",
        symbol="dlbook_lib.feedforward.mlp.MLP",
        anchor="feedforward-mnist",
        tiny=lambda MLP: MLP((12, 5, 5, 10)),
        inputs=normal((4, 12)),
        output_shape=(4, 10),
        published=Published(
            lambda MLP: MLP((784, 100, 100, 10)), 89_610, "Reding and Defourneau, section 3.2, by its layers"
        ),
    ),
    _entry(
        name="squared-error",
        title="Mean squared error",
        symbol="dlbook_lib.feedforward.losses.squared_error",
        anchor="squared-error",
        inputs=normal((5,), (5,)),
        batched=0,
    ),
    _entry(
        name="absolute-error",
        title="Mean absolute error",
        symbol="dlbook_lib.feedforward.losses.absolute_error",
        anchor="absolute-error",
        inputs=normal((5,), (5,)),
        batched=0,
    ),
    _entry(
        name="binary-cross-entropy",
        title="Binary cross-entropy of probabilities, as printed",
        symbol="dlbook_lib.feedforward.losses.binary_cross_entropy",
        anchor="binary-cross-entropy",
        inputs=_chances,
        batched=0,
    ),
    _entry(
        name="binary-cross-entropy-logits",
        title="Binary cross-entropy of logits",
        symbol="dlbook_lib.feedforward.losses.binary_cross_entropy_logits",
        anchor="binary-cross-entropy",
        inputs=normal((5,), (5,)),
        batched=0,
    ),
    _entry(
        name="softmax",
        title="Softmax with a temperature",
        symbol="dlbook_lib.feedforward.softmax.softmax",
        anchor="softmax-unit",
        inputs=normal((5, 4)),
        output_shape=(5, 4),
    ),
    _entry(
        name="softmax-slopes",
        title="Jacobian of the softmax",
        symbol="dlbook_lib.feedforward.softmax.softmax_jacobian",
        anchor="softmax-unit",
        inputs=_row,
        output_shape=(5, 3, 3),
    ),
    _entry(
        name="log-sum-exp",
        title="Logarithm of a sum of exponentials",
        symbol="dlbook_lib.feedforward.softmax.log_sum_exp",
        anchor="log-softmax",
        inputs=normal((5, 4)),
        output_shape=(5, 1),
    ),
    _entry(
        name="log-softmax",
        title="Log-softmax",
        symbol="dlbook_lib.feedforward.softmax.log_softmax",
        anchor="log-softmax",
        inputs=normal((5, 4)),
        output_shape=(5, 4),
        paper="goodfellow2016deep",
    ),
    _entry(
        name="log-softmax-literal",
        title="Log-softmax as it is printed, which overflows",
        symbol="dlbook_lib.feedforward.softmax.log_softmax_literal",
        anchor="log-softmax",
        inputs=normal((5, 4)),
        output_shape=(5, 4),
    ),
    _entry(
        name="cross-entropy",
        title="Cross-entropy, sparse labels",
        symbol="dlbook_lib.feedforward.losses.cross_entropy",
        anchor="cross-entropy",
        inputs=_classes,
        batched=0,
    ),
    _entry(
        name="cross-entropy-dense",
        title="Cross-entropy, dense labels",
        symbol="dlbook_lib.feedforward.losses.cross_entropy_dense",
        anchor="cross-entropy",
        inputs=normal((5, 4), (5, 4)),
        batched=0,
    ),
    _entry(
        name="sparse-accuracy",
        title="Sparse categorical accuracy",
        symbol="dlbook_lib.feedforward.accuracy.sparse_accuracy",
        anchor="sparse-accuracy",
    ),
)
