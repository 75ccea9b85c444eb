"""Early stopping: keep the weights of the best validation score, and wait before giving up.

Prechelt ("Early stopping, but when?", 1998) compares rules for when to stop; the two ways to use the
validation data afterwards are algorithms 7.2 and 7.3 of Goodfellow, Bengio and Courville (2016). Differs from
:func:`dlbook_lib.train.loop.fit`, which watches the validation loss alone: this one takes any score, in
either direction, from any loop.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable

from torch import nn

from dlbook_lib.checks import check_in, check_integer, check_number, check_type

__all__ = ["EarlyStopper", "continue_to_loss", "retrain", "stopping_epoch"]


class EarlyStopper:
    """Watch a validation score, remember the best weights, and say when to stop.

    Parameters
    ----------
    patience : int
        Stop after this many updates in a row without a better score, at least 1.
    mode : {"min", "max"}
        Whether a better score is a lower one (a loss) or a higher one (an accuracy).
    margin : float
        By how much a score must be better to count, at least 0.

    Attributes
    ----------
    best : float
        The best score so far.
    best_epoch : int
        When it was seen, counted from 1; 0 before the first update.
    epoch : int
        How many updates there were.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> stopper = EarlyStopper(patience=2)
    >>> [stopper.update(loss) for loss in (0.9, 0.5, 0.6, 0.7)], stopper.best_epoch
    ([False, False, False, True], 2)
    """

    def __init__(self, *, patience: int, mode: str = "min", margin: float = 0.0) -> None:
        check_integer("patience", patience, low=1)
        check_in("mode", mode, ("min", "max"))
        check_number("margin", margin, low=0)
        self.patience, self.mode, self.margin = patience, mode, margin
        self.best = math.inf if mode == "min" else -math.inf
        self.best_epoch = self.epoch = 0
        self._weights = None

    def update(self, score: float, model: nn.Module | None = None) -> bool:
        """Take the score of one more epoch.

        Parameters
        ----------
        score : float
            Measured on validation data. One that is no number counts as no improvement.
        model : nn.Module, optional
            Its weights are copied if the score is the best so far.

        Returns
        -------
        bool
            True when patience is at its end.
        """
        self.epoch += 1
        gain = self.best - score if self.mode == "min" else score - self.best
        if gain > self.margin:
            self.best, self.best_epoch = score, self.epoch
            if model is not None:
                self._weights = copy.deepcopy(model.state_dict())
        return self.epoch - self.best_epoch >= self.patience

    def restore(self, model: nn.Module) -> None:
        """Put the best weights back.

        Parameters
        ----------
        model : nn.Module
            The one that ``update`` was given.

        Raises
        ------
        ValueError
            If no weights have been remembered.
        """
        if self._weights is None:
            raise ValueError("model must have been passed to update() before restore(), got no weights")
        model.load_state_dict(self._weights)


def stopping_epoch(scores: Iterable[float], *, patience: int, mode: str = "min") -> tuple[int, int]:
    """Replay a recorded curve: which epoch is kept, and at which one training ends.

    Parameters
    ----------
    scores : iterable of float
        One for each epoch.
    patience : int
        As for :class:`EarlyStopper`.
    mode : {"min", "max"}
        As for :class:`EarlyStopper`.

    Returns
    -------
    kept : int
        The epoch with the best score until then, counted from 1.
    ended : int
        The epoch after which training stops, the last one if patience never ends.

    Examples
    --------
    >>> stopping_epoch([5, 4, 4.5, 3, 2], patience=1), stopping_epoch([5, 4, 4.5, 3, 2], patience=2)
    ((2, 3), (5, 5))
    """
    stopper = EarlyStopper(patience=patience, mode=mode)
    for score in scores:
        if stopper.update(score):
            break
    return stopper.best_epoch, stopper.epoch


def retrain(
    build: Callable[[], nn.Module], train_epoch: Callable[[nn.Module], object], epochs: int
) -> nn.Module:
    """Begin again on all data for as many epochs as the first run found best (algorithm 7.2).

    Parameters
    ----------
    build : callable
        Returns a fresh model.
    train_epoch : callable
        Trains a model for one epoch on training and validation data together.
    epochs : int
        How many, from the first run, at least 1.

    Returns
    -------
    nn.Module
        The model, trained.

    Raises
    ------
    ValueError
        If ``epochs`` is below 1.
    """
    check_integer("epochs", epochs, low=1)
    model = build()
    for _ in range(epochs):
        train_epoch(model)
    return model


def continue_to_loss(
    model: nn.Module,
    train_epoch: Callable[[nn.Module], object],
    validation_loss: Callable[[nn.Module], float],
    *,
    target: float,
    most: int,
) -> int:
    """Train on with all data until the validation loss falls to a target (algorithm 7.3).

    The target is the training loss at which the first run was best. It may never be reached, hence ``most``.

    Parameters
    ----------
    model : nn.Module
        With the best weights of the first run; trained in place.
    train_epoch : callable
        Trains a model for one epoch on training and validation data together.
    validation_loss : callable
        Measures a model.
    target : float
        Stop at this loss or below.
    most : int
        Epochs after which to stop in any case, at least 1.

    Returns
    -------
    int
        How many epochs were added.

    Raises
    ------
    TypeError
        If ``model`` is no module.
    ValueError
        If ``most`` is below 1.
    """
    check_type("model", model, nn.Module, "a torch.nn.Module")
    check_number("target", target)
    check_integer("most", most, low=1)
    for epoch in range(most):
        if validation_loss(model) <= target:
            return epoch
        train_epoch(model)
    return most
