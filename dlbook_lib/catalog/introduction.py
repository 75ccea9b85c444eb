"""What the chapter of introduction builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/introduction")
_unit = partial(_entry, anchor="mcculloch-pitts", paper="mcculloch1943logical")
_rule = partial(_entry, anchor="perceptron-rule", paper="rosenblatt1962principles")


ENTRIES = (
    _entry(
        name="neuron",
        title="Neuron: weighted sum, bias, activation",
        symbol="dlbook_lib.feedforward.neuron.neuron",
        anchor="neuron",
        inputs=normal((2, 3), (4, 3), (4,)),
        output_shape=(2, 4),
    ),
    _entry(
        name="bias-input",
        title="Bias as the weight of a constant input",
        symbol="dlbook_lib.feedforward.neuron.with_bias_input",
        anchor="neuron",
        inputs=normal((2, 3)),
        output_shape=(2, 4),
    ),
    _entry(
        name="length-and-angle",
        title="Weighted sum as two lengths and an angle",
        symbol="dlbook_lib.feedforward.neuron.length_and_angle",
        anchor="neuron",
        tiny=lambda length_and_angle: lambda x, weight: length_and_angle(x, weight)[1:],
        inputs=normal((2, 3), (3,)),
        output_shape=((2,), (2,)),
    ),
    _unit(
        name="threshold-unit",
        title="McCulloch–Pitts unit",
        symbol="dlbook_lib.feedforward.threshold.threshold_unit",
    ),
    _unit(
        name="logic-gates",
        title="AND, OR, NOT and their negations as one unit",
        symbol="dlbook_lib.feedforward.threshold.gate",
    ),
    _unit(
        name="threshold-circuit",
        title="Circuit of threshold units",
        symbol="dlbook_lib.feedforward.threshold.circuit",
    ),
    _rule(
        name="perceptron-step",
        title="Rosenblatt's rule, one example",
        symbol="dlbook_lib.feedforward.perceptron.perceptron_step",
    ),
    _rule(
        name="perceptron",
        title="Perceptron, trained until it makes no mistake",
        symbol="dlbook_lib.feedforward.perceptron.train_perceptron",
    ),
    _rule(
        name="margin",
        title="Margin of a plane through examples",
        symbol="dlbook_lib.feedforward.perceptron.margin",
        paper="novikoff1962convergence",
    ),
    _rule(
        name="widest-margin",
        title="Widest margin, or none",
        symbol="dlbook_lib.feedforward.perceptron.widest_margin",
        paper="lawson1974solving",
    ),
    _rule(
        name="mistake-bound",
        title="Bound on the perceptron's mistakes",
        symbol="dlbook_lib.feedforward.perceptron.mistake_bound",
        paper="novikoff1962convergence",
    ),
)
