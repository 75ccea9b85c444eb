"""The built site, served on this machine, and a real browser whose network is cut."""

import functools
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

import browser as real_browser
import explorer_pages
import pytest
from explorer_visits import Visit
from playwright.sync_api import sync_playwright

from dlbook_lib.site.serve import SITE, Quiet, open_server


def built_pages() -> list[str]:
    """Name the site's pages; none if the book is not built."""
    return sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html") if "_static" not in path.parts)


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site."""
    assert built_pages(), "there is no built site: run `make book`"
    return SITE


@pytest.fixture(scope="session")
def address(site):
    """Where the site is served."""
    server = open_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    """One browser for the whole session."""
    with sync_playwright() as playwright:
        browser = real_browser.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def hand_made(tmp_path_factory):
    """Where the hand-made explorers are served."""
    folder = tmp_path_factory.mktemp("explorers")
    explorer_pages.write_site(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()


@pytest.fixture
def visit(chromium, hand_made):
    """Open pages; in the end each must have asked this site only and complained of nothing."""
    opened = []

    def open_page(name, query="", *, script=None, quiet=True, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        if script:
            context.add_init_script(script)
        page = Visit(context, hand_made, name, query)
        opened.append((context, page, quiet))
        return page

    yield open_page
    for context, page, quiet in opened:
        foreign = [u for u in page.requests if not u.startswith((hand_made, "data:", "blob:"))]
        context.close()
        assert not foreign
        if quiet:
            assert not page.complaints
