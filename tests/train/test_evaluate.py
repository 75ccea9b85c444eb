"""Losses and metrics against scikit-learn, torch on the whole set, and hand answers."""

import re

import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import accuracy_score
from torch import nn
from torch.utils.data import TensorDataset

from dlbook_lib.device import DeviceChoice
from dlbook_lib.train import evaluate as module
from dlbook_lib.train.evaluate import accuracy, autocast, evaluate


@pytest.fixture
def scored():
    """A model, 33 rows and their logits."""
    torch.manual_seed(0)
    model, x = nn.Linear(4, 3), torch.randn(33, 4)
    return model, x, torch.randint(3, (33,)), model(x).detach()


def test_accuracy_is_scikit_learns(scored):
    _, _, y, logits = scored
    assert accuracy(logits, y) == pytest.approx(accuracy_score(y, logits.argmax(dim=1)), abs=1e-7)


def test_accuracy_counts_pixels_with_the_classes_along_the_second_axis():
    logits = torch.zeros(1, 3, 2, 2)
    logits[0, 2, 0, :] = 1  # the upper two pixels say class 2, the lower two class 0
    assert accuracy(logits, torch.tensor([[[2, 1], [0, 0]]])) == 0.75


@pytest.mark.parametrize("batch_size", [1, 8, 32, 33, 256])
def test_equals_the_whole_set_at_once_whatever_the_batch_size(scored, batch_size):
    model, x, y, logits = scored
    scores = evaluate(model, (x, y), batch_size=batch_size)
    assert list(scores) == ["loss", "accuracy"]
    assert scores["loss"] == pytest.approx(F.cross_entropy(logits, y).item(), abs=1e-6)
    assert scores["accuracy"] == pytest.approx(accuracy_score(y, logits.argmax(dim=1)), abs=1e-7)
    assert evaluate(model, TensorDataset(x, y), batch_size=batch_size) == scores


def test_own_loss_and_metrics(scored):
    model, x, _, logits = scored
    y = torch.randn(33, 3)
    scores = evaluate(model, (x, y), loss=F.mse_loss, metrics={"mae": F.l1_loss}, batch_size=8)
    assert scores == {
        "loss": pytest.approx(F.mse_loss(logits, y).item(), abs=1e-6),
        "mae": pytest.approx(F.l1_loss(logits, y).item(), abs=1e-6),
    }
    assert all(type(score) is float for score in scores.values())


@pytest.mark.parametrize(
    ("shape", "y", "loss"),
    [
        ((6, 3), torch.zeros(6, 3), F.mse_loss),  # as many numbers as scores
        ((6, 3), torch.zeros(6), lambda z, y: z.mean()),  # numbers, not classes
        ((6, 3), torch.zeros(6, 3, dtype=torch.int64), lambda z, y: (z - y).square().mean()),  # no class axis
        ((6, 5, 7), torch.zeros(6, 5, dtype=torch.int64), lambda z, y: z.mean()),  # the classes come last
    ],
)
def test_no_accuracy_where_there_are_no_classes(shape, y, loss):
    assert list(evaluate(nn.Identity(), (torch.ones(shape), y), loss=loss)) == ["loss"]


def test_accuracy_by_default_for_pixels_and_never_where_metrics_are_given():
    x, y = torch.rand(6, 3, 4, 4), torch.zeros(6, 4, 4, dtype=torch.int64)
    assert list(evaluate(nn.Identity(), (x, y))) == ["loss", "accuracy"]
    assert list(evaluate(nn.Identity(), (x, y), metrics={})) == ["loss"]


def test_every_layer_keeps_its_mode_and_the_statistics_do_not_move():
    model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Dropout(0.9)).train()
    model[1].eval()  # frozen, as in fine-tuning
    before = model[1].running_mean.clone()
    x, y = torch.randn(16, 4), torch.zeros(16, dtype=torch.int64)
    assert evaluate(model, (x, y)) == evaluate(model, (x, y))  # no dropout
    assert [layer.training for layer in model.modules()] == [True, True, False, True]
    assert torch.equal(model[1].running_mean, before)


def test_modes_come_back_after_an_error():
    model = nn.Linear(4, 3).train()
    with pytest.raises(RuntimeError):
        evaluate(model, (torch.randn(5, 7), torch.zeros(5, dtype=torch.int64)))
    assert model.training
    assert torch.is_grad_enabled()


def test_computes_without_gradients(scored):
    model, x, y, _ = scored
    evaluate(model, (x, y), loss=lambda logits, y: logits.mean() * (not logits.requires_grad))
    assert all(weight.grad is None for weight in model.parameters())


def test_computes_where_the_model_stands(scored, monkeypatch):
    model, x, y, _ = scored
    asked = []

    def pick(prefer, memory):
        asked.append((prefer, memory))
        return DeviceChoice(torch.device(prefer), torch.bfloat16, "pretended")

    monkeypatch.setattr(module, "pick_device", pick)
    seen = []
    metrics = {"dtype": lambda logits, y: seen.append(logits.dtype) or 0.0}
    evaluate(model, (x, y), metrics=metrics)
    assert asked == [("cpu", 0)]
    assert seen == [torch.bfloat16]  # autocast, as in training


def test_autocast_computes_in_the_type_of_the_device():
    ones = torch.ones(2, 2)
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        with autocast(DeviceChoice(torch.device("cpu"), dtype, "")):
            assert (ones @ ones).dtype == dtype


PAIR = torch.zeros(3, 2), torch.zeros(3, dtype=torch.int64)
FUNCTION = "must be a function of (model(x), y), got "


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"model": "lenet"}, TypeError, "model must be a torch.nn.Module, got 'lenet' (str)"),
        (
            {"data": 3},
            TypeError,
            "data must be a pair (x, y) of tensors or a Dataset with a length, got 3 (int)",
        ),
        ({"data": (PAIR[0][:2], PAIR[1])}, ValueError, "data must have as many x as y, got 2 and 3"),
        (
            {"data": (PAIR[0][:0], PAIR[1][:0])},
            ValueError,
            "the number of rows in data must be at least 1, got 0",
        ),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"loss": None}, TypeError, f"loss {FUNCTION}None (NoneType)"),
        ({"loss": lambda z, y: z}, ValueError, "loss(model(x), y) must have shape (), got (3, 2)"),
        ({"metrics": {"f1": "f1"}}, TypeError, f"metrics['f1'] {FUNCTION}'f1' (str)"),
        (
            {"metrics": accuracy},
            TypeError,
            "metrics must be a dict of functions of (model(x), y), got <function accuracy at ",
        ),
        (
            {"metrics": {"loss": accuracy}},
            ValueError,
            "metrics must have names other than 'loss', which the loss itself has",
        ),
    ],
)
def test_errors(changes, kind, message):
    end = "" if message.endswith(" at ") else "$"
    with pytest.raises(kind, match=f"^{re.escape(message)}{end}"):
        evaluate(**({"model": nn.Identity(), "data": PAIR} | changes))
