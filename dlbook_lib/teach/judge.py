"""Compares what a submission recorded with what the solution recorded, in a process that has run neither.

Values travel as NumPy archives, read without pickles and only after their size was looked at. The rules come
from the solution's archive alone.

    python -m dlbook_lib.teach.judge < both.json
"""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import zipfile
from typing import Any

import numpy as np

__all__ = ["Verdict", "compare", "judge", "load"]

LARGEST = 64 * 2**20  # bytes of one recorded value, unpacked
SECONDS = 120

Verdict = str | None  # why a value is wrong, None where it is right


def load(archive: bytes) -> tuple[dict[str, Any], Any]:
    """Read a recorded value.

    Parameters
    ----------
    archive : bytes
        Of an ``npz`` file.

    Returns
    -------
    content : dict
        ``name`` and ``rule``.
    value : array or nested list of arrays
        What was recorded.

    Raises
    ------
    ValueError
        If it is too large, or not such a file.

    Examples
    --------
    >>> load(b"PK")
    Traceback (most recent call last):
        ...
    ValueError: archive must be a recorded value, got 2 bytes: File is not a zip file
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as entries:
            size = sum(entry.file_size for entry in entries.infolist())
        if size > LARGEST:
            raise ValueError(f"it unpacks to {size} bytes, more than {LARGEST}")
        with np.load(io.BytesIO(archive), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        content = json.loads(str(arrays["content"]))
        content["rule"]["labels"] = _unpack(content["rule"].get("labels", []), arrays)
        return content, _unpack(content["value"], arrays)
    except Exception as error:  # a hostile archive may raise anything
        raise ValueError(f"archive must be a recorded value, got {len(archive)} bytes: {error}") from None


def _unpack(places: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(places, list):
        return [_unpack(item, arrays) for item in places]
    array = arrays[f"array{places}"]
    if array.dtype.kind not in "biufc":
        raise ValueError(f"it holds an array of {array.dtype}")
    return array


def compare(rule: dict[str, Any], expected: Any, value: Any) -> Verdict:
    """Judge one value.

    Parameters
    ----------
    rule : dict
        As the solution's run stored it.
    expected, value : array or nested list of arrays
        The solution's and the submission's.

    Returns
    -------
    str or None
        Why it is wrong; None where it is right.

    Examples
    --------
    >>> compare({"kind": "tolerance", "tolerance": 1e-5}, np.array(2.0), np.array(2.5))
    'differs by up to 0.5'
    """
    if isinstance(expected, list) or isinstance(value, list):
        if not (isinstance(expected, list) and isinstance(value, list)):
            return "is one array where the solution has several, or the reverse"
        if len(expected) != len(value):
            return f"has {len(value)} parts where the solution has {len(expected)}"
        if rule["kind"] == "tolerance":
            found = (compare(rule, *pair) for pair in zip(expected, value))
            return next((verdict for verdict in found if verdict), None)
    if rule["kind"] == "accuracy":
        return _compare_labels(rule, np.asarray(rule["labels"]), np.asarray(value))
    if rule["kind"] == "between":
        number = np.asarray(value)
        inside = number.size == 1 and rule["low"] <= number.reshape(()).real <= rule["high"]
        return None if inside else f"is not one number from {rule['low']:g} to {rule['high']:g}"
    return _compare_arrays(rule["tolerance"], expected, value)


def _compare_labels(rule: dict[str, Any], labels: np.ndarray, value: np.ndarray) -> Verdict:
    if labels.shape != value.shape:
        return f"has shape {value.shape} where the labels have {labels.shape}"
    right = float((labels == value).mean()) if labels.size else 1.0
    return (
        None if right >= rule["part"] else f"{right:.0%} of the labels are right, {rule['part']:.0%} needed"
    )


def _compare_arrays(tolerance: float, expected: np.ndarray, value: np.ndarray) -> Verdict:
    if expected.shape != value.shape:
        return f"has shape {value.shape} where the solution has {expected.shape}"
    wide = np.complex128 if "c" in expected.dtype.kind + value.dtype.kind else np.float64
    expected, value = expected.astype(wide), value.astype(wide)
    if np.allclose(value, expected, rtol=tolerance, atol=tolerance, equal_nan=True):
        return None
    with np.errstate(all="ignore"):
        gap = np.abs(value - expected)
    finite = gap[np.isfinite(gap)]
    if finite.size < gap.size:
        return "is infinite or not a number where the solution is a number, or the reverse"
    return f"differs by up to {finite.max():.3g}"


def judge(expected: dict[str, bytes], given: dict[str, bytes]) -> dict[str, Verdict]:
    """Compare two sets of recorded values, in a process of its own.

    Parameters
    ----------
    expected, given : dict of bytes
        The solution's and the submission's archives, by file name.

    Returns
    -------
    dict of str or None
        For each of the solution's files, why the submission's value is wrong, or None.
    """
    both = [
        {name: base64.b64encode(data).decode() for name, data in side.items()} for side in (expected, given)
    ]
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "dlbook_lib.teach.judge"],
            input=json.dumps(both).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
        return json.loads(ran.stdout)
    except (subprocess.SubprocessError, ValueError):
        return dict.fromkeys(expected, "could not be compared: the process that compares ended")


def verdicts(expected: dict[str, bytes], given: dict[str, bytes]) -> dict[str, Verdict]:
    """Do it, in this process."""
    found: dict[str, Verdict] = {}
    for name, archive in expected.items():
        content, solution = load(archive)
        if name not in given:
            found[name] = "was not recorded"
            continue
        try:
            _, value = load(given[name])
            found[name] = compare(content["rule"], solution, value)
        except Exception as error:
            found[name] = f"cannot be read: {error}"
    return found


if __name__ == "__main__":
    sides = [{name: base64.b64decode(text) for name, text in side.items()} for side in json.load(sys.stdin)]
    json.dump(verdicts(*sides), sys.stdout)
