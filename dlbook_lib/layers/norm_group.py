r"""Group normalization, and instance normalization, which is its finest case.

After Wu and He (2018), "Group Normalization", eq. 7, and Ulyanov, Vedaldi and Lempitsky (2016), "Instance
Normalization: The Missing Ingredient for Fast Stylization". The C channels of an example are cut into
G groups of neighbours, and each group has its own mean and deviation:

.. math:: \mu_{bg} = \frac{G}{C F} \sum_{c \in g} \sum_{f=1}^F x_{bcf}, \qquad 1 \le G \le C, \quad G \mid C.

One group is layer normalization over (C, F); C groups are instance normalization.

Shape letters: B batch, C channels, F places, G groups.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer
from dlbook_lib.layers.norm import check_groups, normalize, scale_and_shift

__all__ = ["GroupNorm", "InstanceNorm", "group_norm", "instance_norm"]


def group_norm(
    x: Tensor,
    groups: int,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    *,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize each group of channels of each example.

    Parameters
    ----------
    x : Tensor of shape (B, C, ...)
        Activations.
    groups : int
        G, which must divide C.
    gamma, beta : Tensor of shape (C,), optional
        Scale and shift of each channel, not of each group.
    eps : float
        Inside the root.

    Returns
    -------
    Tensor of shape (B, C, ...)
        Normalized.

    Raises
    ------
    ValueError
        If ``groups`` does not divide C.

    Examples
    --------
    >>> x = torch.tensor([[[1.0], [3.0], [10.0], [30.0]]])
    >>> group_norm(x, 2, eps=0.0).flatten().tolist()
    [-1.0, 1.0, -1.0, 1.0]
    """
    return scale_and_shift(normalize(x, "group", groups=groups, eps=eps), gamma, beta)


def instance_norm(
    x: Tensor, gamma: Tensor | None = None, beta: Tensor | None = None, *, eps: float = 1e-5
) -> Tensor:
    """Normalize each channel of each example over its places.

    Parameters
    ----------
    x : Tensor of shape (B, C, ...)
        Activations, with at least two places.
    gamma, beta : Tensor of shape (C,), optional
        Scale and shift.
    eps : float
        Inside the root.

    Returns
    -------
    Tensor of shape (B, C, ...)
        The same for ``a * x + b`` as for ``x``, up to ``eps``: contrast and brightness are gone.

    Raises
    ------
    ValueError
        If there is a single place: every value would become 0.

    Examples
    --------
    >>> instance_norm(torch.tensor([[[1.0, 3.0], [10.0, 30.0]]]), eps=0.0).tolist()
    [[[-1.0, 1.0], [-1.0, 1.0]]]
    """
    check_integer("places", x[:1, :1].numel(), low=2)
    return scale_and_shift(normalize(x, "instance", eps=eps), gamma, beta)


class GroupNorm(nn.Module):
    """The layer, with a learned scale and shift for each channel.

    Parameters
    ----------
    groups, channels : int
        G and C; the first must divide the second.
    eps : float
        Inside the root.

    Raises
    ------
    ValueError
        If ``groups`` does not divide ``channels``.

    Examples
    --------
    >>> GroupNorm(3, 6)(torch.randn(2, 6, 4, 4)).shape
    torch.Size([2, 6, 4, 4])
    """

    def __init__(self, groups: int, channels: int, *, eps: float = 1e-5) -> None:
        super().__init__()
        check_integer("channels", channels, low=1)
        check_groups(groups, channels)
        self.groups, self.eps = groups, eps
        self.gamma, self.beta = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize.

        Parameters
        ----------
        x : Tensor of shape (B, C, ...)
            Activations.

        Returns
        -------
        Tensor of shape (B, C, ...)
            Normalized, scaled, shifted.
        """
        return group_norm(x, self.groups, self.gamma, self.beta, eps=self.eps)


class InstanceNorm(nn.Module):
    """The layer; by torch's habit it learns nothing unless asked.

    Parameters
    ----------
    channels : int
        C.
    eps : float
        Inside the root.
    affine : bool
        Whether to learn a scale and a shift for each channel.

    Raises
    ------
    ValueError
        If ``channels`` is below 1.

    Examples
    --------
    >>> len(list(InstanceNorm(6).parameters())), len(list(InstanceNorm(6, affine=True).parameters()))
    (0, 2)
    """

    def __init__(self, channels: int, *, eps: float = 1e-5, affine: bool = False) -> None:
        super().__init__()
        check_integer("channels", channels, low=1)
        self.eps = eps
        self.gamma = nn.Parameter(torch.ones(channels)) if affine else None
        self.beta = nn.Parameter(torch.zeros(channels)) if affine else None

    def forward(self, x: Tensor) -> Tensor:
        """Normalize.

        Parameters
        ----------
        x : Tensor of shape (B, C, ...)
            Activations.

        Returns
        -------
        Tensor of shape (B, C, ...)
            Normalized.
        """
        return instance_norm(x, self.gamma, self.beta, eps=self.eps)
