"""A box for one submission: no network, a small disk of its own, and nothing of the grader's in sight.

On Linux, where ``unshare`` may make namespaces, the process sees a file system that holds the operating
system, this Python and ``dlbook_lib``, read-only, and one writable folder in memory of a limited size; the
exercises' sources, the other submissions and the grader's files are not there. Its processes live in a
namespace of their own, which ends as a whole. Elsewhere only time, memory and file size are limited, and the
grader's report says so.
"""

from __future__ import annotations

import functools
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import dlbook_lib
from dlbook_lib.teach.recording import FOLDER, SEED

__all__ = ["BOX", "Limits", "boxed_command", "environment", "has_box"]

TOOLS = ("unshare", "mount", "umount", "pivot_root", "setpriv")
SYSTEM = ("/bin", "/sbin", "/lib", "/lib64", "/lib32", "/usr")
SETTINGS = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "localtime",
    "passwd",
    "group",
    "fonts",
)
DEVICES = ("null", "zero", "random", "urandom")
HOME = "/box"
LIBRARY = Path(dlbook_lib.__file__).resolve().parent
BOX = "DLBOOK_BOX"  # environment variable: what the grader found out, for its workers


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Parameters
    ----------
    cell_seconds : float
        Wall time of one cell.
    seconds : float
        Wall time of the whole submission, restarts included.
    memory : int
        Bytes, of all its processes together.
    disk : int
        Bytes of one file, and in a box of all files together.
    processes : int
        How many processes and threads.
    """

    cell_seconds: float = 60
    seconds: float = 600
    memory: int = 4 * 2**30
    disk: int = 256 * 2**20
    processes: int = 200


@functools.cache
def has_box() -> bool:
    """Try whether this machine can make a box.

    Returns
    -------
    bool
        False on other systems than Linux, where namespaces are forbidden, and where the environment variable
        ``DLBOOK_BOX`` says ``no``.
    """
    if os.environ.get(BOX) in ("yes", "no"):
        return os.environ[BOX] == "yes"
    if not sys.platform.startswith("linux") or not all(_tool(tool) for tool in TOOLS):
        return False
    with tempfile.TemporaryDirectory() as root:
        command = boxed_command(root, Limits(), [sys.executable, "-c", "print('inside')"])
        try:
            ran = subprocess.run(
                command, capture_output=True, timeout=30, check=False, env=environment(HOME, 0)
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return ran.stdout == b"inside\n"


def boxed_command(root: str, limits: Limits, command: list[str]) -> list[str]:
    """Wrap a command so that it runs in a box.

    Parameters
    ----------
    root : str
        An empty folder, over which the box's file system is mounted; outside the box it stays empty.
    limits : Limits
        Of which the disk is used here.
    command : list of str
        What to run, in the box's own folder.

    Returns
    -------
    list of str
        For ``subprocess.Popen``.
    """
    user = ["--user", "--map-root-user"] if os.geteuid() else []
    spaces = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"]
    return [_tool("unshare"), *user, *spaces, "/bin/sh", "-c", _script(root, limits, command)]


def environment(home: str, seed: int) -> dict[str, str]:
    """Build the variables that a submission sees, and no others.

    Parameters
    ----------
    home : str
        Its folder.
    seed : int
        The grader's.

    Returns
    -------
    dict of str
        One thread, no display, quick sizes.
    """
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR")}
    folders = dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME"), home)
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    return {
        **threads,
        **folders,
        "PATH": path,
        "PYTHONPATH": os.pathsep.join(map(str, [LIBRARY.parent, *_packages()])),
        "LANG": "C.UTF-8",
        "USER": "student",
        "MPLBACKEND": "Agg",
        "DLBOOK_PROFILE": "quick",
        "PYTHONDONTWRITEBYTECODE": "1",
        SEED: str(seed),
        FOLDER: f"{home}/records",
    }


def _tool(name: str) -> str | None:
    """Find a program of the system, also where an ordinary user's path lacks it."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _packages() -> list[Path]:
    """List where this Python finds packages, also those that a user installed for themselves."""
    return [Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))]


def _visible() -> list[Path]:
    """List the folders that a box shows besides the system's: this Python's, its packages and the library."""
    wanted = [Path(sys.prefix), Path(sys.base_prefix), LIBRARY, *_packages()]
    shown: list[Path] = []
    for path in sorted({path.resolve() for path in wanted}):
        inside = [Path(folder) for folder in (*SYSTEM, *shown)]
        if path.is_dir() and not any(path.is_relative_to(folder) for folder in inside):
            shown.append(path)
    return shown


def _script(root: str, limits: Limits, command: list[str]) -> str:
    """Write the shell commands that build the box from the inside, enter it and give up all rights."""
    quoted = shlex.quote(root)
    settings = [Path("/etc", name) for name in SETTINGS] + [Path("/dev", name) for name in DEVICES]
    user = random.randrange(
        2_000_000, 1_000_000_000
    )  # nobody's: so that a limit on processes counts only these
    identity = [] if os.geteuid() else [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    drop = [_tool("setpriv"), *identity, "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
    lines = [
        "set -e",
        f"mount -t tmpfs -o size=4m,mode=755 none {quoted}; cd {quoted}",
        "mkdir -p proc dev etc box old",
        *(_linked_or_shown(Path(folder)) for folder in SYSTEM),
        *(_shown(path) for path in (*_visible(), *settings) if path.exists()),
        f"mount -t tmpfs -o size={limits.disk},mode=777 none box",
        f"mkdir -m 777 box/records; ln -s {HOME} tmp; ln -s {HOME} dev/shm",
        "mount -t proc proc proc",
        f"{_tool('pivot_root')} . old; umount -l /old; mount -o remount,bind,ro /; cd {HOME}",
        f"exec {shlex.join([*drop, *command])}",
    ]
    return "\n".join(filter(None, lines))


def _linked_or_shown(folder: Path) -> str:
    """Write the command that gives the box one of the system's folders; on many systems some are links."""
    if folder.is_symlink():
        return f"ln -s {shlex.quote(os.readlink(folder))} {folder.name}"
    return _shown(folder) if folder.is_dir() else ""


def _shown(path: Path) -> str:
    """Write the commands that show a file or folder in the box, read-only."""
    target = shlex.quote(str(path).lstrip("/"))
    make = f"mkdir -p {target}" if path.is_dir() else f"mkdir -p $(dirname {target}); touch {target}"
    bind = f"{make}; mount --bind {shlex.quote(str(path))} {target}"
    return bind if path.parts[1] == "dev" else f"{bind}; mount -o remount,bind,ro,nosuid,nodev {target}"
