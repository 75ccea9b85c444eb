"""Name the public repository: ``make address URL=https://github.com/you/your-copy``.

The address stands in ``_config.yml``. Install cells, the README, CITATION.cff and pyproject.toml repeat it,
because each must work on its own; this replaces it in all of them, and ``tests/test_repository.py``
compares them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def current_address() -> str:
    """Read the address from ``_config.yml``."""
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    return re.search(r"^repository:\n  url: (\S+)$", config, re.M)[1]


def replace(new: str) -> list[str]:
    """Put a new address in the place of the present one and name the files that changed."""
    if not re.fullmatch(r"https://[\w.-]+/[\w.-]+/[\w.-]+", new):
        raise ValueError(f"URL must look like https://github.com/owner/name, got {new!r}")
    old = current_address()
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    changed = []
    for name in tracked.stdout.splitlines():
        path = ROOT / name
        content = path.read_bytes()
        if old.encode() in content:
            path.write_bytes(content.replace(old.encode(), new.encode()))
            changed.append(name)
    return changed


if __name__ == "__main__":
    try:
        changed = replace(sys.argv[1] if len(sys.argv) > 1 else "")
    except ValueError as error:
        sys.exit(f"address: {error}")
    print(f"address: written into {', '.join(changed)}")
