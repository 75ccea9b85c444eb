r"""Where the lecture notes differ from the book: in the margin of the passage, and all of them on one page.

Each chapter has a file ``chapters/errata/<chapter>.yml``, a list of entries::

    - id: tr:E-95                  # source and number
      grade: ★★★                   # one of GRADES
      where: Trento handouts, section 10.1
      says: the jump to step t is printed with α instead of ᾱ
      right: the factor is $\sqrt{\bar\alpha_t}$
      source: "{cite:t}`ho2020denoising`, eq. 4"
      shown: label-of-the-passage  # may be absent where only the wording differs

``where``, ``says``, ``right`` and ``source`` are Markdown as on any page, without headings or labels.
``{erratum} id …`` sets entries into one margin note, ``{errata}`` lists all; both read the files anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from dlbook_lib.checks import check_in
from dlbook_lib.site.execute import notebooks
from dlbook_lib.site.vendor import ROOT

CHAPTERS = ROOT / "chapters"
TITLE = "Where the notes differ"
GRAVE, LIGHT = "wrong if implemented", "wording or attribution"
GRADES = dict(
    zip(("A", "★★★", "B", "★★", "C", "★"), (GRAVE, GRAVE, "misleading", "misleading", LIGHT, LIGHT))
)
SOURCES = {
    "rd": "Reding and Defourneau, and the Little Book of Deep Learning",
    "tr": "The Trento handouts",
    "ift": "The IFT6135 notes",
}
ID = re.compile(rf"({'|'.join(SOURCES)}):E-?\d+[a-z]?")
FREE = ("shown",)  # the fields that an entry may lack

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Erratum:
    """One place where a set of notes differs from the book; the fields are those of the file."""

    chapter: str
    id: str
    grade: str
    where: str
    says: str
    right: str
    source: str
    shown: str = ""

    @property
    def misleads(self) -> bool:
        """Whether it belongs into its chapter, and not on the page of all errata only."""
        return GRADES[self.grade] != LIGHT


def files() -> list[Path]:
    """List the files of errata, of chapters that stand in the book in their order, then of others."""
    order = [path.stem for path in _ordered()]
    found = sorted((CHAPTERS / "errata").glob("*.yml"))
    return sorted(found, key=lambda f: order.index(f.stem) if f.stem in order else len(order))


def read(file: Path) -> list[Erratum]:
    """Read a file of errata.

    Raises
    ------
    ValueError
        If it is not as the head of this module describes; the message names file, entry and field.
    """
    name = _shown_path(file)
    try:
        entries = _parsed(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise ValueError(
            f"{name}: is not YAML (quote a text that holds ': ' or begins with {{): {reason}"
        ) from None
    if not isinstance(entries, list):
        raise ValueError(f"{name}: must be a list of entries, each beginning with '- id:'")
    return [_checked(entry, f"{name}: entry {i}", file.stem) for i, entry in enumerate(entries, start=1)]


@cache
def _parsed(text: str) -> Any:
    """Read YAML, once for all the margins that look into a file."""
    return yaml.safe_load(text)


def _checked(entry: Any, place: str, chapter: str) -> Erratum:
    """Make an entry of a file into an Erratum, or say what is wrong with it."""
    if not isinstance(entry, dict):
        raise ValueError(f"{place} must be fields such as 'id: tr:E-95', got {entry!r}")
    place += f" ({entry['id']})" if "id" in entry else ""
    known = [field.name for field in fields(Erratum) if field.name != "chapter"]
    for key, value in entry.items():
        check_in(f"{place}: each field", key, known)
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f"{place}: {key} must be a text, got {value!r} (quote it)")
        if re.search(r"^#+ |^\([\w-]+\)=|\$\$ *\([\w-]+\) *$", value, re.MULTILINE):
            raise ValueError(f"{place}: {key} must hold no heading and no label: it stands on two pages")
    missing = [key for key in known if key not in entry and key not in FREE]
    if missing:
        raise ValueError(f"{place} lacks {', '.join(missing)}")
    if not ID.fullmatch(entry["id"]):
        raise ValueError(
            f"{place}: id must be like {', '.join(f'{s}:E-12' for s in SOURCES)}, got {entry['id']!r}"
        )
    check_in(f"{place}: grade", entry["grade"], list(GRADES))
    erratum = Erratum(chapter=chapter, **{key: value.strip() for key, value in entry.items()})
    if erratum.misleads and not erratum.shown:
        raise ValueError(f"{place} lacks shown, the label of the passage that shows it")
    return erratum


def chapter_notebooks(chapter: str) -> list[Path]:
    """List a chapter's notebooks: the one of its name, and those whose names go on after a hyphen."""
    found = CHAPTERS.glob(f"*/{chapter}*.ipynb")
    ours = (path for path in found if path.stem == chapter or path.stem.startswith(f"{chapter}-"))
    return sorted(ours, key=lambda path: path.stem)


def passages(path: Path) -> dict[str, str]:
    """Map every label of a notebook to the heading under which it stands."""
    found: dict[str, str] = {}
    heading, above = "", []  # labels directly above a heading belong to it
    for cell in nbformat.read(path, as_version=4).cells:
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else ():
            if label := re.fullmatch(r"\(([\w-]+)\)=", line):
                above.append(label[1])
                found[label[1]] = heading
            elif title := re.match(r"#+ (.+)", line):
                heading = title[1]
                found |= dict.fromkeys(above, heading)
            if line.strip() and not label:
                above = []
    return found


class Reading(SphinxDirective):
    """What the two directives share: they read the files, and complain where they stand."""

    def load(self) -> list[Erratum]:
        """Read all files; a file that is not in order is a warning, and nobody is told what it lacks."""
        found = []
        self.whole = True
        known = files()
        read_by(self.env)[self.env.docname] = known
        for file in known:
            self.env.note_dependency(str(file))
            try:
                found += read(file)
            except ValueError as error:
                self.whole = False
                self.warn(str(error))
        return found

    def warn(self, message: str) -> None:
        """Warn, which fails the build."""
        logger.warning(message, location=self.get_location(), type="dlbook", subtype="errata")

    def entry(self, *paragraphs: str) -> nodes.Element:
        """Set paragraphs of Markdown into a box."""
        return nodes.container(
            "", *self.parse_text_to_nodes("\n\n".join(paragraphs)), classes=["dlbook-erratum"]
        )


class Margin(Reading):
    """One margin note with the errata that are named, in this order."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Build the note."""
        table = {erratum.id: erratum for erratum in self.load()}
        boxes = []
        for name in self.arguments[0].split():
            if name in table:
                found = table[name]
                source = f"Source: {found.source}"
                boxes.append(
                    self.entry(f"*{found.where}:* {found.says}", f"**Right:** {found.right}", source)
                )
            elif self.whole:
                looked = ", ".join(map(_shown_path, files())) or "no file: chapters/errata is empty"
                self.warn(f"there is no erratum {name!r} (looked in {looked})")
        if not boxes:
            return []
        return [nodes.sidebar("", nodes.title("", TITLE), *boxes, classes=["margin", "dlbook-errata"])]


class Errata(Reading):
    """All errata, by notes and by chapter."""

    def run(self) -> list[nodes.Node]:
        """Build the sections."""
        table, out = self.load(), []
        titles, headings = {path.stem: _title(path) for path in _ordered()}, {}
        for chapter in {erratum.chapter for erratum in table}:
            for path in chapter_notebooks(chapter):
                self.env.note_dependency(str(path))
                headings |= passages(path)
        for source, title in SOURCES.items():
            of_source = [erratum for erratum in table if erratum.id.startswith(f"{source}:")]
            if not of_source:
                continue
            section = self.section(title, f"errata-{source}")
            for chapter in dict.fromkeys(erratum.chapter for erratum in of_source):
                name = titles.get(chapter, chapter.replace("-", " ").capitalize())
                part = self.section(name, f"errata-{source}-{chapter}")
                part += [self.listed(e, headings) for e in of_source if e.chapter == chapter]
                section += part
            out.append(section)
        return out

    def section(self, title: str, name: str) -> nodes.section:
        """Open a section with a fixed address."""
        return nodes.section("", nodes.title("", title), ids=[name], names=[name])

    def listed(self, erratum: Erratum, headings: dict[str, str]) -> nodes.Element:
        """Write one entry of the list."""
        last = f"**Source:** {erratum.source}"
        if erratum.shown:
            heading = re.sub(r"[`*<>]|\$.*\$", "", headings.get(erratum.shown, "")).strip() or "this passage"
            last += f" · **Shown in:** {{ref}}`{heading} <{erratum.shown}>`"
        return self.entry(
            f"**{erratum.where}** · {erratum.grade} {GRADES[erratum.grade]}",
            f"**The notes:** {erratum.says}",
            f"**Right:** {erratum.right}",
            last,
        )


def read_by(env) -> dict[str, list[Path]]:
    """Map pages to the files of errata that there were when they were read."""
    if not hasattr(env, "dlbook_errata"):
        env.dlbook_errata = {}
    return env.dlbook_errata


def pages_to_reread(app: Sphinx, env, added, changed, removed) -> list[str]:
    """Name the pages that were read before a file of errata came or went; Sphinx notices one that changed."""
    now = files()
    return [page for page, known in read_by(env).items() if page in env.all_docs and known != now]


def _ordered() -> list[Path]:
    """List the chapters that stand in the book, in reading order; their exercises lie one folder deeper."""
    return [path for path in notebooks() if path.parent.parent == CHAPTERS]


def _title(chapter: Path) -> str:
    cells = nbformat.read(chapter, as_version=4).cells
    title = re.search(r"^# (.+)$", cells[0].source if cells else "", re.MULTILINE)
    return title[1] if title else chapter.stem


def _shown_path(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("erratum", Margin)
    app.add_directive("errata", Errata)
    app.connect("env-get-outdated", pages_to_reread)
