"""What goes on around the epochs of a training: a progress bar, and the best weights kept for the end."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import nn
from tqdm.auto import tqdm

from dlbook_lib.train.distributed import Team
from dlbook_lib.train.history import History

__all__ = ["watched"]


@contextmanager
def watched(
    model: nn.Module, history: History, epochs: int, team: Team, progress: bool
) -> Iterator[Callable[[], None]]:
    """Watch over a training for the length of a ``with`` block.

    Whatever ends the block, the model leaves it in evaluation mode and with its best weights. An interrupt
    ends the training without an error, unless other processes wait for this one.

    Parameters
    ----------
    model : nn.Module
        The model in training.
    history : History
        Its record, which says what epoch was the best.
    epochs : int
        How many are planned.
    team : Team
        The first process of it shows the bar.
    progress : bool
        Whether to show the bar at all; the environment variable ``TQDM_DISABLE`` hides it too.

    Yields
    ------
    callable
        To be called when an epoch has been added to the history.
    """
    # tqdm reads the variable too, but once, when it is imported, and in notebooks not at all.
    hide = not progress or team.rank > 0 or bool(os.environ.get("TQDM_DISABLE"))
    best = None

    def epoch_done() -> None:
        nonlocal best
        if history.best_epoch == history.epochs:
            best = copy.deepcopy(model.state_dict())
        bar.set_postfix_str(history.epoch_line(history.epochs), refresh=False)
        bar.update()

    try:
        with tqdm(total=epochs, desc=type(model).__name__, unit="epoch", disable=hide) as bar:
            yield epoch_done
            bar.total = bar.n  # the bar is full after an early stop as well: nothing went wrong
    except KeyboardInterrupt:
        history.ended = f"by an interrupt in epoch {history.epochs + 1}"
        if team.world > 1:
            raise
    finally:
        if best is not None:
            model.load_state_dict(best)
        model.eval()
