"""Computing on a device: constants follow, and a device that cannot or errs is left alone."""

import plotly.graph_objects as go
import pytest
import torch

from dlbook_lib.device import DeviceChoice
from dlbook_lib.explore import Explorer, Noise, Slider, kernel_device
from dlbook_lib.explore.kernel_device import Gathered, device_for, evaluate_on

TABLE = torch.arange(6.0).reshape(2, 3)
META = torch.device("meta")
LAYER = torch.nn.Linear(3, 2)


def mixed(x, noise):
    made = torch.zeros(3)
    made[0] = x  # in place, on something made here
    rows = TABLE.clone()
    rows[1] = noise * torch.arange(3)
    joined = torch.cat([TABLE, rows, made[None]])
    chosen = joined.index_select(0, torch.tensor([0, 2]))
    return {
        "y": LAYER(chosen) + torch.where(x > 0, TABLE[:, :2], torch.eye(2)),
        "n": torch.stack([x, joined.sum()]),
    }


def explorer(compute=mixed):
    controls = {"x": Slider(0, 1, 0.5), "noise": Noise(3)}
    figure = dict(draw=lambda y: go.Figure(go.Heatmap(z=y)), says="")
    return Explorer(name="on-a-device", title="", compute=compute, controls=controls, **figure)


def test_meta_shows_that_constants_follow():
    arguments = {name: tensor.to(META) for name, tensor in explorer().inputs().items()}
    with pytest.raises((RuntimeError, NotImplementedError)):  # else the next lines would prove nothing
        mixed(**arguments)
    with torch.no_grad(), META, Gathered(META):
        outputs = mixed(**arguments)
    assert {name: (tuple(v.shape), v.device.type) for name, v in outputs.items()} == {
        "y": ((2, 2), "meta"), "n": ((2,), "meta"),
    }  # fmt: skip


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_gpu_says_the_same():
    e = explorer()
    there = evaluate_on(torch.device("cuda"), e, {"x": 0.25}, {})
    for name, value in e.evaluate({"x": 0.25}).items():
        torch.testing.assert_close(there[name], value, rtol=1e-5, atol=1e-5)


def pick(monkeypatch, device):
    choice = DeviceChoice(torch.device(device), torch.float32, "")
    monkeypatch.setattr(kernel_device, "pick_device", lambda: choice)


def test_the_cpu_is_the_cpu(monkeypatch):
    pick(monkeypatch, "cpu")
    assert device_for(explorer()) == torch.device("cpu")


def test_a_device_that_cannot_is_left_alone(monkeypatch):
    pick(monkeypatch, "meta")  # nothing can be read from it
    assert device_for(explorer()) == torch.device("cpu")


@pytest.mark.parametrize(("error", "device"), [(0.0, "meta"), (0.01, "cpu"), (float("nan"), "cpu")])
def test_a_device_that_errs_is_left_alone(monkeypatch, error, device):
    pick(monkeypatch, "meta")

    def wrong(where, e, values, state):
        return {name: v + (error if where == META else 0) for name, v in e.evaluate(values).items()}

    monkeypatch.setattr(kernel_device, "evaluate_on", wrong)
    assert device_for(explorer()).type == device
