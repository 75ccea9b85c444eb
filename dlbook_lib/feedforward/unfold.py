r"""Eight tiny layers that fold a plane until a straight line separates what lies in it.

Fleuret (2023), *The Little Book of Deep Learning*, section 3.5 and figure 3.4: every layer is a
:math:`2 \times 2` matrix, an offset and a hyperbolic tangent, so that what each of them does to the plane can
be drawn; an affine map and a softmax come last. Differs from the book: the data set and the initialisation
(the identity, slightly disturbed) are ours, since the book does not state its own.

Shape letters: B batch.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_shape
from dlbook_lib.feedforward.activations import tanh
from dlbook_lib.feedforward.mlp import FullyConnected

__all__ = ["Unfolding"]


class Unfolding(nn.Module):
    r"""A deep network that never leaves the plane.

    .. math:: h^{(l)} = \tanh\bigl(W^{(l)} h^{(l-1)} + b^{(l)}\bigr) \in \mathbb R^2, \qquad l = 1, \dots, L,
        \qquad z = A\, h^{(L)} + c

    Parameters
    ----------
    depth : int
        Number of layers L before the affine map.
    disturbance : float
        Standard deviation of what is added to the identity matrices at the start.

    Raises
    ------
    ValueError
        If ``depth`` is not positive or ``disturbance`` is negative.

    Examples
    --------
    >>> network = Unfolding()
    >>> sum(p.numel() for p in network.parameters())  # 8 · (4 + 2) + (4 + 2)
    54
    """

    def __init__(self, depth: int = 8, *, disturbance: float = 0.2) -> None:
        super().__init__()
        check_integer("depth", depth, low=1)
        check_number("disturbance", disturbance, low=0)
        self.layers = nn.ModuleList(FullyConnected(2, 2) for _ in range(depth))
        self.last = FullyConnected(2, 2)
        with torch.no_grad():
            for layer in (*self.layers, self.last):
                layer.weight.copy_(torch.eye(2) + disturbance * torch.randn(2, 2))
                layer.bias.zero_()

    def states(self, x: Tensor) -> list[Tensor]:
        """List where every layer takes the points.

        Parameters
        ----------
        x : Tensor of shape (B, 2)
            Points.

        Returns
        -------
        list of Tensor of shape (B, 2)
            The points themselves, then what each layer makes of them.
        """
        places = [x]
        for layer in self.layers:
            places.append(tanh(layer(places[-1])))
        return places

    def forward(self, x: Tensor) -> Tensor:
        """Compute two logits.

        Parameters
        ----------
        x : Tensor of shape (B, 2)
            Points.

        Returns
        -------
        Tensor of shape (B, 2)
            One logit for each class.
        """
        check_shape("x", x, ("B", 2))
        return self.last(self.states(x)[-1])
