"""A network as a function of a vector: the same outputs, and the steps of torch's own optimizer."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlbook_lib.optim.adam import adam
from dlbook_lib.optim.running import follow
from dlbook_lib.optim.vector import on_vector


def build():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)).double()


def test_it_computes_what_the_network_does():
    model, x = build(), torch.randn(5, 4).double()
    w, apply = on_vector(model)
    assert torch.equal(apply(w, x), model(x))
    assert torch.equal(w, nn.utils.parameters_to_vector(model.parameters()))
    assert torch.equal(apply(torch.zeros_like(w), x), torch.zeros(5, 3).double())


def test_training_the_vector_is_training_the_network():
    model, x, y = build(), torch.randn(20, 4).double(), torch.randint(3, (20,))
    w, apply = on_vector(model)
    slope = torch.func.grad(lambda w: F.cross_entropy(apply(w, x), y))
    end = follow(adam, slope, w, steps=30, lr=0.01)[-1]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(30):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    assert (end - nn.utils.parameters_to_vector(model.parameters())).abs().max() < 1e-9


def test_the_copy_is_a_copy():
    model = build()
    w, _ = on_vector(model)
    w.zero_()
    assert next(model.parameters()).abs().sum() > 0


def test_errors_name_argument_value_and_rule():
    with pytest.raises(TypeError, match=r"^model must be a torch\.nn\.Module, got 3 \(int\)$"):
        on_vector(3)
    with pytest.raises(ValueError, match=r"^model must have parameters, got Tanh without any$"):
        on_vector(nn.Tanh())
