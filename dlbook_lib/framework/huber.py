r"""Huber's loss: a parabola near zero, straight lines outside.

From Huber, "Robust Estimation of a Location Parameter" (1964), where the residuals beyond a threshold count
by their size alone, so that a few wild ones cannot drag the estimate along.

Differs from the paper: written for one residual at a time, without the scale of the noise. Differs from
``torch.nn.SmoothL1Loss(beta)``, which is this divided by the threshold.
"""

from __future__ import annotations

from torch import Tensor

from dlbook_lib.checks import check_number

__all__ = ["check_threshold", "huber"]


def huber(residual: Tensor, *, delta: float = 1.0) -> Tensor:
    r"""Weigh residuals by Huber's loss, one by one.

    .. math:: h_\delta(x) = \begin{cases} \tfrac12 x^2 & |x| \le \delta \\
        \delta\,\bigl(|x| - \tfrac12 \delta\bigr) & |x| > \delta \end{cases}

    Both branches have value :math:`\delta^2 / 2` and slope :math:`\delta` where they meet, so the slope is
    that of the parabola, cut off: :math:`h_\delta'(x) = \min(\max(x, -\delta), \delta)`.

    Parameters
    ----------
    residual : Tensor of any shape
        Prediction minus target.
    delta : float
        The threshold :math:`\delta`, above 0.

    Returns
    -------
    Tensor of the same shape
        At least 0.

    Raises
    ------
    TypeError
        If ``delta`` is not a number.
    ValueError
        If it is not above 0.

    Notes
    -----
    Taught at :ref:`huber`.

    References
    ----------
    .. [1] P. J. Huber, "Robust Estimation of a Location Parameter", 1964.

    Examples
    --------
    >>> import torch
    >>> huber(torch.tensor([-3.0, -1.0, 0.5]))
    tensor([2.5000, 0.5000, 0.1250])
    """
    check_threshold(delta)
    size = residual.abs()
    near = size.clamp(max=delta)  # one formula for both branches: nothing overflows in the one not taken
    return near * (size - 0.5 * near)


def check_threshold(delta: float) -> None:
    """Raise unless a threshold is a number above 0.

    Parameters
    ----------
    delta : float
        The threshold.

    Raises
    ------
    TypeError
        If it is not a number.
    ValueError
        If it is not above 0, or infinite.
    """
    check_number("delta", delta)
    if delta <= 0:
        raise ValueError(f"delta must be above 0, got {delta}")
