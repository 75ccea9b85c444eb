"""The explorers of the site, as a Sphinx extension: pages find their files, and each has a page of its own.

:mod:`dlbook_lib.site.exports` has made those files before.
"""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from dlbook_lib.explore.payload import mount_words
from dlbook_lib.site.assets import FONT_STYLES
from dlbook_lib.site.exports import FOLDER, MANIFEST, manifest

STYLES = ("styles/pydata-sphinx-theme.css", *FONT_STYLES, "book.css")  # of a page that holds one explorer
HOST = re.compile(r'<div class="dlbook-explorer" id="[^"]*" data-src="([^"]*)">.*?</div>', re.S)
SOURCE = re.compile(r'((?:data-)?src=")([^"]*)')


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
