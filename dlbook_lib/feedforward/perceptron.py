r"""The perceptron: a threshold unit that learns, and why it stops making mistakes.

The machine is Rosenblatt's ("The Perceptron: A Probabilistic Model for Information Storage and Organization
in the Brain", 1958), and so is the rule ("Principles of Neurodynamics", 1962); the bound on its mistakes is
Novikoff's ("On Convergence Proofs on Perceptrons", 1962). The widest margin, which makes the bound as small
as it can be, is a problem of least distance; it is solved by non-negative least squares, after Lawson and
Hanson ("Solving Least Squares Problems", 1974, chapter 23).

Differs from the papers: Rosenblatt's machine had a layer of fixed random units before the one that learns,
ours reads the inputs themselves; targets are 0 and 1, where Novikoff turns all examples to one side.

All functions take inputs that already hold their constant 1, as ``with_bias_input`` puts it there.

Shape letters: N examples, D inputs with the constant.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from scipy.optimize import nnls
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = ["Run", "margin", "mistake_bound", "perceptron_step", "train_perceptron", "widest_margin"]


class Run(NamedTuple):
    """What a training run of the perceptron did.

    Parameters
    ----------
    weight : Tensor of shape (D,)
        The weights at the end.
    mistakes : int
        How many answers were wrong; each of them moved the weights.
    passes : int
        How often the examples were gone through, the pass without a mistake included.
    settled : bool
        Whether there was such a pass.
    path : Tensor of shape (mistakes + 1, D)
        The weights after each mistake, zero first.
    """

    weight: Tensor
    mistakes: int
    passes: int
    settled: bool
    path: Tensor


def perceptron_step(weight: Tensor, x: Tensor, target: Tensor | float, *, lr: float = 1.0) -> Tensor:
    r"""Show one example to the unit and correct it if it was wrong.

    .. math:: w \leftarrow w + \eta\,(t - y)\,x, \qquad y = \mathbb{1}[w \cdot x \ge 0]

    Parameters
    ----------
    weight, x : Tensor of shape (D,)
        The weights :math:`w` and one example.
    target : Tensor of shape () or float
        What the unit should say, 0 or 1.
    lr : float
        The learning rate :math:`\eta`, above 0.

    Returns
    -------
    Tensor of shape (D,)
        The new weights: the old ones if the answer was right.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or ``lr`` is not positive.

    Examples
    --------
    >>> perceptron_step(torch.zeros(3), torch.tensor([1.0, 2.0, 3.0]), 0.0)
    tensor([-1., -2., -3.])
    """
    check_shape("weight", weight, ("D",))
    check_shape("x", x, tuple(weight.shape))
    check_number("lr", lr, low=1e-12)
    answer = (weight @ x >= 0).to(x.dtype)
    return weight + lr * (target - answer) * x


def train_perceptron(
    x: Tensor,
    targets: Tensor,
    *,
    order: Iterable[int] | None = None,
    passes: int = 1000,
    lr: float = 1.0,
) -> Run:
    """Show the examples in turn, again and again, until a whole pass goes by without a mistake.

    Parameters
    ----------
    x : Tensor of shape (N, D)
        Inputs, the constant 1 among them.
    targets : Tensor of shape (N,)
        0 and 1.
    order : iterable of N integers, optional
        In which order a pass shows the examples; as they stand by default.
    passes : int
        Give up after so many.
    lr : float
        The learning rate. Training starts at zero, so it scales the weights and changes no answer.

    Returns
    -------
    Run
        The weights at the end, the mistakes and passes that it took, whether it settled, and the path.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, a target is neither 0 nor 1, or ``order`` is no order of the N
        examples.

    Examples
    --------
    >>> x = torch.tensor([[1.0, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]])
    >>> run = train_perceptron(x, torch.tensor([0.0, 0, 0, 1]))
    >>> run.weight, run.mistakes, run.passes
    (tensor([-3.,  2.,  1.]), 11, 6)
    """
    _check_examples(x, targets)
    check_integer("passes", passes, low=1)
    rows = list(range(len(x))) if order is None else [int(i) for i in order]
    if sorted(rows) != list(range(len(x))):
        raise ValueError(f"order must hold each of 0 to {len(x) - 1} once, got {rows[:8]}")
    weight = torch.zeros(x.shape[1], dtype=x.dtype)
    path = [weight]
    for number in range(1, passes + 1):
        before = len(path)
        for i in rows:
            new = perceptron_step(weight, x[i], targets[i], lr=lr)
            if not torch.equal(new, weight):
                weight = new
                path.append(weight)
        if len(path) == before:
            return Run(weight, len(path) - 1, number, True, torch.stack(path))
    return Run(weight, len(path) - 1, passes, False, torch.stack(path))


def margin(x: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
    r"""Measure how far the nearest example lies on its right side of the plane :math:`w \cdot x = 0`.

    .. math:: \gamma(w) = \min_n \frac{s_n\, w \cdot x_n}{\lVert w \rVert}, \qquad s_n = 2 t_n - 1

    Parameters
    ----------
    x : Tensor of shape (N, D)
        Inputs, the constant 1 among them.
    targets : Tensor of shape (N,)
        0 and 1.
    weight : Tensor of shape (D,)
        Weights, not all zero.

    Returns
    -------
    Tensor of shape ()
        Positive if all examples are on their right side, negative if not.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a target is neither 0 nor 1.

    Examples
    --------
    >>> margin(torch.tensor([[1.0, 3.0], [1.0, -2.0]]), torch.tensor([1.0, 0.0]), torch.tensor([0.0, 5.0]))
    tensor(2.)
    """
    _check_examples(x, targets)
    check_shape("weight", weight, (x.shape[1],))
    return ((2 * targets - 1) * (x @ weight)).min() / weight.norm()


def widest_margin(x: Tensor, targets: Tensor) -> tuple[Tensor, float]:
    r"""Find the weights with the widest margin, if any weights separate the examples.

    They are the shortest :math:`w` with :math:`s_n\, w \cdot x_n \ge 1` for all :math:`n`. With the rows
    :math:`g_n = s_n x_n`, solve :math:`\min_{u \ge 0} \lVert E u - e \rVert` for the matrix
    :math:`E = (G, 1)^\top` and :math:`e = (0, \dots, 0, 1)`; the residual :math:`r = E u - e` is zero if
    nothing separates them, and else :math:`w_i = -r_i / r_{D+1}`.

    Parameters
    ----------
    x : Tensor of shape (N, D)
        Inputs, the constant 1 among them.
    targets : Tensor of shape (N,)
        0 and 1.

    Returns
    -------
    weight : Tensor of shape (D,)
        A vector of length 1, or zeros if the examples cannot be separated.
    gamma : float
        Its margin :math:`\gamma`, 0 if they cannot.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a target is neither 0 nor 1.

    Examples
    --------
    >>> corners = torch.tensor([[1.0, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]])
    >>> round(widest_margin(corners, torch.tensor([0.0, 0, 0, 1]))[1], 4)  # AND
    0.2425
    >>> widest_margin(corners, torch.tensor([0.0, 1, 1, 0]))[1]  # exclusive or
    0.0
    """
    _check_examples(x, targets)
    turned = ((2 * targets - 1)[:, None] * x).double()
    E = torch.cat([turned.T, torch.ones(1, len(x), dtype=torch.float64)])
    e = torch.zeros(len(E), dtype=torch.float64)
    e[-1] = 1
    u, distance = nnls(E.numpy(), e.numpy())
    if distance < 1e-8:
        return torch.zeros_like(x[0]), 0.0
    residual = E @ torch.from_numpy(u) - e
    weight = -residual[:-1] / residual[-1]
    return (weight / weight.norm()).to(x.dtype), float(1 / weight.norm())


def mistake_bound(x: Tensor, gamma: float) -> float:
    r"""Bound the mistakes that the perceptron can make, in any order, on examples with a margin.

    .. math:: \text{mistakes} \le \Bigl(\frac{R}{\gamma}\Bigr)^2, \qquad R = \max_n \lVert x_n \rVert

    Parameters
    ----------
    x : Tensor of shape (N, D)
        Inputs, the constant 1 among them.
    gamma : float
        A margin that some weights reach, above 0; the widest gives the best bound.

    Returns
    -------
    float
        The bound.

    Raises
    ------
    ValueError
        If ``x`` has another shape, or ``gamma`` is not positive.

    Examples
    --------
    >>> mistake_bound(torch.tensor([[1.0, 3.0], [1.0, -2.0]]), 0.5)
    40.0
    """
    check_shape("x", x, ("N", "D"))
    check_number("gamma", gamma, low=1e-12)
    return round(float(x.double().square().sum(dim=1).max() / gamma**2), 9)


def _check_examples(x: Tensor, targets: Tensor) -> None:
    check_shape("x", x, ("N", "D"))
    check_shape("targets", targets, (len(x),))
    if not ((targets == 0) | (targets == 1)).all():
        raise ValueError(f"targets must be 0 or 1, got {sorted(set(targets.tolist()))[:5]}")
