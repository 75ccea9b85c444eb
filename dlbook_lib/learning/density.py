r"""Densities learned by maximum likelihood: one Gaussian in closed form, a mixture of them by descent.

A density model says how probable each place is and can be asked for new samples. Its loss is the mean
negative log-likelihood

.. math:: L(\theta) = -\frac1N \sum_{n=1}^N \log p(x_n; \theta),

which is the cross-entropy between data and model; less the entropy of the data it is the Kullback-Leibler
divergence (Kullback and Leibler 1951). The mixture is that of Pearson (1894), fitted by gradient descent
instead of the EM iteration that is usual for it.

Shape letters: N examples, K components.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_shape

__all__ = ["GaussianMixture", "fit_gaussian", "gaussian_kl", "gaussian_log_density"]

_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


def gaussian_log_density(x: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    r"""Evaluate the logarithm of a normal density.

    .. math:: \log p(x) = -\frac{(x - \mu)^2}{2 \sigma^2} - \log \sigma - \tfrac12 \log 2\pi

    Parameters
    ----------
    x : Tensor
        Places.
    mean, std : Tensor
        :math:`\mu` and :math:`\sigma > 0`, of a shape that broadcasts with that of ``x``.

    Returns
    -------
    Tensor
        One number for each place, of the common shape.

    Examples
    --------
    >>> gaussian_log_density(torch.tensor(0.0), torch.tensor(0.0), torch.tensor(1.0)).exp()
    tensor(0.3989)
    """
    return -((x - mean) ** 2) / (2 * std**2) - std.log() - _HALF_LOG_TAU


def fit_gaussian(x: Tensor) -> tuple[Tensor, Tensor]:
    r"""Fit a Gaussian by maximum likelihood, in closed form.

    .. math:: \hat\mu = \frac1N \sum_n x_n, \qquad \hat\sigma^2 = \frac1N \sum_n (x_n - \hat\mu)^2

    Parameters
    ----------
    x : Tensor of shape (N,)
        Examples.

    Returns
    -------
    mean, std : Tensor
        One number each; the variance is divided by :math:`N`, as the likelihood wants it.

    Raises
    ------
    ValueError
        If ``x`` is not a vector.

    Examples
    --------
    >>> fit_gaussian(torch.tensor([1.0, 3.0]))
    (tensor(2.), tensor(1.))
    """
    check_shape("x", x, ("N",))
    return x.mean(), (x - x.mean()).square().mean().sqrt()


def gaussian_kl(mean: Tensor, variance: Tensor, other_mean: Tensor, other_variance: Tensor) -> Tensor:
    r"""Compute the divergence of two Gaussians, coordinate by coordinate.

    .. math:: \mathrm{KL} = \tfrac12 \Bigl(\log \frac{v_2}{v_1} + \frac{v_1 + (m_1 - m_2)^2}{v_2} - 1\Bigr)

    Parameters
    ----------
    mean, variance : Tensor
        Of the first, under whose law the average is taken.
    other_mean, other_variance : Tensor
        Of the second.

    Returns
    -------
    Tensor
        The divergence in nats, of the shape that all broadcast to: at least 0, and 0 only where the two are
        equal.

    Examples
    --------
    >>> gaussian_kl(torch.tensor(1.0), torch.tensor(1.0), torch.tensor(0.0), torch.tensor(1.0))
    tensor(0.5000)
    """
    ratio = variance / other_variance
    return 0.5 * (ratio - 1 - ratio.log() + (mean - other_mean).square() / other_variance)


class GaussianMixture(nn.Module):
    r"""A weighted sum of K normal densities on the line.

    .. math::
        p(x) = \sum_{k=1}^K \pi_k \, \mathcal N(x; \mu_k, \sigma_k^2), \qquad \pi = \operatorname{softmax}(a)

    Weights and widths are kept as :math:`a_k` and :math:`\log \sigma_k`, which may be any numbers, so that
    plain gradient descent cannot leave the valid ones.

    Parameters
    ----------
    components : int
        How many, K, at least 1.
    spread : float
        Means start at random between ``-spread`` and ``spread``.

    Raises
    ------
    ValueError
        If ``components`` is below 1.

    Notes
    -----
    Taught in :ref:`density-modelling`. Differs from common practice: gradient descent instead of EM.

    Examples
    --------
    >>> mixture = GaussianMixture(3)
    >>> mixture(torch.zeros(5)).shape
    torch.Size([5])
    """

    def __init__(self, components: int, *, spread: float = 2.0) -> None:
        super().__init__()
        check_integer("components", components, low=1)
        self.scores = nn.Parameter(torch.zeros(components))
        self.means = nn.Parameter(spread * (2 * torch.rand(components) - 1))
        self.log_stds = nn.Parameter(torch.zeros(components))

    def forward(self, x: Tensor) -> Tensor:
        """Evaluate the log-density.

        Parameters
        ----------
        x : Tensor of shape (N,)
            Places.

        Returns
        -------
        Tensor of shape (N,)
            The logarithm of the density at each.
        """
        check_shape("x", x, ("N",))
        each = gaussian_log_density(x[:, None], self.means, self.log_stds.exp())  # (N, K)
        return torch.logsumexp(each + self.scores.log_softmax(dim=0), dim=1)

    @torch.no_grad()
    def sample(self, count: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Draw new examples: a component by its weight, then a number from it.

        Parameters
        ----------
        count : int
            How many, N.
        generator : torch.Generator, optional
            The stream; torch's own by default.

        Returns
        -------
        Tensor of shape (N,)
            The samples.

        Raises
        ------
        ValueError
            If ``count`` is below 1.
        """
        check_integer("count", count, low=1)
        chosen = torch.multinomial(self.scores.softmax(dim=0), count, replacement=True, generator=generator)
        noise = torch.randn(count, generator=generator)
        return self.means[chosen] + self.log_stds.exp()[chosen] * noise
