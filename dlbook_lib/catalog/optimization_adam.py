"""What the notebook on Adam, its corrections and schedules builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.optimization import one_step
from dlbook_lib.catalog.schema import Entry

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/optimization-adam")


def _moments(extra: int = 0):
    """Draw weights, a gradient, a mean, mean squares and a count of steps."""

    def draw(generator):
        import torch  # only here: reading the catalogue needs no torch

        w, g, m, v, more = torch.randn((5, 6), generator=generator)
        return (w, g, m, v.square(), *[more.square()] * extra, torch.tensor(3.0))

    return draw


ENTRIES = (
    _entry(
        name="adam",
        title="Adam",
        symbol="dlbook_lib.optim.adam.adam",
        anchor="adam",
        tiny=lambda rule: one_step(rule, lr=0.1),
        inputs=_moments(),
        output_shape=((6,), (6,), (6,), ()),
        batched=0,
        paper="kingma2015adam",
    ),
    _entry(
        name="adamw",
        title="AdamW",
        symbol="dlbook_lib.optim.adam.adamw",
        anchor="adamw",
        tiny=lambda rule: one_step(rule, lr=0.1),
        inputs=_moments(),
        output_shape=((6,), (6,), (6,), ()),
        batched=0,
        paper="loshchilov2019decoupled",
    ),
    _entry(
        name="amsgrad",
        title="AMSGrad",
        symbol="dlbook_lib.optim.adam.amsgrad",
        anchor="amsgrad",
        tiny=lambda rule: one_step(rule, lr=0.1),
        inputs=_moments(1),
        output_shape=((6,), (6,), (6,), (6,), ()),
        batched=0,
        paper="reddi2018convergence",
    ),
    _entry(
        name="adabound",
        title="AdaBound",
        symbol="dlbook_lib.optim.adabound.adabound",
        anchor="adabound",
        tiny=lambda rule: one_step(rule, lr=0.1),
        inputs=_moments(),
        output_shape=((6,), (6,), (6,), ()),
        batched=0,
        paper="luo2019adaptive",
    ),
    _entry(
        name="adabound-band",
        title="The two bounds of AdaBound",
        symbol="dlbook_lib.optim.adabound.rate_bounds",
        anchor="adabound",
        paper="luo2019adaptive",
    ),
    _entry(
        name="nadam",
        title="NAdam",
        symbol="dlbook_lib.optim.adam.nadam",
        anchor="nadam",
        tiny=lambda rule: one_step(rule, lr=0.1),
        inputs=_moments(1),
        output_shape=((6,), (6,), (6,), (6,), ()),
        batched=0,
        paper="dozat2016incorporating",
    ),
    _entry(
        name="cosine-learning-rate",
        title="Learning rate along half a cosine",
        symbol="dlbook_lib.optim.schedules.cosine",
        anchor="learning-rate-schedules",
        paper="loshchilov2017sgdr",
    ),
    _entry(
        name="warm-restarts",
        title="Learning rate with warm restarts",
        symbol="dlbook_lib.optim.schedules.warm_restarts",
        anchor="learning-rate-schedules",
        paper="loshchilov2017sgdr",
    ),
    _entry(
        name="step-decay",
        title="Learning rate cut in steps",
        symbol="dlbook_lib.optim.schedules.step_decay",
        anchor="learning-rate-schedules",
    ),
    _entry(
        name="inverse-root",
        title="Learning rate that falls as one over a root",
        symbol="dlbook_lib.optim.schedules.inverse_root",
        anchor="learning-rate-schedules",
    ),
    _entry(
        name="warm-up",
        title="Warm-up of a learning rate",
        symbol="dlbook_lib.optim.schedules.warm_up",
        anchor="learning-rate-schedules",
        paper="goyal2017accurate",
    ),
)
