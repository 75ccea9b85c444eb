r"""Gradient descent, and what a memory of past steps adds: momentum, weight decay, Nesterov's look-ahead.

All of them move the weights by a velocity,

.. math:: v \leftarrow \alpha v - \eta\, g, \qquad w \leftarrow w + v,

and differ in where the gradient :math:`g` is taken and what else enters :math:`v`. Momentum is from Polyak
("Some methods of speeding up the convergence of iteration methods", 1964), the look-ahead from Nesterov
(1983) in the form of Sutskever et al. ("On the importance of initialization and momentum in deep learning",
2013, eq. 3 and 4), weight decay inside the velocity from Krizhevsky, Sutskever and Hinton ("ImageNet
classification with deep convolutional neural networks", 2012, section 5). Differs from ``torch.optim.SGD``,
which keeps the velocity without the learning rate: the ``..._torch`` forms stand beside, equal while the
rate is constant.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_number
from dlbook_lib.optim.settings import Number, State, check_rule, memory

__all__ = [
    "alexnet",
    "largest_stable_rate",
    "look_ahead",
    "nesterov",
    "sgd",
    "sgd_momentum",
]


def sgd(w: Tensor, g: Tensor, state: State = (), *, lr: Number) -> tuple[Tensor, State]:
    r"""Step against the gradient: of the full loss, or of a mini-batch's.

    .. math:: w \leftarrow w - \eta\, g

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape.
    state : tuple
        Nothing is remembered: ``()``.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple
        ``()``.

    Raises
    ------
    ValueError
        If the shapes differ or ``lr`` is negative.

    Examples
    --------
    >>> sgd(torch.tensor([1.0, 2.0]), torch.tensor([1.0, -1.0]), lr=0.5)
    (tensor([0.5000, 2.5000]), ())
    """
    check_rule(w, g, lr=lr)
    memory(state, w, "")
    return w - lr * g, ()


def sgd_momentum(
    w: Tensor, g: Tensor, state: State = (), *, lr: Number, momentum: Number = 0.9
) -> tuple[Tensor, State]:
    r"""Keep a share of the last step and add the new one.

    .. math:: v \leftarrow \alpha v - \eta\, g, \qquad w \leftarrow w + v

    Under a constant gradient the step grows to :math:`\eta / (1 - \alpha)` times the gradient, whatever
    :math:`\eta`.

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape.
    state : tuple of Tensor
        :math:`(v,)`.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.
    momentum : float or Tensor
        :math:`\alpha`, in [0, 1).

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(v,)`, the step that was made.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> w, state = sgd_momentum(torch.zeros(1), torch.ones(1), lr=0.1)
    >>> w, state = sgd_momentum(w, torch.ones(1), state, lr=0.1)
    >>> w  # 0.1 and then 0.9 · 0.1 + 0.1
    tensor([-0.2900])
    """
    check_rule(w, g, lr=lr, momentum=momentum)
    (v,) = memory(state, w, "v")
    v = momentum * v - lr * g
    return w + v, (v,)


def alexnet(
    w: Tensor,
    g: Tensor,
    state: State = (),
    *,
    lr: Number,
    momentum: Number = 0.9,
    weight_decay: Number = 0.0005,
    printed: bool = False,
) -> tuple[Tensor, State]:
    r"""Momentum with weight decay inside the velocity, as AlexNet was trained.

    .. math:: v \leftarrow \alpha v - \lambda \eta\, w - \eta\, g, \qquad w \leftarrow w + v

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape.
    state : tuple of Tensor
        :math:`(v,)`.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0; the paper calls it :math:`\epsilon`.
    momentum : float or Tensor
        :math:`\alpha`, in [0, 1).
    weight_decay : float or Tensor
        :math:`\lambda`, at least 0.
    printed : bool
        Leave :math:`\eta` out of the decay, as some notes print it: a rule with another fixed point.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(v,)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> alexnet(torch.ones(1), torch.zeros(1), lr=0.5, weight_decay=0.1)[0]
    tensor([0.9500])
    """
    check_rule(w, g, lr=lr, momentum=momentum, weight_decay=weight_decay)
    (v,) = memory(state, w, "v")
    decay = weight_decay if printed else weight_decay * lr
    v = momentum * v - decay * w - lr * g
    return w + v, (v,)


def look_ahead(w: Tensor, state: State = (), *, momentum: Number = 0.9) -> Tensor:
    r"""Say where the velocity alone would carry the weights: the place at which Nesterov asks for a gradient.

    Parameters
    ----------
    w : Tensor
        Weights.
    state : tuple of Tensor
        What a rule remembers, the velocity :math:`v` first.
    momentum : float or Tensor
        :math:`\alpha`, in [0, 1).

    Returns
    -------
    Tensor
        :math:`w + \alpha v`.

    Raises
    ------
    ValueError
        If ``momentum`` is out of range.

    Examples
    --------
    >>> look_ahead(torch.tensor([1.0]), (torch.tensor([2.0]),), momentum=0.5)
    tensor([2.])
    """
    check_rule(w, w, momentum=momentum)
    return w + momentum * state[0] if len(state) else w


def nesterov(
    w: Tensor, g: Tensor, state: State = (), *, lr: Number, momentum: Number = 0.9
) -> tuple[Tensor, State]:
    r"""Step with momentum along a gradient taken where the velocity leads.

    .. math:: v \leftarrow \alpha v - \eta \nabla L(w + \alpha v), \qquad w \leftarrow w + v

    The arithmetic is that of :func:`sgd_momentum`; only ``g`` is another.

    Parameters
    ----------
    w : Tensor
        Weights.
    g : Tensor
        The gradient **at** ``look_ahead(w, state, momentum=momentum)``.
    state : tuple of Tensor
        :math:`(v,)`.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.
    momentum : float or Tensor
        :math:`\alpha`, in [0, 1).

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(v,)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> w, state = torch.tensor([1.0]), ()
    >>> for _ in range(2):  # on the loss w² / 2, whose gradient is w
    ...     g = look_ahead(w, state, momentum=0.5)
    ...     w, state = nesterov(w, g, state, lr=0.1, momentum=0.5)
    >>> w
    tensor([0.7650])
    """
    return sgd_momentum(w, g, state, lr=lr, momentum=momentum)


def largest_stable_rate(curvature: float, momentum: float = 0.0) -> float:
    r"""Say up to which rate descent on a quadratic converges.

    .. math:: \eta < \frac{2\,(1 + \alpha)}{\lambda_{\max}}

    Parameters
    ----------
    curvature : float
        The largest eigenvalue :math:`\lambda_{\max}` of the Hessian, above 0.
    momentum : float
        :math:`\alpha` of :func:`sgd_momentum`, in [0, 1).

    Returns
    -------
    float
        The bound.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> largest_stable_rate(4.0), largest_stable_rate(4.0, momentum=0.5)
    (0.5, 0.75)
    """
    check_number("curvature", curvature, low=0)
    check_rule(torch.zeros(1), torch.zeros(1), momentum=momentum)
    return 2 * (1 + momentum) / curvature
