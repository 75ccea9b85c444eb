"""Softmax and its logarithm against torch, far beyond where the literal formulas break."""

import math

import pytest
import torch

from dlbook_lib.feedforward.mlp import FullyConnected
from dlbook_lib.feedforward.softmax import (
    log_softmax,
    log_softmax_literal,
    log_sum_exp,
    softmax,
    softmax_jacobian,
)

Z = 3 * torch.randn(50, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_softmax_is_torchs_at_every_temperature():
    for temperature in (0.1, 1.0, 5.0):
        p = softmax(Z, temperature=temperature)
        assert torch.allclose(p, (Z / temperature).softmax(-1), rtol=0, atol=1e-12)
        assert torch.allclose(p.sum(-1), torch.ones(50, dtype=torch.float64))


def test_a_constant_changes_nothing():
    assert torch.allclose(softmax(Z + 300.0), softmax(Z), rtol=0, atol=1e-12)


def test_it_is_stable_at_a_thousand():
    assert softmax(torch.tensor([1000.0, -1000.0, 0.0])).tolist() == [1, 0, 0]


def test_log_sum_exp_and_log_softmax_are_torchs():
    assert torch.allclose(log_sum_exp(Z)[:, 0], Z.logsumexp(-1), rtol=0, atol=1e-12)
    for scale in (1.0, 100.0, 1e4):
        assert torch.allclose(log_softmax(scale * Z), (scale * Z).log_softmax(-1), rtol=0, atol=1e-9)


def test_the_sum_of_exponentials_is_nearly_the_maximum():
    gap = log_sum_exp(Z)[:, 0] - Z.amax(-1)
    assert (gap >= 0).all()
    assert (gap <= math.log(7)).all()


def test_where_the_literal_formula_breaks():
    high, low = torch.tensor([1000.0, 0.0, -1000.0]), torch.tensor([-1000.0, -1001.0])
    assert log_softmax_literal(high)[0] == -math.inf
    assert log_softmax(high)[0] == 0
    assert log_softmax_literal(low).tolist() == [math.inf, math.inf]
    assert log_softmax(low).tolist() == pytest.approx([-0.3133, -1.3133], abs=1e-4)
    assert torch.allclose(log_softmax_literal(Z), log_softmax(Z), rtol=0, atol=1e-12)


def test_the_jacobian_is_autograds_and_that_of_finite_differences():
    z = Z[0]
    J = softmax_jacobian(softmax(z))
    assert torch.allclose(J, torch.autograd.functional.jacobian(softmax, z), rtol=0, atol=1e-12)
    for j in range(7):
        step = torch.zeros(7, dtype=torch.float64)
        step[j] = 1e-6
        assert torch.allclose(J[:, j], (softmax(z + step) - softmax(z - step)) / 2e-6, rtol=0, atol=1e-8)
    assert torch.allclose(J.sum(0), torch.zeros(7, dtype=torch.float64), atol=1e-15)


def test_the_jacobian_vanishes_where_the_softmax_saturates():
    sizes = [softmax_jacobian(softmax(scale * Z[0])).abs().max().item() for scale in (0.1, 1, 3, 10)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 1e-4 < 0.05 < sizes[0]


def test_the_jacobian_of_a_batch():
    assert torch.equal(softmax_jacobian(softmax(Z))[3], softmax_jacobian(softmax(Z[3])))


def test_the_learned_softmax_is_the_posterior_of_two_gaussians():
    stream = torch.Generator().manual_seed(0)
    y = torch.arange(4000) % 2
    x = torch.randn(4000, 1, generator=stream) + torch.where(y == 1, 1.0, -1.0)[:, None]
    layer = FullyConnected(1, 2)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=50)

    def closure():
        optimizer.zero_grad()
        loss = -log_softmax(layer(x)).gather(1, y[:, None]).mean()
        loss.backward()
        return loss

    optimizer.step(closure)
    places = torch.linspace(-3, 3, 61)[:, None]
    posterior = 1 / (1 + torch.exp(-2 * places[:, 0]))  # equal classes, means ±1, variance 1
    assert (softmax(layer(places))[:, 1] - posterior).abs().max() < 0.02


def test_bad_arguments():
    with pytest.raises(ValueError, match="temperature must be above 0"):
        softmax(Z, temperature=0)
