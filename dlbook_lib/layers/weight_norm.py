r"""Weight normalization: length and direction of a weight vector learned apart.

After Salimans and Kingma (2016), "Weight Normalization: A Simple Reparameterization to Accelerate Training
of Deep Neural Networks", eq. 2 and 3. The layer computes what it always did; only the coordinates in which
gradient descent moves are others, and no example looks at another.

Differs from the paper: no initialization from a batch of data.

Shape letters: B batch, C channels in, O channels out.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer

__all__ = ["WeightNormLinear", "weight_norm"]


def weight_norm(v: Tensor, g: Tensor) -> Tensor:
    r"""Build a weight whose rows have given lengths.

    .. math:: w_o = g_o\, \frac{v_o}{\lVert v_o \rVert}

    Parameters
    ----------
    v : Tensor of shape (O, C, ...)
        Its rows give the directions; their lengths do not count.
    g : Tensor of shape (O,)
        The lengths; a negative one turns the row around.

    Returns
    -------
    Tensor of shape (O, C, ...)
        With row lengths :math:`\lvert g_o \rvert`.

    Examples
    --------
    >>> weight_norm(torch.tensor([[3.0, 4.0]]), torch.tensor([10.0])).tolist()
    [[6.0, 8.0]]
    """
    lengths = v.flatten(1).norm(dim=1)
    return v * (g / lengths).view(-1, *[1] * (v.dim() - 1))


class WeightNormLinear(nn.Module):
    """A dense layer with its weight in these coordinates.

    Parameters
    ----------
    in_features, out_features : int
        C and O.

    Raises
    ------
    ValueError
        If a number is below 1.

    Examples
    --------
    >>> sum(p.numel() for p in WeightNormLinear(5, 3).parameters())  # 15 + 3 + 3
    21
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        check_integer("in_features", in_features, low=1)
        check_integer("out_features", out_features, low=1)
        bound = in_features**-0.5  # as nn.Linear draws it
        self.v = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.g = nn.Parameter(self.v.detach().norm(dim=1))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Parameters
        ----------
        x : Tensor of shape (B, C)
            Inputs.

        Returns
        -------
        Tensor of shape (B, O)
            Outputs.
        """
        return F.linear(x, weight_norm(self.v, self.g), self.bias)
