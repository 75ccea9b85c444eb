r"""A bare training loop with the four places where a regularizer can act.

.. math:: w \leftarrow w - \eta \nabla_w \bigl[
    \ell\bigl(f_{w + \varepsilon}(T(x)),\, T(y)\bigr) + R(w) \bigr]

The data (:math:`T`: augmentation, mixing, noise on inputs), the loss :math:`\ell` (smoothed labels), the
weights (the penalty :math:`R`, noise :math:`\varepsilon`), and the network itself (dropout). Differs from
:func:`dlbook_lib.train.loop.fit`, the loop of the other chapters: no validation, no devices, no record.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_type
from dlbook_lib.regularize.draws import permutation
from dlbook_lib.regularize.noise import noisy_weights

__all__ = ["train_steps"]

Batch = tuple[Tensor, Tensor]


def train_steps(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    *,
    steps: int,
    lr: float = 1e-3,
    batch_size: int = 50,
    weight_decay: float = 0.0,
    transform: Callable[[Tensor, Tensor], Batch] | None = None,
    loss: Callable[[Tensor, Tensor], Tensor] = F.cross_entropy,
    penalty: Callable[[nn.Module], Tensor] | None = None,
    weight_noise: float = 0.0,
    watch: Callable[[int], None] | None = None,
    seed: int = 0,
) -> list[float]:
    r"""Train with AdamW, a regularizer in each slot that is filled.

    Parameters
    ----------
    model : nn.Module
        Trained in place and left in evaluation mode.
    x, y : Tensor of shapes (N, ...) and (N, ...)
        Inputs and targets.
    steps : int
        How many, at least 1.
    lr : float
        Learning rate :math:`\eta`, at least 0.
    batch_size : int
        Rows drawn for each step, without repetition within an epoch.
    weight_decay : float
        Decoupled weight decay, at least 0.
    transform : callable, optional
        From a batch ``(x, y)`` to another, at every step: augmentation, mixing, noise.
    loss : callable
        ``loss(model(x), y)`` gives a mean over the batch.
    penalty : callable, optional
        From the model to a number to be added to the loss.
    weight_noise : float
        Standard deviation of the noise added to every weight while the gradient is computed, at least 0.
    watch : callable, optional
        Called after each step with the number of steps done, the model in evaluation mode: for a record.
    seed : int
        Of the order of the rows; what the model and the noise draw follows torch's own stream.

    Returns
    -------
    list of float
        The loss of each step, without the penalty, measured in training mode.

    Raises
    ------
    TypeError
        If ``model`` is no module.
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> x = torch.linspace(-1, 1, 20)[:, None]
    >>> losses = train_steps(nn.Linear(1, 1), x, 3 * x, steps=200, lr=0.1, loss=F.mse_loss)
    >>> losses[-1] < 0.01
    True
    """
    _check(model, steps, batch_size, lr, weight_decay, weight_noise)
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay, fused=True)
    stream = torch.Generator().manual_seed(seed)
    model.train()
    losses, rows = [], permutation(0)
    for _ in range(steps):
        if len(rows) == 0:
            rows = permutation(len(x), stream)
        now, rows = rows[:batch_size], rows[batch_size:]
        batch = (x[now], y[now]) if transform is None else transform(x[now], y[now])
        optimizer.zero_grad()
        with noisy_weights(model, weight_noise) if weight_noise else nullcontext():
            value = loss(model(batch[0]), batch[1])
            value.backward()
        if penalty is not None:
            penalty(model).backward()
        optimizer.step()
        losses.append(value.item())
        if watch is not None:
            model.eval()
            watch(len(losses))
            model.train()
    model.eval()
    return losses


def _check(model, steps, batch_size, lr, weight_decay, weight_noise) -> None:
    check_type("model", model, nn.Module, "a torch.nn.Module")
    check_integer("steps", steps, low=1)
    check_integer("batch_size", batch_size, low=1)
    check_number("lr", lr, low=0)
    check_number("weight_decay", weight_decay, low=0)
    check_number("weight_noise", weight_noise, low=0)
