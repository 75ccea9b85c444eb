"""A model and its loss, saved and built again; what is not registered or would run code is refused."""

import pickle

import pytest
import torch
from torch import nn

from dlbook_lib.framework.dense import Dense
from dlbook_lib.framework.layer_norm import RowNorm
from dlbook_lib.framework.losses import HuberLoss
from dlbook_lib.framework.regularizers import L1Regularizer
from dlbook_lib.framework.saving import Registry, load, save


@pytest.fixture
def registry():
    registry = Registry()
    for kind in (Dense, HuberLoss, L1Regularizer):
        registry.register(kind)
    return registry


def test_everything_comes_back(registry, tmp_path):
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    inner = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Tanh())
    model = nn.Sequential(Dense(4, activation="relu"), inner, nn.Linear(4, 1))
    before = model(x)
    save(tmp_path / "a.pt", registry, model=model, loss=HuberLoss(delta=2.5), penalty=L1Regularizer(0.1))
    parts = load(tmp_path / "a.pt", registry)
    assert torch.equal(parts["model"](x), before)
    assert parts["loss"].delta == 2.5
    assert parts["penalty"].factor == 0.1
    assert parts["model"][2].bias.requires_grad


def test_an_unknown_name_says_what_to_do(registry, tmp_path):
    save(tmp_path / "a.pt", registry, loss=HuberLoss())
    with pytest.raises(ValueError, match="HuberLoss must be registered before it is saved or built; known: "):
        load(tmp_path / "a.pt", Registry())
    with pytest.raises(ValueError, match="Dropout must be registered"):
        save(tmp_path / "b.pt", registry, model=nn.Dropout(0.1))


def test_a_file_that_would_run_code_is_refused(registry, tmp_path):
    class Trap:
        def __reduce__(self):
            return (print, ("ran",))

    torch.save({"config": "{}", "state": Trap()}, tmp_path / "trap.pt")
    with pytest.raises(pickle.UnpicklingError):
        load(tmp_path / "trap.pt", registry)


def test_two_classes_of_one_name_are_refused(registry):
    other = type("Dense", (Dense,), {})
    with pytest.raises(ValueError, match="kind must have a name of its own, got a second Dense"):
        registry.register(other)
    with pytest.raises(ValueError, match="kind must have a method config, got RowNorm without"):
        registry.register(RowNorm)
    with pytest.raises(TypeError, match="kind must be a class"):
        registry.register(Dense(3))
    registry.register(Dense)  # again is no harm
    assert registry.register(RowNorm, config=lambda layer: {"dim": len(layer.alpha)}) is RowNorm


def test_wrong_arguments_are_refused(registry, tmp_path):
    with pytest.raises(ValueError, match="parts must name"):
        save(tmp_path / "a.pt", registry)
    with pytest.raises(TypeError, match="registry must be a Registry"):
        load(tmp_path / "a.pt", {})
