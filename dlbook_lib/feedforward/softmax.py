r"""Softmax, its logarithm and its Jacobian, as they stand in the formulas and as they must be computed.

The literal log-softmax :math:`z_i - \log \sum_j e^{z_j}` overflows where a logit exceeds 88 in float32, and
is minus infinity where all lie below about -103. Subtracting the largest logit first changes nothing on paper
and cures both; Goodfellow, Bengio and Courville (2016), section 6.2.2.3, equation 6.33.

Shape letters: K classes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_number

__all__ = ["log_softmax", "log_softmax_literal", "log_sum_exp", "softmax", "softmax_jacobian"]


def softmax(z: Tensor, *, temperature: float = 1.0) -> Tensor:
    r"""Turn logits into probabilities along the last axis.

    .. math:: p_i = \frac{e^{z_i / \tau}}{\sum_j e^{z_j / \tau}}

    Parameters
    ----------
    z : Tensor of shape (..., K)
        Logits; a constant added to all of them changes nothing.
    temperature : float
        :math:`\tau`, above 0: small values make the largest logit win, large ones make all alike.

    Returns
    -------
    Tensor of shape (..., K)
        Not negative, with sum 1.

    Raises
    ------
    ValueError
        If ``temperature`` is not positive.

    Examples
    --------
    >>> softmax(torch.tensor([1000.0, 1000.0, -1000.0])).tolist()
    [0.5, 0.5, 0.0]
    """
    check_number("temperature", temperature, low=0)
    if temperature == 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    raised = torch.exp((z - z.amax(dim=-1, keepdim=True)) / temperature)
    return raised / raised.sum(dim=-1, keepdim=True)


def log_sum_exp(z: Tensor) -> Tensor:
    r"""Take the logarithm of a sum of exponentials, the largest taken out first.

    .. math:: \log \sum_j e^{z_j} = m + \log \sum_j e^{z_j - m}, \qquad m = \max_j z_j

    Parameters
    ----------
    z : Tensor of shape (..., K)
        Logits.

    Returns
    -------
    Tensor of shape (..., 1)
        Between :math:`m` and :math:`m + \log K`.

    Examples
    --------
    >>> log_sum_exp(torch.tensor([1000.0, 1000.0])).item()  # doctest: +ELLIPSIS
    1000.693...
    """
    largest = z.amax(dim=-1, keepdim=True)
    return largest + (z - largest).exp().sum(dim=-1, keepdim=True).log()


def log_softmax(z: Tensor) -> Tensor:
    r"""Turn logits into log-probabilities.

    .. math:: \log p_i = z_i - \log \sum_j e^{z_j}

    Parameters
    ----------
    z : Tensor of shape (..., K)
        Logits, of any size.

    Returns
    -------
    Tensor of shape (..., K)
        Not above 0.

    Examples
    --------
    >>> log_softmax(torch.tensor([1000.0, 0.0, -1000.0])).tolist()
    [0.0, -1000.0, -2000.0]
    """
    shifted = z - z.amax(dim=-1, keepdim=True)  # subtracting twice what is large would cost digits
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()


def log_softmax_literal(z: Tensor) -> Tensor:
    r"""Compute :math:`z_i - \log \sum_j e^{z_j}` as it is printed, to see where it breaks.

    Parameters
    ----------
    z : Tensor of shape (..., K)
        Logits.

    Returns
    -------
    Tensor of shape (..., K)
        As :func:`log_softmax` for small logits; infinite for large ones.

    Examples
    --------
    >>> log_softmax_literal(torch.tensor([1000.0, 0.0, -1000.0])).tolist()
    [-inf, -inf, -inf]
    """
    return z - z.exp().sum(dim=-1, keepdim=True).log()


def softmax_jacobian(p: Tensor) -> Tensor:
    r"""Differentiate every probability by every logit.

    .. math:: \frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j), \qquad
        J = \operatorname{diag}(p) - p\, p^\top

    Parameters
    ----------
    p : Tensor of shape (..., K)
        Probabilities, from :func:`softmax`.

    Returns
    -------
    Tensor of shape (..., K, K)
        Symmetric; its rows sum to 0, and all of it is 0 where one probability is 1.

    Examples
    --------
    >>> softmax_jacobian(torch.tensor([0.5, 0.5])).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    return torch.diag_embed(p) - p[..., :, None] * p[..., None, :]
