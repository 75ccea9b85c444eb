"""The page host of the explorers in a real browser whose network is cut, on a hand-made site."""

import io
import json
import math
import random
import subprocess
from pathlib import Path

import explorer_pages
import numpy as np
import pytest
from explorer_visits import Visit
from PIL import Image

from dlbook_lib.figures.theme import SEQUENTIAL
from dlbook_lib.site.vendor import ASSETS, MODULES, find_node

pytestmark = pytest.mark.slow

FORMATS = Path(__file__).parents[1] / "explore" / "formats.json"
AXE = MODULES / "axe-core" / "axe.min.js"
ECHO = "dlbookExplorers.get('echo')"


@pytest.fixture(scope="module")
def address(hand_made):
    return hand_made


# What works without the engine.


def test_start_and_presets_need_no_engine(visit):
    page = visit("echo")
    assert page.text(".dlbook-explorer-says") == "At 1.00 K the count is 3, and the first word is “the”."
    page.tab.get_by_role("button", name="hot").click()
    page.wait_for_output("out_temperature", [100])
    assert page.text(".dlbook-explorer-says").startswith("At 100.00 K the count is 10")
    assert page.value("temperature") == 100
    assert page.tab.get_by_label("Temperature", exact=True).get_attribute("aria-valuetext") == "100 K, hot"
    page.tab.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_output("out_temperature", [1])
    assert not page.engine_requests


def test_without_webassembly_the_presets_work_and_one_sentence_says_why(visit):
    page = visit("echo", script="delete window.WebAssembly")
    page.tab.get_by_label("Centred").click()
    page.tab.locator(".dlbook-notice", has_text="this browser has no WebAssembly").wait_for()
    assert page.tab.get_by_label("Temperature", exact=True).is_disabled()
    assert not page.tab.get_by_label("Centred").is_checked()  # as the figures show it
    page.tab.get_by_role("button", name="hot").click()
    page.wait_for_output("out_temperature", [100])
    assert page.tab.locator(".dlbook-notice").count() == 1


def test_an_engine_that_is_not_found_is_a_sentence_too(chromium, address):
    context = chromium.new_context()
    context.route("**/ort/*.wasm", lambda route: route.fulfill(status=404))
    page = Visit(context, address, "paint")
    page.tab.get_by_label("Scale", exact=True).press("ArrowLeft")
    page.tab.locator(".dlbook-notice", has_text="was not found").wait_for()
    assert page.tab.get_by_label("Scale", exact=True).is_disabled()
    context.close()


def test_nothing_is_drawn_before_its_style(chromium, address):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    held = []
    context.route("**/explorer.css", lambda route: held.append(route))
    tab = context.new_page()
    with tab.expect_response("**/echo.json"):
        tab.goto(address + "echo.html", wait_until="commit")
    tab.wait_for_timeout(300)
    assert held
    assert not tab.locator(".dlbook-explorer .js-plotly-plot").count()
    held[0].continue_()
    tab.locator(".dlbook-explorer[data-drawn]").wait_for(timeout=20_000)
    assert tab.evaluate("document.scrollingElement.scrollWidth") == 1280
    context.close()


def test_without_its_style_an_explorer_is_there_all_the_same(chromium, address):
    context = chromium.new_context()
    context.route("**/explorer.css", lambda route: route.abort())
    assert Visit(context, address, "echo").text(".dlbook-explorer-says").startswith("At 1.00 K")
    context.close()


def test_the_engine_is_loaded_once_and_tells_how_far_it_is(visit):
    script = """window.told = []; addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
        const status = document.querySelector(".dlbook-status"); if (status) told.push(status.textContent);
    }).observe(document.body, {subtree: true, childList: true, characterData: true}))"""
    page = visit("echo", script=script)
    page.set(temperature=2)
    page.set(temperature=3)
    assert len([u for u in page.requests if u.endswith(".wasm")]) == 1
    told = page.tab.evaluate("told")
    assert any("Loading the engine: 14.2 of 14.2 MB" in text for text in told)
    assert told[-1] == ""


# Each control, to the input that it becomes: the model returns its inputs.


def test_slider_by_keyboard_and_by_typing(visit):
    page = visit("echo")
    slider = page.tab.get_by_label("Temperature", exact=True)
    slider.press("ArrowRight")
    assert page.value("temperature") == pytest.approx(10 ** (4 * 0.51 - 2), rel=1e-3)  # log scale
    page.wait_for_output("out_temperature", [page.value("temperature")])
    slider.press("End")
    page.wait_for_output("out_temperature", [100])
    exact = page.tab.get_by_label("Temperature, exact value")
    exact.fill("0.3")
    exact.press("Tab")
    page.wait_for_output("out_temperature", [np.float32(0.3)])
    exact.fill("1000")
    exact.press("Tab")
    page.wait_for_output("out_temperature", [100])
    assert "This must be a number from 0.01 to 100." in page.text(".dlbook-slider")
    exact.fill("warm")
    exact.press("Tab")
    assert exact.input_value() == "100"
    page.tab.get_by_label("Count", exact=True).press("ArrowRight")
    page.wait_for_output("out_count", [4])
    page.wait_for_output("out_last", [1])


def test_choices_toggle_and_noise(visit):
    page = visit("echo")
    page.tab.get_by_label("steep").check()
    page.wait_for_output("out_shape", [1, 2])
    page.tab.get_by_label("Mode").select_option("d")
    page.wait_for_output("out_mode", [3])
    page.tab.get_by_role("button", name="New noise").click()
    page.wait_for_output("out_noise", [1.5] * 3)
    page.tab.get_by_label("Centred").check()
    page.wait_for_output("out_centred", [1])
    assert page.text(".dlbook-readouts li:nth-child(2)") == "Centred."
    met = page.tab.locator(".dlbook-challenges .met")
    assert "✓" in met.inner_text()
    page.tab.get_by_label("Centred").uncheck()
    page.wait_for_output("out_centred", [0])
    assert met.count() == 1  # never taken back


def test_matrix_cells_undo_and_size(visit):
    page = visit("echo")
    cell = page.tab.get_by_label("Kernel, row 1, column 2")
    table = np.zeros((4, 4))
    table[:2, :2] = [[0, 5], [2, 3]]
    cell.fill("5")
    cell.press("Tab")
    page.wait_for_output("out_kernel", table)
    for wrong in ("", "nan", "abc", "1e999"):
        cell.fill(wrong)
        cell.press("Tab")
        assert "Row 1, column 2 must be a number; it keeps 5." in page.text(
            ".dlbook-matrix + .dlbook-row + .dlbook-hint"
        )
        assert page.value("kernel") == [[0, 5], [2, 3]]
    cell.fill("99")
    cell.press("Tab")
    assert page.value("kernel") == [[0, 9], [2, 3]]
    cell.press("Control+z")
    assert page.value("kernel") == [[0, 5], [2, 3]]
    page.tab.get_by_role("button", name="Add a column").click()
    page.wait_for_output("out_kernel_size", [2, 3])
    page.tab.get_by_role("button", name="Remove a row").click()
    page.wait_for_output("out_kernel_size", [1, 3])
    assert page.tab.get_by_role("button", name="Remove a row").is_disabled()
    page.tab.get_by_role("button", name="Undo").click()
    page.tab.get_by_role("button", name="Undo").click()
    page.wait_for_output("out_kernel", table)


def test_words_are_cut_as_python_cuts_them(visit):
    page = visit("echo")
    box = page.tab.get_by_label("Words")
    box.fill("The CAT, it's zebra. sat sat")
    page.wait_for_output("out_words", [2, 3, 1, 5, 1, 6])
    note = page.tab.locator(".dlbook-words .dlbook-hint")
    assert note.inner_text() == "Unknown to the model: ,, zebra. Only the first 6 words are used."
    ticks = page.tab.locator(".dlbook-explorer-panel:nth-child(4) .xtick text")
    page.tab.wait_for_function("e => e.textContent === 'zebra'", arg=ticks.nth(4).element_handle())
    box.fill("")
    page.wait_for_output("out_words", [0] * 6)
    assert note.inner_text() == "Type a few words."
    box.fill("cat " * 10_000)
    page.wait_for_output("out_words", [3] * 6)


def test_points_are_dragged_and_moved_by_keys(visit):
    page = visit("echo")
    first, second = page.tab.locator(".dlbook-handle").all()
    assert first.get_attribute("aria-label").startswith("first: 0.2, 0.3")
    first.press("ArrowRight")
    first.press("Shift+ArrowUp")
    page.wait_for_output("out_corners", [[0.21, 0.4], [0.8, 0.7]])
    second.scroll_into_view_if_needed()
    box = second.bounding_box()
    assert box["width"] >= 44
    x, y = box["x"] + 22, box["y"] + 22
    page.tab.mouse.move(x, y)
    page.tab.mouse.down()
    page.tab.mouse.move(x - 20, y + 500, steps=4)
    page.tab.mouse.up()
    assert page.value("corners")[1][1] == 0  # no further than the range
    assert page.value("corners")[1][0] < 0.8
    before = page.value("corners")
    page.tab.mouse.click(x - 60, y + 60)
    assert page.value("corners") == before


def test_hover_follows_pointer_and_keys(visit):
    page = visit("echo")
    plot = page.tab.locator(".dlbook-explorer-panel .main-svg .bglayer, .dlbook-explorer-panel .xy").first
    cells = page.tab.get_by_role("application", name="table:")
    cells.press("ArrowDown")
    cells.press("ArrowRight")
    page.wait_for_output("out_cell", [0, 1, 1])
    cells.press("ArrowUp")
    cells.press("ArrowUp")
    page.wait_for_output("out_cell", [0, 0, 1])
    plot.scroll_into_view_if_needed()
    left, top = page.tab.evaluate(
        """() => { const plot = document.querySelector(".js-plotly-plot"), box = plot.getBoundingClientRect();
        const {xaxis: x, yaxis: y} = plot._fullLayout;
        return [box.left + x._offset + x.l2p(0), box.top + y._offset + y.l2p(1)] }"""
    )
    page.tab.mouse.move(left, top)
    page.wait_for_output("out_cell", [0, 1, 0])
    assert page.text(".dlbook-tip") == "row 1, column 0: 2"


def picture(width, height, draw=lambda pixels: None):
    pixels = np.zeros((height, width, 3), "uint8")
    draw(pixels)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return {"name": "mine.png", "mimeType": "image/png", "buffer": file.getvalue()}


def test_pictures_are_uploaded_cut_and_painted(visit):
    page = visit("echo")

    def left_half_red(pixels):
        pixels[:, : pixels.shape[1] // 2, 0] = 255

    upload = page.tab.get_by_label("Upload a picture")
    upload.set_input_files(picture(5600, 3800, left_half_red))  # 21 megapixels
    page.tab.locator(".dlbook-picture .dlbook-hint", has_text="8 × 8").wait_for(timeout=30_000)
    expected = np.zeros((8, 8))
    expected[:, :4] = 0.299
    page.tab.wait_for_function(f"Math.abs({ECHO}.outputs.out_picture.data[0] - 0.299) < 0.01")
    got = np.array(page.js("return Array.from(E.outputs.out_picture.data)")).reshape(8, 8)
    assert np.abs(got - expected).max() < 0.03

    upload.set_input_files({"name": "bad.png", "mimeType": "image/png", "buffer": b"\x89PNG but not really"})
    page.tab.locator(".dlbook-hint", has_text="could not be read as a picture").wait_for()
    assert (
        np.abs(np.array(page.js("return Array.from(E.outputs.out_picture.data)")).reshape(8, 8) - got).max()
        == 0
    )

    page.tab.get_by_role("button", name="Clear").click()
    pad = page.tab.locator(".dlbook-pad")
    pad.press("ArrowRight")  # from the middle, row 4 and column 4
    pad.press("Space")
    marks = np.zeros((8, 8))
    marks[4, 5] = 1
    page.wait_for_output("out_picture", marks)
    box = pad.bounding_box()

    def middle(row, column):
        pixel = box["width"] / 8
        return box["x"] + (column + 0.5) * pixel, box["y"] + (row + 0.5) * pixel

    page.tab.mouse.move(*middle(0, 0))
    page.tab.mouse.down()
    page.tab.mouse.move(*middle(0, 3))
    page.tab.mouse.up()
    marks[0, :4] = 1
    page.wait_for_output("out_picture", marks)
    page.tab.get_by_role("button", name="Erase").click()
    page.tab.mouse.click(*middle(0, 0))
    marks[0, 0] = 0
    page.wait_for_output("out_picture", marks)
    page.tab.locator(".dlbook-picture select").select_option("cross")
    page.wait_for_output("out_picture", explorer_pages.PICTURES["cross"])


# What follows from a run.


def test_an_output_named_like_a_slider_moves_it(visit):
    page = visit("linked")
    a, b = page.tab.get_by_label("Share a", exact=True), page.tab.get_by_label("Share b", exact=True)
    a.press("End")
    page.tab.wait_for_function(
        "document.querySelector('.dlbook-explorer-says').textContent === 'a is 1.00 and b is 0.00.'"
    )
    assert page.value("b") == 0
    assert float(b.input_value()) == 0
    b.press("End")
    page.tab.wait_for_function(
        "document.querySelector('.dlbook-explorer-says').textContent === 'a is 0.00 and b is 1.00.'"
    )
    assert float(a.input_value()) == 0


def test_of_a_burst_of_moves_the_latest_wins(visit):
    page = visit("paint")
    page.set(t=0.5)
    before = page.js("return E.stats.durations.length")
    page.tab.evaluate(
        """() => { const range = document.querySelector("input[type=range]");
        for (let i = 0; i < 200; i += 1) {
            range.value = 1000 - i;
            range.dispatchEvent(new Event("input"));
        } }"""
    )
    page.wait_for_output("edge", [0.801])
    stats = page.js("return E.stats")
    assert len(stats["durations"]) - before <= 4
    assert stats["dropped"] >= 196


def test_player_steps_plays_and_is_reset(visit):
    page = visit("descent")
    step = page.tab.get_by_role("button", name="Step")
    for expected in (2, 1, 0.5):
        step.click()
        page.wait_for_output("w", [expected])
    page.set(rate=1)  # moving a control computes anew from the same state
    page.wait_for_output("w", [1])
    page.tab.get_by_role("button", name="Reset state").click()
    page.wait_for_output("w", [8])
    page.set(rate=0.5)
    page.tab.get_by_label("Speed").select_option("fast")
    page.tab.get_by_role("button", name="Play").click()
    page.tab.wait_for_function("dlbookExplorers.get('descent').outputs.w.data[0] < 0.01")
    page.tab.get_by_role("button", name="Pause").click()
    page.tab.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_output("w", [4])
    assert page.text("output") == "frame 0"


def test_a_player_stops_where_nothing_changes_any_more(visit):
    page = visit("descent")
    page.set(rate=0)
    page.wait_for_output("w", [0])
    page.tab.get_by_role("button", name="Play").click()
    page.tab.get_by_role("button", name="Play").wait_for()
    assert page.text("output") == "frame 1"  # from 8 to 0, and there it stays


def test_who_wants_less_motion_gets_steps(visit):
    page = visit("descent", reduced_motion="reduce")
    page.tab.get_by_role("button", name="Play").click()
    page.tab.locator(".dlbook-hint", has_text="use Step").wait_for()
    assert page.js("return E.outputs.w.data[0]") == 4
    page.tab.get_by_role("button", name="Step").click()
    page.wait_for_output("w", [2])


def test_the_state_stands_in_the_address_and_comes_back(visit):
    page = visit("echo")
    page.set(temperature=0.3, kernel=[[1, 0, 2]], shape="steep", words="it's a “cat” & 100%")
    page.tab.wait_for_function("location.hash.includes('steep')")
    again = visit("echo", page.tab.evaluate("location.hash"))
    again.wait_for_output("out_temperature", [np.float32(0.3)])
    kept = ("temperature", "kernel", "shape", "words")
    assert [again.value(name) for name in kept] == [page.value(name) for name in kept]
    again.tab.get_by_role("button", name="Reset", exact=True).click()
    again.wait_for_output("out_temperature", [1])
    again.tab.wait_for_timeout(400)
    assert again.tab.evaluate("location.hash") == ""


def test_what_a_link_cannot_ask_for_is_said(visit):
    page = visit(
        "echo", "#echo?temperature=1e9&count=2.5&shape=round&kernel=[[1,2],[3]]&nothing=1&mode=c&cell=%ZZ"
    )
    page.wait_for_output("out_mode", [2])
    assert page.value("temperature") == 1
    notice = page.text(".dlbook-notice")
    assert "Temperature was left out: it must be a number from 0.01 to 100." in notice
    for name in ("Count", "Shape", "Kernel", "Cell", "“nothing”"):
        assert name in notice


def test_a_handle_evaluates_without_drawing(visit):
    page = visit("descent")
    assert page.js("return Array.from((await E.run({rate: 0.25, w: [2]})).w.data)") == [0.5]
    assert page.js("return E.outputs.w.data[0]") == 4
    assert "must be a number from 0 to 1" in page.js("return E.set({rate: 2}).catch((e) => e.message)")


def test_pictures_and_tables_are_saved(visit):
    page = visit("echo", accept_downloads=True)
    with page.tab.expect_download() as found:
        page.tab.get_by_role("button", name="Save CSV").click()
    lines = Path(found.value.path()).read_text("utf-8").splitlines()
    assert lines[0] == "kind,name,index,value"
    assert "control,temperature,,1" in lines
    assert "output,out_kernel,1 1,3" in lines
    files = []
    page.tab.on("download", lambda file: files.append(file))
    page.tab.get_by_role("button", name="Save PNG").click()
    page.tab.wait_for_timeout(4000)
    assert [f.suggested_filename for f in files] == [
        f"echo-{n}.png" for n in ("table", "places", "letters", "tokens")
    ]
    shown = np.asarray(Image.open(files[2].path()).convert("RGB")).reshape(-1, 3)
    yellow = np.abs(shown.astype(int) - [0xFD, 0xE7, 0x25]).max(1) < 4  # the last colour of the scale
    assert 0.05 < yellow.mean() < 0.3


def test_the_code_is_shown_and_hidden(visit):
    page = visit("echo")
    page.tab.get_by_role("button", name="Show the torch code").click()
    assert page.tab.locator(".dlbook-code").is_visible()
    page.tab.get_by_role("button", name="Hide the torch code").click()
    assert page.tab.locator(".dlbook-code").is_hidden()


# The painter.

PIXEL = """([panel, x, y]) => {
    const plot = document.querySelectorAll(".js-plotly-plot")[panel], full = plot._fullLayout;
    const canvas = plot.querySelector("canvas"), ratio = devicePixelRatio;
    const left = (full.xaxis._offset + full.xaxis.l2p(x)) * ratio;
    const top = (full.yaxis._offset + full.yaxis.l2p(y)) * ratio;
    return Array.from(canvas.getContext("2d").getImageData(Math.round(left), Math.round(top), 1, 1).data) }"""


def of_scale(value):
    """The colour of a number between 0 and 1."""
    stops = [stop for stop, _ in SEQUENTIAL]
    colors = [[int(color[i : i + 2], 16) for i in (1, 3, 5)] for _, color in SEQUENTIAL]
    return [np.interp(value, stops, [color[k] for color in colors]) for k in range(3)]


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("t", [1, 0.4])
def test_cells_have_the_colours_of_the_scale(visit, t, ratio):
    page = visit("paint", device_scale_factor=ratio)
    if t != 1:
        page.set(t=t)
    cells = [[0, 0.25, 0.5], [0.75, 1, None]]
    for i in range(2):
        for j in range(3):
            for aside in (-0.4, 0, 0.4):
                pixel = page.tab.evaluate(PIXEL, [0, j + aside, i])
                if cells[i][j] is None:
                    assert pixel[3] == 0
                else:
                    assert pixel[:3] == pytest.approx(of_scale(cells[i][j] * t), abs=2)
                    assert pixel[3] == 255


@pytest.mark.parametrize("ratio", [1, 2])
def test_a_line_passes_through_its_points_and_has_gaps(visit, ratio):
    page = visit("paint", device_scale_factor=ratio)
    page.set(t=0.8)
    for x, y in enumerate([0, 0.4, 0.8, None, 0.8, 0.4, 0]):
        if y is not None and 0 < x < 6:
            assert page.tab.evaluate(PIXEL, [1, x, y])[:3] == [255, 0, 0]
    assert page.tab.evaluate(PIXEL, [1, 1.5, 0.6])[:3] == [255, 0, 0]
    assert page.tab.evaluate(PIXEL, [1, 1.5, 0.9])[3] == 0
    assert page.tab.evaluate(PIXEL, [1, 3, 0.8])[3] == 0  # the gap
    assert page.tab.evaluate(PIXEL, [1, 0.75, 0.1]) == [
        0,
        255,
        0,
        255,
    ]  # the shape reaches as far as its output
    assert page.tab.evaluate(PIXEL, [1, 0.85, 0.1])[3] == 0


def test_plotly_draws_each_panel_once(visit):
    page = visit("speed")
    page.tab.evaluate(
        "['newPlot', 'restyle', 'react'].forEach((n) => { Plotly[n] = () => { throw new Error(n) } })"
    )
    for t in (0.2, 0.9):
        page.set(t=t)
    assert page.tab.locator(".js-plotly-plot").count() == 2


def test_figures_follow_theme_and_width(visit):
    page = visit("paint")
    page.tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.tab.wait_for_timeout(500)
    assert page.tab.evaluate(PIXEL, [0, 1, 1])[:3] == pytest.approx(of_scale(1), abs=2)
    page.tab.set_viewport_size({"width": 400, "height": 800})
    page.tab.wait_for_timeout(800)
    assert page.tab.evaluate(PIXEL, [0, 1, 1])[:3] == pytest.approx(of_scale(1), abs=2)
    assert page.tab.evaluate(PIXEL, [0, 2, 1])[3] == 0


# Texts, and people.


def test_numbers_are_written_as_python_writes_them(visit):
    page = visit("paint")
    given = json.loads(FORMATS.read_text("utf-8"))
    assert len(given) >= 40
    fill = """async (cases) => { const { fill } = await import("./_static/explorer/format.mjs");
        const number = (v) => v === null ? NaN : Number(String(v).replace("inf", "Infinity"));
        return cases.map(({ format, outputs, controls }) => fill(format, (name) => outputs[name]
            ? { shape: outputs[name].shape, data: outputs[name].data.map(number) } : controls?.[name])) }"""
    assert page.tab.evaluate(fill, given) == [case["text"] for case in given]
    rng = random.Random(0)
    specs = ["d", ",d", ".0f", ".2f", "+.1f", ",.3f", ".1g", ".3g", ".6g", ".0%", ".1%", ".0e", ".2e"]
    cases = []
    for _ in range(3000):
        value = rng.choice([-1, 1]) * math.exp(rng.uniform(-14, 16))
        value = rng.choice([value, float(np.float32(value)), round(value * 8) / 8])
        spec = rng.choice(specs)
        text = format(round(value), spec) if spec[-1] == "d" else format(value, spec)
        if any(digit in text.split("e")[0] for digit in "123456789"):  # zero has no sign
            cases.append((value, spec, text.replace("-", "−")))
    asked = [dict(format=f"{{x:{s}}}", outputs={"x": dict(shape=[], data=[v])}) for v, s, _ in cases]
    for case, got in zip(cases, page.tab.evaluate(fill, asked)):
        assert got == case[2], case


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["echo", "descent"])
def test_everybody_can_use_it(visit, name, width, theme):
    script = f"localStorage.setItem('theme', '{theme}')"
    page = visit(name, viewport={"width": width, "height": 900}, script=script)
    page.tab.get_by_role("button", name="Show the torch code").click()
    assert page.tab.evaluate("document.scrollingElement.scrollWidth") <= width
    small = page.tab.evaluate(
        """() => [...document.querySelector(".dlbook-explorer")
        .querySelectorAll("button, select, input:not([type=file])")]
        .filter((e) => e.offsetParent)
        .map((e) => [(e.closest("label") ?? e).getBoundingClientRect(), e.outerHTML])
        .filter(([box]) => box.height < 43.5 || box.width < 43.5).map(([, html]) => html)"""
    )
    assert not small
    page.tab.add_script_tag(path=AXE)
    found = page.tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert not [
        f"{v['id']}: {v['nodes'][0]['html'][:200]} ({v['nodes'][0]['failureSummary']})"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def test_the_keyboard_reaches_everything(visit):
    page = visit("echo")
    count = page.tab.evaluate(
        """() => [...document.querySelectorAll(".dlbook-explorer :is(button, input, select, [tabindex='0'])")]
        .filter((e) => e.offsetParent && !e.disabled && e.tabIndex === 0).length"""
    )
    reached = set()
    for _ in range(count + 5):
        page.tab.keyboard.press("Tab")
        reached.add(page.tab.evaluate("document.activeElement.outerHTML"))
    assert len(reached) >= count - 2  # of radio buttons only the chosen one is a stop


def test_types_are_consistent():
    tsc = MODULES / "typescript" / "bin" / "tsc"
    result = subprocess.run(
        [find_node(), tsc, "--project", ASSETS], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout
