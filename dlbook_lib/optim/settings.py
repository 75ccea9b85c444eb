"""What every optimizer checks of its settings, and the zeros it starts from."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from dlbook_lib.checks import check_number, check_shape, check_type

__all__ = ["check_rule", "memory"]

State = tuple[Tensor, ...]
Number = float | Tensor


def check_rule(w: Any, g: Any, **settings: Any) -> None:
    """Raise unless weights and gradient have one shape and every setting lies in its range.

    Settings that are tensors pass unread: an exported model cannot raise.

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient.
    **settings : float or Tensor
        ``momentum``, ``rho`` and names that begin with ``beta`` must lie in [0, 1); all others must be at
        least 0.

    Raises
    ------
    TypeError
        If ``w`` is no tensor or a setting is no number.
    ValueError
        If the shapes differ, or a setting is out of range.

    Examples
    --------
    >>> check_rule(torch.zeros(2), torch.zeros(2), lr=0.1, momentum=1.0)
    Traceback (most recent call last):
        ...
    ValueError: momentum must be below 1, got 1.0
    """
    check_type("w", w, Tensor, "a tensor")
    check_shape("g", g, tuple(w.shape))
    for name, value in settings.items():
        if isinstance(value, Tensor):
            continue
        check_number(name, value, low=0)
        if name.startswith(("beta", "momentum", "rho")) and value >= 1:
            raise ValueError(f"{name} must be below 1, got {value}")


def memory(state: State, w: Tensor, names: str) -> State:
    """Read what a rule remembers, or the zeros before its first step.

    Parameters
    ----------
    state : tuple of Tensor
        What the last step returned, or the empty tuple.
    w : Tensor
        The weights.
    names : str
        The parts of the state, one word each; ``t``, the count of steps, is one number, all others have the
        shape of ``w``.

    Returns
    -------
    tuple of Tensor
        One tensor for each name.

    Raises
    ------
    ValueError
        If ``state`` has another number of parts.

    Examples
    --------
    >>> memory((), torch.ones(2), "m t")
    (tensor([0., 0.]), tensor(0.))
    """
    parts = names.split()
    if len(state) == 0:
        return tuple(w.new_zeros(()) if name == "t" else torch.zeros_like(w) for name in parts)
    if len(state) != len(parts):
        raise ValueError(f"state must be () or hold {', '.join(parts)}, got {len(state)} tensors")
    return tuple(state)
