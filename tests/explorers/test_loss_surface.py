"""The surface in space: the way lies on it, the camera stands where the sliders say, the start is dragged."""

import math

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.explorers._descent import GROUNDS, HALVES, MIDDLES, STEPS, Ground
from dlbook_lib.explorers.loss_surface import AWAY, LIFT, NAMES, loss_surface
from dlbook_lib.explorers.optimizer_race import optimizer_race


@pytest.mark.parametrize("name", GROUNDS)
def test_the_way_lies_just_above_the_surface(name):
    outputs = loss_surface.evaluate({"ground": name, "moved": 1})
    land = Ground(torch.tensor([list(GROUNDS).index(name)]), torch.tensor(30.0).double())
    way = outputs["way"][outputs["way"].isfinite().all(-1)].double()
    relief = land.grid(51, 41)[2]
    unit = (way[:, :2] - land.pick(MIDDLES)) / land.pick(HALVES)
    drawn = F.grid_sample(relief[None, None], unit[None, None], align_corners=True).flatten()
    expected = torch.maximum(drawn, land.relief(way[:, :2])) / relief.max() + LIFT
    assert torch.allclose(way[:, 2], expected, atol=1e-4)
    assert outputs["surface"].amax() == 1


def test_it_is_the_race_of_one():
    race = optimizer_race.evaluate({"ground": "Beale", "start": [[1.0, 1.5]]})
    for number, name in enumerate(NAMES):
        outputs = loss_surface.evaluate({"ground": "Beale", "start": [[1.0, 1.5]], "rule": name})
        assert outputs["first"] == race["first"][number]
        assert outputs["lowest"] == pytest.approx(race["ends"][number].item(), rel=1e-4)


def test_the_camera_stands_where_the_sliders_say():
    x, y, z = loss_surface.evaluate({"around": 90, "tilt": 30})["eye"].tolist()
    assert (x, y, z) == pytest.approx((0, AWAY * math.cos(math.pi / 6), AWAY / 2), abs=1e-6)
    places = {landing.path for landing in loss_surface.panels["space"].landings}
    assert ("layout", "scene", "camera", "eye", "z") in places


def test_the_start_is_dragged_on_the_map_and_the_way_begins_there():
    outputs = loss_surface.evaluate({"start": [[-3.0, 1.0]]})
    assert outputs["way"][0, :2].tolist() == [-3.0, 1.0]
    assert loss_surface.controls["start"].panel == "map"


def test_the_way_is_drawn_up_to_a_step():
    outputs = loss_surface.evaluate({"shown": 7})
    assert outputs["way"].isfinite().all(-1).sum() == 8
    assert torch.equal(outputs["here"], outputs["way"][7])
    assert outputs["taken"] == 7


def test_what_happens_is_said():
    def said(**values):
        return loss_surface.sentence(loss_surface.evaluate(values), values)

    assert said().startswith("Gradient descent arrives at step")
    assert said(factor=5.0).startswith("Gradient descent diverges: it leaves")
    assert said(ground="two minima", start=[[1.7, 1.2]]).startswith("Gradient descent rests where")
    assert said(ground="saddle", start=[[1.2, 0.5]], rule="Adam").startswith("Adam escapes")
    assert f"after {STEPS} steps" in said(ground="Rosenbrock", start=[[-1.2, 1.0]])


def test_the_challenges_are_open_at_the_start_and_can_be_met():
    start = loss_surface.evaluate()
    assert [start[challenge.met].item() for challenge in loss_surface.challenges] == [0, 0]
    assert loss_surface.evaluate({"ground": "two minima", "start": [[1.7, 1.2]]})["other_minimum"] == 1
    flat = {"ground": "saddle", "start": [[1.2, 0.005]], "rule": "Adam"}
    assert loss_surface.evaluate(flat)["off_the_ridge"] == 1
