r"""MixUp and CutMix: train on pairs of pictures and on pairs of labels.

MixUp (Zhang, Cisse, Dauphin and Lopez-Paz 2018) takes a point on the line between two examples; CutMix (Yun,
Han, Oh, Chun, Choe and Yoo 2019) pastes a box of one picture into another. Both mix the labels in the same
proportion. Differs from the papers' code: a λ of its own for each pair of a batch instead of one for the
whole batch.

Shape letters: B batch, C channels, H W height and width, K classes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_shape
from dlbook_lib.regularize.draws import beta, permutation, uniform_like
from dlbook_lib.regularize.erasing import box_mask, clipped_box

__all__ = ["cutmix", "mixup"]


def mixup(
    x: Tensor, q: Tensor, alpha: float, *, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor]:
    r"""Blend each example with another one of the batch, and their labels as well.

    .. math:: \tilde x = \lambda x_i + (1 - \lambda) x_j, \qquad \tilde q = \lambda q_i + (1 - \lambda) q_j,
        \qquad \lambda \sim \mathrm{Beta}(\alpha, \alpha)

    Parameters
    ----------
    x : Tensor of shape (B, ...)
        Inputs.
    q : Tensor of shape (B, ..., K)
        Targets as distributions, such as one-hot labels.
    alpha : float
        Above 0. Small values leave most examples almost as they are.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    x : Tensor of shape (B, ...)
        Blended inputs.
    q : Tensor of shape (B, ..., K)
        Blended targets.

    Raises
    ------
    ValueError
        If ``q`` does not fit or ``alpha`` is not above 0.

    Examples
    --------
    >>> x, q = mixup(torch.eye(4), torch.eye(4), 1.0, generator=torch.Generator().manual_seed(0))
    >>> torch.equal(x, q), bool(q.sum(1).allclose(torch.ones(4)))
    (True, True)
    """
    _check_targets(q, len(x))
    lam = beta(alpha, (len(x),), generator).to(x.device)
    other = permutation(len(x), generator).to(x.device)
    return _between(x, x[other], lam), _between(q, q[other], lam)


def cutmix(
    x: Tensor, q: Tensor, alpha: float = 1.0, *, generator: torch.Generator | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    r"""Paste a box of another picture into each, and mix the labels by the share of pixels.

    With :math:`\lambda \sim \mathrm{Beta}(\alpha, \alpha)` the box measures :math:`r_h = H \sqrt{1 -
    \lambda}` by :math:`r_w = W \sqrt{1 - \lambda}` around a uniform centre. Where it hangs over the edge it
    is cut off, and

    .. math:: \lambda = 1 - \frac{r_w r_h}{W H}

    is computed again from the box that is left.

    Parameters
    ----------
    x : Tensor of shape (B, C, H, W)
        Pictures.
    q : Tensor of shape (B, ..., K)
        Targets as distributions.
    alpha : float
        Above 0.
    generator : torch.Generator, optional
        The stream; torch's own by default.

    Returns
    -------
    x : Tensor of shape (B, C, H, W)
        Pictures with a box of another.
    q : Tensor of shape (B, ..., K)
        Mixed targets.
    lam : Tensor of shape (B,)
        :math:`\lambda`, the exact share of pixels that each picture kept.

    Raises
    ------
    ValueError
        If a shape does not fit or ``alpha`` is not above 0.

    Examples
    --------
    >>> x = torch.stack([torch.zeros(1, 8, 8), torch.ones(1, 8, 8)])
    >>> x, q, lam = cutmix(x, torch.eye(2), generator=torch.Generator().manual_seed(0))
    >>> torch.allclose(q.sum(1), torch.ones(2))
    True
    """
    check_shape("x", x, ("B", "C", "H", "W"))
    B, _, H, W = x.shape
    _check_targets(q, B)
    lam = beta(alpha, (B,), generator).to(x.device)
    other = permutation(B, generator).to(x.device)
    top, left, height, width = clipped_box(lam, uniform_like(x, (2, B), generator), (H, W))
    pasted = torch.where(box_mask((H, W), top, left, height, width), x[other], x)
    lam = 1 - height * width / (H * W)
    return pasted, _between(q, q[other], lam), lam


def _between(first: Tensor, second: Tensor, lam: Tensor) -> Tensor:
    lam = lam.view(-1, *[1] * (first.ndim - 1))
    return lam * first + (1 - lam) * second


def _check_targets(q: Tensor, rows: int) -> None:
    check_shape("q", q, (rows, *["..."] * (getattr(q, "ndim", 2) - 2), "K"))
