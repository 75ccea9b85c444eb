"""The built pages as files: nothing empty, nothing from elsewhere, every link leads somewhere."""

import gzip
import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from conftest import built_pages

from dlbook_lib.site.execute import notebooks
from dlbook_lib.site.serve import SITE
from dlbook_lib.site.vendor import ROOT

pytestmark = pytest.mark.slow

BUDGET = 700_000  # bytes of compressed HTML, CSS and JavaScript before the first interaction


@cache
def parsed(page: Path):
    """A page as a tree."""
    return lxml.html.parse(str(page)).getroot()


@cache
def anchors(page: Path) -> set[str]:
    """Everything in a page that a link can point at."""
    return set(parsed(page).xpath("//@id")) | set(parsed(page).xpath("//a/@name"))


every_page = pytest.mark.parametrize("page", built_pages())


@every_page
def test_links_lead_somewhere(page):
    broken = []
    for link in parsed(SITE / page).xpath(
        "//a/@href | //img/@src | //script/@src | //link[@rel!='canonical']/@href"
    ):
        parts = urlsplit(link)
        if parts.scheme in ("http", "https", "mailto", "data"):
            continue
        target = (SITE / page).parent / unquote(parts.path) if parts.path else SITE / page
        target = target / "index.html" if target.is_dir() else target
        known = anchors(target.resolve()) if target.suffix == ".html" and target.exists() else set()
        if not target.exists() or (parts.fragment and unquote(parts.fragment) not in known):
            broken.append(link)
    assert not broken


@every_page
def test_no_name_is_given_twice(page):
    names = parsed(SITE / page).xpath("//@id")
    assert {name for name in names if names.count(name) > 1} <= {""}


@every_page
def test_nothing_is_loaded_from_elsewhere(page):
    loaded = parsed(SITE / page).xpath(
        "//script/@src | //img/@src | //iframe/@src | //link[not(@rel='canonical')]/@href | //source/@src"
    )
    assert not [link for link in loaded if urlsplit(link).netloc]


@every_page
def test_outputs_are_whole(page):
    text = (SITE / page).read_text(encoding="utf-8")
    assert not re.search("<script[^>]*widget-(state|view)", text)
    outputs = parsed(SITE / page).xpath("//*[contains(concat(' ', @class, ' '), ' output ')]")
    for output in outputs:
        assert "traceback" not in output.get("class")
        assert "stderr" not in output.get("class")
        assert output.text_content().strip() or output.xpath(".//img | .//svg"), "an output is empty"


def payload(page, script):
    """A figure's data, from the page or from the file that it names."""
    if "data-src" not in script.attrib:
        return script.text
    file = (SITE / page).parent / unquote(urlsplit(script.get("data-src")).path)
    return file.read_text(encoding="utf-8").partition(" = ")[2].rstrip(";\n")


@every_page
def test_figures_say_what_they_show(page):
    for figure in parsed(SITE / page).xpath("//div[contains(@class, 'dlbook-figure')]"):
        sentence = figure.findtext("p").strip()
        assert len(sentence.split()) >= 4, f"the figure says only {sentence!r}"
        data = json.loads(payload(page, figure.find("script")))
        assert data["data"], f"the figure {sentence!r} is empty"
        assert "template" not in data["layout"]
    assert all(image.get("alt") is not None for image in parsed(SITE / page).xpath("//img"))


@every_page
def test_weight_before_the_first_interaction(page):
    """What a browser loads with the page, and plotly.js, which comes with the first figure in sight."""
    root = parsed(SITE / page)
    files = [SITE / page]
    for link in root.xpath("//script/@src | //link[@rel='stylesheet']/@href"):
        files.append((SITE / page).parent / unquote(urlsplit(link).path))
    weight = sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)
    if root.xpath("//div[contains(@class, 'dlbook-figure')]"):  # one may be in sight
        weight += len(gzip.compress((SITE / "_static/plotly/plotly-cartesian.min.js").read_bytes(), 9))
    assert weight <= BUDGET


def test_errata_stand_under_the_titles_of_their_chapters():
    found = parsed(SITE / "reference" / "errata.html").xpath("//article//h3")
    headings = [heading.text_content().rstrip("#") for heading in found]
    chapter = parsed(SITE / "chapters" / "foundations" / "normalization.html")
    assert chapter.xpath("string(//h1)") in headings
    assert not [heading for heading in headings if "Exercises" in heading]


def test_no_stored_page_holds_the_others():
    stored = list((ROOT / "_build" / ".doctrees").rglob("*.doctree"))
    assert len(stored) > len(notebooks())
    assert max(page.stat().st_size for page in stored) < 5_000_000  # 17 MB where a node leads to all pages


def test_every_notebook_can_be_launched_and_downloaded():
    config = (ROOT / "_config.yml").read_text()
    address = re.search(r"url: (https://github.com/(\S+))", config)
    for notebook in notebooks():
        name = notebook.relative_to(ROOT).as_posix()
        links = parsed(SITE / name.replace(".ipynb", ".html")).xpath("//a/@href")
        assert f"https://colab.research.google.com/github/{address[2]}/blob/main/{name}" in links
        assert f"https://mybinder.org/v2/gh/{address[2]}/main?urlpath=lab/tree/{name}" in links
        assert f"{address[1]}/edit/main/{name}" in links
        assert (SITE / "_sources" / name).exists()
        assert any(link.endswith(f"_sources/{name}") for link in links)


def test_every_chapter_says_under_its_title_how_long_it_takes():
    for notebook in notebooks():
        page = parsed(SITE / notebook.relative_to(ROOT).with_suffix(".html"))
        said = [p.text_content() for p in page.xpath("//h1/following-sibling::*[1][@class='dlbook-reading']")]
        if notebook.parent == ROOT:
            assert not said
        else:
            assert re.fullmatch(r"About \d+ minutes to read; runs in \d+ s on .+\.", *said)
