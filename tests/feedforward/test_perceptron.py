"""The rule by hand and against a gradient, Novikoff's bound, and the widest margin against a support vector
machine and against brute force."""

import math

import pytest
import torch
from sklearn.svm import SVC

from dlbook_lib.feedforward.neuron import with_bias_input
from dlbook_lib.feedforward.perceptron import (
    margin,
    mistake_bound,
    perceptron_step,
    train_perceptron,
    widest_margin,
)
from dlbook_lib.feedforward.threshold import truth_table

CORNERS = with_bias_input(truth_table(2))
AND, XOR = torch.tensor([0.0, 0, 0, 1]), torch.tensor([0.0, 1, 1, 0])


def cloud(seed, n=40, gap=0.3):
    """Points in the plane, at least half a gap away from a random line."""
    stream = torch.Generator().manual_seed(seed)
    direction = torch.randn(2, generator=stream, dtype=torch.float64)
    direction /= direction.norm()
    x = torch.randn(n, 2, generator=stream, dtype=torch.float64)
    side = (x @ direction - 0.2).sign()
    return with_bias_input(x + gap / 2 * side[:, None] * direction), (side > 0).double()


def test_the_first_mistakes_on_and_by_hand():
    path = train_perceptron(CORNERS, AND).path.tolist()
    assert path[:5] == [[0, 0, 0], [-1, 0, 0], [0, 1, 1], [-1, 1, 1], [-2, 1, 0]]


def test_a_right_answer_changes_nothing_and_a_mistake_is_one_gradient_step():
    w, x = torch.tensor([0.5, -1.0, 2.0]), torch.tensor([1.0, 2.0, 1.0])  # w · x = 0.5
    assert torch.equal(perceptron_step(w, x, 1.0), w)
    leaf = w.clone().requires_grad_()
    loss = torch.relu(leaf @ x)  # the perceptron's loss for a target of 0
    loss.backward()
    assert torch.allclose(perceptron_step(w, x, 0.0, lr=0.1), w - 0.1 * leaf.grad)


@pytest.mark.parametrize("seed", range(5))
def test_every_order_ends_without_error_and_within_the_bound(seed):
    x, t = cloud(seed)
    bound = mistake_bound(x, widest_margin(x, t)[1])
    stream = torch.Generator().manual_seed(seed)
    ends = []
    for _ in range(8):
        run = train_perceptron(x, t, order=torch.randperm(len(x), generator=stream))
        assert run.settled
        assert run.mistakes <= bound
        assert ((x @ run.weight >= 0).double() == t).all()
        assert len(run.path) == run.mistakes + 1
        ends.append(run.weight / run.weight.norm())
    assert torch.stack(ends).std(dim=0).max() > 1e-3, "the order leaves its mark"


def test_the_learning_rate_only_scales():
    x, t = cloud(3)
    one, ten = train_perceptron(x, t), train_perceptron(x, t, lr=10.0)
    assert torch.allclose(10 * one.weight, ten.weight)
    assert one.mistakes == ten.mistakes


def test_exclusive_or_never_settles():
    run = train_perceptron(CORNERS, XOR, passes=50)
    assert not run.settled
    assert run.mistakes >= 100
    assert run.path.norm(dim=1).max() < 5, "it wanders in a circle"


@pytest.mark.parametrize("seed", range(4))
def test_the_widest_margin_is_that_of_a_support_vector_machine(seed):
    """A linear machine without bias, by the kernel of the inputs with their constant."""
    x, t = cloud(seed)
    weight, gamma = widest_margin(x, t)
    kernel = (x @ x.T).numpy()
    machine = SVC(kernel="precomputed", C=1e8, tol=1e-6).fit(kernel, t.numpy())
    assert gamma == pytest.approx(margin(x, t, weight).item(), rel=1e-9)
    theirs = x.T @ torch.zeros(len(x), dtype=torch.float64).scatter(
        0, torch.from_numpy(machine.support_).long(), torch.from_numpy(machine.dual_coef_[0])
    )
    assert margin(x, t, theirs).item() <= gamma + 1e-9  # theirs has a free bias besides


def test_no_direction_of_a_fine_grid_has_a_wider_margin():
    x, t = cloud(7)
    gamma = widest_margin(x, t)[1]
    a, b = torch.meshgrid(
        torch.linspace(0, math.pi, 200), torch.linspace(-math.pi, math.pi, 400), indexing="ij"
    )
    sphere = torch.stack([a.cos(), a.sin() * b.cos(), a.sin() * b.sin()], dim=-1).view(-1, 3).double()
    best = ((2 * t - 1)[:, None] * (x @ sphere.T)).min(dim=0).values.max().item()
    assert best <= gamma + 1e-12
    assert best == pytest.approx(gamma, abs=0.02)


def test_what_cannot_be_separated_has_margin_zero():
    assert widest_margin(CORNERS, XOR)[1] == 0
    assert widest_margin(CORNERS, AND)[1] == pytest.approx(1 / 17**0.5)  # |w|² = 9 + 4 + 4
    assert mistake_bound(CORNERS, 1 / 17**0.5) == pytest.approx(51)


def test_wrong_arguments():
    with pytest.raises(ValueError, match="targets must be 0 or 1, got"):
        train_perceptron(CORNERS, 2 * AND - 1)
    with pytest.raises(ValueError, match="order must hold each of 0 to 3 once"):
        train_perceptron(CORNERS, AND, order=[0, 1, 2])
    with pytest.raises(ValueError, match="gamma must be at least"):
        mistake_bound(CORNERS, 0.0)
    with pytest.raises(ValueError, match="lr must be at least"):
        perceptron_step(CORNERS[0], CORNERS[1], 0.0, lr=0.0)
