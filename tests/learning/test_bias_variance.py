"""The three terms against a direct count, a closed form for linear fits, and measured error."""

import re

import pytest
import torch

from dlbook_lib.learning.basis import polynomial_basis
from dlbook_lib.learning.bias_variance import bias_variance, resampled_predictions
from dlbook_lib.learning.random_features import ridgeless

X = torch.linspace(-1, 1, 15, dtype=torch.float64)
PLACES = torch.linspace(-0.95, 0.95, 40, dtype=torch.float64)
NOISE = 0.3


def truth(x):
    return torch.sin(3 * x)


def draw_set(stream):
    return X, truth(X) + NOISE * torch.randn(15, dtype=torch.float64, generator=stream)


def learner(degree):
    def learn(x, y):
        w = ridgeless(polynomial_basis(x, degree), y)
        return lambda places: polynomial_basis(places, degree) @ w

    return learn


def predictions(degree, resamples, seed=0):
    stream = torch.Generator().manual_seed(seed)
    return resampled_predictions(learner(degree), draw_set, PLACES, resamples=resamples, generator=stream)


def test_bias_and_variance_add_up_to_the_distance_from_the_truth():
    said, f = torch.randn(7, 5, generator=torch.Generator().manual_seed(0)), torch.arange(5.0)
    terms = bias_variance(said, f, 0.5)
    assert torch.allclose(terms.bias + terms.variance, (said - f).square().mean())
    assert terms.noise == 0.25
    assert torch.allclose(terms.total, (said - f).square().mean() + 0.25)


@pytest.mark.parametrize("degree", [1, 4, 9])
def test_terms_are_those_of_the_hat_matrix(degree):
    """A polynomial fit is linear in the targets, so both terms have a formula."""
    hat = polynomial_basis(PLACES, degree) @ torch.linalg.pinv(polynomial_basis(X, degree))
    bias = (hat @ truth(X) - truth(PLACES)).square().mean()
    variance = NOISE**2 * hat.square().sum(dim=1).mean()
    terms = bias_variance(predictions(degree, 2000), truth(PLACES), NOISE)
    assert terms.variance.item() == pytest.approx(variance.item(), rel=0.12)  # ten seeds: up to 0.05
    assert terms.bias.item() == pytest.approx(bias.item(), abs=0.003)  # ten seeds: up to 0.0006


@pytest.mark.parametrize("degree", [1, 4, 9])
def test_the_sum_is_the_measured_error(degree):
    said = predictions(degree, 500)
    stream = torch.Generator().manual_seed(1)
    targets = truth(PLACES) + NOISE * torch.randn(said.shape, dtype=torch.float64, generator=stream)
    measured = (targets - said).square().mean(dim=1)
    gap = measured - (truth(PLACES) - said).square().mean(dim=1) - NOISE**2
    assert gap.mean().abs() < 3 * gap.std() / 500**0.5
    total = bias_variance(said, truth(PLACES), NOISE).total
    assert measured.mean().item() - total.item() == pytest.approx(gap.mean().item(), abs=1e-12)


def test_one_fit_has_no_variance():
    assert bias_variance(torch.ones(1, 3), torch.zeros(3), 0).variance == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: bias_variance(torch.ones(3), torch.ones(3), 0),
            "predictions must have shape (R, M), got (3,)",
        ),
        (lambda: bias_variance(torch.ones(2, 3), torch.ones(2), 0), "truth must have shape (3,), got (2,)"),
        (lambda: bias_variance(torch.ones(2, 3), torch.ones(3), -1), "noise must be at least 0, got -1"),
        (lambda: predictions(1, 0), "resamples must be at least 1, got 0"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
