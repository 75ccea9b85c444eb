"""Two alike features: the weights against scikit-learn's lasso and ridge, and what is said of them."""

import itertools
import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import Lasso, LinearRegression, Ridge

from dlbook_lib.explore.text import fill
from dlbook_lib.explorers.correlated_features import STRENGTHS, make_features
from dlbook_lib.explorers.correlated_features import correlated_features as explorer


def data(chosen):
    """Make the examples of a state anew."""
    values = explorer.values(chosen)
    noise = explorer.controls["noise"].bank[values["noise"]]
    x, errors = make_features(noise, torch.tensor(values["correlation"]))
    x, errors = x.numpy(), errors.numpy()
    return x, x[:, 0] + values["effect"] * x[:, 1] + values["spread"] * errors


def look(**chosen):
    outputs = explorer.evaluate(chosen)
    return outputs, explorer.sentence(outputs, chosen)


@pytest.mark.parametrize("seed", range(40))
def test_lasso_and_ridge_are_those_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    chosen = dict(
        correlation=rng.uniform(-0.99, 0.99), effect=rng.uniform(-2, 2), spread=rng.uniform(0, 2),
        noise=int(rng.integers(8)), strength=10 ** rng.uniform(-3, 0.3),
    )  # fmt: skip
    outputs, _ = look(**chosen)
    x, y = data(chosen)
    strengths = [(chosen["strength"], outputs["lasso"], outputs["ridge"])]
    strengths += [
        (STRENGTHS[k].item(), outputs["lasso_path"][k], outputs["ridge_path"][k]) for k in (10, 50, 70)
    ]
    for strength, lasso, ridge in strengths:
        theirs = Lasso(alpha=strength, fit_intercept=False, tol=1e-12, max_iter=200_000).fit(x, y).coef_
        np.testing.assert_allclose(lasso, theirs, atol=2e-5)
        assert ((lasso.numpy() == 0) == (theirs == 0)).all()
        theirs = Ridge(alpha=40 * strength, fit_intercept=False).fit(x, y).coef_
        np.testing.assert_allclose(ridge, theirs, atol=1e-5)
    free = LinearRegression(fit_intercept=False).fit(x, y).coef_
    np.testing.assert_allclose(outputs["free"], free, atol=1e-4)


@pytest.mark.parametrize("correlation", [-0.99, -0.3, 0.0, 0.8, 0.99])
def test_features_have_exactly_the_correlation_asked_for(correlation):
    for seed in range(5):
        noise = torch.randn(40, 3, generator=torch.Generator().manual_seed(seed))
        x, errors = make_features(noise, torch.tensor(correlation, dtype=torch.float64))
        np.testing.assert_allclose(np.corrcoef(x.T.numpy()), [[1, correlation], [correlation, 1]], atol=1e-9)
        np.testing.assert_allclose(x.mean(0), 0, atol=1e-12)
        np.testing.assert_allclose(x.std(0, unbiased=False), 1, atol=1e-12)
        assert abs(errors.mean()) < 1e-12


def test_the_numbers_said_are_those_of_the_data():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        chosen = dict(
            correlation=rng.uniform(-0.99, 0.99), noise=int(rng.integers(8)), strength=rng.uniform(0.01, 3)
        )
        outputs, _ = look(**chosen)
        x, y = data(chosen)
        apart = x @ (outputs["lasso"] - outputs["ridge"]).double().numpy()
        assert outputs["apart"].item() == pytest.approx(np.sqrt((apart**2).mean()), rel=1e-3, abs=1e-5)
        assert outputs["scale"].item() == pytest.approx(np.sqrt((y**2).mean()), rel=1e-5)
        assert outputs["condition"].item() == pytest.approx(np.linalg.cond(x.T @ x), rel=1e-3)
        bound = (
            math.sqrt(2 * (1 - abs(chosen["correlation"])))
            * np.linalg.norm(y)
            / math.sqrt(40)
            / chosen["strength"]
        )
        assert outputs["bound"].item() == pytest.approx(bound, rel=1e-4)
        sign = math.copysign(1, chosen["correlation"])
        gap = abs(outputs["ridge"][0] - sign * outputs["ridge"][1])
        assert outputs["gap"].item() == pytest.approx(gap.item(), abs=1e-5)
        assert outputs["gap"] <= outputs["bound"] * (1 + 1e-6)


def test_alike_features_the_lasso_picks_and_ridge_shares():
    picked = set()
    for noise in range(8):
        outputs, _ = look(noise=noise, strength=0.5)
        assert (outputs["ridge"] > 0.4).all()
        picked.add(round(outputs["picks"].item()))
    assert picked == {0, 1, 2}  # it keeps both, the second or the first, as the errors fall


@pytest.mark.parametrize(
    ("chosen", "case", "words"),
    [
        ({}, 1, "correlation 0.98 and λ = 0.300, the lasso picks feature 2, (0.00, "),
        ({"noise": 3}, 2, "picks feature 1, ("),
        ({"correlation": 0.0}, 0, "the lasso keeps both features, ("),
        ({"strength": 10.0}, 3, "the lasso drops both features. Ridge gives ("),
    ],
)
def test_the_sentence(chosen, case, words):
    outputs, sentence = look(**chosen)
    assert outputs["picks"] == case
    assert words in sentence
    assert "Condition number of XᵀX: " in fill(
        explorer.readouts[1], outputs, explorer.texts(explorer.values(chosen))
    )


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    def met(**chosen):
        outputs, _ = look(**chosen)
        return [challenge.met for challenge in explorer.challenges if outputs[challenge.met] == 1]

    assert met() == []
    assert met(strength=1.6) == ["shared"]
    outputs, _ = look(strength=1.6)
    assert outputs["lasso"][0] == 0
    assert 0.9 < outputs["ridge"][0] / outputs["ridge"][1] < 1.1
    assert met(effect=0.8) == ["wrong"]  # feature 2, which is the weaker one, is kept
    assert met(effect=0.8, noise=3) == met(effect=1.3) == []
    assert met(effect=1.3, noise=3) == ["wrong"]


def test_presets_show_what_they_promise():
    shown = {label: explorer.evaluate(values) for label, values in explorer.presets.items()}
    assert shown["unrelated features"]["picks"] == 0
    assert shown["other examples"]["picks"] == 2
    assert look()[0]["picks"] == 1
    opposite = shown["opposite features"]["ridge"]
    assert opposite[0] * opposite[1] < 0
    assert shown["without errors"]["free"].tolist() == pytest.approx([1, 1], abs=1e-5)


def test_every_extreme_has_a_picture():
    for values in itertools.product(*(control.extremes() for control in explorer.controls.values())):
        outputs = explorer.evaluate(dict(zip(explorer.controls, values)))
        for name, value in outputs.items():
            assert value.isfinite().all() or name == "levels", (name, values)
        low, high = outputs["paths_range"]
        assert low < high
