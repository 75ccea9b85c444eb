"""A real browser for the tests: the machine's own Chromium or Chrome, or Debian's.

Run as a program it installs the browser: the first step of ``make test``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # the tests may run as root, and only ever open this site
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # the network is cut
)


def find() -> str | None:
    """Return the path of a browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def launch(playwright):
    """Start it, with its network cut."""
    path = find()
    assert path, "there is no browser: run `python tests/site/browser.py`"
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


def install() -> None:
    """Install Debian's chromium and a font, or exit with a sentence that says what to do."""
    if find():
        return
    advice = "browser: there is no Chromium or Chrome here: install one (on Debian: apt-get install chromium)"
    if not shutil.which("apt-get"):
        sys.exit(advice)
    root = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if root and not shutil.which("sudo"):
        sys.exit(advice)
    print("browser: installing chromium from Debian's packages", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["update"],
        ["install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
    ):
        result = subprocess.run(
            [*root, "apt-get", "--quiet", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            reason = (result.stderr.strip() or result.stdout.strip()).splitlines()[-1:]
            sys.exit(f"{advice}; apt-get said: {' '.join(reason)}")


if __name__ == "__main__":
    install()
