r"""Random features and the shortest solution: what lies beyond the point where a model fits everything.

A layer of :math:`P` units with random weights that are never trained, and least squares on top (Rahimi and
Recht 2007). With more units than examples many weights fit the training set exactly; the pseudo-inverse gives
the shortest of them. Belkin, Hsu, Ma and Mandal (2019) drew the test error over :math:`P`: it peaks where
:math:`P` reaches the number of examples and falls again beyond it.

Differs from Belkin et al.: rectified units instead of random Fourier waves, and small made-up data.

Shape letters: N examples, D inputs, P features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["FeatureSweep", "random_features", "ridgeless", "sweep_features"]


class FeatureSweep(NamedTuple):
    """Errors over the number of features, one row for each draw of the features.

    Parameters
    ----------
    train, test : Tensor of shape (draws, len(counts))
        Mean squared errors.
    length : Tensor of shape (draws, len(counts))
        The norm of the weights.
    """

    train: Tensor
    test: Tensor
    length: Tensor


def random_features(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    r"""Compute a layer of rectified units.

    .. math:: \varphi_p(x) = \frac{1}{\sqrt P} \max(0,\; w_p^\top x + b_p)

    Parameters
    ----------
    x : Tensor of shape (N, D)
        Inputs.
    weight : Tensor of shape (P, D)
        One row for each unit, drawn once.
    bias : Tensor of shape (P,)
        The units' offsets.

    Returns
    -------
    Tensor of shape (N, P)
        The features.

    Raises
    ------
    ValueError
        If a shape does not fit.

    Examples
    --------
    >>> random_features(torch.tensor([[1.0], [-1.0]]), torch.tensor([[2.0]]), torch.tensor([0.5]))
    tensor([[2.5000],
            [0.0000]])
    """
    check_shape("x", x, ("N", "D"))
    check_shape("weight", weight, ("P", x.shape[1]))
    check_shape("bias", bias, (len(weight),))
    return (x @ weight.T + bias).clamp_min(0) / len(weight) ** 0.5


def ridgeless(Phi: Tensor, y: Tensor) -> Tensor:
    r"""Solve least squares, and take the shortest solution where there are many.

    .. math:: w = \Phi^+ y = \lim_{\lambda \to 0} (\Phi^\top \Phi + \lambda I)^{-1} \Phi^\top y

    Parameters
    ----------
    Phi : Tensor of shape (N, P)
        Features; float64 near ``P = N``, where the problem is at its worst.
    y : Tensor of shape (N,)
        Targets.

    Returns
    -------
    Tensor of shape (P,)
        Of all weights with the smallest squared error, those of the smallest norm.

    Raises
    ------
    ValueError
        If a shape does not fit.

    Examples
    --------
    >>> ridgeless(torch.tensor([[3.0, 4.0]]), torch.tensor([25.0]))
    tensor([3.0000, 4.0000])
    """
    check_shape("Phi", Phi, ("N", "P"))
    check_shape("y", y, (len(Phi),))
    return torch.linalg.pinv(Phi) @ y


def sweep_features(
    train: tuple[Tensor, Tensor],
    test: tuple[Tensor, Tensor],
    counts: Sequence[int],
    *,
    draws: int,
    generator: torch.Generator,
) -> FeatureSweep:
    r"""Fit ridgeless regression on more and more random features.

    Each draw makes :math:`\max P` units, their weights standard normal over :math:`\sqrt D` and their biases
    standard normal; the first :math:`P` of them are the features of size :math:`P`.

    Parameters
    ----------
    train, test : tuple of two Tensors of shapes (N, D) and (N,)
        Inputs and targets, float64.
    counts : sequence of int
        The sizes :math:`P`.
    draws : int
        How often the units are drawn anew, at least 1.
    generator : torch.Generator
        The stream they come from.

    Returns
    -------
    FeatureSweep
        Training and test errors and the norm of the weights.

    Raises
    ------
    ValueError
        If a size or ``draws`` is below 1.

    Examples
    --------
    >>> x = torch.linspace(-1, 1, 6, dtype=torch.float64)[:, None]
    >>> stream = torch.Generator().manual_seed(0)
    >>> sweep = sweep_features((x, x[:, 0]), (x, x[:, 0]), [2, 20], draws=3, generator=stream)
    >>> sweep.train.shape, bool(sweep.train[:, 1].max() < 1e-9)
    (torch.Size([3, 2]), True)
    """
    check_integer("draws", draws, low=1)
    check_integer("min(counts)", min(counts), low=1)
    (x, y), (x_test, y_test) = train, test
    rows = []
    for _ in range(draws):
        weight = torch.randn(max(counts), x.shape[1], generator=generator, dtype=x.dtype) / x.shape[1] ** 0.5
        bias = torch.randn(max(counts), generator=generator, dtype=x.dtype)
        for P in counts:
            w = ridgeless(random_features(x, weight[:P], bias[:P]), y)
            errors = [
                (random_features(places, weight[:P], bias[:P]) @ w - target).square().mean()
                for places, target in ((x, y), (x_test, y_test))
            ]
            rows.append(torch.stack([*errors, w.norm()]))
    table = torch.stack(rows).view(draws, len(counts), 3)
    return FeatureSweep(*table.unbind(dim=2))
