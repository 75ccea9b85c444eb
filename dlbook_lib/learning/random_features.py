r"""Random features and the shortest solution: what lies beyond the point where a model fits everything.

:math:`P` waves of random direction and frequency that are never trained, and least squares on top (Rahimi and
Recht 2007). With more waves than examples many weights fit the training set exactly; the pseudo-inverse gives
the shortest of them. Belkin, Hsu, Ma and Mandal (2019) drew the test error over :math:`P`: it peaks where
:math:`P` reaches the number of examples and falls again beyond it.

Differs from Belkin et al.: small made-up data instead of images, and real waves instead of complex ones.

Shape letters: N examples, D inputs, P features.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_integer, check_number, check_shape

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


def random_features(x: Tensor, frequencies: Tensor, phases: Tensor) -> Tensor:
    r"""Evaluate random waves.

    .. math:: \varphi_p(x) = \sqrt{\tfrac2P} \cos(\omega_p^\top x + \beta_p)

    With :math:`\omega` normal of standard deviation :math:`1/\ell` and :math:`\beta` uniform over a turn, the
    product :math:`\varphi(x)^\top \varphi(x')` approaches the Gaussian kernel of width :math:`\ell`.

    Parameters
    ----------
    x : Tensor of shape (N, D)
        Inputs.
    frequencies : Tensor of shape (P, D)
        :math:`\omega`, one row for each wave.
    phases : Tensor of shape (P,)
        :math:`\beta`.

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
    >>> random_features(torch.tensor([[0.0], [1.0]]), torch.tensor([[3.1416], [0.0]]), torch.zeros(2))
    tensor([[ 1.,  1.],
            [-1.,  1.]])
    """
    check_shape("x", x, ("N", "D"))
    check_shape("frequencies", frequencies, ("P", x.shape[1]))
    check_shape("phases", phases, (len(frequencies),))
    return (x @ frequencies.T + phases).cos() * (2 / len(frequencies)) ** 0.5


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
    scale: float,
    generator: torch.Generator,
) -> FeatureSweep:
    r"""Fit ridgeless regression on more and more random features.

    Each draw makes as many waves as the largest size needs; the first :math:`P` of them are the features of
    size :math:`P`.

    Parameters
    ----------
    train, test : tuple of two Tensors of shapes (N, D) and (N,)
        Inputs and targets, float64.
    counts : sequence of int
        The sizes :math:`P`.
    draws : int
        How often the waves are drawn anew, at least 1.
    scale : float
        Standard deviation of the frequencies, at least 0.
    generator : torch.Generator
        The stream they come from.

    Returns
    -------
    FeatureSweep
        Training and test errors and the norm of the weights.

    Raises
    ------
    ValueError
        If a size or ``draws`` is below 1, or ``scale`` is negative.

    Examples
    --------
    >>> x = torch.linspace(-1, 1, 6, dtype=torch.float64)[:, None]
    >>> stream = torch.Generator().manual_seed(0)
    >>> sweep = sweep_features((x, x[:, 0]), (x, x[:, 0]), [2, 20], draws=3, scale=9.0, generator=stream)
    >>> sweep.train.shape, bool(sweep.train[:, 1].max() < 1e-9)
    (torch.Size([3, 2]), True)
    """
    check_integer("draws", draws, low=1)
    check_integer("min(counts)", min(counts), low=1)
    check_number("scale", scale, low=0)
    (x, y), (x_test, y_test) = train, test
    rows = []
    for _ in range(draws):
        omega = scale * torch.randn(max(counts), x.shape[1], generator=generator, dtype=x.dtype)
        beta = 2 * math.pi * torch.rand(max(counts), generator=generator, dtype=x.dtype)
        for P in counts:
            w = ridgeless(random_features(x, omega[:P], beta[:P]), y)
            errors = [
                (random_features(places, omega[:P], beta[:P]) @ w - target).square().mean()
                for places, target in ((x, y), (x_test, y_test))
            ]
            rows.append(torch.stack([*errors, w.norm()]))
    table = torch.stack(rows).view(draws, len(counts), 3)
    return FeatureSweep(*table.unbind(dim=2))
