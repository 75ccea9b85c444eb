"""The data of a page's larger figures, moved out of the page into files that are loaded when they are drawn.

A page then opens with its text, however many pictures it holds. The files are scripts, not JSON, so that a
site opened from a folder works too.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

INLINE = 4_000  # characters up to which a figure's data stay in the page
DATA = re.compile(
    r'(?P<host><div class="dlbook-figure".*?)<script type="application/json">(?P<json>.*?)</script>', re.S
)


def move_payloads(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Write the data of a page's figures into ``_static/figures`` and leave the addresses behind."""
    if "dlbook-figure" not in (context.get("body") or ""):
        return
    count = 0

    def moved(found: re.Match[str]) -> str:
        nonlocal count
        if len(found["json"]) <= INLINE:
            return found[0]
        name = f"_static/figures/{pagename}-{count}.js"
        count += 1
        file = Path(app.outdir) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'window.dlbookFigures["{name}"] = {found["json"]};\n', encoding="utf-8")
        version = hashlib.sha256(found["json"].encode()).hexdigest()[:8]
        address = f"{context['pathto'](name, 1)}?v={version}"
        left = f'<script type="application/json" data-name="{name}" data-src="{address}"></script>'
        return found["host"] + left

    context["body"] = DATA.sub(moved, context["body"])


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("html-page-context", move_payloads)
