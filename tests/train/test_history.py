"""The record: what it says, what it draws, and that it comes back from JSON as it was."""

import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import plotly.graph_objects as go
import plotly.io as pio
import pytest
import torch

import dlbook_lib
from dlbook_lib.train import history as module
from dlbook_lib.train.history import DivergedError, History


@pytest.fixture
def history():
    """Three epochs, of which the second was the best."""
    made = History(device="cuda (NVIDIA T4, 15 GiB)", ended="early: no lower validation loss since epoch 2")
    made.append(1.0 / 3, {"loss": 0.75, "accuracy": 0.5}, lr=0.1, seconds=1.25)
    made.append(0.2, {"loss": 0.5, "accuracy": 0.7}, lr=0.05, seconds=1.0)
    made.append(0.1, {"loss": 0.6, "accuracy": 0.8}, lr=0.025, seconds=1.0)
    return made


def test_append_fills_every_list(history):
    assert history.train_loss == [1 / 3, 0.2, 0.1]
    assert history.validation_loss == [0.75, 0.5, 0.6]
    assert history.metrics == {"accuracy": [0.5, 0.7, 0.8]}
    assert history.lr == [0.1, 0.05, 0.025]
    assert history.seconds == [1.25, 1.0, 1.0]
    assert history.epochs == 3


@pytest.mark.parametrize(
    ("losses", "best"), [([], None), ([3.0], 1), ([3.0, 1.0, 2.0], 2), ([2.0, 1.0, 1.0], 2)]
)
def test_the_best_epoch_is_the_first_with_the_lowest_validation_loss(losses, best):
    assert History(validation_loss=losses).best_epoch == best


def test_says_what_happened(history):
    assert repr(history) == (
        "History of 3 epochs in 3.2 s on cuda (NVIDIA T4, 15 GiB)\n"
        "  best epoch 2: train loss 0.2, validation loss 0.5, accuracy 0.7\n"
        "  last epoch 3: train loss 0.1, validation loss 0.6, accuracy 0.8\n"
        "  ended early: no lower validation loss since epoch 2"
    )


def test_says_less_where_there_is_less():
    history = History(device="cpu (asked for)")
    assert repr(history) == "History of 0 epochs in 0.0 s on cpu (asked for)"
    history.append(0.12345678, {}, lr=0.1, seconds=0.5)
    assert repr(history) == (
        "History of 1 epoch in 0.5 s on cpu (asked for)\n  last epoch 1: train loss 0.1235"
    )


def test_json_brings_everything_back(history):
    again = History.from_json(history.to_json())
    assert again == history
    assert again.train_loss[0] == 1 / 3  # to the last bit
    assert again.best_epoch == 2


def test_json_may_lie_in_a_file_for_years(history, tmp_path):
    stored = json.loads(history.to_json())
    assert stored["device"] == "cuda (NVIDIA T4, 15 GiB)"
    assert stored["versions"]["torch"] == torch.__version__
    assert stored["versions"]["dlbook_lib"] == dlbook_lib.__version__
    assert set(stored["versions"]) == {"python", "torch", "dlbook_lib"}
    made = datetime.fromisoformat(stored["date"])
    assert made.utcoffset() == timedelta(0)
    assert timedelta(seconds=-1) <= datetime.now(timezone.utc) - made < timedelta(minutes=5)
    file = Path(tmp_path, "run.json")
    file.write_text(history.to_json())
    assert History.from_json(file.read_text()) == history


@pytest.mark.parametrize("text", ["", "not JSON", "[1, 2]", "{}", '{"train_loss": [1.0]}', '{"epochs": 3}'])
def test_text_that_is_no_history_is_refused(text):
    message = f"text must be what to_json() wrote, got {text!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        History.from_json(text)


def test_a_file_brings_everything_back(history, tmp_path):
    history.save(tmp_path / "run.json")
    again = History.load(str(tmp_path / "run.json"))
    assert again == history
    assert repr(again) == repr(history)
    History().save(tmp_path / "run.json")
    assert History.load(tmp_path / "run.json").epochs == 0, "an older file is replaced"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"epochs": 3}', b"\xff\xfe\x00"])
def test_load_names_a_file_that_is_no_record(content, tmp_path):
    file = tmp_path / "other.json"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(f"path must be a file that save() wrote, got '{file}'")):
        History.load(file)


def test_json_is_text():
    message = "text must be the JSON text of a History, got 3 (int)"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        History.from_json(3)


def drawn(figure):
    return {trace.name: (list(trace.x), list(trace.y)) for trace in figure.data}


def test_draws_the_losses(history):
    assert drawn(history.plot()) == {
        "train": ([1, 2, 3], [1 / 3, 0.2, 0.1]),
        "validation": ([1, 2, 3], [0.75, 0.5, 0.6]),
    }


def test_draws_a_metric_and_the_learning_rate(history):
    assert drawn(history.plot("accuracy")) == {"accuracy": ([1, 2, 3], [0.5, 0.7, 0.8])}
    assert drawn(history.plot("lr")) == {"lr": ([1, 2, 3], [0.1, 0.05, 0.025])}


def test_marks_the_best_epoch_and_names_the_axes(history, monkeypatch):
    asked = {}
    monkeypatch.setattr(module, "curves", lambda series, **layout: asked.update(layout))
    history.plot("accuracy")
    assert asked == {"x": [1, 2, 3], "x_title": "epoch", "y_title": "accuracy", "marks": {"best epoch": 2}}


def test_draws_training_alone(monkeypatch):
    history = History(train_loss=[0.5, 0.25])
    assert drawn(history.plot()) == {"train": ([1, 2], [0.5, 0.25])}
    asked = {}
    monkeypatch.setattr(module, "curves", lambda series, **layout: asked.update(layout))
    history.plot()
    assert asked["marks"] is None


def test_what_was_not_recorded_cannot_be_drawn(history):
    message = "what must be one of 'loss', 'accuracy', 'lr', got 'f1'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        history.plot("f1")
    message = "history must have a finished epoch to plot, got none"
    with pytest.raises(ValueError, match=f"^{message}$"):
        History().plot()


def test_shows_itself_as_its_figure(history, monkeypatch):
    monkeypatch.setattr(pio.renderers, "default", "plotly_mimetype")
    shown = history._repr_mimebundle_()
    figure = history.plot()._repr_mimebundle_()
    assert set(shown) == {"application/vnd.plotly.v1+json", "text/plain"}
    assert shown["application/vnd.plotly.v1+json"] == figure["application/vnd.plotly.v1+json"]
    assert shown["text/plain"] == repr(history)
    assert isinstance(history.plot(), go.Figure)


def test_shows_its_text_where_there_is_nothing_to_draw(monkeypatch):
    monkeypatch.setattr(pio.renderers, "default", "plotly_mimetype")
    assert History()._repr_mimebundle_() == {"text/plain": repr(History())}


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), -float("inf")])
def test_a_loss_must_be_finite(history, loss):
    history.check_loss(3.5, "epoch 4, step 1", lr=0.1)
    message = (
        f"the loss became {loss} in epoch 4, step 2: try a learning rate below 0.1 "
        "(the epochs before are in this error's .history)"
    )
    with pytest.raises(DivergedError, match=f"^{re.escape(message)}$") as caught:
        history.check_loss(loss, "epoch 4, step 2", lr=0.1)
    assert caught.value.history is history
    assert history.ended == f"because the loss became {loss} in epoch 4, step 2"


def test_an_epoch_whose_validation_loss_is_not_finite_is_not_added(history):
    with pytest.raises(DivergedError, match=r"^the loss became nan in the validation of epoch 4: "):
        history.append(0.1, {"loss": float("nan"), "accuracy": 0.1}, lr=0.1, seconds=1.0)
    assert {len(values) for values in (history.train_loss, history.lr, history.seconds)} == {3}
