"""A network as a function of one vector of weights, for the rules of this package to train."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call

from dlbook_lib.checks import check_type

__all__ = ["on_vector"]


def on_vector(model: nn.Module) -> tuple[Tensor, Callable[..., Tensor]]:
    """Take a network's weights out of it, as one vector.

    Parameters
    ----------
    model : nn.Module
        The network; it is left as it is.

    Returns
    -------
    w : Tensor of shape (D,)
        A copy of all parameters, one after the other.
    apply : callable
        ``apply(w, *inputs)``: what the network returns with the weights ``w``.

    Raises
    ------
    TypeError
        If ``model`` is no module.
    ValueError
        If it has no parameters.

    Examples
    --------
    >>> w, apply = on_vector(nn.Linear(3, 2))
    >>> w.shape, apply(torch.zeros(8), torch.ones(4, 3)).tolist()[0]
    (torch.Size([8]), [0.0, 0.0])
    """
    check_type("model", model, nn.Module, "a torch.nn.Module")
    names, shapes, parts = [], [], []
    for name, parameter in model.named_parameters():
        names.append(name)
        shapes.append(parameter.shape)
        parts.append(parameter.detach().flatten())
    if not parts:
        raise ValueError(f"model must have parameters, got {type(model).__name__} without any")
    sizes = [part.numel() for part in parts]

    def apply(w: Tensor, *inputs: Tensor) -> Tensor:
        pieces = (piece.view(shape) for piece, shape in zip(w.split(sizes), shapes))
        return functional_call(model, dict(zip(names, pieces)), inputs)

    return torch.cat(parts).clone(), apply
