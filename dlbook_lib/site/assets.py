"""What the pages load: our few files, and the vendored ones, all from the site itself.

The theme would also load 540 kB of Font Awesome's script, although its stylesheet has the same icons as
fonts, and Sphinx's whole search index on every page. Both are left out (the index where it is not used).
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

from dlbook_lib.figures.theme import page_templates
from dlbook_lib.site.vendor import ASSETS, FONTS, MODULES, SERVED

OWN = ("book.css", "plots.js", "figures.js", "page.js")  # figures.js needs plots.js
SHAPING = (
    ASSETS / "site",
    ASSETS / "explorer",
    ASSETS / "templates",
    Path(__file__).parent,
)  # they shape every page
FONT_STYLES = [f"fonts/{font}/{style}.css" for font in FONTS for style in ("wght", "wght-italic")]


def without_scripts(html: str, *names: str) -> str:
    """Drop the script elements that load one of the named files (a filter for the page templates)."""
    pattern = rf'<script[^>]*src="[^"]*(?:{"|".join(map(re.escape, names))})[^"]*"[^>]*></script>\s*'
    return re.sub(pattern, "", html)


def serve_files(app: Sphinx) -> None:
    """Add our files to every page, and teach the page templates their filter."""
    app.config.html_static_path.append(str(ASSETS / "site"))
    app.config.templates_path.append(str(ASSETS / "templates"))
    for name in (*FONT_STYLES, *OWN):
        app.add_js_file(name, loading_method="defer") if name.endswith(".js") else app.add_css_file(name)


def watch_files(app: Sphinx) -> None:
    """Make every page be written again when our scripts, styles, templates or this extension change."""
    files = sorted(path for folder in SHAPING for path in folder.glob("*.*"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    app.config.dlbook_shaping_files = digest.hexdigest()


def add_filter(app: Sphinx) -> None:
    """Teach the page templates to drop scripts."""
    app.builder.templates.environment.filters["without_scripts"] = without_scripts


def copy_files(static: Path) -> None:
    """Copy the vendored files, the explorers' runtime and the figures' colours into a ``_static`` folder."""
    for target, pattern in SERVED:
        (static / target).mkdir(parents=True, exist_ok=True)
        for source in MODULES.glob(pattern):
            copy = static / target / source.name
            if not copy.exists() or copy.stat().st_size != source.stat().st_size:
                shutil.copyfile(source, copy)
    templates = f"window.dlbookTemplates = {json.dumps(page_templates())};\n"
    (static / "plotly" / "templates.js").write_text(templates, encoding="utf-8")
    shutil.copytree(ASSETS / "explorer", static / "explorer", dirs_exist_ok=True)


def finish(app: Sphinx, error: Exception | None) -> None:
    """Copy what is not Sphinx's into the finished site."""
    if not error and app.builder.format == "html":
        copy_files(Path(app.outdir) / "_static")


def setup(app: Sphinx) -> None:
    """Connect to Sphinx."""
    app.connect("builder-inited", add_filter)
    app.add_config_value("dlbook_shaping_files", "", "html", types=(str,))
    app.connect("config-inited", lambda app, config: serve_files(app))
    app.connect("config-inited", lambda app, config: watch_files(app))
    app.connect("build-finished", finish)
