"""What the chapter on regularization builds: sharing and averaging."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/regularization-sharing")


def _heads(network):
    from torch import nn

    return network(nn.Linear(4, 6), features=6, heads={"class": 3, "parity": 2})


def _tied(penalty):
    return lambda a, b, c, d: penalty([a, b], [c, d])


ENTRIES = (
    _entry(
        name="multitask",
        title="Multi-task network: one trunk, several heads",
        symbol="dlbook_lib.regularize.sharing.MultiTask",
        anchor="multitask",
        tiny=_heads,
        inputs=normal((2, 4)),
        output_shape=((2, 3), (2, 2)),
        paper="caruana1997multitask",
    ),
    _entry(
        name="parameter-tying",
        title="Penalty that ties two sets of weights",
        symbol="dlbook_lib.regularize.penalties.tying_penalty",
        anchor="parameter-tying",
        tiny=_tied,
        inputs=normal((3, 2), (4,), (3, 2), (4,)),
        batched=0,
    ),
    _entry(
        name="bootstrap",
        title="Bootstrap sample",
        symbol="dlbook_lib.regularize.ensembles.bootstrap",
        anchor="bagging",
        paper="breiman1996bagging",
    ),
    _entry(
        name="bagging-error",
        title="Error of an average of predictors",
        symbol="dlbook_lib.regularize.ensembles.bagging_error",
        anchor="bagging",
        paper="breiman1996bagging",
    ),
)
