"""Computing an explorer's state on a GPU, with exact products, or on the CPU where that is not safe.

A function of tensors may hold constants that live on the CPU: a table of kernels, a trained network. They
follow the inputs to the device one operation at a time, so that nobody who declares an explorer needs to
think of devices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from dlbook_lib.device import move, pick_device
from dlbook_lib.explore.explorer import Explorer

__all__ = ["Gathered", "device_for", "evaluate_on"]


class Gathered(TorchFunctionMode):
    """Inside it every operation takes its tensors to one device first.

    New tensors need ``torch.device`` as a context around it: what is written to in place must be
    made on the device.

    Parameters
    ----------
    device : torch.device
        Where operations run.
    """

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self.device = device

    def __torch_function__(self, func, types, args=(), kwargs=None):
        """Run one operation."""
        return func(*move(args, self.device), **move(kwargs or {}, self.device))


def evaluate_on(
    device: torch.device, explorer: Explorer, values: Mapping[str, Any], state: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """Run ``compute`` on a device.

    Parameters
    ----------
    device : torch.device
        Where.
    explorer : Explorer
        Whose function.
    values : mapping of str to object
        Values by control.
    state : mapping of str to Tensor
        Where the player stands; empty for its start.

    Returns
    -------
    dict
        The outputs as float32 on the CPU.
    """
    if device.type == "cpu":
        return explorer.evaluate(values, state=state)
    arguments = move(explorer.inputs(values) | dict(state), device)
    exact = torch.backends.cudnn.flags(enabled=True, allow_tf32=False)  # TF32 keeps three digits
    with torch.no_grad(), exact, device, Gathered(device):
        outputs = explorer.compute(**arguments)
    return {name: value.detach().cpu().float() for name, value in outputs.items()}


def device_for(explorer: Explorer) -> torch.device:
    """Choose where an explorer computes: the GPU, if it says there what it says on the CPU.

    Parameters
    ----------
    explorer : Explorer
        Which is tried in its start state.

    Returns
    -------
    torch.device
        The CPU also where an operation or float64 is missing on the GPU.
    """
    device, cpu = pick_device().device, torch.device("cpu")
    if device.type == "cpu":
        return cpu
    try:
        there = evaluate_on(device, explorer, explorer.start, {})
    except (RuntimeError, TypeError, NotImplementedError):
        return cpu
    here = evaluate_on(cpu, explorer, explorer.start, {})
    same = (torch.allclose(there[name], here[name], 1e-3, 1e-5, equal_nan=True) for name in here)
    return device if all(same) else cpu
