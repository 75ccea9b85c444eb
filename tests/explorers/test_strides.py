"""The walk against torch's own views: shape, strides, addresses, and when a permutation stays contiguous."""

import itertools

import pytest
import torch

from dlbook_lib.explorers.strides import ORDERS
from dlbook_lib.explorers.strides import strides as explorer

SHAPES = [(2, 3, 4), (4, 4, 4), (1, 3, 2), (3, 1, 4), (1, 1, 1)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_walk_is_that_of_torch(order, shape):
    outputs = explorer.evaluate(dict(first=shape[0], second=shape[1], third=shape[2], order=order))
    total = shape[0] * shape[1] * shape[2]
    view = torch.arange(total).view(shape).permute(ORDERS[order])
    assert outputs["shape"].tolist() == list(view.shape)
    assert outputs["stride"].tolist() == list(view.stride())
    address = outputs["address"][:total].tolist()
    assert address == view.flatten().tolist()
    assert outputs["address"][total:].isnan().all()
    met = outputs["met"].flatten()[:total]
    assert met.tolist() == [address.index(place) for place in range(total)]
    assert outputs["contiguous"] == view.is_contiguous()
    assert outputs["longest"] == max([abs(b - a) for a, b in itertools.pairwise(address)], default=0)


def test_the_challenges_can_be_met_and_are_not_at_the_start():
    def met(**chosen):
        outputs = explorer.evaluate(chosen)
        return {challenge.met for challenge in explorer.challenges if outputs[challenge.met] == 1}

    assert met() == set()
    assert met(first=1, second=3, third=4, order="(1, 0, 2)") == {"still"}
    assert met(first=4, second=4, third=4, order="(2, 1, 0)") == {"far"}


def test_the_sentence():
    assert explorer.sentence(explorer.evaluate({}), {}).startswith(
        "Shape (2, 3, 4), strides (12, 4, 1): the walk"
    )
    turned = explorer.presets["turned around"]
    assert "not contiguous" in explorer.sentence(explorer.evaluate(turned), turned)
