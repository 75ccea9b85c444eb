"""One explorer without the book: the page of `python -m dlbook_lib.explore serve`, and the command."""

import subprocess
import sys
import threading

import pytest

from dlbook_lib import explorers
from dlbook_lib.site import alone
from dlbook_lib.site.serve import open_server

pytestmark = pytest.mark.slow


def test_the_page_stands_alone_and_computes(chromium, tmp_path):
    alone.build(explorers.load("attention-plane"), tmp_path)
    server = open_server(folder=tmp_path)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tab, complaints = chromium.new_page(), []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    tab.on("response", lambda r: complaints.append(r.url) if r.status >= 400 else None)
    tab.goto(f"http://127.0.0.1:{server.server_address[1]}/index.html")
    tab.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=20_000)
    sentence = tab.locator(".dlbook-explorer-says").inner_text()
    tab.evaluate("window.dlbookExplorers.get('attention-plane').set({ temperature: 9 })")
    assert tab.locator(".dlbook-explorer-says").inner_text() != sentence
    tab.close()
    server.shutdown()
    assert not complaints


def command(*arguments):
    result = subprocess.run(
        [sys.executable, "-m", "dlbook_lib.explore", *arguments], capture_output=True, text=True, check=False
    )
    return result.returncode, result.stdout, result.stderr


def test_the_command_lists_checks_and_refuses():
    assert command("list") == (0, "\n".join(explorers.names()) + "\n", "")
    code, output, _ = command("check", "attention-plane")
    assert code == 0
    assert output.startswith("attention-plane: ")
    code, _, errors = command("serve", "attention-plain")
    assert code == 1
    assert errors.startswith(f"explore: name must be one of '{explorers.names()[0]}', ")
    assert "Traceback" not in errors
