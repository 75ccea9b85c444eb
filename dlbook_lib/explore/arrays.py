"""Arrays on their way into a page: a shape and little-endian float32 numbers in base64."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
import torch

__all__ = ["pack", "unpack"]


def pack(value: torch.Tensor | np.ndarray) -> dict[str, Any]:
    """Write an array as JSON can hold it.

    Parameters
    ----------
    value : Tensor or ndarray
        Of any shape and type; stored as float32.

    Returns
    -------
    dict
        ``shape``, a list, and ``data``, a string.

    Examples
    --------
    >>> pack(torch.tensor([1.0, 2.0]))
    {'shape': [2], 'data': 'AACAPwAAAEA='}
    """
    array = value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
    data = base64.b64encode(array.astype("<f4").tobytes()).decode()
    return {"shape": list(array.shape), "data": data}


def unpack(packed: dict[str, Any]) -> torch.Tensor:
    """Read what :func:`pack` wrote.

    Parameters
    ----------
    packed : dict
        ``shape`` and ``data``.

    Returns
    -------
    Tensor
        Of float32.

    Raises
    ------
    ValueError
        If there are more or fewer numbers than the shape holds.

    Examples
    --------
    >>> unpack(pack(torch.tensor([[1.0], [2.0]])))
    tensor([[1.],
            [2.]])
    """
    numbers = np.frombuffer(base64.b64decode(packed["data"]), dtype="<f4")
    if numbers.size != math.prod(packed["shape"]):
        raise ValueError(f"data must hold numbers for shape {tuple(packed['shape'])}, got {numbers.size}")
    return torch.from_numpy(numbers.reshape(packed["shape"]).copy())
