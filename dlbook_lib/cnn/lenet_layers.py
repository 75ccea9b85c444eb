r"""The layers of LeNet-5 that are no longer in use: trained sub-sampling, chosen links, distances to codes.

LeCun, Bottou, Bengio and Haffner (1998), "Gradient-Based Learning Applied to Document Recognition",
section II.B, doi:10.1109/5.726791: the squashing function of equation 6, the sub-sampling layers S2 and S4,
the links of table I, and the Euclidean radial basis functions of equation 7. Weights start uniform between
:math:`\pm 2.4 / F`, with F the number of inputs of a unit, as in the paper.

Differs from the paper: nothing in what the layers compute; the squashing is left to the network.

Shape letters: B batch, C channels in, O channels out, H W height and width, K kernel size, N classes,
D length of a code.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["LINKS", "EuclideanRBF", "LinkedConv2d", "Subsampling", "scaled_tanh"]

# Table I: the maps of S2 that each map of C3 reads.
LINKS = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),  # three neighbours, in a ring
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),  # four
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),  # four with gaps
    (0, 1, 2, 3, 4, 5),
)


def scaled_tanh(a: Tensor) -> Tensor:
    r"""Squash sums so that ±1 stays ±1: :math:`f(a) = 1.7159 \tanh(2a/3)`.

    Parameters
    ----------
    a : Tensor of any shape
        Weighted sums.

    Returns
    -------
    Tensor of the same shape
        Between -1.7159 and 1.7159.

    Examples
    --------
    >>> scaled_tanh(torch.tensor([-1.0, 0.0, 1.0])).round(decimals=3)
    tensor([-1.,  0.,  1.])
    """
    return 1.7159 * torch.tanh(2 / 3 * a)


class Subsampling(nn.Module):
    r"""Shrink each map by two with one trained coefficient and one trained bias.

    .. math:: y_{c i j} = \alpha_c \sum_{u, v \in \{0, 1\}} x_{c,\; 2i + u,\; 2j + v} + \beta_c

    Parameters
    ----------
    channels : int
        Number of maps C.

    Raises
    ------
    ValueError
        If ``channels`` is below 1.

    Notes
    -----
    As in the paper the four pixels are added, not averaged. The squashing function is left to the caller.

    Examples
    --------
    >>> Subsampling(6)(torch.zeros(2, 6, 28, 28)).shape
    torch.Size([2, 6, 14, 14])
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        check_integer("channels", channels, low=1)
        self.coefficient = nn.Parameter(torch.empty(channels).uniform_(-2.4 / 4, 2.4 / 4))
        self.bias = nn.Parameter(torch.empty(channels).uniform_(-2.4 / 4, 2.4 / 4))

    def forward(self, x: Tensor) -> Tensor:
        """Add up 2 × 2 windows, scale and shift.

        Parameters
        ----------
        x : Tensor of shape (B, C, H, W)
            Feature maps.

        Returns
        -------
        Tensor of shape (B, C, H // 2, W // 2)
            Not yet squashed.
        """
        check_shape("x", x, ("B", len(self.bias), "H", "W"))
        total = 4 * F.avg_pool2d(x, 2)
        return self.coefficient[:, None, None] * total + self.bias[:, None, None]


class LinkedConv2d(nn.Module):
    """A convolution in which each output map reads only some of the input maps.

    Parameters
    ----------
    links : sequence of sequences of int
        For each output map the input maps that it reads.
    in_channels : int
        Number of input maps C.
    kernel_size : int
        Height and width K of every kernel.

    Raises
    ------
    ValueError
        If a link leads to no input map, or an output map reads nothing.

    Notes
    -----
    Only the kernels of links are stored, so the number of parameters is that of the paper:
    ``links * K * K + O``.

    Examples
    --------
    >>> layer = LinkedConv2d(LINKS, in_channels=6, kernel_size=5)
    >>> sum(p.numel() for p in layer.parameters())
    1516
    """

    def __init__(self, links: Sequence[Sequence[int]], *, in_channels: int, kernel_size: int) -> None:
        super().__init__()
        check_integer("in_channels", in_channels, low=1)
        check_integer("kernel_size", kernel_size, low=1)
        for number, read in enumerate(links):
            check_integer(f"len(links[{number}])", len(read), low=1)
            for channel in read:
                check_integer(f"links[{number}]", channel, low=0, high=in_channels - 1)
        self.in_channels = in_channels
        self.pairs = [(o, c) for o, read in enumerate(links) for c in read]
        self.weight = nn.Parameter(torch.empty(len(self.pairs), kernel_size, kernel_size))
        self.bias = nn.Parameter(torch.empty(len(links)))
        with torch.no_grad():
            for o, read in enumerate(links):
                bound = 2.4 / (len(read) * kernel_size**2)
                self.bias[o].uniform_(-bound, bound)
                for place in (k for k, pair in enumerate(self.pairs) if pair[0] == o):
                    self.weight[place].uniform_(-bound, bound)

    def full_weight(self) -> Tensor:
        """Write the kernels as those of an ordinary layer, with zeros for what is not linked.

        Returns
        -------
        Tensor of shape (O, C, K, K)
            As ``torch.nn.functional.conv2d`` takes it.
        """
        outputs, inputs = zip(*self.pairs)
        full = self.weight.new_zeros(len(self.bias), self.in_channels, *self.weight.shape[1:])
        place = torch.tensor(outputs), torch.tensor(inputs)
        return full.index_put(tuple(index.to(full.device) for index in place), self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve along the links.

        Parameters
        ----------
        x : Tensor of shape (B, C, H, W)
            Feature maps.

        Returns
        -------
        Tensor of shape (B, O, H - K + 1, W - K + 1)
            Not yet squashed.
        """
        check_shape("x", x, ("B", self.in_channels, "H", "W"))
        return F.conv2d(x, self.full_weight(), self.bias)


class EuclideanRBF(nn.Module):
    r"""Measure how far each example is from the code of each class: :math:`y_i = \sum_j (x_j - w_{ij})^2`.

    Parameters
    ----------
    codes : Tensor of shape (N, D)
        One code :math:`w_i` per class.
    trainable : bool
        Whether training may move the codes; the paper keeps them fixed.

    Raises
    ------
    ValueError
        If ``codes`` has another shape.

    Examples
    --------
    >>> layer = EuclideanRBF(torch.tensor([[1.0, 1.0], [-1.0, 1.0]]))
    >>> layer(torch.tensor([[1.0, 0.0]]))
    tensor([[1., 5.]])
    """

    def __init__(self, codes: Tensor, *, trainable: bool = False) -> None:
        super().__init__()
        check_shape("codes", codes, ("N", "D"))
        if trainable:
            self.codes = nn.Parameter(codes.clone())
        else:
            self.register_buffer("codes", codes)

    def forward(self, x: Tensor) -> Tensor:
        """Compute all squared distances.

        Parameters
        ----------
        x : Tensor of shape (B, D)
            What F6 says.

        Returns
        -------
        Tensor of shape (B, N)
            One penalty per class, 0 at its code.
        """
        check_shape("x", x, ("B", self.codes.shape[1]))
        return (x[:, None, :] - self.codes).square().sum(dim=2)
