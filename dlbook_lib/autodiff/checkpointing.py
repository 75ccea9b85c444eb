r"""Keep few activations and compute the others again.

Training keeps every layer's input for the way back, so that memory grows with depth D. Cut the layers into S
segments, keep only what enters each, and on the way back run a segment once more just before its gradients
are needed (Griewank 1992; Chen et al. 2016, "Training deep nets with sublinear memory cost"). What is kept at
worst is

.. math:: S + \Bigl\lceil \frac{D}{S} \Bigr\rceil - 1 \;\ge\; 2 \sqrt D - 1 ,

smallest at :math:`S = \sqrt D`, for one more forward pass.

Differs from ``torch.utils.checkpoint``: segments of a plain chain only, no random numbers to put back, and no
mixed precision to remember.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer

__all__ = ["ActivationMemory", "checkpointed", "kept_at_worst"]


def kept_at_worst(depth: int, segments: int) -> int:
    """Count the activations that are kept at the worst moment.

    Parameters
    ----------
    depth : int
        Layers, each with one activation to keep.
    segments : int
        Pieces, as equal as can be.

    Returns
    -------
    int
        What enters each segment, and what is computed again inside the last, which is one of the longest.

    Raises
    ------
    ValueError
        If there are more segments than layers.

    Examples
    --------
    >>> [kept_at_worst(64, segments) for segments in (1, 4, 8, 16, 64)]
    [64, 19, 15, 19, 64]
    """
    check_integer("depth", depth, low=1)
    check_integer("segments", segments, low=1, high=depth)
    return segments + -(-depth // segments) - 1


class _Again(torch.autograd.Function):
    """Run a segment without a tape, and with one when its gradients are asked for."""

    @staticmethod
    def forward(ctx, segment, x, *parameters):
        ctx.segment, ctx.parameters = segment, parameters
        ctx.save_for_backward(x)
        return segment(x)  # autograd is off inside a Function: nothing is kept

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        x = x.detach().requires_grad_()
        with torch.enable_grad():
            y = ctx.segment(x)
        return (None, *torch.autograd.grad(y, (x, *ctx.parameters), gradient))


def checkpointed(layers: Sequence[torch.nn.Module], x: Tensor, segments: int) -> Tensor:
    """Apply layers one after the other, keeping only what enters each segment.

    Parameters
    ----------
    layers : sequence of Module
        A chain, without randomness.
    x : Tensor
        What enters the first.
    segments : int
        How many pieces to cut the chain into.

    Returns
    -------
    Tensor
        What leaves the last: the same numbers as without checkpoints, and the same gradients.

    Raises
    ------
    ValueError
        If there are more segments than layers.

    Examples
    --------
    >>> layers = [torch.nn.Linear(4, 4) for _ in range(9)]
    >>> checkpointed(layers, torch.zeros(2, 4), segments=3).shape
    torch.Size([2, 4])
    """
    check_integer("segments", segments, low=1, high=len(layers))
    cuts = [len(layers) * k // segments for k in range(segments + 1)]
    for start, stop in pairwise(cuts):
        piece = torch.nn.Sequential(*layers[start:stop])
        x = _Again.apply(piece, x, *piece.parameters())
    return x


class ActivationMemory:
    """Count the bytes that autograd keeps for the way back, now and at most.

    A context manager around forward *and* backward. Parameters and inputs of the network are not counted,
    and a tensor that several operations keep counts once.

    Parameters
    ----------
    except_for : iterable of Tensor
        What is kept anyway: parameters, inputs.

    Attributes
    ----------
    now, peak : int
        Bytes kept at this moment, and at the worst moment so far.

    Examples
    --------
    >>> x = torch.zeros(10, requires_grad=True)
    >>> with ActivationMemory([x]) as memory:
    ...     y = x.exp()  # keeps its result: ten numbers of four bytes
    >>> memory.now
    40
    """

    def __init__(self, except_for: Sequence[Tensor] = ()) -> None:
        self._anyway = {tensor.untyped_storage().data_ptr() for tensor in except_for}
        self._holders: dict[int, int] = {}
        self.now = self.peak = 0

    def __enter__(self) -> ActivationMemory:
        self._hooks = torch.autograd.graph.saved_tensors_hooks(
            lambda tensor: _Kept(self, tensor), lambda kept: kept.tensor
        )
        self._hooks.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self._hooks.__exit__(*error)

    def _hold(self, tensor: Tensor, change: int) -> None:
        storage = tensor.untyped_storage()
        place = storage.data_ptr()
        if place in self._anyway:
            return
        before = self._holders.get(place, 0)
        self._holders[place] = before + change
        if before == 0 or before + change == 0:
            self.now += change * storage.nbytes()
            self.peak = max(self.peak, self.now)


class _Kept:
    """A tensor that autograd keeps; counted until it is let go."""

    def __init__(self, memory: ActivationMemory, tensor: Tensor) -> None:
        self.memory, self.tensor = memory, tensor.detach()
        memory._hold(tensor, 1)

    def __del__(self) -> None:
        self.memory._hold(self.tensor, -1)
