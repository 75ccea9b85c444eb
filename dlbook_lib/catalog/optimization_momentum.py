"""What the notebook on momentum and per-weight rates builds."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.optimization import one_step
from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES"]

_entry = partial(Entry, chapter="foundations/optimization-momentum")
_with_velocity = dict(inputs=normal((3, 2), (3, 2), (3, 2)), output_shape=((3, 2), (3, 2)), batched=3)


def _with_square(*roots: bool):
    """Draw weights, a gradient and memories; those marked are mean squares, and positive."""

    def draw(generator):
        parts = normal(*[(3, 2)] * (2 + len(roots)))(generator)
        return (*parts[:2], *(p.square() if root else p for p, root in zip(parts[2:], roots)))

    return draw


ENTRIES = (
    _entry(
        name="momentum",
        title="Gradient descent with momentum",
        symbol="dlbook_lib.optim.gradient_descent.sgd_momentum",
        anchor="momentum",
        tiny=lambda rule: one_step(rule, lr=0.1),
        paper="polyak1964some",
        **_with_velocity,
    ),
    _entry(
        name="momentum-torch",
        title="Momentum with the rate outside, as in torch",
        symbol="dlbook_lib.optim.torch_forms.momentum_torch",
        anchor="momentum",
        tiny=lambda rule: one_step(rule, lr=0.1),
        **_with_velocity,
    ),
    _entry(
        name="momentum-weight-decay",
        title="Momentum with weight decay in AlexNet's form",
        symbol="dlbook_lib.optim.gradient_descent.alexnet",
        anchor="alexnet-decay",
        tiny=lambda rule: one_step(rule, lr=0.1),
        paper="krizhevsky2012imagenet",
        **_with_velocity,
    ),
    _entry(
        name="nesterov",
        title="Nesterov momentum",
        symbol="dlbook_lib.optim.gradient_descent.nesterov",
        anchor="nesterov",
        tiny=lambda rule: one_step(rule, lr=0.1),
        paper="sutskever2013importance",
        **_with_velocity,
    ),
    _entry(
        name="nesterov-torch",
        title="Nesterov momentum at the look-ahead point, as in torch",
        symbol="dlbook_lib.optim.torch_forms.nesterov_torch",
        anchor="nesterov",
        tiny=lambda rule: one_step(rule, lr=0.1),
        **_with_velocity,
    ),
    _entry(
        name="look-ahead",
        title="Where the velocity leads",
        symbol="dlbook_lib.optim.gradient_descent.look_ahead",
        anchor="nesterov",
        tiny=lambda look_ahead: lambda w, v: look_ahead(w, (v,)),
        inputs=normal((3, 2), (3, 2)),
        output_shape=(3, 2),
        batched=2,
        properties=("linear",),
    ),
    _entry(
        name="adagrad",
        title="Adagrad",
        symbol="dlbook_lib.optim.adaptive.adagrad",
        anchor="adagrad",
        tiny=lambda rule: one_step(rule, lr=0.1),
        inputs=_with_square(True),
        output_shape=((3, 2), (3, 2)),
        batched=3,
        paper="duchi2011adaptive",
    ),
    _entry(
        name="rmsprop",
        title="RMSProp",
        symbol="dlbook_lib.optim.adaptive.rmsprop",
        anchor="rmsprop",
        tiny=lambda rule: one_step(rule, lr=0.1),
        inputs=_with_square(True),
        output_shape=((3, 2), (3, 2)),
        batched=3,
        paper="tieleman2012rmsprop",
    ),
    _entry(
        name="rmsprop-nesterov",
        title="RMSProp with Nesterov's look-ahead",
        symbol="dlbook_lib.optim.adaptive.rmsprop_nesterov",
        anchor="rmsprop-nesterov",
        tiny=lambda rule: one_step(rule, lr=0.1),
        inputs=_with_square(False, True),
        output_shape=((3, 2), (3, 2), (3, 2)),
        batched=4,
        paper="goodfellow2016deep",
    ),
)
