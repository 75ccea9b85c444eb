"""The built site, served on this machine, and a real browser whose network is cut."""

import threading
from pathlib import Path

import browser as real_browser
import pytest
from playwright.sync_api import sync_playwright

from dlbook_lib.site.serve import SITE, open_server


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
