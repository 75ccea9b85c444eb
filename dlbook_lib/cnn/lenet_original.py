r"""LeNet-5 as it was published, down to the last of its 60,000 parameters.

LeCun, Bottou, Bengio and Haffner (1998), "Gradient-Based Learning Applied to Document Recognition",
section II.B, doi:10.1109/5.726791:

==========  ==========  =================================================  ===========
stage       shape       made by                                            parameters
==========  ==========  =================================================  ===========
``C1``      6 × 28²     5 × 5 convolution                                  156
``S2``      6 × 14²     sum of 2 × 2, times a coefficient, plus a bias     12
``C3``      16 × 10²    5 × 5 convolution, 60 of the 96 links of table I   1,516
``S4``      16 × 5²     as S2                                              32
``C5``      120 × 1²    5 × 5 convolution                                  48,120
``F6``      84          dense                                              10,164
``output``  10          squared distance to ten fixed pictures             0
==========  ==========  =================================================  ===========

Every stage up to F6 ends in the squashing function :math:`f(a) = 1.7159 \tanh(2a/3)`, which maps ±1 to ±1.
The output is a *penalty*: the class with the smallest one is the answer.

Differs from the paper: the ten pictures are drawn anew (:mod:`dlbook_lib.cnn.digit_bitmaps`). How it is
trained is the caller's choice: the chapter uses Adam, the paper a diagonal second-order method.

Shape letters: B batch, C channels in, O channels out, H W height and width, K kernel size, N classes.
"""

from __future__ import annotations

from torch import Tensor, nn

from dlbook_lib.checks import check_shape
from dlbook_lib.cnn.digit_bitmaps import digit_bitmaps
from dlbook_lib.cnn.lenet_layers import LINKS, EuclideanRBF, LinkedConv2d, Subsampling, scaled_tanh

__all__ = ["LeNet5Original"]


class LeNet5Original(nn.Module):
    """Measure how badly a 32 × 32 picture fits each of the ten digits.

    Parameters
    ----------
    trainable_codes : bool
        Let training move the ten codes of the output layer. The paper keeps them fixed, and the chapter shows
        what happens otherwise.

    Notes
    -----
    Train it with :func:`dlbook_lib.cnn.lenet_losses.rbf_map_loss`. Differs from LeCun et al. (1998) in the
    drawings of the digits only, as the head of this file says.

    Examples
    --------
    >>> import torch
    >>> network = LeNet5Original()
    >>> network(torch.zeros(4, 1, 32, 32)).shape, sum(p.numel() for p in network.parameters())
    (torch.Size([4, 10]), 60000)
    """

    def __init__(self, *, trainable_codes: bool = False) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = Subsampling(6)
        self.c3 = LinkedConv2d(LINKS, in_channels=6, kernel_size=5)
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = EuclideanRBF(digit_bitmaps().flatten(1), trainable=trainable_codes)
        for layer in self.c1, self.c5, self.f6:
            bound = 2.4 / layer.weight[0].numel()
            nn.init.uniform_(layer.weight, -bound, bound)
            nn.init.uniform_(layer.bias, -bound, bound)

    def forward_stages(self, x: Tensor) -> dict[str, Tensor]:
        """Compute every stage, from the first feature maps to the penalties.

        Parameters
        ----------
        x : Tensor of shape (B, 1, 32, 32)
            Grey pictures, paper at -0.1 and ink at 1.175 as in the paper.

        Returns
        -------
        dict of str to Tensor
            ``"C1"``, ``"S2"``, ``"C3"``, ``"S4"``, ``"C5"``, ``"F6"`` and ``"output"``, in that order, with
            the shapes at the head of this file behind the batch.

        Raises
        ------
        ValueError
            If ``x`` has another shape.
        """
        check_shape("x", x, ("B", 1, 32, 32))
        stages = {}
        for name in ("C1", "S2", "C3", "S4", "C5"):
            x = stages[name] = scaled_tanh(getattr(self, name.lower())(x))
        stages["F6"] = scaled_tanh(self.f6(x.flatten(1)))
        stages["output"] = self.output(stages["F6"])
        return stages

    def forward(self, x: Tensor) -> Tensor:
        """Measure every penalty.

        Parameters
        ----------
        x : Tensor of shape (B, 1, 32, 32)
            Grey pictures.

        Returns
        -------
        Tensor of shape (B, 10)
            Squared distances: the smallest is the answer.
        """
        return self.forward_stages(x)["output"]
