"""Following a rule: where gradients are taken, schedules, and the written-out start."""

import pytest
import torch

from dlbook_lib.optim.adam import adam, amsgrad, nadam
from dlbook_lib.optim.adaptive import rmsprop_nesterov
from dlbook_lib.optim.gradient_descent import nesterov, sgd, sgd_momentum
from dlbook_lib.optim.running import follow, start, step_from


@pytest.mark.parametrize("rule", [sgd, sgd_momentum, adam, amsgrad, nadam, rmsprop_nesterov])
def test_the_written_out_start_is_the_empty_one(rule):
    w, g = torch.ones(3).double(), torch.tensor([1.0, -2.0, 0.5]).double()
    state = start(rule, w)
    one, two = rule(w, g, (), lr=0.1), rule(w, g, state, lr=0.1)
    assert torch.equal(one[0], two[0])
    assert all(torch.equal(a, b) and a.shape == c.shape for a, b, c in zip(one[1], two[1], state))


@pytest.mark.parametrize("rule", [sgd_momentum, nesterov])
def test_the_gradient_is_taken_where_the_rule_wants_it(rule):
    asked = []

    def slope(w):
        asked.append(w)
        return w

    path = follow(rule, slope, torch.tensor([1.0]).double(), steps=10, lr=0.1, momentum=0.8)
    velocity = torch.cat([torch.zeros(1, 1), path.diff(dim=0)])[:-1]
    ahead = 0.8 if rule is nesterov else 0.0
    assert torch.allclose(torch.stack(asked), path[:-1] + ahead * velocity)


def test_a_schedule_gives_every_step_its_rate():
    path = follow(sgd, torch.ones_like, torch.zeros(1), steps=4, lr=lambda step: float(step))
    assert path[:, 0].tolist() == [0, 0, -1, -3, -6]


def test_one_step_is_the_first_of_many():
    w = torch.ones(2)
    assert torch.equal(
        step_from(adam, lambda w: w, w, lr=0.1)[0], follow(adam, lambda w: w, w, steps=3, lr=0.1)[1]
    )


def test_errors_name_argument_value_and_rule():
    with pytest.raises(TypeError, match=r"^gradient must be a function of the weights, got 3 \(int\)$"):
        follow(sgd, 3, torch.zeros(1), steps=1, lr=0.1)
    with pytest.raises(ValueError, match=r"^steps must be at least 1, got 0$"):
        follow(sgd, torch.ones_like, torch.zeros(1), steps=0, lr=0.1)
