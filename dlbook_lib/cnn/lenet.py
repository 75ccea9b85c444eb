r"""LeNet-5, the network that read cheques: two rounds of convolve and shrink, then a dense head.

LeCun, Bottou, Bengio and Haffner (1998), "Gradient-Based Learning Applied to Document Recognition",
section II.B, doi:10.1109/5.726791. This is how the network is read today:

==========  ==========  ==============================  ===========
stage       shape       made by                         parameters
==========  ==========  ==============================  ===========
input       1 × 32²
``C1``      6 × 28²     5 × 5 convolution, tanh         156
``S2``      6 × 14²     2 × 2 average
``C3``      16 × 10²    5 × 5 convolution, tanh         2,416
``S4``      16 × 5²     2 × 2 average
``C5``      120 × 1²    5 × 5 convolution, tanh         48,120
``F6``      84          dense, tanh                     10,164
``output``  10          dense                           850
==========  ==========  ==============================  ===========

Differs from the paper in four places. There, S2 and S4 multiply their averages by a trained coefficient,
add a trained bias and squash the result; C3 connects each of its maps to some of S2's only; the squashing
function is a scaled tanh; and the output is a distance to ten fixed patterns instead of a dense layer. The
paper's form trains 60,000 parameters, this one 61,706.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["LeNet5"]


class LeNet5(nn.Module):
    """Classify 32 × 32 images with two convolutional stages and a dense head.

    Parameters
    ----------
    in_channels : int
        1 for grey images, 3 for colour.
    num_classes : int
        Number of scores that come out.

    Raises
    ------
    ValueError
        If a number is less than 1.

    Notes
    -----
    Differs from LeCun et al. (1998) as the head of this file says: plain averages, every map of C3 sees every
    map of S2, plain tanh, and a dense output for use with softmax and cross-entropy.

    Examples
    --------
    >>> network = LeNet5()
    >>> network(torch.zeros(4, 1, 32, 32)).shape
    torch.Size([4, 10])

    Digits of 28 × 28 pixels get a margin first, as in the paper:

    >>> network(F.pad(torch.zeros(4, 1, 28, 28), (2, 2, 2, 2))).shape
    torch.Size([4, 10])
    """

    def __init__(self, *, in_channels: int = 1, num_classes: int = 10) -> None:
        super().__init__()
        check_integer("in_channels", in_channels, low=1)
        check_integer("num_classes", num_classes, low=1)
        self.c1 = nn.Conv2d(in_channels, 6, 5)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, num_classes)

    def forward_stages(self, x: Tensor) -> dict[str, Tensor]:
        """Compute every stage, from the first feature maps to the scores.

        Parameters
        ----------
        x : Tensor of shape (B, in_channels, 32, 32)
            A batch of images, of this size and no other: C5's kernels are as large as S4's maps.

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
        check_shape("x", x, ("B", self.c1.in_channels, 32, 32))
        stages = {}
        stages["C1"] = torch.tanh(self.c1(x))
        stages["S2"] = F.avg_pool2d(stages["C1"], 2)
        stages["C3"] = torch.tanh(self.c3(stages["S2"]))
        stages["S4"] = F.avg_pool2d(stages["C3"], 2)
        stages["C5"] = torch.tanh(self.c5(stages["S4"]))
        stages["F6"] = torch.tanh(self.f6(stages["C5"].flatten(1)))
        stages["output"] = self.output(stages["F6"])
        return stages

    def forward(self, x: Tensor) -> Tensor:
        """Score every class.

        Parameters
        ----------
        x : Tensor of shape (B, in_channels, 32, 32)
            A batch of images.

        Returns
        -------
        Tensor of shape (B, num_classes)
            Logits: no softmax has been taken.
        """
        return self.forward_stages(x)["output"]
