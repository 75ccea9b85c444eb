"""LeNet-5 layer by layer: counts by hand, an independent build of the same network, and what it can see."""

import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.cnn.cost import parameter_count
from dlbook_lib.cnn.lenet import LeNet5


@pytest.fixture
def network():
    torch.manual_seed(0)
    return LeNet5()


def images(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_parameters_layer_by_layer(network):
    by_hand = {
        "c1": 6 * (5 * 5 * 1 + 1),
        "c3": 16 * (5 * 5 * 6 + 1),
        "c5": 120 * (5 * 5 * 16 + 1),
        "f6": 84 * (120 + 1),
        "output": 10 * (84 + 1),
    }
    assert list(by_hand.values()) == [156, 2416, 48120, 10164, 850]
    assert {name: parameter_count(layer) for name, layer in network.named_children()} == by_hand
    assert parameter_count(network) == 61_706


def test_the_papers_total_by_the_four_differences():
    pooling = 2 * (6 + 16)  # a coefficient and a bias for each map of S2 and S4
    links = 6 * 3 + 9 * 4 + 1 * 6  # maps of C3 that see three, four and all six maps of S2
    assert 61_706 + pooling - (16 * 6 - links) * 25 - 850 == 60_000


def test_stages_have_the_papers_shapes(network):
    stages = network.forward_stages(images(2, 1, 32, 32))
    assert {name: tuple(stage.shape[1:]) for name, stage in stages.items()} == {
        "C1": (6, 28, 28),
        "S2": (6, 14, 14),
        "C3": (16, 10, 10),
        "S4": (16, 5, 5),
        "C5": (120, 1, 1),
        "F6": (84,),
        "output": (10,),
    }
    assert list(stages) == ["C1", "S2", "C3", "S4", "C5", "F6", "output"]


def test_it_is_the_sequence_of_its_layers(network):
    sequence = nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten()),
        *(nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    )
    weights = dict(zip(sequence.state_dict(), network.state_dict().values(), strict=True))
    sequence.load_state_dict(weights)
    x = images(3, 1, 32, 32)
    assert torch.allclose(network(x), sequence(x), rtol=0, atol=1e-6)
    assert torch.equal(network(x), network.forward_stages(x)["output"])


@pytest.mark.parametrize(("stage", "shift"), [("C1", 1), ("S2", 2), ("C3", 2), ("S4", 4)])
def test_a_shift_of_the_image_shifts_the_maps_inside(network, stage, shift):
    x = images(1, 1, 32, 32, seed=1)
    moved = F.pad(x, (shift, 0, shift, 0))[:, :, :32, :32]
    maps, moved_maps = (network.forward_stages(image)[stage] for image in (x, moved))
    # The first row and column that see only pixels of the image, none that moved in: one later.
    assert torch.allclose(moved_maps[:, :, 1:, 1:], maps[:, :, :-1, :-1], rtol=0, atol=1e-6)


def test_scores_see_the_whole_image(network):
    x = images(1, 1, 32, 32, seed=2).requires_grad_()
    network(x).sum().backward()
    assert x.grad.count_nonzero() == 32 * 32


def test_colour_and_other_numbers_of_classes():
    network = LeNet5(in_channels=3, num_classes=7)
    assert network(images(2, 3, 32, 32)).shape == (2, 7)
    assert parameter_count(network) == 61_706 + 2 * 6 * 25 - 3 * 85


def test_it_learns_a_handful_of_images_by_heart(network):
    x, labels = images(10, 1, 32, 32, seed=3), torch.arange(10)
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3)
    for _ in range(30):
        optimizer.zero_grad()
        loss = F.cross_entropy(network(x), labels)
        loss.backward()
        optimizer.step()
    # Over five seeds the last loss is 0.0007 to 0.0009; the first is about log(10) = 2.3.
    assert loss < 0.05


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: LeNet5()(torch.ones(2, 1, 28, 28)), "x must have shape (B, 1, 32, 32), got (2, 1, 28, 28)"),
        (lambda: LeNet5()(torch.ones(2, 3, 32, 32)), "x must have shape (B, 1, 32, 32), got (2, 3, 32, 32)"),
        (lambda: LeNet5()(torch.ones(1, 32, 32)), "x must have shape (B, 1, 32, 32), got (1, 32, 32)"),
        (lambda: LeNet5(in_channels=0), "in_channels must be at least 1, got 0"),
        (lambda: LeNet5(num_classes=0), "num_classes must be at least 1, got 0"),
    ],
)
def test_errors_name_argument_value_and_rule(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
