"""What happened in a training run, epoch by epoch; it plots itself and travels as JSON.

A run on a GPU is stored once and read back on the page, so the record also says on which device, when and
with which versions it was made.
"""

from __future__ import annotations

import json
import math
import platform
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch
from plotly.graph_objects import Figure

from dlbook_lib import __version__
from dlbook_lib.checks import check_in, check_type
from dlbook_lib.figures.curves import curves

__all__ = ["DivergedError", "History"]


class DivergedError(ArithmeticError):
    """The loss is no longer a finite number; ``history`` holds the epochs that were finished before."""

    history: History


def _versions() -> dict[str, str]:
    return {"python": platform.python_version(), "torch": torch.__version__, "dlbook_lib": __version__}


@dataclass(repr=False)
class History:
    """One number per epoch for each quantity, and the circumstances of the run.

    Epochs are counted from 1, so epoch ``e`` is at index ``e - 1`` of each list.

    Parameters
    ----------
    train_loss : list of float
        Mean over the epoch's batches, each measured just before its step: the weights moved meanwhile.
    validation_loss : list of float
        Measured at the end of each epoch; empty where there was no validation data.
    metrics : dict of str to list of float
        The same for each metric.
    lr : list of float
        Learning rate at the end of each epoch.
    seconds : list of float
        Duration of each epoch with its validation.
    device : str
        The device and why it was chosen.
    ended : str
        Why training stopped.
    date : str
        When it started, in UTC as ISO 8601 writes it.
    versions : dict of str to str
        Of Python, torch and this library.

    Examples
    --------
    >>> history = History(device="cpu (asked for)")
    >>> history.append(0.9, {"loss": 0.8, "accuracy": 0.6}, lr=0.1, seconds=2.0)
    >>> history.append(0.5, {"loss": 1.1, "accuracy": 0.5}, lr=0.1, seconds=2.0)
    >>> history
    History of 2 epochs in 4.0 s on cpu (asked for)
      best epoch 1: train loss 0.9, validation loss 0.8, accuracy 0.6
      last epoch 2: train loss 0.5, validation loss 1.1, accuracy 0.5
    >>> history == History.from_json(history.to_json())
    True
    """

    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    lr: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    device: str = ""
    ended: str = ""
    date: str = field(default_factory=lambda: datetime.now(timezone.utc).isoformat(timespec="seconds"))
    versions: dict[str, str] = field(default_factory=_versions)

    @property
    def epochs(self) -> int:
        """How many epochs were finished."""
        return len(self.train_loss)

    @property
    def best_epoch(self) -> int | None:
        """The first epoch with the lowest validation loss, counted from 1; None without validation."""
        if not self.validation_loss:
            return None
        return self.validation_loss.index(min(self.validation_loss)) + 1

    def append(self, train_loss: float, scores: dict[str, float], *, lr: float, seconds: float) -> None:
        """Add one epoch.

        Parameters
        ----------
        train_loss : float
            Mean over its batches.
        scores : dict of str to float
            What :func:`dlbook_lib.train.evaluate.evaluate` gave on the validation data: ``"loss"`` and
            the metrics; empty without such data.
        lr, seconds : float
            Learning rate at its end, and its duration.

        Raises
        ------
        DivergedError
            If the validation loss is not a finite number.
        """
        self.check_loss(scores.get("loss", 0.0), f"the validation of epoch {self.epochs + 1}", lr)
        self.train_loss.append(train_loss)
        self.lr.append(lr)
        self.seconds.append(seconds)
        for name, score in scores.items():
            losses = self.validation_loss if name == "loss" else self.metrics.setdefault(name, [])
            losses.append(score)

    def check_loss(self, loss: float, where: str, lr: float) -> None:
        """Raise unless a loss is a finite number.

        Parameters
        ----------
        loss : float
            What a batch or the validation gave.
        where : str
            The epoch and step, for the error.
        lr : float
            The learning rate that led there.

        Raises
        ------
        DivergedError
            With this history in it.
        """
        if not math.isfinite(loss):
            self.ended = f"because the loss became {loss} in {where}"
            error = DivergedError(
                f"the loss became {loss} in {where}: try a learning rate below {lr:g} "
                "(the epochs before are in this error's .history)"
            )
            error.history = self
            raise error

    def epoch_line(self, epoch: int) -> str:
        """Describe one epoch in a line.

        Parameters
        ----------
        epoch : int
            Counted from 1.

        Returns
        -------
        str
            Its losses and metrics, to four digits.
        """
        columns = {"train loss": self.train_loss, "validation loss": self.validation_loss, **self.metrics}
        return ", ".join(f"{name} {values[epoch - 1]:.4g}" for name, values in columns.items() if values)

    def __repr__(self) -> str:
        plural = "" if self.epochs == 1 else "s"
        lines = [f"History of {self.epochs} epoch{plural} in {sum(self.seconds):.1f} s on {self.device}"]
        if self.best_epoch:
            lines.append(f"  best epoch {self.best_epoch}: {self.epoch_line(self.best_epoch)}")
        if self.epochs:
            lines.append(f"  last epoch {self.epochs}: {self.epoch_line(self.epochs)}")
        if self.ended:
            lines.append(f"  ended {self.ended}")
        return "\n".join(lines)

    def plot(self, what: str = "loss") -> Figure:
        """Draw one quantity over the epochs, with the best epoch marked.

        Parameters
        ----------
        what : str
            ``"loss"`` for the losses, ``"lr"`` for the learning rate, or the name of a metric.

        Returns
        -------
        plotly.graph_objects.Figure
            One line per list.

        Raises
        ------
        ValueError
            If ``what`` was not recorded, or no epoch was finished.
        """
        lines = {"loss": {"train": self.train_loss, "validation": self.validation_loss}}
        lines |= {name: {name: values} for name, values in {**self.metrics, "lr": self.lr}.items()}
        check_in("what", what, tuple(lines))
        if not self.epochs:
            raise ValueError("history must have a finished epoch to plot, got none")
        return curves(
            {name: values for name, values in lines[what].items() if values},
            x=list(range(1, self.epochs + 1)),
            x_title="epoch",
            y_title=what,
            marks={"best epoch": self.best_epoch} if self.best_epoch else None,
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Show the losses where there is a notebook, and the text everywhere else."""
        figure = self.plot()._repr_mimebundle_(include, exclude) if self.epochs else {}
        return {**figure, "text/plain": repr(self)}

    def to_json(self) -> str:
        """Write everything down, exactly.

        Returns
        -------
        str
            For a file; :meth:`from_json` reads it.
        """
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> History:
        """Read what :meth:`to_json` wrote.

        Parameters
        ----------
        text : str
            The content of the file.

        Returns
        -------
        History
            Equal to the one that was written.

        Raises
        ------
        TypeError
            If ``text`` is not a string.
        ValueError
            If it is anything else than what :meth:`to_json` wrote.
        """
        check_type("text", text, str, "the JSON text of a History")
        try:
            stored = json.loads(text)
        except json.JSONDecodeError:
            stored = None
        if not isinstance(stored, dict) or set(stored) != {item.name for item in fields(cls)}:
            raise ValueError(f"text must be what to_json() wrote, got {text[:60]!r}")
        return cls(**stored)

    def save(self, path: str | Path) -> None:
        """Write everything into a file.

        Parameters
        ----------
        path : str or Path
            The file, which is replaced if it exists; its folder must exist.
        """
        Path(path).write_text(self.to_json() + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> History:
        """Read a file that :meth:`save` wrote.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        History
            Equal to the one that was saved.

        Raises
        ------
        ValueError
            If the file holds anything else.
        """
        try:
            return cls.from_json(Path(path).read_text(encoding="utf-8"))
        except ValueError:  # that it is no UTF-8 is one too
            raise ValueError(f"path must be a file that save() wrote, got {str(path)!r}") from None
