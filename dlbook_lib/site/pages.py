"""Pages and lists that the build writes, so that they cannot go stale.

Directives without options, for ordinary Markdown pages: ``{freshness}``, ``{systems}``, ``{library} package``
and ``{references}``. The first three write Markdown, so every reference in them is checked like any other.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable
from datetime import timezone
from pathlib import Path

import nbformat
import yaml
from docutils import nodes
from jupyter_cache import get_cache
from pybtex_docutils import Backend
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from dlbook_lib import catalog
from dlbook_lib.site.execute import CACHE, notebooks
from dlbook_lib.site.exports import MANIFEST
from dlbook_lib.site.vendor import ROOT

LEDGER = ROOT / "chapters" / "systems.yml"

BOXES = {"exercise-content", "solution-content"}  # ids that sphinx-exercise gives to every box of a page


class Freshness(SphinxDirective):
    """When each notebook last ran, on what, how long it took and with which versions."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        self.env.note_dependency(str(CACHE / "global.db"))
        cache = get_cache(CACHE)
        rows = []
        for path in notebooks():
            record = record_of(cache, path)
            data = record.data if record else {}
            finished = data.get("finished", "has not run")
            rows.append(
                (
                    f"{{doc}}`/{_docname(path)}`",
                    finished.replace("T", " ").replace("+00:00", " UTC"),
                    f"{data['execution_seconds']:.0f} s" if data else "–",
                    f"{data.get('profile', '–')}, {data.get('device', '–')}",
                    data.get("versions", "–"),
                )
            )
        return _table(self, ("notebook", "last run", "took", "profile and device", "versions"), rows)


class Systems(SphinxDirective):
    """Everything the book builds, from the catalogue."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        for file in Path(catalog.__file__).parent.glob("*.py"):
            self.env.note_dependency(str(file))
        self.env.note_dependency(str(LEDGER))
        self.env.note_dependency(str(MANIFEST))
        shown = explorers_of_entries(yaml.safe_load(LEDGER.read_text(encoding="utf-8")))
        up = "../" * self.env.docname.count("/")
        theme = self.config.html_theme_options
        source = f"{theme['repository_url']}/blob/{theme['repository_branch']}"
        rows = []
        for entry in catalog.entries():
            rows.append(
                (
                    entry.title,
                    f"{{ref}}`{entry.chapter.rpartition('/')[2]} <{entry.anchor}>`",
                    f"{{py:obj}}`~{entry.symbol}`",
                    ", ".join(f'<a href="{up}explorers/{n}.html">{n}</a>' for n in shown.get(entry.name, ()))
                    or "–",
                    f"[{Path(entry.test).stem.removeprefix('test_')}]({source}/{entry.test})",
                    f"{entry.published.parameters:,}" if entry.published else "–",
                    f"{{cite:p}}`{entry.paper}`" if entry.paper else "–",
                )
            )
        return _table(self, ("system", "taught in", "code", "explorer", "test", "parameters", "paper"), rows)


class Library(SphinxDirective):
    """The reference of a module, or of every module of a package."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Let autodoc document them, each under its own heading."""
        names = _modules(self.arguments[0])
        self.env.metadata[self.env.docname].setdefault("modules", {})[self.arguments[0]] = names
        lines = []
        for name in names:
            if name.rpartition(".")[2].startswith("_"):
                continue
            options = [
                "   :members:",
                "   :ignore-module-all:",
            ]  # what a package only passes on stands at its source
            lines += [f"## {name}", "", "```{eval-rst}", f".. automodule:: {name}", *options, "```", ""]
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def _modules(name: str) -> list[str]:
    """Name a module and, where it is a package, the modules in it."""
    inside = pkgutil.iter_modules([str(ROOT.joinpath(*name.split(".")))])
    return [name, *sorted(f"{name}.{module.name}" for module in inside)]


def packages_to_reread(app: Sphinx, env, added, changed, removed) -> list[str]:
    """Name the pages of the reference whose package has gained or lost a module since."""
    return [
        page
        for page, facts in env.metadata.items()
        if any(_modules(name) != modules for name, modules in facts.get("modules", {}).items())
    ]


def forget_passing_documents(app: Sphinx, doctree: nodes.document) -> None:
    """Give all nodes to the page that they stand in.

    ``eval-rst`` reads its text in a document of its own, through which its nodes would keep all that Sphinx
    knows: the stored page of a package then has 17 MB instead of half a megabyte, and a build in which
    nothing has changed spends most of its time loading them.
    """
    for node in doctree.findall():
        node.document = doctree


class references(nodes.General, nodes.Element):
    """Stands where a chapter lists what it cites, until all citations are known."""


class References(SphinxDirective):
    """What this page cites, written out in full; the citations themselves lead to the Bibliography."""

    def run(self) -> list[nodes.Node]:
        """Leave a place for :func:`list_references`."""
        for file in self.config.bibtex_bibfiles:
            self.env.note_dependency(str(ROOT / file))
        return [references()]


def list_references(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Fill the places that :class:`References` left."""
    domain = app.env.get_domain("cite")
    cited = {target.key for ref in domain.citation_refs if ref.docname == docname for target in ref.targets}
    found = [citation.formatted_entry.text for citation in domain.citations if citation.key in cited]
    for place in list(doctree.findall(references)):
        entries = nodes.bullet_list(classes=["dlbook-references"])
        for text in sorted(found, key=lambda text: str(text).lower()):
            entries += nodes.list_item("", nodes.paragraph("", "", *text.render(Backend())))
        place.replace_self(entries)


def explorers_of_entries(ledger: dict[str, dict]) -> dict[str, list[str]]:
    """Map each entry of the catalogue to the explorers that the ledger names beside it."""
    found: dict[str, list[str]] = {}
    for chapter, items in ledger.items():
        for item in items.values() if "/" in chapter else ():
            for entry in names_in(item, "entry"):
                here = found.setdefault(entry, [])
                here += [name for name in names_in(item, "explorer") if name not in here]
    return found


def names_in(item: dict, field: str) -> list[str]:
    """List what an item of the ledger names in a field: nothing, one name or several."""
    named = item.get(field, [])
    return [named] if isinstance(named, str) else named


def notebooks_to_reread(app: Sphinx, env, added, changed, removed) -> list[str]:
    """Name the notebooks that ran again since their page was read."""
    cache = get_cache(CACHE)
    stale = []
    for path in notebooks():
        record = record_of(cache, path)
        if record and (read := env.all_docs.get(_docname(path))):
            created = record.created.replace(tzinfo=timezone.utc).timestamp()
            if created * 1e6 > read:
                stale.append(_docname(path))
    return stale


def _docname(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix()


def record_of(cache, path: Path):
    """Return what the cache knows of a notebook's last run, or None."""
    try:
        return cache.match_cache_notebook(nbformat.read(path, as_version=4))
    except KeyError:
        return None


def _table(
    directive: SphinxDirective, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> list[nodes.Node]:
    """Parse a Markdown table, wrapped to reach into the empty margin, or to scroll sideways on a phone."""
    lines = [head, ("---",) * len(head), *rows]
    text = "\n".join("| " + " | ".join(row) + " |" for row in lines)
    return [
        nodes.container("", *directive.parse_text_to_nodes(text), classes=["dlbook-table", "dlbook-wide"])
    ]


def unname_boxes(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take back the name that sphinx-exercise gives to the inside of every box: a page holds several."""
    for section in doctree.findall(nodes.section):
        section["ids"] = [name for name in section["ids"] if name not in BOXES]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("freshness", Freshness)
    app.add_directive("systems", Systems)
    app.add_directive("library", Library)
    app.add_directive("references", References)
    app.add_node(references)
    app.connect("doctree-resolved", list_references)
    app.connect("doctree-resolved", unname_boxes)
    app.connect("doctree-read", forget_passing_documents)
    app.connect("env-get-outdated", notebooks_to_reread)
    app.connect("env-get-outdated", packages_to_reread)
