"""Take the README's picture from the built site: `python tools/picture.py` after `make book`."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "site"))
import browser as real_browser  # noqa: E402

from dlbook_lib.site.serve import open_server  # noqa: E402

if __name__ == "__main__":
    server = open_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        chromium = real_browser.launch(playwright)
        tab = chromium.new_page(viewport={"width": 1280, "height": 860})
        tab.goto(f"http://127.0.0.1:{server.server_address[1]}/chapters/vision/convolution.html")
        tab.locator("#toeplitz").scroll_into_view_if_needed()
        tab.evaluate("document.querySelector('#toeplitz').scrollIntoView()")
        tab.locator("#toeplitz ~ * .js-plotly-plot .main-svg, .js-plotly-plot .main-svg").first.wait_for()
        tab.wait_for_timeout(1500)
        tab.screenshot(path=ROOT / "assets" / "pictures" / "book.png")
        chromium.close()
    server.shutdown()
