"""LeNet-5 as published: every count of the paper, the trivial solution it warns of, and that it learns."""

import re

import pytest
import torch
from torch import nn

from dlbook_lib.cnn.cost import parameter_count
from dlbook_lib.cnn.lenet_layers import scaled_tanh
from dlbook_lib.cnn.lenet_losses import penalty_accuracy, rbf_map_loss, rbf_mse_loss
from dlbook_lib.cnn.lenet_original import LeNet5Original


@pytest.fixture
def network():
    torch.manual_seed(0)
    return LeNet5Original()


def images(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_parameters_layer_by_layer_are_those_of_the_paper(network):
    counts = {name: parameter_count(layer) for name, layer in network.named_children()}
    assert counts == {"c1": 156, "s2": 12, "c3": 1516, "s4": 32, "c5": 48120, "f6": 10164, "output": 0}
    assert parameter_count(network) == 60_000


def test_connections_are_those_of_the_paper():
    """Weights and biases, counted once for every place that uses them."""
    assert (25 + 1) * 6 * 28**2 == 122_304
    assert (4 + 1) * 6 * 14**2 == 5_880
    assert (60 * 25 + 16) * 10**2 == 151_600
    assert (4 + 1) * 16 * 5**2 == 2_000


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
    assert all(stage.abs().max() < 1.7159 for name, stage in stages.items() if name != "output")


def test_it_is_the_sequence_of_its_layers(network):
    class Squash(nn.Module):
        def forward(self, a):
            return scaled_tanh(a)

    layers = [network.c1, network.s2, network.c3, network.s4, network.c5, nn.Flatten(), network.f6]
    squashed = [part for layer in layers for part in (layer, Squash()) if part is not layers[5]]
    x = images(3, 1, 32, 32)
    flat = nn.Sequential(*squashed[:10], nn.Flatten(), network.f6, Squash())(x)
    assert torch.allclose(network.output(flat), network(x), rtol=0, atol=1e-4)


def test_codes_that_may_move_have_a_worthless_perfect_solution():
    """The paper's warning: all codes equal and F6 constant make the loss of equation 8 exactly zero."""
    network = LeNet5Original(trainable_codes=True)
    with torch.no_grad():
        network.f6.weight.zero_()
        network.output.codes.copy_(scaled_tanh(network.f6.bias).expand(10, 84))
    x, y = images(20, 1, 32, 32), torch.arange(20) % 10
    penalties = network(x)
    assert rbf_mse_loss(penalties, y) == 0
    assert penalty_accuracy(penalties, y) == pytest.approx(0.1)
    # The second loss sees through it: eleven classes, ten of them at penalty 0.
    assert rbf_map_loss(penalties, y) > 2


def test_it_learns_a_handful_of_images_by_heart(network):
    x, labels = images(10, 1, 32, 32, seed=3), torch.arange(10)
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3)
    for _ in range(60):
        optimizer.zero_grad()
        loss = rbf_map_loss(network(x), labels)
        loss.backward()
        optimizer.step()
    assert penalty_accuracy(network(x), labels) == 1


@pytest.mark.parametrize("shape", [(2, 1, 28, 28), (2, 3, 32, 32), (1, 32, 32)])
def test_another_size_is_refused_by_name(network, shape):
    message = f"x must have shape (B, 1, 32, 32), got {shape}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        network(torch.ones(shape))
