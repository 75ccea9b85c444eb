r"""Out of the noise, one step: what the reverse conditional is, and its mean written in terms of the noise.

Given the clean example, the step back is exactly Gaussian (Ho, Jain and Abbeel, "Denoising Diffusion
Probabilistic Models", 2020, eq. 6 and 7). Without it, its mean is estimated through a prediction of the
noise (eq. 11). The Little Book of Deep Learning (Fleuret, 2023, section 7.2) writes the same mean as
:math:`x_t + f(x_t, t)`; both directions of that change of names stand here.

Differs from the paper: nothing is drawn here, every function returns means and variances.
"""

from __future__ import annotations

from torch import Tensor

from dlbook_lib.checks import check_in, check_shape
from dlbook_lib.generative.forward import coefficient

__all__ = [
    "drift_of_noise",
    "noise_of_drift",
    "noise_of_start",
    "posterior",
    "predicted_start",
    "reverse_mean",
    "reverse_variance",
]


def _ratio(bars: Tensor, t: int | Tensor, x: Tensor) -> tuple[Tensor, ...]:
    """Look up alpha-bar at t and t - 1, and one minus each of alpha-bar, its predecessor and alpha."""
    bar, earlier = bars.to(x.device)[t], bars.to(x.device)[t - 1]
    shape = (-1, *[1] * (x.dim() - 1)) if bar.dim() else ()
    numbers = bar, earlier, 1 - bar, 1 - earlier, 1 - bar / earlier
    return tuple(number.to(x.dtype).reshape(shape) for number in numbers)


def posterior(x0: Tensor, x: Tensor, t: int | Tensor, bars: Tensor) -> tuple[Tensor, Tensor]:
    r"""Find the step back from :math:`x_t` when the clean example is known.

    .. math::

        q(x_{t-1} \mid x_t, x_0) = \mathcal N(\tilde\mu_t, \tilde\beta_t I), \qquad
        \tilde\mu_t = \frac{\sqrt{\bar\alpha_{t-1}}\, \beta_t}{1 - \bar\alpha_t} x_0
        + \frac{\sqrt{\alpha_t}\, (1 - \bar\alpha_{t-1})}{1 - \bar\alpha_t} x_t, \qquad
        \tilde\beta_t = \frac{1 - \bar\alpha_{t-1}}{1 - \bar\alpha_t} \beta_t

    Parameters
    ----------
    x0, x : Tensor of shape (B, ...)
        The clean example, and the noised one at time t.
    t : int or Tensor of shape (B,)
        The time, 1 to T.
    bars : Tensor of shape (T + 1,)
        The schedule.

    Returns
    -------
    mean : Tensor of shape (B, ...)
        :math:`\tilde\mu_t`.
    variance : Tensor of shape () or (B, 1, ...)
        :math:`\tilde\beta_t`, 0 at t = 1.

    Examples
    --------
    >>> import torch
    >>> mean, variance = posterior(torch.ones(1, 1), torch.zeros(1, 1), 1, torch.tensor([1.0, 0.5]))
    >>> mean, variance
    (tensor([[1.]]), tensor(0.))
    """
    check_shape("x", x, tuple(x0.shape))
    _, earlier, left, left_earlier, beta = _ratio(bars, t, x)
    mean = earlier.sqrt() * beta / left * x0 + (1 - beta).sqrt() * left_earlier / left * x
    return mean, left_earlier / left * beta


def reverse_variance(t: int | Tensor, bars: Tensor, x: Tensor, *, kind: str = "beta") -> Tensor:
    r"""Choose the variance of the step back, which depends on t.

    Parameters
    ----------
    t : int or Tensor of shape (B,)
        The time, 1 to T.
    bars : Tensor of shape (T + 1,)
        The schedule.
    x : Tensor of shape (B, ...)
        What the noise will be added to.
    kind : {"beta", "posterior"}
        :math:`\beta_t`, right for data from a standard Gaussian, or :math:`\tilde\beta_t`, right for a single
        point; the truth lies between.

    Returns
    -------
    Tensor of shape () or (B, 1, ...)
        The variance.

    Examples
    --------
    >>> import torch
    >>> reverse_variance(2, torch.tensor([1.0, 0.5, 0.25]), torch.zeros(1, 1), kind="posterior")
    tensor(0.3333)
    """
    check_in("kind", kind, ("beta", "posterior"))
    _, _, left, left_earlier, beta = _ratio(bars, t, x)
    return beta if kind == "beta" else left_earlier / left * beta


def predicted_start(x: Tensor, noise: Tensor, t: int | Tensor, bars: Tensor) -> Tensor:
    r"""Take the predicted noise out at once.

    .. math:: \hat x_0 = (x_t - \sqrt{1 - \bar\alpha_t}\, \hat\epsilon) / \sqrt{\bar\alpha_t}

    Parameters
    ----------
    x, noise : Tensor of shape (B, ...)
        Noised examples, and the noise that is predicted in them.
    t : int or Tensor of shape (B,)
        The time.
    bars : Tensor of shape (T + 1,)
        The schedule.

    Returns
    -------
    Tensor of shape (B, ...)
        The predicted clean examples.

    Examples
    --------
    >>> import torch
    >>> predicted_start(torch.tensor([[1.4]]), torch.tensor([[1.0]]), 1, torch.tensor([1.0, 0.64]))
    tensor([[1.0000]])
    """
    return (x - coefficient(1 - bars, t, x).sqrt() * noise) / coefficient(bars, t, x).sqrt()


def noise_of_start(x: Tensor, x0: Tensor, t: int | Tensor, bars: Tensor) -> Tensor:
    r"""Find the noise that leads from a clean example to a noised one; undoes :func:`predicted_start`.

    Parameters
    ----------
    x, x0 : Tensor of shape (B, ...)
        Noised and clean examples.
    t : int or Tensor of shape (B,)
        The time, 1 to T.
    bars : Tensor of shape (T + 1,)
        The schedule.

    Returns
    -------
    Tensor of shape (B, ...)
        The noise.

    Examples
    --------
    >>> import torch
    >>> noise_of_start(torch.tensor([[1.4]]), torch.tensor([[1.0]]), 1, torch.tensor([1.0, 0.64]))
    tensor([[1.0000]])
    """
    return (x - coefficient(bars, t, x).sqrt() * x0) / coefficient(1 - bars, t, x).sqrt()


def reverse_mean(x: Tensor, noise: Tensor, t: int | Tensor, bars: Tensor) -> Tensor:
    r"""Estimate where a sample came from, one step earlier.

    .. math:: \mu_t = \frac{1}{\sqrt{\alpha_t}}
        \Bigl(x_t - \frac{\beta_t}{\sqrt{1 - \bar\alpha_t}}\, \hat\epsilon\Bigr)

    Parameters
    ----------
    x, noise : Tensor of shape (B, ...)
        Noised examples, and the noise that is predicted in them.
    t : int or Tensor of shape (B,)
        The time, 1 to T.
    bars : Tensor of shape (T + 1,)
        The schedule.

    Returns
    -------
    Tensor of shape (B, ...)
        The mean of the step back: that of :func:`posterior` with the predicted clean example put in.

    Examples
    --------
    >>> import torch
    >>> reverse_mean(torch.tensor([[1.4]]), torch.tensor([[1.0]]), 1, torch.tensor([1.0, 0.64]))
    tensor([[1.0000]])
    """
    _, _, left, _, beta = _ratio(bars, t, x)
    return (x - beta / left.sqrt() * noise) / (1 - beta).sqrt()


def drift_of_noise(x: Tensor, noise: Tensor, t: int | Tensor, bars: Tensor) -> Tensor:
    r"""Rename a noise prediction into the Little Book's f, with :math:`\mu_t = x_t + f(x_t, t)`.

    Parameters
    ----------
    x, noise : Tensor of shape (B, ...)
        Noised examples, and the noise that is predicted in them.
    t : int or Tensor of shape (B,)
        The time, 1 to T.
    bars : Tensor of shape (T + 1,)
        The schedule.

    Returns
    -------
    Tensor of shape (B, ...)
        What has to be added to ``x``.

    Examples
    --------
    >>> import torch
    >>> drift_of_noise(torch.tensor([[1.4]]), torch.tensor([[1.0]]), 1, torch.tensor([1.0, 0.64]))
    tensor([[-0.4000]])
    """
    return reverse_mean(x, noise, t, bars) - x


def noise_of_drift(x: Tensor, drift: Tensor, t: int | Tensor, bars: Tensor) -> Tensor:
    r"""Read the noise prediction that is hidden in the Little Book's f; undoes :func:`drift_of_noise`.

    Parameters
    ----------
    x, drift : Tensor of shape (B, ...)
        Noised examples, and what is added to them.
    t : int or Tensor of shape (B,)
        The time, 1 to T.
    bars : Tensor of shape (T + 1,)
        The schedule.

    Returns
    -------
    Tensor of shape (B, ...)
        The noise.

    Examples
    --------
    >>> import torch
    >>> noise_of_drift(torch.tensor([[1.4]]), torch.tensor([[-0.4]]), 1, torch.tensor([1.0, 0.64]))
    tensor([[1.0000]])
    """
    _, _, left, _, beta = _ratio(bars, t, x)
    return (x - (1 - beta).sqrt() * (x + drift)) * left.sqrt() / beta
