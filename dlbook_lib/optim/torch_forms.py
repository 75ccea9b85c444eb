r"""Momentum and Nesterov as ``torch.optim.SGD`` computes them: the rate stands before the whole sum.

With a constant rate they are the rules of :mod:`dlbook_lib.optim.gradient_descent` (Polyak 1964; Sutskever
et al. 2013) under other names: the buffer is :math:`b = -v / \eta`, and what Nesterov's form holds is the
look-ahead point. When the rate changes, both differ. Differs from torch: nothing is changed in place, no
dampening.
"""

from __future__ import annotations

from torch import Tensor

from dlbook_lib.optim.settings import Number, State, check_rule, memory

__all__ = ["momentum_torch", "nesterov_torch"]


def momentum_torch(
    w: Tensor, g: Tensor, state: State = (), *, lr: Number, momentum: Number = 0.9
) -> tuple[Tensor, State]:
    r"""Momentum as ``torch.optim.SGD`` computes it: the rate multiplies the whole sum.

    .. math:: b \leftarrow \alpha b + g, \qquad w \leftarrow w - \eta\, b

    While :math:`\eta` is constant, :math:`v = -\eta b` and the two forms are one. When the rate is cut, this
    form slows down at once, and the other one only as its old velocity fades.

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape.
    state : tuple of Tensor
        :math:`(b,)`.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.
    momentum : float or Tensor
        :math:`\alpha`, in [0, 1).

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(b,)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> import torch
    >>> w, state = momentum_torch(torch.zeros(1), torch.ones(1), lr=0.1)
    >>> momentum_torch(w, torch.ones(1), state, lr=0.1)[0]
    tensor([-0.2900])
    """
    check_rule(w, g, lr=lr, momentum=momentum)
    (b,) = memory(state, w, "b")
    b = momentum * b + g
    return w - lr * b, (b,)


def nesterov_torch(
    p: Tensor, g: Tensor, state: State = (), *, lr: Number, momentum: Number = 0.9
) -> tuple[Tensor, State]:
    r"""Do Nesterov's step as ``torch.optim.SGD`` does, which holds the look-ahead point.

    .. math:: b \leftarrow \alpha b + g, \qquad p \leftarrow p - \eta\,(g + \alpha b)

    With :math:`p = w + \alpha v` and a constant rate these are the places at which
    :func:`~dlbook_lib.optim.gradient_descent.nesterov` takes its gradients.

    Parameters
    ----------
    p, g : Tensor
        The look-ahead point and the gradient there.
    state : tuple of Tensor
        :math:`(b,)`.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.
    momentum : float or Tensor
        :math:`\alpha`, in [0, 1).

    Returns
    -------
    p : Tensor
        The next look-ahead point.
    state : tuple of Tensor
        :math:`(b,)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> import torch
    >>> nesterov_torch(torch.tensor([1.0]), torch.tensor([1.0]), lr=0.1, momentum=0.5)[0]
    tensor([0.8500])
    """
    check_rule(p, g, lr=lr, momentum=momentum)
    (b,) = memory(state, p, "b")
    b = momentum * b + g
    return p - lr * (g + momentum * b), (b,)
