"""What a hidden test calls: ``stream()`` for its inputs, ``record()`` for the values an answer gives on them.

A hidden test asserts nothing, because an assertion runs in the student's own process, where everything can
be patched. It records plain arrays; the grader runs the solved notebook and the submission on the same
random inputs, each by itself, and compares the two records in a third process. In a reader's hands the same
cell runs on fixed inputs, checks that its values could be recorded, and stores nothing.

Differs from nbgrader and otter-grader, whose hidden tests are assertions run beside the answer.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlbook_lib.checks import check_number, check_type

if TYPE_CHECKING:
    import torch

__all__ = ["FOLDER", "SEED", "file_of", "record", "stream", "stream_seed"]

FOLDER = "DLBOOK_RECORDS"  # environment variable: where a grader wants the values
SEED = "DLBOOK_SEED"  # environment variable: what the grader drew
ACCEPTED = "a number, a bool, a tensor, an array, or a list or tuple of those"


def stream(name: str) -> torch.Generator:
    """Open the random stream of a hidden test.

    Its start follows from the name and the grader's seed, which is another one each time a class is graded;
    outside a grader it is the same every time.

    Parameters
    ----------
    name : str
        Usually the exercise's; two names give unrelated streams.

    Returns
    -------
    torch.Generator
        On the CPU.

    Raises
    ------
    TypeError
        If ``name`` is not a string.

    Examples
    --------
    >>> import torch
    >>> a, b = (torch.randn(3, generator=stream("huber")) for _ in range(2))
    >>> torch.equal(a, b)
    True
    """
    import torch

    return torch.Generator().manual_seed(stream_seed(name))


def stream_seed(name: str) -> int:
    """Say where the random stream of a name starts, for other generators than torch's.

    Parameters
    ----------
    name : str
        As given to :func:`stream`.

    Returns
    -------
    int
        From 0 to 2⁵⁶ - 1.

    Raises
    ------
    TypeError
        If ``name`` is not a string.

    Examples
    --------
    >>> stream_seed("huber") == stream_seed("huber") != stream_seed("hinge")
    True
    """
    check_type("name", name, str, "a string")
    digest = hashlib.sha256(f"{os.environ.get(SEED, '0')}/{name}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


def record(
    name: str,
    value: Any,
    *,
    tolerance: float = 1e-5,
    accuracy: tuple[Any, float] | None = None,
    between: tuple[float, float] | None = None,
) -> None:
    """Hand a value to the grader, where there is one.

    The rule by which the value is judged is read from the solved notebook's run only; in a submission's run
    the three keyword arguments are not even evaluated, so that labels written there stay unseen.

    Parameters
    ----------
    name : str
        What the value is, unique in its notebook: ``"random residuals"``.
    value : number, bool, Tensor, ndarray, or list or tuple of those
        What the answer gave.
    tolerance : float
        The value is right if it lies this near to the solution's, relative to its size plus 1.
    accuracy : (labels, float), optional
        Instead: the value holds predicted labels, of which at least this part must equal the true ones.
    between : (float, float), optional
        Instead: the value is one number in this closed range, for what chance moves.

    Raises
    ------
    TypeError
        If the value is of another kind.
    ValueError
        If a rule makes no sense, or a grader has a value of this name already.

    Examples
    --------
    >>> record("the first squares", [n**2 for n in range(4)])
    >>> record("squares, lazily", (n**2 for n in range(4)))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    TypeError: 'squares, lazily' must be a number, a bool, a tensor, ... got <generator ...
    """
    check_type("name", name, str, "a string")
    arrays: list[np.ndarray] = []
    content = {"name": name, "value": _pack(name, value, arrays)}
    content["rule"] = _rule(tolerance, accuracy, between, arrays)
    if os.environ.get(FOLDER):
        path = Path(os.environ[FOLDER], file_of(name))
        if path.exists():
            raise ValueError(f"name must be unique in a notebook, and {name!r} was recorded before")
        numbered = {f"array{i}": array for i, array in enumerate(arrays)}
        np.savez(path, content=np.array(json.dumps(content)), **numbered)


def file_of(name: str) -> str:
    """Name the file that keeps a recorded value.

    Parameters
    ----------
    name : str
        As given to :func:`record`.

    Returns
    -------
    str
        The same on every machine.

    Examples
    --------
    >>> file_of("random residuals")
    '61d7f6f66ce5b481.npz'
    """
    return hashlib.sha256(name.encode()).hexdigest()[:16] + ".npz"


def _rule(tolerance: float, accuracy: Any, between: Any, arrays: list[np.ndarray]) -> dict[str, Any]:
    """Check a rule and bring it into a form that JSON knows."""
    if accuracy is not None and between is not None:
        raise ValueError("accuracy and between must not be given together")
    if accuracy is not None:
        labels, part = _pair("accuracy", accuracy, "(labels, least part)")
        check_number("accuracy[1]", part, low=0, high=1)
        return {"kind": "accuracy", "labels": _pack("accuracy[0]", labels, arrays), "part": float(part)}
    if between is not None:
        low, high = _pair("between", between, "(low, high)")
        check_number("between[0]", low)
        check_number("between[1]", high, low=low)
        return {"kind": "between", "low": float(low), "high": float(high)}
    check_number("tolerance", tolerance, low=0)
    return {"kind": "tolerance", "tolerance": float(tolerance)}


def _pair(name: str, value: Any, described: str) -> tuple[Any, Any]:
    check_type(name, value, tuple, f"a pair {described}")
    if len(value) != 2:
        raise ValueError(f"{name} must be a pair {described}, got {len(value)} elements")
    return value


def _pack(name: str, value: Any, arrays: list[np.ndarray]) -> Any:
    """Put a value's arrays into a list, and return its shape as nested lists of places in that list."""
    if isinstance(value, (list, tuple)):
        return [_pack(name, item, arrays) for item in value]
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        value = value.detach().cpu().resolve_conj().resolve_neg()
        value = (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    check_type(repr(name), value, (bool, int, float, complex, np.ndarray, np.generic), ACCEPTED)
    array = np.asarray(value)
    if array.dtype.kind not in "biufc":
        raise TypeError(f"{name!r} must be {ACCEPTED}, got an array of {array.dtype}")
    arrays.append(array)
    return len(arrays) - 1
