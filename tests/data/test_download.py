import os
import re
import socket
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import torch

from dlbook_lib.data import download
from dlbook_lib.data.download import CIFAR10_CLASSES, DataUnavailableError, cifar10, mnist
from dlbook_lib.data.split import stratified_parts

MNIST_INSTEAD = "use digits(28) of dlbook_lib.data.digits instead"
CIFAR_INSTEAD = (
    "use digits(32) of dlbook_lib.data.digits or photograph(...) of dlbook_lib.data.photographs instead"
)
LOADERS = [(mnist, "MNIST", MNIST_INSTEAD), (cifar10, "CIFAR-10", CIFAR_INSTEAD)]
both = pytest.mark.parametrize(("load", "title", "instead"), LOADERS, ids=["mnist", "cifar10"])


def pixels(load, tiny):
    return {k: v[:, None] for k, v in tiny.gray.items()} if load is mnist else tiny.colour


@both
def test_parts_are_the_pixels_and_labels_served(load, title, instead, datasets, tiny, tmp_path, capsys):
    split = load(tmp_path)
    assert f"Downloading {title}" in capsys.readouterr().out
    images = {kind: torch.tensor(array) for kind, array in pixels(load, tiny).items()}
    labels = {kind: torch.tensor(array).long() for kind, array in tiny.labels.items()}

    rows = stratified_parts(labels["train"], (0.9, 0.1))
    assert [len(part) for part in rows] == [180, 20]
    expected = [(images["train"][part], labels["train"][part]) for part in rows]
    expected.append((images["t10k"], labels["t10k"]))
    for (x, y), (image, label) in zip(split, expected):
        assert x.dtype == torch.float32
        assert x.is_contiguous()
        assert torch.equal(x, image / 255)
        assert y.dtype == torch.int64
        assert torch.equal(y, label)
        assert y.bincount().unique().numel() == 1  # stratified


@both
def test_second_call_reads_the_cache_and_asks_nobody(
    load, title, instead, datasets, mirror, tmp_path, capsys
):
    first = load(tmp_path)
    mirror.asked.clear()
    capsys.readouterr()
    second = load(str(tmp_path))
    assert mirror.asked == []
    assert capsys.readouterr().out == ""
    for (x, y), (again, labels) in zip(first, second):
        assert torch.equal(x, again)
        assert torch.equal(y, labels)


@both
def test_only_the_finished_set_reaches_the_cache_and_its_archive_is_not_kept(
    load, title, instead, datasets, tmp_path
):
    load(tmp_path)
    assert os.listdir(tmp_path) == ["MNIST" if load is mnist else "cifar-10-batches-py"]


@both
def test_set_laid_out_by_torchvision_itself_is_read(load, title, instead, datasets, mirror, tmp_path):
    (datasets.MNIST if load is mnist else datasets.CIFAR10)(str(tmp_path), train=True, download=True)
    mirror.asked.clear()
    load(tmp_path)
    assert mirror.asked == []


@both
@pytest.mark.parametrize("mood", ["corrupt", "cut"])
def test_corrupted_download_is_refused_and_leaves_nothing(
    load, title, instead, mood, datasets, mirror, tmp_path
):
    mirror.mood = mood
    with pytest.raises(
        DataUnavailableError, match=f"^{title} could not be downloaded .*: {re.escape(instead)}$"
    ):
        load(tmp_path)
    assert os.listdir(tmp_path) == []
    mirror.mood = "kind"
    assert len(load(tmp_path).train[0]) == 180


@both
@pytest.mark.parametrize("damage", ["truncate", "remove"])
def test_damaged_cache_is_fetched_again(load, title, instead, damage, datasets, mirror, tmp_path):
    first = load(tmp_path)
    damaged = max(
        (p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".gz"), key=lambda p: p.stat().st_size
    )
    if damage == "remove":
        damaged.unlink()
    else:
        damaged.write_bytes(damaged.read_bytes()[:1000])  # an unpacking that was interrupted
    mirror.asked.clear()
    again = load(tmp_path)
    assert mirror.asked != []
    assert torch.equal(first.train[0], again.train[0])
    mirror.asked.clear()
    load(tmp_path)
    assert mirror.asked == []
    assert len(os.listdir(tmp_path)) == 1


def test_flipped_byte_in_a_cifar_batch_is_noticed(datasets, mirror, tmp_path):
    first = cifar10(tmp_path)
    batch = tmp_path / "cifar-10-batches-py" / "data_batch_2"
    data = bytearray(batch.read_bytes())
    data[5000] ^= 1
    batch.write_bytes(data)
    assert torch.equal(cifar10(tmp_path).train[0], first.train[0])


@both
def test_cache_that_another_process_filled_meanwhile_is_left_usable(
    load, title, instead, datasets, monkeypatch, tmp_path
):
    original, calls = download._read, []

    def read(dataset, folder, **options):
        parts = original(dataset, folder, **options)
        if options and not calls:
            calls.append("other process")
            load(tmp_path)
        return parts

    monkeypatch.setattr(download, "_read", read)
    first = load(tmp_path)
    assert calls
    assert torch.equal(first.test[0], load(tmp_path).test[0])
    assert len(os.listdir(tmp_path)) == 1


@both
def test_cache_that_cannot_take_the_set_costs_a_download_not_the_data(
    load, title, instead, datasets, monkeypatch, tmp_path
):
    def taken(*args):
        raise OSError(39, "Directory not empty")  # another process has just put its copy there

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", taken)
        assert len(load(tmp_path).train[0]) == 180
    assert os.listdir(tmp_path) == []


@both
def test_silent_server_times_out(load, title, instead, datasets, mirror, monkeypatch, tmp_path):
    monkeypatch.setattr(download, "_TIMEOUT", 0.2)
    mirror.mood = "silent"
    with pytest.raises(DataUnavailableError, match=f"^{title} could not be downloaded .*timed out"):
        load(tmp_path)
    assert os.listdir(tmp_path) == []


@both
def test_time_out_holds_during_the_download_only(load, title, instead, datasets, monkeypatch, tmp_path):
    seen = []
    original = socket.create_connection
    monkeypatch.setattr(
        socket,
        "create_connection",
        lambda *a, **k: seen.append(socket.getdefaulttimeout()) or original(*a, **k),
    )
    load(tmp_path)
    assert set(seen) == {20.0}
    assert socket.getdefaulttimeout() is None


@both
def test_no_network(load, title, instead, datasets, monkeypatch, tmp_path):
    def refuse(*args, **kwargs):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(DataUnavailableError) as caught:
        load(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{title} could not be downloaded (")
    assert message.endswith(f"): {instead}")
    assert "name resolution" in message
    assert "\n" not in message


@both
def test_folder_that_cannot_be_made(load, title, instead, datasets, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        DataUnavailableError, match=f"^{title} could not be downloaded .*{re.escape(instead)}$"
    ):
        load(tmp_path / "file" / "below")


@both
def test_missing_torchvision(load, title, instead, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    expected = (
        f"{title} needs torchvision, which cannot be imported here "
        f"(import of torchvision halted; None in sys.modules): {instead}"
    )
    with pytest.raises(DataUnavailableError, match=f"^{re.escape(expected)}$"):
        load(tmp_path)


def test_torchvision_built_for_another_torch(monkeypatch, tmp_path):
    class Broken(types.ModuleType):
        def __getattr__(self, name):
            raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setitem(sys.modules, "torchvision", Broken("torchvision"))
    expected = (
        "MNIST needs torchvision, which cannot be imported here "
        f"(operator torchvision::nms does not exist): {MNIST_INSTEAD}"
    )
    with pytest.raises(DataUnavailableError, match=f"^{re.escape(expected)}$"):
        mnist(tmp_path)


def test_a_mistake_in_our_call_is_not_taken_for_a_missing_network(datasets, monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "MNIST", lambda root: None)
    with pytest.raises(TypeError, match="unexpected keyword"):
        mnist(tmp_path)


@pytest.mark.parametrize(
    ("root", "environment", "expected"),
    [
        ("here", {"DLBOOK_DATA": "/data"}, "here"),
        (None, {"DLBOOK_DATA": "/data", "XDG_CACHE_HOME": "/xdg"}, "/data"),
        (None, {"DLBOOK_DATA": "~/data"}, "/home/reader/data"),
        (None, {"XDG_CACHE_HOME": "/xdg"}, "/xdg/dlbook"),
        (None, {}, "/home/reader/.cache/dlbook"),
    ],
)
def test_cache_folder(root, environment, expected, monkeypatch):
    for name in ("DLBOOK_DATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/reader", "USERPROFILE": "/home/reader", **environment}.items():
        monkeypatch.setenv(name, value)
    assert download._cache_folder(root) == Path(expected)


def test_cache_is_used_where_no_root_is_given(datasets, monkeypatch, tmp_path):
    monkeypatch.setenv("DLBOOK_DATA", str(tmp_path / "new" / "cache"))
    mnist()
    assert (tmp_path / "new" / "cache" / "MNIST" / "raw").is_dir()


def test_real_archives_are_torchvisions(datasets):
    # The folder names that are moved into the cache are those that torchvision reads from.
    assert download._CIFAR10.folder == datasets.CIFAR10.base_folder
    assert download._MNIST.folder == datasets.MNIST.__name__


def test_validation_counts_of_the_real_sets():
    # Training images per digit of MNIST, as LeCun's page and many others list them; CIFAR-10 has 5000 each.
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    y = torch.tensor(np.repeat(np.arange(10), counts))
    assert [len(part) for part in stratified_parts(y, (0.9, 0.1))] == [54_000, 6_000]
    y = torch.arange(50_000) % 10
    assert [len(part) for part in stratified_parts(y, (0.9, 0.1))] == [45_000, 5_000]
    assert len(set(CIFAR10_CLASSES)) == 10


def test_root_must_be_a_path(datasets):
    with pytest.raises(TypeError, match=r"^root must be a path or None, got 3 \(int\)$"):
        mnist(3)
