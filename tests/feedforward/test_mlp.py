"""Layers and networks against torch's, their counts, and what they are without an activation."""

import itertools

import pytest
import torch
from torch import nn

from dlbook_lib.data.toy2d import rings
from dlbook_lib.feedforward.activations import relu
from dlbook_lib.feedforward.mlp import MLP, FullyConnected, collapse, compose, count_parameters


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def twin(layer):
    theirs = nn.Linear(*reversed(layer.weight.shape))
    theirs.load_state_dict(layer.state_dict())
    return theirs


def test_a_layer_is_torchs_and_the_transposed_convention_is_the_same_numbers():
    layer, x = FullyConnected(5, 3), draw(4, 5)
    assert torch.allclose(layer(x), twin(layer)(x), atol=1e-6)
    h, W = x[0], layer.weight.T  # notes that write W^T h store (in, out)
    assert torch.allclose(W.T @ h + layer.bias, layer(h), atol=1e-6)


def test_a_layer_starts_like_torchs():
    torch.manual_seed(0)
    layer = FullyConnected(64, 500)
    assert layer.weight.abs().max() <= 1 / 8
    assert layer.weight.std().item() == pytest.approx(nn.Linear(64, 500).weight.std().item(), rel=0.03)


def test_a_layer_is_affine():
    layer, x, y = FullyConnected(6, 4).double(), draw(6).double(), draw(6, seed=1).double()
    for alpha in (-0.7, 0.3, 2.0):
        mixed = layer(alpha * x + (1 - alpha) * y)
        assert torch.allclose(mixed, alpha * layer(x) + (1 - alpha) * layer(y))


def test_the_count_of_twenty_layers():
    sizes = torch.randint(1, 40, (20, 2), generator=torch.Generator().manual_seed(0)).tolist()
    for D, out in sizes:
        assert (
            count_parameters(FullyConnected(D, out)) == D * out + out == count_parameters(nn.Linear(D, out))
        )


@pytest.mark.parametrize(
    ("widths", "count"),
    [((50, 25, 10, 2), 1557), ((64, 64, 10), 4810), ((64, 10), 650), ((784, 100, 100, 10), 89_610)],
)
def test_the_counts_of_the_notes(widths, count):
    with torch.device("meta"):
        assert count_parameters(MLP(widths)) == count
    assert sum(D * out + out for D, out in itertools.pairwise(widths)) == count


def test_the_three_layers_of_the_mnist_network():
    with torch.device("meta"):
        network = MLP((784, 100, 100, 10))
    assert [count_parameters(layer) for layer in network.layers] == [78_500, 10_100, 1_010]


def test_a_network_is_torchs_sequential_and_a_composition():
    network = MLP((5, 7, 6, 3))
    steps = [step for layer in network.layers for step in (twin(layer), nn.ReLU())][:-1]
    x = draw(9, 5)
    assert torch.allclose(network(x), nn.Sequential(*steps)(x), atol=1e-6)
    first, second, third = network.layers
    by_reduce = compose(first, relu, second, relu, third)
    assert torch.allclose(by_reduce(x), network(x), rtol=0, atol=1e-7)
    assert compose()(x) is x
    assert network.depth == 3


def test_without_activation_everything_is_one_affine_map():
    network = MLP((8, 3, 9, 6), activation=lambda z: z)
    weight, bias = collapse(list(network.layers))
    x = draw(10, 8)
    assert torch.allclose(network(x), x @ weight.T + bias, atol=1e-5)
    assert torch.linalg.matrix_rank(weight) <= 3
    with_relu = MLP((8, 3, 9, 6))
    W, b = collapse(list(with_relu.layers))
    assert not torch.allclose(with_relu(x), x @ W.T + b, atol=1e-2)


def test_only_with_an_activation_are_exclusive_or_and_rings_learned():
    corners, y = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]]), torch.tensor([0, 1, 1, 0])
    torch.manual_seed(0)
    for activation, low, high in ((torch.tanh, 1, 1), (lambda z: z, 0, 0.75)):
        network = MLP((2, 8, 2), activation=activation)
        optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
        for _ in range(150):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(corners), y).backward()
            optimizer.step()
        right = (network(corners).argmax(1) == y).float().mean().item()
        assert low <= right <= high


def test_least_squares_is_what_descent_finds():
    x, y = draw(40, 3), draw(40, 1, seed=1)
    ones = torch.cat([x, torch.ones(40, 1)], dim=1)
    exact = torch.linalg.lstsq(ones, y).solution[:, 0]
    layer = FullyConnected(3, 1)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.2)
    for _ in range(300):
        optimizer.zero_grad()
        nn.functional.mse_loss(layer(x), y).backward()
        optimizer.step()
    found = torch.cat([layer.weight[0], layer.bias])
    assert torch.allclose(found, exact, atol=1e-4)


def test_hidden_answers_feed_the_last_layer():
    network, x = MLP((2, 5, 4, 1)), rings(6)[0]
    answers = network.hidden(x)
    assert [tuple(h.shape) for h in answers] == [(6, 5), (6, 4)]
    assert torch.equal(network.layers[-1](answers[-1]), network(x))
    assert MLP((2, 3)).hidden(x) == []


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"len\(widths\) must be at least 2"):
        MLP((4,))
    with pytest.raises(ValueError, match="out_features must be at least 1"):
        MLP((4, 0, 1))
    with pytest.raises(ValueError, match=r"x must have shape \(B, 4\)"):
        MLP((4, 1))(torch.zeros(2, 3))
    with pytest.raises(TypeError, match="activation must be"):
        MLP((4, 1), activation="relu")
    with pytest.raises(ValueError, match=r"len\(layers\) must be"):
        collapse([])
