r"""Adam and its corrections: AdamW, AMSGrad, NAdam.

Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1) keeps fading means of
the gradient and of its square, and divides the first by the root of the second:

.. math::
    m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad
    v \leftarrow \beta_2 v + (1 - \beta_2)\, g \odot g, \qquad
    \hat m = \frac{m}{1 - \beta_1^t}, \quad \hat v = \frac{v}{1 - \beta_2^t}, \qquad
    w \leftarrow w - \eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}.

Since both means start at 0 they are too small by the factors that the hats divide out. AdamW is from
Loshchilov and Hutter ("Decoupled weight decay regularization", 2019), AMSGrad from Reddi, Kale and Kumar
("On the convergence of Adam and beyond", 2018), NAdam from Dozat ("Incorporating Nesterov momentum into
Adam", 2016). Differs from the papers: AMSGrad is corrected for its start here unless asked not to, as in
torch, and has no projection; NAdam follows torch's schedule of :math:`\beta_1`.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from dlbook_lib.optim.settings import Number, State, check_rule, memory

__all__ = ["adam", "adamw", "amsgrad", "nadam"]


def adam(
    w: Tensor,
    g: Tensor,
    state: State = (),
    *,
    lr: Number,
    beta1: Number = 0.9,
    beta2: Number = 0.999,
    eps: Number = 1e-8,
    l2: Number = 0.0,
    correct: bool = True,
) -> tuple[Tensor, State]:
    r"""Step by the mean gradient over the root of the mean square.

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape.
    state : tuple of Tensor
        :math:`(m, v, t)`, the last the count of steps.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0: about the length of a step in each coordinate.
    beta1, beta2 : float or Tensor
        :math:`\beta_1` and :math:`\beta_2`, in [0, 1).
    eps : float or Tensor
        :math:`\epsilon`, at least 0.
    l2 : float or Tensor
        Strength :math:`\lambda` of a penalty whose gradient :math:`\lambda w` joins ``g``, at least 0.
    correct : bool
        Divide out what starting at 0 costs, as the paper does.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(m, v, t)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> adam(torch.zeros(2), torch.tensor([0.01, -100.0]), lr=0.1)[0]
    tensor([-0.1000,  0.1000])
    """
    check_rule(w, g, lr=lr, beta1=beta1, beta2=beta2, eps=eps, l2=l2)
    m, v, t = _means(g + l2 * w, memory(state, w, "m v t"), beta1, beta2)
    if not correct:
        return w - lr * m / (v.sqrt() + eps), (m, v, t)
    m_hat, v_hat = m / _share(beta1, t), v / _share(beta2, t)
    return w - lr * m_hat / (v_hat.sqrt() + eps), (m, v, t)


def adamw(
    w: Tensor,
    g: Tensor,
    state: State = (),
    *,
    lr: Number,
    beta1: Number = 0.9,
    beta2: Number = 0.999,
    eps: Number = 1e-8,
    weight_decay: Number = 0.01,
) -> tuple[Tensor, State]:
    r"""Step as Adam does and shrink the weights besides, past the means.

    .. math:: w \leftarrow w - \eta \left( \frac{\hat m}{\sqrt{\hat v} + \epsilon} + \lambda w \right)

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape; the gradient holds no penalty.
    state : tuple of Tensor
        :math:`(m, v, t)`.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.
    beta1, beta2 : float or Tensor
        :math:`\beta_1` and :math:`\beta_2`, in [0, 1).
    eps : float or Tensor
        :math:`\epsilon`, at least 0.
    weight_decay : float or Tensor
        :math:`\lambda`, at least 0.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(m, v, t)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> adamw(torch.tensor([1.0]), torch.tensor([5.0]), lr=0.1, weight_decay=0.5)[0]
    tensor([0.8500])
    """
    check_rule(w, g, weight_decay=weight_decay)
    stepped, state = adam(w, g, state, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    return stepped - lr * weight_decay * w, state


def amsgrad(
    w: Tensor,
    g: Tensor,
    state: State = (),
    *,
    lr: Number,
    beta1: Number = 0.9,
    beta2: Number = 0.999,
    eps: Number = 1e-8,
    correct: bool = True,
) -> tuple[Tensor, State]:
    r"""Step as Adam does, but never forget the largest mean square.

    .. math:: \bar v \leftarrow \max(\bar v,\, v), \qquad
        w \leftarrow w - \eta \frac{\hat m}{\sqrt{\bar v / (1 - \beta_2^t)} + \epsilon}

    :math:`\bar v` never falls, so the rate of a coordinate, uncorrected, never rises.

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape.
    state : tuple of Tensor
        :math:`(m, v, \bar v, t)`.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.
    beta1, beta2 : float or Tensor
        :math:`\beta_1` and :math:`\beta_2`, in [0, 1).
    eps : float or Tensor
        :math:`\epsilon`, at least 0.
    correct : bool
        Divide out what starting at 0 costs, as torch does; the paper does not.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(m, v, \bar v, t)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> w, state = torch.zeros(1), ()
    >>> for g in (4.0, 0.0, 0.0):
    ...     w, state = amsgrad(w, torch.tensor([g]), state, lr=0.1, beta2=0.5)
    >>> state[1], state[2]
    (tensor([2.]), tensor([8.]))
    """
    check_rule(w, g, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    m, v, largest, t = memory(state, w, "m v largest t")
    m, v, t = _means(g, (m, v, t), beta1, beta2)
    largest = torch.maximum(largest, v)
    m_hat = m / _share(beta1, t) if correct else m
    v_hat = largest / _share(beta2, t) if correct else largest
    return w - lr * m_hat / (v_hat.sqrt() + eps), (m, v, largest, t)


def nadam(
    w: Tensor,
    g: Tensor,
    state: State = (),
    *,
    lr: Number,
    beta1: Number = 0.9,
    beta2: Number = 0.999,
    eps: Number = 1e-8,
    decay: Number = 0.004,
) -> tuple[Tensor, State]:
    r"""Step as Adam does along a mean that looks one step ahead.

    .. math::
        \mu_t = \beta_1 \bigl(1 - \tfrac12\, 0.96^{t \psi}\bigr), \qquad
        \begin{aligned} w \leftarrow w - \frac{\eta}{\sqrt{\hat v} + \epsilon} \Bigl(
        &\frac{\mu_{t+1}\, m}{1 - \prod_{i \le t+1} \mu_i} \\
        &+ \frac{(1 - \mu_t)\, g}{1 - \prod_{i \le t} \mu_i} \Bigr) \end{aligned}

    With a constant :math:`\mu_t = \beta_1` the bracket is about
    :math:`\beta_1 \hat m + (1 - \beta_1)\, g / (1 - \beta_1^t)`.

    Parameters
    ----------
    w, g : Tensor
        Weights and gradient, of one shape.
    state : tuple of Tensor
        :math:`(m, v, q, t)` with :math:`q = 1 - \prod \mu_i`, of the shape of ``w``.
    lr : float or Tensor
        Learning rate :math:`\eta`, at least 0.
    beta1, beta2 : float or Tensor
        :math:`\beta_1` and :math:`\beta_2`, in [0, 1).
    eps : float or Tensor
        :math:`\epsilon`, at least 0.
    decay : float or Tensor
        :math:`\psi`, how fast :math:`\mu_t` rises from about :math:`\beta_1 / 2` to :math:`\beta_1`.

    Returns
    -------
    w : Tensor
        The weights after the step.
    state : tuple of Tensor
        :math:`(m, v, q, t)`.

    Raises
    ------
    ValueError
        If the shapes differ or a setting is out of range.

    Examples
    --------
    >>> round(nadam(torch.zeros(1), torch.ones(1), lr=0.1)[0].item(), 4)
    -0.1056
    """
    check_rule(w, g, lr=lr, beta1=beta1, beta2=beta2, eps=eps, decay=decay)
    m, v, q, t = memory(state, w, "m v q t")
    m, v, t = _means(g, (m, v, t), beta1, beta2)
    mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (step * decay)) for step in (t, t + 1))
    q = 1 - (1 - q) * mu
    ahead = mu_next * m / (1 - (1 - q) * mu_next) + (1 - mu) * g / q
    v_hat = v / _share(beta2, t)
    return w - lr * ahead / (v_hat.sqrt() + eps), (m, v, q, t)


def _means(g: Tensor, state: State, beta1: Number, beta2: Number) -> State:
    """Update the fading means of the gradient and of its square, and count the step."""
    m, v, t = state
    return beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g, t + 1


def _share(beta: Number, t: Tensor) -> Tensor:
    """Return 1 - beta^t, to full precision where beta is a number close to 1."""
    if isinstance(beta, Tensor):
        return 1 - beta**t
    return -torch.expm1(t * (math.log(beta) if beta else -math.inf))
