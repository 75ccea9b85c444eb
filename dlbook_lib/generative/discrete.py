r"""Diffusion over symbols: transition matrices in place of Gaussian noise.

After Austin, Johnson, Ho, Tarlow and van den Berg, "Structured Denoising Diffusion Models in Discrete
State-Spaces" (2021, D3PM): :math:`q(x_t \mid x_{t-1}) = \mathrm{Cat}(x_t;\ x_{t-1} Q_t)` for one-hot rows
x. Since it is a Markov chain, :math:`\bar Q_t = Q_1 \cdots Q_t` is the jump to time t (Chapman and
Kolmogorov).

Differs from the paper: two kinds of matrices of its several.

Shape letters: B batch, K symbols, T steps.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

__all__ = ["absorbing_matrix", "cumulative", "discrete_jump", "discrete_posterior", "uniform_matrix"]


def uniform_matrix(symbols: int, *, beta: float) -> Tensor:
    r"""Replace a symbol, with probability :math:`\beta`, by any of all K.

    Parameters
    ----------
    symbols : int
        How many there are, K.
    beta : float
        In [0, 1].

    Returns
    -------
    Tensor of shape (K, K)
        From the symbol of the row to that of the column; rows sum to 1.

    Examples
    --------
    >>> uniform_matrix(2, beta=0.5)
    tensor([[0.7500, 0.2500],
            [0.2500, 0.7500]])
    """
    check_integer("symbols", symbols, low=2)
    check_number("beta", beta, low=0, high=1)
    return (1 - beta) * torch.eye(symbols) + beta / symbols


def absorbing_matrix(symbols: int, *, beta: float) -> Tensor:
    r"""Replace a symbol, with probability :math:`\beta`, by the last one, the mask, which stays what it is.

    Parameters
    ----------
    symbols : int
        How many there are, the mask included.
    beta : float
        In [0, 1].

    Returns
    -------
    Tensor of shape (K, K)
        From the symbol of the row to that of the column.

    Examples
    --------
    >>> absorbing_matrix(2, beta=0.5)
    tensor([[0.5000, 0.5000],
            [0.0000, 1.0000]])
    """
    check_integer("symbols", symbols, low=2)
    check_number("beta", beta, low=0, high=1)
    Q = (1 - beta) * torch.eye(symbols)
    Q[:, -1] += beta
    return Q


def cumulative(matrices: Tensor) -> Tensor:
    r"""Multiply up the steps, :math:`\bar Q_t = Q_1 Q_2 \cdots Q_t`, with :math:`\bar Q_0 = I`.

    Parameters
    ----------
    matrices : Tensor of shape (T, K, K)
        One matrix for each step.

    Returns
    -------
    Tensor of shape (T + 1, K, K)
        The jumps.

    Examples
    --------
    >>> Q = absorbing_matrix(2, beta=0.5)
    >>> cumulative(torch.stack((Q, Q)))[2]
    tensor([[0.2500, 0.7500],
            [0.0000, 1.0000]])
    """
    check_shape("matrices", matrices, ("T", "K", "K"))
    jumps = [torch.eye(matrices.shape[1], dtype=matrices.dtype, device=matrices.device)]
    for Q in matrices:
        jumps.append(jumps[-1] @ Q)
    return torch.stack(jumps)


def discrete_jump(x0: Tensor, chances: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
    """Draw noised symbols from the rows of a matrix.

    Parameters
    ----------
    x0 : Tensor of shape (B,)
        Symbols, int64.
    chances : Tensor of shape (K, K)
        One step, or a jump.
    generator : torch.Generator, optional
        Where the draws come from.

    Returns
    -------
    Tensor of shape (B,)
        Symbols, int64.

    Examples
    --------
    >>> discrete_jump(torch.tensor([0, 1]), torch.eye(2))
    tensor([0, 1])
    """
    check_shape("x0", x0, ("B",))
    return torch.multinomial(chances[x0], 1, generator=generator).squeeze(1)


def discrete_posterior(x0: Tensor, x: Tensor, step: Tensor, before: Tensor) -> Tensor:
    r"""Find the law of the symbol one step earlier, the first and the present one given.

    .. math:: q(x_{t-1} \mid x_t, x_0) \propto (x_t Q_t^\top) \odot (x_0 \bar Q_{t-1})

    Parameters
    ----------
    x0 : Tensor of shape (B, K)
        Probabilities of the first symbol; one-hot where it is known.
    x : Tensor of shape (B,)
        The symbol at time t, int64.
    step, before : Tensor of shape (K, K)
        :math:`Q_t` and :math:`\bar Q_{t-1}`.

    Returns
    -------
    Tensor of shape (B, K)
        Probabilities.

    Examples
    --------
    >>> Q = absorbing_matrix(2, beta=0.5)  # a mask at t = 2 was one at t = 1 already in two cases of three
    >>> discrete_posterior(torch.tensor([[1.0, 0.0]]), torch.tensor([1]), Q, Q)
    tensor([[0.3333, 0.6667]])
    """
    check_shape("x0", x0, ("B", "K"))
    seen = F.one_hot(x, x0.shape[1]).to(x0.dtype)
    product = (seen @ step.T.to(x0)) * (x0 @ before.to(x0))
    return product / product.sum(1, keepdim=True)
