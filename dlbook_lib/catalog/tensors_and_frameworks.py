"""What the notebook on tensors, number formats and cost builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/tensors-and-frameworks")


ENTRIES = (
    _entry(
        name="number-bits",
        title="Floating-point number as its bits",
        symbol="dlbook_lib.framework.formats.bits",
        anchor="float-formats",
    ),
    _entry(
        name="number-rounding",
        title="Rounding to a number format",
        symbol="dlbook_lib.framework.formats.round_to",
        anchor="float-formats",
    ),
    _entry(
        name="roofline",
        title="Roofline of a machine",
        symbol="dlbook_lib.framework.cost.attainable",
        anchor="gpu-tpu",
        paper="williams2009roofline",
    ),
    _entry(
        name="matmul-cost",
        title="Operations and bytes of a matrix product",
        symbol="dlbook_lib.framework.cost.matmul_cost",
        anchor="memory-hierarchy",
    ),
    _entry(
        name="training-operations",
        title="Six operations per parameter and example",
        symbol="dlbook_lib.framework.cost.training_operations",
        anchor="training-cost",
        paper="kaplan2020scaling",
    ),
    _entry(
        name="training-energy",
        title="Energy of a training",
        symbol="dlbook_lib.framework.cost.training_energy",
        anchor="training-cost",
    ),
    _entry(
        name="framework-names",
        title="Names in NumPy, PyTorch and TensorFlow",
        symbol="dlbook_lib.framework.names.look_up",
        anchor="framework-map",
    ),
)
