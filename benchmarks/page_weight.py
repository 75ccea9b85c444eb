"""Print what each built page weighs, compressed: before the first interaction, and read to its end.

Counted in a real browser from the files that it asks for, each compressed as a server would send it.
"""

import gzip
import sys
import threading
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "site"))
import browser as real_browser

from dlbook_lib.site.serve import SITE, open_server

CODE = (".html", ".css", ".js", ".mjs")


def weigh(urls: list[str]) -> Counter:
    """Add up the compressed bytes of code, fonts and the rest."""
    weight = Counter()
    for url in set(urls):
        file = SITE / unquote(urlsplit(url).path).lstrip("/")
        kind = "code" if file.suffix in CODE else "fonts" if file.suffix == ".woff2" else "rest"
        size = file.stat().st_size if kind == "fonts" else len(gzip.compress(file.read_bytes(), 9))
        weight[kind] += size
    return weight


def main() -> None:
    server = open_server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_address[1]}/"
    written = (p for p in SITE.rglob("*.html") if not {"_static", "_modules"} & set(p.parts))
    pages = sorted(p.relative_to(SITE).as_posix() for p in written)
    print(f"{'kB compressed':<40}{'at first':>10}{'read':>10}{'fonts':>10}{'rest':>10}")
    with sync_playwright() as playwright:
        chromium = real_browser.launch(playwright)
        for page in pages:
            tab = chromium.new_page(viewport={"width": 1280, "height": 900})
            urls = []
            tab.on("request", lambda request, urls=urls: urls.append(request.url))
            tab.goto(root + page, wait_until="networkidle")
            first = weigh(urls)
            for figure in tab.locator(".dlbook-figure").all():
                figure.scroll_into_view_if_needed()
            tab.wait_for_load_state("networkidle")
            tab.wait_for_timeout(500)
            end = weigh([url for url in urls if url.startswith(root)])
            columns = (first["code"], end["code"], end["fonts"], end["rest"])
            print(f"{page:<40}" + "".join(f"{bytes_ / 1000:>10.0f}" for bytes_ in columns))
            tab.close()
        chromium.close()
    server.shutdown()


if __name__ == "__main__":
    main()
