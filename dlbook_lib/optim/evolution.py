r"""The (1+1) evolution strategy: mutate, keep the child if it is no worse, and learn how large to mutate.

One parent, one child a generation (Rechenberg, "Evolutionsstrategie", 1973). The child is :math:`w' = w +
\sigma z` with :math:`z \sim \mathcal N(0, I)`. The size :math:`\sigma` follows the rule that about one child
in five should be kept: it is multiplied by :math:`a` after a success and by :math:`a^{-1/4}` after a
failure, which balances at one success for four failures. Differs from Rechenberg's own rule, which counts
successes over a window before it changes :math:`\sigma`.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_shape, check_type
from dlbook_lib.optim.settings import Number, State, check_rule

__all__ = ["one_plus_one"]


def one_plus_one(
    w: Tensor,
    f: Callable[[Tensor], Tensor],
    state: State,
    noise: Tensor,
    *,
    grow: Number = 1.5,
) -> tuple[Tensor, State]:
    r"""Do one generation: one evaluation of the loss, and no gradient.

    Parameters
    ----------
    w : Tensor of shape (D,)
        The parent.
    f : callable
        The loss, from weights to one number.
    state : tuple of Tensor
        :math:`(\sigma, f(w))`: the size of the mutations and the parent's loss, one number each.
    noise : Tensor of shape (D,)
        Draws from the standard normal distribution.
    grow : float or Tensor
        :math:`a`, at least 1; 1 keeps :math:`\sigma` as it is.

    Returns
    -------
    w : Tensor of shape (D,)
        The better of parent and child.
    state : tuple of Tensor
        :math:`(\sigma, f(w))` of the next generation.

    Raises
    ------
    TypeError
        If ``f`` cannot be called.
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> f = lambda w: w.square().sum()
    >>> w = torch.tensor([2.0])
    >>> one_plus_one(w, f, (torch.tensor(1.0), f(w)), torch.tensor([-1.0]))
    (tensor([1.]), (tensor(1.5000), tensor(1.)))
    """
    check_type("f", f, Callable, "a function of the weights")
    check_rule(w, w, grow=grow)
    check_shape("noise", noise, tuple(w.shape))
    sigma, value = state
    child = w + sigma * noise
    value_child = f(child)
    kept = value_child <= value
    sigma = torch.where(kept, sigma * grow, sigma * grow**-0.25)
    return torch.where(kept, child, w), (sigma, torch.where(kept, value_child, value))
