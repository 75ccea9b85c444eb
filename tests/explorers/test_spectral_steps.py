"""The explorer's steps against the library's power iteration, the decomposition and the law of the angle."""

import itertools
import math

import pytest
import torch

from dlbook_lib.explorers.spectral_steps import INPUT, MOST, SIGMA
from dlbook_lib.explorers.spectral_steps import spectral_steps as explorer
from dlbook_lib.layers.spectral_norm import power_iteration as iterate


def matrix_of(outputs):
    """The matrix, from where it sends the circle: columns are the images of the unit vectors."""
    return outputs["ellipse"][:, [0, 24]]


@pytest.mark.parametrize("ratio", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("angle", [-60.0, 10.0, 85.0])
def test_estimates_are_those_of_the_library(ratio, angle):
    outputs = explorer.evaluate(dict(ratio=ratio, angle=angle, steps=MOST))
    W = matrix_of(outputs)
    values = torch.linalg.svdvals(W)
    assert values[0].item() == pytest.approx(SIGMA, abs=1e-5)
    assert values[1].item() == pytest.approx(SIGMA * ratio, abs=1e-5)
    turn = math.radians(angle) + INPUT
    start = torch.tensor([math.cos(turn), math.sin(turn)])
    assert outputs["estimates"][0].item() == pytest.approx((W @ start).norm().item(), abs=1e-5)
    for steps in range(1, MOST + 1):
        _, _, v = iterate(W, start, steps=steps)
        assert outputs["estimates"][steps].item() == pytest.approx((W @ v).norm().item(), abs=1e-4)
    assert abs(outputs["top"][:, 1] @ torch.linalg.svd(W)[2][0]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("steps", [0, 1, 4])
def test_the_tangent_of_the_angle_shrinks_by_the_square_of_the_ratio(steps):
    outputs = explorer.evaluate(dict(ratio=0.8, angle=70, steps=steps))
    v, top = outputs["vector"][:, 1], outputs["top"][:, 1]
    across = torch.stack([-top[1], top[0]])
    tangent = ((v @ across) / (v @ top)).abs().item()
    assert tangent == pytest.approx(0.8 ** (2 * steps) * math.tan(math.radians(70)), rel=1e-3)
    assert outputs["image"][:, 1].norm().item() == pytest.approx(outputs["sigma"].item(), abs=1e-5)
    assert outputs["estimates"].isnan().sum() == MOST - steps


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"steps": 12}, ": the weight divided by it stretches nothing more than it should."),
        ({"steps": 3, "angle": 60}, "After 3 steps the estimate is 1.9"),
        ({}, "divided by it, the weight would still stretch by up to 1."),
    ],
)
def test_the_sentence(chosen, words):
    assert words in explorer.sentence(explorer.evaluate(chosen), chosen)


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    def met(**chosen):
        outputs = explorer.evaluate(chosen)
        return {challenge.met for challenge in explorer.challenges if outputs[challenge.met] == 1}

    assert met() == set()
    assert met(steps=12, ratio=0.97, angle=89) == {"slow"}
    assert met(steps=1, ratio=0.0, angle=60) == {"quick"}


def test_every_extreme_has_a_picture():
    for values in itertools.product(*(control.extremes() for control in explorer.controls.values())):
        outputs = explorer.evaluate(dict(zip(explorer.controls, values)))
        for name, value in outputs.items():
            assert value.isfinite().all() or name == "estimates", (name, values)
