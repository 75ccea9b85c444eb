r"""Stochastic depth: switch off whole residual blocks while training.

Huang, Sun, Liu, Sedra and Weinberger (2016, "Deep networks with stochastic depth"). Block :math:`\ell` of
:math:`L` is kept with a probability that falls in a straight line to :math:`p_L`. Differs from the paper: any
modules that keep their input's shape may be the blocks, and no activation follows the sum.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_type
from dlbook_lib.regularize.draws import uniform_like

__all__ = ["StochasticDepth", "survival_probabilities"]


def survival_probabilities(blocks: int, last: float) -> Tensor:
    r"""Say with what probability each block is kept.

    .. math:: p_\ell = 1 - \frac{\ell}{L} (1 - p_L), \qquad \ell = 1, \dots, L

    Parameters
    ----------
    blocks : int
        :math:`L`, at least 1.
    last : float
        :math:`p_L`, in [0, 1].

    Returns
    -------
    Tensor of shape (L,)
        The probabilities; their sum is the expected depth.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> survival_probabilities(4, 0.5)
    tensor([0.8750, 0.7500, 0.6250, 0.5000])
    """
    check_integer("blocks", blocks, low=1)
    check_number("last", last, low=0, high=1)
    return torch.tensor([1 - number / blocks * (1 - last) for number in range(1, blocks + 1)])


class StochasticDepth(nn.Module):
    r"""A stack of residual blocks of which each training pass skips some.

    While training :math:`x \leftarrow x + b_\ell f_\ell(x)` with one :math:`b_\ell \sim
    \mathrm{Bernoulli}(p_\ell)` for the whole batch, so that a skipped block costs nothing; afterwards
    :math:`x \leftarrow x + p_\ell f_\ell(x)`.

    Parameters
    ----------
    blocks : sequence of nn.Module
        The :math:`f_\ell`, each from a tensor to one of the same shape.
    last : float
        :math:`p_L`, in [0, 1].

    Attributes
    ----------
    ran : int
        How many blocks the last pass ran.

    Raises
    ------
    TypeError
        If a block is no module.
    ValueError
        If there is none, or ``last`` lies outside [0, 1].

    Examples
    --------
    >>> stack = StochasticDepth([nn.Linear(3, 3) for _ in range(4)], last=0.0).train()
    >>> stack(torch.ones(2, 3)).shape, stack.ran < 4
    (torch.Size([2, 3]), True)
    """

    def __init__(self, blocks: Sequence[nn.Module], *, last: float = 0.5) -> None:
        super().__init__()
        for block in blocks:
            check_type("blocks", block, nn.Module, "modules")
        with torch.device("cpu"):  # plain numbers, wherever the blocks are built
            self.survival = survival_probabilities(len(blocks), last).tolist()
        self.blocks = nn.ModuleList(blocks)
        self.ran = 0

    def forward(self, x: Tensor) -> Tensor:
        """Pass through the blocks that are kept.

        Parameters
        ----------
        x : Tensor
            Input of the first block.

        Returns
        -------
        Tensor
            Of the same shape.
        """
        self.ran = 0
        coins = uniform_like(torch.empty(0), (len(self.blocks),)).tolist() if self.training else None
        for number, (block, p) in enumerate(zip(self.blocks, self.survival)):
            if coins is None:
                x = x + p * block(x)
            elif coins[number] < p:
                x = x + block(x)
            else:
                continue
            self.ran += 1
        return x
