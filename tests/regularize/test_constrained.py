"""Balls against search, and the notes' two points, with the multipliers that belong to them."""

import pytest
import torch

from dlbook_lib.regularize.constrained import project_l1, project_l2, projected_descent

CENTRE = torch.tensor([1.5, 1.0], dtype=torch.float64)


def gradient(w):
    return 2 * (w - CENTRE)


@pytest.mark.parametrize(("project", "order"), [(project_l1, 1), (project_l2, 2)])
@pytest.mark.parametrize("seed", range(4))
def test_no_point_of_the_ball_is_nearer(project, order, seed):
    stream = torch.Generator().manual_seed(seed)
    v = 2 * torch.randn(3, dtype=torch.float64, generator=stream)
    w = project(v, 1.0)
    assert torch.linalg.vector_norm(w, order) <= 1 + 1e-12
    others = torch.randn(20_000, 3, dtype=torch.float64, generator=stream)
    others = others / torch.linalg.vector_norm(others, order, dim=1, keepdim=True).clamp_min(1)
    assert (others - v).norm(dim=1).min() >= (w - v).norm() - 1e-12
    assert torch.allclose(project(w, 1.0), w)
    assert torch.equal(project(v / 100, 1.0), v / 100)


@pytest.mark.parametrize(
    ("project", "point", "loss", "multiplier"),
    [
        (project_l2, (0.832050, 0.554700), 0.6444, 1.6056),
        (project_l1, (0.75, 0.25), 1.125, 1.5),
    ],
)
def test_the_two_points_of_the_notes(project, point, loss, multiplier):
    w = projected_descent(gradient, torch.zeros(2).double(), lambda v: project(v, 1.0), lr=0.1, steps=300)[-1]
    assert w.tolist() == pytest.approx(point, abs=1e-6)
    assert (w - CENTRE).square().sum().item() == pytest.approx(loss, abs=1e-4)
    slope = -gradient(w)  # equals λ times a subgradient of the norm
    size = slope.norm() if project is project_l2 else slope.abs().max()
    assert size.item() == pytest.approx(multiplier, abs=1e-4)


def test_a_small_multiplier_bounds_nothing():
    """λ = 0.1 with the unsquared L2 norm leaves a norm of 1.753, whatever constant is subtracted."""
    assert (CENTRE.norm() - 0.1 / 2).item() == pytest.approx(1.753, abs=1e-3)
    w = CENTRE * (1 - 0.05 / CENTRE.norm())
    assert torch.allclose(gradient(w) + 0.1 * w / w.norm(), torch.zeros(2).double(), atol=1e-12)


def test_errors_name_argument_value_and_rule():
    with pytest.raises(ValueError, match=r"^radius must be at least 0, got -1$"):
        project_l1(torch.ones(2), -1)
    with pytest.raises(ValueError, match=r"^v must have shape \(D,\), got \(2, 2\)$"):
        project_l2(torch.ones(2, 2), 1)
