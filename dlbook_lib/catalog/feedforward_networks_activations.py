"""What the notebook on activations builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/feedforward-networks-activations")
_pointwise = partial(_entry, inputs=normal((5, 4)), output_shape=(5, 4))


def _behind_a_layer(activation):
    """Two builds of a bare activation would be one model."""
    from torch import nn

    return nn.Sequential(nn.Linear(4, 4), activation)


ENTRIES = (
    _pointwise(
        name="sigmoid",
        title="Sigmoid",
        symbol="dlbook_lib.feedforward.activations.sigmoid",
        anchor="sigmoid-activation",
    ),
    _pointwise(
        name="tanh",
        title="Hyperbolic tangent",
        symbol="dlbook_lib.feedforward.activations.tanh",
        anchor="tanh-activation",
    ),
    _pointwise(
        name="relu",
        title="Rectifier (ReLU)",
        symbol="dlbook_lib.feedforward.activations.relu",
        anchor="relu-activation",
        paper="glorot2011deep",
    ),
    _pointwise(
        name="elu",
        title="Exponential linear unit (ELU)",
        symbol="dlbook_lib.feedforward.activations.elu",
        anchor="elu-activation",
        paper="clevert2016fast",
    ),
    _pointwise(
        name="swish",
        title="Swish, with SiLU as its case of 1",
        symbol="dlbook_lib.feedforward.activations.swish",
        anchor="swish-activation",
        paper="ramachandran2017searching",
    ),
    _pointwise(
        name="gelu",
        title="Gaussian error linear unit (GELU)",
        symbol="dlbook_lib.feedforward.activations.gelu",
        anchor="gelu-activation",
        paper="hendrycks2016gaussian",
    ),
    _entry(
        name="largest-slope",
        title="Largest slope of an activation",
        symbol="dlbook_lib.feedforward.activations.largest_slope",
        anchor="activation-gallery",
    ),
    _pointwise(
        name="generalized-relu",
        title="Rectifier with any slope on the left",
        symbol="dlbook_lib.feedforward.slopes.generalized_relu",
        anchor="generalized-relu",
        tiny=lambda generalized_relu: partial(generalized_relu, alpha=-0.5),
    ),
    _pointwise(
        name="leaky-relu",
        title="Leaky rectifier",
        symbol="dlbook_lib.feedforward.slopes.leaky_relu",
        anchor="leaky-relu",
        paper="maas2013rectifier",
    ),
    _entry(
        name="prelu",
        title="Rectifier with a learned slope (PReLU)",
        symbol="dlbook_lib.feedforward.slopes.PReLU",
        anchor="prelu-activation",
        tiny=lambda PReLU: _behind_a_layer(PReLU(4)),
        inputs=normal((5, 4)),
        output_shape=(5, 4),
        paper="he2015delving",
    ),
    _entry(
        name="rrelu",
        title="Rectifier with a random slope (RReLU)",
        symbol="dlbook_lib.feedforward.slopes.RReLU",
        anchor="rrelu-activation",
        tiny=lambda RReLU: _behind_a_layer(RReLU()),
        inputs=normal((5, 4)),
        output_shape=(5, 4),
        paper="xu2015empirical",
    ),
    _entry(
        name="dead-units",
        title="Units that no example switches on",
        symbol="dlbook_lib.feedforward.dead_units.dead_units",
        anchor="dead-relu",
        paper="maas2013rectifier",
    ),
)
