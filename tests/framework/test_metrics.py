"""The streaming mean against all data at once and against NumPy's weighted average."""

import numpy as np
import pytest
import torch

from dlbook_lib.framework.huber import huber
from dlbook_lib.framework.metrics import StreamingMean


def score(prediction, target):
    return huber(prediction - target).mean(dim=1)


def data(seed=0):
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(70, 3, generator=draw), 3 * torch.randn(70, 3, generator=draw)


@pytest.mark.parametrize("sizes", [(70,), (32, 32, 6), (64, 6), (1, 69)])
def test_ragged_batches_give_the_mean_of_the_data(sizes):
    prediction, target = data()
    metric = StreamingMean(score)
    for p, t in zip(prediction.split(sizes), target.split(sizes)):
        metric.update(p, t)
    assert metric.result() == pytest.approx(score(prediction, target).double().mean().item(), abs=1e-7)


def test_the_mean_of_batch_means_is_another_number():
    prediction, target = data()
    rows = score(prediction, target)
    naive = torch.stack([part.mean() for part in rows.split([64, 6])]).mean()
    assert abs(naive - rows.mean()) > 1e-3


def test_weights_count_as_in_numpy():
    prediction, target = data(1)
    weight = torch.rand(70, generator=torch.Generator().manual_seed(2))
    metric = StreamingMean(score)
    for p, t, w in zip(prediction.split(32), target.split(32), weight.split(32)):
        metric.update(p, t, w)
    expected = np.average(score(prediction, target).double().numpy(), weights=weight.double().numpy())
    assert metric.result() == pytest.approx(expected, abs=1e-7)


def test_reset_forgets_and_an_empty_mean_is_refused():
    metric = StreamingMean(score)
    metric.update(*data())
    metric.reset()
    with pytest.raises(ValueError, match="result must come after an update"):
        metric.result()


def test_wrong_scores_and_weights_are_refused():
    prediction, target = data()
    with pytest.raises(ValueError, match=r"score\(prediction, target\) must have shape \(70,\)"):
        StreamingMean(lambda p, t: (p - t).mean()).update(prediction, target)
    with pytest.raises(ValueError, match=r"weight must have shape \(70,\)"):
        StreamingMean(score).update(prediction, target, torch.ones(3))
    with pytest.raises(ValueError, match="weight must be at least 0, got -1"):
        StreamingMean(score).update(prediction, target, -torch.ones(70))
    with pytest.raises(TypeError, match="score must be a function"):
        StreamingMean(3)
