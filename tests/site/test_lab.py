"""The four explorers in JupyterLab, with a kernel: what a front end shows and sends back."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest

NAMES = ["convolution", "attention-temperature", "regularization-geometry", "diffusion-noise"]
SHOW = """\
from dlbook_lib import explorers
from dlbook_lib.explore.kernel import live

box = live(explorers.load({}))
box"""
TELL = "import json\nprint('told', json.dumps([box.values == box.explorer.start, box.values]))"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab with a notebook for each explorer: the folder's address."""
    folder = tmp_path_factory.mktemp("lab")
    for name in NAMES:
        cells = [nbformat.v4.new_code_cell(text) for text in (SHOW.format(repr(name)), TELL, TELL)]
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, folder / f"{name}.ipynb")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--port={port}", f"--ServerApp.root_dir={folder}"]
    options += ["--IdentityProvider.token=", "--LabApp.news_url=None"]
    command = [sys.executable, "-m", "jupyterlab", *options]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/api", server)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


def wait_for(address, server):
    """Wait until a server that was started answers."""
    for _ in range(240):
        assert server.poll() is None, "JupyterLab did not start"
        try:
            return urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.25)
    raise TimeoutError("JupyterLab did not answer within a minute")


def answer(dialog):
    """Say what Lab asks on a busy machine: wait on while it loads, take the kernel that it proposes."""
    dialog.get_by_role("button", name=re.compile("^(Keep Waiting|Select)")).first.click()


def run_cell(page, number):
    """Run the next cell, and read what it says of the controls."""
    page.keyboard.press("Shift+Enter")
    told = page.locator(".jp-OutputArea-output pre", has_text="told").nth(number)
    told.wait_for(timeout=60_000)
    return json.loads(told.inner_text().removeprefix("told "))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_front_end_moves_nothing_by_itself(lab, chromium, name):
    page = chromium.new_page(viewport={"width": 1400, "height": 1200})
    page.add_locator_handler(page.locator(".jp-Dialog"), answer)
    page.goto(f"{lab}lab/workspaces/{name}/tree/{name}.ipynb?reset")
    first = page.locator(".jp-Cell").first
    for _ in range(60):
        count = first.locator(".jp-InputPrompt").inner_text(timeout=120_000)
        if any(map(str.isdigit, count)):
            break
        if "*" not in count:  # Lab forgets what is pressed until the kernel is connected
            first.locator(".cm-content").click()
            page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(1000)
    page.locator(".dlbook-live .js-plotly-plot .main-svg").first.wait_for(timeout=30_000)
    page.wait_for_timeout(2000)  # an answer to the start values would have come by now
    untouched, start = run_cell(page, 0)
    assert untouched
    handle = page.locator(".dlbook-live .noUi-handle:visible").first
    handle.press("ArrowRight")
    page.locator(".jp-Cell .cm-content").nth(2).click()
    untouched, moved = run_cell(page, 1)
    assert not untouched
    changed = {name for name in start if moved[name] != start[name]}
    assert len(changed) == 1 or changed == {"budget", "strength"}  # which are linked
    assert page.locator(".dlbook-live [role=alert]:visible").count() == 0
    page.close()
