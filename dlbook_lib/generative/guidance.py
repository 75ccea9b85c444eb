r"""Guidance: exaggerate what a condition changes in the predicted noise.

After Ho and Salimans, "Classifier-Free Diffusion Guidance" (2022): one network predicts the noise with the
condition and without it, and the difference is multiplied.

Differs from the paper: a weight of 1 gives the condition as it is, 0 leaves it out, as in most software;
the paper's weight is one less.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from dlbook_lib.checks import check_number

__all__ = ["guide", "guided"]


def guide(without: Tensor, with_condition: Tensor, *, weight: float) -> Tensor:
    r"""Move from the prediction without the condition towards the one with it, and beyond.

    .. math:: \tilde\epsilon = \epsilon_\varnothing + w\, (\epsilon_c - \epsilon_\varnothing)

    Parameters
    ----------
    without, with_condition : Tensor of shape (B, ...)
        The two predictions.
    weight : float
        The weight w: 0 for none, 1 for the condition as it is.

    Returns
    -------
    Tensor of shape (B, ...)
        The guided prediction.

    Examples
    --------
    >>> guide(torch.tensor([1.0]), torch.tensor([2.0]), weight=3.0)
    tensor([4.])
    """
    check_number("weight", weight)
    return without + weight * (with_condition - without)


def guided(network: Callable, *, weight: float, empty: Tensor | int) -> Callable:
    """Wrap a network so that any sampler draws with guidance.

    Parameters
    ----------
    network : callable
        ``network(x, t, condition)``, trained with the condition left out now and then.
    weight : float
        The weight w.
    empty : Tensor or int
        The condition that says "none".

    Returns
    -------
    callable
        ``(x, t, condition)`` to the guided prediction, by one call of the network on a batch of twice the
        size.

    Examples
    --------
    >>> draw = guided(lambda x, t, c: x * c[:, None], weight=2.0, empty=0)
    >>> draw(torch.ones(1, 2), 5, torch.tensor([3]))
    tensor([[6., 6.]])
    """
    check_number("weight", weight)

    def predict(x: Tensor, t: int | Tensor, condition: Tensor) -> Tensor:
        if weight == 1:
            return network(x, t, condition)
        nothing = torch.empty_like(condition)
        nothing[:] = torch.as_tensor(empty, dtype=condition.dtype, device=condition.device)
        times = torch.cat((t, t)) if isinstance(t, Tensor) and t.dim() else t
        both = network(torch.cat((x, x)), times, torch.cat((nothing, condition)))
        return guide(*both.chunk(2), weight=weight)

    return predict
