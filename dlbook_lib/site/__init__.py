"""The website, as a Sphinx extension that ``_config.yml`` loads.

Parts of the extension:

    math      formulas typeset while the site is built
    assets    the site's own scripts and styles, and the vendored ones, served by the site itself
    payloads  the data of figures, in files that are loaded when a figure is drawn
    explorers the explorers of a page, their gallery, and a page for each alone
    pages     the pages that the build writes: Freshness, Index of systems, the library's reference
    reading   how long a chapter takes to read and to run, under its title
    errata    where the notes differ: in the margin, and all on one page

What `make` runs besides:

    vendor    installs the vendored JavaScript
    exports   exports the library's explorers
    execute   runs the notebooks beforehand
    reached   which modules either depends on
    serve     shows the finished site
"""

from __future__ import annotations

from typing import Any


def setup(app) -> dict[str, Any]:
    """Connect the parts to Sphinx."""
    from dlbook_lib.site import assets, errata, explorers, math, pages, payloads, reading

    for part in (assets, errata, explorers, math, pages, payloads, reading):
        part.setup(app)
    return {"version": "1", "env_version": 1, "parallel_read_safe": False, "parallel_write_safe": False}
