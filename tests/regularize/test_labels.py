"""Smoothed labels against torch, against relabelling, and against their own optimum."""

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.feedforward.losses import cross_entropy_dense
from dlbook_lib.regularize.labels import (
    calibration_error,
    optimal_logit_gap,
    relabel,
    relabelled_loss,
    scatter_ratio,
    smooth_labels,
)


def batch(seed=0):
    stream = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(50, 7, dtype=torch.float64, generator=stream)
    return logits, torch.randint(7, (50,), generator=stream)


@pytest.mark.parametrize("alpha", [0.0, 0.1, 0.5, 1.0])
def test_three_ways_to_one_loss(alpha):
    logits, y = batch()
    ours = cross_entropy_dense(logits, smooth_labels(y, 7, alpha).double())
    theirs = F.cross_entropy(logits, y, label_smoothing=alpha)
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-6)
    assert relabelled_loss(logits, y, alpha).item() == pytest.approx(theirs.item(), abs=1e-14)


def test_relabelling_at_random_averages_to_it():
    logits, y = batch()
    stream = torch.Generator().manual_seed(1)
    losses = [F.cross_entropy(logits, relabel(y, 7, 0.3, generator=stream)).item() for _ in range(4000)]
    assert sum(losses) / 4000 == pytest.approx(relabelled_loss(logits, y, 0.3).item(), abs=0.02)


def test_the_best_logits_lead_by_the_gap():
    z = torch.zeros(1, 10, dtype=torch.float64, requires_grad=True)
    q = smooth_labels(torch.tensor([3]), 10, 0.1).double()
    stepper = torch.optim.LBFGS([z], max_iter=200, tolerance_grad=1e-12)

    def loss():
        stepper.zero_grad()
        value = cross_entropy_dense(z, q)
        value.backward()
        return value

    stepper.step(loss)
    assert (z[0, 3] - z[0, 0]).item() == pytest.approx(optimal_logit_gap(0.1, 10), abs=1e-3)


def test_calibration_by_hand():
    probs = torch.tensor([[0.95, 0.05], [0.95, 0.05], [0.45, 0.55], [0.45, 0.55]])
    y = torch.tensor([0, 1, 1, 1])  # sure: right half the time; unsure: always
    assert calibration_error(probs, y) == pytest.approx(0.5 * 0.45 + 0.5 * 0.45, abs=1e-6)


def test_a_model_that_draws_from_its_own_probabilities_is_calibrated():
    stream = torch.Generator().manual_seed(0)
    probs = (2 * torch.randn(50_000, 5, generator=stream)).softmax(1)
    y = probs.multinomial(1, generator=stream)[:, 0]
    assert calibration_error(probs, y) < 0.01


def test_scatter_is_that_of_the_analysis_of_variance():
    features, y = torch.tensor([[0.0], [2.0], [10.0], [12.0]]), torch.tensor([0, 0, 1, 1])
    assert scatter_ratio(features, y) == pytest.approx(4 / 100)


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^alpha must lie in \[0, 1\], got 1.2$"):
        smooth_labels(torch.tensor([0]), 3, 1.2)
