"""The race against torch.optim, what its presets say, and who meets the challenges."""

import math

import pytest
import torch

from dlbook_lib.explorers._descent import GROUNDS, RULES, STARTS, STEPS, Ground, fate, run
from dlbook_lib.explorers.optimizer_race import KEYS, optimizer_race
from dlbook_lib.optim.surfaces import SURFACES, quadratic

TWINS = {
    "gradient descent": lambda p, lr: torch.optim.SGD(p, lr=lr),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.8),
    "Adagrad": lambda p, lr: torch.optim.Adagrad(p, lr=lr, eps=1e-8),
    "RMSProp": lambda p, lr: torch.optim.RMSprop(p, lr=lr, alpha=0.9),
    "Adam": lambda p, lr: torch.optim.Adam(p, lr=lr),
}


def ground(name, condition=30.0):
    number = list(GROUNDS).index(name)
    return Ground(torch.tensor([number]), torch.tensor(condition, dtype=torch.float64)), number


def loss_of(name):
    if name == "ravine":
        return lambda w: quadratic(w, condition=30.0)
    return SURFACES[GROUNDS[name]].value


@pytest.mark.parametrize("name", GROUNDS)
def test_the_ways_are_torchs(name):
    """Half the usual rate, so that no way turns chaotic; gradients by autograd, not in closed form."""
    land, number = ground(name)
    rates = land.rates() / 2
    walks = run(land, STARTS[number], rates, torch.tensor(0.8, dtype=torch.float64))
    for rule, make in TWINS.items():
        column = list(RULES).index(rule)
        w = STARTS[number].double().clone().requires_grad_()
        optimizer = make([w], rates[column].item())
        for step in range(40):
            optimizer.zero_grad()
            loss_of(name)(w).backward()
            optimizer.step()
            assert torch.allclose(walks[step + 1, column], w.detach(), atol=1e-6), (rule, step)


def test_nesterovs_way_is_torchs_seen_from_its_look_ahead():
    land, number = ground("ravine")
    walks = run(land, STARTS[number], land.rates(), torch.tensor(0.8, dtype=torch.float64))[:, 2]
    ahead = torch.cat([walks[:1], walks[1:] + 0.8 * (walks[1:] - walks[:-1])])
    w = STARTS[number].double().clone().requires_grad_()
    optimizer = torch.optim.SGD([w], lr=land.rates()[2].item(), momentum=0.8, nesterov=True)
    for step in range(STEPS):
        optimizer.zero_grad()
        loss_of("ravine")(w).backward()
        optimizer.step()
        assert torch.allclose(ahead[step + 1], w.detach(), atol=1e-6)


def test_gradient_descent_diverges_exactly_above_two_over_the_curvature():
    land, _ = ground("ravine", 30.0)
    place, still = torch.ones(2), torch.tensor(0.0).double()
    for rate, diverges in ((1.98 / 30, False), (2.04 / 30, True)):
        walks = run(land, place, torch.full((6,), rate).double(), still)
        _, left, state = fate(land, walks)
        assert (state[0] == 2) == diverges
        assert (left[0] < STEPS) == diverges


def test_a_runner_that_left_stays_where_it_was_and_is_named():
    outputs = optimizer_race.evaluate({"plain": 10.0})
    assert outputs["state_gd"] == 3
    left = int(outputs["left"][0])
    assert outputs["walks"][0, left].isfinite().all()
    assert outputs["walks"][0, left + 1 :].isnan().all()
    line = optimizer_race.readouts[0]
    assert "diverges" in line.texts[3]


def test_who_does_not_take_part_is_not_drawn_and_cannot_win():
    for key in KEYS:
        others = {f"run_{other}": other == key for other in KEYS}
        outputs = optimizer_race.evaluate(others)
        number = KEYS.index(key)
        assert outputs["case"] in (number, len(KEYS) + 1 + number)
        assert outputs["walks"].isfinite().any(-1).any(-1).sum() == 1
    nobody = optimizer_race.evaluate({f"run_{key}": False for key in KEYS})
    assert optimizer_race.sentence(nobody).startswith("Nobody is left")


def test_a_new_loss_brings_its_own_start_until_one_is_dragged():
    for name, own in zip(GROUNDS, STARTS):
        outputs = optimizer_race.evaluate({"ground": name, "moved": 1, "start": [[6.0, -5.0]]})
        assert torch.allclose(outputs["start"][0], own)
    kept = optimizer_race.evaluate({"ground": "saddle", "start": [[0.5, -0.25]]})
    assert kept["start"].tolist() == [[0.5, -0.25]]
    outside = optimizer_race.evaluate({"ground": "saddle", "start": [[6.0, -5.0]]})
    assert torch.allclose(outside["start"], torch.tensor([[2.0, -1.6]]))


def test_the_presets_do_what_they_say():
    outputs = {label: optimizer_race.evaluate(values) for label, values in optimizer_race.presets.items()}
    ridge = outputs["on the saddle's ridge"]
    assert ridge["first"][5] < ridge["first"][0] / 2  # Adam feels the slightest slope
    two = outputs["two minima"]
    assert two["state_gd"] == 4  # rests in the higher one
    assert two["state_momentum"] == 2  # and momentum rolls out of it
    assert outputs["too large a rate"]["state_gd"] == 3
    assert outputs["too large a rate"]["state_momentum"] == 2
    valley = outputs["Rosenbrock's valley"]
    assert valley["ends"][1] < valley["ends"][0] / 5


def test_the_challenges_are_open_at_the_start_and_can_be_met():
    start = optimizer_race.evaluate()
    assert [start[challenge.met].item() for challenge in optimizer_race.challenges] == [0, 0, 0]
    assert optimizer_race.evaluate({"memory": 0.8})["momentum_wins"] == 1
    assert optimizer_race.evaluate({"plain": 2.5})["only_momentum"] == 1
    on_it = {"ground": "saddle", "start": [[1.2, 0.0]]}
    assert optimizer_race.evaluate(on_it)["on_the_ridge"] == 1


def test_the_curves_are_the_losses_on_the_ways():
    outputs = optimizer_race.evaluate({"condition": 30.0})
    w = outputs["walks"][1]
    expected = quadratic(w.double(), condition=30.0).clamp_min(1e-6).float()
    assert torch.allclose(outputs["heights"][1], expected, rtol=1e-4)
    assert outputs["relief"].shape == (41, 51)
    assert math.isclose(outputs["finish"][0].item(), 0.01, rel_tol=1e-6)
