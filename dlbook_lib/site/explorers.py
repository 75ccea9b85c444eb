"""The explorers of the site: exported before the pages are built, found by them, and a page for each alone.

    python -m dlbook_lib.site.explorers

exports those of the library into ``_build/explorers``, several at a time; one is exported again only if a
module that it reaches or a pinned version has changed. An explorer that a notebook declares itself, around a
network that it trained, is written there while the notebook runs. As a Sphinx extension this module hands
the files to the pages that hold an explorer, and writes the gallery and the pages of single explorers.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from dlbook_lib import explorers
from dlbook_lib.explore.payload import mount_words
from dlbook_lib.site.assets import FONT_STYLES
from dlbook_lib.site.execute import reached
from dlbook_lib.site.exports import export_one
from dlbook_lib.site.vendor import ROOT

FOLDER = ROOT / "_build" / "explorers"
MANIFEST = FOLDER / "manifest.json"
STYLES = ("styles/pydata-sphinx-theme.css", *FONT_STYLES, "book.css")  # of a page that holds one explorer
HOST = re.compile(r'<div class="dlbook-explorer" id="[^"]*" data-src="([^"]*)">.*?</div>', re.S)
SOURCE = re.compile(r'((?:data-)?src=")([^"]*)')


def manifest() -> dict[str, dict[str, Any]]:
    """Read what was exported: name -> digest, file, still, title, look_for, sentence."""
    return json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.exists() else {}


def digest(name: str) -> str:
    """Hash everything that an explorer's files depend on: the modules and weights it reaches, the pins."""
    hashed = hashlib.sha256((ROOT / "constraints.txt").read_bytes())
    module = f"dlbook_lib.explorers.{name.replace('-', '_')}"
    weights = (ROOT / "dlbook_lib" / "explorers" / "weights").glob("*")
    for file in sorted([*reached({module, "dlbook_lib.explore.payload"}), *weights]):
        if file.is_file():
            hashed.update(file.read_bytes())
    return hashed.hexdigest()


def main() -> int:
    """Export what is outdated, and say one line about each."""
    old, now = manifest(), {name: digest(name) for name in explorers.names()}
    entries = {name: old[name] for name in now if old.get(name, {}).get("digest") == now[name]}
    due = [name for name in now if name not in entries]
    failures = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {pool.submit(export_one, name, FOLDER): name for name in due}
        for count, job in enumerate(as_completed(jobs), start=1):
            name = jobs[job]
            try:
                entries[name] = job.result() | {"digest": now[name]}
                print(f"explorers: [{count}/{len(due)}] {name} exported", flush=True)
            except Exception as error:  # the others are still wanted
                failures.append(f"{name}: {error}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(dict(sorted(entries.items())), indent=1)
    if not MANIFEST.exists() or MANIFEST.read_text(encoding="utf-8") != text:
        MANIFEST.write_text(text, encoding="utf-8")
    if not due:
        print(f"explorers: all {len(now)} are up to date")
    for failure in failures:
        print(f"explorers: {failure}", file=sys.stderr)
    return 1 if failures else 0


class Gallery(SphinxDirective):
    """All explorers, each with its picture and a link to its own page."""

    def run(self) -> list[nodes.Node]:
        """Build the cards."""
        self.env.note_dependency(str(MANIFEST))
        up = "../" * self.env.docname.count("/")
        cards = ""
        for name, entry in manifest().items():
            still = entry["still"]
            cards += (
                f'<li><a href="{up}explorers/{name}.html">'
                f'<img src="{up}_static/explorers/{still["file"]}" alt="" loading="lazy" '
                f'width="{still["width"]}" height="{still["height"]}">'
                f"<span>{html.escape(entry['title'])}</span></a><p>{html.escape(entry['look_for'])}</p></li>"
            )
        return [nodes.raw("", f'<ul class="dlbook-gallery">{cards}</ul>', format="html")]


class Place(SphinxDirective):
    """One explorer of the library, in an ordinary page: ``{explorer} convolution``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Leave the place where it will stand."""
        self.env.note_dependency(str(MANIFEST))
        name = self.arguments[0]
        if name not in manifest():
            raise self.error(f"explorer must name one of {sorted(manifest())}, got {name!r}")
        return [nodes.raw("", place(name), format="html")]


def place(name: str) -> str:
    """Write the place of an explorer of the library."""
    entry = manifest()[name]
    return mount_words(name, entry["file"], entry["title"], entry["sentence"], entry["still"])


def address_files(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Point a page's explorers to their files, and give the page the runtime."""
    body = context.get("body") or ""
    if 'class="dlbook-explorer"' not in body:
        return
    known = manifest()

    def addressed(found: re.Match[str]) -> str:
        name = found[1].removesuffix(".json")  # of the library's, a notebook knows the name only
        written = place(name) if name in known else found[0]
        return SOURCE.sub(
            lambda part: part[1] + context["pathto"](f"_static/explorers/{part[2]}", 1), written
        )

    context["body"] = HOST.sub(addressed, body)
    script = context["pathto"]("_static/explorer/main.mjs", 1)
    context["metatags"] = context.get("metatags", "") + f'<script type="module" src="{script}"></script>'


def widen_cells(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Let the cells that show an explorer use the margin as well: figures and controls then stand abreast."""
    for shown in doctree.findall(nodes.raw):
        if 'class="dlbook-explorer"' in shown.astext():
            cell = next((n for n in _ancestors(shown) if "cell" in n.get("classes", ())), None)
            if cell is not None:
                cell["classes"].append("full-width")


def _ancestors(node: nodes.Node):
    while isinstance(node.parent, nodes.Element):
        node = node.parent
        yield node


def single_pages(app: Sphinx):
    """Yield a page for each explorer that holds nothing else: for a lecture screen or an iframe."""
    for name, entry in manifest().items():
        context = {"title": entry["title"], "body": place(name), "styles": STYLES}
        yield f"explorers/{name}", context, "explorer.html"


def copy_payloads(app: Sphinx, error: Exception | None) -> None:
    """Copy those of the exported files that a page names."""
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    target = static / "explorers"
    target.mkdir(exist_ok=True)
    wanted = set()
    for page in Path(app.outdir).rglob("*.html"):
        for address in re.findall(
            r'data-src="[^"]*_static/explorers/([^"]+)"', page.read_text(encoding="utf-8")
        ):
            payload = json.loads((FOLDER / address).read_text(encoding="utf-8"))
            wanted |= {address, payload["model"], payload["still"]["file"]}
    for old in target.iterdir():
        if old.name not in wanted:
            old.unlink()
    for name in wanted:
        shutil.copyfile(FOLDER / name, target / name)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.add_directive("explorers", Gallery)
    app.add_directive("explorer", Place)
    app.connect("doctree-resolved", widen_cells)
    app.connect("html-page-context", address_files)
    app.connect("html-collect-pages", single_pages)
    app.connect("build-finished", copy_payloads)


if __name__ == "__main__":
    sys.exit(main())
