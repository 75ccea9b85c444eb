"""How good a model is on data that it does not learn from: its mean loss, and metrics such as accuracy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import Dataset

from dlbook_lib.checks import check_integer, check_shape, check_type
from dlbook_lib.device import DeviceChoice, pick_device
from dlbook_lib.train.batches import Rows
from dlbook_lib.train.distributed import Team

__all__ = ["Loss", "Metrics", "accuracy", "autocast", "check_metrics", "evaluate", "measure"]

Loss = Callable[[Tensor, Tensor], Tensor]
Metrics = Mapping[str, Callable[[Tensor, Tensor], float]]


def accuracy(logits: Tensor, y: Tensor) -> float:
    r"""Count how often the highest score is the right class's.

    .. math:: \frac1N \sum_{n=1}^N \mathbf 1\bigl[\operatorname*{arg\,max}_c z_{nc} = y_n\bigr]

    Parameters
    ----------
    logits : Tensor of shape (N, C, ...)
        One score :math:`z_{nc}` per class, the classes along the second axis as in cross-entropy.
    y : Tensor of shape (N, ...)
        The right classes :math:`y_n`.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> accuracy(torch.tensor([[0.1, 0.9], [0.8, 0.2]]), torch.tensor([1, 1]))
    0.5
    """
    return (logits.argmax(dim=1) == y).float().mean().item()


def evaluate(
    model: nn.Module,
    data: tuple[Tensor, Tensor] | Dataset,
    *,
    loss: Loss = F.cross_entropy,
    metrics: Metrics | None = None,
    batch_size: int = 256,
) -> dict[str, float]:
    """Measure a model on a data set without training it.

    The model computes where it stands, in evaluation mode and without gradients, and keeps its mode. Under
    torchrun every process that calls this measures all the data.

    Parameters
    ----------
    model : nn.Module
        What to measure.
    data : tuple of two Tensors of shapes (N, ...) and (N, ...), or Dataset
        Inputs ``x`` and targets ``y``.
    loss : callable
        ``loss(model(x), y)`` gives the mean over the rows of a batch.
    metrics : dict of str to callable, optional
        Each ``metric(model(x), y)`` gives a mean over the rows of a batch. By default the accuracy, where
        ``y`` holds classes (int64) and ``model(x)`` one score for each.
    batch_size : int
        Rows at a time; it changes speed and memory, not the result.

    Returns
    -------
    dict of str to float
        ``"loss"`` and each metric, averaged over all rows.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If the data are empty or do not pair, or ``batch_size`` is below 1.

    Examples
    --------
    >>> x = torch.tensor([[2.0, 0.0], [0.0, 2.0], [1.0, 0.0]])
    >>> scores = evaluate(nn.Identity(), (x, torch.tensor([0, 1, 1])))
    >>> {name: round(score, 3) for name, score in scores.items()}
    {'loss': 0.522, 'accuracy': 0.667}
    """
    check_type("model", model, nn.Module, "a torch.nn.Module")
    check_type("loss", loss, Callable, "a function of (model(x), y)")
    check_metrics(metrics)
    check_integer("batch_size", batch_size, low=1)
    tensor = next(model.parameters(), torch.empty(0))
    choice = pick_device(tensor.device.type, memory=0)._replace(device=tensor.device)
    return measure(model, Rows("data", data, choice.device), batch_size, loss, metrics, Team(choice))


def measure(
    model: nn.Module, rows: Rows, batch_size: int, loss: Loss, metrics: Metrics | None, team: Team
) -> dict[str, float]:
    """Do the work of :func:`evaluate`, shared out over a team.

    Parameters
    ----------
    model : nn.Module
        On the team's device, with the same weights in every process.
    rows : Rows
        The data.
    batch_size : int
        Rows at a time, over all processes.
    loss, metrics : callable, dict of str to callable or None
        As for :func:`evaluate`.
    team : Team
        Who shares the work.

    Returns
    -------
    dict of str to float
        The means over all rows, equal in every process.
    """
    totals: dict[str, float] = {}
    with _evaluating(model):
        for x, y, fraction, size in rows.batches(batch_size, team):
            with autocast(team.choice):
                logits = model(x)
                scores = {"loss": loss(logits, y)}
            check_shape("loss(model(x), y)", scores["loss"], ())
            chosen = _default_metrics(logits, y) if metrics is None else metrics
            scores |= {name: metric(logits, y) for name, metric in chosen.items()}
            for name, score in scores.items():
                totals[name] = totals.get(name, 0.0) + float(score) * fraction * size
    return {name: total / len(rows) for name, total in zip(totals, team.total(list(totals.values())))}


def autocast(choice: DeviceChoice) -> AbstractContextManager:
    """Compute in the device's short floating-point type where it has one, and in float32 elsewhere.

    Parameters
    ----------
    choice : DeviceChoice
        From :func:`dlbook_lib.device.pick_device`; only CUDA GPUs have a type other than float32.

    Returns
    -------
    context manager
        For a ``with`` block around the forward pass and the loss.

    Examples
    --------
    >>> with autocast(pick_device("cpu")):
    ...     (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
    torch.float32
    """
    if choice.dtype == torch.float32:
        return nullcontext()
    return torch.autocast(choice.device.type, dtype=choice.dtype)


def check_metrics(metrics: Metrics | None) -> None:
    """Raise unless metrics are functions with a name other than the loss has.

    Parameters
    ----------
    metrics : dict of str to callable or None
        As for :func:`evaluate`.

    Raises
    ------
    TypeError
        If they are anything else than functions in a dict.
    ValueError
        If one is called ``"loss"``.
    """
    check_type("metrics", metrics, (Mapping, type(None)), "a dict of functions of (model(x), y)")
    for name, metric in (metrics or {}).items():
        check_type(f"metrics[{name!r}]", metric, Callable, "a function of (model(x), y)")
        if name == "loss":
            raise ValueError("metrics must have names other than 'loss', which the loss itself has")


def _default_metrics(logits: Tensor, y: Tensor) -> Metrics:
    classes = isinstance(logits, Tensor) and y.dtype == torch.int64 and logits.ndim == y.ndim + 1
    return {"accuracy": accuracy} if classes and logits.shape[2:] == y.shape[1:] else {}


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Switch to evaluation mode without gradients, and back to the mode that each layer was in."""
    modes = [(layer, layer.training) for layer in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for layer, training in modes:
            layer.training = training
