r"""Newton's step, which asks the Hessian how far to go in each direction.

The quadratic that agrees with the loss at :math:`w` in value, gradient :math:`g` and Hessian :math:`H` is
least at

.. math:: w - H^{-1} g

if :math:`H` is positive definite; on a quadratic that is the minimum, in one step, however long its valley.
At a saddle the same step leads to the saddle. Differs from what is used in practice: no line search, and
damping only where it is asked for.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.optim.settings import Number, State, check_rule

__all__ = ["newton"]


def newton(
    w: Tensor, g: Tensor, hessian: Tensor, state: State = (), *, lr: Number = 1.0, damping: Number = 0.0
) -> tuple[Tensor, State]:
    r"""Step to where the local quadratic has no slope.

    .. math:: w \leftarrow w - \eta\, (H + \delta I)^{-1} g

    Two weights are solved by the closed form of the inverse, which can be exported.

    Parameters
    ----------
    w, g : Tensor of shape (D,)
        Weights and gradient.
    hessian : Tensor of shape (D, D)
        Second derivatives :math:`H` at ``w``.
    state : tuple
        Nothing is remembered: ``()``.
    lr : float or Tensor
        :math:`\eta`; 1 is Newton's own step.
    damping : float or Tensor
        :math:`\delta`, at least 0.

    Returns
    -------
    w : Tensor of shape (D,)
        The weights after the step.
    state : tuple
        ``()``.

    Raises
    ------
    ValueError
        If a shape does not fit or a setting is negative.

    Examples
    --------
    >>> H = torch.tensor([[1.0, 0.0], [0.0, 100.0]])
    >>> w = torch.tensor([3.0, -2.0])
    >>> newton(w, H @ w, H)[0]
    tensor([0., 0.])
    """
    check_rule(w, g, lr=lr, damping=damping)
    check_rule(hessian, w[:, None] * w)
    damped = hessian + damping * torch.eye(len(w), dtype=w.dtype, device=w.device)
    if len(w) != 2:
        return w - lr * torch.linalg.solve(damped, g), state
    (a, b), (c, d) = damped[0].unbind(), damped[1].unbind()
    step = torch.stack([d * g[0] - b * g[1], a * g[1] - c * g[0]]) / (a * d - b * c)
    return w - lr * step, state
