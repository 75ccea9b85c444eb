"""The fit against kernel ridge and a Gaussian process, and what widths are too small or too large."""

import math

import pytest
import torch
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF

from dlbook_lib.explorers.kernel_bandwidth import NOISES, PLACES, WIDTHS, X
from dlbook_lib.explorers.kernel_bandwidth import kernel_bandwidth as explorer
from dlbook_lib.learning.kernels import kernel_ridge, rbf_kernel


def targets(frequency, noise):
    return torch.sin(2 * math.pi * frequency * X) + noise * NOISES


@pytest.mark.parametrize("width", [0.01, 0.1, 1.5])
@pytest.mark.parametrize(("frequency", "noise", "ridge"), [(2.0, 0.1, -2.0), (7.0, 0.0, -1.0)])
def test_the_fit_is_kernel_ridge(width, frequency, noise, ridge):
    chosen = {"width": width, "frequency": frequency, "noise": noise, "ridge": ridge}
    outputs = explorer.evaluate(chosen)
    y = targets(frequency, noise)
    c = kernel_ridge(rbf_kernel(X[:, None], X[:, None], width=width), y, strength=10**ridge)
    fit = rbf_kernel(PLACES[:, None], X[:, None], width=width) @ c
    assert torch.allclose(outputs["fitted"], fit.float().clamp(-4, 4), atol=1e-4)
    error = (fit - torch.sin(2 * math.pi * frequency * PLACES)).square().mean()
    assert outputs["now_test"].item() == pytest.approx(error.item(), rel=1e-3)


def test_it_is_the_mean_of_a_gaussian_process():
    outputs = explorer.evaluate({"width": 0.08})
    process = GaussianProcessRegressor(RBF(0.08), alpha=0.01, optimizer=None)
    process.fit(X[:, None].numpy(), targets(2, 0.1).numpy())
    mean = torch.from_numpy(process.predict(PLACES[:, None].numpy())).float()
    assert torch.allclose(outputs["fitted"], mean, atol=1e-4)


def test_the_shown_width_stands_on_its_curve():
    for k in (3, 9, 15):
        outputs = explorer.evaluate({"width": WIDTHS[k].item()})
        assert outputs["now_test"].item() == pytest.approx(max(outputs["test"][k].item(), 0), rel=1e-3)


@pytest.mark.parametrize(
    ("width", "words"), [(0.008, "too narrow"), (0.12, "close to the best"), (1.8, "too wide")]
)
def test_the_sentence(width, words):
    chosen = {"width": width}
    assert words in explorer.sentence(explorer.evaluate(chosen), chosen)


def test_challenges_can_be_met_and_are_not_at_the_start():
    start = explorer.evaluate({})
    assert not any(start[challenge.met] for challenge in explorer.challenges)
    best = explorer.evaluate({"frequency": 4.0})["best"].item()
    assert explorer.evaluate({"frequency": 4.0, "width": best})["found"]
    assert explorer.evaluate({"width": 0.004})["forgets"]
    assert explorer.evaluate({"frequency": 20.0})["hopeless"]
