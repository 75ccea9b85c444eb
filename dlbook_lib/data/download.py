r"""MNIST and CIFAR-10 at full size, fetched once by torchvision and kept.

torchvision knows the addresses and the checksums of the digits (LeCun, Bottou, Bengio and Haffner,
"Gradient-Based Learning Applied to Document Recognition", 1998) and of the colour images (Krizhevsky,
"Learning Multiple Layers of Features from Tiny Images", 2009), and shows the progress. Added here: a
time-out, where it would wait forever; a download that reaches the cache whole or not at all; a validation
part; and, where torchvision or the network is missing, one sentence that names the embedded set to take
instead.

Differs from torchvision: images come as tensors of float32 in [0, 1], and a tenth of the training images,
the same tenth every time, is set aside for validation.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten
from typing import NamedTuple

import torch
from torch import Tensor

from dlbook_lib.checks import check_type
from dlbook_lib.data.split import Split, stratified_parts

__all__ = ["CIFAR10_CLASSES", "DataUnavailableError", "cifar10", "mnist"]

#: What CIFAR-10's class numbers mean, from 0 to 9.
CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)

_TIMEOUT = 20.0  # seconds without a byte


class DataUnavailableError(RuntimeError):
    """A data set cannot be had here; the message says why and what to use instead."""


class _Source(NamedTuple):
    """A data set as torchvision has it: its class, its folder and what takes its place."""

    title: str
    dataset: str
    folder: str
    megabytes: int
    instead: str


_MNIST = _Source("MNIST", "MNIST", "MNIST", 12, "digits(28) of dlbook_lib.data.digits")
_CIFAR10 = _Source(
    "CIFAR-10",
    "CIFAR10",
    "cifar-10-batches-py",
    170,
    "digits(32) of dlbook_lib.data.digits or photograph(...) of dlbook_lib.data.photographs",
)


def mnist(root: str | os.PathLike | None = None) -> Split:
    """Load MNIST, 70 000 handwritten digits of 28×28 pixels, downloading 12 MB the first time.

    Parameters
    ----------
    root : path, optional
        The folder that keeps ``MNIST/raw``, laid out as torchvision does; by default ``$DLBOOK_DATA``, or
        else ``dlbook`` in ``$XDG_CACHE_HOME`` or ``~/.cache``.

    Returns
    -------
    Split
        ``train`` (54 000), ``validation`` (6 000) and ``test`` (10 000): pairs of ``x``, float32 of shape
        (N, 1, 28, 28) in [0, 1] with the ink at 1, and ``y``, int64 of shape (N,) from 0 to 9.

    Raises
    ------
    DataUnavailableError
        If torchvision is missing, or the download fails.

    Examples
    --------
    >>> x, y = mnist().train  # doctest: +SKIP
    """
    return _load(_MNIST, root)


def cifar10(root: str | os.PathLike | None = None) -> Split:
    """Load CIFAR-10, 60 000 colour images of 32×32 pixels, downloading 170 MB the first time.

    Parameters
    ----------
    root : path, optional
        The folder that keeps ``cifar-10-batches-py``, as torchvision does; by default ``$DLBOOK_DATA``, or
        else ``dlbook`` in ``$XDG_CACHE_HOME`` or ``~/.cache``.

    Returns
    -------
    Split
        ``train`` (45 000), ``validation`` (5 000) and ``test`` (10 000): pairs of ``x``, float32 of shape
        (N, 3, 32, 32) in [0, 1], and ``y``, int64 of shape (N,), which index :data:`CIFAR10_CLASSES`.

    Raises
    ------
    DataUnavailableError
        If torchvision is missing, or the download fails.

    Examples
    --------
    >>> x, y = cifar10().train  # doctest: +SKIP
    """
    return _load(_CIFAR10, root)


def _load(source: _Source, root: str | os.PathLike | None) -> Split:
    check_type("root", root, (str, os.PathLike, type(None)), "a path or None")
    dataset = _torchvision_class(source)
    folder = _cache_folder(root)
    (x, y), (test_x, test_y) = _read_cached(dataset, folder) or _download(source, dataset, folder)
    train, validation = stratified_parts(y, (0.9, 0.1))
    return Split(
        (_scale(x[train]), y[train]), (_scale(x[validation]), y[validation]), (_scale(test_x), test_y)
    )


def _torchvision_class(source: _Source) -> type:
    try:
        from torchvision import datasets
    except (ImportError, OSError, RuntimeError) as error:  # RuntimeError: built for another torch
        raise DataUnavailableError(
            f"{source.title} needs torchvision, which cannot be imported here ({_brief(error)}): "
            f"use {source.instead} instead"
        ) from error
    return getattr(datasets, source.dataset)


def _cache_folder(root: str | os.PathLike | None) -> Path:
    default = os.path.join(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "dlbook")
    return Path(root or os.environ.get("DLBOOK_DATA") or default).expanduser()


def _read_cached(dataset: type, folder: Path) -> list[tuple[Tensor, Tensor]] | None:
    """Read what the cache holds, or None if there is nothing, or nothing whole."""
    try:
        return _read(dataset, folder)
    except Exception:  # a file cut short fails in ways that differ between sets; a fresh copy mends them all
        return None


def _download(source: _Source, dataset: type, folder: Path) -> list[tuple[Tensor, Tensor]]:
    """Fetch into a folder of its own, and move the set into the cache once torchvision has accepted it."""
    print(f"Downloading {source.title} (about {source.megabytes} MB) to {folder}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".partial-") as staging, _time_out(_TIMEOUT):
            parts = _read(dataset, Path(staging), download=True)
            _publish(Path(staging), folder, source.folder)
    except (OSError, RuntimeError, HTTPException) as error:
        raise DataUnavailableError(
            f"{source.title} could not be downloaded ({_brief(error)}): use {source.instead} instead"
        ) from error
    return parts


def _publish(staging: Path, folder: Path, name: str) -> None:
    """Put a complete set in the place of whatever the cache held."""
    with contextlib.suppress(OSError):  # another process got there first: then its copy is as good
        if (folder / name).exists():
            os.replace(folder / name, staging / "unusable")
        os.replace(staging / name, folder / name)


@contextlib.contextmanager
def _time_out(seconds: float) -> Iterator[None]:
    """Limit the silence of every connection opened inside; torchvision offers no argument for it."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _read(dataset: type, folder: Path, *, download: bool = False) -> list[tuple[Tensor, Tensor]]:
    """Read training and test images, as uint8 of shape (N, C, H, W), and their labels."""
    parts = []
    for train in (True, False):
        part = dataset(str(folder), train=train, download=download and train)
        x, y = torch.as_tensor(part.data), torch.as_tensor(part.targets)
        parts.append((x.unsqueeze(1) if x.ndim == 3 else x.permute(0, 3, 1, 2), y))
    return parts


def _scale(x: Tensor) -> Tensor:
    return x.float().div_(255)  # in place: CIFAR-10 takes 0.6 GB as float32


def _brief(error: BaseException) -> str:
    return shorten(str(error) or type(error).__name__, 240)
