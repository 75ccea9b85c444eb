r"""Dropout and its relatives: units, channels or weights switched off at random while training.

Dropout (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014) zeroes activations, each by itself
with probability p. Ours is the inverted form that every library has: what is kept is divided by 1 - p while
training, so that nothing is left to do at test time. The paper keeps the values and multiplies the weights by
1 - p at test time; the expected output is the same. Spatial dropout (Tompson, Goroshin, Jain, LeCun and
Bregler 2015) zeroes whole channels, DropConnect (Wan, Zeiler, Zhang, LeCun and Fergus 2013) zeroes weights.
Differs from the latter paper: at test time we use the mean weights, where it samples from a Gaussian.

Shape letters: B batch, C channels, H W height and width, D features, O outputs.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_shape, check_type
from dlbook_lib.regularize.draws import uniform_like

__all__ = ["DropConnectLinear", "Dropout", "dropout", "mc_dropout", "spatial_dropout"]


def dropout(x: Tensor, p: float, *, generator: torch.Generator | None = None) -> Tensor:
    r"""Switch off each activation with probability p, and enlarge the others.

    .. math:: y = \frac{m \odot x}{1 - p}, \qquad m_i \sim \mathrm{Bernoulli}(1 - p)

    independently for every unit of every example, so that :math:`\mathbb E[y] = x`.

    Parameters
    ----------
    x : Tensor
        Activations of any shape.
    p : float
        Probability of being switched off, in [0, 1].
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor
        Of the shape of ``x``.

    Raises
    ------
    ValueError
        If ``p`` lies outside [0, 1].

    Examples
    --------
    >>> y = dropout(torch.ones(1000), 0.2, generator=torch.Generator().manual_seed(0))
    >>> y.unique()
    tensor([0.0000, 1.2500])
    """
    check_type("x", x, Tensor, "a torch.Tensor")
    return _masked(x, p, tuple(x.shape), generator)


def spatial_dropout(x: Tensor, p: float, *, generator: torch.Generator | None = None) -> Tensor:
    """Switch off whole channels with probability p, and enlarge the others.

    Neighbours in a feature map say almost the same, so that a single missing pixel is no loss. A missing
    channel is.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Feature maps.
    p : float
        Probability of being switched off, in [0, 1].
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    Tensor of shape (B, C, H, W)
        Each channel is either all zero or ``x / (1 - p)``.

    Raises
    ------
    ValueError
        If ``x`` has another shape or ``p`` lies outside [0, 1].

    Examples
    --------
    >>> y = spatial_dropout(torch.ones(1, 4, 2, 2), 0.5, generator=torch.Generator().manual_seed(0))
    >>> y.flatten(2).mean(2)
    tensor([[0., 2., 0., 0.]])
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    B, C, _, _ = x.shape
    return _masked(x, p, (B, C, 1, 1), generator)


def _masked(x: Tensor, p: float, shape: tuple[int, ...], generator: torch.Generator | None) -> Tensor:
    check_number("p", p, low=0, high=1)
    if p in (0, 1):  # nothing is left to chance
        return torch.zeros_like(x) if p else x
    keep = uniform_like(x, shape, generator) >= p
    return x * keep / (1 - p)


class Dropout(nn.Module):
    """Dropout as a layer: at work in training mode, absent in evaluation mode.

    Parameters
    ----------
    p : float
        Probability that a unit is switched off, in [0, 1].

    Raises
    ------
    ValueError
        If ``p`` lies outside [0, 1].

    Notes
    -----
    It has no parameters: a network has as many with it as without.

    Examples
    --------
    >>> Dropout(0.5).eval()(torch.ones(3))
    tensor([1., 1., 1.])
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        check_number("p", p, low=0, high=1)
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """Apply :func:`dropout` while training.

        Parameters
        ----------
        x : Tensor
            Activations.

        Returns
        -------
        Tensor
            Of the same shape.
        """
        return dropout(x, self.p) if self.training else x


class DropConnectLinear(nn.Module):
    r"""A dense layer whose weights, not units, are switched off while training.

    .. math:: y = \frac{(M \odot W)\, x}{1 - p} + b, \qquad M_{ji} \sim \mathrm{Bernoulli}(1 - p)

    with a mask of its own for every example.

    Parameters
    ----------
    in_features, out_features : int
        Widths D and O.
    p : float
        Probability that a weight is switched off, in [0, 1).

    Raises
    ------
    ValueError
        If a width is below 1 or ``p`` is out of range.

    Examples
    --------
    >>> DropConnectLinear(3, 2, p=0.5)(torch.zeros(4, 3)).shape
    torch.Size([4, 2])
    """

    def __init__(self, in_features: int, out_features: int, *, p: float = 0.5) -> None:
        super().__init__()
        check_integer("in_features", in_features, low=1)
        check_integer("out_features", out_features, low=1)
        check_number("p", p, low=0, high=1)
        self.p = p
        layer = nn.Linear(in_features, out_features)
        self.weight, self.bias = layer.weight, layer.bias

    def forward(self, x: Tensor) -> Tensor:
        """Map inputs to outputs, through another sample of the weights for each row while training.

        Parameters
        ----------
        x : Tensor of shape (B, D)
            Inputs.

        Returns
        -------
        Tensor of shape (B, O)
            Outputs.
        """
        check_shape("x", x, ("B", self.weight.shape[1]))
        if not self.training or self.p == 0:
            return F.linear(x, self.weight, self.bias)
        W = dropout(self.weight.expand(len(x), -1, -1), self.p)  # (B, O, D)
        return torch.einsum("bod,bd->bo", W, x) + self.bias


def mc_dropout(model: nn.Module, x: Tensor, *, passes: int) -> tuple[Tensor, Tensor]:
    r"""Predict many times with dropout left on, and return the mean and the spread of the probabilities.

    Gal and Ghahramani ("Dropout as a Bayesian approximation", 2016) read the passes as samples of a
    posterior. Only the dropout layers are switched on; batch normalisation and the rest stay in evaluation
    mode.

    Parameters
    ----------
    model : nn.Module
        A classifier that returns logits, with layers whose class name holds ``Drop``.
    x : Tensor of shape (B, ...)
        Inputs.
    passes : int
        How many, at least 2.

    Returns
    -------
    mean : Tensor of shape (B, K)
        Probabilities, averaged over the passes.
    std : Tensor of shape (B, K)
        Their standard deviation over the passes.

    Raises
    ------
    ValueError
        If ``passes`` is below 2, or the model has no dropout layer.

    Examples
    --------
    >>> mean, std = mc_dropout(nn.Sequential(Dropout(0.5), nn.Linear(4, 3)), torch.ones(2, 4), passes=8)
    >>> mean.shape, bool((std > 0).all())
    (torch.Size([2, 3]), True)
    """
    check_integer("passes", passes, low=2)
    modes = [(layer, layer.training) for layer in model.modules()]
    dropping = [layer for layer in model.modules() if "Drop" in type(layer).__name__]
    if not dropping:
        raise ValueError(f"model must have a dropout layer, got {type(model).__name__} without one")
    model.eval()
    for layer in dropping:
        layer.training = True
    try:
        with torch.no_grad():
            probs = torch.stack([model(x).softmax(dim=-1) for _ in range(passes)])
    finally:
        for layer, mode in modes:
            layer.training = mode
    return probs.mean(dim=0), probs.std(dim=0)
