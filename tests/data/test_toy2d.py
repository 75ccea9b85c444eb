import math
import re

import pytest
import torch
from sklearn.datasets import make_circles, make_moons

from dlbook_lib.data.toy2d import rings, spirals, two_moons

MAKERS = [two_moons, rings, spirals]


def distance_to(curve, x):
    """From each point to the nearest of a dense set of points on the curve."""
    return torch.cdist(x.double(), torch.as_tensor(curve)).min(dim=1).values


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("n", [1, 7, 300])
def test_types_and_shapes(make, n):
    x, y = make(n)
    assert x.shape == (n, 2)
    assert y.shape == (n,)
    assert x.dtype == torch.float32
    assert y.dtype == torch.int64


# Neighbours on 4000 points of a half circle are 0.0008 apart, on 4000 of a circle 0.0016.
@pytest.mark.parametrize(
    ("make", "reference"),
    [
        (lambda: two_moons(500, noise=0), lambda: make_moons(8000, noise=None, shuffle=False)),
        (lambda: rings(500, noise=0), lambda: make_circles(8000, noise=None, factor=0.5, shuffle=False)),
        (lambda: rings(500, inner=0.3, noise=0), lambda: make_circles(8000, factor=0.3, shuffle=False)),
    ],
    ids=["two_moons", "rings", "rings-0.3"],
)
def test_curves_are_sklearns(make, reference):
    x, y = make()
    curve, label = reference()
    for k in range(2):
        ours, theirs = x[y == k], torch.as_tensor(curve[label == k])
        assert distance_to(theirs, ours).max() < 0.001
        # ... and all of it: over seeds 0 to 9, 250 points left no place further away than 0.15.
        assert distance_to(ours.double(), theirs).max() < 0.2


@pytest.mark.parametrize(("classes", "turns"), [(2, 1.5), (3, 0.75), (4, -1.0), (5, 0.0)])
def test_spirals_follow_their_equation(classes, turns):
    x, y = spirals(1000, classes=classes, turns=turns, noise=0)
    point = torch.view_as_complex(x.double().contiguous())
    # Unwinding each point by the angle that its radius and class give must leave it on the positive axis.
    r = point.abs()
    unwound = point * torch.polar(torch.ones_like(r), -2 * math.pi * (turns * r + y / classes))
    torch.testing.assert_close(unwound, r.to(point.dtype), atol=1e-5, rtol=0)
    assert r.max() <= 1 + 1e-6


def test_spiral_arms_turn_into_one_another():
    # Arm 0 turned by a third of a circle is arm 1: over seeds 0 to 4 the largest distance was 0.012, turned
    # the other way 0.43.
    x, y = spirals(6000, classes=3, noise=0)
    angle = 2 * math.pi / 3
    turn = torch.tensor([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    assert distance_to(x[y == 1].double(), x[y == 0] @ turn).max() < 0.03


def test_spiral_points_spread_over_the_arm():
    # r = sqrt(u): half of the points lie outside r = 0.71, over seeds 0 to 9 between 0.475 and 0.518.
    for seed in range(5):
        x, _ = spirals(3000, noise=0, seed=seed)
        assert 0.46 < (x.norm(dim=1) > math.sqrt(0.5)).float().mean() < 0.54


@pytest.mark.parametrize("make", [two_moons, rings])
def test_angles_are_uniform(make):
    # Half of the noiseless points of class 0 lie on either side of t = half its range: over seeds 0 to 9
    # the share lay in [0.484, 0.525].
    for seed in range(5):
        x, y = make(4000, noise=0, seed=seed)
        x = x[y == 0]
        share = (x[:, 0] > 0) if make is two_moons else (x[:, 1] > 0)
        assert 0.46 < share.float().mean() < 0.54


@pytest.mark.parametrize(("make", "classes"), [(two_moons, 2), (rings, 2), (spirals, 3)])
def test_classes_take_turns(make, classes):
    _, y = make(100)
    assert y.tolist() == [i % classes for i in range(100)]


@pytest.mark.parametrize("make", MAKERS)
def test_noise_is_gaussian_of_that_size_in_both_directions(make):
    # With the same seed only the noise differs; over seeds 0 to 9 its spread lay in [0.0982, 0.1024], its
    # mean within 0.0026, the correlation of its coordinates in [-0.03, 0.03], the share inside in
    # [0.671, 0.689].
    for seed in range(5):
        noise = make(5000, noise=0.1, seed=seed)[0] - make(5000, noise=0, seed=seed)[0]
        assert noise.mean(dim=0).abs().max() < 0.006
        for spread in noise.std(dim=0):
            assert 0.096 < spread < 0.104
        assert abs(torch.corrcoef(noise.T)[0, 1]) < 0.06
        inside = (noise.abs() < 0.1).float().mean()  # 0.683 for a Gaussian, 0.577 for a uniform
        assert 0.66 < inside < 0.71


@pytest.mark.parametrize("make", MAKERS)
def test_a_number_repeats_and_a_stream_goes_on(make):
    before = torch.get_rng_state()
    assert torch.equal(make(20, seed=4)[0], make(20, seed=4)[0])
    assert not torch.equal(make(20, seed=4)[0], make(20, seed=5)[0])
    stream = torch.Generator().manual_seed(4)
    first, second = make(20, seed=stream)[0], make(20, seed=stream)[0]
    assert torch.equal(first, make(20, seed=4)[0])
    assert not torch.equal(first, second)
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("error", "arguments", "message"),
    [
        (ValueError, {"n": 0}, "n must be at least 1, got 0"),
        (TypeError, {"n": 10.5}, "n must be an integer, got 10.5 (float)"),
        (ValueError, {"noise": -0.1}, "noise must be at least 0, got -0.1"),
        (TypeError, {"seed": "now"}, "seed must be an integer, got 'now' (str)"),
    ],
)
def test_errors(make, error, arguments, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        make(**arguments)


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (rings, {"inner": 1.5}, "inner must lie in [0, 1], got 1.5"),
        (spirals, {"classes": 1}, "classes must be at least 2, got 1"),
        (spirals, {"turns": math.inf}, "turns must be finite, got inf"),
    ],
)
def test_errors_of_one_set(make, arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make(**arguments)
