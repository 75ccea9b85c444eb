r"""Multi-task learning: one trunk that every task trains, and a head for each.

Caruana ("Multitask learning", 1997). The loss is :math:`\sum_k \lambda_k L_k`; the trunk's weights see the
data of every task, a head's only its own. Differs from the paper: heads are single dense layers.

Shape letters: B batch, D width of the trunk's output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor, nn

from dlbook_lib.checks import check_integer, check_number, check_type

__all__ = ["MultiTask", "multitask_loss"]


class MultiTask(nn.Module):
    """A shared trunk with one dense head for each task.

    Parameters
    ----------
    trunk : nn.Module
        From inputs to features of shape (B, D).
    features : int
        Width D.
    heads : dict of str to int
        For each task how many outputs its head has.

    Raises
    ------
    TypeError
        If ``trunk`` is no module.
    ValueError
        If there is no head, or one has no output.

    Examples
    --------
    >>> import torch
    >>> model = MultiTask(nn.Linear(4, 8), features=8, heads={"class": 10, "parity": 2})
    >>> {task: tuple(out.shape) for task, out in zip(model.tasks, model(torch.zeros(3, 4)))}
    {'class': (3, 10), 'parity': (3, 2)}
    """

    def __init__(self, trunk: nn.Module, *, features: int, heads: Mapping[str, int]) -> None:
        super().__init__()
        check_type("trunk", trunk, nn.Module, "a torch.nn.Module")
        check_integer("features", features, low=1)
        check_integer("len(heads)", len(heads), low=1)
        for task, outputs in heads.items():
            check_integer(f"heads[{task!r}]", outputs, low=1)
        self.tasks = tuple(heads)
        self.trunk = trunk
        self.heads = nn.ModuleList(nn.Linear(features, outputs) for outputs in heads.values())

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Run the trunk once and every head on its output.

        Parameters
        ----------
        x : Tensor of shape (B, ...)
            Inputs.

        Returns
        -------
        tuple of Tensor
            The outputs of the heads, in the order of ``tasks``.
        """
        features = self.trunk(x)
        return tuple(head(features) for head in self.heads)


def multitask_loss(
    outputs: Mapping[str, Tensor],
    targets: Mapping[str, Tensor],
    losses: Mapping[str, Callable[[Tensor, Tensor], Tensor]],
    *,
    weights: Mapping[str, float] | None = None,
) -> Tensor:
    r"""Add up the losses of several tasks, :math:`\sum_k \lambda_k L_k`.

    Parameters
    ----------
    outputs, targets : dict of str to Tensor
        What a network returned for each task, and what it should have.
    losses : dict of str to callable
        ``losses[task](output, target)`` is a number.
    weights : dict of str to float, optional
        :math:`\lambda_k`, at least 0; 1 by default.

    Returns
    -------
    Tensor of shape ()
        The sum over the tasks of ``losses``.

    Raises
    ------
    ValueError
        If a weight is negative.

    Examples
    --------
    >>> import torch
    >>> one, mean = torch.ones(2), lambda output, target: (output - target).mean()
    >>> multitask_loss({"a": one}, {"a": 0 * one}, {"a": mean}, weights={"a": 0.5})
    tensor(0.5000)
    """
    total = 0.0
    for task, loss in losses.items():
        weight = 1.0 if weights is None else weights.get(task, 1.0)
        check_number(f"weights[{task!r}]", weight, low=0)
        total = total + weight * loss(outputs[task], targets[task])
    return total
