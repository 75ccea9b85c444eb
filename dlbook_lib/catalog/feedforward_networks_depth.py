"""What the notebook on width and depth builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/feedforward-networks-depth")


ENTRIES = (
    _entry(
        name="unfolding",
        title="Eight layers of two units that unfold a plane",
        symbol="dlbook_lib.feedforward.unfold.Unfolding",
        anchor="value-of-depth",
        tiny=lambda Unfolding: Unfolding(3),
        inputs=normal((5, 2)),
        output_shape=(5, 2),
        paper="fleuret2023little",
    ),
    _entry(
        name="sawtooth",
        title="Sawtooth, computed directly",
        symbol="dlbook_lib.feedforward.sawtooth.sawtooth",
        anchor="depth-vs-width",
        tiny=lambda sawtooth: partial(sawtooth, k=3),
        inputs=normal((5, 3)),
        output_shape=(5, 3),
        paper="telgarsky2015representation",
    ),
    _entry(
        name="deep-sawtooth",
        title="Sawtooth from two units a layer",
        symbol="dlbook_lib.feedforward.sawtooth.deep_sawtooth",
        anchor="depth-vs-width",
        paper="telgarsky2015representation",
    ),
    _entry(
        name="wide-sawtooth",
        title="Sawtooth from one layer",
        symbol="dlbook_lib.feedforward.sawtooth.wide_sawtooth",
        anchor="depth-vs-width",
        paper="telgarsky2015representation",
    ),
)
