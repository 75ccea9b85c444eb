"""Every page in a real browser: it asks only this site, draws everything, and can be used by everyone."""

from itertools import cycle
from urllib.parse import urlsplit

import pytest
from conftest import built_pages

from dlbook_lib.site.vendor import MODULES

pytestmark = pytest.mark.slow

PHONE, DESK = "phone, dark", "desk, light"
LOOKS = {PHONE: ("dark", 360, 740), DESK: ("light", 1280, 900)}  # each width and each theme once
SOURCES = "_modules/"  # pages of source, all made by one template: one of them stands for all
LIBRARY = "reference/library/"  # long pages, all written by autodoc: each in one look, in turn
PAGES = [page for page in built_pages() if not page.startswith((SOURCES, LIBRARY))]
PAGES += [page for page in built_pages() if page.startswith(SOURCES)][-1:]
VISITS = [(page, look) for page in PAGES for look in LOOKS]
VISITS += list(zip([page for page in built_pages() if page.startswith(LIBRARY)], cycle(LOOKS)))
HINTS = ("GPU stall due to ReadPixels", "willReadFrequently")  # Chromium's on drawing in space without a GPU
CUT_FORMULAS = """[...document.querySelectorAll('.dlbook-equation')]
    .filter(it => it.scrollWidth > it.clientWidth + 1).map(it => it.parentElement.id || it.textContent)"""
AXE = MODULES / "axe-core" / "axe.min.js"


class Visit:
    """A page opened in a browser, read to its end, with all that it asked for and complained of."""

    def __init__(self, chromium, address, page, look=DESK):
        theme, width, height = LOOKS[look]
        context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        context.add_init_script(
            f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
        )
        self.tab = context.new_page()
        self.requests, self.complaints = [], []
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.tab.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        self.tab.on("console", self._hear)
        self.tab.on(
            "response", lambda r: self.complaints.append(f"{r.status}: {r.url}") if r.status >= 400 else None
        )
        self.tab.goto(address + page, wait_until="load")

    def _hear(self, message):
        if message.type in ("error", "warning") and not any(hint in message.text for hint in HINTS):
            self.complaints.append(f"console {message.type}: {message.text}")

    def read_to_the_end(self):
        """Scroll every figure into view and wait until it is drawn."""
        for figure in self.tab.locator(".dlbook-figure").all():
            figure.scroll_into_view_if_needed()
            figure.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=20_000)
        self.tab.evaluate("window.scrollTo(0, 0)")

    def close(self):
        self.tab.context.close()


@pytest.fixture
def visit(chromium, address):
    """Open pages, and close them after the test."""
    opened = []

    def open_page(page, look=DESK):
        opened.append(Visit(chromium, address, page, look))
        return opened[-1]

    yield open_page
    for each in opened:
        each.close()


@pytest.mark.parametrize(("page", "look"), VISITS)
def test_page_is_whole(visit, page, look):
    theme, width, _ = LOOKS[look]
    opened = visit(page, look)
    opened.read_to_the_end()

    foreign = [url for url in opened.requests if urlsplit(url).hostname not in ("127.0.0.1", None)]
    assert not foreign, "the page asked another host"
    assert not opened.complaints
    assert opened.tab.evaluate("document.documentElement.dataset.theme") == theme
    too_wide = opened.tab.evaluate("document.scrollingElement.scrollWidth") - width
    assert too_wide <= 0, f"the page is {too_wide} px wider than the window"

    if look == PHONE:
        assert not opened.tab.evaluate(CUT_FORMULAS)
    if look == PHONE and page.startswith("explorers/"):
        assert_figures_stay_in_sight(opened.tab)

    opened.tab.add_script_tag(path=AXE)
    found = opened.tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        f"{v['id']}: {v['nodes'][0]['html'][:200]} ({v['nodes'][0]['failureSummary']})"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    assert not serious


def assert_figures_stay_in_sight(tab):
    """On a phone an explorer's figures stay where they are while its controls scroll under them."""
    tab.locator(".dlbook-explorer[data-drawn]").wait_for(timeout=30_000)
    last = tab.locator(".dlbook-control").last
    last.evaluate("control => control.scrollIntoView({ block: 'end' })")
    figures, control = tab.locator(".dlbook-panels").bounding_box(), last.bounding_box()
    assert figures["y"] >= 0
    assert figures["y"] + figures["height"] <= control["y"] + 1, "the figures hide the control"
    assert figures["x"] >= 0
    assert figures["x"] + figures["width"] <= 360
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_figures_follow_the_theme_switch(visit):
    opened = visit("index.html")
    opened.read_to_the_end()
    colour = "getComputedStyle(document.querySelector('.js-plotly-plot .legendtext')).fill"
    light = opened.tab.evaluate(colour)
    opened.tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    opened.tab.wait_for_function(f"{colour} !== '{light}'", timeout=5_000)
    assert not opened.complaints


def test_search_finds_a_word_of_the_book(visit):
    opened = visit("search.html?q=receptive")
    found = opened.tab.locator("#search-results a[href*='chapters/vision/convolution-pooling.html']")
    found.first.wait_for(timeout=10_000)
    assert not opened.complaints


def test_a_figure_that_cannot_be_drawn_keeps_its_sentence(chromium, address):
    context = chromium.new_context()
    context.route("**/plotly*.js", lambda route: route.abort())
    tab = context.new_page()
    tab.goto(address + "index.html")
    figure = tab.locator(".dlbook-figure").first
    figure.scroll_into_view_if_needed()
    figure.locator(".dlbook-note").wait_for(timeout=10_000)
    assert figure.locator("p[role=img]").is_visible()
    assert "could not be drawn" in figure.inner_text()
    context.close()
