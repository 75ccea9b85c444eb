"""The best penalised weights against SciPy's solvers, closed forms and a grid."""

import itertools

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from dlbook_lib.explorers._penalty_math import NO_BUDGET, Penalty, regularized_minimum, turned_bowl
from dlbook_lib.explorers._penalty_panels import descend
from dlbook_lib.explorers.regularization_geometry import choose_penalty

KINDS = {"L1 norm": 0, "L2 norm": 1, "squared L2": 2, "Lq norm": 3, "elastic net": 4}


def a_setting(seed, kind):
    """Draw a bowl, a penalty, a strength and a budget."""
    rng = np.random.default_rng(seed)
    centre, angle = rng.uniform(-2.5, 2.5, 2), rng.uniform(-90, 90)
    condition, q, mix = 30 ** rng.random(), rng.uniform(1.05, 4), rng.random()
    bowl = turned_bowl(torch.tensor(centre), torch.tensor(condition), torch.tensor(angle))
    penalty = choose_penalty(torch.tensor(float(kind)), torch.tensor(q), torch.tensor(mix))
    return bowl, Penalty(*(x.double() for x in penalty)), 10 ** rng.uniform(-2, 0.7), rng.uniform(0.05, 3)


def plain_functions(bowl, penalty):
    """Write loss and penalty anew, in NumPy."""
    matrix, centre = bowl.matrix.numpy(), bowl.centre.numpy()
    q, norm, square = (x.item() for x in penalty)
    return (
        lambda w: (w - centre) @ matrix @ (w - centre),
        lambda w: norm * (np.abs(w) ** q).sum() ** (1 / q) + square * w @ w,
        lambda w: 2 * matrix @ (w - centre),
    )


def solve(bowl, penalty, strength=0.0, budget=NO_BUDGET):
    strength, budget = (torch.tensor([value], dtype=torch.float64) for value in (strength, budget))
    return regularized_minimum(bowl, penalty, strength, budget).numpy()[0]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_no_solver_of_scipy_finds_anything_better(kind):
    for seed in range(25):
        bowl, penalty, strength, _ = a_setting(seed, kind)
        loss, size, _ = plain_functions(bowl, penalty)
        w = solve(bowl, penalty, strength)

        def both(x, loss=loss, size=size, strength=strength):
            return loss(x) + strength * size(x)

        options = dict(xatol=1e-10, fatol=1e-14, maxiter=2000)
        starts = ([0.3, -0.2], bowl.centre.numpy())
        found = [minimize(both, start, method="Nelder-Mead", options=options) for start in starts]
        best = min(found, key=lambda result: result.fun)
        assert best.fun - 1e-7 <= both(w) <= best.fun + 1e-9
        np.testing.assert_allclose(w, best.x, atol=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_best_point_of_a_ball_is_the_one_that_slsqp_finds(kind):
    for seed in range(25):
        bowl, penalty, _, budget = a_setting(seed, kind)
        loss, size, gradient = plain_functions(bowl, penalty)
        w = solve(bowl, penalty, budget=budget)
        assert size(w) <= budget * (1 + 1e-9)
        ball = {"type": "ineq", "fun": lambda x, size=size, budget=budget: budget - size(x)}
        starts = [w + 1e-3, bowl.centre.numpy() * 0.3 + 1e-3, np.array([0.1, 0.2]), np.array([0.2, -0.1])]
        found = [
            minimize(
                loss,
                s,
                jac=gradient,
                method="SLSQP",
                constraints=[ball],
                options=dict(ftol=1e-13, maxiter=500),
            )
            for s in starts
        ]
        allowed = [result.fun for result in found if size(result.x) <= budget * (1 + 1e-7)]
        assert loss(w) <= min(allowed) + 1e-6
        assert loss(w) >= min(allowed) - 1e-4


def test_l1_is_the_closed_form_that_tries_every_pattern_of_signs():
    for seed in range(100):
        bowl, penalty, strength, _ = a_setting(seed, 0)
        matrix, centre = bowl.matrix.numpy(), bowl.centre.numpy()
        loss, size, _ = plain_functions(bowl, penalty)
        candidates = [np.zeros(2)]
        for signs in itertools.product((-1, 1), repeat=2):
            candidates.append(centre - strength / 2 * np.linalg.solve(matrix, np.array(signs)))
            candidates[-1] = candidates[-1] if (np.sign(candidates[-1]) == signs).all() else np.zeros(2)
        for axis in (0, 1):
            pull = (matrix @ centre)[axis]
            length = np.sign(pull) * max(abs(pull) - strength / 2, 0) / matrix[axis, axis]
            candidates.append(np.eye(2)[axis] * length)
        best = min(candidates, key=lambda x: loss(x) + strength * size(x))
        w = solve(bowl, penalty, strength)
        np.testing.assert_allclose(w, best, atol=1e-5)
        assert ((w == 0) == (best == 0)).all()


def test_squared_l2_is_ridge_and_the_l2_norm_has_its_own_condition():
    for seed in range(50):
        bowl, penalty, strength, _ = a_setting(seed, 2)
        matrix, centre = bowl.matrix.numpy(), bowl.centre.numpy()
        ridge = np.linalg.solve(matrix + strength * np.eye(2), matrix @ centre)
        np.testing.assert_allclose(solve(bowl, penalty, strength), ridge, atol=1e-5)

        norm = Penalty(*torch.tensor([2.0, 1.0, 0.0], dtype=torch.float64))
        w = solve(bowl, norm, strength)
        if (w == 0).all():
            assert np.linalg.norm(2 * matrix @ centre) <= strength * (1 + 1e-6)
        else:
            balance = 2 * matrix @ (w - centre) + strength * w / np.linalg.norm(w)
            np.testing.assert_allclose(balance, 0, atol=1e-5)


def test_below_q_1_the_search_finds_what_a_fine_grid_finds():
    grid = np.stack(np.meshgrid(np.linspace(-2.75, 2.75, 1101), np.linspace(-2.75, 2.75, 1101)), -1).reshape(
        -1, 2
    )
    for seed in range(6):
        bowl, _, strength, budget = a_setting(seed, 3)
        q = 0.5 + 0.08 * seed
        penalty = Penalty(*torch.tensor([q, 1.0, 0.0], dtype=torch.float64))
        away = grid - bowl.centre.numpy()
        height = (away @ bowl.matrix.numpy() * away).sum(-1)
        size = (np.abs(grid) ** q).sum(-1) ** (1 / q)
        loss, length, _ = plain_functions(bowl, penalty)
        w = solve(bowl, penalty, strength)
        assert loss(w) + strength * length(w) <= (height + strength * size).min() + 1e-9
        assert loss(w) + strength * length(w) >= (height + strength * size).min() - 0.05
        w = solve(bowl, penalty, budget=budget)
        assert loss(w) <= height[size <= budget].min() + 1e-9


def test_gradient_descent_with_small_steps_follows_the_curve():
    bowl = turned_bowl(torch.tensor([1.5, -1.0]), torch.tensor(7.0), torch.tensor(35.0))
    w, lr, steps = torch.zeros(2, dtype=torch.float64), 1e-4, 8000
    for _ in range(steps):
        w = w - lr * bowl.gradient(w)
    reached = descend(bowl, torch.tensor([0.0, lr * steps, 1e4], dtype=torch.float64))
    torch.testing.assert_close(reached[0], torch.zeros(2, dtype=torch.float64))
    torch.testing.assert_close(reached[1], w, atol=1e-4, rtol=0)
    torch.testing.assert_close(reached[2], bowl.centre, atol=1e-6, rtol=0)


def test_a_bowl_refuses_a_centre_of_another_shape():
    with pytest.raises(ValueError, match="centre must have shape"):
        turned_bowl(torch.zeros(3), torch.tensor(1.0), torch.tensor(0.0))
