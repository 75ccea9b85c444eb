"""One explorer on a page of its own, with no book around it: ``python -m dlbook_lib.explore serve NAME``."""

from __future__ import annotations

import json
import shutil
import tempfile
import webbrowser
from pathlib import Path

import jinja2
import pydata_sphinx_theme

from dlbook_lib.explore.explorer import Explorer
from dlbook_lib.explore.payload import mount, write
from dlbook_lib.site import vendor
from dlbook_lib.site.assets import copy_files
from dlbook_lib.site.explorers import STYLES
from dlbook_lib.site.serve import FIRST_PORT, TRIES, open_server


def build(explorer: Explorer, folder: Path) -> None:
    """Write the page and all that it loads into a folder."""
    static = folder / "_static"
    vendor.install()
    copy_files(static)
    for source in (vendor.ASSETS / "site").iterdir():
        shutil.copyfile(source, static / source.name)
    shutil.copyfile(vendor.ASSETS / "pictures" / "favicon.svg", static / "favicon.svg")
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static" / STYLES[0]
    (static / STYLES[0]).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(theme, static / STYLES[0])
    payload = write(explorer, static / "explorers")
    picture = json.loads(payload.read_text(encoding="utf-8"))["still"]
    picture["file"] = f"_static/explorers/{picture['file']}"
    template = jinja2.Template((vendor.ASSETS / "templates" / "explorer.html").read_text(encoding="utf-8"))
    page = template.render(
        title=explorer.title,
        docstitle="Deep Learning, Live",
        body=mount(explorer, f"_static/explorers/{payload.name}", picture),
        styles=STYLES,
        metatags='<script type="module" src="_static/explorer/main.mjs"></script>',
        pathto=lambda address, *_: address,
        root_doc="index.html",
    )
    (folder / "index.html").write_text(page, encoding="utf-8")


def serve(explorer: Explorer) -> None:
    """Build the page, open it in the browser, and serve it until interrupted."""
    with tempfile.TemporaryDirectory() as folder:
        build(explorer, Path(folder))
        server = open_server(FIRST_PORT, tries=TRIES, folder=Path(folder))
        address = f"http://localhost:{server.server_address[1]}"
        print(f"explore: {explorer.name} at {address} (stop with Ctrl+C)", flush=True)
        webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
