"""The progress bar: at a terminal, in a notebook, and nowhere."""

import re

import pytest
import torch
import torch.nn.functional as F
import tqdm.notebook
from torch import nn

from dlbook_lib.device import DeviceChoice
from dlbook_lib.train import watch
from dlbook_lib.train.distributed import Team
from dlbook_lib.train.history import History
from dlbook_lib.train.loop import fit
from dlbook_lib.train.watch import watched

ALONE = Team(DeviceChoice(torch.device("cpu"), torch.float32, "asked for"))


@pytest.fixture(autouse=True)
def no_variable(monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setenv("COLUMNS", "200")  # room for the whole line


@pytest.fixture
def notebook(monkeypatch):
    """The bar that a notebook gets, and the widgets that it displays."""
    shown = []
    monkeypatch.setattr(watch, "tqdm", tqdm.notebook.tqdm)
    monkeypatch.setattr(tqdm.notebook, "display", shown.append)
    return shown


def train(epochs=3, **settings):
    x = torch.arange(-4.0, 5.0).view(9, 1)
    data = {"train": (x, 3 * x), "validation": (x, x)} | settings
    return fit(nn.Linear(1, 1), epochs=epochs, batch_size=2, loss=F.mse_loss, device="cpu", **data)


def test_one_bar_over_the_epochs_with_the_losses(capsys):
    history = train(metrics={"error": F.l1_loss})
    output, errors = capsys.readouterr()
    last = errors.rstrip("\n").split("\r")[-1]
    assert output == ""
    assert errors.count("\n") == 1
    assert errors.count("\r") <= 5  # the start, at most one per epoch, and the end
    assert last.startswith("Linear: 100%|")
    assert "3/3" in last
    assert history.epoch_line(3) in last
    assert re.search(r"train loss \S+, validation loss \S+, error \S+\]", last)


@pytest.mark.parametrize("how", ["argument", "variable", "rank"])
def test_nothing_is_left_where_the_bar_is_hidden(how, capsys, notebook, monkeypatch):
    if how == "variable":
        monkeypatch.setenv("TQDM_DISABLE", "1")
    team = ALONE._replace(rank=1, world=2) if how == "rank" else ALONE
    history = History()
    for tqdm_class in (tqdm.notebook.tqdm, tqdm.std.tqdm):
        monkeypatch.setattr(watch, "tqdm", tqdm_class)
        with watched(nn.Linear(1, 1), history, 2, team, progress=how != "argument") as epoch_done:
            history.append(1.0, {}, lr=0.1, seconds=1.0)
            epoch_done()
    assert capsys.readouterr() == ("", "")
    assert notebook == []


def test_an_empty_variable_hides_nothing(capsys, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "")
    train()
    assert "3/3" in capsys.readouterr().err


def style(shown):
    [box] = shown
    return next(child.bar_style for child in box.children if hasattr(child, "bar_style"))


def test_a_notebook_gets_one_bar_that_ends_well(notebook, capsys):
    train()
    assert style(notebook) == "success"
    assert capsys.readouterr().err == ""


def test_the_bar_of_an_early_stop_is_full(notebook):
    assert train(epochs=50, patience=1, lr=0.5).epochs < 50
    assert style(notebook) == "success"


def interrupt(predicted, y):
    raise KeyboardInterrupt


def test_the_bar_of_an_interrupt_is_not(notebook):
    pair = torch.ones(2, 1), torch.ones(2, 1)
    fit(nn.Linear(1, 1), pair, epochs=2, loss=interrupt, device="cpu")
    assert style(notebook) == "danger"


def end(error, team=ALONE):
    """Three epochs of which the second is the best, and then an error."""
    model, history = nn.Linear(1, 1), History()
    try:
        with watched(model, history, 9, team, progress=False) as epoch_done:
            for loss in (2.0, 1.0, 3.0):
                nn.init.constant_(model.weight, loss)
                history.append(loss, {"loss": loss}, lr=0.1, seconds=1.0)
                epoch_done()
            raise error
    except type(error):
        return model, history, "raised"
    return model, history, "caught"


@pytest.mark.parametrize(
    ("error", "team", "outcome", "ended"),
    [
        (KeyboardInterrupt(), ALONE, "caught", "by an interrupt in epoch 4"),
        (KeyboardInterrupt(), ALONE._replace(world=2), "raised", "by an interrupt in epoch 4"),
        (RuntimeError("out of memory"), ALONE, "raised", ""),
    ],
)
def test_whatever_ends_it_the_model_has_its_best_weights(error, team, outcome, ended):
    model, history, what = end(error, team)
    assert what == outcome
    assert history.ended == ended
    assert model.weight.item() == 1.0
    assert not model.training


def test_the_best_weights_are_a_copy():
    model, history = nn.Linear(1, 1), History()
    with watched(model, history, 2, ALONE, progress=False) as epoch_done:
        history.append(1.0, {"loss": 1.0}, lr=0.1, seconds=1.0)
        best = model.weight.item()
        epoch_done()
        with torch.no_grad():
            model.weight += 5
    assert model.weight.item() == best
