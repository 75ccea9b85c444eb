"""The stack: what each machine is trained on, the way up and down, and the classifier that starts from it."""

import pytest
import torch

from dlbook_lib.generative.belief_net import DeepBeliefNet, sigmoid_classifier, train_greedily
from dlbook_lib.generative.boltzmann import RestrictedBoltzmannMachine, train_machine

STRIPES = torch.tensor([[1.0, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]]).repeat(12, 1)


def stack(seed=0, sizes=(4, 5, 3)):
    torch.manual_seed(seed)
    return DeepBeliefNet(sizes)


def test_the_lowest_machine_is_trained_as_it_would_be_alone():
    net = stack()
    torch.manual_seed(0)
    alone = RestrictedBoltzmannMachine(4, 5)
    train_greedily(net, STRIPES, epochs=3, batch_size=8, seed=7)
    train_machine(alone, STRIPES, epochs=3, batch_size=8, seed=7)
    assert torch.equal(net.machines[0].weight, alone.weight)
    assert torch.equal(net.machines[0].hidden_bias, alone.hidden_bias)


def test_a_classifier_that_starts_from_the_stack_computes_its_features():
    net = stack()
    train_greedily(net, STRIPES, epochs=2)
    network = sigmoid_classifier((4, 5, 3), 2, start=net)
    assert torch.allclose(network[:-1](STRIPES), net.up(STRIPES), rtol=0, atol=1e-6)
    before = net.machines[0].weight.clone()
    network(STRIPES).sum().backward()
    with torch.no_grad():
        network[0].weight.add_(1.0)
    assert torch.equal(net.machines[0].weight, before), "the stack keeps weights of its own"


def test_a_random_start_has_the_same_last_layer_and_repeats():
    net = stack()
    started, random = (sigmoid_classifier((4, 5, 3), 2, start=start, seed=3) for start in (net, None))
    assert torch.equal(started[-1].weight, random[-1].weight)
    assert torch.equal(random[0].weight, sigmoid_classifier((4, 5, 3), 2, seed=3)[0].weight)
    assert random[0].weight.abs().max() <= 0.5


def test_down_and_generate_have_the_size_of_pictures():
    net = stack()
    assert net.down(torch.rand(6, 5), level=1).shape == (6, 4)
    assert torch.equal(net.down(STRIPES, level=0), STRIPES)
    assert torch.equal(net.down(net.up(STRIPES), level=2), net(STRIPES))
    drawn = net.generate(STRIPES, steps=2, generator=torch.Generator().manual_seed(0))
    assert drawn.shape == STRIPES.shape
    assert ((drawn > 0) & (drawn < 1)).all()


def test_dreams_look_like_the_data():
    """After training on one picture, the stack draws it from any start."""
    picture = torch.tensor([[1.0, 0, 1, 0]]).repeat(60, 1)
    net = stack(sizes=(4, 6, 4))
    train_greedily(net, picture, epochs=60, batch_size=10)
    drawn = net.generate(torch.zeros(200, 4), steps=20, generator=torch.Generator().manual_seed(1))
    assert (drawn.mean(dim=0) - picture[0]).abs().max() < 0.15


def test_wrong_arguments():
    with pytest.raises(ValueError, match=r"len\(sizes\) must be at least 2"):
        DeepBeliefNet([5])
    with pytest.raises(ValueError, match=r"start must have weights of shapes \[\(6, 4\)\], got"):
        sigmoid_classifier((4, 6), 2, start=stack())
    with pytest.raises(ValueError, match="level must lie in"):
        stack().down(torch.rand(6, 5), level=3)
