"""Explorers on paper and without JavaScript, and pictures that a reader pastes."""

import base64
import functools
import io
import itertools
import threading
from http.server import ThreadingHTTPServer

import explorer_pages
import numpy as np
import pytest
from PIL import Image

from dlbook_lib import explorers
from dlbook_lib.explore.payload import mount_words
from dlbook_lib.site import alone
from dlbook_lib.site import explorers as site_explorers
from dlbook_lib.site.exports import manifest
from dlbook_lib.site.serve import Quiet

pytestmark = pytest.mark.slow

NAME = "attention-plane"
SENTENCE = "Key 1 has 64% of the weight"


def served(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}/"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """One explorer of the book on a page of its own."""
    folder = tmp_path_factory.mktemp("alone")
    alone.build(explorers.load(NAME), folder)
    server, address = served(folder)
    yield address
    server.shutdown()


@pytest.fixture(scope="module")
def echo(tmp_path_factory):
    """The explorer that returns its inputs."""
    folder = tmp_path_factory.mktemp("echo")
    explorer_pages.write_site(folder)
    server, address = served(folder)
    yield address
    server.shutdown()


@pytest.fixture
def open_page(chromium):
    contexts = []

    def opened(address, *, script=None, **options):
        context = chromium.new_context(viewport={"width": 1000, "height": 900}, **options)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        tab, requests = context.new_page(), []
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(address)
        if options.get("java_script_enabled", True):
            tab.locator(".dlbook-explorer[data-drawn]").wait_for(timeout=60_000)
        return tab, requests

    yield opened
    for context in contexts:
        context.close()


def check_still(tab):
    """Without scripts, see the picture and the sentence."""
    picture = tab.locator("img.dlbook-still")
    picture.wait_for()
    assert picture.is_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    box = picture.bounding_box()
    assert 300 < box["width"] <= 1000
    says = tab.locator(".dlbook-explorer-says").inner_text()
    assert picture.get_attribute("alt") == says
    return says


def test_without_javascript_the_picture_and_the_sentence_stand(open_page, book):
    tab, _ = open_page(book + "index.html", java_script_enabled=False)
    assert check_still(tab).startswith(SENTENCE)


def test_with_javascript_the_picture_is_never_fetched(open_page, book):
    tab, requests = open_page(book + "index.html")
    assert not [url for url in requests if url.endswith(".png")]
    assert not tab.locator("img.dlbook-still").count()


@pytest.mark.parametrize("page", ["chapters/vision/convolution.html", f"explorers/{NAME}.html"])
def test_the_built_site_holds_the_pictures(open_page, address, page):
    tab, _ = open_page(address + page, java_script_enabled=False)
    for picture in tab.locator("img.dlbook-still").all():
        picture.scroll_into_view_if_needed()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    assert tab.locator("img.dlbook-still").count() == tab.locator(".dlbook-explorer").count() > 0
    assert manifest()[NAME]["still"]["file"].startswith(NAME)


def shown(tab, selector):
    return [each for each in tab.locator(selector).all() if each.is_visible()]


@pytest.mark.parametrize("width", [1000, 680])
def test_a_printed_explorer_shows_what_is_seen_and_nothing_to_press(open_page, book, width):
    tab, _ = open_page(book + "index.html")
    tab.set_viewport_size({"width": width, "height": 900})
    tab.wait_for_timeout(500)
    tab.emulate_media(media="print")
    assert shown(tab, ".dlbook-explorer-title")
    assert shown(tab, ".dlbook-explorer-says")
    assert shown(tab, ".dlbook-readouts")
    assert len(shown(tab, ".dlbook-explorer-panel .main-svg")) >= 3
    assert not shown(
        tab, ".dlbook-explorer :is(button, input, select, .dlbook-controls, .dlbook-presets, .dlbook-handle)"
    )
    boxes = [panel.bounding_box() for panel in tab.locator(".dlbook-explorer-panel").all()]
    for one, two in itertools.combinations(boxes, 2):
        beside = one["x"] + one["width"] <= two["x"] or two["x"] + two["width"] <= one["x"]
        assert beside or one["y"] + one["height"] <= two["y"]
    assert all(box["width"] > 200 and box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    painted = "c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
    painted += " return d.reduce((n, v, i) => n + (i % 4 == 3 && v > 0), 0) / (d.length / 4) }"
    parts = [canvas.evaluate(painted) for canvas in shown(tab, ".dlbook-canvas")]
    assert len(parts) == 3
    assert max(parts) > 0.3  # the plane's cells
    assert min(parts) > 0.005
    assert len(tab.pdf(print_background=True)) > 30_000


def test_a_player_is_not_printed(open_page, echo):
    tab, _ = open_page(echo + "descent.html")
    assert shown(tab, ".dlbook-steps")
    tab.emulate_media(media="print")
    assert not shown(tab, ".dlbook-steps, .dlbook-explorer :is(button, input)")
    assert shown(tab, ".dlbook-explorer-panel")


# Pasting.

PASTE = """([selector, data, type]) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const clipboard = new DataTransfer();
    if (type) clipboard.items.add(new File([bytes], "pasted", { type }));
    else clipboard.setData("text/plain", "words");
    const event = new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true });
    document.querySelector(selector).dispatchEvent(event);
    return event.defaultPrevented;
}"""
STUB = """Object.defineProperty(navigator, "clipboard", { value: { read: async () => {
    if (window.refused) throw new DOMException("denied", "NotAllowedError");
    return window.held.map(([type, data]) => ({ types: [type], getType: async () =>
        new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], { type }) }));
} } });"""
FRAME, SELECT = ".dlbook-pad-frame", ".dlbook-picture select"
BROKEN = base64.b64encode(b"\x89PNG but not really").decode()


def red_half():
    """Return a picture whose left half is red, in base64."""
    pixels = np.zeros((60, 90, 3), "uint8")
    pixels[:, :45, 0] = 255
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def got(tab):
    code = "Array.from(dlbookExplorers.get('echo').outputs.out_picture.data)"
    return np.array(tab.evaluate(code)).reshape(8, 8)


def wait_for_red_half(tab):
    tab.wait_for_function(
        "Math.abs(dlbookExplorers.get('echo').outputs.out_picture.data[0] - 0.299) < 0.01", timeout=30_000
    )
    expected = np.zeros((8, 8))
    expected[:, :4] = 0.299
    assert np.abs(got(tab) - expected)[:, [0, 1, 2, 5, 6, 7]].max() < 0.03
    assert tab.locator(SELECT).input_value() == "your picture"


def note(tab, text):
    tab.locator(".dlbook-picture .dlbook-hint", has_text=text).wait_for()


@pytest.mark.parametrize("place", [FRAME, SELECT])
def test_a_pasted_picture_is_taken(open_page, echo, place):
    tab, _ = open_page(echo + "echo.html")
    assert tab.evaluate(PASTE, [place, red_half(), "image/png"])
    wait_for_red_half(tab)
    note(tab, "8 × 8 pixels; it stays on this machine")


def test_a_broken_picture_and_mere_words_leave_the_last_one(open_page, echo):
    tab, _ = open_page(echo + "echo.html")
    assert tab.evaluate(PASTE, [FRAME, red_half(), "image/png"])
    wait_for_red_half(tab)
    before = got(tab)
    assert tab.evaluate(PASTE, [FRAME, BROKEN, "image/png"])
    note(tab, "could not be read as a picture; the last one stays")
    assert not tab.evaluate(PASTE, [FRAME, "", ""])
    note(tab, "The clipboard holds no picture.")
    assert np.array_equal(got(tab), before)


def test_the_paste_button_reads_the_clipboard(open_page, echo):
    tab, _ = open_page(echo + "echo.html", script=STUB)
    button = tab.get_by_role("button", name="Paste")
    for held, told in (
        ([["text/plain", ""]], "holds no picture"),
        ([["image/png", BROKEN]], "could not be read"),
    ):
        tab.evaluate("held => { window.held = held }", held)
        button.click()
        note(tab, told)
    tab.evaluate("window.refused = true")
    button.click()
    note(tab, "does not allow reading the clipboard; upload the picture instead")
    tab.evaluate("held => { window.refused = false; window.held = held }", [["image/png", red_half()]])
    button.click()
    wait_for_red_half(tab)


def test_a_page_names_the_files_of_its_explorers(monkeypatch):
    picture = {"file": "one-2.png", "width": 600, "height": 300}
    known = {"one": {"file": "one-1.json", "title": "One", "sentence": "1 < 2.", "still": picture}}
    monkeypatch.setattr(site_explorers, "manifest", lambda: known)
    by_name = mount_words("one", "one.json", "One", "1 < 2.", None)  # as a notebook's output has it
    own = mount_words("two", "two-3.json", "Two", "2.", {"file": "two-4.png", "width": 1, "height": 1})
    context = {"body": f"<p>{by_name}</p>{own}", "pathto": lambda path, _: f"../{path}"}
    site_explorers.address_files(None, "page", "", context, None)
    for file in ("one-1.json", "one-2.png", "two-3.json", "two-4.png"):
        assert context["body"].count(f'src="../_static/explorers/{file}"') == 1
    assert context["body"].count('alt="1 &lt; 2."') == 1
    assert "main.mjs" in context["metatags"]
