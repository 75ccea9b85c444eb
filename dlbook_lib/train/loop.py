r"""The training loop of the whole book.

For each batch: compute the loss and its gradient, and take one step. These lines stand in ``_train_epoch``;
all else serves them: validation, early stopping, short floating-point types on a GPU, several processes,
and a record that survives an interrupt and a diverging loss.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Adam, Optimizer
from torch.utils.data import Dataset

from dlbook_lib.checks import check_integer, check_number, check_shape, check_type
from dlbook_lib.seed import generator
from dlbook_lib.train.batches import Rows
from dlbook_lib.train.distributed import Team, join
from dlbook_lib.train.evaluate import Loss, Metrics, autocast, check_metrics, measure
from dlbook_lib.train.history import History
from dlbook_lib.train.watch import watched

__all__ = ["fit"]


def fit(
    model: nn.Module,
    train: tuple[Tensor, Tensor] | Dataset,
    validation: tuple[Tensor, Tensor] | Dataset | None = None,
    *,
    epochs: int,
    batch_size: int = 64,
    lr: float = 1e-3,
    optimizer: Callable[..., Optimizer] = Adam,
    schedule: Callable[[float], float] | None = None,
    loss: Loss = F.cross_entropy,
    metrics: Metrics | None = None,
    patience: int | None = None,
    device: torch.device | str | None = None,
    seed: int = 0,
    progress: bool = True,
) -> History:
    r"""Train a model on batches drawn in random order, and return what happened.

    With the plainest optimizer, ``torch.optim.SGD``, each batch :math:`B` moves the weights by

    .. math:: \theta \leftarrow \theta - \eta\, \nabla_\theta
        \frac1{|B|} \sum_{n \in B} \ell\bigl(f_\theta(x_n), y_n\bigr).

    The model is trained in place and left on the device, in evaluation mode; where there are validation data,
    with the weights of the epoch whose validation loss was lowest. An interrupt (stopping the cell) ends the
    training early and keeps what was reached.

    Parameters
    ----------
    model : nn.Module
        The network :math:`f_\theta`.
    train, validation : tuple of two Tensors of shapes (N, ...) and (N, ...), or Dataset
        Inputs ``x`` and targets ``y``. Tensors are moved to the device whole, a Dataset batch by batch.
    epochs : int
        How often to go through the training data, at least 1.
    batch_size : int
        Rows in a batch; the last batch of an epoch has what is left.
    lr : float
        Learning rate :math:`\eta`, above 0.
    optimizer : callable
        Called as ``optimizer(parameters, lr=lr)``, it makes a torch optimizer: ``torch.optim.SGD``, or
        ``lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9)``. Adam by default.
    schedule : callable, optional
        Each step is taken with ``lr * schedule(t)``, where ``t`` is the fraction of the training that is
        done: ``lambda t: 1 - t`` descends in a straight line to 0.
    loss : callable
        ``loss(model(x), y)`` gives the mean over the rows of a batch.
    metrics : dict of str to callable, optional
        As for :func:`dlbook_lib.train.evaluate.evaluate`, measured on the validation data.
    patience : int, optional
        Stop when the validation loss has not improved for this many epochs in a row.
    device : torch.device or {"cuda", "mps", "cpu"}, optional
        Where to compute; the fastest device that works by default.
    seed : int
        Decides the order of the rows. What a model draws itself, such as dropout, follows
        :func:`dlbook_lib.seed.seed_everything`.
    progress : bool
        Show a bar over the epochs; the environment variable ``TQDM_DISABLE`` hides it too.

    Returns
    -------
    History
        Losses, metrics, learning rate and seconds of each epoch.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If a number is out of range, the data are empty or do not pair, the model has nothing to train, or
        ``patience`` or ``metrics`` are given without validation data.
    DivergedError
        If a loss becomes infinite or not a number; no step is taken after it.

    Notes
    -----
    A script that calls ``fit`` runs unchanged under ``torchrun --nproc-per-node 2``: the processes share the
    rows of the same batches and average the gradients over rows, so that the losses are those of one process
    up to rounding. Two layers differ: batch normalisation sees its own process's rows only, and dropout draws
    other masks. Every parameter that is trained must take part in the loss there.

    Examples
    --------
    >>> x = torch.linspace(-1, 1, 100)[:, None]
    >>> model = nn.Linear(1, 1)
    >>> history = fit(model, (x, 3 * x), epochs=99, lr=0.1, loss=F.mse_loss, device="cpu", progress=False)
    >>> round(model.weight.item(), 2)
    3.0
    """
    _check(model, validation, epochs, batch_size, lr, optimizer, schedule, loss, metrics, patience)
    team = join(device)
    rows = Rows("train", train, team.choice.device)
    held_out = None if validation is None else Rows("validation", validation, team.choice.device)
    network = team.wrap(model.to(team.choice.device))
    stepper = _make_optimizer(optimizer, model, lr)
    scaler = torch.amp.GradScaler(team.choice.device.type, enabled=team.choice.dtype == torch.float16)
    history, shuffle = History(device=str(team)), generator(seed)

    with watched(model, history, epochs, team, progress) as epoch_done:
        for epoch in range(1, epochs + 1):
            start = time.perf_counter()
            batches = rows.batches(batch_size, team, shuffle)
            batches = _paced(batches, stepper, schedule, epoch, epochs, len(rows))
            train_loss = _train_epoch(network, batches, loss, stepper, scaler, team, history)
            scores = measure(model, held_out, batch_size, loss, metrics, team) if held_out else {}
            history.append(train_loss, scores, lr=_lr(stepper), seconds=time.perf_counter() - start)
            epoch_done()
            if patience is not None and epoch - history.best_epoch >= patience:
                history.ended = f"early: no lower validation loss since epoch {history.best_epoch}"
                break
    return history


def _train_epoch(
    network: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor, float, int]],
    loss: Loss,
    optimizer: Optimizer,
    scaler: torch.amp.GradScaler,
    team: Team,
    history: History,
) -> float:
    """Take one step for each batch and return the mean loss over all rows.

    In one process the fraction is 1. In several, each computes the loss of its fraction of the batch, and
    their gradients are averaged: the factor turns that average into the gradient of the whole batch's mean.
    """
    network.train()
    total = count = 0
    for step, (x, y, fraction, size) in enumerate(batches, start=1):
        optimizer.zero_grad()
        with autocast(team.choice):
            batch_loss = loss(network(x), y)
        check_shape("loss(model(x), y)", batch_loss, ())

        [mean] = team.total([batch_loss.item() * fraction])
        history.check_loss(mean, f"epoch {history.epochs + 1}, step {step}", _lr(optimizer))
        total, count = total + mean * size, count + size

        scaler.scale(batch_loss * (fraction * team.world)).backward()
        scaler.step(optimizer)
        scaler.update()
    team.agree(network)
    return total / count


def _paced(
    batches: Iterable, optimizer: Optimizer, schedule: Callable | None, epoch: int, epochs: int, count: int
) -> Iterator:
    """Set the learning rate before each batch, by the fraction of the training that is done."""
    seen = (epoch - 1) * count
    for batch in batches:
        factor = 1.0 if schedule is None else schedule(seen / (epochs * count))
        for group in optimizer.param_groups:
            group["lr"] = group.setdefault("initial_lr", group["lr"]) * factor
        yield batch
        seen += batch[-1]


def _make_optimizer(make: Callable[..., Optimizer], model: nn.Module, lr: float) -> Optimizer:
    optimizer = make([weight for weight in model.parameters() if weight.requires_grad], lr=lr)
    check_type("optimizer(parameters, lr=lr)", optimizer, Optimizer, "a torch.optim.Optimizer")
    return optimizer


def _lr(optimizer: Optimizer) -> float:
    return float(optimizer.param_groups[0]["lr"])


def _check(model, validation, epochs, batch_size, lr, optimizer, schedule, loss, metrics, patience) -> None:
    check_type("model", model, nn.Module, "a torch.nn.Module")
    if not any(weight.requires_grad for weight in model.parameters()):
        raise ValueError(f"model must have a parameter that requires a gradient, got {type(model).__name__}")
    check_integer("epochs", epochs, low=1)
    check_integer("batch_size", batch_size, low=1)
    check_number("lr", lr)
    if lr <= 0:
        raise ValueError(f"lr must be above 0, got {lr}")
    check_type("optimizer", optimizer, Callable, "a function of (parameters, lr) such as torch.optim.SGD")
    check_type(
        "schedule",
        schedule,
        (Callable, type(None)),
        "a function of the fraction of the training that is done",
    )
    check_type("loss", loss, Callable, "a function of (model(x), y)")
    check_metrics(metrics)
    if patience is not None:
        check_integer("patience", patience, low=1)
    if validation is None and (patience or metrics):
        name = "patience" if patience else "metrics"
        raise ValueError(f"{name} must come with validation data, got validation=None")
