r"""A penalty on weights, in the form that frameworks expect: a callable with a configuration.

What the penalties do to a model is the subject of the chapter on regularization; here it is how one is
written, added up over the weights of a model, and built again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from dlbook_lib.checks import check_number, check_type

__all__ = ["L1Regularizer", "weight_penalty"]


class L1Regularizer:
    r"""The sum of absolute values, times a factor.

    .. math:: R(w) = \lambda \sum_i |w_i|

    The factor stands outside the absolute value. Inside it would lose its sign, and cost one multiplication
    for each weight.

    Parameters
    ----------
    factor : float
        :math:`\lambda`, at least 0.

    Raises
    ------
    TypeError
        If ``factor`` is not a number.
    ValueError
        If it is below 0: then the penalty would have no minimum.

    Notes
    -----
    Built at :ref:`custom-regularizer`.

    Examples
    --------
    >>> import torch
    >>> L1Regularizer(0.1)(torch.tensor([-1.0, 2.0]))
    tensor(0.3000)
    """

    def __init__(self, factor: float) -> None:
        check_number("factor", factor, low=0)
        self.factor = factor

    def __call__(self, weight: Tensor) -> Tensor:
        """Penalise one tensor of weights.

        Parameters
        ----------
        weight : Tensor of any shape
            The weights.

        Returns
        -------
        Tensor of shape ()
            The penalty.
        """
        return self.factor * weight.abs().sum()

    def config(self) -> dict[str, Any]:
        """Return what it takes to build an equal regularizer.

        Returns
        -------
        dict
            Arguments of the class.
        """
        return {"factor": self.factor}


def weight_penalty(model: nn.Module, regularizer: Callable[[Tensor], Tensor]) -> Tensor:
    """Add up a penalty over all weights of a model that are not biases.

    Parameters
    ----------
    model : nn.Module
        Its parameters whose name ends in ``bias`` are left alone: a constant offset is no complication.
    regularizer : callable
        Takes a tensor of weights and returns one number.

    Returns
    -------
    Tensor of shape ()
        To be added to the loss; gradients flow to the weights.

    Raises
    ------
    TypeError
        If ``model`` is not a module.
    ValueError
        If nothing but biases is there to penalise.

    Notes
    -----
    Taught at :ref:`custom-regularizer`.

    Examples
    --------
    >>> import torch
    >>> layer = nn.Linear(2, 1)
    >>> _ = nn.init.constant_(layer.weight, -2)
    >>> weight_penalty(layer, L1Regularizer(0.5)).item()
    2.0
    """
    check_type("model", model, nn.Module, "a torch.nn.Module")
    weights = [p for name, p in model.named_parameters() if not name.endswith("bias")]
    if not weights:
        raise ValueError(f"model must have a weight besides biases, got {type(model).__name__}")
    return sum(regularizer(weight) for weight in weights)
