r"""The two losses of LeNet-5, on penalties instead of scores: the smaller an output, the better its class.

LeCun, Bottou, Bengio and Haffner (1998), "Gradient-Based Learning Applied to Document Recognition", section
II.C, equations 8 and 9, doi:10.1109/5.726791. The first only pulls the penalty of the right class down. The
second also pushes the others up, in competition with a constant "rubbish" class of penalty :math:`j`; with
eleven scores :math:`(-y_0, \dots, -y_9, -j)` it is the cross-entropy that is used today.

Differs from the paper: it asks for a positive :math:`j` and names no value; ours is stated in the signature.

Shape letters: B batch, N classes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from dlbook_lib.checks import check_number, check_shape

__all__ = ["penalty_accuracy", "rbf_map_loss", "rbf_mse_loss"]


def rbf_mse_loss(penalties: Tensor, y: Tensor) -> Tensor:
    r"""Average the penalty of the right class.

    .. math:: E = \frac1B \sum_{b=1}^{B} y_{b, D_b}

    Parameters
    ----------
    penalties : Tensor of shape (B, N)
        Squared distances of each example to the code of each class.
    y : Tensor of shape (B,)
        The right classes :math:`D_b`.

    Returns
    -------
    Tensor of shape ()
        Zero where every example has reached its code.

    Raises
    ------
    ValueError
        If the shapes do not belong together.

    Examples
    --------
    >>> rbf_mse_loss(torch.tensor([[1.0, 9.0], [8.0, 3.0]]), torch.tensor([0, 1]))
    tensor(2.)
    """
    check_shape("penalties", penalties, ("B", "N"))
    check_shape("y", y, (len(penalties),))
    return penalties.gather(1, y[:, None]).mean()


def rbf_map_loss(penalties: Tensor, y: Tensor, *, rubbish: float = 20.0) -> Tensor:
    r"""Pull the right class down and push the others up: the discriminative loss.

    .. math:: E = \frac1B \sum_{b=1}^{B}
        \Bigl( y_{b, D_b} + \log\bigl( e^{-j} + \sum_i e^{-y_{b i}} \bigr)\Bigr)

    Parameters
    ----------
    penalties : Tensor of shape (B, N)
        Squared distances of each example to the code of each class.
    y : Tensor of shape (B,)
        The right classes :math:`D_b`.
    rubbish : float
        The constant :math:`j`, above 0: classes with a penalty far above it are not pushed any further.

    Returns
    -------
    Tensor of shape ()
        Never negative.

    Raises
    ------
    ValueError
        If the shapes do not belong together, or ``rubbish`` is not positive.

    Examples
    --------
    >>> rbf_map_loss(torch.tensor([[0.0, 50.0]]), torch.tensor([0])) < 1e-6
    tensor(True)
    """
    check_number("rubbish", rubbish)
    if rubbish <= 0:
        raise ValueError(f"rubbish must be above 0, got {rubbish}")
    right = rbf_mse_loss(penalties, y)
    constant = penalties.new_full((len(penalties), 1), -rubbish)
    return right + torch.cat([-penalties, constant], dim=1).logsumexp(dim=1).mean()


def penalty_accuracy(penalties: Tensor, y: Tensor) -> float:
    """Count how often the smallest penalty is the right class's.

    Parameters
    ----------
    penalties : Tensor of shape (B, N)
        One penalty per class.
    y : Tensor of shape (B,)
        The right classes.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the shapes do not belong together.

    Examples
    --------
    >>> penalty_accuracy(torch.tensor([[1.0, 9.0], [2.0, 3.0]]), torch.tensor([0, 1]))
    0.5
    """
    check_shape("penalties", penalties, ("B", "N"))
    check_shape("y", y, (len(penalties),))
    return (penalties.argmin(dim=1) == y).float().mean().item()
