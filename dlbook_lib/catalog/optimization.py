"""What the chapter's first notebook on optimization builds: search, descent, and losses to descend."""

from __future__ import annotations

from functools import partial

from dlbook_lib.catalog.schema import Entry, normal

__all__ = ["ENTRIES", "one_step"]

_entry = partial(Entry, chapter="foundations/optimization")


def one_step(rule, **settings):
    """Make of a rule a function of tensors alone: the weights, and every part of the memory, in a row.

    Parameters
    ----------
    rule : callable
        An optimizer of :mod:`dlbook_lib.optim`.
    **settings : float
        Its settings.

    Returns
    -------
    callable
        From weights, gradient and memory to weights and memory.
    """

    def step(w, g, *state):
        w, state = rule(w, g, state, **settings)
        return (w, *state)

    return step


ENTRIES = (
    _entry(
        name="evolution-strategy",
        title="(1+1) evolution strategy",
        symbol="dlbook_lib.optim.evolution.one_plus_one",
        anchor="evolution-strategy",
        paper="rechenberg1973evolutionsstrategie",
    ),
    _entry(
        name="newton-step",
        title="Newton's step",
        symbol="dlbook_lib.optim.newton.newton",
        anchor="newton-step",
        tiny=lambda newton: lambda w, g, hessian: newton(w, g, hessian)[0],
        inputs=normal((2,), (2,), (2, 2)),
        output_shape=(2,),
        batched=0,
    ),
    _entry(
        name="stochastic-gradient-descent",
        title="Stochastic gradient descent",
        symbol="dlbook_lib.optim.gradient_descent.sgd",
        anchor="stochastic-gradient",
        tiny=lambda sgd: one_step(sgd, lr=0.1),
        inputs=normal((3, 2), (3, 2)),
        output_shape=((3, 2),),
        batched=2,
        paper="robbins1951stochastic",
    ),
    _entry(
        name="descent-path",
        title="An optimizer followed down a loss",
        symbol="dlbook_lib.optim.running.follow",
        anchor="full-batch-descent",
    ),
    _entry(
        name="condition-bowl",
        title="Quadratic bowl of a given condition number",
        symbol="dlbook_lib.optim.surfaces.quadratic",
        anchor="full-batch-descent",
        inputs=normal((4, 2)),
        output_shape=(4,),
    ),
    _entry(
        name="largest-stable-rate",
        title="Largest learning rate that converges on a quadratic",
        symbol="dlbook_lib.optim.gradient_descent.largest_stable_rate",
        anchor="full-batch-descent",
    ),
    _entry(
        name="weights-as-vector",
        title="A network as a function of one vector of weights",
        symbol="dlbook_lib.optim.vector.on_vector",
        anchor="stochastic-gradient",
    ),
    _entry(
        name="loss-surfaces",
        title="Six losses of two weights",
        symbol="dlbook_lib.optim.surfaces.surface_named",
        anchor="local-minima",
        paper="rosenbrock1960automatic",
    ),
)
