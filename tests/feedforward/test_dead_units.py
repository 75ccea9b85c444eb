"""Dead units stay dead under any optimizer, and a leak or weight decay revives them."""

import pytest
import torch
import torch.nn.functional as F

from dlbook_lib.feedforward.dead_units import active_share, dead_units, kill
from dlbook_lib.feedforward.mlp import MLP
from dlbook_lib.feedforward.slopes import leaky_relu

X = torch.rand(60, 2, generator=torch.Generator().manual_seed(0))
Y = (X[:, 0] > X[:, 1]).long()


def network(seed=0, **options):
    torch.manual_seed(seed)
    return kill(MLP((2, 6, 2), **options), layer=0, units=[1, 4], bias=-3.0)


def train(model, make, steps=100):
    optimizer = make(model.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        F.cross_entropy(model(X), Y).backward()
        optimizer.step()


def test_dead_means_off_for_every_example():
    model = network()
    assert dead_units(model, X)[0].tolist() == [(model.hidden(X)[0][:, k] == 0).all() for k in range(6)]
    assert dead_units(model, X)[0][[1, 4]].all()
    corners = torch.tensor([[50.0, 50.0], [-50, 50], [50, -50], [-50, -50]])
    assert not dead_units(model, torch.cat([X, corners]))[0][[1, 4]].any()


@pytest.mark.parametrize(
    "make",
    [
        lambda p: torch.optim.SGD(p, lr=0.1),
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        lambda p: torch.optim.Adam(p, lr=0.01),
    ],
)
def test_no_optimizer_moves_a_dead_unit(make):
    model = network()
    before = model.layers[0].weight[[1, 4]].clone(), model.layers[0].bias[[1, 4]].clone()
    train(model, make)
    assert torch.equal(model.layers[0].weight[[1, 4]], before[0])
    assert torch.equal(model.layers[0].bias[[1, 4]], before[1])
    assert (model.layers[0].weight.grad[[1, 4]] == 0).all()


def test_weight_decay_moves_it():
    model = network()
    before = model.layers[0].bias[1].item()
    train(model, lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.1), steps=20)
    assert abs(model.layers[0].bias[1].item()) < abs(before)


def test_a_leak_gives_every_unit_a_gradient():
    model = network(activation=leaky_relu)
    F.cross_entropy(model(X), Y).backward()
    assert (model.layers[0].weight.grad[[1, 4]] != 0).any()
    assert not dead_units(model, X)[0].any()


def test_a_positive_bias_switches_more_than_half_on():
    shares = []
    for seed in range(5):
        torch.manual_seed(seed)
        model = MLP((20, 200, 2))
        x = torch.randn(300, 20)
        with torch.no_grad():
            model.layers[0].bias.fill_(0.1)
        shares.append(active_share(model, x)[0])
    assert min(shares) > 0.5
