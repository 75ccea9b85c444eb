"""The states at which torch, native ONNX Runtime and the browser must give the same numbers.

Every explorer is tried at the ends of every control, one control at a time and all together, and at seeded
random states; nothing needs to be said about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from dlbook_lib.checks import check_integer
from dlbook_lib.explore.explorer import Explorer

__all__ = ["TOLERANCE", "difference", "states"]

TOLERANCE = 1e-4  # relative to the largest number of an output


def states(explorer: Explorer, *, count: int = 20, seed: int = 0) -> list[dict[str, Any]]:
    """List states: the start, the presets, the ends of every control, and random ones.

    Parameters
    ----------
    explorer : Explorer
        Whose states.
    count : int
        How many random ones.
    seed : int
        Where their random stream starts.

    Returns
    -------
    list of dict
        A value for every control each.
    """
    check_integer("count", count, low=0)
    generator = torch.Generator().manual_seed(seed)
    controls = explorer.controls.items()
    ends = {name: control.extremes() for name, control in controls}
    corners = [explorer.values({name: value}) for name, values in ends.items() for value in values]
    for end in (0, -1):
        corners.append({name: values[end] for name, values in ends.items()})
    random = [{name: control.sample(generator) for name, control in controls} for _ in range(count)]
    return [explorer.start, *explorer.presets.values(), *corners, *random]


def difference(expected: Mapping[str, torch.Tensor], found: Mapping[str, torch.Tensor]) -> tuple[float, str]:
    """Measure how far two sets of outputs lie apart.

    Parameters
    ----------
    expected, found : mapping of str to Tensor
        Outputs by name.

    Returns
    -------
    error : float
        The largest difference, relative to the largest number of its output or to 1; infinite where one
        has a gap (NaN), an infinity or a shape that the other has not.
    name : str
        The output that has it.

    Examples
    --------
    >>> error, name = difference({"y": torch.tensor([1.0, 100.0])}, {"y": torch.tensor([1.0, 101.0])})
    >>> round(error, 6), name
    (0.01, 'y')
    """
    worst = (0.0, "")
    for name, one in expected.items():
        other = found.get(name)
        if other is None or one.shape != other.shape or not torch.equal(one.isfinite(), other.isfinite()):
            return float("inf"), name
        if not torch.equal(one[~one.isfinite()].nan_to_num(), other[~other.isfinite()].nan_to_num()):
            return float("inf"), name
        finite = one.isfinite()
        if finite.any():
            gap = (one[finite] - other[finite]).abs().max() / one[finite].abs().max().clamp_min(1.0)
            worst = max(worst, (gap.item(), name))
    return worst
