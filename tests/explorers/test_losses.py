"""Three fits against solvers of SciPy, and two gradients against autograd."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.optimize import linprog, minimize

from dlbook_lib.explorers.losses import _X, _Y, LOGITS, SMALLEST, losses

OUTLIERS = [[[2.0, -3.0]], [[0.0, 4.4]], [[-2.7, 3.9]]]


def data(outlier):
    return np.append(_X.numpy(), outlier[0][0]), np.append(_Y.numpy(), outlier[0][1])


@pytest.mark.parametrize("outlier", OUTLIERS)
def test_the_squared_fit_is_polyfit(outlier):
    slope, _ = np.polyfit(*data(outlier), 1)
    assert losses.evaluate({"outlier": outlier})["slopes"][0].item() == pytest.approx(slope, abs=1e-5)


@pytest.mark.parametrize("outlier", OUTLIERS)
def test_the_absolute_fit_is_a_linear_programme(outlier):
    x, y = data(outlier)
    n = len(x)
    cost = np.r_[0, 0, np.ones(n)]
    lines = np.c_[np.ones(n), x]
    above = np.c_[lines, -np.eye(n)]
    below = np.c_[-lines, -np.eye(n)]
    best = linprog(cost, np.r_[above, below], np.r_[y, -y], bounds=[(None, None)] * 2 + [(0, None)] * n)
    heights = losses.evaluate({"outlier": outlier})["heights"][1]
    slope = (heights[1] - heights[0]).item() / 6
    offset = heights.mean().item()
    assert np.abs(y - offset - slope * x).sum() == pytest.approx(best.fun, rel=2e-3)


@pytest.mark.parametrize("outlier", OUTLIERS)
def test_hubers_fit_minimises_torchs_loss(outlier):
    x, y = map(torch.from_numpy, data(outlier))

    def cost(w):
        return F.huber_loss(w[0] + w[1] * x, y, delta=0.5).item()

    best = minimize(cost, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12})
    slopes = losses.evaluate({"outlier": outlier, "delta": 0.5})["slopes"]
    assert slopes[2].item() == pytest.approx(best.x[1], abs=1e-3)


def test_gradients_are_autograds():
    z = LOGITS.clone().requires_grad_()
    one = torch.ones_like(z)
    (entropy,) = torch.autograd.grad(F.binary_cross_entropy_with_logits(z, one, reduction="sum"), z)
    (squared,) = torch.autograd.grad(F.mse_loss(z.sigmoid(), one, reduction="sum"), z)
    found = losses.evaluate({"logit": -10.0})
    assert torch.allclose(found["entropy_slopes"], entropy.abs().clamp_min(SMALLEST).float(), atol=1e-6)
    assert torch.allclose(found["squared_slopes"], squared.abs().clamp_min(SMALLEST).float(), atol=1e-6)
    assert found["entropy"].item() == pytest.approx(-0.99995, abs=1e-5)
    assert found["squared"].item() == pytest.approx(-9.1e-5, abs=1e-6)
    assert found["hundredfold"] == 1
    assert losses.evaluate()["hundredfold"] == 0


def test_challenges_can_be_met():
    assert losses.evaluate({"outlier": [[3.0, -4.4]]})["turned"] == 1
    assert losses.evaluate({"outlier": [[1.5, -4.4]]})["robust"] == 1
    assert losses.evaluate()["turned"] == losses.evaluate()["robust"] == 0
    assert "hardly differ" in losses.sentence(losses.evaluate({"outlier": [[2.0, 1.0]]}))
