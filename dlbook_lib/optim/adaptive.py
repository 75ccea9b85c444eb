r"""A learning rate for every coordinate: Adagrad, RMSProp, and RMSProp with Nesterov's look-ahead.

Both divide each coordinate of the gradient by the root of what its squares have been,

.. math:: w \leftarrow w - \frac{\eta}{\sqrt r + \epsilon} \odot g,

where :math:`r` is their sum (Adagrad; Duchi, Hazan and Singer, "Adaptive subgradient methods for online
learning and stochastic optimization", 2011) or their fading mean (RMSProp; Tieleman and Hinton, lecture 6.5
of "Neural networks for machine learning", 2012, unpublished). The form with look-ahead is algorithm 8.6 of
Goodfellow, Bengio and Courville ("Deep Learning", 2016). Differs from the Adagrad paper: the diagonal form
only, no projection.
"""

from __future__ import annotations

from torch import Tensor

from dlbook_lib.optim.settings import Number, State, check_rule, memory

__all__ = ["adagrad", "rmsprop", "rmsprop_nesterov"]


def adagrad(
    w: Tensor, g: Tensor, state: State = (), *, lr: Number, eps: Number = 1e-10
) -> tuple[Tensor, State]:
    r"""Divide by the root of the sum of all squared gradients so far.

    .. math:: r \leftarrow r + g \odot g, \qquad
        w \leftarrow w - \frac{\eta}{\epsilon + \sqrt r} \odot g

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape.
    state : tuple of Tensor
        :math:`(r,)`.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.
    eps : float or Tensor
        :math:`\epsilon`, at least 0; it alone stands between a coordinate whose gradients were all 0 and 0/0.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(r,)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is negative.

    Examples
    --------
    >>> import torch
    >>> adagrad(torch.zeros(2), torch.tensor([0.01, 100.0]), lr=0.1)[0]
    tensor([-0.1000, -0.1000])
    """
    check_rule(w, g, lr=lr, eps=eps)
    (r,) = memory(state, w, "r")
    r = r + g * g
    return w - lr * g / (eps + r.sqrt()), (r,)


def rmsprop(
    w: Tensor, g: Tensor, state: State = (), *, lr: Number, rho: Number = 0.99, eps: Number = 1e-8
) -> tuple[Tensor, State]:
    r"""Divide by the root of a fading mean of squared gradients.

    .. math:: r \leftarrow \rho r + (1 - \rho)\, g \odot g, \qquad
        w \leftarrow w - \frac{\eta}{\sqrt r + \epsilon} \odot g

    A gradient that lies :math:`k` steps back counts :math:`\rho^k`, so the memory is about
    :math:`1 / (1 - \rho)` steps long. :math:`r` starts at 0 and is not corrected: the first step is
    :math:`1 / \sqrt{1 - \rho}` times as long as later ones.

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape.
    state : tuple of Tensor
        :math:`(r,)`.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.
    rho : float or Tensor
        :math:`\rho`, in [0, 1).
    eps : float or Tensor
        :math:`\epsilon`, at least 0.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(r,)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> import torch
    >>> rmsprop(torch.zeros(1), torch.ones(1), lr=0.1, rho=0.75)[0]
    tensor([-0.2000])
    """
    check_rule(w, g, lr=lr, rho=rho, eps=eps)
    (r,) = memory(state, w, "r")
    r = rho * r + (1 - rho) * g * g
    return w - lr * g / (r.sqrt() + eps), (r,)


def rmsprop_nesterov(
    w: Tensor,
    g: Tensor,
    state: State = (),
    *,
    lr: Number,
    momentum: Number = 0.9,
    rho: Number = 0.99,
    eps: Number = 1e-8,
) -> tuple[Tensor, State]:
    r"""Step by RMSProp's rates with a velocity, along a gradient taken where the velocity leads.

    .. math::
        r \leftarrow \rho r + (1 - \rho)\, g \odot g, \qquad
        v \leftarrow \alpha v - \frac{\eta}{\sqrt r + \epsilon} \odot g, \qquad
        w \leftarrow w + v, \qquad g = \nabla L(w + \alpha v)

    Parameters
    ----------
    w : Tensor
        Weights.
    g : Tensor
        The gradient **at** ``look_ahead(w, state, momentum=momentum)``.
    state : tuple of Tensor
        :math:`(v, r)`, the velocity first.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.
    momentum : float or Tensor
        :math:`\alpha`, in [0, 1).
    rho : float or Tensor
        :math:`\rho`, in [0, 1).
    eps : float or Tensor
        :math:`\epsilon`, at least 0; the algorithm in the book has none.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(v, r)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> import torch
    >>> w, (v, r) = rmsprop_nesterov(torch.zeros(1), torch.ones(1), lr=0.1, rho=0.75)
    >>> v, r
    (tensor([-0.2000]), tensor([0.2500]))
    """
    check_rule(w, g, lr=lr, momentum=momentum, rho=rho, eps=eps)
    v, r = memory(state, w, "v r")
    r = rho * r + (1 - rho) * g * g
    v = momentum * v - lr * g / (r.sqrt() + eps)
    return w + v, (v, r)
