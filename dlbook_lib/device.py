"""Where tensors live, decided once and with the reason said aloud.

The only file that names the accelerators. A GPU is taken only after it has run one small operation: a
card that is present but too old, too full or misconfigured costs one printed line, never a crash.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple

import torch

from dlbook_lib.checks import check_in, check_number

__all__ = ["DeviceChoice", "move", "pick_device"]


_KIND = {"cuda": "CUDA", "mps": "Apple"}


class DeviceChoice(NamedTuple):
    """A device, the floating-point type to compute in there, and why it was chosen.

    Parameters
    ----------
    device : torch.device
        Where to put models and data.
    dtype : torch.dtype
        What autocast should use there.
    reason : str
        The name of the GPU, or why there is none.
    """

    device: torch.device
    dtype: torch.dtype
    reason: str

    def __str__(self) -> str:
        return f"{self.device} ({self.reason})"


def pick_device(prefer: str | None = None, *, memory: float = 0.5) -> DeviceChoice:
    """Choose the fastest device that works: a CUDA GPU, Apple's MPS, or the CPU.

    Parameters
    ----------
    prefer : {"cuda", "mps", "cpu"}, optional
        Take this device if it works, and otherwise the CPU, with the reason; by default they are tried
        in this order.
    memory : float
        GiB that must be free on a CUDA GPU for it to be taken.

    Returns
    -------
    DeviceChoice
        ``device``, ``dtype`` (the type that autocast should use there: bfloat16 where the GPU supports
        it, float16 on older GPUs, float32 elsewhere) and ``reason``.

    Raises
    ------
    ValueError
        If ``prefer`` is not the name of a device, or ``memory`` is negative.

    Examples
    --------
    >>> pick_device("cpu")
    DeviceChoice(device=device(type='cpu'), dtype=torch.float32, reason='asked for')
    """
    check_in("prefer", prefer, (None, "cuda", "mps", "cpu"))
    check_number("memory", memory, low=0)
    if prefer == "cpu":
        return DeviceChoice(torch.device("cpu"), torch.float32, "asked for")

    refusals = []
    for name in (prefer,) if prefer else ("cuda", "mps"):
        problem = _problem_with(name, memory)
        if problem is None:
            return DeviceChoice(torch.device(name), _autocast_dtype(name), _describe(name))
        refusals.append(problem)
    return DeviceChoice(torch.device("cpu"), torch.float32, "; ".join(refusals))


def move(batch, device: torch.device):
    """Send every tensor of a batch to a device.

    Parameters
    ----------
    batch : Tensor, list, tuple or dict
        Tensors, nested as a data loader nests them; anything else is returned as it is.
    device : torch.device
        Where the tensors should live.

    Returns
    -------
    object
        The same nesting, on ``device``.

    Examples
    --------
    >>> move({"x": torch.zeros(2), "name": "two"}, torch.device("cpu"))
    {'x': tensor([0., 0.]), 'name': 'two'}
    """
    if isinstance(batch, torch.Tensor):
        return batch.to(device, non_blocking=True)
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):  # a named tuple
        return type(batch)(*(move(value, device) for value in batch))
    if isinstance(batch, list | tuple):
        return type(batch)(move(value, device) for value in batch)
    return batch


def _problem_with(name: str, memory: float) -> str | None:
    """Why a device cannot be used, or None if it has the room and one small matrix product ran on it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of old cards; the reason below says it in one line
            if not (torch.cuda.is_available() if name == "cuda" else torch.backends.mps.is_available()):
                return f"no {_KIND[name]} GPU"
            if name == "cuda" and (free := torch.cuda.mem_get_info()[0] / 2**30) < memory:
                return f"{torch.cuda.get_device_name(0)} has {free:.1f} GiB free, {memory:g} GiB are needed"
            probe = torch.ones(64, 64, device=name)
            (probe @ probe).sum().item()
    except (RuntimeError, AssertionError) as error:  # torch.OutOfMemoryError is a RuntimeError
        said = str(error).strip() or type(error).__name__
        return f"the {_KIND[name]} GPU failed a test product: {said.splitlines()[0]}"
    return None


def _describe(name: str) -> str:
    if name == "mps":
        return "Apple GPU"
    memory = torch.cuda.get_device_properties(0).total_memory / 2**30
    return f"{torch.cuda.get_device_name(0)}, {memory:.0f} GiB"


def _autocast_dtype(name: str) -> torch.dtype:
    if name == "mps":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
