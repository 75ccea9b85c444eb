"""A rule down a loss, with every place on the way."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape, check_type
from dlbook_lib.optim.adaptive import rmsprop_nesterov
from dlbook_lib.optim.gradient_descent import look_ahead, nesterov
from dlbook_lib.optim.settings import Number, State

__all__ = ["follow", "start", "step_from"]

Rule = Callable[..., tuple[Tensor, State]]
AHEAD = (nesterov, rmsprop_nesterov)  # want their gradient where the velocity leads


def start(rule: Rule, w: Tensor) -> State:
    """Write out the memory of a rule before its first step, for a player that needs fixed shapes.

    Parameters
    ----------
    rule : callable
        A first-order rule of this package.
    w : Tensor
        The weights.

    Returns
    -------
    tuple of Tensor
        Zeros, in the shapes of the rule's state.

    Examples
    --------
    >>> from dlbook_lib.optim.adam import adam
    >>> start(adam, torch.ones(2))
    (tensor([0., 0.]), tensor([0., 0.]), tensor(0.))
    """
    _, state = rule(w, torch.zeros_like(w), (), lr=0.0)
    return tuple(torch.zeros_like(part) for part in state)


def step_from(
    rule: Rule,
    gradient: Callable[[Tensor], Tensor],
    w: Tensor,
    state: State = (),
    *,
    lr: Number,
    **settings: Number | bool,
) -> tuple[Tensor, State]:
    """Do one step, with the gradient taken where the rule wants it.

    Parameters
    ----------
    rule : callable
        A first-order rule of this package.
    gradient : callable
        From weights to the gradient there.
    w : Tensor
        The weights.
    state : tuple of Tensor
        What the rule remembers.
    lr : float or Tensor
        Learning rate.
    **settings
        Further settings of the rule.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        What the rule remembers then.

    Examples
    --------
    >>> from dlbook_lib.optim.gradient_descent import sgd
    >>> step_from(sgd, lambda w: 2 * w, torch.tensor([1.0]), lr=0.25)[0]
    tensor([0.5000])
    """
    place = look_ahead(w, state, momentum=settings.get("momentum", 0.9)) if rule in AHEAD else w
    return rule(w, gradient(place), state, lr=lr, **settings)


def follow(
    rule: Rule,
    gradient: Callable[[Tensor], Tensor],
    w: Tensor,
    *,
    steps: int,
    lr: Number | Callable[[int], float],
    **settings: Number | bool,
) -> Tensor:
    """Run a rule, and keep every place on the way.

    Parameters
    ----------
    rule : callable
        A first-order rule of this package; those of Nesterov's kind get their gradient at the look-ahead.
    gradient : callable
        From weights to the gradient there. It may draw a mini-batch or noise at each call.
    w : Tensor
        The weights at the start.
    steps : int
        T, at least 1.
    lr : float, Tensor or callable
        Learning rate, or a schedule: from the number of the step, beginning with 0, to its rate.
    **settings
        Further settings of the rule.

    Returns
    -------
    Tensor of shape (T + 1, ...)
        The start and the weights after each step.

    Raises
    ------
    TypeError
        If ``gradient`` cannot be called.
    ValueError
        If ``steps`` is below 1 or a setting out of range.

    Examples
    --------
    >>> from dlbook_lib.optim.gradient_descent import sgd
    >>> follow(sgd, lambda w: w, torch.tensor([8.0]), steps=3, lr=0.5).flatten()
    tensor([8., 4., 2., 1.])
    """
    check_type("gradient", gradient, Callable, "a function of the weights")
    check_integer("steps", steps, low=1)
    state, path = (), [w]
    for step in range(steps):
        rate = lr(step) if callable(lr) else lr
        w, state = step_from(rule, gradient, w, state, lr=rate, **settings)
        check_shape("w after the step", w, tuple(path[0].shape))
        path.append(w)
    return torch.stack(path)
