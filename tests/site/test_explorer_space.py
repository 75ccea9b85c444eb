"""Panels in space in a real browser: loaded late, turned by hand, a map where there is no WebGL."""

import pytest

from dlbook_lib.site.vendor import MODULES

pytestmark = pytest.mark.slow

AXE = MODULES / "axe-core" / "axe.min.js"
SPACE = "document.querySelectorAll('.js-plotly-plot')[0]"
EYE = f"Object.values({SPACE}._fullLayout.scene.camera.eye)"
BLIND = """const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return /webgl/.test(kind) ? null : real.call(this, kind, ...more);
};"""


def bundles(page):
    return [url.rpartition("/")[2] for url in page.requests if "/plotly-" in url]


def test_only_a_page_with_such_a_panel_loads_the_bundle_for_space(visit):
    assert bundles(visit("paint")) == ["plotly-cartesian.min.js"]
    flat_first = ["plotly-cartesian.min.js", "plotly-gl3d.min.js"]
    assert bundles(visit("space")) == flat_first


def test_what_stands_in_space_follows_the_control(visit):
    page = visit("space")
    page.js("await E.settled()")
    drawn = f"return Array.from({SPACE}._fullData[1].z)"
    assert page.js(drawn) == [-0.5, 0.75, -0.5]
    page.set(t=0.5)
    page.js("await E.settled()")
    assert page.js(drawn) == [-0.25, 0.375, -0.25]
    assert page.js(f"return {SPACE}._fullData[0].z[4][4]") == 0.5
    assert page.js(f"return {SPACE}._fullLayout.scene.zaxis.range") == [-0.25, 0.5]


def test_the_camera_stays_while_data_and_theme_change(visit):
    page = visit("space")
    before = page.js(f"return {EYE}")
    page.tab.get_by_role("slider", name="space: direction of view").press("ArrowRight")
    page.js("await E.settled()")
    turned = page.js(f"return {EYE}")
    assert turned != before
    page.set(t=0.25)
    page.tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.tab.wait_for_timeout(300)
    assert page.js(f"return {EYE}") == pytest.approx(turned)
    page.tab.get_by_role("slider", name="space: direction of view").press("Home")
    page.js("await E.settled()")
    assert page.js(f"return {EYE}") == pytest.approx(before)


def test_dragging_turns_and_the_wheel_scrolls_the_page(visit):
    page = visit("space", viewport={"width": 700, "height": 400})
    handle = page.tab.locator(".dlbook-turn")
    handle.scroll_into_view_if_needed()
    before, box = page.js(f"return {EYE}"), handle.bounding_box()
    page.tab.mouse.move(box["x"] + 100, box["y"] + 60)
    page.tab.mouse.wheel(0, 120)
    page.tab.wait_for_function("scrollY > 0")
    assert page.js(f"return {EYE}") == before
    box = handle.bounding_box()
    page.tab.mouse.move(box["x"] + 100, box["y"] + box["height"] / 2)
    page.tab.mouse.down()
    page.tab.mouse.move(box["x"] + 160, box["y"] + box["height"] / 2, steps=4)
    page.tab.mouse.up()
    page.js("await E.settled()")
    after = page.js(f"return {EYE}")
    assert after[2] == pytest.approx(before[2], abs=1e-6)  # sideways
    assert after[0] < before[0]


def test_a_finger_that_moves_down_scrolls_the_page(visit):
    page = visit("space", viewport={"width": 360, "height": 640}, has_touch=True)
    assert page.js("return getComputedStyle(document.querySelector('.dlbook-turn')).touchAction") == "pan-y"
    under = f"(() => {{ const b = {SPACE}.getBoundingClientRect();"
    under += " return document.elementFromPoint(b.left + b.width / 2, b.top + b.height / 2).className })()"
    assert page.tab.evaluate(under) == "dlbook-turn"


def test_without_webgl_a_map_and_one_sentence_stand_there(visit):
    page = visit("space", script=BLIND)
    assert bundles(page) == ["plotly-cartesian.min.js"]
    assert "as seen from above" in page.text(".dlbook-explorer-panel .dlbook-hint")
    assert page.js(f"return {SPACE}._fullData.map((trace) => trace.type)") == ["heatmap", "scatter"]
    page.set(t=0.5)
    canvas = page.tab.locator(".dlbook-canvas").first
    shot = f"(() => {{ const c = {SPACE}.querySelector('canvas'); const d = c.getContext('2d')"
    shot += ".getImageData(0, 0, c.width, c.height).data; return d.some((v) => v) })()"
    assert canvas.count() == 1
    assert page.tab.evaluate(shot)
    assert page.tab.locator(".dlbook-turn").count() == 0


def test_it_is_saved_as_it_is_seen(visit):
    page = visit("space")
    with page.tab.expect_download() as download:
        page.tab.get_by_role("button", name="Save PNG").click()
    assert download.value.suggested_filename == "space-space.png"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(visit, theme):
    page = visit(
        "space", script=f"localStorage.setItem('theme', '{theme}')", viewport={"width": 360, "height": 740}
    )
    page.tab.add_script_tag(path=AXE)
    found = page.tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert not [v["id"] for v in found["violations"] if v["impact"] in ("serious", "critical")]
