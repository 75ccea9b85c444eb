r"""Several small networks trained at once, each on data of its own: five seeds for the time of two.

An experiment that compares regularizers needs several seeds, and small matrix products leave a processor
idle. Here the weights of S networks stand in one array, and one batched product serves them all. Nothing
connects them: each has its own weights, its own data, and with an optimizer that works weight by weight its
own training.

Shape letters: B batch, S networks, D features, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape
from dlbook_lib.regularize.dropout import Dropout

__all__ = ["SideBySide", "stacked_loss", "stacked_scores"]


class SideBySide(nn.Module):
    r"""A stack of networks of dense layers with ReLU between, and dropout before each layer if asked.

    Parameters
    ----------
    copies : int
        How many networks, S.
    widths : sequence of int
        Features of the input, of each hidden layer and of the output; at least two.
    dropout_input, dropout : float
        Probability of being switched off, for inputs and for hidden units.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> SideBySide(5, (4, 8, 3))(torch.zeros(2, 5, 4)).shape
    torch.Size([2, 5, 3])
    """

    def __init__(
        self, copies: int, widths: Sequence[int], *, dropout_input: float = 0.0, dropout: float = 0.0
    ) -> None:
        super().__init__()
        check_integer("copies", copies, low=1)
        check_integer("len(widths)", len(widths), low=2)
        for width in widths:
            check_integer("widths", width, low=1)
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for wide, narrow in pairwise(widths):
            bound = wide**-0.5  # as nn.Linear draws them
            self.weights.append(torch.empty(copies, wide, narrow).uniform_(-bound, bound))
            self.biases.append(torch.empty(copies, 1, narrow).uniform_(-bound, bound))
        self.drops = nn.ModuleList([Dropout(dropout_input), *(Dropout(dropout) for _ in widths[2:])])

    def forward(self, x: Tensor) -> Tensor:
        """Pass each network its own inputs.

        Parameters
        ----------
        x : Tensor of shape (B, S, ...)
            In column s what network s is to see; what follows is flattened.

        Returns
        -------
        Tensor of shape (B, S, K)
            Logits.
        """
        h = self.features(x)
        return torch.baddbmm(self.biases[-1], self.drops[-1](h), self.weights[-1]).transpose(0, 1)

    def features(self, x: Tensor) -> Tensor:
        """Return the last hidden layer.

        Parameters
        ----------
        x : Tensor of shape (B, S, ...)
            As for ``forward``.

        Returns
        -------
        Tensor of shape (S, B, D)
            Activations, the networks first.
        """
        S, D, _ = self.weights[0].shape
        h = x.flatten(2)
        check_shape("x", h, ("B", S, D))
        h = h.transpose(0, 1)
        for drop, weight, bias in zip(self.drops, self.weights[:-1], self.biases[:-1]):
            h = F.relu(torch.baddbmm(bias, drop(h), weight))
        return h


def stacked_loss(logits: Tensor, target: Tensor) -> Tensor:
    r"""Add up the cross-entropies of all networks, so that the gradient of each is that of its own.

    .. math:: \sum_{s=1}^S \frac1B \sum_{b=1}^B \ell(z_{bs}, y_{bs})

    Parameters
    ----------
    logits : Tensor of shape (B, S, K)
        Scores z.
    target : Tensor of shape (B, S) or (B, S, K)
        Classes, or distributions over them.

    Returns
    -------
    Tensor of shape ()
        The sum over networks of the mean over examples.

    Raises
    ------
    ValueError
        If ``logits`` has another shape.
    """
    check_shape("logits", logits, ("B", "S", "K"))
    return logits.shape[1] * F.cross_entropy(logits.flatten(0, 1), target.flatten(0, 1))


def stacked_scores(model: nn.Module, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Measure each network, on data of its own or on the same for all.

    Parameters
    ----------
    model : nn.Module
        In the mode in which it is to be measured.
    x : Tensor of shape (B, S, ...)
        Inputs; ``x[:, None].expand(-1, S, ...)`` shows all networks the same.
    y : Tensor of shape (B, S)
        Classes.

    Returns
    -------
    loss : Tensor of shape (S,)
        Mean cross-entropy of each.
    accuracy : Tensor of shape (S,)
        Share of right answers of each.
    """
    with torch.no_grad():
        logits = model(x)
        losses = F.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none").view(y.shape)
    return losses.mean(dim=0), (logits.argmax(dim=2) == y).float().mean(dim=0)
