"""Early stopping against a search through the whole curve; restored weights; what to do with all the data."""

import pytest
import torch
from torch import nn

from dlbook_lib.regularize.early_stopping import EarlyStopper, continue_to_loss, retrain, stopping_epoch


def curve(seed, length=60):
    t = torch.arange(length) / 20
    noise = torch.randn(length, generator=torch.Generator().manual_seed(seed))
    return ((t - 1).square() + 0.2 * noise).tolist()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("mode", ["min", "max"])
def test_with_endless_patience_the_best_of_all_is_kept(seed, mode):
    scores = curve(seed) if mode == "min" else [-score for score in curve(seed)]
    best = min(scores) if mode == "min" else max(scores)
    assert stopping_epoch(scores, patience=1000, mode=mode) == (scores.index(best) + 1, 60)


def test_without_patience_a_noisy_curve_stops_at_epoch_three():
    assert stopping_epoch([1.0, 0.8, 0.85, 0.6, 0.4], patience=1) == (2, 3)
    assert stopping_epoch([1.0, 0.8, 0.85, 0.6, 0.4], patience=2) == (5, 5)


def test_the_wrong_direction_keeps_the_worst():
    accuracies = [0.3, 0.6, 0.8, 0.9]
    assert stopping_epoch(accuracies, patience=2, mode="min") == (1, 3)
    assert stopping_epoch(accuracies, patience=2, mode="max") == (4, 4)


def test_the_best_weights_come_back():
    layer, stopper = nn.Linear(1, 1), EarlyStopper(patience=5)
    seen = []
    for score in (3.0, 1.0, 2.0, 1.5):
        with torch.no_grad():
            layer.weight.fill_(score)
        stopper.update(score, layer)
        seen.append(score)
    stopper.restore(layer)
    assert layer.weight.item() == stopper.best == min(seen)


def test_a_score_that_is_no_number_is_no_improvement():
    stopper = EarlyStopper(patience=2)
    assert [stopper.update(s) for s in (1.0, float("nan"), float("nan"))] == [False, False, True]
    assert stopper.best_epoch == 1


def test_retraining_and_training_on():
    counted = []
    model = retrain(lambda: nn.Linear(1, 1), lambda model: counted.append(model), 4)
    assert counted == [model] * 4
    losses = iter([0.9, 0.5, 0.2, 0.1])
    assert continue_to_loss(model, counted.append, lambda _: next(losses), target=0.2, most=10) == 2
    assert continue_to_loss(model, counted.append, lambda _: 1.0, target=0.2, most=3) == 3


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^patience must be at least 1, got 0$"):
        EarlyStopper(patience=0)
    with pytest.raises(ValueError, match=r"^mode must be one of 'min', 'max', got 'up'$"):
        EarlyStopper(patience=1, mode="up")
    with pytest.raises(ValueError, match=r"^model must have been passed"):
        EarlyStopper(patience=1).restore(nn.Linear(1, 1))
