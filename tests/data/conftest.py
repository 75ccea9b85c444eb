"""Miniature MNIST and CIFAR-10 on a server of this machine, read by a stand-in of torchvision.

Where torchvision is installed, every test runs a second time with it. The stand-in repeats what
`dlbook_lib.data.download` meets there: the constructor's arguments, the layout on disk, MD5 sums of the
archives (for MNIST not of the files unpacked from them), urllib without a time-out.
"""

import gzip
import hashlib
import importlib.util
import io
import itertools
import os
import pickle
import socket
import sys
import tarfile
import threading
import types
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch

SIZES = {"train": 200, "t10k": 50}
CIFAR_FILES = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta"]


def md5(data):
    return hashlib.md5(data).hexdigest()


def whole(path, checksum=None):
    """Say whether a file is there and, if a sum is given, has it."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return checksum is None or md5(file.read()) == checksum


def fetch(url, path, checksum):
    if whole(path, checksum):
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with urllib.request.urlopen(url) as response, open(path, "wb") as file:
        while chunk := response.read(1024):
            file.write(chunk)
    if not whole(path, checksum):
        raise RuntimeError("File not found or corrupted.")


class StandInMNIST:
    mirrors, resources = (), ()

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        raw = os.path.join(root, "MNIST", "raw")
        names = [name[:-3] for name, _ in self.resources]
        if download and not all(whole(os.path.join(raw, name)) for name in names):
            for name, checksum in self.resources:
                fetch(self.mirrors[0] + name, os.path.join(raw, name), checksum)
                with (
                    gzip.open(os.path.join(raw, name)) as packed,
                    open(os.path.join(raw, name[:-3]), "wb") as out,
                ):
                    out.write(packed.read())
        if not all(whole(os.path.join(raw, name)) for name in names):
            raise RuntimeError("Dataset not found. You can use download=True to download it")
        kind = "train" if train else "t10k"
        self.data = self._idx(os.path.join(raw, f"{kind}-images-idx3-ubyte"))
        self.targets = self._idx(os.path.join(raw, f"{kind}-labels-idx1-ubyte")).long()

    @staticmethod
    def _idx(path):
        with open(path, "rb") as file:
            data = file.read()
        shape = np.frombuffer(data, dtype=">i4", count=data[3], offset=4).tolist()
        return torch.frombuffer(bytearray(data), dtype=torch.uint8, offset=4 + 4 * data[3]).view(*shape)


class StandInCIFAR10:
    base_folder = "cifar-10-batches-py"
    filename = "cifar-10-python.tar.gz"
    url = tgz_md5 = ""
    train_list, test_list, meta = (), (), {}

    def __init__(self, root, train=True, transform=None, target_transform=None, download=False):
        archive = os.path.join(root, self.filename)
        if download and not self._whole(root):
            fetch(self.url, archive, self.tgz_md5)
            with tarfile.open(archive) as tar:
                tar.extractall(root)
        if not self._whole(root):
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it")
        batches = []
        for name, _ in self.train_list if train else self.test_list:
            with open(os.path.join(root, self.base_folder, name), "rb") as file:
                batches.append(pickle.load(file, encoding="latin1"))
        pixels = np.vstack([batch["data"] for batch in batches]).reshape(-1, 3, 32, 32)
        self.data = pixels.transpose((0, 2, 3, 1))
        self.targets = [label for batch in batches for label in batch["labels"]]

    def _whole(self, root):
        files = [*self.train_list, *self.test_list]
        return all(whole(os.path.join(root, self.base_folder, name), checksum) for name, checksum in files)


def mnist_files(images, labels):
    files = {}
    for kind in SIZES:
        for suffix, array in (("images-idx3-ubyte", images[kind]), ("labels-idx1-ubyte", labels[kind])):
            header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, dtype=">i4").tobytes()
            files[f"{kind}-{suffix}.gz"] = gzip.compress(header + array.tobytes(), mtime=0)
    return files


def cifar_archive(images, labels):
    """Pack rows of 3072 values (red, then green, then blue): five training batches and one for testing."""
    rows = np.concatenate([images["train"], images["t10k"]]).reshape(-1, 3072)
    names = np.concatenate([labels["train"], labels["t10k"]]).tolist()
    edges = [*range(0, 201, 40), 250]
    contents = [{"data": rows[a:b], "labels": names[a:b]} for a, b in itertools.pairwise(edges)]
    contents.append({"label_names": list("abcdefghij")})
    packed = {name: pickle.dumps(content) for name, content in zip(CIFAR_FILES, contents)}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in packed.items():
            entry = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue(), {name: md5(data) for name, data in packed.items()}


class Mirror(ThreadingHTTPServer):
    """Serves `files` by name, counts requests, and misbehaves as `mood` says."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.files, self.mood, self.asked, self.closing = {}, "kind", [], threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.lstrip("/")
        self.server.asked.append(name)
        data = self.server.files[name]
        if self.server.mood == "corrupt":
            data = data[:-20] + bytes(20)
        if self.server.mood == "silent":
            self.server.closing.wait(5)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if self.server.mood == "cut" else data)

    def log_message(self, *args):
        pass


@pytest.fixture
def mirror():
    server = Mirror()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def tiny():
    """Pixels and labels of both miniature sets, as (images, labels) by kind."""
    random = np.random.default_rng(0)
    labels = {kind: (np.arange(n) % 10).astype(np.uint8) for kind, n in SIZES.items()}
    gray = {kind: random.integers(0, 256, (n, 28, 28), dtype=np.uint8) for kind, n in SIZES.items()}
    colour = {kind: random.integers(0, 256, (n, 3, 32, 32), dtype=np.uint8) for kind, n in SIZES.items()}
    return types.SimpleNamespace(labels=labels, gray=gray, colour=colour)


@pytest.fixture(
    params=["stand-in", "torchvision"] if importlib.util.find_spec("torchvision") else ["stand-in"]
)
def datasets(request, monkeypatch, mirror, tiny):
    """Give `torchvision.datasets`, real or stood in for, with the miniature sets on the mirror."""
    if request.param == "stand-in":
        package, module = types.ModuleType("torchvision"), types.ModuleType("torchvision.datasets")
        module.MNIST = type("MNIST", (StandInMNIST,), {})
        module.CIFAR10 = type("CIFAR10", (StandInCIFAR10,), {})
        package.datasets = module
        monkeypatch.setitem(sys.modules, "torchvision", package)
        monkeypatch.setitem(sys.modules, "torchvision.datasets", module)
    else:
        import torchvision.datasets as module

    archive, sums = cifar_archive(tiny.colour, tiny.labels)
    mirror.files = mnist_files(tiny.gray, tiny.labels) | {"cifar-10-python.tar.gz": archive}
    resources = [(name, md5(data)) for name, data in mirror.files.items() if name.endswith("ubyte.gz")]
    for owner, attribute, value in (
        (module.MNIST, "mirrors", [mirror.url]),
        (module.MNIST, "resources", resources),
        (module.CIFAR10, "url", mirror.url + "cifar-10-python.tar.gz"),
        (module.CIFAR10, "tgz_md5", md5(archive)),
        (module.CIFAR10, "train_list", [[name, sums[name]] for name in CIFAR_FILES[:5]]),
        (module.CIFAR10, "test_list", [["test_batch", sums["test_batch"]]]),
        (
            module.CIFAR10,
            "meta",
            {"filename": "batches.meta", "key": "label_names", "md5": sums["batches.meta"]},
        ),
    ):
        monkeypatch.setattr(owner, attribute, value)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    before = socket.getdefaulttimeout()
    yield module
    assert socket.getdefaulttimeout() == before
